/* What the server says of each recipient. Refusals are data: the front counts
 * them when the last attempt is over. */
#include <string.h>
#include "cmd/talk/mail_priv.h"

void
mail_refused(struct mail_act *a, int code)
{
	a->m->permanent |= code / 100 == 5;
	a->m->transient |= code / 100 == 4;
}

static enum mail_fate
fate_of(int code)
{
	return code / 100 == 2	 ? FATE_TAKEN
	       : code / 100 == 4 ? FATE_LATER
				 : FATE_REFUSED;
}

void
mail_all(struct mail_act *a, enum mail_fate fate)
{
	for (size_t i = 0; i < a->nrcpt; i++)
		if (a->took[i])
			a->m->fate[a->rcpt[i]] = fate;
}

bool
mail_is_too_many(const struct reply *r)
{
	if (r->code != 452 && r->code != 552)
		return false;
	return r->enh_class == 0 || (r->enh_subject == 5 && r->enh_detail == 3);
}

static bool
fate_is_too_many(const struct due *d)
{
	return d->reply == NULL ? d->code == 452 || d->code == 552
				: mail_is_too_many(d->reply);
}

static void
fate_keep(struct mail *m, const struct due *d)
{
	size_t len;
	buf_clear(&m->said);
	if (d->reply == NULL || d->reply->nlines == 0)
		return;
	const char *p = reply_text(d->reply, d->reply->nlines - 1, &len);
	buf_add(&m->said, p, len);
}

int
fate_odd(const char *what, int code, int class, struct err *e)
{
	err_set(e, ERR_PROTO, "the reply to %s is %d, expected %dyz", what,
	    code, class);
	return err_why(e, WHY_OUT_OF_STEP);
}

/* MAIL was refused: nobody is a recipient, whatever else is answered. */
static void
fate_mail(struct mail_act *a, const struct due *d)
{
	if (d->code / 100 == 2)
		return;
	a->refused = true;
	mail_refused(a, d->code);
	for (size_t i = 0; i < a->nrcpt; i++)
		a->m->fate[a->rcpt[i]] = fate_of(d->code);
	for (size_t i = 0; i < a->m->nto; i++)
		if (a->m->fate[i] == FATE_OPEN)
			a->m->fate[i] = fate_of(d->code);
	a->m->more = false;
	fate_keep(a->m, d);
}

static void
fate_rcpt(struct talk *t, struct mail_act *a, size_t i, const struct due *d)
{
	struct mail *m = a->m;
	/* Behind a refused MAIL it says nothing of its own. */
	if (a->refused)
		return;
	a->took[i] = d->code / 100 == 2;
	m->accepted += a->took[i];
	if (a->took[i])
		return;
	if (m->accepted > 0 && fate_is_too_many(d)) {
		if (m->next > a->rcpt[i]) {
			m->next = a->rcpt[i];
			m->most = m->accepted;
		}
		m->more = true;
		past_met(t, d);
		return;
	}
	mail_refused(a, d->code);
	m->fate[a->rcpt[i]] = fate_of(d->code);
	fate_keep(m, d);
}

static void
fate_data(struct mail_act *a, const struct due *d)
{
	a->data = d->code;
	/* Without recipients that is no news. */
	if (d->code / 100 == 3 || a->m->accepted == 0)
		return;
	mail_refused(a, d->code);
	mail_all(a, fate_of(d->code));
	a->m->more = false;
	fate_keep(a->m, d);
}

/* One more line's reply. */
static int
fate_line(
    struct talk *t, struct mail_act *a, const struct due *d, struct err *e)
{
	size_t i = a->answered++;
	bool refused = d->code / 100 == 4 || d->code / 100 == 5;
	bool data = i > a->nrcpt;
	const char *what = i == 0 ? "MAIL" : data ? "DATA" : "RCPT";
	if (!refused && d->code / 100 != (data ? 3 : 2))
		return fate_odd(what, d->code, data ? 3 : 2, e);
	if (i == 0)
		fate_mail(a, d);
	else if (data)
		fate_data(a, d);
	else
		fate_rcpt(t, a, i - 1, d);
	return 0;
}

int
mail_judge(struct talk *t, struct mail_act *a, struct err *e)
{
	struct due *d;
	int r = 0;
	while (r == 0 && (d = ledger_oldest(&t->ledger)) != NULL && d->came &&
	       d->by != DUE_UNASKED) {
		if (a->seq != 0 && d->seq >= a->seq)
			r = fate_line(t, a, d, e);
		ledger_judged(&t->ledger, d);
	}
	return r;
}

/* LMTP and PRDR answer for each recipient that was accepted (RFC 2033 4.2). */
static void
fate_each(struct mail_act *a, size_t n, const struct due *d)
{
	for (size_t i = 0; i < a->nrcpt; i++)
		if (a->took[i] && n-- == 0)
			a->m->fate[a->rcpt[i]] = fate_of(d->code);
}

