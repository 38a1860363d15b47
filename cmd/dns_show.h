/* What \dns shows: lines, of which some have DNSSEC's verdict behind. */
#ifndef CMD_DNS_SHOW_H
#define CMD_DNS_SHOW_H

#include <stddef.h>
#include "net/core/buf.h"
#include "net/dns/route.h"

struct dns_row {
	char *text, *verdict;
};

struct dns_show {
	struct dns_row *row;
	size_t n;
};

void dns_show_release(struct dns_show *t);
/* A line; takes text over. verdict is copied, "" for none. */
void dns_show_add(struct dns_show *t, char *text, const char *verdict);
void dns_show_addresses(struct dns_show *t, const struct dns_addresses *f);
void dns_show_tlsa(struct dns_show *t, const struct dns_tlsa *tlsa);
void dns_show_dane(struct dns_show *t, const struct route_host *h);
/* The lines, verdicts below one another, control characters escaped. */
void dns_show_text(const struct dns_show *t, struct buf *b);

/* "secure", "insecure", what failed, or "". */
const char *dns_show_verdict(const struct dns_head *h);
/* "none", "no such name" ...; NULL when there are records. */
const char *dns_show_absence(const struct dns_head *h);

#endif
