/* Between the parts of route. For net/dns/route*.c only. */
#ifndef NET_ROUTE_PRIV_H
#define NET_ROUTE_PRIV_H

#include "net/dns/route.h"

/* An answer that nothing may be built on. */
bool route_is_failure(const struct dns_head *h);
/* Says so: "MX of example.org: server failure". -1, ERR_TEMP. */
CHECKED int route_failed(const struct dns *d, const struct dns_head *h,
    const char *what, const char *name, struct err *e);
/* The hosts of r->domain, as the answer has them. Errors as route_start(). */
CHECKED int route_fill(struct route *r, struct dns *d, const struct dns_mx *m,
    uint64_t seed, struct err *e);
/* Forgets what was looked up of it. */
void route_host_clear(struct route_host *h);

#endif
