/* The order of hosts, and what is known of one. */
#include "net/dns/route_priv.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

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

bool
route_is_failure(const struct dns_head *h)
{
	return h->status == DNS_SERVFAIL || h->status == DNS_BOGUS;
}

int
route_failed(const struct dns *d, const struct dns_head *h, const char *what,
    const char *name, struct err *e)
{
	struct buf b = BUF_INIT;

	dns_head_text(d, h, &b);
	err_set(e, ERR_TEMP, "%s of %s: %s", what, name, buf_str(&b));
	buf_release(&b);
	return err_why(
	    e, h->status == DNS_BOGUS ? WHY_BOGUS : WHY_NAME_UNKNOWN);
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

int
route_fill(struct route *r, struct dns *d, const struct dns_mx *m,
    uint64_t seed, struct err *e)
{
	const struct dns_head *h = &m->head;
	struct rdata_mx self = { .host = r->domain };

	if (route_is_failure(h))
		return route_failed(d, h, "MX", r->domain, e);
	if (h->status == DNS_NXDOMAIN) {
		err_set(e, ERR_NOHOST, "no such domain: %s", r->domain);
		return err_why(e, WHY_NO_NAME);
	}
	if (m->n == 1 && strcmp(m->mx[0].host, ".") == 0) {
		err_set(e, ERR_REFUSED,
		    "%s takes no mail (null MX, RFC 7505; 556 in a reply)",
		    r->domain);
		return err_why(e, WHY_NULL_MX);
	}
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

void
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

enum tls_level
route_level(const struct route_host *h, enum tls_level asked)
{
	static const enum tls_level least[] = { [ROUTE_DANE_NONE] = TLS_MAY,
		[ROUTE_DANE_UNUSABLE] = TLS_MUST,
		[ROUTE_DANE_USABLE] = TLS_DANE };

	return asked > least[h->dane] ? asked : least[h->dane];
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
