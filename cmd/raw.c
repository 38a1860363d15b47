#include "cmd/talk/cmd.h"
#include "cmd/lang/cstring.h"

#include <string.h>

static int
raw_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	struct buf b = BUF_INIT;
	if (shell_need_link(sh, e) < 0 || shell_greet(sh, e) < 0 ||
	    cstring_parse(&b, a->rest, strlen(a->rest), e) < 0) {
		buf_release(&b);
		return -1;
	}
	struct smtp *s = link_smtp(sh->link);
	const char *p = buf_data(&b);
	size_t len = buf_len(&b);
	/* Whole lines are answered; inside mail text only its end is. */
	bool owes = len > 0 && p[len - 1] == '\n' &&
		    (smtp_state(s) != SMTP_TEXT ||
			(len >= 5 && memcmp(p + len - 5, "\r\n.\r\n", 5) == 0));
	struct buf line = BUF_INIT;
	buf_addf(&line, "\\raw %s", a->rest);
	struct event ev = { .kind = EV_OCTETS,
		.text = buf_str(&line),
		.len = buf_len(&line),
		.typed = sh->typed,
		.n = len };
	shell_put(sh, &ev);
	buf_release(&line);
	smtp_raw(s, p, len, owes);
	sh->raw_open = true;
	buf_release(&b);
	return sh->grouped ? 0 : shell_flush(sh, e);
}

const struct cmd cmd_raw = {
	.name = "raw",
	.is = CMD_IN_MOCK | CMD_EXACT,
	.args = "TEXT...",
	.text = "send exact bytes: C escapes, no CRLF added",
	.help = "\\r \\n \\t \\0 \\NNN \\xNN \\\\ and what else C has. A reply "
		"is awaited "
		"when the bytes end with \\n.",
	.exec = raw_exec,
};
