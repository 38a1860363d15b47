#include "cmd/lang/cstring.h"
#include "cmd/talk/cmd.h"

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
	const char *p = buf_data(&w->octets);
	size_t len = buf_len(&w->octets);
	size_t line = len;
	while (line > 0 && (p[line - 1] == '\r' || p[line - 1] == '\n'))
		line--;
	if (line > 0 && talk_state(t) == SMTP_AUTHING)
		talk_hide_typed(t, p, line);
	struct event ev = { .kind = EV_OCTETS,
		.text = buf_str(&w->line),
		.len = buf_len(&w->line),
		.typed = w->typed,
		.n = len };
	if (talk_octets(t, p, len, talk_octets_owe(t, p, len), e) < 0)
		return -1;
	talk_put(t, &ev);
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

static int
raw_check(const struct cmd_args *a, struct err *e)
{
	struct buf b = BUF_INIT;
	int r = cstring_parse(&b, a->rest, strlen(a->rest), e);
	buf_release(&b);
	return r;
}

const struct cmd cmd_raw = {
	.name = "raw",
	.is = CMD_IN_MOCK | CMD_EXACT,
	.args = "TEXT...",
	.text = "send exact bytes: C escapes, no CRLF added",
	.help = "\\r \\n \\t \\0 \\NNN \\xNN \\\\ and what else C has. A reply "
		"is awaited "
		"when the bytes end with \\n. A line of AUTH counts as one.",
	.exec = raw_exec,
	.check = raw_check,
};
