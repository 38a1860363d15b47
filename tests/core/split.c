/* Words of a command's line. */
#include "check.h"

#include <string.h>
#include "cmd/talk/cmd.h"

static const struct {
	const char *in, *want; /* each word in <>, or "!" and the error */
} rows[] = {
	{ "", "" },
	{ "  \t ", "" },
	{ "a", "<a>" },
	{ "  a  b\tc ", "<a><b><c>" },
	{ "'a b' c", "<a b><c>" },
	{ "\"a b\" c", "<a b><c>" },
	{ "''", "<>" },
	{ "\"\" x", "<><x>" },
	{ "a'b c'd", "<ab cd>" },
	{ "\"a\\\"b\"", "<a\"b>" },
	{ "\"a\\\\b\"", "<a\\b>" },
	{ "\"a\\nb\"", "<a\\nb>" },
	{ "'a\\'", "<a\\>" },
	{ "a\\ b", "<a\\><b>" },
	{ "'\"' \"'\"", "<\"><'>" },
	{ "$x `y` #z", "<$x><`y`><#z>" },
	{ "'a", "!a ' is not closed" },
	{ "\"a", "!a \" is not closed" },
	{ "\"a\\\"", "!a \" is not closed" },
	{ "x 'a b", "!a ' is not closed" },
};

int
main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cmd_args a = { 0 };
		struct err e = { 0 };
		struct buf b = BUF_INIT;
		int r = cmd_split(&a, rows[i].in, strlen(rows[i].in), &e);
		if (r < 0)
			buf_addf(&b, "!%s", e.text);
		for (size_t k = 0; r == 0 && k < a.n; k++)
			buf_addf(&b, "<%s>", a.word[k]);
		CHECK(strcmp(buf_str(&b), rows[i].want) == 0, "%s: %s",
		    rows[i].in, buf_str(&b));
		buf_release(&b);
		cmd_args_release(&a);
	}
	return check_done();
}
