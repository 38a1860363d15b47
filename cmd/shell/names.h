/* Names for a session: who is asked, and what is trusted. */
#ifndef CMD_NAMES_H
#define CMD_NAMES_H

#include "net/dns/dns.h"

struct shell;

/* Strings are the command line's. */
struct names {
	const char *resolver;		     /* --resolver */
	const char *trust_anchor;	     /* --trust-anchor */
	struct dns *dns[DNS_TRUST_ROOT + 1]; /* made when first needed */
};

void names_release(struct names *n);
/* The session's resolver: validating if DANE is asked for, and with
 * --trust-anchor. NULL: errors as dns_new(). */
struct dns *shell_dns(struct shell *sh, struct err *e);
/* One that believes no less than that: DNS_TRUST_NONE for addresses and MX
 * alone, which a name server that knows no DNSSEC may tell (and a private one,
 * of names that the root denies), whatever keys the system has; DNS_TRUST_ROOT
 * for all that is to be proven or told apart. */
struct dns *shell_dns_of(struct shell *sh, enum dns_trust trust, struct err *e);

#endif
