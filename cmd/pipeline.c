#include "cmd/talk/cmd.h"

static int
pipeline_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	(void)a;
	if (shell_need_link(sh, e) < 0 || shell_flush(sh, e) < 0)
		return -1;
	if (smtp_offer(link_smtp(sh->link), "PIPELINING") == NULL)
		shell_remark(sh, "PIPELINING was not offered (RFC 2920 3.1)");
	sh->grouped = true;
	return 0;
}

const struct cmd cmd_pipeline = {
	.name = "pipeline",
	.args = "",
	.text = "gather lines; \\flush sends them as one group",
	.exec = pipeline_exec,
};
