/* Where mail for a domain goes (RFC 5321 5.1, RFC 7505), host by host, and
 * whether DANE holds for a host (RFC 7672). */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/dns/dns.h"
#include "net/core/err.h"

enum route_dane {
	ROUTE_DANE_NONE,     /* no secure TLSA records: TLS as without DANE */
	ROUTE_DANE_UNUSABLE, /* there are, and none can be used: TLS, whoever
				it is (RFC 7672 2.2) */
	ROUTE_DANE_USABLE    /* they decide */
};

struct route_host {
	unsigned preference;
	char *name;   /* as MX has it, or the domain; lower case */
	bool odd;     /* no host's name, or the root: passed over */
	bool secure;  /* the way to this name is: MX, or it was given */
	bool literal; /* an address that was given: nobody is asked */

	/* From route_look() on. */
	struct dns_addresses found;
	const char *address[DNS_ADDRESS_MAX]; /* those to connect to, into
						 found */
	size_t naddress;
	enum route_dane dane;
	struct dns_tlsa tlsa; /* what was asked last; tlsa.name is NULL if
				 nothing was */
	const char *base; /* TLSA base domain: the name to verify and for SNI;
			     into found or name. NULL without DANE */
	const char *why;  /* constant: why DANE holds or not */
};

struct route {
	char *domain;  /* that was asked for, A-labels */
	bool secure;   /* the MX records, or that there are none */
	bool implicit; /* no MX: the domain is its own host */
	char *alias;   /* where the domain's CNAME leads, or NULL */
	struct route_host *host;
	size_t n;
	size_t dropped; /* MX records that were malformed or too many */
};

/* A question of a route under way, for whoever must not sleep. */
struct route_step;

/* The hosts for mail to domain (in any script) in the order to try. Those of
 * one preference are shuffled by seed; 0 leaves them as they came. A step ends
 * with 1 and perhaps odd hosts among them, or -1: ERR_REFUSED (null MX: 556),
 * ERR_NOHOST (no such domain), ERR_TEMP (nobody could tell, bogus, time is
 * up), ERR_USAGE. Nothing waits. */
CHECKED int route_start(struct route_step **out, struct dns *d,
    const char *domain, uint64_t seed, int64_t deadline_ns, struct err *e);
/* 1: done; 0: not yet, step again when route_fds() says so or at the deadline
 * that was given (then it is ERR_TEMP); -1: an error. */
CHECKED int route_step(struct route_step *s, struct err *e);
/* Fills one descriptor to poll (dns_fds()), and the deadline if it is not
 * NULL. Returns how many. */
size_t route_fds(
    const struct route_step *s, struct pollfd *fd, int64_t *deadline_ns);
/* After a 1: the route, which is the caller's; NULL of a look at a host. */
struct route *route_take(struct route_step *s);
/* Leaves it behind if it is not done. Before dns_free(). NULL is well. */
void route_step_free(struct route_step *s);

/* The same for those who wait; ERR_INTR, too. */
CHECKED int route_new(struct route **out, struct dns *d, const char *domain,
    uint64_t seed, int64_t deadline_ns, struct err *e);
/* NULL is well. */
void route_free(struct route *r);
/* A seed from the system, never 0. */
uint64_t route_seed(void);

/* One host that was named, not found by MX: its name counts as secure. It may
 * be an address (without brackets). */
void route_host_init(struct route_host *h, const char *name);
void route_host_release(struct route_host *h);
/* Looks up the host's addresses and, if dane, the TLSA records for that port:
 * then route_step() as above. h must stay where it is until
 * route_step_free(); what was known of it is released first. A step ends with
 * 1: there is an address to try. -1, and the next host's turn: ERR_NOHOST (no
 * address that a host can have), ERR_TEMP (nobody could tell; bogus; the same
 * of TLSA: RFC 7672 2.1.2 says not to deliver then; time is up), ERR_PROTO
 * (odd). With dane the end of all: ERR_AUTH, there is no trust anchor, so that
 * nothing could ever be proven. naddress is 0 then, whatever was found. */
CHECKED int route_look_start(struct route_step **out, struct dns *d,
    struct route_host *h, unsigned port, int family, bool dane,
    int64_t deadline_ns, struct err *e);
/* The same for those who wait; ERR_INTR, too. */
CHECKED int route_look(struct dns *d, struct route_host *h, unsigned port,
    int family, bool dane, int64_t deadline_ns, struct err *e);
/* What TLS a host that was looked up with dane must have, by its TLSA records
 * and by what was asked for beside them, whichever is stricter (RFC 7672 2.2:
 * unusable records want TLS with whomever). Pure. */
enum tls_level route_level(const struct route_host *h, enum tls_level asked);
/* Names beside base that a certificate may have when usage 2 vouches for it
 * (RFC 7672 3.2.2): at most 2, borrowed from r. */
size_t route_names(const struct route *r, const char *name[2]);

/* Pure: shuffles neighbours of one preference in a list that is in order. */
void route_shuffle(struct route_host *h, size_t n, uint64_t seed);

#endif
