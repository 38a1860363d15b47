#include "cmd/talk/past.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/know/lint.h"
#include "cmd/talk/step.h"

#define PAST_GARBAGE 500

static bool
past_is(const struct verb *v, enum verb_id id)
{
	return v != NULL && v->id == id;
}

static bool
past_is_mail(const struct verb *v)
{
	return v != NULL &&
	       ((v->is & VERB_IS_TRANSACTION) || v->id == VERB_RCPT ||
		   v->id == VERB_DATA || v->id == VERB_BDAT ||
		   v->id == VERB_TEXT_END || v->id == VERB_GREETING);
}

/* The path of "MAIL FROM:<path> ...", not that of a line before it. */
static void
past_path(char **at, const struct verb *v, const char *line)
{
	size_t len = 0;
	const char *p = line == NULL ? NULL : sight_said(v, line, &len);
	sight_keep(at, p, len);
}

/* NULL: nobody asks, or the cause is settled. */
static struct sight *
past_of(const struct talk *t)
{
	return t->past == NULL || t->past->settled ? NULL : t->past;
}

void
past_file(struct talk *t, bool failed)
{
	struct sight *s = past_of(t);
	if (s != NULL && failed)
		s->settled = true;
	else if (s != NULL)
		sight_release(s);
}

void
past_open(struct talk *t)
{
	struct sight *s = past_of(t);
	if (t->lint != NULL)
		lint_open(t->lint);
	if (s == NULL)
		return;
	const char *host = t->mx.host != NULL	   ? t->mx.host->name
			   : t->where.host != NULL ? t->where.host
			   : t->where.path != NULL ? t->where.path
						   : "the server";
	const char *port = t->where.port;
	sight_anew(s);
	sight_keep(&s->host, host, strlen(host));
	s->lmtp = t->where.lmtp;
	s->tls_on_connect = t->where.tls_on_connect || t->secure.on_connect;
	s->port = mx_port(t);
	if (port == NULL && s->lmtp)
		s->port = 24;
	if (t->where.kind != WHERE_TCP)
		s->port = 0;
	s->connecting = true;
}

void
past_mx(struct talk *t, enum sight_mx kind, const char *host, const char *is)
{
	struct sight *s = past_of(t);
	if (s == NULL || s->mx[kind] != NULL)
		return;
	sight_keep(&s->mx[kind], host, strlen(host));
	if (is != NULL)
		sight_keep(&s->mx_is[kind], is, strlen(is));
}

void
past_sent(struct talk *t, const struct verb *v, const char *p, size_t len)
{
	const char *sp = len == 0 ? NULL : memchr(p, ' ', len);
	if (t->past != NULL && v != NULL && (v->is & VERB_IS_GREETING) &&
	    sp != NULL)
		sight_keep(&t->past->helo, sp + 1, len - (size_t)(sp + 1 - p));
}

static void
past_masked(struct talk *t, const char *what)
{
	talk_remark(t,
	    "%s: a firewall on the way rewrites the session (Cisco's SMTP "
	    "inspection: no inspect esmtp switches it off)",
	    what);
}

/* What EHLO or LHLO has offered. */
static void
past_offers(struct talk *t, struct sight *s)
{
	const struct smtp *m = link_smtp(t->link);
	const struct smtp_keyword *k = smtp_offer(m, "AUTH");
	uint64_t most;
	if (k != NULL)
		sight_keep(&s->mechs, k->args, strlen(k->args));
	s->starttls = smtp_offer(m, "STARTTLS") != NULL;
	s->eightbit = smtp_offer(m, "8BITMIME") != NULL;
	if (smtp_offer_size(m, &most))
		s->size_most = most;
	bool before = s->masked;
	for (size_t i = 0; (k = smtp_offer_at(m, i)) != NULL; i++)
		s->masked |= strncmp(k->keyword, "XXXX", 4) == 0;
	if (s->masked && !before)
		past_masked(t, "X letters in the EHLO reply");
}

static void
past_greeting(struct talk *t, struct sight *s, const struct reply *r)
{
	size_t len;
	const char *p = r->nlines == 0 ? NULL : reply_text(r, 0, &len);
	s->connecting = false;
	s->connected = true;
	s->greeted = r->code == 220;
	if (p == NULL)
		return;
	sight_keep(&s->greeting, p, len);
	s->masked = len > 20 && strspn(s->greeting, "*20 ") == len;
	if (s->masked)
		past_masked(t, "asterisks in the greeting");
}

static void
past_hello(struct talk *t, struct sight *s, const struct verb *v, int code)
{
	if (code / 100 == 2) {
		s->hello = true;
		s->hello_refused = s->helo_refused = false;
		if (s->refusal.verb != NULL &&
		    (s->refusal.verb->is & VERB_IS_GREETING))
			sight_reply_release(&s->refusal);
		if (v->id != VERB_HELO)
			past_offers(t, s);
		return;
	}
	s->helo_refused |= code >= 500 && v->id == VERB_HELO;
	s->hello_refused |= code >= 500 && v->id != VERB_HELO;
}

