/* Taking what the server says: the one place where events of the link become
 * replies in the ledger, closes and errors. Nothing here waits. */
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/step.h"
#include "cmd/talk/talk.h"

void
talk_quote(const struct reply *r, struct buf *b)
{
	size_t len = 0;
	const char *p = r->nlines > 0 ? reply_text(r, r->nlines - 1, &len) : "";
	buf_addf(b, "%d ", r->code);
	buf_add(b, p, len);
}

/* A word that no server knows may be a slip, or meant for the shell. */
static void
take_guess(struct talk *t, const struct smtp_event *ev)
{
	struct buf b = BUF_INIT;
	if (ev->sent != NULL && ev->sent->verb->id == VERB_UNKNOWN &&
	    ev->reply->code >= 500 && !t->expects && t->env->guess != NULL &&
	    t->env->guess(&b, ev->sent->line, strlen(ev->sent->line)))
		talk_remark(t, "%s", buf_str(&b));
	buf_release(&b);
}

/* Which due it pays. Octets that \raw sent may be answered more than once: it
 * wrote those lines too. */
static struct due *
take_due(struct talk *t, const struct link_event *k)
{
	const struct smtp_event *ev = &k->ev;
	if (ev->kind == SMTP_EV_UNSOLICITED) {
		struct due *d =
		    ledger_unasked(&t->ledger, ev->reply, k->took_ns);
		d->file = t->file;
		d->line = t->line;
		if (t->raw_open && !ev->early) {
			d->by = DUE_WRITTEN;
			d->file = t->raw_file;
			d->line = t->raw_line;
		}
		if (smtp_in_text(link_smtp(t->link))) {
			t->text_refused = d->code;
			ledger_judged(&t->ledger, d);
			t->tally.permanent |= d->code >= 500;
			t->tally.transient |= d->code / 100 == 4;
		}
		return d;
	}
	const struct smtp_sent *o = smtp_oldest(link_smtp(t->link));
	bool more = o != NULL && o->seq == ev->sent->seq;
	struct due *d =
	    ledger_came(&t->ledger, ev->sent->seq, ev->reply, k->took_ns, more);
	if (d == NULL || ev->sent->verb->id != VERB_GREETING)
		return d;
	t->greeted = t->reached = true;
	struct err e;
	/* Early lines have gone, and no expectation takes it. */
	if (d->judged && !t->interactive && !t->set.bare &&
	    step_greeting(d->code, &e) < 0)
		talk_error(t, &e);
	return d;
}

/* A reply that its place in the session forbids: a 354 that nothing asked for,
 * a 2yz to DATA, a 353 without PRDR. Whoever expects it may have it; else it is
 * a breach. */
bool
step_is_odd(const struct due *d)
{
	const struct verb *v = d->verb;
	int code = d->code;
	if (v == NULL || v->id == VERB_UNKNOWN || v->id == VERB_RAW)
		return false;
	if (v->id == VERB_DATA)
		return code / 100 == 2 || (code / 100 == 3 && code != 354);
	if (code / 100 != 3)
		return false;
	if (code == 353 && !d->again)
		return true;
	enum verb_listing l = verb_lists(v, code);
	return l != VERB_LISTED && l != VERB_LATER;
}

static void
take_reply(struct talk *t, const struct link_event *k)
{
	const struct smtp_event *sev = &k->ev;
	struct talk_want *w = &t->want;
	struct buf want = BUF_INIT, why = BUF_INIT;
	struct event ev = { .kind = EV_REPLY,
		.reply = sev->reply,
		.verb = sev->sent == NULL ? NULL : sev->sent->verb,
		.rcpt = sev->sent == NULL ? NULL : sev->sent->rcpt_path,
		.answers = sev->sent == NULL ? NULL : sev->sent->line,
		.unsolicited = sev->kind == SMTP_EV_UNSOLICITED,
		.took_ns = k->took_ns };
	struct due *d = take_due(t, k);
	bool wanted = w->expect != NULL && !w->judged && d != NULL &&
		      d->seq == w->seq && !d->judged;
	if (wanted) {
		step_judge(t, sev->reply, &why);
		ledger_judged(&t->ledger, d);
		expect_text(w->expect, &want);
		ev.expected = buf_str(&want);
		ev.verdict = w->met ? VERDICT_MET : VERDICT_MISSED;
	}
	t->part_told = 0;
	past_reply(t, sev, wanted && w->met);
	reply_copy(&t->last, sev->reply);
	t->last_ns = k->took_ns;
	t->code = sev->reply->code;
	t->closing |= t->code == 421;
	if (t->code == 354)
		t->text_refused = 0;
	talk_put(t, &ev);
	if (t->interactive && t->code == 334 && d != NULL &&
	    d->by == DUE_WRITTEN)
		step_challenge(t);
	past_lint(t, sev);
	take_guess(t, sev);
	/* Who expects it may know what comes then. */
	if (wanted && w->met && t->code == 421)
		t->closing = false;
	t->data_refused = sev->sent != NULL &&
			  (sev->sent->verb->is & VERB_OPENS_TEXT) &&
			  t->code != 354;
	if (wanted && !w->met)
		step_tell_missed(t, w->expect, sev->reply);
	if (d != NULL && d->settled && !d->judged)
		step_unjudged(t, d);
	buf_release(&want);
	buf_release(&why);
}

