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

static void
dns_families_fill(struct dns_addresses *out, int family, const char *host,
    const struct dns_question *q, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool six = q[i].type == DNS_AAAA;
		struct dns_head *h = six ? &out->aaaa : &out->a;

		dns_fill(h, host, &q[i]);
		/* Many of one family leave room for the other. */
		dns_addresses_fill(out, h, six ? AF_INET6 : AF_INET, &q[i],
		    six && n > 1 ? DNS_ADDRESS_MAX / 2 : DNS_ADDRESS_MAX);
	}
	/* A family that was not asked for says nothing against the other. */
	if (family == AF_INET)
		out->aaaa.secure = out->a.secure;
	if (family == AF_INET6)
		out->a.secure = out->aaaa.secure;
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

struct dns_look {
	struct dns *d;
	char *name;
	int family; /* of addresses */
	struct dns_question q[2];
	size_t n; /* 0: the answer is known */
	/* One of them is where it goes. */
	struct dns_mx *mx;
	struct dns_addresses *addresses;
	struct dns_tlsa *tlsa;
	struct dns_head *cname;
};

static int
dns_look_begin(struct dns_look **look, struct dns *d, const char *name,
    const struct dns_look *with, struct err *e)
{
	struct dns_look *k = mem_alloc(sizeof *k);

	*k = *with;
	k->d = d;
	k->name = mem_dup(name);
	*look = k;
	if (k->n == 0 || dns_ask(d, name, k->q, k->n, e) == 0)
		return 0;
	dns_look_free(k);
	*look = NULL;
	return -1;
}

int
dns_mx_start(struct dns_look **look, struct dns *d, const char *domain,
    struct dns_mx *out, struct err *e)
{
	*out = (struct dns_mx){ 0 };
	return dns_look_begin(look, d, domain,
	    &(struct dns_look){
		.q = { { .type = DNS_MX } }, .n = 1, .mx = out },
	    e);
}

int
dns_addresses_start(struct dns_look **look, struct dns *d, const char *host,
    int family, struct dns_addresses *out, struct err *e)
{
	struct dns_look k = { .family = family, .addresses = out };

	*out = (struct dns_addresses){ .a.status = DNS_NODATA,
		.aaaa.status = DNS_NODATA };
	if (family != AF_INET)
		k.q[k.n++].type = DNS_AAAA;
	if (family != AF_INET6)
		k.q[k.n++].type = DNS_A;
	return dns_look_begin(look, d, host, &k, e);
}

int
dns_tlsa_start(struct dns_look **look, struct dns *d, unsigned port,
    const char *host, struct dns_tlsa *out, struct err *e)
{
	struct dns_look k = {
		.q = { { .type = DNS_TLSA } }, .n = 1, .tlsa = out
	};

	*look = NULL;
	*out = (struct dns_tlsa){ 0 };
	if (!rdata_is_name(host))
		return err_set(
		    e, ERR_USAGE, "'%.300s' is no name to look up", host);
	out->name = mem_printf("_%u._tcp.%s", port, host);
	if (!rdata_is_name(out->name)) {
		/* There can be no such name. */
		out->head.status = DNS_NXDOMAIN;
		k.n = 0;
	}
	return dns_look_begin(look, d, out->name, &k, e);
}

int
dns_cname_start(struct dns_look **look, struct dns *d, const char *host,
    struct dns_head *out, struct err *e)
{
	*out = (struct dns_head){ 0 };
	return dns_look_begin(look, d, host,
	    &(struct dns_look){
		.q = { { .type = DNS_CNAME } }, .n = 1, .cname = out },
	    e);
}

static void
dns_look_fill(struct dns_look *k)
{
	if (k->mx != NULL) {
		dns_fill(&k->mx->head, k->name, k->q);
		dns_mx_fill(k->mx, k->q);
	} else if (k->addresses != NULL) {
		dns_families_fill(k->addresses, k->family, k->name, k->q, k->n);
	} else if (k->tlsa != NULL) {
		dns_fill(&k->tlsa->head, k->name, k->q);
		dns_tlsa_fill(k->tlsa, k->q);
	} else {
		dns_fill(k->cname, k->name, k->q);
	}
}

int
dns_step(struct dns_look *k, struct err *e)
{
	int r = 1;

	if (k->n == 0)
		return 1;
	r = dns_answers(k->d, k->name, k->q, k->n, e);
	if (r != 1)
		return r;
	dns_look_fill(k);
	/* Another step fills nothing twice. */
	dns_done(k->d, k->q, k->n);
	k->n = 0;
	return 1;
}

void
dns_look_free(struct dns_look *k)
{
	if (k == NULL)
		return;
	dns_done(k->d, k->q, k->n);
	free(k->name);
	free(k);
}

/* Waits for what has been started; NULL: that failed. */
static int
dns_look_wait(struct dns_look *k, int64_t deadline_ns, struct err *e)
{
	int r;

	if (k == NULL)
		return -1;
	while ((r = dns_step(k, e)) == 0)
		if (dns_wait(k->d, k->name, deadline_ns, e) != 0) {
			r = -1;
			break;
		}
	dns_look_free(k);
	return r < 0 ? -1 : 0;
}

int
dns_mx(struct dns *d, const char *domain, int64_t deadline_ns,
    struct dns_mx *out, struct err *e)
{
	struct dns_look *k;

	if (dns_mx_start(&k, d, domain, out, e) < 0)
		return -1;
	return dns_look_wait(k, deadline_ns, e);
}

int
dns_addresses(struct dns *d, const char *host, int family, int64_t deadline_ns,
    struct dns_addresses *out, struct err *e)
{
	struct dns_look *k;

	if (dns_addresses_start(&k, d, host, family, out, e) < 0)
		return -1;
	return dns_look_wait(k, deadline_ns, e);
}

int
dns_tlsa(struct dns *d, unsigned port, const char *host, int64_t deadline_ns,
    struct dns_tlsa *out, struct err *e)
{
	struct dns_look *k;

	if (dns_tlsa_start(&k, d, port, host, out, e) < 0)
		return -1;
	return dns_look_wait(k, deadline_ns, e);
}

int
dns_cname(struct dns *d, const char *host, int64_t deadline_ns,
    struct dns_head *out, struct err *e)
{
	struct dns_look *k;

	if (dns_cname_start(&k, d, host, out, e) < 0)
		return -1;
	return dns_look_wait(k, deadline_ns, e);
}
