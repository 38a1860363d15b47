/* Lock-step: each stage says its line, the next one looks at the reply. */
#include <string.h>
#include <strings.h>
#include "cmd/talk/mail.h"
#include "cmd/talk/mail_ascii.h"
#include "cmd/talk/step.h"

struct mail_act {
	struct act act;
	struct mail *m;
	size_t i;      /* recipient */
	bool helo;     /* HELO was said, EHLO having been refused */
	uint64_t size; /* of the text, if it is known */
	bool sized, utf8;
	struct ascii_paths paths;
	unsigned breaches;
};

enum mail_step {
	STEP_CONNECT,
	STEP_SECURE,
	STEP_HELO,
	STEP_HELO_SAID,
	STEP_MAIL,
	STEP_MAIL_SAID,
	STEP_RCPT,
	STEP_RCPT_SAID,
	STEP_DATA,
	STEP_DATA_SAID,
	STEP_TEXT_SENT,
	STEP_CHUNKS_SENT
};

/* The replies to the newest line are this act's to judge. bear: a refusal is
 * none of the mail's. */
static void
mail_seen(struct talk *t, bool bear)
{
	struct due *d;
	while ((d = ledger_oldest(&t->ledger)) != NULL && d->came &&
	       d->by != DUE_UNASKED) {
		if (!bear) {
			t->tally.permanent |= d->code / 100 == 5;
			t->tally.transient |= d->code / 100 == 4;
		}
		ledger_judged(&t->ledger, d);
	}
}

