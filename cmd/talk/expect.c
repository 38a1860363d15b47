/* Judging: expectations against the ledger, and what is told of replies that
 * none was held against. */
#include <string.h>
#include "cmd/talk/past.h"
#include "cmd/talk/step.h"

/* Replies that lines sent one by one leave for expectations behind them. A pipe
 * that has none may go on for ever. */
#define EXPECT_OPEN_MAX 1000
#define EXPECT_TOLD_MAX 20 /* unjudged replies told one by one, a source */

static void
expect_capture(void *arg, const char *name, const char *p, size_t len)
{
	struct talk *t = arg;
	struct err e;
	if (vars_set(&t->vars, name, p, len, &e) < 0)
		talk_remark(t, "not kept: %s", e.text);
}

void
step_judge(struct talk *t, const struct reply *r, struct buf *why)
{
	struct talk_want *w = &t->want;
	w->judged = true;
	w->met = expect_match(
	    w->expect, r, t->set.match_text, expect_capture, t, why);
	if (w->met)
		t->tally.met++;
	else
		t->tally.missed++;
}

static void
expect_tell(struct talk *t, const char *want, const char *got, size_t len)
{
	struct event ev = { .kind = EV_VERDICT,
		.verdict = VERDICT_MISSED,
		.expected = want,
		.text = got,
		.len = len };
	talk_put(t, &ev);
}

/* All lines of it, as the wire had them. */
static void
expect_reply_text(const struct reply *r, struct buf *b)
{
	for (size_t i = 0; i < r->nlines; i++) {
		size_t len;
		const char *p = reply_text(r, i, &len);
		buf_addf(b, "%s%d%c", i > 0 ? "\n" : "", r->code,
		    i + 1 < r->nlines ? '-' : ' ');
		buf_add(b, p, len);
	}
	if (r->nlines == 0)
		buf_addf(b, "%d", r->code);
}

void
step_tell_missed(struct talk *t, const struct expect *x, const struct reply *r)
{
	struct buf want = BUF_INIT, got = BUF_INIT;
	expect_text(x, &want);
	expect_reply_text(r, &got);
	expect_tell(t, buf_str(&want), buf_data(&got), buf_len(&got));
	buf_release(&want);
	buf_release(&got);
}

int
talk_check(
    struct talk *t, bool met, const char *want, const char *got, struct err *e)
{
	t->expects = true;
	e->kind = ERR_NONE;
	if (!met) {
		t->tally.missed++;
		expect_tell(t, want, got, strlen(got));
		return t->set.keep_going ? 0 : -1;
	}
	struct event ev = {
		.kind = EV_VERDICT, .verdict = VERDICT_MET, .expected = want
	};
	t->tally.met++;
	talk_put(t, &ev);
	return 0;
}

/* Tells one of them, and what it is worth. */
static void
expect_unjudged(struct talk *t, const struct due *d)
{
	struct event ev = { .kind = EV_VERDICT,
		.verdict = VERDICT_UNJUDGED,
		.code = d->code,
		.verb = d->verb,
		.file = d->file == NULL ? "input" : d->file,
		.line = d->line };
	t->tally.unjudged++;
	t->tally.unwell |= d->code >= 400 && t->set.unjudged == UNJUDGED_FAIL;
	if (t->ntold++ < EXPECT_TOLD_MAX)
		talk_put(t, &ev);
}

/* Replies that had been settled before the source's first expectation. */
static void
expect_tell_untold(struct talk *t)
{
	if (t->expects)
		return;
	t->expects = true;
	for (size_t i = 0; i < t->nuntold && i < EXPECT_TOLD_MAX; i++)
		expect_unjudged(t, &t->untold[i]);
	if (t->nuntold > EXPECT_TOLD_MAX) {
		size_t more = t->nuntold - EXPECT_TOLD_MAX;
		t->tally.unjudged += (unsigned)more;
		t->tally.unwell |=
		    t->untold_unwell && t->set.unjudged == UNJUDGED_FAIL;
		t->ntold += more;
	}
	t->nuntold = 0;
}

