#include "cmd/talk/cmd.h"

const struct cmd cmd_ehlo = {
	.name = "ehlo",
	.args = "[DOMAIN]",
	.text = "send EHLO",
	.body = "EHLO ${1:-${helo}}\n",
};