/* What is owed, as a person would say it. */
static void
take_awaited(const struct smtp_sent *s, struct buf *b)
{
	switch (s->verb->id) {
	case VERB_GREETING:
		buf_adds(b, "the greeting");
		break;
	case VERB_TEXT_END:
		buf_adds(b, "the reply to the end of mail text");
		break;
	case VERB_RESPONSE:
		buf_adds(b, "the reply to an AUTH response");
		break;
	case VERB_RAW:
		buf_adds(b, "the reply to what \\raw sent");
		break;
	case VERB_UNKNOWN:
		buf_addf(b, "the reply to '%.40s'", s->line);
		break;
	default:
		buf_addf(b, "the reply to %s", s->verb->name);
	}
}

bool
talk_waits_for(const struct talk *t, struct buf *b)
{
	const struct conn *c = t->link == NULL ? NULL : link_conn(t->link);
	const char *peer = t->mx.host != NULL	   ? t->mx.host->name
			   : t->where.host != NULL ? t->where.host
			   : c != NULL		   ? conn_name(c)
						   : "the server";
	const struct smtp_sent *o =
	    t->link == NULL ? NULL : smtp_oldest(link_smtp(t->link));
	switch (t->wait) {
	case TALK_REPLY:
		if (o == NULL)
			return false;
		take_awaited(o, b);
		buf_addf(b, " from %s", peer);
		return true;
	case TALK_WRITE:
		buf_addf(b, "%s to take what is sent", peer);
		return true;
	case TALK_OPEN:
		buf_addf(b, "the connection to %s", peer);
		return true;
	case TALK_TLS:
		buf_addf(b, "the TLS handshake with %s", peer);
		return true;
	default:
		return false;
	}
}

#define TAKE_UNKNOWN                                                           \
	"the end of the text was sent; whether the mail was taken is "         \
	"unknown: "                                                            \
	"look before you send it again"

static const char *
take_unknown_fate(const struct smtp_sent *s)
{
	return s->verb->id == VERB_TEXT_END ? "; " TAKE_UNKNOWN : "";
}

/* A reply that has begun is quoted. */
static void
take_begun(struct buf *part, struct buf *what)
{
	if (buf_len(part) > 0)
		buf_addf(what, " began (%s)", buf_str(part));
}

/* The server closed. An error only where a reply was owed; not for QUIT's. */
static int
take_closed(struct talk *t, const struct smtp_event *ev, struct err *e)
{
	const struct smtp *s = link_smtp(t->link);
	const struct smtp_sent *o = smtp_oldest(s);
	size_t owed = smtp_owed(s);
	struct buf why = BUF_INIT, part = BUF_INIT;
	buf_adds(&why, link_lost(t->link));
	int r = 0;
	if (ev != NULL && ev->text_len > 0) {
		/* Its begin was shown when the wait for it was over. */
		size_t told = t->part_told < ev->text_len ? t->part_told : 0;
		struct event g = { .kind = EV_GARBAGE,
			.text = ev->text + told,
			.len = ev->text_len - told,
			.remark = "the connection ended inside this reply" };
		if (t->part_told != ev->text_len)
			talk_put(t, &g);
		if (!t->garbled)
			step_part(ev->text, ev->text_len, &part);
		past_part(t, buf_data(&part), buf_len(&part));
	}
	if (o != NULL && o->verb->id != VERB_QUIT) {
		struct buf what = BUF_INIT;
		take_awaited(o, &what);
		if (owed > 1)
			buf_addf(&what, " (and %zu more)", owed - 1);
		take_begun(&part, &what);
		r = err_set(e, ERR_LOST, "%s: %s %s%s", buf_str(&why),
		    buf_str(&what),
		    buf_len(&part) > 0 ? "and did not end" : "never came",
		    take_unknown_fate(o));
		err_why(e, WHY_CLOSED);
		buf_release(&what);
	}
	past_gone(t);
	struct event c = { .kind = EV_CLOSED, .text = buf_str(&why) };
	talk_put(t, &c);
	bool quit = t->said_quit;
	step_gone(t);
	t->said_quit = quit;
	t->code = 0;
	buf_release(&why);
	buf_release(&part);
	return r;
}

