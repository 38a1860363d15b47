#include "cmd/talk/cmd.h"

const struct cmd cmd_lhlo = {
	.name = "lhlo",
	.args = "[DOMAIN]",
	.text = "send LHLO (LMTP)",
	.body = "LHLO ${1:-${helo}}\n",
};
