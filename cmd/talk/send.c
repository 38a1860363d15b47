/* Sending a line: what must stand before it may go out, what nobody wrote and
 * goes before it, and the line itself. */
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/demand.h"
#include "cmd/talk/step.h"

/* What talk_say() and its kin send; its reply's code is t->code then. */
struct say {
	struct act act;
	char *line;
	bool own; /* nobody wrote it */
};

static bool
send_is_secret(const struct talk *t, const struct verb *v)
{
	if (t->set.reveal)
		return false;
	return (v != NULL && (v->is & VERB_HAS_SECRET)) ||
	       talk_state(t) == SMTP_AUTHING;
}

void
talk_owe(struct talk *t, enum due_by by)
{
	const struct smtp_sent *s = smtp_newest(link_smtp(t->link));
	if (s == NULL)
		return;
	struct due *d = ledger_sent(&t->ledger, by, s->verb, s->seq);
	d->file = t->file;
	d->line = t->line;
}

int
talk_queue(
    struct talk *t, enum due_by by, const char *p, size_t len, struct err *e)
{
	const struct verb *v = verb_find(p, verb_word(p, len));
	struct event ev = { .kind = EV_SENT,
		.text = len == 0 ? "" : p,
		.len = len,
		.typed = t->typed && !t->implied_before && by != DUE_IMPLIED,
		.implied = by == DUE_IMPLIED,
		.secret = send_is_secret(t, v),
		.verb = v };
	if (ev.secret && by != DUE_IMPLIED)
		talk_hide_typed(t, p, len);
	if (demand_line(t, p, len, e) < 0)
		return -1;
	talk_owe(t, by);
	past_sent(t, v, p, len);
	t->implied_before = by == DUE_IMPLIED;
	t->said_helo |= v != NULL && (v->is & VERB_IS_GREETING);
	t->said_quit |= v != NULL && v->id == VERB_QUIT;
	t->raw_open = t->data_refused = false;
	talk_put(t, &ev);
	return 0;
}

int
step_closed(const struct talk *t, struct err *e)
{
	const char *then =
	    t->interactive ? "; \\connect opens another connection" : "";
	if (t->closing)
		return err_set(e, ERR_TEMP,
		    "the server closes the session (421): nothing more is "
		    "sent%s",
		    then);
	err_set(e, ERR_LOST, "the server has closed the connection%s", then);
	return err_why(e, WHY_CLOSED);
}

bool
talk_octets_owe(const struct talk *t, const char *p, size_t len)
{
	if (len == 0 || p[len - 1] != '\n')
		return false;
	return talk_state(t) != SMTP_TEXT ||
	       (len >= 5 && memcmp(p + len - 5, "\r\n.\r\n", 5) == 0);
}

int
talk_octets(struct talk *t, const char *p, size_t len, bool owes, struct err *e)
{
	if (demand_raw(t, p, len, owes, e) < 0)
		return -1;
	t->raw_open = true;
	t->raw_file = t->file;
	t->raw_line = t->line;
	if (!owes)
		return 0;
	talk_owe(t, DUE_WRITTEN);
	/* What it is answered says what may follow. */
	const struct verb *v = smtp_newest(link_smtp(t->link))->verb;
	t->barrier |= v->id == VERB_AUTH || v->id == VERB_RESPONSE;
	return 0;
}

/* It must be 220, unless a file judges it itself or a person looks. */
int
step_greeting(int code, struct err *e)
{
	if (code == 220)
		return 0;
	enum err_kind kind = code >= 500   ? ERR_REFUSED
			     : code >= 400 ? ERR_TEMP
					   : ERR_PROTO;
	return err_set(e, kind, "the greeting is %d, expected 220", code);
}

/* Early lines go out while nothing but the greeting is owed. */
static bool
send_is_early(const struct talk *t)
{
	return t->set.early && !t->greeted;
}

/* The greeting, where nothing has taken it yet. */
static int
send_greeting(struct talk *t, bool must, struct err *e)
{
	struct link *k = t->link;
	if (send_is_early(t))
		return 0;
	while (!t->greeted && t->link != NULL) {
		const struct smtp_sent *o = smtp_oldest(link_smtp(k));
		if (o == NULL || o->verb->id != VERB_GREETING) {
			t->greeted = true;
			break;
		}
		int r = step_take(t, LOOP_FOREVER, e);
		if (r != ACT_MORE)
			return r;
	}
	if (t->link == NULL)
		return step_closed(t, e);
	struct due *d = ledger_oldest(&t->ledger);
	if (!must || d == NULL || d->by != DUE_GREETING || !d->came)
		return 0;
	int code = d->code;
	if (code != 220)
		ledger_settle_greeting(&t->ledger);
	return step_greeting(code, e);
}

int
talk_need_link(struct talk *t, struct err *e)
{
	if (t->link != NULL)
		return 0;
	if (t->closing)
		return step_closed(t, e);
	if (!t->had_link && (t->has_where || t->sandbox != NULL)) {
		talk_open(t);
		return ACT_MORE;
	}
	if (t->had_link && t->interactive)
		return err_set(e, ERR_LOST,
		    "not connected: \\connect opens the connection again, "
		    "\\quit leaves");
	if (t->had_link)
		return err_set(e, ERR_LOST, "not connected any more");
	return err_set(e, ERR_USAGE,
	    "not connected: name a host, or say \\connect HOST%s",
	    t->interactive ? "; \\help lists the commands, \\quit leaves" : "");
}

