#include "cmd/attr.h"
#include "cmd/talk/cmd.h"

static const struct attr xclient_attrs[] = { { "NAME", ATTR_TEXT },
	{ "ADDR", ATTR_ADDRESS }, { "PORT", ATTR_PORT },
	{ "PROTO", ATTR_PROTOCOL }, { "HELO", ATTR_TEXT },
	{ "LOGIN", ATTR_TEXT }, { "DESTADDR", ATTR_ADDRESS },
	{ "DESTPORT", ATTR_PORT }, { NULL, ATTR_TEXT } };

/* After a 220 the session is a new client's: it greets again. */
static int
xclient_greet(struct shell *sh, struct err *e)
{
	const char *line = sh->where.lmtp ? "LHLO " : "EHLO ";
	struct buf b = BUF_INIT;
	buf_adds(&b, line);
	int r = vars_expand(&sh->vars, NULL, "${helo}", 7, false, &b, e);
	if (r == 0)
		r = shell_send(sh, buf_data(&b), buf_len(&b), e);
	buf_release(&b);
	return r;
}

static int
xclient_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	struct buf b = BUF_INIT;
	int r = 0;
	buf_adds(&b, "XCLIENT");
	for (size_t i = 0; i < a->n && r == 0; i++)
		r = attr_add(&b, xclient_attrs, a->word[i], e);
	if (r == 0)
		r = shell_send(sh, buf_data(&b), buf_len(&b), e);
	buf_release(&b);
	if (r == 0)
		r = shell_flush(sh, e);
	if (r < 0 || sh->link == NULL || shell_state(sh) != SMTP_GREETED ||
	    sh->last.code != 220)
		return r;
	return xclient_greet(sh, e);
}

const struct cmd cmd_xclient = {
	.name = "xclient",
	.is = CMD_SENDS,
	.args = "NAME=VALUE...",
	.text = "say that another client speaks, and greet again",
	.help = "Of NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT, those "
		"that the server offers, as Postfix's XCLIENT_README has them. "
		"A value may be [UNAVAILABLE]; it is encoded as xtext.",
	.exec = xclient_exec,
};