int
mail_judge_end(
    struct talk *t, struct mail_act *a, const char *what, struct err *e)
{
	struct due *d;
	bool each = t->where.lmtp;
	size_t n = 0;
	int r = 0;
	/* What the next message's lines were answered is not its. */
	while (r == 0 && (d = ledger_oldest(&t->ledger)) != NULL && d->came &&
	       d->by != DUE_UNASKED && d->seq <= a->end) {
		int class = d->code / 100;
		if (d->code == 353) {
			each = true;
		} else if (class != 2 && class != 4 && class != 5) {
			r = fate_odd(what, d->code, 2, e);
		} else {
			mail_refused(a, d->code);
			if (each && n < a->m->accepted)
				fate_each(a, n++, d);
			/* The whole message's, and PRDR's last. */
			else if (!each || class != 2)
				mail_all(a, fate_of(d->code));
			fate_keep(a->m, d);
		}
		ledger_judged(&t->ledger, d);
	}
	return r;
}

size_t
mail_count(const struct mail *m, enum mail_fate fate)
{
	size_t n = 0;
	for (size_t i = 0; i < m->nto; i++)
		n += m->fate[i] == fate;
	return n;
}

void
mail_tally(struct talk *t, const struct mail *m, enum mail_partial partial)
{
	size_t taken = mail_count(m, FATE_TAKEN);
	if (m->last == MAIL_ALL && taken == m->nto)
		return;
	if (taken > 0 && partial != PARTIAL_WORST) {
		t->tally.partial |= partial == PARTIAL_FAIL;
		return;
	}
	t->tally.permanent |= m->permanent || mail_count(m, FATE_REFUSED) > 0;
	t->tally.transient |= m->transient || mail_count(m, FATE_LATER) > 0;
}

void
mail_summary(const struct mail *m, struct buf *b)
{
	size_t later = mail_count(m, FATE_LATER);
	size_t refused = mail_count(m, FATE_REFUSED);
	size_t unknown = mail_count(m, FATE_UNKNOWN);
	size_t open = mail_count(m, FATE_OPEN);
	struct buf id = BUF_INIT;
	buf_addf(b, "accepted %zu", mail_count(m, FATE_TAKEN));
	if (later > 0)
		buf_addf(b, ", refused for now %zu", later);
	if (refused > 0)
		buf_addf(b, "%s for good %zu", later > 0 ? "," : ", refused",
		    refused);
	if (unknown > 0)
		buf_addf(b, ", unknown %zu", unknown);
	if (open > 0)
		buf_addf(b, ", not sent %zu", open);
	if (mail_queue_id(m, &id))
		buf_addf(b, "; queued as %s", buf_str(&id));
	buf_release(&id);
}

void
mail_tell(struct talk *t, const struct mail *m, const char *text)
{
	struct buf id = BUF_INIT;
	bool named = mail_queue_id(m, &id);
	const struct mailed what = { .accepted = mail_count(m, FATE_TAKEN),
		.later = mail_count(m, FATE_LATER),
		.refused = mail_count(m, FATE_REFUSED),
		.unknown = mail_count(m, FATE_UNKNOWN),
		.open = mail_count(m, FATE_OPEN),
		.queued_as = named ? buf_str(&id) : NULL };
	mailed_tell(t, &what, text);
	buf_release(&id);
}

void
mailed_tell(struct talk *t, const struct mailed *what, const char *text)
{
	struct event ev = { .kind = EV_MAILED,
		.text = text,
		.len = strlen(text),
		.mailed = what };
	past_mailed(t, what);
	talk_put(t, &ev);
}

/* The word at p; a queue's names have no blanks. */
static bool
fate_word(struct buf *b, const char *p, const char *end)
{
	size_t n = 0;
	while (p + n < end && (unsigned char)p[n] > ' ' && p[n] != ',' &&
	       p[n] != ')' && p[n] != '"' && n < 64)
		n++;
	while (n > 0 && (p[n - 1] == '.' || p[n - 1] == ';'))
		n--;
	buf_add(b, p, n);
	return n > 0;
}

bool
mail_queue_id(const struct mail *m, struct buf *b)
{
	/* Postfix, smtp-sink and many more; Exim; qmail. */
	static const char *const before[] = { "queued as ", "Queued as ",
		"id=", "ok queued ", " qp " };
	const char *p = buf_data(&m->said), *end = p + buf_len(&m->said);
	if (mail_count(m, FATE_TAKEN) == 0)
		return false;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		size_t n = strlen(before[i]);
		const char *at = memmem(p, (size_t)(end - p), before[i], n);
		if (at != NULL)
			return fate_word(b, at + n, end);
	}
	/* Sendmail, OpenSMTPD: "2.0.0 ID Message accepted for delivery". */
	const char *at = memmem(p, (size_t)(end - p), " Message accepted", 17);
	if (at == NULL)
		return false;
	const char *word = at;
	while (word > p && word[-1] != ' ')
		word--;
	return fate_word(b, word, at);
}
