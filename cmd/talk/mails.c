/* One group is under way at a time: [text of a message, its end,] MAIL, each
 * RCPT and DATA of the next. All of its replies are awaited, then judged in
 * their order; they decide what the next group begins with. Where DATA is taken
 * though no recipient was, an empty text ends it (RFC 2920 3.1); where it is
 * refused behind a MAIL that was not, RSET goes before the next. */
#include "cmd/talk/mails.h"

#include "cmd/talk/step.h"

struct mails_act {
	struct act act;
	const struct mails *m;
	struct mails_one *text; /* whose text is going, or awaits its reply */
	struct mails_one *next; /* whose commands await their replies */
	bool mail;		/* MAIL was taken */
	bool empty;		/* the next text is one that nobody gets */
	bool sent_empty;	/* the one under way is */
	bool reset;		/* RSET goes first */
};

enum mails_step { MAILS_TEXT, MAILS_COMMANDS, MAILS_REPLIES };

static int
mails_line(struct talk *t, struct buf *b, struct err *e)
{
	int r = talk_queue(t, DUE_WRITTEN, buf_str(b), buf_len(b), e);
	buf_clear(b);
	return r;
}

static void
mails_add_params(struct buf *b, const char *const *param, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, " %s", param[i]);
}

/* MAIL, each RCPT, DATA. */
static int
mails_commands(struct talk *t, struct mails_act *a, struct err *e)
{
	const struct mail *m = &a->next->mail;
	struct buf b = BUF_INIT;
	uint64_t most, size;
	int r = 0;
	if (a->reset) {
		buf_adds(&b, "RSET");
		r = mails_line(t, &b, e);
	}
	a->reset = a->mail = false;
	buf_addf(&b, "MAIL FROM:<%s>", m->from);
	if (smtp_offer_size(link_smtp(t->link), &most) &&
	    text_size(m->text, &size, e) > 0)
		buf_addf(&b, " SIZE=%llu", (unsigned long long)size);
	if (m->text->eightbit &&
	    smtp_offer(link_smtp(t->link), "8BITMIME") != NULL)
		buf_adds(&b, " BODY=8BITMIME");
	mails_add_params(&b, m->mail_param, m->nmail_param);
	if (r == 0)
		r = mails_line(t, &b, e);
	for (size_t i = 0; r == 0 && i < m->nto; i++) {
		buf_addf(&b, "RCPT TO:<%s>", m->to[i]);
		mails_add_params(&b, m->rcpt_param, m->nrcpt_param);
		r = mails_line(t, &b, e);
	}
	buf_adds(&b, "DATA");
	if (r == 0)
		r = mails_line(t, &b, e);
	buf_release(&b);
	return r;
}

static void
mails_over(struct mails_act *a, struct mails_one *m)
{
	m->mail.done = true;
	a->m->over(a->m->arg, m);
}

/* A reply, held against what it answers. */
static int
mails_reply(
    struct talk *t, struct mails_act *a, const struct due *d, struct err *e)
{
	int class = d->code / 100;
	bool refused = class == 4 || class == 5;
	struct mails_one *m = d->verb->id == VERB_TEXT_END ? a->text : a->next;
	if (m == NULL)
		return err_set(e, ERR_PROTO, "the reply to %s answers nothing",
		    d->verb->name);
	t->tally.permanent |= class == 5;
	t->tally.transient |= class == 4;
	if (refused && m->refused == 0) {
		m->refused = d->code;
		m->refused_at = d->verb;
	}
	switch (d->verb->id) {
	case VERB_TEXT_END:
		/* LMTP has one for each recipient. */
		a->text->taken |= class == 2 && !a->sent_empty;
		if (!d->again) {
			mails_over(a, a->text);
			a->text = NULL;
		}
		return 0;
	case VERB_MAIL:
		a->mail = class == 2;
		break;
	case VERB_RCPT:
		a->next->mail.accepted += class == 2;
		break;
	case VERB_DATA:
		if (class != 3)
			break;
		a->empty = a->next->mail.accepted == 0;
		a->text = a->next;
		a->next = NULL;
		return 0;
	default:
		break;
	}
	if (class == 2 || refused)
		return 0;
	return err_set(
	    e, ERR_PROTO, "the reply to %s is %d", d->verb->name, d->code);
}

/* All replies of the group are there. */
static int
mails_replies(struct talk *t, struct mails_act *a, struct err *e)
{
	struct due *d;
	while ((d = ledger_oldest(&t->ledger)) != NULL && d->came &&
	       d->by != DUE_UNASKED) {
		int r = mails_reply(t, a, d, e);
		ledger_judged(&t->ledger, d);
		if (r < 0)
			return -1;
	}
	/* DATA was refused. */
	if (a->next != NULL) {
		a->reset = a->mail;
		mails_over(a, a->next);
		a->next = NULL;
	}
	if (t->link == NULL || t->closing)
		return step_closed(t, e);
	return talk_surplus(t, e);
}

static int
mails_text(struct talk *t, struct mails_act *a)
{
	a->sent_empty = a->empty;
	a->empty = false;
	if (a->text == NULL)
		return 0;
	if (a->sent_empty)
		a->text->mail.text->lent_len = 0;
	text_send(t, a->text->mail.text);
	return ACT_MORE;
}

static int
mails_resume(struct talk *t, struct act *act, struct err *e)
{
	struct mails_act *a = (struct mails_act *)act;
	int r;
	if (t->link == NULL)
		return step_closed(t, e);
	switch ((enum mails_step)act->step) {
	case MAILS_TEXT:
		act->step = MAILS_COMMANDS;
		r = mails_text(t, a);
		if (r != 0)
			return r;
		/* fall through */
	case MAILS_COMMANDS:
		a->next = a->m->next(a->m->arg);
		if (a->next == NULL && a->text == NULL)
			return ACT_DONE;
		if (a->next != NULL && mails_commands(t, a, e) < 0)
			return -1;
		act->step = MAILS_REPLIES;
		/* fall through */
	case MAILS_REPLIES:
		r = talk_await(t, e);
		if (r != 0)
			return r;
		if (mails_replies(t, a, e) < 0)
			return -1;
		act->step = MAILS_TEXT;
		return ACT_MORE;
	}
	return ACT_DONE;
}

static const struct act_kind mails_kind = { .name = "mails",
	.size = sizeof(struct mails_act),
	.resume = mails_resume };

void
talk_mails(struct talk *t, const struct mails *m)
{
	struct mails_act *a = act_push(t, &mails_kind);
	a->m = m;
}
