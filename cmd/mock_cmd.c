/* What only the server's side of a conversation does: it is for --mock, and a
 * client that runs the same file passes it over. */
#include <string.h>
#include "cmd/talk/cmd.h"

static bool
mock_cmd_number(const char *word)
{
	size_t n = strspn(word, "0123456789");
	return n > 0 && n < 16 && word[n] == '\0' && strspn(word, "0") < n;
}

static int
mock_cmd_check(const struct cmd_args *a, struct err *e)
{
	static const struct {
		const char *word;
		size_t least, most; /* words behind it */
		bool number;
	} row[] = {
		{ "say", 1, SIZE_MAX, false },
		{ "reset", 0, 0, false },
		{ "drop-after", 1, 1, true },
		{ "repeat", 0, 1, true },
		{ "again", 0, 0, false },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		if (a->n == 0 || strcmp(a->word[0], row[i].word) != 0)
			continue;
		size_t n = a->n - 1;
		if (n >= row[i].least && n <= row[i].most &&
		    (!row[i].number || n == 0 || mock_cmd_number(a->word[1])))
			return 0;
		return err_set(e, ERR_USAGE, "\\mock %s %s", row[i].word,
		    row[i].most == 0 ? "takes nothing behind it"
		    : row[i].number  ? "takes a number"
				     : "takes octets");
	}
	return err_set(e, ERR_USAGE,
	    "\\mock %s: expected say, reset, drop-after, repeat or again",
	    a->n == 0 ? "" : a->word[0]);
}

static int
mock_cmd_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	(void)t;
	return mock_cmd_check(a, e);
}

const struct cmd cmd_mock = {
	.name = "mock",
	.is = CMD_IN_MOCK,
	.args = "say|reset|drop-after|repeat|again [WORD...]",
	.text = "for --mock: what the server does there; a client passes it by",
	.help =
	    "say OCTETS      these, with C's escapes\n"
	    "reset           end the connection by RST\n"
	    "drop-after N    end it behind N octets of the next mail text\n"
	    "repeat [N]      N times what stands up to \\mock again, or as\n"
	    "                often as the client begins it anew\n",
	.exec = mock_cmd_exec,
	.check = mock_cmd_check,
};