void
step_unjudged(struct talk *t, const struct due *d)
{
	/* What nothing asked for is told as such: talk_surplus(). */
	if (d->by == DUE_GREETING || d->by == DUE_UNASKED)
		return;
	if (step_is_odd(d)) {
		struct err e;
		err_set(&e, ERR_PROTO, "the reply to %s is %d, expected %s",
		    d->verb->id == VERB_TEXT_END ? "the end of mail text"
						 : d->verb->name,
		    d->code,
		    d->verb->id == VERB_DATA	   ? "354"
		    : d->verb->id == VERB_TEXT_END ? "250"
						   : "2yz");
		talk_error(t, &e);
	}
	t->tally.permanent |= d->code / 100 == 5;
	t->tally.transient |= d->code / 100 == 4;
	if (t->expects) {
		expect_unjudged(t, d);
		return;
	}
	if (t->interactive)
		return;
	/* An expectation may still come in a source that is read as it
	 * comes. */
	if (t->nuntold == 0) {
		t->untold_unwell = false;
		t->untold =
		    mem_grow(t->untold, EXPECT_TOLD_MAX, sizeof *t->untold);
	}
	if (t->nuntold < EXPECT_TOLD_MAX) {
		t->untold[t->nuntold] = *d;
		t->untold[t->nuntold].reply = NULL;
	}
	t->nuntold++;
	t->untold_unwell |= d->code >= 400;
}

static void
expect_settled(void *arg, const struct due *d)
{
	step_unjudged(arg, d);
}

void
talk_settle(struct talk *t)
{
	ledger_settle(&t->ledger, expect_settled, t);
}

void
talk_settle_before(struct talk *t)
{
	const struct due *d = ledger_oldest(&t->ledger);
	if (d == NULL || d->by != DUE_GREETING)
		talk_settle(t);
}

void
step_bound(struct talk *t)
{
	ledger_bound(&t->ledger, EXPECT_OPEN_MAX, expect_settled, t);
}

bool
talk_settled(struct talk *t)
{
	return ledger_oldest(&t->ledger) == NULL;
}

void
talk_source_begin(struct talk *t, const struct script *s)
{
	t->expects = s != NULL && s->transcript;
	t->own_tls = s != NULL && s->has_tls;
	t->own_login = s != NULL && s->has_login;
	t->nuntold = t->ntold = 0;
}

void
talk_source_end(struct talk *t)
{
	talk_settle(t);
	/* A transcript is judged by its expectations. */
	if (t->expects)
		t->tally.permanent = t->tally.transient = false;
	if (t->expects && t->ntold > EXPECT_TOLD_MAX) {
		struct buf b = BUF_INIT;
		buf_addf(&b, "and %zu more replies were judged by nothing",
		    t->ntold - EXPECT_TOLD_MAX);
		t->env->complain(t, buf_str(&b));
		buf_release(&b);
	}
	t->nuntold = t->ntold = 0;
	t->own_tls = t->own_login = false;
}

/* Nothing came that could be judged. What failed is told with it, once. */
static int
expect_nothing(struct talk *t, const struct expect *x, struct err *e)
{
	struct buf want = BUF_INIT;
	const struct err why = *e;
	struct event ev = { .kind = EV_VERDICT,
		.verdict = VERDICT_MISSED,
		.nothing = true,
		.failed = why.kind != ERR_NONE,
		.text = why.text[0] == '\0' ? "the connection was closed"
					    : why.text };
	t->tally.missed++;
	expect_text(x, &want);
	ev.expected = buf_str(&want);
	ev.len = strlen(ev.text);
	talk_put(t, &ev);
	if (ev.failed) {
		err_set(
		    e, why.kind, "expected %s, and %s", ev.expected, ev.text);
		err_why(e, why.why);
	}
	buf_release(&want);
	return -1;
}

/* A reply that is there already. */
static int
expect_kept(struct talk *t, const struct expect *x, struct due *d)
{
	struct buf why = BUF_INIT, want = BUF_INIT;
	t->want = (struct talk_want){ .expect = x };
	step_judge(t, d->reply, &why);
	if (!t->want.met) {
		step_tell_missed(t, x, d->reply);
	} else {
		struct event ev = { .kind = EV_VERDICT,
			.verdict = VERDICT_MET };
		expect_text(x, &want);
		ev.expected = buf_str(&want);
		talk_put(t, &ev);
	}
	if (t->want.met)
		past_met(t, d);
	if (t->want.met && d->code == 421)
		t->closing = false;
	ledger_judged(&t->ledger, d);
	t->want.expect = NULL;
	buf_release(&why);
	buf_release(&want);
	return t->want.met ? 0 : -1;
}

