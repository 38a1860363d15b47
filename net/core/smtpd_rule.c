/* Rules at work. What a rule says stands in place of the core's own reply: of
 * a command that it answers 2yz or 3yz the core does all but speak (muted), of
 * any other nothing. A delay holds what it is for, and all behind it, back. */
#include "net/core/smtpd_priv.h"

#include <string.h>

static void
smtpd_event_n(struct smtpd *d, enum smtpd_event_kind kind, uint64_t n)
{
	smtpd_event(d, kind, NULL, 0);
	d->queue[d->nqueue - 1].n = n;
}

static void
smtpd_rule_tell(void *arg, const struct rule *x)
{
	struct smtpd *d = arg;
	struct buf b = BUF_INIT;
	if (x->offer != NULL)
		buf_adds(&d->ruled.offer, x->offer);
	if (x->hide != NULL)
		buf_adds(&d->ruled.hide, x->hide);
	if (!d->c->unlogged) {
		buf_addf(&b, "%s:%u: %s", x->place, x->line, x->text);
		smtpd_event(d, SMTPD_RULE, buf_data(&b), buf_len(&b));
	}
	buf_release(&b);
}

static void
smtpd_rule_ask(
    struct smtpd *d, const struct rule_case *what, struct rule_verdict *v)
{
	struct rule_case c = *what;
	c.client = d->ruled.client == NULL ? "" : d->ruled.client;
	if (c.on == RULE_CONNECT)
		c.arg = (struct span){ c.client, strlen(c.client) };
	if (c.arg.p == NULL)
		c.arg = (struct span){ "", 0 };
	rules_ask(d->c->rules, &d->ruled.counts, &c, v, smtpd_rule_tell, d);
}

/* The session waits, and what is held goes on then. */
static bool
smtpd_rule_hold(struct smtpd *d, enum smtpd_held what)
{
	uint64_t ms = d->ruled.now.delay_ms;
	if (ms == 0)
		return false;
	d->ruled.held = what;
	d->wait = SMTPD_WAIT_TIME;
	smtpd_event_n(d, SMTPD_DELAY, ms);
	return true;
}

static void
smtpd_rule_then(struct smtpd *d, enum rule_then then)
{
	if (then == RULE_CLOSE || then == RULE_RESET)
		smtpd_leave(d);
	if (then == RULE_RESET)
		smtpd_event(d, SMTPD_RESET, NULL, 0);
	if (then == RULE_STALL) {
		smtpd_reset(d);
		buf_wipe(&d->in);
		d->scanned = 0;
		d->wait = SMTPD_WAIT_NEVER;
	}
}

void
smtpd_rule_after(struct smtpd *d, const struct rule_verdict *v)
{
	const struct rule *x = v->reply;
	if (v->early != NULL)
		smtpd_say_octets(d, v->early->early, v->early->early_len);
	enum rule_then then = x == NULL ? RULE_GO_ON : x->then;
	if (then == RULE_GO_ON && x != NULL && x->says && x->code == 421)
		then = RULE_CLOSE;
	if (v->slow > 0 && buf_len(&d->out) > 0) {
		smtpd_event_n(d, SMTPD_SLOW, v->slow);
		if (d->wait == SMTPD_WAIT_CLIENT) {
			d->wait = SMTPD_WAIT_TIME;
			d->ruled.held = SMTPD_HELD_THEN;
			d->ruled.then = then;
			return;
		}
	}
	smtpd_rule_then(d, then);
}

bool
smtpd_rule_is_good(const struct rule *x)
{
	return x->silent || x->code / 100 == 2 || x->code / 100 == 3;
}

static void
smtpd_rule_greeting(struct smtpd *d)
{
	const struct rule_verdict v = d->ruled.now;
	const struct rule *x = v.reply;
	if (x == NULL)
		smtpd_greet(d);
	else if (x->says)
		smtpd_say_octets(d, x->say, x->say_len);
	d->ruled.barred = x != NULL && x->says && !smtpd_rule_is_good(x);
	smtpd_rule_after(d, &v);
}

void
smtpd_rule_greet(struct smtpd *d)
{
	const struct rule_case c = { .on = RULE_CONNECT };
	smtpd_rule_ask(d, &c, &d->ruled.now);
	d->ruled.tls_fails = d->ruled.now.tls != NULL;
	if (!smtpd_rule_hold(d, SMTPD_HELD_GREETING))
		smtpd_rule_greeting(d);
}

bool
smtpd_tls_fails(const struct smtpd *d)
{
	return d->ruled.tls_fails;
}

/* Says what the rule has, and does or does not what the client wanted. */
static void
smtpd_rule_answer(struct smtpd *d, const struct rule *x, enum verb_id verb,
    const char *p, size_t len)
{
	bool good = smtpd_rule_is_good(x);
	if (verb == VERB_AUTH && x->says) {
		smtpd_rule_auth(d, x);
	} else if (good) {
		d->ruled.muted = true;
		smtpd_run(d, p, len);
		d->ruled.muted = false;
	} else if (verb == VERB_RCPT && d->state >= SMTP_MAIL) {
		d->nrefused++;
	}
	if (x->says)
		smtpd_say_octets(d, x->say, x->say_len);
}

static enum verb_id
smtpd_rule_verb(const char *p, size_t len, struct span *arg)
{
	size_t n = verb_word(p, len);
	const struct verb *v = n > 0 ? verb_find(p, n) : NULL;
	*arg = span_trim((struct span){ p + n, len - n });
	return v == NULL ? VERB_UNKNOWN : v->id;
}

