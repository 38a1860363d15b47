/* The order of hosts and what DNS must have proven before TLSA records may
 * decide. A host whose TLSA records cannot be had is never tried without them:
 * whoever can suppress an answer could switch DANE off. */
#include "net/dns/route.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include "net/dns/idn.h"

/* splitmix64: enough to share load, and the same everywhere for one seed. */
static uint64_t
route_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint64_t
route_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		seed = (uint64_t)loop_now_ns();
	return seed == 0 ? 1 : seed;
}

void
route_shuffle(struct route_host *h, size_t n, uint64_t seed)
{
	size_t begin = 0, end;

	for (; begin < n; begin = end) {
		end = begin + 1;
		while (end < n && h[end].preference == h[begin].preference)
			end++;
		for (size_t left = end - begin; left > 1; left--) {
			size_t i = begin + left - 1;
			size_t j = begin + route_random(&seed) % left;
			struct route_host swap = h[i];

			h[i] = h[j];
			h[j] = swap;
		}
	}
}

static int
route_failed(const struct dns *d, const struct dns_head *h, const char *what,
    const char *name, struct err *e)
{
	struct buf b = BUF_INIT;

	dns_head_text(d, h, &b);
	err_set(e, ERR_TEMP, "%s of %s: %s", what, name, buf_str(&b));
	buf_release(&b);
	return -1;
}

static void
route_add(struct route *r, const struct rdata_mx *mx)
{
	struct route_host *h;

	r->host = mem_grow(r->host, r->n + 1, sizeof *r->host);
	h = &r->host[r->n++];
	*h = (struct route_host){ .preference = mx->preference,
		.name = mem_dup(mx->host),
		.odd = mx->odd || strcmp(mx->host, ".") == 0,
		.secure = r->secure };
}

static int
route_fill(struct route *r, struct dns *d, const struct dns_mx *m,
    uint64_t seed, struct err *e)
{
	const struct dns_head *h = &m->head;
	struct rdata_mx self = { .host = r->domain };

	if (h->status == DNS_SERVFAIL || h->status == DNS_BOGUS)
		return route_failed(d, h, "MX", r->domain, e);
	if (h->status == DNS_NXDOMAIN)
		return err_set(e, ERR_NOHOST, "no such domain: %s", r->domain);
	if (m->n == 1 && strcmp(m->mx[0].host, ".") == 0)
		return err_set(e, ERR_REFUSED,
		    "%s takes no mail (null MX, RFC 7505; 556 in a reply)",
		    r->domain);
	if (h->status == DNS_FOUND && m->n == 0)
		return err_set(e, ERR_TEMP,
		    "MX of %s: no record that is well-formed", r->domain);
	r->secure = h->secure;
	r->dropped = h->dropped;
	r->alias = h->alias == NULL ? NULL : mem_dup(h->alias);
	r->implicit = m->n == 0;
	for (size_t i = 0; i < m->n; i++)
		route_add(r, &m->mx[i]);
	if (r->implicit)
		route_add(r, &self);
	if (seed != 0)
		route_shuffle(r->host, r->n, seed);
	return 0;
}

int
route_new(struct route **out, struct dns *d, const char *domain, uint64_t seed,
    int64_t deadline_ns, struct err *e)
{
	struct route *r = mem_zalloc(sizeof *r);
	struct dns_mx *m = mem_zalloc(sizeof *m);
	size_t len;
	int rc;

	*out = NULL;
	rc = idn_to_ascii(domain, &r->domain, e);
	if (rc == 0) {
		len = strlen(r->domain);
		if (len > 0 && r->domain[len - 1] == '.')
			r->domain[len - 1] = '\0';
		rc = dns_mx(d, r->domain, deadline_ns, m, e);
	}
	if (rc == 0)
		rc = route_fill(r, d, m, seed, e);
	dns_mx_release(m);
	free(m);
	if (rc == 0)
		*out = r;
	else
		route_free(r);
	return rc;
}

void
route_free(struct route *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++)
		route_host_release(&r->host[i]);
	free(r->host);
	free(r->domain);
	free(r->alias);
	free(r);
}

void
route_host_init(struct route_host *h, const char *name)
{
	unsigned char octets[16];
	size_t len = strlen(name);

	/* The root stays ".". */
	if (len > 1 && name[len - 1] == '.')
		len--;
	*h = (struct route_host){ .name = mem_dupn(name, len), .secure = true };
	h->literal = inet_pton(AF_INET, h->name, octets) == 1 ||
		     inet_pton(AF_INET6, h->name, octets) == 1;
	h->odd = !h->literal && !rdata_is_name(name);
}

static void
route_host_clear(struct route_host *h)
{
	dns_addresses_release(&h->found);
	dns_tlsa_release(&h->tlsa);
	h->naddress = 0;
	h->dane = ROUTE_DANE_NONE;
	h->base = h->why = NULL;
}

void
route_host_release(struct route_host *h)
{
	route_host_clear(h);
	free(h->name);
	h->name = NULL;
}

size_t
route_names(const struct route *r, const char *name[2])
{
	size_t n = 0;

	/* Without MX the base domain is the only name; without a secure MX
	 * there is no DANE. */
	if (r->implicit || !r->secure)
		return 0;
	name[n++] = r->domain;
	if (r->alias != NULL)
		name[n++] = r->alias;
	return n;
}

