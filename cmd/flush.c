#include "cmd/talk/cmd.h"

static int
flush_resume(struct talk *t, struct act *a, struct err *e)
{
	int r = talk_need_link(t, e);
	(void)a;
	return r != 0 ? r : talk_await(t, e);
}

static const struct act_kind flush_kind = {
	.name = "\\flush", .size = sizeof(struct act), .resume = flush_resume
};

static int
flush_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	(void)a;
	(void)e;
	talk_group(t, false);
	act_push(t, &flush_kind);
	return 0;
}

const struct cmd cmd_flush = {
	.name = "flush",
	.args = "",
	.text = "send what \\pipeline gathered, take the replies",
	.exec = flush_exec,
};
