/* Where a session goes by DNS: --mx, --mx-all, --dane, --resolver. */
#ifndef CMD_TALK_MX_H
#define CMD_TALK_MX_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"
#include "net/dns/route.h"
#include "net/tls/tls.h"

struct talk;

/* Strings are the command line's. */
struct mx {
	const char *domain;  /* --mx; NULL: the host that was named */
	bool dane;	     /* --dane: TLSA records decide, where there are */
	bool each;	     /* --mx-all: next is the one host to go to */
	bool resolver;	     /* --resolver: it knows the named host, too */
	struct route *route; /* of domain, once it was looked up */
	size_t next;	     /* host to try first */
	struct route_host *named;      /* the host, without domain; or NULL */
	const struct route_host *fixed; /* it was looked up elsewhere: nobody is
					   asked; borrowed */
	const struct route_host *host; /* the one that is connected to */
	enum tls_level asked;	 /* what the options ask for, DANE aside */
	const char *names[2];	 /* more names that a certificate may have */
	struct route_step *look; /* under way, or NULL */
};

void mx_release(struct mx *m);
/* An act: looks up the domain's hosts into route. */
void mx_route(struct talk *t);
/* An act: connects by it, to the hosts in their order until one takes the
 * connection, each failure told; with --mx-all only to host next. */
void mx_connect(struct talk *t);
/* The port that is connected to. */
unsigned mx_port(const struct talk *t);
/* Descriptors of the look-up under way. */
size_t mx_fds(const struct talk *t, struct pollfd *fd);

#endif
