/* The receiver as a server: listens, and drives a peer a connection. Only one
 * that cannot listen, or begin to wait, fails; a wait that does is tried
 * again. */
#ifndef NET_SERVE_H
#define NET_SERVE_H

#include "net/core/err.h"
#include "net/loop.h"
#include "net/peer/peer.h"

struct serve_figures {
	int64_t ns; /* since it began */
	unsigned long sessions, refused;
	size_t open; /* of the sessions, now */
	uint64_t messages, octets;
};

/* What is called back is called by one thread at a time, the peers' log, too:
 * it may be any but for ready() and bound(). */
struct serve_config {
	const char *address; /* NULL: 127.0.0.1, and ::1 where there is IPv6 */
	const char *port;    /* "0": the kernel picks one, the same for both */
	const char *path;    /* a Unix socket in place of both, or NULL */
	size_t threads;	     /* 0 = 1; a session stays with one of them */
	size_t sessions_max; /* at once; 0 = 12,000, or what descriptors allow.
				More wait in the backlog */
	size_t client_max;   /* of them from one client; 0 = 1,000, from this
				machine itself all but an eighth. More are
				answered 421 */
	unsigned long count; /* end after that many sessions; 0 = never */
	int64_t grace_ns;    /* at the end, for what is under way; 0 = 1 s */
	struct peer_config peer;
	/* Told once what is listened on: "127.0.0.1 port 2525". */
	void (*ready)(void *arg, const char *address, const char *port);
	void *ready_arg;
	/* All addresses are bound, none is told, and nobody has been let in:
	 * time to give up privileges. -1 ends it. NULL: nothing is done. */
	int (*bound)(void *arg, struct err *e);
	void *bound_arg;
	/* The log, which must never keep a session waiting: log_flush() writes
	 * what can be written at once, and returns the descriptor that is full
	 * or -1. It is called before replies are sent, and when the descriptor
	 * takes more. NULL: there is no such log. */
	int (*log_flush)(void *arg);
	void *log_arg;
	/* Each second, and at the end. NULL: no figures are wanted. */
	void (*figures)(void *arg, const struct serve_figures *f, bool last);
	void *figures_arg;
	/* What whoever runs it should know. */
	void (*warn)(void *arg, const char *text);
	void *warn_arg;
};

/* Serves until loop_raise(); then nobody else is let in, who is connected is
 * told 421, but for mail text and transactions under way at their end where
 * that comes within the grace, and 0.8 s behind that, or at a second
 * loop_raise(), all is over. 0, or -1: ERR_USAGE, ERR_TEMP (address in use, no
 * descriptor, no thread), or what bound() said. Complaints of mocks come
 * through the peers' log as '#'; *complaints counts them (may be NULL). */
CHECKED int serve_run(const struct serve_config *c, struct loop *l,
    unsigned long *complaints, struct err *e);

#endif
