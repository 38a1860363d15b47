#include "cmd.h"

/* Words after the host go to the same place as the options of the same name.
 */
static int
connect_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	if (sh->link != NULL)
		shell_end(sh);
	if (a->n > 0) {
		if (where_parse(&sh->where, a->word[0], e) < 0)
			return -1;
		sh->has_where = true;
		sh->sandboxed = false;
	}
	sh->greeted = false;
	if (shell_connect(sh, e) < 0)
		return -1;
	if (shell_greet(sh, e) < 0)
		return -1;
	return sh->interactive ? shell_secure(sh, e) : 0;
}

const struct cmd cmd_connect = {
	.name = "connect",
	.args = "[HOST]",
	.text = "connect to HOST[:PORT], a URL, a socket's path",
	.help =
	    "Without a host: to the same place again. A session that stands "
	    "is ended first.",
	.exec = connect_exec,
};