/* The embedded receiver speaks when spoken to. */
static bool
expect_is_mute(const struct talk *t)
{
	return conn_peer(link_conn(t->link)) != NULL && t->sandbox != NULL &&
	       t->sandbox->play == NULL && !conn_ready(link_conn(t->link));
}

/* Waits for what w takes. ACT_DONE: it was judged, or nothing will come. */
static int
expect_wait(struct talk *t, struct err *e)
{
	struct talk_want *w = &t->want;
	int r = talk_write(t, e);
	if (r != 0)
		return r;
	while (!w->judged && t->link != NULL) {
		bool idle = w->seq == 0;
		if (idle && expect_is_mute(t)) {
			err_set(e, ERR_NONE,
			    "no reply is owed: the sandbox says nothing "
			    "unasked");
			return 0;
		}
		r = step_take(t, idle ? w->until_ns : LOOP_FOREVER, e);
		if (r == ACT_DONE)
			return err_set(e, ERR_TEMP, "nothing came in %g s",
			    (double)t->set.times.unasked / 1000);
		if (r != ACT_MORE)
			return r;
		if (t->link != NULL && smtp_tls_wanted(link_smtp(t->link)) &&
		    !w->judged) {
			talk_tls(t);
			return ACT_MORE;
		}
	}
	return 0;
}

/* Begins to wait for the oldest due, or for what comes unasked. */
static void
expect_begin(struct talk *t, const struct expect *x, const struct due *d)
{
	t->want = (struct talk_want){ .expect = x,
		.seq = d == NULL ? 0 : d->seq,
		.until_ns = LOOP_FOREVER };
	if (d != NULL || t->link == NULL || expect_is_mute(t))
		return;
	int64_t ms = t->set.times.unasked;
	t->want.until_ns = loop_deadline(ms);
	talk_remark(t,
	    "waiting for a reply that nothing asked for, at most %g s",
	    (double)ms / 1000);
}

/* With early lines the greeting comes behind them. An expectation is the
 * greeting's only where it asks for a code that greetings have and replies to
 * EHLO have not; else the greeting is nobody's and must be 220. */
static struct due *
expect_early(struct talk *t, const struct expect *x, struct due *d)
{
	struct err e;
	if (!t->set.early || d == NULL || d->by != DUE_GREETING ||
	    t->ledger.judging || ledger_unjudged(&t->ledger) < 2 ||
	    ((expect_takes(x, 220) || expect_takes(x, 554)) &&
		!expect_takes(x, 250)))
		return d;
	bool bad = d->came && step_greeting(d->code, &e) < 0;
	ledger_settle_greeting(&t->ledger);
	if (bad)
		talk_error(t, &e);
	return ledger_oldest(&t->ledger);
}

/* A missed expectation was told when this returns -1 with e->kind ERR_NONE. */
int
talk_expect(struct talk *t, const struct expect *x, struct err *e)
{
	e->kind = ERR_NONE;
	e->text[0] = '\0';
	if (t->want.expect != x) {
		expect_tell_untold(t);
		struct due *d = ledger_oldest(&t->ledger);
		if (d == NULL && t->link == NULL) {
			int r = talk_need_link(t, e);
			if (r != 0)
				return r;
			d = ledger_oldest(&t->ledger);
		}
		d = expect_early(t, x, d);
		t->ledger.judging = true;
		if (d != NULL && d->came)
			return expect_kept(t, x, d);
		expect_begin(t, x, d);
	}
	int r = expect_wait(t, e);
	if (r == ACT_WAIT || r == ACT_MORE)
		return r;
	t->want.expect = NULL;
	if (!t->want.judged)
		return expect_nothing(t, x, e);
	e->kind = ERR_NONE;
	return t->want.met ? 0 : -1;
}
