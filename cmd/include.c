#include "cmd/talk/cmd.h"

static int
include_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	return talk_include(t, a->word[0], e);
}

const struct cmd cmd_include = {
	.name = "include",
	.is = CMD_SENDS | CMD_INCLUDES,
	.args = "FILE",
	.text = "run a conversation file in this session",
	.help = "In a file the path is relative to that file.",
	.exec = include_exec,
	.may = whose_may_read,
};
