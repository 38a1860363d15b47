/* What answers say: the library's verdict in one word, and the records that
 * are well-formed, up to the limits. */
#include "net/dns/dns_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { DNS_A = 1, DNS_CNAME = 5, DNS_MX = 15, DNS_AAAA = 28, DNS_TLSA = 52 };

/* The name of the question and the canonical one, each with a dot or not, in
 * any case. */
static void
dns_alias(struct dns_head *h, const char *name, const struct dns_question *r)
{
	size_t len = strlen(name), n;

	if (r->canonname == NULL)
		return;
	n = strlen(r->canonname);
	if (n > 0 && r->canonname[n - 1] == '.')
		n--;
	if (len > 0 && name[len - 1] == '.')
		len--;
	if (n == len && strncasecmp(name, r->canonname, n) == 0)
		return;
	h->alias = mem_dupn(r->canonname, n);
	for (char *p = h->alias; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 'a' - 'A');
	h->odd = !rdata_is_name(h->alias);
}

static void
dns_fill(struct dns_head *h, const char *name, const struct dns_question *r)
{
	h->secure = r->secure && !r->bogus;
	if (r->bogus)
		h->status = DNS_BOGUS;
	else if (r->havedata)
		h->status = DNS_FOUND;
	else if (r->nxdomain)
		h->status = DNS_NXDOMAIN;
	else if (r->rcode == 0)
		h->status = DNS_NODATA;
	else
		h->status = DNS_SERVFAIL;
	if (h->status == DNS_SERVFAIL || h->status == DNS_BOGUS)
		h->secure = false;
	if (r->bogus && r->why_bogus != NULL)
		h->why = mem_dup(r->why_bogus);
	if (!r->bogus)
		dns_alias(h, name, r);
}

/* Record i, or NULL past the last. Bogus records are never looked at. */
static const unsigned char *
dns_record(const struct dns_head *h, const struct dns_question *r, size_t i,
    size_t *len)
{
	if (h->status != DNS_FOUND || r->data[i] == NULL || r->len[i] < 0)
		return NULL;
	*len = (size_t)r->len[i];
	return (const unsigned char *)r->data[i];
}

static int
dns_mx_compare(const void *a, const void *b)
{
	const struct rdata_mx *x = a, *y = b;

	return x->preference < y->preference ? -1
					     : x->preference > y->preference;
}

/* Keeps the most preferred of them. */
static void
dns_mx_fill(struct dns_mx *m, const struct dns_question *r)
{
	struct rdata_mx *all = NULL;
	const unsigned char *p;
	size_t n = 0, len;

	for (size_t i = 0; (p = dns_record(&m->head, r, i, &len)) != NULL;
	     i++) {
		all = mem_grow(all, n + 1, sizeof *all);
		if (rdata_mx(&all[n], p, len) == 0)
			n++;
		else
			m->head.dropped++;
	}
	/* Of one preference they stay as they came: insertion is stable. */
	for (size_t i = 1; i < n; i++) {
		struct rdata_mx x = all[i];
		size_t j = i;

		for (; j > 0 && dns_mx_compare(&x, &all[j - 1]) < 0; j--)
			all[j] = all[j - 1];
		all[j] = x;
	}
	for (size_t i = 0; i < n; i++) {
		if (m->n < DNS_MX_MAX) {
			m->mx[m->n++] = all[i];
		} else {
			free(all[i].host);
			m->head.dropped++;
		}
	}
	free(all);
}

int
dns_mx(struct dns *d, const char *domain, int64_t deadline_ns,
    struct dns_mx *out, struct err *e)
{
	struct dns_question q = { .type = DNS_MX };
	int rc;

	*out = (struct dns_mx){ 0 };
	rc = dns_ask(d, domain, &q, 1, deadline_ns, e);
	if (rc == 0) {
		dns_fill(&out->head, domain, &q);
		dns_mx_fill(out, &q);
	}
	dns_done(d, &q, 1);
	return rc;
}

