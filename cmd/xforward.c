#include "cmd/attr.h"
#include "cmd/talk/cmd.h"

static const struct attr xforward_attrs[] = { { "NAME", ATTR_TEXT },
	{ "ADDR", ATTR_ADDRESS }, { "PORT", ATTR_PORT }, { "PROTO", ATTR_TEXT },
	{ "HELO", ATTR_TEXT }, { "IDENT", ATTR_TEXT },
	{ "SOURCE", ATTR_SOURCE }, { NULL, ATTR_TEXT } };

static int
xforward_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct buf b = BUF_INIT;
	int r = 0;
	buf_adds(&b, "XFORWARD");
	for (size_t i = 0; i < a->n && r == 0; i++)
		r = attr_add(&b, xforward_attrs, a->word[i], e);
	if (r == 0)
		talk_say(t, buf_str(&b));
	buf_release(&b);
	return r;
}

const struct cmd cmd_xforward = {
	.name = "xforward",
	.is = CMD_SENDS,
	.args = "NAME=VALUE...",
	.text = "say which client the mail is from, for the log",
	.help = "Of NAME ADDR PORT PROTO HELO IDENT SOURCE, those that the "
		"server offers, as Postfix's XFORWARD_README has them. A value "
		"may be [UNAVAILABLE]; it is encoded as xtext.",
	.exec = xforward_exec,
};
