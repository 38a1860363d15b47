#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/talk/step.h"
#include "net/dns/idn.h"

#define MX_LOOK_MS 30000

struct mx_walk {
	struct act act;
	size_t i;	/* the host whose turn it is */
	struct buf all; /* what went wrong so far */
	enum err_kind kind;
	enum err_why why; /* of the last */
};

static void
mx_forget_named(struct mx *m)
{
	if (m->named == NULL)
		return;
	if (m->host == m->named)
		m->host = NULL;
	route_host_release(m->named);
	free(m->named);
	m->named = NULL;
}

void
mx_release(struct mx *m)
{
	route_step_free(m->look);
	route_free(m->route);
	mx_forget_named(m);
	*m = (struct mx){ 0 };
}

size_t
mx_fds(const struct talk *t, struct pollfd *fd)
{
	int64_t deadline_ns;
	return t->mx.look == NULL ? 0 : route_fds(t->mx.look, fd, &deadline_ns);
}

static int64_t
mx_deadline(const struct talk *t)
{
	int64_t ms = t->set.times.connect;
	return loop_deadline(ms < MX_LOOK_MS ? ms : MX_LOOK_MS);
}

/* The look-up under way: ACT_DONE when there is none (any more). */
static int
mx_look(struct talk *t, struct err *e)
{
	struct mx *m = &t->mx;
	struct pollfd ignored;
	int64_t deadline_ns;
	if (m->look == NULL)
		return ACT_DONE;
	int r = route_step(m->look, e);
	if (r == 0) {
		route_fds(m->look, &ignored, &deadline_ns);
		return talk_sleep(t, TALK_OPEN, deadline_ns);
	}
	struct route *found = r > 0 ? route_take(m->look) : NULL;
	route_step_free(m->look);
	m->look = NULL;
	if (found != NULL)
		m->route = found;
	return r < 0 ? -1 : ACT_DONE;
}

static void
mx_forget(struct talk *t, struct act *a)
{
	(void)a;
	route_step_free(t->mx.look);
	t->mx.look = NULL;
}

static void
mx_tell(struct talk *t)
{
	const struct route *r = t->mx.route;
	if (r->implicit)
		talk_remark(
		    t, "%s has no MX: it is its own host", t->mx.domain);
	for (size_t i = 0; !r->implicit && i < r->n; i++)
		talk_remark(t, "MX %u %s%s", r->host[i].preference,
		    r->host[i].name,
		    r->host[i].odd ? ": no host's name, passed over" : "");
}

static int
mx_route_resume(struct talk *t, struct act *a, struct err *e)
{
	struct mx *m = &t->mx;
	if (m->route != NULL)
		return ACT_DONE;
	if (a->step++ == 0) {
		struct dns *d = t->env->dns(t, e);
		char *ascii;
		if (d == NULL || idn_to_ascii(m->domain, &ascii, e) < 0)
			return -1;
		int r = route_start(
		    &m->look, d, ascii, route_seed(), mx_deadline(t), e);
		free(ascii);
		if (r < 0)
			return -1;
	}
	int r = mx_look(t, e);
	if (r == ACT_DONE)
		mx_tell(t);
	return r;
}

static const struct act_kind mx_route_kind = { .name = "route",
	.size = sizeof(struct act),
	.resume = mx_route_resume,
	.release = mx_forget };

void
mx_route(struct talk *t)
{
	act_push(t, &mx_route_kind);
}

/* A service's name or a number; what is neither fails when connecting. */
unsigned
mx_port(const struct talk *t)
{
	const char *port = t->where.port;
	if (port == NULL)
		return 25;
	/* A look-up may load half of a name service. */
	if (port[strspn(port, "0123456789")] == '\0')
		return (unsigned)strtoul(port, NULL, 10);
	const struct servent *s = getservbyname(port, "tcp");
	return s != NULL ? ntohs((uint16_t)s->s_port)
			 : (unsigned)strtoul(port, NULL, 10);
}

/* What TLS this host must have: DANE's records decide where they are, and
 * never make it less than the options ask for. */
