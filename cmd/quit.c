#include "cmd/talk/cmd.h"

static int
quit_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	(void)a;
	(void)e;
	shell_end(sh);
	sh->leaving = true;
	return 0;
}

const struct cmd cmd_quit = {
	.name = "quit",
	.is = CMD_SENDS,
	.args = "",
	.text = "say QUIT and leave smtpsh",
	.exec = quit_exec,
};
