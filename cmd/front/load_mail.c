/* Mails of the builtin conversation, one by one or in groups. */
#include "cmd/front/load_parts.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/front/deliver.h"

static int
load_add_path(struct load_session *s, struct load_mail *m, const char *text,
    struct err *e)
{
	int r = vars_expand(
	    &s->t.vars, NULL, text, strlen(text), false, &m->path, e);
	buf_addc(&m->path, '\0');
	return r;
}

/* The addresses, with their variables. */
static int
load_paths(struct load_session *s, struct load_mail *m, struct err *e)
{
	const struct load_plan *p = &s->load->plan;
	buf_clear(&m->path);
	int r = load_add_path(s, m, p->from, e);
	for (size_t i = 0; r == 0 && i < p->to.n; i++)
		r = load_add_path(s, m, p->to.path[i], e);
	if (r < 0)
		return -1;
	if (m->to == NULL)
		m->to = mem_alloc(p->to.n * sizeof *m->to);
	const char *at = buf_data(&m->path);
	m->one.mail.from = at;
	for (size_t i = 0; i < p->to.n; i++)
		m->to[i] = at += strlen(at) + 1;
	m->one.mail.to = m->to;
	return 0;
}

int
load_mail_set(struct load_session *s, struct load_mail *m, struct err *e)
{
	const struct load_plan *p = &s->load->plan;
	const struct opts *o = p->o;
	m->due_ns = s->due_ns;
	m->busy = true;
	buf_release(&m->one.mail.said);
	if (m->fate == NULL)
		m->fate = mem_alloc(p->to.n * sizeof *m->fate);
	for (size_t i = 0; i < p->to.n; i++)
		m->fate[i] = FATE_OPEN;
	m->one = (struct mails_one){ 0 };
	m->one.mail = (struct mail){ .from = p->from,
		.to = (const char *const *)p->to.path,
		.fate = m->fate,
		.nto = p->to.n,
		.one_by_one = true,
		.text = &m->text,
		.last = MAIL_ALL };
	deliver_options(&m->one.mail, o);
	/* Its octets are the plan's. */
	m->text = p->text;
	m->text.first = (struct buf)BUF_INIT;
	m->text.remarked = true;
	m->text.whole = false;
	m->text.lent = buf_data(&p->octets);
	m->text.lent_len = buf_len(&p->octets);
	return p->expand ? load_paths(s, m, e) : 0;
}

/* In groups. */

static struct mails_one *
group_next(void *arg)
{
	struct load_session *s = arg;
	struct load *l = s->load;
	struct load_mail *m = NULL;
	struct err e;
	int64_t due;
	/* The one that the group began for. */
	if (s->pending) {
		s->pending = false;
		return &s->mail[0].one;
	}
	if ((l->plan.keep > 0 && s->kept >= l->plan.keep) || l->idle != NULL ||
	    l->stopping)
		return NULL;
	m = &s->mail[s->mail[0].busy ? 1 : 0];
	if (!load_clock_next(l, loop_now_ns(), &due))
		return NULL;
	load_take(s, due);
	if (load_mail_set(s, m, &e) < 0) {
		m->busy = false;
		load_failed(s, &e);
		return NULL;
	}
	return &m->one;
}

static void
group_over(void *arg, struct mails_one *mail)
{
	struct load_session *s = arg;
	struct load_mail *m = &s->mail[mail == &s->mail[0].one ? 0 : 1];
	struct figures *f = &s->load->figures;
	bool well = mail->taken && mail->refused == 0;
	m->busy = false;
	if (!well && mail->refused != 0) {
		const char *text =
		    s->bad_code == mail->refused ? s->bad_text : "";
		figures_fail(f, figure_of(mail->refused_at), mail->refused,
		    ERR_NONE, text, strlen(text));
		s->counted = true;
		s->bad_code = 0;
	}
	load_account_one(s, m->due_ns, well);
	s->counted = false;
}

/* Connects, if need be, and says hello. */
void
load_group_begin(struct load_session *s)
{
	struct err e;
	s->pending = true;
	s->mails = (struct mails){ group_next, group_over, s };
	if (load_mail_set(s, &s->mail[0], &e) < 0) {
		talk_error(&s->t, &e);
		return;
	}
	s->hello = (struct mail){ .from = "", .text = NULL, .last = MAIL_HELO };
	s->greeting = true;
	talk_mail(&s->t, &s->hello);
}

/* Behind EHLO. */
bool
load_group_go(struct load_session *s)
{
	struct talk *t = &s->t;
	if (t->link == NULL ||
	    smtp_offer(link_smtp(t->link), "PIPELINING") == NULL) {
		s->pending = false;
		talk_mail(t, &s->mail[0].one.mail);
		return false;
	}
	s->grouped = true;
	talk_mails(t, &s->mails);
	return true;
}

/* What the end of the group, or of its connection, left: all failed. */
void
load_group_end(struct load_session *s)
{
	s->pending = s->grouped = false;
	for (size_t i = 0; i < 2; i++) {
		if (!s->mail[i].busy)
			continue;
		s->mail[i].busy = false;
		load_account_one(s, s->mail[i].due_ns, false);
	}
}