static void
mx_level(struct talk *t, const struct route_host *h)
{
	struct mx *m = &t->mx;
	struct secure *s = &t->secure;
	s->level = m->asked;
	s->dane_name = NULL;
	s->tlsa = NULL;
	s->ntlsa = 0;
	s->nmore = 0;
	s->unverified = t->set.tls_unverified;
	if (!m->dane)
		return;
	talk_remark(t, "DANE for %s: %s", h->name, h->why);
	s->level = route_level(h, m->asked);
	if (h->dane == ROUTE_DANE_USABLE) {
		s->tlsa = h->tlsa.tlsa;
		s->ntlsa = h->tlsa.n;
		s->dane_name = h->base;
		s->nmore =
		    m->route == NULL ? 0 : route_names(m->route, m->names);
		s->more_names = m->names;
		s->unverified = false;
	} else if (h->dane == ROUTE_DANE_UNUSABLE) {
		s->unverified |= s->level < TLS_VERIFY;
	}
}

/* What an MX should not name, though it may work. */
static void
mx_doubt(struct talk *t, const struct route_host *h)
{
	const char *alias =
	    h->found.a.alias != NULL ? h->found.a.alias : h->found.aaaa.alias;
	if (t->mx.domain == NULL || t->mx.route == NULL ||
	    t->mx.route->implicit)
		return;
	if (alias != NULL)
		past_mx(t, SIGHT_MX_ALIAS, h->name, alias);
	if (strcasecmp(h->name, "localhost") == 0)
		past_mx(t, SIGHT_MX_LOCAL, h->name, NULL);
	if (alias != NULL)
		talk_remark(t,
		    "MX %s is an alias of %s: an MX must name a host itself "
		    "(RFC 5321 5.1), and some servers refuse such a domain",
		    h->name, alias);
	if (strcasecmp(h->name, "localhost") == 0)
		talk_remark(t,
		    "MX localhost: each server would mail to itself; the "
		    "domain's owner should have a null MX (RFC 7505), or a "
		    "real host");
}

/* An address that only its own network reaches. */
static bool
mx_is_private(const char *a)
{
	static const char *const nets[] = { "10.", "127.", "192.168.",
		"169.254.", "172.16.", "172.17.", "172.18.", "172.19.", "172.2",
		"172.30.", "172.31.", "fc", "fd", "fe80:", "::1" };
	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
		if (strncasecmp(a, nets[i], strlen(nets[i])) == 0 &&
		    (strcmp(nets[i], "172.2") != 0 || a[6] == '.'))
			return true;
	return false;
}

/* The host whose turn it is; NULL: none is left. */
static struct route_host *
mx_host(struct talk *t, struct mx_walk *w)
{
	struct mx *m = &t->mx;
	if (m->domain == NULL)
		return w->i == 0 ? m->named : NULL;
	while (w->i < m->route->n && m->route->host[w->i].odd && !m->each)
		past_mx(t, SIGHT_MX_LITERAL, m->route->host[w->i++].name, NULL);
	return w->i < m->route->n ? &m->route->host[w->i] : NULL;
}

static int
mx_exhausted(struct talk *t, struct mx_walk *w, struct err *e)
{
	const char *domain = t->mx.domain;
	if (buf_len(&w->all) == 0) {
		err_set(e, ERR_NOHOST, "%s has no host that could be tried",
		    domain);
		return err_why(e, WHY_ODD_MX);
	}
	err_set(e, w->kind, "no host of %s took the connection: %s", domain,
	    buf_str(&w->all));
	return err_why(e, w->why);
}

static bool
mx_is_digits(const struct route_host *h)
{
	return h->name[strspn(h->name, "0123456789.")] == '\0';
}

/* Whether the record is to blame. */
static void
mx_fault(struct talk *t, const struct route_host *h, const struct err *e)
{
	if (e->why == WHY_NO_ADDRESS || e->why == WHY_NO_NAME)
		past_mx(t,
		    mx_is_digits(h) ? SIGHT_MX_LITERAL : SIGHT_MX_DANGLING,
		    h->name, NULL);
	if (h->naddress > 0 && !h->literal && mx_is_private(h->address[0]))
		past_mx(t, SIGHT_MX_PRIVATE, h->name, h->address[0]);
}