/* 0: as asked for; 1: refused; -1: e. */
static int
mail_look(struct talk *t, const char *what, int class, bool bear, struct err *e)
{
	int code = t->code;
	bool refused = code / 100 == 4 || code / 100 == 5;
	if (t->link == NULL && code == 0)
		return step_closed(t, e);
	mail_seen(t, bear && code / 100 == 5);
	if (code / 100 == class)
		return 0;
	if (refused)
		return 1;
	err_set(e, ERR_PROTO, "the reply to %s is %d, expected %dyz", what,
	    code, class);
	return err_why(e, WHY_OUT_OF_STEP);
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

static int
mail_helo(struct talk *t, struct mail_act *a, struct err *e)
{
	/* TLS and AUTH bring an EHLO with them. */
	if (t->said_helo && talk_state(t) == SMTP_READY) {
		a->act.step = STEP_MAIL;
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
		r = mail_look(t, a->helo ? "HELO" : "EHLO", 2, again, e);
	if (r == 1 && again && t->code / 100 == 5) {
		a->helo = true;
		a->act.step = STEP_HELO;
		t->said_helo = false;
		return ACT_MORE;
	}
	if (r != 0 || mail_stops(a, MAIL_HELO))
		return r < 0 ? -1 : mail_end(a);
	a->act.step = STEP_MAIL;
	return ACT_MORE;
}

/* Is a parameter of that name among those the user wrote? It stands alone. */
static bool
mail_has_param(const struct mail *m, const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < m->nmail_param; i++)
		if (strncasecmp(m->mail_param[i], name, n) == 0 &&
		    (m->mail_param[i][n] == '=' || m->mail_param[i][n] == '\0'))
			return true;
	return false;
}

/* SIZE=auto is the size of what will be sent, where it is known. */
static void
mail_param(const struct mail_act *a, struct buf *b, const char *param)
{
	if (strcasecmp(param, "SIZE=auto") != 0)
		buf_addf(b, " %s", param);
	else if (a->sized)
		buf_addf(b, " SIZE=%llu", (unsigned long long)a->size);
}

/* What is beyond ASCII goes as it is where the server takes it, else addresses
 * by their A-labels; a text goes anyway. */
static int
mail_utf8(struct talk *t, struct mail_act *a, struct err *e)
{
	const struct smtp *s = link_smtp(t->link);
	const struct mail *m = a->m;
	bool offered =
	    smtp_offer(s, "SMTPUTF8") != NULL || mail_has_param(m, "SMTPUTF8");
	bool path = ascii_needs_utf8(m);
	enum beyond header = BEYOND_NOTHING;
	if (m->text != NULL)
		header = ascii_header(
		    buf_data(&m->text->first), buf_len(&m->text->first));
	if (path && !offered && ascii_paths(t, m, &a->paths, e) < 0)
		return -1;
	a->utf8 = offered && (path || header == BEYOND_UTF8);
	if (header == BEYOND_UTF8 && !offered)
		talk_remark(t, "the header is not ASCII, and SMTPUTF8 was not "
			       "offered (RFC 6531): it goes as it is");
	if (header == BEYOND_OTHER)
		talk_remark(t, "the header has octets above 127 that are no "
			       "UTF-8 (RFC 6532): it goes as it is");
	if (m->text != NULL && m->text->eightbit &&
	    smtp_offer(s, "8BITMIME") == NULL)
		talk_remark(t, "the text has octets above 127, and 8BITMIME "
			       "was not offered (RFC 6152): it goes as it is");
	return 0;
}

/* By BDAT where it is offered: to others the message's lines are commands. */
static void
mail_chunking(struct talk *t, struct mail_act *a)
{
	if (!a->m->chunk || a->m->last < MAIL_DATA ||
	    smtp_offer(link_smtp(t->link), "CHUNKING") != NULL)
		return;
	talk_remark(t, "CHUNKING was not offered (RFC 3030): DATA is used in "
		       "place of BDAT");
	a->m->chunk = false;
}

static int
mail_mail(struct talk *t, struct mail_act *a, struct err *e)
{
	const struct smtp *s = link_smtp(t->link);
	struct mail *m = a->m;
	struct buf b = BUF_INIT;
	uint64_t most;
	bool offered = smtp_offer_size(s, &most);
	bool text = m->text != NULL;
	if (mail_utf8(t, a, e) < 0)
		return -1;
	mail_chunking(t, a);
	if (text && (offered || mail_has_param(m, "SIZE"))) {
		int r = text_size(m->text, &a->size, e);
		if (r < 0)
			return -1;
		a->sized = r > 0;
		if (a->sized)
			past_size(t, a->size);
	}
	buf_addf(&b, "MAIL FROM:<%s>",
	    a->paths.from != NULL ? a->paths.from : m->from);
	if (offered && a->sized && !mail_has_param(m, "SIZE"))
		buf_addf(&b, " SIZE=%llu", (unsigned long long)a->size);
	if (text && m->text->eightbit && smtp_offer(s, "8BITMIME") != NULL &&
	    !mail_has_param(m, "BODY"))
		buf_adds(&b, " BODY=8BITMIME");
	if (a->utf8 && !mail_has_param(m, "SMTPUTF8"))
		buf_adds(&b, " SMTPUTF8");
	for (size_t i = 0; i < m->nmail_param; i++)
		mail_param(a, &b, m->mail_param[i]);
	return mail_say(t, a, STEP_MAIL_SAID, &b);
}

static int
mail_rcpt(struct talk *t, struct mail_act *a)
{
	const struct mail *m = a->m;
	struct buf b = BUF_INIT;
	if (a->i == m->nto) {
		if (m->accepted == 0 || mail_stops(a, MAIL_RCPT))
			return mail_end(a);
		a->act.step = STEP_DATA;
		return ACT_MORE;
	}
	buf_addf(&b, "RCPT TO:<%s>",
	    a->paths.to != NULL ? a->paths.to[a->i] : m->to[a->i]);
	for (size_t k = 0; k < m->nrcpt_param; k++)
		buf_addf(&b, " %s", m->rcpt_param[k]);
	return mail_say(t, a, STEP_RCPT_SAID, &b);
}

static int
mail_rcpt_said(struct talk *t, struct mail_act *a, struct err *e)
{
	int r = mail_look(t, "RCPT", 2, false, e);
	if (r < 0)
		return -1;
	a->m->accepted += r == 0;
	if (r == 1 && t->set.stop)
		return mail_end(a);
	a->i++;
	a->act.step = STEP_RCPT;
	return ACT_MORE;
}

static int
mail_data(struct talk *t, struct mail_act *a)
{
	struct buf b = BUF_INIT;
	if (a->m->chunk && !mail_stops(a, MAIL_DATA)) {
		a->act.step = STEP_CHUNKS_SENT;
		text_send_chunks(t, a->m->text, a->m->chunk_size, true);
		return ACT_MORE;
	}
	buf_adds(&b, "DATA");
	return mail_say(t, a, STEP_DATA_SAID, &b);
}

static int
mail_data_said(struct talk *t, struct mail_act *a, struct err *e)
{
	int r = mail_look(t, "DATA", 3, false, e);
	if (r != 0)
		return r < 0 ? -1 : mail_end(a);
	if (talk_state(t) != SMTP_TEXT)
		return err_set(e, ERR_PROTO,
		    "the reply to DATA is %d, expected 354", t->code);
	/* Behind DATA's reply there is only mail text: probing stops at the
	 * connection, which no period ends. */
	if (mail_stops(a, MAIL_DATA))
		return mail_end(a);
	a->act.step = STEP_TEXT_SENT;
	text_send(t, a->m->text);
	return ACT_MORE;
}

static int
mail_sent(struct talk *t, struct mail_act *a, const char *what, struct err *e)
{
	int r = talk_await(t, e);
	if (r != 0)
		return r;
	r = mail_look(t, what, 2, false, e);
	if (r < 0)
		return -1;
	a->m->taken = r == 0;
	return mail_end(a);
}

static int
mail_resume(struct talk *t, struct act *act, struct err *e)
{
	struct mail_act *a = (struct mail_act *)act;
	int r = 0;
	/* Whom a reply answers must be certain before anything is mailed. */
	if (t->link != NULL && act->step > STEP_SECURE &&
	    act->step < STEP_TEXT_SENT)
		r = talk_surplus(t, e);
	if (r != 0)
		return r;
	if (t->breaches != a->breaches) {
		err_set(e, ERR_PROTO,
		    "the session is out of step: nothing was mailed");
		return err_why(e, WHY_OUT_OF_STEP);
	}
	switch ((enum mail_step)act->step) {
	case STEP_CONNECT:
		if (t->link == NULL && !t->had_link) {
			talk_open(t);
			return ACT_MORE;
		}
		r = talk_greet(t, e);
		if (r != 0)
			return r;
		if (mail_stops(a, MAIL_CONNECT))
			return mail_end(a);
		act->step = STEP_SECURE;
		/* fall through */
	case STEP_SECURE:
		act->step = STEP_HELO;
		if (!t->secured && !t->set.bare)
			talk_secure(t);
		return ACT_MORE;
	case STEP_HELO:
		return mail_helo(t, a, e);
	case STEP_HELO_SAID:
		return mail_helo_said(t, a, e);
	case STEP_MAIL:
		if (mail_stops(a, MAIL_HELO))
			return mail_end(a);
		if (t->link == NULL)
			return step_closed(t, e);
		return mail_mail(t, a, e);
	case STEP_MAIL_SAID:
		r = mail_look(t, "MAIL", 2, false, e);
		if (r != 0 || mail_stops(a, MAIL_MAIL))
			return r < 0 ? -1 : mail_end(a);
		act->step = STEP_RCPT;
		/* fall through */
	case STEP_RCPT:
		return mail_rcpt(t, a);
	case STEP_RCPT_SAID:
		return mail_rcpt_said(t, a, e);
	case STEP_DATA:
		return mail_data(t, a);
	case STEP_DATA_SAID:
		return mail_data_said(t, a, e);
	case STEP_TEXT_SENT:
		if (a->m->text->unended)
			return mail_end(a);
		return mail_sent(t, a, "the end of mail text", e);
	case STEP_CHUNKS_SENT:
		return mail_sent(t, a, "BDAT", e);
	}
	return ACT_DONE;
}

static void
mail_release(struct talk *t, struct act *act)
{
	(void)t;
	ascii_paths_release(&((struct mail_act *)act)->paths);
}

static const struct act_kind mail_kind = { .name = "mail",
	.size = sizeof(struct mail_act),
	.resume = mail_resume,
	.release = mail_release };

void
talk_mail(struct talk *t, struct mail *m)
{
	struct mail_act *a = act_push(t, &mail_kind);
	a->m = m;
	a->breaches = t->breaches;
}
