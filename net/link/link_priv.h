/* Between the files of a link: those that never wait, and link_wait.c. */
#ifndef NET_LINK_PRIV_H
#define NET_LINK_PRIV_H

#include "net/link/link.h"

#define LINK_PENDING_MAX 1048576 /* unparsed: no more is read */
#define LINK_SMALL	 4096	 /* octets at once that leave no large buffer */

/* When so many octets had been read in all. */
struct link_mark {
	uint64_t upto;
	int64_t at_ns;
};

struct link {
	struct smtp *smtp;
	struct conn_dial *dial; /* while it opens */
	struct conn *conn;
	struct loop *loop; /* of link_open() */
	struct link_times times;
	int64_t began_ns, opened_ns;
	int64_t tls_began_ns, tls_ns; /* 0: none began; -1: it has not ended */
	bool shaking;		      /* TLS is under way */
	bool ended;		      /* nothing more will come */
	bool said;   /* a line end has come since the last event */
	bool grown;  /* buffers may be large */
	bool much;   /* the last read filled LINK_SMALL: a larger room next */
	bool pumped; /* link_pump() reads, nobody else does */
	bool fresh;  /* the core may have an event that nobody took */
	char *lost;  /* why, NULL while it stands */

	uint64_t read; /* octets in all */
	struct link_mark *mark;
	size_t nmarks, mark_cap; /* oldest first */
	int64_t drained_ns;	 /* when a read took all there was */

	int64_t shake_until; /* the handshake's */
	int64_t block_until; /* of a blocked write, 0: none is */
	size_t block;	     /* octets written since */
	/* The wait for one reply goes on over several calls. */
	uint64_t wait_seq;
	int64_t wait_until;
};

/* Nothing more will come: why. The first reason stays. */
void link_end(struct link *k, const char *why);
/* The session is under way: its octets may be read. */
bool link_reads(const struct link *k);
/* A pause of a receiver in this process passes when somebody says so. */
void link_tick(struct link *k);
/* An event of the core, with its time. */
bool link_take(struct link *k, struct link_event *out);
/* conn_read() or conn_read_sleep(). */
typedef ssize_t link_read(struct conn *c, char *p, size_t n, struct err *e);
/* One read into the core: what it gave. An error ends the session as the end
 * of the stream does. */
ssize_t link_fill(struct link *k, link_read *how);
/* Until when the reply that is due next may come: fixed when it is first asked
 * for, whatever drips in. LOOP_FOREVER: none is. */
int64_t link_reply_until(struct link *k);

#endif
