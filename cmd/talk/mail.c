/* Each stage says its lines, the next one looks at the replies. */
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/mail_priv.h"

enum mail_step {
	STEP_CONNECT,
	STEP_SECURE,
	STEP_HELO,
	STEP_HELO_SAID,
	STEP_LINES,
	STEP_ANSWERED,
	STEP_NOBODY,
	STEP_TEXT_SENT,
	STEP_CHUNKS_SENT
};

/* The replies to the newest line are this act's to judge. */
static void
mail_seen(struct talk *t)
{
	struct due *d;
	while ((d = ledger_oldest(&t->ledger)) != NULL && d->came &&
	       d->by != DUE_UNASKED)
		ledger_judged(&t->ledger, d);
}

/* HELO's reply. 0: as asked for; 1: refused, which again says is none of the
 * mail's; -1: e. */
static int
mail_look(struct talk *t, struct mail_act *a, bool again, struct err *e)
{
	int code = t->code;
	if (t->link == NULL && code == 0)
		return step_closed(t, e);
	mail_seen(t);
	if (code / 100 == 2)
		return 0;
	if (code / 100 != 4 && code / 100 != 5)
		return fate_odd(a->helo ? "HELO" : "EHLO", code, 2, e);
	if (!again || code / 100 != 5) {
		mail_refused(a, code);
		for (size_t i = 0; i < a->m->nto; i++)
			if (a->m->fate[i] <= FATE_LATER)
				a->m->fate[i] =
				    code / 100 == 4 ? FATE_LATER : FATE_REFUSED;
	}
	return 1;
}

static int
mail_say(
    struct talk *t, struct mail_act *a, enum mail_step next, struct buf *line)
{
	a->act.step = (int)next;
	talk_say(t, buf_str(line));
	buf_release(line);
	return ACT_MORE;
}

static int
mail_end(struct mail_act *a)
{
	a->m->done = true;
	return ACT_DONE;
}

/* Whether it stops behind this stage. */
static bool
mail_stops(const struct mail_act *a, enum mail_stage stage)
{
	return a->m->last == stage;
}

static bool
mail_said_helo(enum smtp_state s)
{
	return s == SMTP_READY || s == SMTP_MAIL || s == SMTP_RCPT ||
	       s == SMTP_CHUNKS;
}

static int
mail_helo(struct talk *t, struct mail_act *a, struct err *e)
{
	/* TLS and AUTH bring an EHLO with them. */
	if (t->said_helo && mail_said_helo(talk_state(t))) {
		a->act.step = STEP_LINES;
		return ACT_MORE;
	}
	struct buf b = BUF_INIT;
	buf_adds(&b, t->where.lmtp ? "LHLO " : a->helo ? "HELO " : "EHLO ");
	if (vars_expand(&t->vars, NULL, "${helo}", 7, false, &b, e) < 0) {
		buf_release(&b);
		return -1;
	}
	return mail_say(t, a, STEP_HELO_SAID, &b);
}

static int
mail_helo_said(struct talk *t, struct mail_act *a, struct err *e)
{
	/* An old server's refusal of EHLO is no refusal of the mail. */
	bool again = !a->helo && !t->where.lmtp;
	/* EHLO may have gone before the greeting came. */
	int r = t->link == NULL ? 0 : talk_greet(t, e);
	if (r == 0)
		r = mail_look(t, a, again, e);
	if (r == 1 && again && t->code / 100 == 5) {
		a->helo = true;
		a->act.step = STEP_HELO;
		t->said_helo = false;
		return ACT_MORE;
	}
	if (r != 0 || mail_stops(a, MAIL_HELO))
		return r < 0 ? -1 : mail_end(a);
	a->act.step = STEP_LINES;
	return ACT_MORE;
}

/* The lines that follow the one that was queued last go out with it. */
static bool
mail_may_group(const struct talk *t, const struct mail_act *a)
{
	return !a->m->one_by_one && a->m->last == MAIL_ALL && !t->set.stop &&
	       smtp_offer(link_smtp(t->link), "PIPELINING") != NULL;
}

/* Recipients that are asked for at once: servers count those beyond what they
 * take as mistakes, and close behind too many. */
#define MAIL_RCPTS 1000

/* Whom this transaction is for. */
static void
mail_begin(const struct talk *t, struct mail_act *a)
{
	struct mail *m = a->m;
	a->grouped = mail_may_group(t, a);
	free(a->rcpt);
	free(a->took);
	a->rcpt = mem_alloc((m->nto + 1) * sizeof *a->rcpt);
	a->took = mem_zalloc((m->nto + 1) * sizeof *a->took);
	size_t most = m->most > 0 ? m->most : MAIL_RCPTS;
	size_t i = m->next;
	for (; i < m->nto; i++) {
		if (m->fate[i] > FATE_LATER)
			continue;
		m->more = a->nrcpt == most;
		if (m->more)
			break;
		a->rcpt[a->nrcpt++] = i;
	}
	m->next = i;
}

