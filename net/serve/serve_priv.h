/* What the server's files share. serve.c: who is let in, and the rounds.
 * serve_conn.c: one connection. */
#ifndef NET_SERVE_PRIV_H
#define NET_SERVE_PRIV_H

#include "net/serve/clients.h"
#include "net/serve/listener.h"
#include "net/serve/serve.h"

#define SERVE_BLOCK 65536

struct serve_conn {
	int fd;
	unsigned long session;
	struct client_key client;
	bool gone;	  /* to be released */
	bool eof;	  /* the client has ended its side */
	bool shut;	  /* we have ended ours */
	int64_t until_ns; /* patience for the end; 0: not ending */
	int64_t last_ns;  /* and when that is over in any case */
	struct peer *peer;
};

struct serve {
	const struct serve_config *c;
	struct peer_config peer; /* c's, with our own ears */
	struct loop *loop;
	struct listener listener;
	struct clients clients;
	struct serve_conn *conn;
	struct pollfd *fd; /* wake, log, listeners, connections */
	size_t nconn, cap, max, client_max;
	unsigned long sessions, complaints;
	int64_t pause_ns; /* no accept(2) before; out of descriptors */
	int log_full;	  /* the descriptor of a log that takes no more, -1 */
	bool ending;	  /* nobody else is let in */
	int64_t text_ns;  /* ending: until then mail text may still end */
	char block[SERVE_BLOCK];
};

/* Writes what the log takes. */
void serve_log(struct serve *s);
/* What poll(2) is to look for. */
short serve_conn_events(const struct serve_conn *k);
/* When to look again at the latest. */
int64_t serve_conn_deadline(const struct serve_conn *k);
/* One round: reads a block, writes one, looks at the time. got: poll(2)'s. */
void serve_conn_turn(
    struct serve *s, struct serve_conn *k, short got, int64_t now);

#endif
