#include "cmd/attr.h"
#include "cmd/talk/cmd.h"

static const struct attr xclient_attrs[] = { { "NAME", ATTR_TEXT },
	{ "ADDR", ATTR_ADDRESS }, { "PORT", ATTR_PORT },
	{ "PROTO", ATTR_PROTOCOL }, { "HELO", ATTR_TEXT },
	{ "LOGIN", ATTR_TEXT }, { "DESTADDR", ATTR_ADDRESS },
	{ "DESTPORT", ATTR_PORT }, { NULL, ATTR_TEXT } };

struct xclient {
	struct act act;
	struct buf line;
};

/* After a 220 the session is a new client's: it greets again. */
static int
xclient_resume(struct talk *t, struct act *a, struct err *e)
{
	struct xclient *x = (struct xclient *)a;
	int r;
	switch (a->step) {
	case 0:
		a->step = 1;
		talk_say(t, buf_str(&x->line));
		return ACT_MORE;
	case 1:
		r = talk_await(t, e);
		if (r != 0)
			return r;
		a->step = 2;
		if (talk_state(t) != SMTP_GREETED || t->code != 220)
			return ACT_DONE;
		return talk_text(t, "\\xclient",
			   t->where.lmtp ? "LHLO ${helo}\n" : "EHLO ${helo}\n",
			   13, NULL, e) < 0
			   ? -1
			   : ACT_MORE;
	}
	return ACT_DONE;
}

static void
xclient_release(struct talk *t, struct act *a)
{
	(void)t;
	buf_release(&((struct xclient *)a)->line);
}

static const struct act_kind xclient_kind = { "\\xclient",
	sizeof(struct xclient), xclient_resume, NULL, xclient_release };

static int
xclient_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "XCLIENT");
	for (size_t i = 0; i < a->n; i++) {
		if (attr_add(&b, xclient_attrs, a->word[i], e) < 0) {
			buf_release(&b);
			return -1;
		}
	}
	struct xclient *x = act_push(t, &xclient_kind);
	x->line = b;
	return 0;
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
