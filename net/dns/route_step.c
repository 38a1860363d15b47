/* Routes a step at a time, and what DNS must have proven before TLSA records
 * may decide. A host whose TLSA records cannot be had is never tried without
 * them: whoever can suppress an answer could switch DANE off. One look-up is
 * under way at a time; its answer says which one is next. */
#include "net/dns/route_priv.h"

#include <stdlib.h>
#include <string.h>
#include "net/dns/dns_priv.h"
#include "net/dns/idn.h"

enum route_at {
	ROUTE_MX,
	ROUTE_ADDRESSES,
	ROUTE_CNAME, /* of the host itself, where its addresses are an alias's */
	ROUTE_TLSA,
	ROUTE_DONE
};

struct route_step {
	struct dns *d;
	int64_t deadline_ns;
	enum route_at at;
	struct dns_look *look; /* NULL when done */
	const char *asked;     /* its name, for people; never NULL */

	struct route *route; /* of a domain */
	struct dns_mx *mx;
	uint64_t seed;

	struct route_host *host; /* or of a host */
	unsigned port;
	bool dane;
	struct dns_head own; /* its CNAME */
	const char *base[2]; /* where TLSA records are looked for */
	size_t nbase, next;
};

void
route_step_free(struct route_step *s)
{
	if (s == NULL)
		return;
	dns_look_free(s->look);
	route_free(s->route);
	if (s->mx != NULL)
		dns_mx_release(s->mx);
	free(s->mx);
	dns_head_release(&s->own);
	free(s);
}

static struct route_step *
route_step_new(struct dns *d, enum route_at at, int64_t deadline_ns)
{
	struct route_step *s = mem_zalloc(sizeof *s);

	s->d = d;
	s->at = at;
	s->deadline_ns = deadline_ns;
	s->asked = "";
	return s;
}

int
route_start(struct route_step **out, struct dns *d, const char *domain,
    uint64_t seed, int64_t deadline_ns, struct err *e)
{
	struct route_step *s = route_step_new(d, ROUTE_MX, deadline_ns);
	struct route *r = s->route = mem_zalloc(sizeof *r);
	int rc = idn_to_ascii(domain, &r->domain, e);

	*out = NULL;
	s->seed = seed;
	if (rc == 0) {
		size_t len = strlen(r->domain);

		if (len > 0 && r->domain[len - 1] == '.')
			r->domain[len - 1] = '\0';
		s->asked = r->domain;
		s->mx = mem_zalloc(sizeof *s->mx);
		rc = dns_mx_start(&s->look, d, r->domain, s->mx, e);
	}
	if (rc == 0)
		*out = s;
	else
		route_step_free(s);
	return rc;
}

struct route *
route_take(struct route_step *s)
{
	struct route *r = s->at == ROUTE_DONE ? s->route : NULL;

	if (r != NULL)
		s->route = NULL;
	return r;
}

/* What cannot be looked up at all. 1: nothing need be. */
static int
route_look_known(
    const struct dns *d, struct route_host *h, bool dane, struct err *e)
{
	if (dane && h->literal)
		return err_set(e, ERR_USAGE,
		    "%s: an address has no TLSA records, --dane wants a host's "
		    "name",
		    h->name);
	if (dane && dns_trust_anchor(d) == NULL)
		return err_set(e, ERR_AUTH,
		    "DANE for %s: there is no trust anchor, so nothing can be "
		    "proven (--trust-anchor FILE)",
		    h->name);
	if (h->literal) {
		h->address[h->naddress++] = h->name;
		return 1;
	}
	if (strcmp(h->name, ".") == 0)
		err_set(e, ERR_PROTO, "a null MX beside others (RFC 7505 3)");
	else if (h->odd)
		err_set(e, ERR_PROTO, "'%s' is no host's name", h->name);
	if (h->odd || strcmp(h->name, ".") == 0)
		return err_why(e, WHY_ODD_MX);
	return 0;
}

