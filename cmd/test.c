#include "cmd/talk/cmd.h"

const struct cmd cmd_test = {
	.name = "test",
	.args = "[ADDRESS]",
	.text = "send one test message to the address",
	.help = "Without an address it goes to ${to}. \\template test shows "
		"what it says.",
	.body = "MAIL FROM:<${from}>\n"
		"RCPT TO:<${1:-${to}}>\n"
		"DATA\n"
		"Date: ${date}\n"
		"From: <${from}>\n"
		"To: <${1:-${to}}>\n"
		"Subject: ${subject:-test ${date}}\n"
		"Message-Id: <${msgid}>\n"
		"\n"
		"${body:-This is a test message.}\n"
		".\n",
};