static void
past_envelope(struct sight *s, const struct verb *v, const char *line, int code)
{
	if (v->is & VERB_IS_TRANSACTION) {
		past_path(&s->from, v, line);
		s->accepted = s->refused = 0;
		s->taken = s->texted = false;
		return;
	}
	/* Of the refusal that stands, or the newest. */
	bool first = code >= 400 ? s->refused++ == 0 : s->refused == 0;
	if (first && !past_is(s->refusal.verb, VERB_RCPT))
		past_path(&s->to, v, line);
	s->accepted += code / 100 == 2;
}

static void
past_stage(struct talk *t, struct sight *s, const struct verb *v,
    const char *line, const struct reply *r)
{
	int code = r->code;
	s->tls = t->link != NULL && smtp_is_tls(link_smtp(t->link));
	if (v->id == VERB_GREETING)
		past_greeting(t, s, r);
	else if (v->is & VERB_IS_GREETING)
		past_hello(t, s, v, code);
	else if ((v->is & VERB_IS_TRANSACTION) || v->id == VERB_RCPT)
		past_envelope(s, v, line, code);
	else if (v->id == VERB_TEXT_END || v->id == VERB_BDAT)
		s->taken = code / 100 == 2;
	if (code == 235) {
		s->authed = true;
		if (past_is(s->refusal.verb, VERB_AUTH) ||
		    past_is(s->refusal.verb, VERB_RESPONSE))
			sight_reply_release(&s->refusal);
	}
}

/* The first one counts; what stops a mail more than what was tried beside. */
static void
past_refusal(struct sight *s, const struct verb *v, const char *line,
    const struct reply *r)
{
	if (s->refusal.code / 100 == 4 && s->for_good.code == 0 &&
	    r->code / 100 == 5 && past_is_mail(v))
		sight_reply(&s->for_good, v, line, r);
	if (s->refusal.code != 0 &&
	    (past_is_mail(s->refusal.verb) || !past_is_mail(v)))
		return;
	if (past_is(v, VERB_QUIT))
		return;
	sight_reply(&s->refusal, v, line, r);
}

/* A reply that no server gives there, unless it is out of step. */
static bool
past_is_odd(const struct sight *s, const struct verb *v, int code)
{
	if (v == NULL || !s->greeted || past_is(s->refusal.verb, VERB_GREETING))
		return false;
	switch (v->id) {
	case VERB_EHLO:
	case VERB_HELO:
		return code == 220;
	case VERB_DATA:
		return code / 100 == 2;
	case VERB_QUIT:
		return s->hello &&
		       ((code / 100 == 2 && code != 221) || code == 354 ||
			   code == 550 || code == 554);
	case VERB_MAIL:
	case VERB_RCPT:
	case VERB_RSET:
		return code == 220 || code == 221 || code == 354;
	default:
		return false;
	}
}

/* Who expects a refusal has not failed by it. */
static void
past_wanted(struct sight *s, const struct verb *v, int code)
{
	if (past_is(v, VERB_RCPT) && code >= 400 && s->refused > 0)
		s->refused--;
}

void
past_reply(struct talk *t, const struct smtp_event *ev, bool met)
{
	struct sight *s = past_of(t);
	const struct smtp_sent *sent = ev->sent;
	const struct reply *r = ev->reply;
	if (s == NULL)
		return;
	sight_keep(&s->part, NULL, 0);
	bool unasked = ev->kind == SMTP_EV_UNSOLICITED;
	const struct verb *v = unasked || sent == NULL ? NULL : sent->verb;
	const char *line = v == NULL ? NULL : sent->line;
	bool raw = t->raw_open || past_is(v, VERB_RAW);
	bool text = t->link != NULL && smtp_in_text(link_smtp(t->link));
	bool odd = unasked ? r->code != 421 && !(text && r->code >= 400)
			   : past_is_odd(s, v, r->code);
	if (odd && !raw && s->odd.code == 0)
		sight_reply(&s->odd, v, line, r);
	if (v != NULL)
		past_stage(t, s, v, line, r);
	if (r->code >= 400 && !met)
		past_refusal(s, v, line, r);
	if (met)
		past_wanted(s, v, r->code);
}

void
past_met(struct talk *t, const struct due *d)
{
	struct sight *s = past_of(t);
	if (s == NULL)
		return;
	past_wanted(s, d->verb, d->code);
	if (s->refusal.code != d->code || s->refusal.verb != d->verb)
		return;
	sight_drop(s);
	if (past_is(s->refusal.verb, VERB_RCPT))
		past_path(&s->to, s->refusal.verb, s->refusal.line);
}