int
route_look_start(struct route_step **out, struct dns *d, struct route_host *h,
    unsigned port, int family, bool dane, int64_t deadline_ns, struct err *e)
{
	struct route_step *s;
	int rc;

	*out = NULL;
	route_host_clear(h);
	rc = route_look_known(d, h, dane, e);
	if (rc < 0)
		return -1;
	s = route_step_new(d, ROUTE_ADDRESSES, deadline_ns);
	s->host = h;
	s->asked = h->name;
	s->port = port;
	s->dane = dane;
	if (rc == 1)
		s->at = ROUTE_DONE;
	else if (dns_addresses_start(
		     &s->look, d, h->name, family, &h->found, e) != 0) {
		route_step_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

static int
route_addresses(struct route_step *s, struct err *e)
{
	struct route_host *h = s->host;
	struct dns_addresses *f = &h->found;
	const struct dns_head *bad;

	for (size_t i = 0; i < f->n; i++)
		if (!f->address[i].odd)
			h->address[h->naddress++] = f->address[i].text;
	bad = route_is_failure(&f->a) ? &f->a : &f->aaaa;
	/* Half an answer will do where nothing hangs on its truth. */
	if (route_is_failure(bad) && (h->naddress == 0 || s->dane))
		return route_failed(s->d, bad, "address", h->name, e);
	if (h->naddress > 0)
		return 0;
	if (f->n > 0)
		err_set(e, ERR_NOHOST, "%s: no host can have the address %s",
		    h->name, f->address[0].text);
	else
		err_set(e, ERR_NOHOST, "no address for %s", h->name);
	return err_why(e, WHY_NO_ADDRESS);
}

/* Asks at the next base domain. 1: there is none left. */
static int
route_tlsa_start(struct route_step *s, struct err *e)
{
	struct route_host *h = s->host;

	if (s->next >= s->nbase) {
		s->at = ROUTE_DONE;
		return 1;
	}
	s->at = ROUTE_TLSA;
	dns_tlsa_release(&h->tlsa);
	return dns_tlsa_start(
	    &s->look, s->d, s->port, s->base[s->next], &h->tlsa, e);
}

static int
route_tlsa(struct route_step *s, struct err *e)
{
	struct route_host *h = s->host;
	const struct dns_tlsa *t = &h->tlsa;

	if (route_is_failure(&t->head))
		return route_failed(s->d, &t->head, "TLSA", t->name, e);
	if (t->head.status != DNS_FOUND || !t->head.secure) {
		s->next++;
		return route_tlsa_start(s, e);
	}
	h->base = s->base[s->next];
	h->dane = ROUTE_DANE_UNUSABLE;
	h->why = "no TLSA record can be used with SMTP";
	for (size_t i = 0; i < t->n; i++) {
		if (rdata_tlsa_usable(&t->tlsa[i])) {
			h->dane = ROUTE_DANE_USABLE;
			h->why = "secure TLSA records";
		}
	}
	s->at = ROUTE_DONE;
	return 1;
}

static int
route_bases_known(struct route_step *s, struct err *e)
{
	s->host->why = s->nbase == 0 ? "its addresses are insecure"
				     : "no secure TLSA records";
	return route_tlsa_start(s, e);
}

/* The names whose TLSA records count (RFC 7672 2.2.2, 2.2.3): the end of a
 * chain of aliases that is secure throughout, then the name itself, which is
 * enough if its own alias is secure. */
static int
route_bases(struct route_step *s, struct err *e)
{
	const struct dns_addresses *f = &s->host->found;
	const struct dns_head *with = f->a.alias != NULL ? &f->a : &f->aaaa;

	if (!s->host->secure) {
		s->host->why = "its MX records are insecure";
		s->at = ROUTE_DONE;
		return 1;
	}
	if (f->a.secure && f->aaaa.secure) {
		if (with->alias != NULL && !with->odd)
			s->base[s->nbase++] = with->alias;
		s->base[s->nbase++] = s->host->name;
	} else if (with->alias != NULL) {
		s->at = ROUTE_CNAME;
		return dns_cname_start(
		    &s->look, s->d, s->host->name, &s->own, e);
	}
	return route_bases_known(s, e);
}

static int
route_own(struct route_step *s, struct err *e)
{
	if (route_is_failure(&s->own))
		return route_failed(s->d, &s->own, "CNAME", s->host->name, e);
	if (s->own.status == DNS_FOUND && s->own.secure)
		s->base[s->nbase++] = s->host->name;
	return route_bases_known(s, e);
}

/* An answer has come. 1: the last; 0: another look-up is under way. */
static int
route_next(struct route_step *s, struct err *e)
{
	dns_look_free(s->look);
	s->look = NULL;
	switch (s->at) {
	case ROUTE_MX:
		if (route_fill(s->route, s->d, s->mx, s->seed, e) != 0)
			return -1;
		break;
	case ROUTE_ADDRESSES:
		if (route_addresses(s, e) != 0)
			return -1;
		if (s->dane)
			return route_bases(s, e);
		break;
	case ROUTE_CNAME:
		return route_own(s, e);
	case ROUTE_TLSA:
		return route_tlsa(s, e);
	case ROUTE_DONE:
		break;
	}
	s->at = ROUTE_DONE;
	return 1;
}

/* Nobody may connect after a failure, by mistake either. */
static int
route_give_up(struct route_step *s)
{
	if (s->host != NULL) {
		s->host->naddress = 0;
		s->host->dane = ROUTE_DANE_NONE;
		s->host->base = NULL;
	}
	dns_look_free(s->look);
	s->look = NULL;
	return -1;
}

int
route_step(struct route_step *s, struct err *e)
{
	while (s->at != ROUTE_DONE) {
		int r = s->look == NULL
			    ? err_set(e, ERR_BUG, "a look-up that has failed")
			    : dns_step(s->look, e);

		if (r == 1)
			r = route_next(s, e);
		else if (r == 0 && loop_now_ns() >= s->deadline_ns)
			r = err_set(e, ERR_TEMP, "cannot look up %s: timed out",
			    s->asked);
		else if (r == 0)
			return 0;
		if (r < 0)
			return route_give_up(s);
	}
	return 1;
}

size_t
route_fds(const struct route_step *s, struct pollfd *fd, int64_t *deadline_ns)
{
	if (deadline_ns != NULL)
		*deadline_ns = s->deadline_ns;
	return s->look == NULL ? 0 : dns_fds(s->d, fd);
}

static int
route_wait(struct route_step *s, struct err *e)
{
	int r;

	while ((r = route_step(s, e)) == 0)
		if (dns_wait(s->d, s->asked, s->deadline_ns, e) != 0)
			return route_give_up(s);
	return r < 0 ? -1 : 0;
}

int
route_new(struct route **out, struct dns *d, const char *domain, uint64_t seed,
    int64_t deadline_ns, struct err *e)
{
	struct route_step *s;
	int r = route_start(&s, d, domain, seed, deadline_ns, e);

	*out = NULL;
	if (r == 0)
		r = route_wait(s, e);
	if (r == 0)
		*out = route_take(s);
	route_step_free(s);
	return r;
}

int
route_look(struct dns *d, struct route_host *h, unsigned port, int family,
    bool dane, int64_t deadline_ns, struct err *e)
{
	struct route_step *s;
	int r = route_look_start(&s, d, h, port, family, dane, deadline_ns, e);

	if (r == 0)
		r = route_wait(s, e);
	route_step_free(s);
	return r;
}
