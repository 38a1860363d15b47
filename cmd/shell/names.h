/* Names for a session: who is asked, and what is trusted. */
#ifndef CMD_NAMES_H
#define CMD_NAMES_H

#include "net/dns/dns.h"

struct shell;

/* Strings are the command line's. */
struct names {
	const char *resolver;	  /* --resolver */
	const char *trust_anchor; /* --trust-anchor */
	struct dns *dns;	  /* made when first needed */
};

void names_release(struct names *n);
/* The session's resolver; NULL: errors as dns_new(). */
struct dns *shell_dns(struct shell *sh, struct err *e);

#endif
