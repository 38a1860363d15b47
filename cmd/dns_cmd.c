#include "cmd.h"
#include "idn.h"
#include "names.h"
#include "route.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define DNS_HOST_MS 15000 /* for all that is asked of one host */
#define DNS_PORT    25
#define DNS_COLUMN  48 /* where the verdicts stand, at most so far right */
#define DNS_LINE    160

/* What is shown: lines of which some have a verdict behind. */
struct dns_row {
	char *text, *verdict;
};
struct dns_table {
	struct dns_row *row;
	size_t n;
	bool anchored; /* there is a trust anchor */
};

/* Takes text over; verdict is copied and cut. */
static void
dns_add(struct dns_table *t, char *text, const char *verdict)
{
	size_t len = strlen(verdict);
	t->row = mem_grow(t->row, t->n + 1, sizeof *t->row);
	t->row[t->n++] = (struct dns_row){ text,
		mem_dupn(verdict, len < DNS_LINE ? len : DNS_LINE) };
}

static const char *
dns_verdict(const struct dns_head *h)
{
	if (h->status == DNS_BOGUS)
		return h->why != NULL ? h->why : "validation failed";
	if (h->status == DNS_SERVFAIL)
		return "";
	return h->secure ? "secure" : "insecure";
}

/* What stands in place of records where there are none, or NULL. */
static const char *
dns_absence(const struct dns_head *h)
{
	static const char *const word[] = { NULL, "none", "no such name",
		"server failure", "bogus" };
	return word[h->status];
}

static void
dns_tell_head(struct dns_table *t, const char *type, const struct dns_head *h)
{
	const char *none = dns_absence(h);
	if (h->alias != NULL)
		dns_add(t, mem_printf("      %-5s alias of %s", type, h->alias),
		    dns_verdict(h));
	if (none != NULL)
		dns_add(
		    t, mem_printf("      %-5s %s", type, none), dns_verdict(h));
	if (h->dropped > 0)
		dns_add(t,
		    mem_printf("      %-5s and %zu more, too many or malformed",
			type, h->dropped),
		    "");
}

static void
dns_tell_addresses(struct dns_table *t, const struct dns_addresses *f)
{
	for (int six = 0; six < 2; six++) {
		const struct dns_head *h = six ? &f->aaaa : &f->a;
		for (size_t i = 0; i < f->n; i++) {
			const struct rdata_address *a = &f->address[i];
			if (a->family != (six ? AF_INET6 : AF_INET))
				continue;
			dns_add(t,
			    mem_printf("      %-5s %s%s", six ? "AAAA" : "A",
				a->text,
				a->odd ? " (no host can have it)" : ""),
			    dns_verdict(h));
		}
		dns_tell_head(t, six ? "AAAA" : "A", h);
	}
}

static void
dns_tell_tlsa(struct dns_table *t, const struct dns_tlsa *tlsa)
{
	for (size_t i = 0; i < tlsa->n; i++) {
		const struct tls_tlsa *r = &tlsa->tlsa[i];
		struct buf hex = BUF_INIT;
		for (size_t k = 0; k < r->len && k < 8; k++)
			buf_addf(&hex, "%02x", r->data[k]);
		dns_add(t,
		    mem_printf("      TLSA  %u %u %u %s%s%s", r->usage,
			r->selector, r->mtype, buf_str(&hex),
			r->len > 8 ? "..." : "",
			rdata_tlsa_usable(r) ? "" : " (unusable)"),
		    dns_verdict(&tlsa->head));
		buf_release(&hex);
	}
	dns_tell_head(t, "TLSA", &tlsa->head);
}

static void
dns_tell_dane(struct dns_table *t, const struct route_host *h)
{
	static const char *const word[] = { "no", "unusable", "yes" };
	dns_add(t,
	    mem_printf("      DANE  %s: %s%s%s", word[h->dane], h->why,
		h->base != NULL ? ", base domain " : "",
		h->base != NULL ? h->base : ""),
	    "");
}

/* One host with all that is known of it. 0: go on. */
static int
dns_tell_host(struct shell *sh, struct dns_table *t, struct route_host *h,
    const char *verdict, struct err *e)
{
	int64_t deadline = loop_deadline(DNS_HOST_MS);
	struct err why = { 0 };
	struct dns *d = sh->names.dns;
	dns_add(t, mem_printf("  %5u  %s", h->preference, h->name), verdict);
	int r = route_look(d, h, DNS_PORT, AF_UNSPEC, true, deadline, &why);
	dns_tell_addresses(t, &h->found);
	/* What does not count is shown all the same. */
	if (why.kind != ERR_INTR && h->tlsa.name == NULL && h->naddress > 0)
		dns_tlsa(d, DNS_PORT, h->name, deadline, &h->tlsa, &why);
	if (h->tlsa.name != NULL)
		dns_tell_tlsa(t, &h->tlsa);
	if (r == 0)
		dns_tell_dane(t, h);
	else
		dns_add(
		    t, mem_printf("      not to be tried: %s", why.text), "");
	if (why.kind != ERR_INTR)
		return 0;
	*e = why;
	return -1;
}

