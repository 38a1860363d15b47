#include "cmd/talk/mx.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include "net/dns/idn.h"
#include "cmd/shell/shell.h"

#define MX_LOOK_MS 30000

void
mx_release(struct mx *m)
{
	route_free(m->route);
	if (m->has_named)
		route_host_release(&m->named);
	*m = (struct mx){ 0 };
}

/* The times for connecting are for DNS, too. */
static int64_t
mx_deadline(const struct shell *sh)
{
	return loop_deadline(
	    sh->times.connect < MX_LOOK_MS ? sh->times.connect : MX_LOOK_MS);
}

static int
mx_look(struct shell *sh, struct err *e)
{
	struct mx *m = &sh->mx;
	struct dns *d = shell_dns(sh, e);
	char *ascii;
	if (d == NULL || idn_to_ascii(m->domain, &ascii, e) < 0)
		return -1;
	int r =
	    route_new(&m->route, d, ascii, route_seed(), mx_deadline(sh), e);
	free(ascii);
	return r;
}

int
mx_route(struct shell *sh, struct err *e)
{
	struct mx *m = &sh->mx;
	if (m->route != NULL)
		return (int)m->route->n;
	if (mx_look(sh, e) < 0)
		return -1;
	if (m->route->implicit)
		shell_remark(sh, "%s has no MX: it is its own host", m->domain);
	for (size_t i = 0; !m->route->implicit && i < m->route->n; i++)
		shell_remark(sh, "MX %u %s%s", m->route->host[i].preference,
		    m->route->host[i].name,
		    m->route->host[i].odd ? ": no host's name, passed over"
					  : "");
	return (int)m->route->n;
}

/* A service's name or a number; what is neither fails when connecting. */
static unsigned
mx_port(const struct shell *sh)
{
	const char *port = sh->where.port;
	if (port == NULL)
		return 25;
	const struct servent *s = getservbyname(port, "tcp");
	return s != NULL ? ntohs((uint16_t)s->s_port)
			 : (unsigned)strtoul(port, NULL, 10);
}

/* What TLS this host must have: DANE's records decide where they are. */
static void
mx_level(struct shell *sh, const struct route_host *h)
{
	struct mx *m = &sh->mx;
	struct secure *s = &sh->secure;
	s->level = m->asked;
	s->dane_name = NULL;
	s->tlsa = NULL;
	s->ntlsa = 0;
	s->nmore = 0;
	s->unverified = s->verify_off;
	if (!m->dane)
		return;
	shell_remark(sh, "DANE for %s: %s", h->name, h->why);
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
		s->unverified = s->verify_off || s->level < TLS_VERIFY;
	}
}

static int
mx_try(struct shell *sh, struct route_host *h, struct err *e)
{
	struct dns *d = shell_dns(sh, e);
	if (d == NULL)
		return -1;
	/* A proxy looks names up itself. */
	if (h->naddress == 0 && (sh->proxy == NULL || sh->mx.dane) &&
	    route_look(d, h, mx_port(sh), sh->where.family, sh->mx.dane,
		mx_deadline(sh), e) < 0)
		return -1;
	sh->mx.host = h;
	mx_level(sh, h);
	return shell_open(sh, e);
}

static int
mx_named(struct shell *sh, struct err *e)
{
	struct mx *m = &sh->mx;
	if (m->has_named)
		route_host_release(&m->named);
	route_host_init(&m->named, sh->where.host);
	m->has_named = true;
	return mx_try(sh, &m->named, e);
}

int
mx_connect(struct shell *sh, struct err *e)
{
	struct mx *m = &sh->mx;
	struct buf all = BUF_INIT;
	if (m->domain == NULL)
		return mx_named(sh, e);
	if (mx_route(sh, e) < 0)
		return -1;
	int r = err_set(
	    e, ERR_NOHOST, "%s has no host that could be tried", m->domain);
	for (size_t i = m->next; i < m->route->n && r < 0; i++) {
		struct route_host *h = &m->route->host[i];
		if (!h->odd || m->each)
			r = mx_try(sh, h, e);
		if (r < 0 && !h->odd) {
			shell_remark(sh, "%s: %s", h->name, e->text);
			buf_addf(&all, "%s%s", buf_len(&all) > 0 ? "; " : "",
			    e->text);
		}
		if (r < 0 && (e->kind == ERR_INTR || m->each))
			break;
	}
	if (r < 0 && buf_len(&all) > 0 && e->kind != ERR_INTR && !m->each) {
		enum err_kind kind = e->kind;
		err_set(e, kind, "no host of %s took the connection: %s",
		    m->domain, buf_str(&all));
	}
	buf_release(&all);
	return r;
}
