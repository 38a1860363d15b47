/* What can be known of a conversation file before any of it is sent: that
 * each \word is a command or a template with the words that it takes, and
 * that files it includes are there and are conversations. What variables will
 * make of a line is not known yet. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "cmd/talk/cmd.h"

#define PRECHECK_DEPTH 16
#define PRECHECK_FILES 256 /* files that include themselves multiply */

struct precheck {
	const struct talk *t;
	const struct whose *whose; /* of the file under way */
	char **template;	   /* that files before and above define */
	size_t n, cap;
	unsigned depth, files;
	bool records; /* what is included may not be there yet */
};

static bool
precheck_is_template(const struct precheck *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->template[i], name) == 0)
			return true;
	return talk_template(c->t, name) != NULL;
}

static void
precheck_define(struct precheck *c, const char *name)
{
	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 8 : c->cap * 2;
		c->template = mem_grow(c->template, c->cap, sizeof(char *));
	}
	c->template[c->n++] = mem_dup(name);
}

static bool
precheck_has_vars(const struct stmt *st)
{
	return memmem(st->text, st->len, "${", 2) != NULL;
}

static int precheck_script(
    struct precheck *c, const struct script *s, struct err *e);

/* "include FILE": the file as the one that runs it would find it. */
static int
precheck_include(struct precheck *c, const struct stmt *st, struct err *e)
{
	struct cmd_args a = { 0 };
	struct script inner;
	size_t w = strcspn(st->text, " \t");
	if (c->depth >= PRECHECK_DEPTH || ++c->files > PRECHECK_FILES ||
	    precheck_has_vars(st))
		return 0;
	if (cmd_split(&a, st->text + w, st->len - w, e) < 0 || a.n != 1) {
		cmd_args_release(&a);
		return -1;
	}
	struct err why = { 0 };
	char *path = whose_path(c->whose, a.word[0], false, &why);
	struct stat there;
	/* A pipe can be read only once, by the one that runs it. */
	bool pipe =
	    path != NULL && stat(path, &there) == 0 && !S_ISREG(there.st_mode);
	int r = 1;
	if (path == NULL && !c->records) {
		*e = why;
		r = -1;
	} else if (!pipe && !c->records) {
		r = script_read(&inner, path, &c->t->reading, cmd_word, e);
	}
	if (r == 0) {
		const struct whose *outer = c->whose;
		struct whose within = { inner.name, outer->root, outer->file };
		c->whose = &within;
		c->depth++;
		r = precheck_script(c, &inner, e);
		c->depth--;
		c->whose = outer;
		script_release(&inner);
	}
	free(path);
	cmd_args_release(&a);
	return r < 0 ? -1 : 0;
}

/* Whether these words may say it, with what they say. */
static int
precheck_may(struct precheck *c, const struct cmd *cmd, const struct stmt *st,
    struct err *e)
{
	struct cmd_args a = { 0 };
	size_t w = strcspn(st->text, " \t");
	struct err why;
	if (cmd->may == NULL || precheck_has_vars(st))
		return 0;
	int r = cmd_split(&a, st->text + w, st->len - w, e);
	if (r == 0 && cmd->may(c->t, c->whose, &a, &why) < 0)
		r = err_set(e, ERR_DATA, "\\%s: %s", cmd->name, why.text);
	cmd_args_release(&a);
	return r;
}

static int
precheck_command(struct precheck *c, const struct script *s,
    const struct stmt *st, struct err *e)
{
	const struct cmd *cmd;
	size_t w = strcspn(st->text, " \t");
	struct err why;
	if (memmem(st->text, w, "${", 2) != NULL)
		return 0;
	char *name = mem_dupn(st->text, w);
	bool template = precheck_is_template(c, name);
	free(name);
	if (template)
		return 0;
	cmd = cmd_check(st->text, st->len, !precheck_has_vars(st), &why);
	if (cmd == NULL)
		return err_set(
		    e, ERR_DATA, "%s:%u: %s", s->name, st->line, why.text);
	if (precheck_may(c, cmd, st, &why) < 0)
		return err_set(
		    e, ERR_DATA, "%s:%u: %s", s->name, st->line, why.text);
	c->records |= cmd->is & CMD_RECORDS;
	if (!(cmd->is & CMD_INCLUDES))
		return 0;
	if (precheck_include(c, st, &why) == 0)
		return 0;
	/* One that is malformed names its own place. */
	return why.kind == ERR_DATA ? err_set(e, ERR_DATA, "%s", why.text)
				    : err_set(e, why.kind, "%s:%u: %s", s->name,
					  st->line, why.text);
}

static int
precheck_script(struct precheck *c, const struct script *s, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct stmt *st = &s->stmt[i];
		if (st->kind == STMT_TEMPLATE)
			precheck_define(c, st->text);
		else if (st->kind == STMT_SHELL &&
			 precheck_command(c, s, st, e) < 0)
			return -1;
	}
	return 0;
}

int
cmd_precheck(const struct talk *t, const struct script *s,
    const struct whose *w, struct err *e)
{
	struct precheck c = { .t = t, .whose = w };
	int r = precheck_script(&c, s, e);
	for (size_t i = 0; i < c.n; i++)
		free(c.template[i]);
	free(c.template);
	return r;
}
