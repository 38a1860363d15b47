/* The lines of a transaction: MAIL, a RCPT for each, DATA. Where PIPELINING is
 * offered they go together, and those of the next message with the end of the
 * text before (RFC 2920 3.1): its own text waits for what that was answered.
 */
#include <stdlib.h>
#include "cmd/talk/mail_priv.h"

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
void
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
size_t
mail_lines(const struct mail_act *a)
{
	const struct mail *m = a->m;
	return m->last == MAIL_MAIL		  ? 1
	       : m->last == MAIL_RCPT || m->chunk ? 1 + a->nrcpt
						  : 2 + a->nrcpt;
}

int
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

/* Of the next message, behind the end of this one's text. What is wrong with it
 * is told when its turn comes. */
void
mail_ahead(struct talk *t, struct mail_act *a)
{
	struct err e;
	a->end = smtp_newest(link_smtp(t->link))->seq;
	if (!a->grouped || a->m->ahead == NULL || t->closing)
		return;
	struct mail *m = a->m->ahead(a->m->arg);
	if (m == NULL || m->chunk || m->nto == 0 || m->nto > MAIL_RCPTS)
		return;
	struct mail_act *next = mem_zalloc(sizeof *next);
	next->m = m;
	next->links = t->links;
	int r = 0;
	mail_begin(t, next);
	while (r == 0 && next->queued < mail_lines(next))
		r = mail_queue(t, next, &e);
	m->went = next;
	if (r < 0)
		mail_forget(m);
}

bool
mail_went(struct talk *t, struct mail_act *a)
{
	struct mail_act *went = a->m->went;
	if (went == NULL)
		return false;
	if (t->link == NULL || t->closing || went->links != t->links) {
		mail_forget(a->m);
		return false;
	}
	went->act = a->act;
	went->breaches = a->breaches;
	*a = *went;
	a->m->next = a->m->nto;
	free(went);
	a->m->went = NULL;
	return true;
}

void
mail_lines_release(struct mail_act *a)
{
	ascii_paths_release(&a->paths);
	free(a->rcpt);
	free(a->took);
}

void
mail_forget(struct mail *m)
{
	if (m->went != NULL)
		mail_lines_release(m->went);
	free(m->went);
	m->went = NULL;
}
