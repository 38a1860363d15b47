/* \set: a setting's row, or a variable. */
#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

#include <string.h>
#include "cmd/lang/near.h"
#include "cmd/shell/setting.h"

static int
set_setting(struct shell *sh, const struct setting *s, const struct cmd_args *a,
    struct err *e)
{
	struct buf said = BUF_INIT;
	if (a->n != 2)
		return err_set(
		    e, ERR_USAGE, "\\set %s takes %s", s->name, s->values);
	buf_addf(&said, "\\set %s", a->word[0]);
	int r = setting_set(sh, s, buf_str(&said), a->word[1], e);
	buf_release(&said);
	return r;
}

/* A new variable, one slip from a setting, with a value that this would take:
 * it was the setting that was meant. */
static int
set_asks(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	const char *name = a->word[0];
	if (a->n != 2 || vars_get(&sh->talk.vars, name) != NULL)
		return 0;
	for (const struct setting *s = setting_table; s->name != NULL; s++) {
		const char *near = s->name;
		if (s->also != NULL &&
		    near_word(name, strlen(name), s->also, strlen(s->also)))
			near = s->also;
		else if (!near_word(name, strlen(name), near, strlen(near)))
			continue;
		if (setting_takes(sh, s, a->word[1]))
			return err_set(e, ERR_USAGE,
			    "%s is no setting: did you mean \\set %s %s?", name,
			    near, a->word[1]);
	}
	return 0;
}

static int
set_may(const struct talk *t, const struct whose *w, const struct cmd_args *a,
    struct err *e)
{
	const struct shell *sh = shell_of(t);
	const struct setting *s = setting_find(a->word[0]);
	if (s == NULL || a->n != 2 || !setting_is_guarded(sh, s, a->word[1]))
		return 0;
	if (s->guard == SETTING_SHOWS && w->root != NULL)
		return err_set(e, ERR_DATA,
		    "a file may not set %s %s (--trust lets it)", s->name,
		    a->word[1]);
	if (s->guard == SETTING_LOWERS && w->file && t->must_verify)
		return err_set(e, ERR_AUTH,
		    "a file may raise what the command line demands, not lower "
		    "it: set %s %s",
		    s->name, a->word[1]);
	return 0;
}

static int
set_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	const struct setting *s = setting_find(a->word[0]);
	/* Of many conversations none has settings of its own. */
	if (s != NULL && t != &sh->talk)
		return err_set(e, ERR_DATA,
		    "%s is a setting: with --load the command line says it, "
		    "for all sessions",
		    s->name);
	if (s != NULL)
		return set_setting(sh, s, a, e);
	if (set_asks(sh, a, e) < 0)
		return -1;
	struct buf b = BUF_INIT;
	for (size_t i = 1; i < a->n; i++) {
		if (i > 1)
			buf_addc(&b, ' ');
		buf_adds(&b, a->word[i]);
	}
	int r = vars_set(&t->vars, a->word[0], buf_str(&b), buf_len(&b), e);
	buf_wipe(&b);
	return r;
}

const struct cmd cmd_set = {
	.name = "set",
	.args = "SETTING|NAME [VALUE...]",
	.text = "set a variable, or a setting (\\show lists them)",
	.exec = set_exec,
	.may = set_may,
};
