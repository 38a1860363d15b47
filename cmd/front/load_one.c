/* One message of a session: which, its values, its beginning, and what it
 * counts as when it is over. A message is a run of a conversation file, or one
 * mail of the builtin conversation. */
#include "cmd/front/load_parts.h"

#include <string.h>

static const struct load_file *
load_choose(struct load *l)
{
	const struct load_plan *p = &l->plan;
	uint64_t at = p->nfiles > 1 ? load_random(l) % p->weights : 0;
	for (size_t i = 0; i < p->nfiles; i++) {
		if (at < p->file[i].weight)
			return &p->file[i];
		at -= p->file[i].weight;
	}
	return &p->file[0];
}

static void
load_row(struct load_session *s)
{
	struct load *l = s->load;
	const struct load_values *v = &l->plan.values;
	struct err ignored;
	if (v->rows == 0)
		return;
	size_t row = (size_t)(v->random ? load_random(l) % v->rows
					: (s->n - 1) % v->rows);
	for (size_t i = 0; i < v->names; i++) {
		const char *cell = v->cell[row * v->names + i];
		if (vars_set(&s->t.vars, v->name[i], cell, strlen(cell),
			&ignored) < 0)
			continue;
	}
}

void
load_take(struct load_session *s, int64_t due_ns)
{
	struct load *l = s->load;
	struct figures *f = &l->figures;
	s->due_ns = due_ns;
	s->n = (f->begun++) * l->plan.shards + l->plan.shard + 1;
	s->kept++;
	s->counted = false;
	s->bad_code = 0;
	load_row(s);
}

void
load_failed(struct load_session *s, const struct err *e)
{
	struct buf clean = BUF_INIT;
	s->counted = true;
	redact_error(&s->load->sh->redact, &clean, e->text, strlen(e->text));
	figures_fail(&s->load->figures, s->at, 0, e->kind, buf_str(&clean),
	    buf_len(&clean));
	buf_release(&clean);
}

void
load_account_one(struct load_session *s, int64_t due_ns, bool well)
{
	struct figures *f = &s->load->figures;
	struct err e = { 0 };
	if (well) {
		const struct link *k = s->t.link;
		int64_t came = k == NULL ? 0 : link_noted(k);
		f->messages++;
		f->now_messages++;
		figures_step(f, FIGURE_WHOLE,
		    (came > due_ns ? came : loop_now_ns()) - due_ns);
		return;
	}
	if (s->load->hasty) {
		f->cut++;
		return;
	}
	f->failed++;
	f->now_failed++;
	if (s->bad_code != 0 && !s->counted)
		figures_fail(f, s->bad_at, s->bad_code, ERR_NONE, s->bad_text,
		    strlen(s->bad_text));
	else if (!s->counted)
		load_failed(s, &e);
	int status = talk_status(&s->t);
	if (s->load->status == 0)
		s->load->status = status != 0 ? status : 69;
}

void
load_account(struct load_session *s, bool well)
{
	struct figures *f = &s->load->figures;
	const struct tally *y = &s->t.tally;
	f->met += y->met;
	f->missed += y->missed;
	f->unjudged += y->unjudged;
	s->mail[0].busy = false;
	load_account_one(s, s->due_ns, well);
}

static void
load_begin_state(struct load_session *s)
{
	struct talk *t = &s->t;
	s->state = LOAD_BUSY;
	t->tally = (struct tally){ 0 };
	t->stopped = t->leaving = false;
	t->file = NULL;
	t->line = 0;
	if (t->link == NULL) {
		t->had_link = false;
		s->at = FIGURE_CONNECT;
	}
}

void
load_begin(struct load_session *s)
{
	struct talk *t = &s->t;
	struct err e = { 0 };
	load_begin_state(s);
	s->file = s->load->plan.nfiles > 0 ? load_choose(s->load) : NULL;
	talk_source_begin(t, s->file != NULL ? &s->file->script : NULL);
	if (s->load->plan.pipeline) {
		load_group_begin(s);
	} else if (s->file != NULL) {
		t->dialect = s->file->script.dialect;
		talk_run(t, &s->file->script, &s->file->whose);
	} else if (load_mail_set(s, &s->mail[0], &e) < 0) {
		talk_error(t, &e);
	} else {
		talk_mail(t, &s->mail[0].one.mail);
	}
	/* A transaction that a refusal left open. */
	enum smtp_state state = talk_state(t);
	if (state == SMTP_MAIL || state == SMTP_RCPT)
		talk_say_own(t, "RSET");
}