int
talk_greet(struct talk *t, struct err *e)
{
	int r = talk_need_link(t, e);
	return r != 0 ? r
		      : send_greeting(t,
			    !t->interactive && !t->set.bare && !talk_grouped(t),
			    e);
}

/* HELO, EHLO or LHLO before the first transaction that has none. */
static const char *
send_prelude(const struct talk *t, const struct verb *v)
{
	bool may = talk_state(t) == SMTP_GREETED || send_is_early(t);
	if (v == NULL || !(v->is & VERB_IS_TRANSACTION) || t->said_helo ||
	    t->set.bare || !may)
		return NULL;
	return t->where.lmtp ? "LHLO"
	       : t->dialect == DIALECT_821 ||
		       (t->sandbox != NULL && t->dialect == DIALECT_UNKNOWN)
		   ? "HELO"
		   : "EHLO";
}

/* Between groups: what the last one still owes is read, and nothing may be
 * there that nobody asked for. */
static int
send_between(struct talk *t, struct err *e)
{
	bool early = send_is_early(t);
	if (!early)
		ledger_settle_greeting(&t->ledger);
	bool ends = t->ledger.judging || t->barrier || !talk_grouped(t);
	if (early && smtp_owed(link_smtp(t->link)) == 1)
		ends = false;
	if (!ends)
		return 0;
	/* Who interrupted a wait does not want it again: what is still owed
	 * is taken with the next reply. */
	if (!(t->interactive && t->typed)) {
		int r = talk_await(t, e);
		if (r != 0)
			return r;
	}
	if (t->ledger.judging || (t->interactive && t->typed))
		talk_settle(t);
	else if (!talk_grouped(t))
		step_bound(t);
	return talk_surplus(t, e);
}

int
talk_ready(struct talk *t, const struct verb *v, struct err *e)
{
	bool must = !t->interactive && !t->set.bare;
	int r = talk_need_link(t, e);
	if (r == 0)
		r = send_greeting(t, must, e);
	if (r == 0)
		r = send_between(t, e);
	if (r != 0)
		return r;
	if (t->link == NULL || t->closing)
		return step_closed(t, e);
	if (talk_secures(t)) {
		talk_secure(t);
		return ACT_MORE;
	}
	const char *helo = send_prelude(t, v);
	if (helo == NULL)
		return 0;
	r = talk_say_helo(t, helo, e);
	return r < 0 ? -1 : ACT_MORE;
}

/* A line by itself. */

static int
say_resume(struct talk *t, struct act *a, struct err *e)
{
	struct say *s = (struct say *)a;
	int r;
	if (a->step == 0) {
		if (s->own && (t->link == NULL || t->closing))
			return step_closed(t, e);
		r = s->own ? talk_surplus(t, e)
			   : talk_ready(t,
				 verb_find(s->line,
				     verb_word(s->line, strlen(s->line))),
				 e);
		if (r != 0)
			return r;
		t->code = 0;
		if (talk_queue(t, s->own ? DUE_IMPLIED : DUE_WRITTEN, s->line,
			strlen(s->line), e) < 0)
			return -1;
		a->step = 1;
	}
	return s->own ? talk_await(t, e) : step_sent(t, e);
}

static void
say_release(struct talk *t, struct act *a)
{
	struct say *s = (struct say *)a;
	(void)t;
	explicit_bzero(s->line, strlen(s->line));
	free(s->line);
}

static const struct act_kind say_kind = { "say", sizeof(struct say), say_resume,
	NULL, say_release };

static void
send_say(struct talk *t, const char *line, bool own)
{
	struct say *s = act_push(t, &say_kind);
	s->line = mem_dup(line);
	s->own = own;
}

void
talk_say(struct talk *t, const char *line)
{
	send_say(t, line, false);
}

void
talk_say_own(struct talk *t, const char *line)
{
	send_say(t, line, true);
}

/* EHLO, and HELO where that is refused for good. */

struct helo {
	struct act act;
	char *name;
	const char *verb;
	bool falls_back; /* HELO, where EHLO is refused for good */
};

static void
helo_say(struct talk *t, const struct helo *h, const char *verb)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s %s", verb, h->name);
	talk_say_own(t, buf_str(&b));
	buf_release(&b);
}

static int
helo_resume(struct talk *t, struct act *a, struct err *e)
{
	struct helo *h = (struct helo *)a;
	(void)e;
	switch (a->step++) {
	case 0:
		helo_say(t, h, h->verb);
		return ACT_MORE;
	case 1:
		if (t->code < 500 || t->link == NULL || !h->falls_back)
			break;
		helo_say(t, h, "HELO");
		return ACT_MORE;
	}
	return ACT_DONE;
}

static void
helo_release(struct talk *t, struct act *a)
{
	(void)t;
	free(((struct helo *)a)->name);
}

static const struct act_kind helo_kind = { "helo", sizeof(struct helo),
	helo_resume, NULL, helo_release };

int
talk_say_helo(struct talk *t, const char *verb, struct err *e)
{
	struct buf b = BUF_INIT;
	bool falls_back = verb != NULL && strcmp(verb, "EHLO") == 0;
	if (verb == NULL)
		verb = t->where.lmtp ? "LHLO" : "EHLO";
	if (vars_expand(&t->vars, NULL, "${helo}", 7, false, &b, e) < 0) {
		buf_release(&b);
		return -1;
	}
	t->said_helo = true;
	struct helo *h = act_push(t, &helo_kind);
	h->verb = verb;
	h->falls_back = falls_back;
	h->name = buf_detach(&b);
	return ACT_MORE;
}
