/* The receiver as a server: listens, and drives a peer a connection. */
#ifndef NET_SERVE_H
#define NET_SERVE_H

#include "net/core/err.h"
#include "net/loop.h"
#include "net/peer/peer.h"

struct serve_config {
	const char *address; /* NULL: 127.0.0.1, and ::1 where there is IPv6 */
	const char *port;    /* "0": the kernel picks one, the same for both */
	const char *path;    /* a Unix socket in place of both, or NULL */
	size_t session_max;  /* at once; 0 = 1000. More wait in the backlog */
	unsigned long count; /* end after that many sessions; 0 = never */
	struct peer_config peer;
	/* Told once what is listened on: "127.0.0.1 port 2525". */
	void (*ready)(void *arg, const char *address, const char *port);
	void *ready_arg;
};

/* Serves until loop_raise(). 0, or -1: ERR_USAGE, ERR_TEMP (address in
 * use). Complaints of mocks come through the peers' log as '#'; *complaints
 * counts them (may be NULL). */
int serve_run(const struct serve_config *c, struct loop *l,
    unsigned long *complaints, struct err *e);

#endif
