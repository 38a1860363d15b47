#include "net/core/base64.h"

#include <string.h>
#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

static int
unbase64_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	struct buf b = BUF_INIT;
	size_t at, n = strlen(a->word[0]);
	if (base64_decode(&b, a->word[0], n, &at) < 0)
		return err_set(e, ERR_USAGE,
		    "that is no base64: character %zu of %zu", at + 1, n);
	struct buf shown = BUF_INIT;
	for (size_t i = 0; i < buf_len(&b); i++) {
		char c = buf_data(&b)[i];
		/* As \base64 takes it. */
		if (c == '\0')
			buf_adds(&shown, "\\0");
		else
			buf_addc(&shown, c);
	}
	buf_addc(&shown, '\n');
	shell_say(sh, buf_data(&shown), buf_len(&shown));
	buf_wipe(&shown);
	buf_wipe(&b);
	return 0;
}

const struct cmd cmd_unbase64 = {
	.name = "unbase64",
	.is = CMD_ALONE,
	.args = "TEXT",
	.text = "decode base64, as of a 334",
	.exec = unbase64_exec,
};
