#include "cmd/talk/cmd.h"

/* Words after the host go to the same place as the options of the same name.
 */
static int
connect_where(struct shell *sh, const char *text, struct err *e)
{
	/* Port and scheme are the new place's own. */
	struct where to = { .lmtp = sh->where.lmtp,
		.family = sh->where.family,
		.bind =
		    sh->where.bind == NULL ? NULL : mem_dup(sh->where.bind) };
	if (where_parse(&to, text, e) < 0) {
		where_release(&to);
		return -1;
	}
	if (sh->link != NULL)
		shell_end(sh);
	where_release(&sh->where);
	sh->where = to;
	sh->has_where = true;
	sh->sandboxed = false;
	return 0;
}

static int
connect_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	if (a->n > 0 && connect_where(sh, a->word[0], e) < 0)
		return -1;
	if (sh->link != NULL)
		shell_end(sh);
	sh->greeted = false;
	if (shell_connect(sh, e) < 0)
		return -1;
	if (shell_greet(sh, e) < 0)
		return -1;
	return sh->interactive ? shell_secure(sh, e) : 0;
}

const struct cmd cmd_connect = {
	.name = "connect",
	.is = CMD_SENDS,
	.args = "[HOST]",
	.text = "connect to HOST[:PORT], a URL, a socket's path",
	.help =
	    "Without a host: to the same place again. A session that stands "
	    "is ended first.",
	.exec = connect_exec,
};
