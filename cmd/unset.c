#include "cmd/talk/cmd.h"

static int
unset_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	if (!vars_unset(&t->vars, a->word[0]))
		return err_set(
		    e, ERR_USAGE, "the variable %s is not set", a->word[0]);
	return 0;
}

const struct cmd cmd_unset = {
	.name = "unset",
	.args = "NAME",
	.text = "forget a variable",
	.exec = unset_exec,
};