static void
dns_addresses_fill(struct dns_addresses *out, struct dns_head *h, int family,
    const struct dns_question *r, size_t max)
{
	const unsigned char *p;
	size_t len;

	for (size_t i = 0; (p = dns_record(h, r, i, &len)) != NULL; i++) {
		if (out->n < max &&
		    rdata_address(&out->address[out->n], family, p, len) == 0)
			out->n++;
		else
			h->dropped++;
	}
}

int
dns_addresses(struct dns *d, const char *host, int family, int64_t deadline_ns,
    struct dns_addresses *out, struct err *e)
{
	struct dns_question q[2] = { { 0 } };
	size_t n = 0;
	int rc;

	*out = (struct dns_addresses){ .a.status = DNS_NODATA,
		.aaaa.status = DNS_NODATA };
	if (family != AF_INET)
		q[n++].type = DNS_AAAA;
	if (family != AF_INET6)
		q[n++].type = DNS_A;
	rc = dns_ask(d, host, q, n, deadline_ns, e);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		bool six = q[i].type == DNS_AAAA;
		struct dns_head *h = six ? &out->aaaa : &out->a;

		dns_fill(h, host, &q[i]);
		/* Many of one family leave room for the other. */
		dns_addresses_fill(out, h, six ? AF_INET6 : AF_INET, &q[i],
		    six && n > 1 ? DNS_ADDRESS_MAX / 2 : DNS_ADDRESS_MAX);
	}
	/* A family that was not asked for says nothing against the other. */
	if (rc == 0 && family == AF_INET)
		out->aaaa.secure = out->a.secure;
	if (rc == 0 && family == AF_INET6)
		out->a.secure = out->aaaa.secure;
	dns_done(d, q, n);
	return rc;
}

static void
dns_tlsa_fill(struct dns_tlsa *out, const struct dns_question *r)
{
	const unsigned char *p;
	size_t len, total = 0, at = 0;

	for (size_t i = 0;
	     i < DNS_TLSA_MAX && dns_record(&out->head, r, i, &len) != NULL;
	     i++)
		total += len;
	out->data = mem_alloc(total + 1);
	for (size_t i = 0; (p = dns_record(&out->head, r, i, &len)); i++) {
		if (i >= DNS_TLSA_MAX) {
			out->head.dropped++;
			continue;
		}
		memcpy(out->data + at, p, len);
		if (rdata_tlsa(&out->tlsa[out->n], out->data + at, len) == 0)
			out->n++;
		else
			out->head.dropped++;
		at += len;
	}
}

int
dns_tlsa(struct dns *d, unsigned port, const char *host, int64_t deadline_ns,
    struct dns_tlsa *out, struct err *e)
{
	struct dns_question q = { .type = DNS_TLSA };
	int rc;

	*out = (struct dns_tlsa){ 0 };
	if (!rdata_is_name(host))
		return err_set(
		    e, ERR_USAGE, "'%.300s' is no name to look up", host);
	out->name = mem_printf("_%u._tcp.%s", port, host);
	if (!rdata_is_name(out->name)) {
		/* There can be no such name. */
		out->head.status = DNS_NXDOMAIN;
		return 0;
	}
	rc = dns_ask(d, out->name, &q, 1, deadline_ns, e);
	if (rc == 0) {
		dns_fill(&out->head, out->name, &q);
		dns_tlsa_fill(out, &q);
	}
	dns_done(d, &q, 1);
	return rc;
}

int
dns_cname(struct dns *d, const char *host, int64_t deadline_ns,
    struct dns_head *out, struct err *e)
{
	struct dns_question q = { .type = DNS_CNAME };
	int rc;

	*out = (struct dns_head){ 0 };
	rc = dns_ask(d, host, &q, 1, deadline_ns, e);
	if (rc == 0)
		dns_fill(out, host, &q);
	dns_done(d, &q, 1);
	return rc;
}
