#include "cmd/talk/cmd.h"

const struct cmd cmd_data = {
	.name = "data",
	.is = CMD_OPENS_TEXT,
	.args = "",
	.text = "send DATA; mail text follows, up to a period",
	.body = "DATA\n",
};
