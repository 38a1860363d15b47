/* A conversation: what it is made of, what it tells, what it is worth. How it
 * runs is in go.c. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/step.h"

void
talk_init(struct talk *t, const struct talk_env *env, void *house)
{
	*t = (struct talk){ .env = env, .house = house, .last_ns = -1 };
	ledger_init(&t->ledger);
	vars_init(&t->vars);
	t->vars.builtin = talk_builtin;
	t->vars.arg = t;
	link_times_init(&t->set.times);
	reply_init(&t->last);
}

void
templates_release(struct templates *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->template[i].name);
		free(all->template[i].body);
	}
	free(all->template);
	*all = (struct templates){ 0 };
}

void
talk_release(struct talk *t)
{
	talk_drop(t);
	talk_close(t);
	ledger_release(&t->ledger);
	templates_release(&t->templates);
	reply_release(&t->last);
	where_release(&t->where);
	mx_release(&t->mx);
	vars_release(&t->vars);
	for (size_t i = 0; i < t->nnames; i++)
		free(t->name[i]);
	free(t->name);
	free(t->untold);
	free(t->skipped);
}

void
talk_put(struct talk *t, struct event *ev)
{
	if (ev->text != NULL && ev->len == 0)
		ev->len = strlen(ev->text);
	if (ev->file == NULL) {
		ev->file = t->file;
		ev->line = t->line;
	}
	t->env->put(t, ev);
}

void
talk_remark(struct talk *t, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	struct event ev = {
		.kind = EV_REMARK, .text = buf_str(&b), .len = buf_len(&b)
	};
	talk_put(t, &ev);
	buf_release(&b);
}

void
talk_error(struct talk *t, const struct err *e)
{
	/* Who interrupts a script wants no more of it. */
	if (e->kind == ERR_INTR && !t->interactive)
		t->broken = true;
	t->told = *e;
	past_error(t, e);
	t->env->error(t, e);
}

const char *
talk_name(struct talk *t, const char *name)
{
	for (size_t i = t->nnames; i-- > 0;)
		if (strcmp(t->name[i], name) == 0)
			return t->name[i];
	t->name = mem_grow(t->name, t->nnames + 1, sizeof *t->name);
	return t->name[t->nnames++] = mem_dup(name);
}

const struct template *
talk_template(const struct talk *t, const char *name)
{
	for (size_t i = 0; i < t->templates.n; i++)
		if (strcmp(t->templates.template[i].name, name) == 0)
			return &t->templates.template[i];
	return NULL;
}

void
talk_set_template(struct talk *t, const char *name, const char *body)
{
	struct templates *all = &t->templates;
	for (size_t i = 0; i < all->n; i++) {
		if (strcmp(all->template[i].name, name) != 0)
			continue;
		free(all->template[i].body);
		all->template[i].body = mem_dup(body);
		all->template[i].whose = *talk_whose(t);
		return;
	}
	all->template =
	    mem_grow(all->template, all->n + 1, sizeof *all->template);
	all->template[all->n++] =
	    (struct template){ mem_dup(name), mem_dup(body), *talk_whose(t) };
}

enum smtp_state
talk_state(const struct talk *t)
{
	return t->link == NULL ? SMTP_CLOSED : smtp_state(link_smtp(t->link));
}

int
talk_status(const struct talk *t)
{
	const struct tally *y = &t->tally;
	if (y->status != 0)
		return y->status;
	if (y->missed > 0 || y->unwell)
		return 1;
	if (y->partial)
		return TALK_PARTIAL;
	return y->permanent ? 69 : y->transient ? 75 : 0;
}

char *
talk_path(const char *script, const char *path)
{
	const char *slash = script == NULL ? NULL : strrchr(script, '/');
	if (path[0] == '/' || slash == NULL)
		return mem_dup(path);
	return mem_printf("%.*s/%s", (int)(slash - script), script, path);
}
