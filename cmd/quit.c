#include "cmd/talk/cmd.h"

static int
quit_resume(struct talk *t, struct act *a, struct err *e)
{
	if (a->step < 2) {
		int r = talk_part(t, "\\quit", a->step == 0, e);
		if (r < 0)
			return -1;
		a->step++;
		if (r > 0)
			return ACT_MORE;
		a->step = 2;
		talk_end(t);
		return ACT_MORE;
	}
	t->leaving = true;
	return ACT_DONE;
}

static const struct act_kind quit_kind = {
	.name = "\\quit", .size = sizeof(struct act), .resume = quit_resume
};

static int
quit_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	(void)a;
	(void)e;
	act_push(t, &quit_kind);
	return 0;
}

const struct cmd cmd_quit = {
	.name = "quit",
	.is = CMD_SENDS,
	.args = "",
	.text = "say QUIT and leave smtpsh",
	.exec = quit_exec,
};