static void
mail_rcpt(const struct mail_act *a, size_t i, struct buf *b)
{
	const struct mail *m = a->m;
	buf_adds(b, "RCPT TO:<");
	buf_adds(b, a->paths.to != NULL ? a->paths.to[i] : m->to[i]);
	buf_addc(b, '>');
	for (size_t k = 0; k < m->nrcpt_param; k++) {
		buf_addc(b, ' ');
		buf_adds(b, m->rcpt_param[k]);
	}
}

/* How many lines there are. */
static size_t
mail_lines(const struct mail_act *a)
{
	const struct mail *m = a->m;
	return mail_stops(a, MAIL_MAIL)		      ? 1
	       : mail_stops(a, MAIL_RCPT) || m->chunk ? 1 + a->nrcpt
						      : 2 + a->nrcpt;
}

static int
mail_queue(struct talk *t, struct mail_act *a, struct err *e)
{
	struct buf b = BUF_INIT;
	int r = 0;
	if (a->queued == 0)
		r = mail_line(t, a, &b, e);
	else if (a->queued <= a->nrcpt)
		mail_rcpt(a, a->rcpt[a->queued - 1], &b);
	else
		buf_adds(&b, "DATA");
	if (r == 0)
		r = talk_queue(t, DUE_WRITTEN, buf_data(&b), buf_len(&b), e);
	buf_release(&b);
	if (r < 0)
		return -1;
	if (a->queued == 0)
		a->seq = smtp_newest(link_smtp(t->link))->seq;
	t->barrier |= a->queued > a->nrcpt;
	a->queued++;
	return 0;
}

/* Whom a reply answers must be certain before anything is mailed. */
static int
mail_in_step(const struct talk *t, const struct mail_act *a, struct err *e)
{
	if (t->breaches == a->breaches)
		return 0;
	err_set(e, ERR_PROTO, "the session is out of step: nothing was mailed");
	return err_why(e, WHY_OUT_OF_STEP);
}

/* One line, or where they may go together all of them. */
static int
mail_next(struct talk *t, struct mail_act *a, struct err *e)
{
	int r = talk_ready(t, verb_get(VERB_MAIL), e);
	if (r == 0)
		r = mail_in_step(t, a, e);
	if (r != 0)
		return r;
	/* What another message has left open. */
	if (a->queued == 0 && talk_state(t) != SMTP_READY &&
	    mail_said_helo(talk_state(t)) && !a->reset) {
		a->reset = true;
		talk_say_own(t, "RSET");
		return ACT_MORE;
	}
	if (a->queued == 0)
		mail_begin(t, a);
	t->code = 0;
	do {
		if (mail_queue(t, a, e) < 0)
			return -1;
	} while (a->grouped && a->queued < mail_lines(a));
	a->act.step = STEP_ANSWERED;
	return ACT_MORE;
}

/* Behind DATA's 354 for nobody there is an empty text, and nothing that it
 * is answered counts (RFC 2920 3.1). */
static int
mail_nobody(struct talk *t, struct mail_act *a, struct err *e)
{
	if (a->act.step != STEP_NOBODY) {
		a->act.step = STEP_NOBODY;
		if (text_end_now(t, e) < 0)
			return -1;
	}
	int r = talk_await(t, e);
	if (r != 0)
		return r;
	mail_seen(t);
	return mail_end(a);
}

static int
mail_text(struct talk *t, struct mail_act *a)
{
	/* Until its end is answered. */
	mail_all(a, FATE_UNKNOWN);
	if (a->m->chunk) {
		a->act.step = STEP_CHUNKS_SENT;
		text_send_chunks(t, a->m->text, a->m->chunk_size, true);
	} else {
		a->act.step = STEP_TEXT_SENT;
		text_send(t, a->m->text);
	}
	return ACT_MORE;
}

