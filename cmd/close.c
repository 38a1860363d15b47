#include "cmd/talk/cmd.h"

static int
close_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	(void)a;
	if (sh->link == NULL)
		return err_set(e, ERR_USAGE, "not connected");
	shell_close(sh);
	shell_remark(sh, "closed");
	return 0;
}

const struct cmd cmd_close = {
	.name = "close",
	.is = CMD_IN_MOCK,
	.args = "",
	.text = "close the connection at once, without QUIT",
	.exec = close_exec,
};
