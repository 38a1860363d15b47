/* Names: what DNS says of a domain, and whether that can be believed.
 * libunbound, loaded when the first resolver is made, asks the forwarders and
 * validates here (RFC 4035); what a name server says of its own validation
 * (the AD bit) counts for nothing. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/buf.h"
#include "net/core/err.h"
#include "net/loop.h"
#include "net/dns/rdata.h"

/* At most so many records of one answer are kept. */
#define DNS_MX_MAX	100
#define DNS_ADDRESS_MAX 64
#define DNS_TLSA_MAX	100

/* From which keys on an answer is believed to be proven, where no file says. */
enum dns_trust {
	DNS_TRUST_NONE, /* none: nothing is validated */
	DNS_TRUST_ROOT	/* the root's, where the system keeps them, or else
			   those built in */
};

/* Strings are borrowed during the call; NULL means the default. */
struct dns_config {
	const char *resolver;	  /* "ADDR[:PORT]", "[ADDR6]:PORT"; NULL: those
				     of /etc/resolv.conf */
	const char *trust_anchor; /* file of DS or DNSKEY records, in place of
				     trust; "+FILE": beside the root's */
	enum dns_trust trust;
};

struct dns;

/* -1: ERR_USAGE (no such address), ERR_NOINPUT (a file cannot be read, the
 * library is missing), ERR_DATA (no trust anchor in that file). loop must
 * outlive it. */
CHECKED int dns_new(struct dns **out, const struct dns_config *c,
    struct loop *loop, struct err *e);
/* NULL is well. */
void dns_free(struct dns *d);
/* The file of the trust anchors, "the root's keys" of those built in, NULL if
 * there are none: then nothing is ever secure. */
const char *dns_trust_anchor(const struct dns *d);

enum dns_status {
	DNS_FOUND,    /* records */
	DNS_NODATA,   /* the name exists and has none of this type */
	DNS_NXDOMAIN, /* no such name */
	DNS_SERVFAIL, /* nobody could tell */
	DNS_BOGUS /* an answer that failed validation: not shown to anyone */
};

/* What each answer has. */
struct dns_head {
	enum dns_status status;
	bool secure; /* validated, every alias on the way too; FOUND, NODATA or
			 NXDOMAIN */
	char *alias; /* the name at the end of CNAMEs; NULL if there are none */
	bool odd;    /* the alias is no host's name */
	char *why;   /* BOGUS: what failed; or NULL */
	size_t dropped; /* malformed records, and those over the limit */
};

/* By preference, those of one preference as they came. */
struct dns_mx {
	struct dns_head head;
	struct rdata_mx mx[DNS_MX_MAX];
	size_t n;
};

/* IPv6 first. */
struct dns_addresses {
	struct dns_head a, aaaa; /* NODATA for a family not asked for */
	struct rdata_address address[DNS_ADDRESS_MAX];
	size_t n;
};

struct dns_tlsa {
	struct dns_head head;
	char *name; /* "_25._tcp.mx.example.org" */
	struct tls_tlsa tlsa[DNS_TLSA_MAX];
	size_t n;
	unsigned char *data; /* of all of them */
};

/* One look-up under way. */
struct dns_look;

/* Each begins a look-up that fills *out when it is done, which is the caller's
 * to release whatever happens, and must stay where it is as long as the
 * look-up lives. A name is letters, digits, '-', '_' (A-labels, see idn.h).
 * None of them waits. -1, and *look is NULL: ERR_USAGE (no name), ERR_TEMP
 * (the library has failed), ERR_BUG (no memory). */
CHECKED int dns_mx_start(struct dns_look **look, struct dns *d,
    const char *domain, struct dns_mx *out, struct err *e);
/* family: AF_UNSPEC for both. */
CHECKED int dns_addresses_start(struct dns_look **look, struct dns *d,
    const char *host, int family, struct dns_addresses *out, struct err *e);
CHECKED int dns_tlsa_start(struct dns_look **look, struct dns *d, unsigned port,
    const char *host, struct dns_tlsa *out, struct err *e);
/* Only whether the name itself is an alias, and if that much is secure. */
CHECKED int dns_cname_start(struct dns_look **look, struct dns *d,
    const char *host, struct dns_head *out, struct err *e);
/* 1: *out is filled; 0: not yet, wait for dns_fds(). That there is no such
 * name or that nobody could tell is data, not an error. -1: ERR_TEMP (the
 * library has failed). */
CHECKED int dns_step(struct dns_look *look, struct err *e);
/* One descriptor to poll for reading, the same for all look-ups of d: when it
 * is ready, step each of them, since whichever comes first takes what has come
 * for all. Returns how many it filled (1). */
size_t dns_fds(const struct dns *d, struct pollfd *fd);
/* Leaves the look-up behind if it is not done. Before dns_free(). NULL is
 * well. */
void dns_look_free(struct dns_look *look);

/* The same for those who wait. Errors as above, and ERR_TEMP at the deadline,
 * ERR_INTR. */
CHECKED int dns_mx(struct dns *d, const char *domain, int64_t deadline_ns,
    struct dns_mx *out, struct err *e);
CHECKED int dns_addresses(struct dns *d, const char *host, int family,
    int64_t deadline_ns, struct dns_addresses *out, struct err *e);
CHECKED int dns_tlsa(struct dns *d, unsigned port, const char *host,
    int64_t deadline_ns, struct dns_tlsa *out, struct err *e);
CHECKED int dns_cname(struct dns *d, const char *host, int64_t deadline_ns,
    struct dns_head *out, struct err *e);

void dns_head_release(struct dns_head *h);
void dns_mx_release(struct dns_mx *m);
void dns_addresses_release(struct dns_addresses *a);
void dns_tlsa_release(struct dns_tlsa *t);

/* Appends "secure", "insecure", "insecure (no trust anchor)", "bogus: ...",
 * "no such name, secure", "none, insecure", "server failure". The reason of
 * bogus has names from outside: escape it. */
void dns_head_text(
    const struct dns *d, const struct dns_head *h, struct buf *b);

#endif
