/* What the server's files share. serve.c: the crew's life. crew.c: one thread's
 * rounds. door.c: who is let in, and by whom served. serve_conn.c: one
 * connection. */
#ifndef NET_SERVE_PRIV_H
#define NET_SERVE_PRIV_H

#include <pthread.h>
#include <stdatomic.h>
#include "net/serve/alarms.h"
#include "net/serve/clients.h"
#include "net/serve/listener.h"
#include "net/serve/serve.h"
#include "net/watch.h"

#define SERVE_BLOCK	65536
#define SERVE_BIG_BLOCK (512 * 1024) /* of mail text that is only counted */

/* What is watched; a watch's arg points to one. */
enum serve_kind {
	SERVE_WAKE,  /* a signal */
	SERVE_NUDGE, /* another thread wants this one to look around */
	SERVE_LOG,
	SERVE_LISTENER,
	SERVE_CLIENT
};

struct serve_mark {
	enum serve_kind kind;
	int fd;
};

struct serve_conn {
	struct serve_mark mark; /* the first */
	struct alarm alarm;
	unsigned want; /* what the watch looks for */
	size_t at;     /* in the crew's list */
	unsigned long session;
	struct client_key client;
	bool gone;	  /* to be released */
	bool eof;	  /* the client has ended its side */
	bool shut;	  /* we have ended ours */
	int64_t until_ns; /* patience for the end; 0: not ending */
	int64_t last_ns;  /* and when that is over in any case */
	struct peer *peer;
};

/* Let in, and not yet with who serves it. */
struct serve_guest {
	int fd;
	unsigned long session;
	struct client_key client;
	char *from; /* NULL: a Unix socket */
};

struct serve;

/* A thread. The first is the one that serve_run() was called in: it alone has
 * the listeners and the signals. */
struct crew {
	struct serve *s;
	pthread_t thread;
	struct watch watch;
	int nudge[2];
	struct serve_mark wake, nudged, log, listener[LISTENER_MAX];
	struct serve_guest *inbox; /* under s->lock */
	size_t ninbox;
	struct serve_conn **conn;
	size_t nconn, cap;
	struct serve_conn **gone; /* of them, in this round */
	size_t ngone, gone_cap;
	struct alarms alarms;
	struct peer_config peer; /* s->c's, with our own ears */
	struct peer_tally tally;
	bool listening;	  /* the listeners are watched */
	bool log_watched; /* the log is, for it takes no more */
	int64_t pause_ns; /* no accept(2) before; out of descriptors */
	char *block;	  /* what a turn reads */
	size_t block_len;
};

struct serve {
	const struct serve_config *c;
	struct loop *loop;
	struct listener listener;
	size_t max, client_max;
	pthread_mutex_t lock; /* the clients, the inboxes, all that tells */
	struct clients clients;
	struct crew *crew;
	size_t ncrew, started; /* threads that run besides the first */
	atomic_ulong sessions, complaints;
	atomic_size_t open;
	atomic_bool told; /* something may be in the log to be written */
	unsigned long refused;
	int64_t began_ns, told_ns;
	int signal; /* that began the end; 0: none */
	/* Nobody else is let in; what stands below is set before. */
	atomic_bool ending;
	int64_t text_ns; /* until then what is under way may end */
	int64_t last_ns;
};

bool serve_raised(const struct serve *s);
/* So many sessions as were asked for have begun. */
bool serve_done(const struct serve *s);
/* Begins the end, for all threads. */
void serve_end(struct serve *s);
void serve_figures(struct serve *s, int64_t now, bool last);
/* Writes what the log takes. */
void serve_log(struct crew *w);
void serve_nudge(struct crew *w);
/* Sets up a thread's things. -1: ERR_TEMP. */
CHECKED int crew_init(struct crew *w, struct serve *s, struct err *e);
/* Lets go who is still there. */
void crew_close(struct crew *w);
void crew_release(struct crew *w);
/* Until all is over. */
void crew_run(struct crew *w);

/* Watches the listeners, or does not. */
void door_mind(struct crew *w, int64_t now);
/* Nobody else is let in. */
void door_shut(struct crew *w);
void door_accept(struct crew *w, int listener, int64_t now);
/* Who waits in the inbox comes in. */
void door_fetch(struct crew *w);

/* Takes it: watched, and its first turn done. */
void serve_conn_add(struct crew *w, const struct serve_guest *g);
/* Where it comes out of the lists, and is no more. */
void serve_conn_release(struct crew *w, struct serve_conn *k);
/* One round: reads a block, writes one, looks at the time. got: what was
 * found. */
void serve_conn_turn(
    struct crew *w, struct serve_conn *k, unsigned got, int64_t now);

#endif
