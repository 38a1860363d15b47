/* Paths and mailboxes (RFC 821 4.1.2, RFC 5321 4.1.2): "<@a,@b:user@c>",
 * "<>", "<Postmaster>", quoted strings, address literals, UTF-8 (RFC 6531). */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"

/* Offsets are into the text that was parsed. */
struct addr {
	size_t len;		   /* octets of the path, brackets included */
	size_t route, route_len;   /* "@a,@b", 0 long if none */
	size_t local, local_len;   /* local part as written */
	size_t domain, domain_len; /* 0 long for "<Postmaster>" and "<>" */
	bool null;		   /* "<>" */
	bool utf8;		   /* has octets above 127 */
};

/* Parses a path at p ("<" first). 0, or -1 with ERR_DATA: what was found and
 * what was expected. Never reads past len. */
CHECKED int addr_parse(
    struct addr *a, const char *p, size_t len, struct err *e);

#endif