/* One event of the link. 1: a reply came; 0: something else; -1: e. */
static int
take_event(struct talk *t, const struct link_event *k, struct err *e)
{
	switch (k->ev.kind) {
	case SMTP_EV_REPLY:
	case SMTP_EV_UNSOLICITED:
		take_reply(t, k);
		return 1;
	case SMTP_EV_GARBAGE: {
		struct event ev = { .kind = EV_GARBAGE,
			.text = k->ev.text,
			.len = k->ev.text_len,
			.remark = k->ev.err.text };
		talk_put(t, &ev);
		past_lint(t, &k->ev);
		past_garbage(t, k->ev.text, k->ev.text_len);
		t->broken = t->garbled = true;
		t->part_told = 0;
		*e = k->ev.err;
		return err_why(e, e->why == WHY_NONE ? WHY_NO_REPLY : e->why);
	}
	case SMTP_EV_EOF:
		return take_closed(t, &k->ev, e);
	case SMTP_EV_NONE:
		break;
	}
	return 0;
}

/* A server that waits for a TLS handshake says nothing in clear text. */
static const char *
take_hint(const struct smtp_sent *s)
{
	return s->verb->id == VERB_GREETING
		   ? " (a port that speaks TLS from the start says nothing: "
		     "smtps:// or --tls-on-connect)"
		   : take_unknown_fate(s);
}

/* 0: it does not matter (QUIT). */
static int
take_timed_out(struct talk *t, struct err *e)
{
	const struct smtp_sent *o = smtp_oldest(link_smtp(t->link));
	struct buf part = BUF_INIT;
	step_leftover(t);
	bool begun = step_has_part(t, &part);
	if (o != NULL && o->verb->id == VERB_QUIT) {
		talk_remark(
		    t, begun ? "the reply to QUIT did not end in time: closing"
			     : "no reply to QUIT in time: closing");
		talk_close(t);
		buf_release(&part);
		return 0;
	}
	past_look(t);
	t->broken = true;
	t->woken = false;
	link_renew(t->link);
	if (o == NULL) {
		buf_release(&part);
		err_set(e, ERR_TEMP, "nothing came in time");
		return err_why(e, WHY_LATE);
	}
	struct buf what = BUF_INIT;
	take_awaited(o, &what);
	take_begun(&part, &what);
	err_set(e, ERR_TEMP,
	    "%s %s in time%s; --timeout DURATION changes how long",
	    buf_str(&what), begun ? "and did not end" : "did not come",
	    begun ? take_unknown_fate(o) : take_hint(o));
	buf_release(&what);
	buf_release(&part);
	return err_why(e, WHY_LATE);
}

/* One event that is there: 1 a reply, 0 nothing there (or the end), -1. */
static int
take_one(struct talk *t, struct err *e)
{
	for (;;) {
		struct link_event k;
		bool any = t->readable ? link_get(t->link, &k)
				       : link_poll(t->link, &k);
		if (!any) {
			t->readable = false;
			return 0;
		}
		int r = take_event(t, &k, e);
		if (r != 0 || t->link == NULL)
			return r;
	}
}

int
talk_sleep(struct talk *t, enum talk_wait w, int64_t deadline_ns)
{
	t->wait = w;
	t->deadline_ns = deadline_ns;
	return ACT_WAIT;
}

int
step_take(struct talk *t, int64_t until_ns, struct err *e)
{
	int r = take_one(t, e);
	if (r != 0 || t->link == NULL)
		return r < 0 ? -1 : ACT_MORE;
	if (smtp_tls_wanted(link_smtp(t->link)))
		return ACT_MORE;
	/* The clock is asked when a wait has ended with nothing. */
	if (t->woken && until_ns != LOOP_FOREVER && loop_now_ns() >= until_ns)
		return ACT_DONE;
	if (t->woken && until_ns == LOOP_FOREVER && link_overdue(t->link))
		return take_timed_out(t, e) < 0 ? -1 : ACT_MORE;
	t->woken = false;
	int64_t deadline = link_deadline(t->link);
	return talk_sleep(
	    t, TALK_REPLY, until_ns < deadline ? until_ns : deadline);
}