static void
smtpd_rule_do(struct smtpd *d, const char *p, size_t len)
{
	const struct rule_verdict v = d->ruled.now;
	struct span arg;
	enum verb_id verb = smtpd_rule_verb(p, len, &arg);
	bool barred = d->ruled.barred && v.reply == NULL && verb != VERB_QUIT;
	if (!barred && smtpd_rule_waits(v.reply, verb)) {
		smtpd_rule_run_late(d, &v, p, len);
		return;
	}
	if (v.reply != NULL)
		smtpd_rule_answer(d, v.reply, verb, p, len);
	else if (barred)
		smtpd_say(d, 503, NULL, "Refused; send QUIT");
	else
		smtpd_run(d, p, len);
	/* Behind mail text that this began, or a stall, nothing is to do. */
	if (d->wait != SMTPD_WAIT_NEVER)
		smtpd_rule_after(d, &v);
}

void
smtpd_rule_command(struct smtpd *d, const char *p, size_t len)
{
	struct rule_case c = { .on = RULE_COMMAND, .line = { p, len } };
	c.verb = smtpd_rule_verb(p, len, &c.arg);
	buf_clear(&d->ruled.offer);
	buf_clear(&d->ruled.hide);
	smtpd_rule_ask(d, &c, &d->ruled.now);
	d->ruled.tls_fails = d->ruled.now.tls != NULL;
	if (!smtpd_rule_hold(d, SMTPD_HELD_COMMAND)) {
		smtpd_rule_do(d, p, len);
		return;
	}
	buf_clear(&d->ruled.line);
	buf_add(&d->ruled.line, p, len);
}

void
smtpd_rule_text(struct smtpd *d)
{
	const struct rule_case c = { .on = RULE_TEXT };
	struct rule_verdict v;
	smtpd_rule_ask(d, &c, &v);
	d->ruled.drop = v.drop;
	if (v.slow > 0)
		smtpd_event_n(d, SMTPD_SLOW_TEXT, v.slow);
	if (v.delay_ms > 0) {
		d->wait = SMTPD_WAIT_TIME;
		smtpd_event_n(d, SMTPD_DELAY, v.delay_ms);
	}
	/* One that drops later ends it as its rule says, then. */
	if (v.reply != NULL && !v.reply->drops)
		smtpd_rule_then(d, v.reply->then);
}

bool
smtpd_rule_drop(struct smtpd *d)
{
	const struct rule *x = d->ruled.drop;
	if (x == NULL || d->text_len < x->drop_after)
		return d->state == SMTP_LEAVING;
	smtpd_rule_then(d, x->then == RULE_GO_ON ? RULE_CLOSE : x->then);
	return true;
}

/* LMTP has a reply for each recipient. */
static void
smtpd_rule_say_end(struct smtpd *d, const struct rule *x)
{
	size_t n = d->c->lmtp ? d->nrcpt : 1;
	for (size_t i = 0; i < n && x->says; i++)
		smtpd_say_octets(d, x->say, x->say_len);
}

static void
smtpd_rule_ended(struct smtpd *d)
{
	const struct rule_verdict v = d->ruled.now;
	const struct rule *x = v.reply;
	d->ruled.end = x;
	if (x == NULL || smtpd_rule_is_good(x)) {
		smtpd_whole(d);
		return;
	}
	smtpd_rule_say_end(d, x);
	smtpd_reset(d);
	smtpd_rule_after(d, &v);
}

void
smtpd_rule_end(struct smtpd *d)
{
	const struct rule_case c = { .on = RULE_END,
		.text = { buf_data(&d->ruled.text), buf_len(&d->ruled.text) } };
	struct rule_verdict *now = &d->ruled.now;
	const struct rule_verdict late = d->ruled.late; /* on the last chunk */
	smtpd_rule_ask(d, &c, now);
	d->ruled.late = (struct rule_verdict){ 0 };
	if (now->reply == NULL)
		now->reply = late.reply;
	if (now->early == NULL)
		now->early = late.early;
	if (late.slow > 0 && (now->slow == 0 || late.slow < now->slow))
		now->slow = late.slow;
	if (!smtpd_rule_hold(d, SMTPD_HELD_END))
		smtpd_rule_ended(d);
}

bool
smtpd_rule_stored(struct smtpd *d)
{
	const struct rule *x = d->ruled.end;
	if (x == NULL)
		return false;
	const struct rule_verdict v = d->ruled.now;
	smtpd_rule_say_end(d, x);
	smtpd_reset(d);
	smtpd_rule_after(d, &v);
	return true;
}

void
smtpd_resume(struct smtpd *d)
{
	enum smtpd_held held = d->ruled.held;
	if (d->wait != SMTPD_WAIT_TIME)
		return;
	d->wait = SMTPD_WAIT_CLIENT;
	d->ruled.held = SMTPD_HELD_NOTHING;
	if (held == SMTPD_HELD_GREETING)
		smtpd_rule_greeting(d);
	else if (held == SMTPD_HELD_COMMAND)
		smtpd_rule_do(
		    d, buf_data(&d->ruled.line), buf_len(&d->ruled.line));
	else if (held == SMTPD_HELD_END)
		smtpd_rule_ended(d);
	else if (held == SMTPD_HELD_THEN)
		smtpd_rule_then(d, d->ruled.then);
}

void
smtpd_rule_release(struct smtpd *d)
{
	rule_counts_release(&d->ruled.counts);
	buf_release(&d->ruled.line);
	buf_release(&d->ruled.offer);
	buf_release(&d->ruled.hide);
	buf_release(&d->ruled.text);
}