/* What the lines so far were answered: more of them, the text, or the end. */
static int
mail_answered(struct talk *t, struct mail_act *a, struct err *e)
{
	struct mail *m = a->m;
	int r = talk_await(t, e);
	if (r > 0)
		return r;
	struct err odd;
	if (mail_judge(t, a, r < 0 ? &odd : e) < 0 && r == 0)
		return -1;
	/* 421 to MAIL, and it has closed: that is the answer. */
	if (r < 0 && e->kind == ERR_LOST && a->refused)
		return mail_end(a);
	if (r < 0)
		return -1;
	if (t->link == NULL && a->answered < mail_lines(a))
		return step_closed(t, e);
	bool refused = m->permanent || m->transient;
	bool all = a->queued > a->nrcpt; /* RCPTs too */
	if (talk_state(t) == SMTP_TEXT && m->accepted == 0)
		return mail_nobody(t, a, e);
	if (all ? m->accepted == 0 : a->queued == 1 && refused)
		return mail_end(a);
	if (refused && t->set.stop)
		return mail_end(a);
	if (a->queued < mail_lines(a)) {
		a->act.step = STEP_LINES;
		return ACT_MORE;
	}
	if (m->last != MAIL_ALL || (!m->chunk && a->data / 100 != 3))
		return mail_end(a);
	if (!m->chunk && talk_state(t) != SMTP_TEXT)
		return fate_odd("DATA", a->data, 3, e);
	return mail_text(t, a);
}

static int
mail_sent(struct talk *t, struct mail_act *a, const char *what, struct err *e)
{
	int r = talk_await(t, e);
	if (r == 0)
		r = mail_judge_end(t, a, what, e);
	return r != 0 ? r : mail_end(a);
}

static int
mail_connect(struct talk *t, struct mail_act *a, struct err *e)
{
	if (t->link == NULL && !t->had_link) {
		talk_open(t);
		return ACT_MORE;
	}
	int r = talk_greet(t, e);
	if (r != 0)
		return r;
	if (mail_stops(a, MAIL_CONNECT))
		return mail_end(a);
	a->act.step = STEP_SECURE;
	return ACT_MORE;
}

static int
mail_resume(struct talk *t, struct act *act, struct err *e)
{
	struct mail_act *a = (struct mail_act *)act;
	int r = 0;
	/* Before a line goes out mail_next() does. */
	if (t->link != NULL &&
	    (act->step == STEP_HELO_SAID || act->step == STEP_ANSWERED))
		r = talk_surplus(t, e);
	if (r == 0)
		r = mail_in_step(t, a, e);
	if (r != 0)
		return r;
	switch ((enum mail_step)act->step) {
	case STEP_CONNECT:
		return mail_connect(t, a, e);
	case STEP_SECURE:
		act->step = STEP_HELO;
		if (talk_secures(t))
			talk_secure(t);
		return ACT_MORE;
	case STEP_HELO:
		return mail_helo(t, a, e);
	case STEP_HELO_SAID:
		return mail_helo_said(t, a, e);
	case STEP_LINES:
		if (mail_stops(a, MAIL_HELO))
			return mail_end(a);
		if (t->link == NULL)
			return step_closed(t, e);
		return mail_next(t, a, e);
	case STEP_ANSWERED:
		return mail_answered(t, a, e);
	case STEP_NOBODY:
		return mail_nobody(t, a, e);
	case STEP_TEXT_SENT:
		if (a->m->text->unended)
			return mail_end(a);
		return mail_sent(t, a, "the end of mail text", e);
	case STEP_CHUNKS_SENT:
		return mail_sent(t, a, "BDAT", e);
	}
	return ACT_DONE;
}

/* The period has gone, or may have, and no reply has come; or one came in the
 * middle of the text. */
static void
mail_cut(const struct talk *t, struct mail_act *a)
{
	int code = t->text_refused;
	if (a->m->text->committed)
		return;
	mail_all(a, FATE_OPEN);
	if (code / 100 == 4 || code / 100 == 5)
		mail_all(a, code / 100 == 4 ? FATE_LATER : FATE_REFUSED);
}

static void
mail_release(struct talk *t, struct act *act)
{
	struct mail_act *a = (struct mail_act *)act;
	if (act->step >= STEP_TEXT_SENT && !a->m->done)
		mail_cut(t, a);
	ascii_paths_release(&a->paths);
	free(a->rcpt);
	free(a->took);
}

static const struct act_kind mail_kind = { .name = "mail",
	.size = sizeof(struct mail_act),
	.resume = mail_resume,
	.release = mail_release };

void
mail_tell_more(struct talk *t, const struct mail *m)
{
	talk_remark(t, "%s: another transaction for the %zu that are left",
	    m->most > 0 ? "the server takes only so many recipients at a time"
			: "so many recipients are asked for at a time",
	    mail_count(m, FATE_OPEN));
}

void
talk_mail(struct talk *t, struct mail *m)
{
	struct mail_act *a = act_push(t, &mail_kind);
	m->accepted = 0;
	m->done = m->more = m->transient = m->permanent = false;
	a->m = m;
	a->breaches = t->breaches;
}
