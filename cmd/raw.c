#include "cmd/lang/cstring.h"
#include "cmd/talk/cmd.h"
#include "cmd/talk/demand.h"

#include <string.h>

struct raw {
	struct act act;
	struct buf octets, line;
	bool typed;
};

static int
raw_resume(struct talk *t, struct act *a, struct err *e)
{
	struct raw *w = (struct raw *)a;
	if (a->step == 1)
		return talk_grouped(t) ? ACT_DONE : talk_await(t, e);
	int r = talk_ready(t, NULL, e);
	if (r != 0)
		return r;
	struct smtp *s = link_smtp(t->link);
	const char *p = buf_data(&w->octets);
	size_t len = buf_len(&w->octets);
	/* Whole lines are answered; inside mail text only its end is. */
	bool owes = len > 0 && p[len - 1] == '\n' &&
		    (smtp_state(s) != SMTP_TEXT ||
			(len >= 5 && memcmp(p + len - 5, "\r\n.\r\n", 5) == 0));
	struct event ev = { .kind = EV_OCTETS,
		.text = buf_str(&w->line),
		.len = buf_len(&w->line),
		.typed = w->typed,
		.n = len };
	if (demand_raw(t, p, len, owes, e) < 0)
		return -1;
	talk_put(t, &ev);
	if (owes)
		talk_owe(t, DUE_WRITTEN);
	t->raw_open = true;
	a->step = 1;
	return ACT_MORE;
}

static void
raw_release(struct talk *t, struct act *a)
{
	struct raw *w = (struct raw *)a;
	(void)t;
	buf_wipe(&w->octets);
	buf_wipe(&w->line);
}

static const struct act_kind raw_kind = { "\\raw", sizeof(struct raw),
	raw_resume, NULL, raw_release };

static int
raw_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct buf b = BUF_INIT;
	if (cstring_parse(&b, a->rest, strlen(a->rest), e) < 0) {
		buf_release(&b);
		return -1;
	}
	struct raw *w = act_push(t, &raw_kind);
	w->octets = b;
	w->typed = t->typed;
	buf_addf(&w->line, "\\raw %s", a->rest);
	return 0;
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
