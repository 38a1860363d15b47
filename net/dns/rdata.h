/* What DNS records hold (RFC 1035 3.3, RFC 3596, RFC 6698 2.1): octets in,
 * values out. Names in records are whatever their owner wrote: they leave here
 * in lower case and as presentation text (RFC 4343 2.1), never as octets. */
#ifndef NET_RDATA_H
#define NET_RDATA_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/tls/tls.h"

#define RDATA_ADDRESS_MAX 46  /* INET6_ADDRSTRLEN */
#define RDATA_TEXT_MAX	  253 /* of a name without its last dot */

struct rdata_mx {
	unsigned preference;
	char *host; /* "." for the root: a null MX (RFC 7505) */
	bool odd;   /* a label is no letters, digits, '-', '_': not a host */
};

struct rdata_address {
	int family;
	char text[RDATA_ADDRESS_MAX];
	bool odd; /* no host can have it: 0/8, "::", multicast, broadcast, also
		     mapped into IPv6 */
};

/* Appends the name at p (wire form, not compressed) without its last dot; "."
 * for the root. Octets other than letters, digits, '-' and '_' become "\DDD",
 * and *odd true. Returns the octets it takes, 0 if it is cut short, longer
 * than 255 or compressed; then b may hold a part of it. */
size_t rdata_name(const unsigned char *p, size_t len, struct buf *b, bool *odd);
/* 0, or -1: malformed. host is the caller's to free. */
int rdata_mx(struct rdata_mx *mx, const unsigned char *p, size_t len);
/* Borrows p. Data of no length is malformed. */
int rdata_tlsa(struct tls_tlsa *t, const unsigned char *p, size_t len);
int rdata_address(
    struct rdata_address *a, int family, const unsigned char *p, size_t len);

/* SMTP can use it (RFC 7672 3.1): usage 2 or 3, a known selector and matching
 * type, a digest of the right length. */
bool rdata_tlsa_usable(const struct tls_tlsa *t);

/* A name to ask for: labels of 1 to 63 letters, digits, '-' and '_', 253
 * octets in all, perhaps a dot behind. */
bool rdata_is_name(const char *text);

#endif
