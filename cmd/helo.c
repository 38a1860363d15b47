#include "cmd/talk/cmd.h"

const struct cmd cmd_helo = {
	.name = "helo",
	.args = "[DOMAIN]",
	.text = "send HELO",
	.body = "HELO ${1:-${helo}}\n",
};
