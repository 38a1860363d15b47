#include "cmd/dns_show.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "cmd/say/out.h"

#define DNS_COLUMN  48	/* where the verdicts stand, at most so far right */
#define DNS_VERDICT 160 /* octets of one */

/* Takes text over; verdict is copied and cut. */
void
dns_show_add(struct dns_show *t, char *text, const char *verdict)
{
	size_t len = strlen(verdict);
	t->row = mem_grow(t->row, t->n + 1, sizeof *t->row);
	t->row[t->n++] = (struct dns_row){ text,
		mem_dupn(verdict, len < DNS_VERDICT ? len : DNS_VERDICT) };
}

const char *
dns_show_verdict(const struct dns_head *h)
{
	if (h->status == DNS_BOGUS)
		return h->why != NULL ? h->why : "validation failed";
	if (h->status == DNS_SERVFAIL)
		return "";
	return h->secure ? "secure" : "insecure";
}

/* What stands in place of records where there are none, or NULL. */
const char *
dns_show_absence(const struct dns_head *h)
{
	static const char *const word[] = { NULL, "none", "no such name",
		"server failure", "bogus" };
	return word[h->status];
}

static void
dns_show_alias(struct dns_show *t, const char *type, const struct dns_head *h)
{
	if (h->alias != NULL)
		dns_show_add(t,
		    mem_printf("    %-5s alias of %s", type, h->alias),
		    dns_show_verdict(h));
}

/* Behind the records of a type: that there are none, or more. */
static void
dns_show_rest(struct dns_show *t, const char *type, const struct dns_head *h)
{
	const char *none = dns_show_absence(h);
	if (none != NULL)
		dns_show_add(t, mem_printf("    %-5s %s", type, none),
		    dns_show_verdict(h));
	if (h->dropped > 0)
		dns_show_add(t,
		    mem_printf("    %-5s and %zu more, too many or malformed",
			type, h->dropped),
		    "");
}

void
dns_show_addresses(struct dns_show *t, const struct dns_addresses *f)
{
	for (int six = 0; six < 2; six++) {
		const struct dns_head *h = six ? &f->aaaa : &f->a;
		dns_show_alias(t, six ? "AAAA" : "A", h);
		for (size_t i = 0; i < f->n; i++) {
			const struct rdata_address *a = &f->address[i];
			if (a->family != (six ? AF_INET6 : AF_INET))
				continue;
			dns_show_add(t,
			    mem_printf("    %-5s %s%s", six ? "AAAA" : "A",
				a->text,
				a->odd ? " (no host can have it)" : ""),
			    dns_show_verdict(h));
		}
		dns_show_rest(t, six ? "AAAA" : "A", h);
	}
}

void
dns_show_tlsa(struct dns_show *t, const struct dns_tlsa *tlsa)
{
	dns_show_alias(t, "TLSA", &tlsa->head);
	for (size_t i = 0; i < tlsa->n; i++) {
		const struct tls_tlsa *r = &tlsa->tlsa[i];
		struct buf hex = BUF_INIT;
		for (size_t k = 0; k < r->len && k < 8; k++)
			buf_addf(&hex, "%02x", r->data[k]);
		dns_show_add(t,
		    mem_printf("    TLSA  %u %u %u %s%s%s", r->usage,
			r->selector, r->mtype, buf_str(&hex),
			r->len > 8 ? "..." : "",
			rdata_tlsa_usable(r) ? "" : " (unusable)"),
		    dns_show_verdict(&tlsa->head));
		buf_release(&hex);
	}
	/* That nothing has this name is no news: it begins with "_25". */
	if (tlsa->head.status == DNS_NXDOMAIN)
		dns_show_add(t, mem_dup("    TLSA  none"),
		    dns_show_verdict(&tlsa->head));
	else
		dns_show_rest(t, "TLSA", &tlsa->head);
}

void
dns_show_dane(struct dns_show *t, const struct route_host *h)
{
	static const char *const word[] = { "no", "unusable", "yes" };
	dns_show_add(t,
	    mem_printf("    DANE  %s: %s%s%s", word[h->dane], h->why,
		h->base != NULL ? ", base domain " : "",
		h->base != NULL ? h->base : ""),
	    "");
}

void
dns_show_text(const struct dns_show *t, struct buf *b)
{
	struct buf line = BUF_INIT;
	size_t column = 0, width;
	for (size_t i = 0; i < t->n; i++) {
		width = strlen(t->row[i].text);
		if (width > column && t->row[i].verdict[0] != '\0')
			column = width;
	}
	column = column < DNS_COLUMN ? column : DNS_COLUMN;
	for (size_t i = 0; i < t->n; i++) {
		const struct dns_row *r = &t->row[i];
		buf_clear(&line);
		escape_add(&line, r->text, strlen(r->text), false);
		width = escape_width(buf_data(&line), buf_len(&line));
		buf_addf(b, "%s%*s", buf_str(&line),
		    r->verdict[0] == '\0' ? 0
		    : width < column	  ? (int)(column - width + 2)
					  : 2,
		    "");
		escape_add(b, r->verdict, strlen(r->verdict), false);
		buf_addc(b, '\n');
	}
	buf_release(&line);
}

void
dns_show_release(struct dns_show *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->row[i].text);
		free(t->row[i].verdict);
	}
	free(t->row);
}
