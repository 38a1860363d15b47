#include "cmd/lang/duration.h"
#include "cmd/talk/cmd.h"
#include "cmd/talk/wait.h"

static int
sleep_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	int64_t ms;
	if (duration_parse(a->word[0], &ms, e) < 0)
		return -1;
	talk_wait(t, WAIT_SLEEP, ms, "");
	return 0;
}

static int
sleep_check(const struct cmd_args *a, struct err *e)
{
	int64_t ms;
	return duration_parse(a->word[0], &ms, e);
}

const struct cmd cmd_sleep = {
	.name = "sleep",
	.is = CMD_IN_MOCK | CMD_WAITS,
	.args = "DURATION",
	.text = "wait: 500ms, 2s, 1m; a number alone is seconds",
	.exec = sleep_exec,
	.check = sleep_check,
};
