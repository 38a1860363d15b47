#include "cmd/talk/cmd.h"

/* What a group has queued goes first. */
static int
close_resume(struct talk *t, struct act *a, struct err *e)
{
	int r = talk_write(t, e);
	if (r == ACT_WAIT)
		return r;
	r = talk_part(t, "\\close", a->step++ == 0, e);
	if (r != 0)
		return r < 0 ? -1 : ACT_MORE;
	talk_close(t);
	talk_remark(t, "closed");
	return ACT_DONE;
}

static const struct act_kind close_kind = {
	.name = "\\close", .size = sizeof(struct act), .resume = close_resume
};

static int
close_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	(void)a;
	if (t->link == NULL)
		return err_set(e, ERR_USAGE, "not connected");
	act_push(t, &close_kind);
	return 0;
}

const struct cmd cmd_close = {
	.name = "close",
	.is = CMD_IN_MOCK,
	.args = "",
	.text = "close the connection at once, without QUIT",
	.exec = close_exec,
};
