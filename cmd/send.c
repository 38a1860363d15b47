#include "cmd/talk/cmd.h"
#include "cmd/talk/text.h"

static int
send_text(struct shell *sh, struct text *t, struct err *e)
{
	int r = text_send(sh, t, e);
	if (r < 0) {
		/* Half a message must never look whole. */
		shell_close(sh);
		return -1;
	}
	return shell_flush(sh, e);
}

static int
send_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	struct text t;
	uint64_t octets = 0;
	if (text_open(&t, a->word[0], e) < 0)
		return -1;
	if (text_size(&t, &octets, e) < 0) {
		text_release(&t);
		return -1;
	}
	struct buf say = BUF_INIT;
	buf_addf(&say, "\\send %s", a->rest);
	t.say = buf_str(&say);
	bool grouped = sh->grouped;
	int r = shell_flush(sh, e);
	sh->grouped = false;
	if (r == 0)
		r = shell_send_as(sh, "DATA", 4, t.say, octets, e);
	if (r == 0 && shell_state(sh) == SMTP_TEXT)
		r = send_text(sh, &t, e);
	sh->grouped = grouped;
	text_release(&t);
	buf_release(&say);
	return r;
}

const struct cmd cmd_send = {
	.name = "send",
	.is = CMD_SENDS,
	.args = "FILE",
	.text = "DATA, a file as mail text, and the period",
	.help = "Line ends become CRLF and lines that begin with a period get "
		"one more. When DATA is refused nothing of the file is sent.",
	.exec = send_exec,
};
