#include "cmd/talk/cmd.h"
#include "cmd/talk/demand.h"
#include "cmd/talk/text.h"

#include <stdlib.h>

struct send {
	struct act act;
	struct text text;
	uint64_t octets;
};

enum send_step { SEND_LOAD, SEND_DATA, SEND_ANSWERED, SEND_SENT };

/* DATA, told as the line of the language that does all of it. */
static int
send_data(struct talk *t, struct send *s, struct err *e)
{
	int r = talk_ready(t, verb_get(VERB_DATA), e);
	if (r != 0)
		return r;
	struct event ev = {
		.kind = EV_OCTETS, .text = s->text.say, .n = s->octets
	};
	if (demand_line(t, "DATA", 4, e) < 0)
		return -1;
	talk_owe(t, DUE_WRITTEN);
	t->barrier = true;
	talk_put(t, &ev);
	s->act.step = SEND_ANSWERED;
	return ACT_MORE;
}

static int
send_resume(struct talk *t, struct act *a, struct err *e)
{
	struct send *s = (struct send *)a;
	int r;
	switch (a->step) {
	case SEND_LOAD:
		r = text_load(t, &s->text, e);
		if (r != 0)
			return r;
		if (text_size(&s->text, &s->octets, e) < 0)
			return -1;
		a->step = SEND_DATA;
		/* fall through */
	case SEND_DATA:
		return send_data(t, s, e);
	case SEND_ANSWERED:
		r = talk_await(t, e);
		if (r != 0 || talk_state(t) != SMTP_TEXT)
			return r;
		r = talk_surplus(t, e);
		if (r != 0)
			return r;
		a->step = SEND_SENT;
		text_send(t, &s->text);
		return ACT_MORE;
	default:
		return talk_await(t, e);
	}
}

static void
send_release(struct talk *t, struct act *a)
{
	(void)t;
	text_release(&((struct send *)a)->text);
}

static const struct act_kind send_kind = { "\\send", sizeof(struct send),
	send_resume, NULL, send_release };

static int
send_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	char *path = whose_path(talk_whose(t), a->word[0], false, e);
	if (path == NULL)
		return -1;
	struct buf say = BUF_INIT;
	buf_adds(&say, "\\send ");
	whose_say(&say, a, path);
	struct send *s = act_push(t, &send_kind);
	int r = text_open(&s->text, path, buf_str(&say), e);
	buf_release(&say);
	free(path);
	return r;
}

const struct cmd cmd_send = {
	.name = "send",
	.is = CMD_SENDS,
	.args = "FILE",
	.text = "DATA, a file as mail text, and the period",
	.help = "In a file the path is relative to that file. Line ends become "
		"CRLF and lines that begin with a period get "
		"one more. When DATA is refused nothing of the file is sent.",
	.exec = send_exec,
	.may = whose_may_read,
};
