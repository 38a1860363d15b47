#include "cmd/lang/duration.h"
#include "cmd/talk/cmd.h"
#include "cmd/talk/wait.h"

#include <string.h>

struct expect_act {
	struct act act;
	struct expect *expect;
};

static int
expect_resume(struct talk *t, struct act *a, struct err *e)
{
	int r = talk_expect(t, ((struct expect_act *)a)->expect, e);
	return r < 0 && t->set.keep_going && e->kind == ERR_NONE ? 0 : r;
}

static void
expect_act_release(struct talk *t, struct act *a)
{
	(void)t;
	expect_free(((struct expect_act *)a)->expect);
}

static const struct act_kind expect_kind = { "\\expect",
	sizeof(struct expect_act), expect_resume, NULL, expect_act_release };

static int
expect_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	const char *word = a->word[0];
	int64_t ms = t->set.times.other;
	if (expect_like(a->rest, strlen(a->rest))) {
		struct expect *x;
		char sep;
		if (expect_parse(&x, a->rest, strlen(a->rest), &sep, e) < 0)
			return -1;
		struct expect_act *act = act_push(t, &expect_kind);
		act->expect = x;
		return 0;
	}
	bool close = strcmp(word, "close") == 0 && a->n == 1;
	bool silence = strcmp(word, "silence") == 0 && a->n == 2;
	bool within = strcmp(word, "within") == 0 && a->n == 2;
	bool no_reply = strcmp(word, "no-reply") == 0 && a->n == 2;
	if (!close && !silence && !within && !no_reply)
		return err_set(e, ERR_USAGE,
		    "\\expect %s: expected a reply code, close, silence "
		    "DURATION, no-reply DURATION or within DURATION",
		    a->rest);
	if (!close && duration_parse(a->word[1], &ms, e) < 0)
		return -1;
	talk_wait(t,
	    close      ? WAIT_CLOSE
	    : silence  ? WAIT_SILENCE
	    : no_reply ? WAIT_NO_REPLY
		       : WAIT_WITHIN,
	    ms, a->rest);
	return 0;
}

static int
expect_check(const struct cmd_args *a, struct err *e)
{
	struct expect *x;
	int64_t ms;
	char sep;
	if (!expect_like(a->rest, strlen(a->rest)))
		return a->n == 2 ? duration_parse(a->word[1], &ms, e) : 0;
	if (expect_parse(&x, a->rest, strlen(a->rest), &sep, e) < 0)
		return -1;
	expect_free(x);
	return 0;
}

const struct cmd cmd_expect = {
	.name = "expect",
	.is = CMD_IN_MOCK | CMD_WAITS,
	.args = "CODE|close|silence|no-reply|within [DURATION|TEXT]...",
	.text = "check a reply, its time, a close, or silence",
	.help =
	    "\\expect 250 is R: 250; \\expect close waits for the server to "
	    "close; \\expect silence 2s passes when nothing comes in that "
	    "time, \\expect no-reply 2s when the server closes, too; "
	    "\\expect within 500ms judges the newest reply.",
	.exec = expect_exec,
	.check = expect_check,
};
