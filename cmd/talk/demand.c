/* The one gate to the core. It asks the session what it is, not how it came to
 * be so: a setting, an order of lines or a server can get around whoever is to
 * start TLS, but not around this. */
#include "cmd/talk/demand.h"

#include "cmd/talk/talk.h"

const char *
demand_looks(const struct talk *t)
{
	return t->secure.expires_s != 0 ? "--tls-expires-within"
	       : t->secure.save_peer	? "--tls-save-peer-cert"
					: NULL;
}

static bool
demand_tls(const struct talk *t)
{
	return t->secure.level > TLS_MAY || demand_looks(t) != NULL ||
	       t->secure.on_connect || t->where.tls_on_connect;
}

/* A line's verb as the core takes it; NULL: none that may pass. */
static const struct verb *
demand_verb(const struct talk *t, const char *p, size_t len)
{
	size_t n = verb_word(p, len);
	if (smtp_state(link_smtp(t->link)) == SMTP_AUTHING)
		return verb_get(VERB_RESPONSE);
	return n == len || p[n] == ' ' || p[n] == '\t' ? verb_find(p, n) : NULL;
}

static bool
demand_is_opening(const struct verb *v)
{
	return v != NULL && ((v->is & VERB_IS_GREETING) != 0 ||
				v->id == VERB_STARTTLS || v->id == VERB_QUIT);
}

static bool
demand_is_login(const struct verb *v)
{
	return v != NULL && (v->id == VERB_AUTH || v->id == VERB_RESPONSE);
}

/* v: NULL for what is no command line. */
static int
demand_met(struct talk *t, const struct verb *v, struct err *e)
{
	const struct smtp *s = link_smtp(t->link);
	bool tls = demand_tls(t) && !smtp_is_tls(s);
	bool login = t->auth.asked && !smtp_is_authenticated(s);
	if ((!tls && !login) || demand_is_opening(v) ||
	    (!tls && demand_is_login(v)))
		return 0;
	t->unmet = true;
	const char *what =
	    v == NULL || v->id == VERB_UNKNOWN || v->id == VERB_RESPONSE
		? "this"
		: v->name;
	if (tls)
		return err_set(e, ERR_AUTH,
		    "TLS is required: before it stands %s is not sent%s", what,
		    t->set.bare ? " (with --bare STARTTLS is to be written)"
				: "");
	return err_set(e, ERR_AUTH,
	    "a login is required (--auth): before it %s is not sent%s", what,
	    t->set.bare ? " (with --bare \\auth is to be written)" : "");
}

int
demand_line(struct talk *t, const char *p, size_t len, struct err *e)
{
	if (demand_met(t, demand_verb(t, p, len), e) < 0)
		return -1;
	return smtp_command(link_smtp(t->link), p, len, e);
}

int
demand_raw(struct talk *t, const char *p, size_t len, bool owes, struct err *e)
{
	if (demand_met(t, NULL, e) < 0)
		return -1;
	smtp_raw(link_smtp(t->link), p, len, owes);
	return 0;
}

int
demand_text(struct talk *t, const char *p, size_t len, struct err *e)
{
	if (demand_met(t, NULL, e) < 0)
		return -1;
	return smtp_text(link_smtp(t->link), p, len, e);
}

int
demand_text_take(struct talk *t, struct buf *b, struct err *e)
{
	if (demand_met(t, NULL, e) < 0)
		return -1;
	return smtp_text_take(link_smtp(t->link), b, e);
}

int
demand_text_end(struct talk *t, struct err *e)
{
	if (demand_met(t, NULL, e) < 0)
		return -1;
	return smtp_text_end(link_smtp(t->link), e);
}

int
demand_chunk(struct talk *t, const char *p, size_t len, struct err *e)
{
	if (demand_met(t, NULL, e) < 0)
		return -1;
	smtp_chunk(link_smtp(t->link), p, len);
	return 0;
}

int
demand_bdat(struct talk *t, const char *p, size_t len, bool last, struct err *e)
{
	if (demand_met(t, NULL, e) < 0)
		return -1;
	smtp_bdat(link_smtp(t->link), p, len, last);
	return 0;
}

bool
demand_asked(const struct talk *t)
{
	return demand_tls(t) || t->auth.asked;
}

bool
demand_open(const struct talk *t)
{
	if (t->link == NULL || t->closing || t->unmet)
		return false;
	const struct smtp *s = link_smtp(t->link);
	return (demand_tls(t) && !smtp_is_tls(s)) ||
	       (t->auth.asked && !smtp_is_authenticated(s));
}