static bool
route_is_failure(const struct dns_head *h)
{
	return h->status == DNS_SERVFAIL || h->status == DNS_BOGUS;
}

static int
route_addresses(struct dns *d, struct route_host *h, int family, bool dane,
    int64_t deadline_ns, struct err *e)
{
	struct dns_addresses *f = &h->found;
	const struct dns_head *bad;

	if (dns_addresses(d, h->name, family, deadline_ns, f, e) != 0)
		return -1;
	for (size_t i = 0; i < f->n; i++)
		if (!f->address[i].odd)
			h->address[h->naddress++] = f->address[i].text;
	bad = route_is_failure(&f->a) ? &f->a : &f->aaaa;
	/* Half an answer will do where nothing hangs on its truth. */
	if (route_is_failure(bad) && (h->naddress == 0 || dane))
		return route_failed(d, bad, "address", h->name, e);
	if (f->n > 0 && h->naddress == 0)
		return err_set(e, ERR_NOHOST,
		    "%s: no host can have the address %s", h->name,
		    f->address[0].text);
	if (h->naddress == 0)
		return err_set(e, ERR_NOHOST, "no address for %s", h->name);
	return 0;
}

/* Asks at one base domain. 1: secure records; 0: none that count. */
static int
route_tlsa(struct dns *d, struct route_host *h, unsigned port, const char *base,
    int64_t deadline_ns, struct err *e)
{
	const struct dns_tlsa *t = &h->tlsa;

	dns_tlsa_release(&h->tlsa);
	if (dns_tlsa(d, port, base, deadline_ns, &h->tlsa, e) != 0)
		return -1;
	if (route_is_failure(&t->head))
		return route_failed(d, &t->head, "TLSA", t->name, e);
	if (t->head.status != DNS_FOUND || !t->head.secure)
		return 0;
	h->base = base;
	h->dane = ROUTE_DANE_UNUSABLE;
	h->why = "no TLSA record can be used with SMTP";
	for (size_t i = 0; i < t->n; i++) {
		if (rdata_tlsa_usable(&t->tlsa[i])) {
			h->dane = ROUTE_DANE_USABLE;
			h->why = "secure TLSA records";
		}
	}
	return 1;
}

/* The names whose TLSA records count (RFC 7672 2.2.2, 2.2.3): the end of a
 * chain of aliases that is secure throughout, then the name itself, which is
 * enough if its own alias is secure. */
static int
route_bases(struct dns *d, const struct route_host *h, const char *base[2],
    size_t *n, int64_t deadline_ns, struct err *e)
{
	const struct dns_addresses *f = &h->found;
	const struct dns_head *with = f->a.alias != NULL ? &f->a : &f->aaaa;
	struct dns_head own;

	*n = 0;
	if (f->a.secure && f->aaaa.secure) {
		if (with->alias != NULL && !with->odd)
			base[(*n)++] = with->alias;
		base[(*n)++] = h->name;
		return 0;
	}
	if (with->alias == NULL)
		return 0;
	if (dns_cname(d, h->name, deadline_ns, &own, e) != 0)
		return -1;
	if (route_is_failure(&own)) {
		route_failed(d, &own, "CNAME", h->name, e);
		dns_head_release(&own);
		return -1;
	}
	if (own.status == DNS_FOUND && own.secure)
		base[(*n)++] = h->name;
	dns_head_release(&own);
	return 0;
}

static int
route_look_dane(struct dns *d, struct route_host *h, unsigned port,
    int64_t deadline_ns, struct err *e)
{
	const char *base[2];
	size_t n;
	int rc;

	if (dns_trust_anchor(d) == NULL) {
		h->why = "there is no trust anchor";
		return 0;
	}
	if (!h->secure) {
		h->why = "its MX records are insecure";
		return 0;
	}
	if (route_bases(d, h, base, &n, deadline_ns, e) != 0)
		return -1;
	h->why =
	    n == 0 ? "its addresses are insecure" : "no secure TLSA records";
	for (size_t i = 0; i < n; i++) {
		rc = route_tlsa(d, h, port, base[i], deadline_ns, e);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	return 0;
}

int
route_look(struct dns *d, struct route_host *h, unsigned port, int family,
    bool dane, int64_t deadline_ns, struct err *e)
{
	route_host_clear(h);
	if (h->literal) {
		h->address[h->naddress++] = h->name;
		h->why = "an address has no TLSA records";
		return 0;
	}
	if (strcmp(h->name, ".") == 0)
		return err_set(
		    e, ERR_PROTO, "a null MX beside others (RFC 7505 3)");
	if (h->odd)
		return err_set(e, ERR_PROTO, "'%s' is no host's name", h->name);
	if (route_addresses(d, h, family, dane, deadline_ns, e) == 0 &&
	    (!dane || route_look_dane(d, h, port, deadline_ns, e) == 0))
		return 0;
	/* Nobody may connect after a failure, by mistake either. */
	h->naddress = 0;
	h->dane = ROUTE_DANE_NONE;
	h->base = NULL;
	return -1;
}
