#include "net/core/base64.h"

#include <string.h>
#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"
#include "cmd/lang/cstring.h"

static int
base64_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	struct buf in = BUF_INIT, b = BUF_INIT;
	int r = cstring_parse(&in, a->rest, strlen(a->rest), e);
	if (r == 0) {
		base64_encode(&b, buf_data(&in), buf_len(&in));
		buf_addc(&b, '\n');
		shell_say(sh, buf_data(&b), buf_len(&b));
	}
	buf_wipe(&in);
	buf_wipe(&b);
	return r;
}

const struct cmd cmd_base64 = {
	.name = "base64",
	.is = CMD_ALONE,
	.args = "TEXT...",
	.text = "encode a text; \\0 is NUL: \\0user\\0password",
	.exec = base64_exec,
};
