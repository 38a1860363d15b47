#include "cmd/talk/cmd.h"

static int
flush_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	(void)a;
	if (shell_need_link(sh, e) < 0)
		return -1;
	int r = shell_flush(sh, e);
	sh->grouped = false;
	return r;
}

const struct cmd cmd_flush = {
	.name = "flush",
	.args = "",
	.text = "send what \\pipeline gathered, take the replies",
	.exec = flush_exec,
};
