#include "cmd/talk/cmd.h"

const struct cmd cmd_rcpt = {
	.name = "rcpt",
	.args = "[ADDRESS] [PARAMETER...]",
	.text = "send RCPT TO:<address>",
	.body = "RCPT TO:<${1:-${to}}>${2*}\n",
};
