/* Where a session goes by DNS: --mx, --mx-all, --dane. */
#ifndef CMD_MX_H
#define CMD_MX_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"
#include "net/dns/route.h"
#include "net/tls/tls.h"

struct shell;

/* Strings are the command line's. */
struct mx {
	const char *domain;  /* --mx; NULL: the host that was named */
	bool dane;	     /* --dane: TLSA records decide, where there are */
	bool each;	     /* --mx-all: next is the one host to go to */
	struct route *route; /* of domain, once it was looked up */
	size_t next;	     /* host to try first */
	struct route_host named; /* the host, without domain */
	bool has_named;
	const struct route_host *host; /* the one that is connected to */
	enum tls_level asked; /* what the options ask for, DANE aside */
	const char *names[2]; /* more names that a certificate may have */
};

void mx_release(struct mx *m);
/* Looks up the domain's hosts: how many, -1 with e. */
int mx_route(struct shell *sh, struct err *e);
/* Connects by it: the hosts in their order until one takes the connection,
 * each failure told; with --mx-all only host next. Errors as conn_open(). */
int mx_connect(struct shell *sh, struct err *e);

#endif
