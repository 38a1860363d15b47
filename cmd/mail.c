#include "cmd/talk/cmd.h"

const struct cmd cmd_mail = {
	.name = "mail",
	.args = "[ADDRESS] [PARAMETER...]",
	.text = "send MAIL FROM:<address>",
	.help = "Without an address ${from} is sent. The null path is typed: "
		"MAIL FROM:<>",
	.body = "MAIL FROM:<${1:-${from}}>${2*}\n",
};