static void
dns_show(struct shell *sh, const struct dns_table *t)
{
	struct buf b = BUF_INIT, line = BUF_INIT;
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
		buf_addf(&b, "%s%*s", buf_str(&line),
		    r->verdict[0] == '\0' ? 0
		    : width < column	  ? (int)(column - width + 2)
					  : 2,
		    "");
		buf_addf(&b, "%s\n", r->verdict);
	}
	shell_say(sh, buf_data(&b), buf_len(&b));
	buf_release(&b);
	buf_release(&line);
}

static void
dns_table_release(struct dns_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->row[i].text);
		free(t->row[i].verdict);
	}
	free(t->row);
}

/* Hosts as MX has them, or the domain itself. */
static int
dns_tell_hosts(struct shell *sh, struct dns_table *t, const char *domain,
    const struct dns_mx *m, struct err *e)
{
	struct route_host *h = mem_alloc(sizeof *h);
	size_t n = m->n > 0 ? m->n : 1;
	int r = 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		const char *name = m->n > 0 ? m->mx[i].host : domain;
		route_host_init(h, name);
		h->preference = m->n > 0 ? m->mx[i].preference : 0;
		h->secure = m->head.secure;
		if (m->n == 1 && strcmp(name, ".") == 0)
			dns_add(t,
			    mem_printf("  %5u  . (null MX: it takes no mail, "
				       "RFC 7505)",
				h->preference),
			    dns_verdict(&m->head));
		else
			r = dns_tell_host(
			    sh, t, h, m->n > 0 ? dns_verdict(&m->head) : "", e);
		route_host_release(h);
	}
	free(h);
	return r;
}

static int
dns_tell(struct shell *sh, struct dns_table *t, const char *domain,
    const struct dns_mx *m, struct err *e)
{
	const struct dns_head *h = &m->head;
	if (h->alias != NULL)
		dns_add(
		    t, mem_printf("  alias of %s", h->alias), dns_verdict(h));
	if (h->status == DNS_NXDOMAIN || h->status == DNS_SERVFAIL ||
	    h->status == DNS_BOGUS) {
		dns_add(t, mem_printf("  MX     %s", dns_absence(h)),
		    dns_verdict(h));
		return 0;
	}
	if (h->status == DNS_NODATA)
		dns_add(t, mem_dup("  MX     none: the domain itself"),
		    dns_verdict(h));
	if (h->dropped > 0)
		dns_add(t,
		    mem_printf("  MX     and %zu more, too many or malformed",
			h->dropped),
		    "");
	if (h->status == DNS_FOUND && m->n == 0)
		return 0;
	return dns_tell_hosts(sh, t, domain, m, e);
}

/* That there is nobody to mail to is also the exit status. */
static int
dns_outcome(const char *domain, const struct dns_head *h, struct err *e)
{
	switch (h->status) {
	case DNS_FOUND:
	case DNS_NODATA:
		return 0;
	case DNS_NXDOMAIN:
		return err_set(e, ERR_NOHOST, "no such domain: %s", domain);
	case DNS_SERVFAIL:
		return err_set(e, ERR_TEMP, "MX of %s: server failure", domain);
	case DNS_BOGUS:
		break;
	}
	return err_set(e, ERR_TEMP, "MX of %s: bogus", domain);
}

static int
dns_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	struct dns *d = shell_dns(sh, e);
	struct dns_table t = { 0 };
	struct dns_mx *m;
	char *domain;
	if (d == NULL || idn_to_ascii(a->word[0], &domain, e) < 0)
		return -1;
	m = mem_alloc(sizeof *m);
	int r = dns_mx(d, domain, loop_deadline(DNS_HOST_MS), m, e);
	if (r == 0) {
		dns_add(&t,
		    strcmp(domain, a->word[0]) == 0
			? mem_dup(domain)
			: mem_printf("%s (%s)", a->word[0], domain),
		    "");
		r = dns_tell(sh, &t, domain, m, e);
		if (dns_trust_anchor(d) == NULL)
			dns_add(&t,
			    mem_dup("  nothing is validated: no trust anchor "
				    "(--trust-anchor FILE)"),
			    "");
		dns_show(sh, &t);
	}
	if (r == 0)
		r = dns_outcome(domain, &m->head, e);
	dns_table_release(&t);
	dns_mx_release(m);
	free(m);
	free(domain);
	return r;
}

const struct cmd cmd_dns = {
	.name = "dns",
	.args = "DOMAIN",
	.text = "show a domain's MX, their addresses and TLSA records",
	.help =
	    "In the order in which they are tried, with what DNSSEC says of "
	    "each: secure, insecure, bogus. DANE says whether the TLSA "
	    "records of port 25 count (RFC 7672). --resolver ADDR[:PORT] "
	    "and --trust-anchor FILE say who is asked and what is "
	    "believed.",
	.exec = dns_exec,
};