/* It failed: whose turn is it? -1: nobody's, e says all. */
static int
mx_next(struct talk *t, struct mx_walk *w, struct err *e)
{
	struct mx *m = &t->mx;
	if (m->domain == NULL || m->each || e->kind == ERR_INTR)
		return -1;
	const struct route_host *h = &m->route->host[w->i];
	bool none = e->why == WHY_NO_ADDRESS || e->why == WHY_NO_NAME;
	if (none && !m->route->implicit && !mx_is_digits(h))
		talk_remark(t,
		    "MX %s dangles: it does not exist or has no address; the "
		    "domain's owner adds one, or removes that MX",
		    h->name);
	else
		talk_remark(t, "%s: %s", h->name, e->text);
	if (!m->route->implicit)
		mx_fault(t, h, e);
	if (h->naddress > 0 && !h->literal && mx_is_private(h->address[0]))
		talk_remark(t,
		    "%s has the address %s, which only its own network "
		    "reaches: the MX or its address record is wrong",
		    h->name, h->address[0]);
	buf_addf(&w->all, "%s%s", buf_len(&w->all) > 0 ? "; " : "", e->text);
	w->kind = e->kind;
	w->why = e->why;
	w->i++;
	w->act.step = 2;
	return 0;
}

static void
mx_name(struct talk *t)
{
	struct mx *m = &t->mx;
	mx_forget_named(m);
	m->named = mem_alloc(sizeof *m->named);
	route_host_init(m->named, t->where.host);
}

/* Looks the host up, where that was not done. */
static int
mx_ask(struct talk *t, struct route_host *h, struct err *e)
{
	struct mx *m = &t->mx;
	/* A proxy looks names up itself. */
	if (h->naddress > 0 || (t->proxy != NULL && !m->dane))
		return 0;
	struct dns *d = t->env->dns(t, e);
	if (d == NULL)
		return -1;
	return route_look_start(&m->look, d, h, mx_port(t), t->where.family,
	    m->dane, mx_deadline(t), e);
}

static int
mx_walk_resume(struct talk *t, struct act *a, struct err *e)
{
	struct mx_walk *w = (struct mx_walk *)a;
	struct route_host *h;
	int r;
	switch (a->step) {
	case 0:
		a->step = 1;
		if (t->mx.domain != NULL) {
			mx_route(t);
			return ACT_MORE;
		}
		mx_name(t);
		/* fall through */
	case 1:
		w->i = t->mx.domain != NULL ? t->mx.next : 0;
		a->step = 2;
		/* fall through */
	case 2:
		h = mx_host(t, w);
		if (h == NULL)
			return mx_exhausted(t, w, e);
		a->step = 3;
		if (mx_ask(t, h, e) < 0)
			return mx_next(t, w, e) < 0 ? -1 : ACT_MORE;
		/* fall through */
	case 3:
		r = mx_look(t, e);
		if (r == ACT_WAIT)
			return r;
		if (r < 0)
			return mx_next(t, w, e) < 0 ? -1 : ACT_MORE;
		h = mx_host(t, w);
		if (h == NULL)
			return mx_exhausted(t, w, e);
		t->mx.host = h;
		mx_doubt(t, h);
		mx_level(t, h);
		a->step = 4;
		step_dial(t);
		return ACT_MORE;
	default:
		return ACT_DONE;
	}
}

static int
mx_walk_failed(struct talk *t, struct act *a, struct err *e)
{
	return a->step == 4 ? mx_next(t, (struct mx_walk *)a, e) : -1;
}

static void
mx_walk_release(struct talk *t, struct act *a)
{
	mx_forget(t, a);
	buf_release(&((struct mx_walk *)a)->all);
}

static const struct act_kind mx_walk_kind = { "mx", sizeof(struct mx_walk),
	mx_walk_resume, mx_walk_failed, mx_walk_release };

void
mx_connect(struct talk *t)
{
	act_push(t, &mx_walk_kind);
}