/* Writing. The server may speak meanwhile, and must be heard so that neither
 * side stalls; its last words explain a lost connection better than errno
 * does. */
int
talk_write(struct talk *t, struct err *e)
{
	if (t->link == NULL)
		return 0;
	for (;;) {
		int r = link_write(t->link, e);
		if (r == 0)
			return 0;
		struct err last;
		int took;
		err_clear(&last);
		while ((took = take_one(t, &last)) > 0 && t->link != NULL)
			;
		if (t->text_refused != 0 && (r < 0 || t->link == NULL))
			return step_cut(t, e);
		if (r < 0) {
			if (t->link != NULL && e->kind == ERR_LOST)
				take_closed(t, NULL, &last);
			return -1;
		}
		if (took < 0) {
			*e = last;
			return -1;
		}
		if (t->link == NULL)
			return step_closed(t, e);
		if (took == 0)
			return talk_sleep(
			    t, TALK_WRITE, link_deadline(t->link));
	}
}

/* Whether a line up to that one is owed a reply. */
static bool
take_owed(const struct talk *t, uint64_t seq)
{
	const struct smtp_sent *o = smtp_oldest(link_smtp(t->link));
	return o != NULL && o->seq <= seq;
}

int
talk_await_line(struct talk *t, uint64_t seq, struct err *e)
{
	int r = talk_write(t, e);
	while (r == 0 && t->link != NULL && take_owed(t, seq) &&
	       smtp_chunk_left(link_smtp(t->link)) == 0 &&
	       !smtp_tls_wanted(link_smtp(t->link))) {
		r = step_take(t, LOOP_FOREVER, e);
		if (r == ACT_MORE)
			r = 0;
	}
	if (r != 0)
		return r;
	if (seq == UINT64_MAX)
		t->barrier = false;
	if (t->link == NULL || !smtp_tls_wanted(link_smtp(t->link)))
		return 0;
	talk_tls(t);
	return ACT_MORE;
}

int
talk_await(struct talk *t, struct err *e)
{
	return talk_await_line(t, UINT64_MAX, e);
}

bool
talk_idle(struct talk *t)
{
	bool any = false;
	struct link_event k;
	while (t->link != NULL && link_get(t->link, &k)) {
		struct err e;
		err_clear(&e);
		any = true;
		if (take_event(t, &k, &e) < 0) {
			talk_error(t, &e);
			if (t->link != NULL && k.ev.kind != SMTP_EV_GARBAGE)
				break;
		}
	}
	return any;
}

/* RFC 5321 has no reply that nothing asked for but 421. It answers nothing,
 * whatever it says: the real one is still to come. */
int
talk_surplus(struct talk *t, struct err *e)
{
	if (t->link != NULL && smtp_owed(link_smtp(t->link)) == 0) {
		int r;
		while (t->link != NULL && (r = take_one(t, e)) != 0)
			if (r < 0)
				return -1;
	}
	struct due *d;
	bool closing = false;
	while ((d = ledger_surplus(&t->ledger)) != NULL) {
		struct err what;
		closing |= d->code == 421;
		if (d->code != 421) {
			err_set(&what, ERR_PROTO,
			    "a reply that no command asked for: %d", d->code);
			err_why(&what, WHY_OUT_OF_STEP);
			talk_error(t, &what);
			t->breaches++;
		}
		ledger_judged(&t->ledger, d);
	}
	if (closing)
		return err_set(e, ERR_TEMP,
		    "the server closes the session: 421 came unasked");
	if (t->link == NULL && t->had_link)
		return step_closed(t, e);
	return 0;
}

void
talk_interrupt(struct talk *t)
{
	struct err e;
	if (t->link != NULL && smtp_owed(link_smtp(t->link)) > 0)
		step_leftover(t);
	past_look(t);
	const struct smtp_sent *o =
	    t->link == NULL ? NULL : smtp_oldest(link_smtp(t->link));
	struct buf part = BUF_INIT, what = BUF_INIT;
	if (o != NULL && step_has_part(t, &part)) {
		buf_adds(&what, ": ");
		take_awaited(o, &what);
		take_begun(&part, &what);
		buf_adds(&what, " and did not end");
	}
	err_set(&e, ERR_INTR, "interrupted%s%s", buf_str(&what),
	    o == NULL ? "" : take_unknown_fate(o));
	buf_release(&part);
	buf_release(&what);
	step_fail(t, &e);
}