void
past_garbage(struct talk *t, const char *p, size_t len)
{
	struct sight *s = past_of(t);
	if (s == NULL || s->garbage != NULL)
		return;
	const char *lf = len == 0 ? NULL : memchr(p, '\n', len);
	if (lf != NULL)
		len = (size_t)(lf - p);
	sight_keep(&s->garbage, p, len < PAST_GARBAGE ? len : PAST_GARBAGE);
}

void
past_part(struct talk *t, const char *p, size_t len)
{
	struct sight *s = past_of(t);
	if (s != NULL && len > 0)
		sight_keep(&s->part, p, len);
}

/* The octets of the text that a socket has taken, and those that wait. */
static void
past_text(struct talk *t, struct sight *s)
{
	const struct smtp *m = link_smtp(t->link);
	size_t queued;
	smtp_out(m, &queued);
	uint64_t all = smtp_body(m)->given;
	uint64_t kept = queued + link_unsent(t->link);
	s->sent = all > kept ? all - kept : 0;
	s->left = kept;
	if (s->size > all)
		s->left += s->size - all;
}

void
past_look(struct talk *t)
{
	struct sight *s = past_of(t);
	if (s == NULL || t->link == NULL)
		return;
	const struct smtp *m = link_smtp(t->link);
	const struct smtp_sent *o = smtp_oldest(m);
	s->connecting = t->wait == TALK_OPEN && !s->connected;
	s->shaking = t->wait == TALK_TLS;
	s->owed = o == NULL ? NULL : o->verb;
	struct buf part = BUF_INIT;
	if (o != NULL && step_has_part(t, &part))
		past_part(t, buf_data(&part), buf_len(&part));
	buf_release(&part);
	s->texted = past_is(s->owed, VERB_TEXT_END) ||
		    (o != NULL && past_is(s->owed, VERB_BDAT) &&
			strcasestr(o->line, " LAST") != NULL);
	s->sent = s->left = 0;
	size_t queued;
	smtp_out(m, &queued);
	/* Its end is still queued behind it. */
	if (s->texted && queued + link_unsent(t->link) > 0)
		s->texted = false;
	else if (!smtp_in_text(m))
		return;
	past_text(t, s);
}

void
past_gone(struct talk *t)
{
	struct sight *s = past_of(t);
	if (s == NULL)
		return;
	past_look(t);
	/* What QUIT is owed is no loss. */
	s->gone = !past_is(s->owed, VERB_QUIT) && !t->said_quit;
}

void
past_error(struct talk *t, const struct err *e)
{
	struct sight *s = past_of(t);
	if (s == NULL || (s->kind != ERR_NONE && s->why != WHY_NONE))
		return;
	if (!s->gone)
		past_look(t);
	if (s->kind != ERR_NONE && e->why == WHY_NONE)
		return;
	s->kind = e->kind;
	s->why = e->why;
	sight_keep(&s->error, e->text, strlen(e->text));
	if (t->mx.domain != NULL)
		sight_keep(&s->domain, t->mx.domain, strlen(t->mx.domain));
	if (s->host == NULL && t->where.host != NULL)
		sight_keep(&s->host, t->where.host, strlen(t->where.host));
}

void
past_size(struct talk *t, uint64_t size)
{
	struct sight *s = past_of(t);
	if (s != NULL)
		s->size = size;
}

void
past_again(struct talk *t)
{
	struct sight *s = past_of(t);
	if (s != NULL)
		sight_again(s);
}

void
past_mailed(struct talk *t, const struct mailed *m)
{
	struct sight *s = past_of(t);
	/* Where processes of their own have spoken nothing was seen. */
	if (s == NULL || s->host == NULL)
		return;
	s->accepted = (unsigned)m->accepted;
	s->refused = (unsigned)(m->later + m->refused);
	s->taken = m->accepted > 0 && m->unknown == 0;
}

static void
past_lint_tell(void *arg, const struct lint_rule *r)
{
	const struct event_note n = { .rule = r->id,
		.level = lint_level_name(r->level),
		.what = r->text,
		.source = r->source };
	struct event ev = { .kind = EV_LINT, .note = &n };
	talk_put(arg, &ev);
}

void
past_lint(struct talk *t, const struct smtp_event *ev)
{
	const struct smtp_sent *o = ev->sent;
	if (t->lint == NULL || t->raw_open)
		return;
	if (ev->kind == SMTP_EV_GARBAGE) {
		lint_garbage(
		    t->lint, ev->text, ev->text_len, past_lint_tell, t);
		return;
	}
	bool unasked = ev->kind == SMTP_EV_UNSOLICITED;
	const struct lint_look k = {
		.v = unasked || o == NULL ? verb_get(VERB_UNKNOWN) : o->verb,
		.line = unasked || o == NULL || o->line == NULL ? "" : o->line,
		.r = ev->reply,
		.unasked = unasked,
		.in_text = t->link != NULL && smtp_in_text(link_smtp(t->link))
	};
	lint_reply(t->lint, &k, past_lint_tell, t);
}
