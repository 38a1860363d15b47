#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"
#include "cmd/dns_show.h"
#include "net/dns/idn.h"
#include "cmd/shell/names.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define DNS_HOST_MS 15000 /* for all that is asked of one host */
#define DNS_PORT    25

/* One host with all that is known of it. 0: go on. */
static int
dns_tell_host(struct shell *sh, struct dns_show *t, struct route_host *h,
    const char *verdict, struct err *e)
{
	int64_t deadline = loop_deadline(DNS_HOST_MS);
	struct err why = { 0 };
	struct dns *d = sh->names.dns[DNS_TRUST_ROOT];
	dns_show_add(
	    t, mem_printf("  MX %5u %s", h->preference, h->name), verdict);
	int r = route_look(d, h, DNS_PORT, AF_UNSPEC, true, deadline, &why);
	dns_show_addresses(t, &h->found);
	/* What does not count is shown all the same. */
	if (why.kind != ERR_INTR && h->tlsa.name == NULL && h->found.n > 0 &&
	    dns_tlsa(d, DNS_PORT, h->name, deadline, &h->tlsa, &why) < 0 &&
	    why.kind == ERR_INTR)
		r = -1;
	if (h->tlsa.name != NULL)
		dns_show_tlsa(t, &h->tlsa);
	if (r == 0)
		dns_show_dane(t, h);
	else
		dns_show_add(
		    t, mem_printf("    not to be tried: %s", why.text), "");
	if (why.kind != ERR_INTR)
		return 0;
	*e = why;
	return -1;
}

static void
dns_say(struct shell *sh, const struct dns_show *t)
{
	struct buf b = BUF_INIT;
	dns_show_text(t, &b);
	shell_page(sh, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

/* Hosts as MX has them, or the domain itself. */
static int
dns_tell_hosts(struct shell *sh, struct dns_show *t, const char *domain,
    const struct dns_mx *m, struct err *e)
{
	struct route_host *h = mem_alloc(sizeof *h);
	size_t n = m->n > 0 ? m->n : 1;
	int r = 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		const char *name = m->n > 0 ? m->mx[i].host : domain;
		route_host_init(h, name);
		/* What looks like an address is a name to MX. */
		h->literal = false;
		h->preference = m->n > 0 ? m->mx[i].preference : 0;
		h->secure = m->head.secure;
		if (m->n == 1 && strcmp(name, ".") == 0)
			dns_show_add(t,
			    mem_printf("  MX %5u . (null MX: it takes no mail, "
				       "RFC 7505)",
				h->preference),
			    dns_show_verdict(&m->head));
		else
			r = dns_tell_host(sh, t, h,
			    m->n > 0 ? dns_show_verdict(&m->head) : "", e);
		route_host_release(h);
	}
	free(h);
	return r;
}

static int
dns_tell(struct shell *sh, struct dns_show *t, const char *domain,
    const struct dns_mx *m, struct err *e)
{
	const struct dns_head *h = &m->head;
	if (h->alias != NULL)
		dns_show_add(t, mem_printf("  alias of %s", h->alias),
		    dns_show_verdict(h));
	if (h->status == DNS_NXDOMAIN || h->status == DNS_SERVFAIL ||
	    h->status == DNS_BOGUS) {
		dns_show_add(t, mem_printf("  MX    %s", dns_show_absence(h)),
		    dns_show_verdict(h));
		return 0;
	}
	if (h->status == DNS_NODATA)
		dns_show_add(t, mem_dup("  MX    none: the domain itself"),
		    dns_show_verdict(h));
	if (h->dropped > 0)
		dns_show_add(t,
		    mem_printf("  MX    and %zu more, too many or malformed",
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
dns_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	struct dns *d = shell_dns_of(sh, DNS_TRUST_ROOT, e);
	struct dns_show show = { 0 };
	struct dns_mx *m;
	char *domain;
	if (d == NULL || idn_to_ascii(a->word[0], &domain, e) < 0)
		return -1;
	m = mem_alloc(sizeof *m);
	int r = dns_mx(d, domain, loop_deadline(DNS_HOST_MS), m, e);
	if (r == 0) {
		dns_show_add(&show,
		    strcmp(domain, a->word[0]) == 0
			? mem_dup(domain)
			: mem_printf("%s (%s)", a->word[0], domain),
		    "");
		r = dns_tell(sh, &show, domain, m, e);
		if (dns_trust_anchor(d) == NULL)
			dns_show_add(&show,
			    mem_dup("  nothing is validated: no trust anchor "
				    "(--trust-anchor FILE)"),
			    "");
		dns_say(sh, &show);
	}
	if (r == 0)
		r = dns_outcome(domain, &m->head, e);
	dns_show_release(&show);
	dns_mx_release(m);
	free(m);
	free(domain);
	return r;
}

const struct cmd cmd_dns = {
	.name = "dns",
	.is = CMD_ALONE,
	.args = "DOMAIN",
	.text = "show a domain's MX, addresses and TLSA records",
	.help =
	    "In the order in which they are tried, with what DNSSEC says of "
	    "each: secure, insecure, bogus. DANE says whether the TLSA "
	    "records of port 25 count (RFC 7672). --resolver ADDR[:PORT] "
	    "and --trust-anchor FILE say who is asked and what is "
	    "believed.",
	.exec = dns_exec,
};
