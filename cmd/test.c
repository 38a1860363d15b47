#include "cmd/talk/cmd.h"

#include <stdlib.h>
#include <string.h>

#define TEST_ENVELOPE                                                          \
	"MAIL FROM:<${from}>\n"                                                \
	"RCPT TO:<${1:-${to}}>\n"
#define TEST_MESSAGE                                                           \
	"DATA\n"                                                               \
	"Date: ${date}\n"                                                      \
	"From: <${from}>\n"                                                    \
	"To: <${1:-${to}}>\n"                                                  \
	"Subject: ${subject:-test ${date}}\n"                                  \
	"Message-Id: <${msgid}>\n"                                             \
	"\n"                                                                   \
	"${body:-This is a test message.}\n"                                   \
	".\n"

struct test {
	struct act act;
	char *to; /* NULL: ${to} */
};

enum test_step { TEST_RESET, TEST_ASK, TEST_ASKED, TEST_END };

/* A transaction that is open is somebody else's, or was refused. */
static bool
test_reset(struct talk *t)
{
	enum smtp_state s = talk_state(t);
	if (s != SMTP_MAIL && s != SMTP_RCPT && s != SMTP_CHUNKS)
		return false;
	talk_say_own(t, "RSET");
	return true;
}

static int
test_lines(
    struct talk *t, const struct test *x, const char *lines, struct err *e)
{
	char *word[] = { x->to };
	const struct var_args args = { x->to != NULL, word };
	int r = talk_text(t, "\\test", lines, strlen(lines), &args, e);
	return r < 0 ? -1 : ACT_MORE;
}

static int
test_resume(struct talk *t, struct act *a, struct err *e)
{
	struct test *x = (struct test *)a;
	/* What a group has not been answered says nothing yet. */
	int r = talk_await(t, e);
	if (r != 0)
		return r;
	switch (a->step++) {
	case TEST_RESET:
		test_reset(t);
		return ACT_MORE;
	case TEST_ASK:
		return test_lines(t, x, TEST_ENVELOPE, e);
	case TEST_ASKED:
		if (talk_state(t) == SMTP_RCPT)
			return test_lines(t, x, TEST_MESSAGE, e);
		/* fall through */
	case TEST_END:
		a->step = TEST_END + 1;
		return test_reset(t) ? ACT_MORE : ACT_DONE;
	default:
		return ACT_DONE;
	}
}

static void
test_release(struct talk *t, struct act *a)
{
	(void)t;
	free(((struct test *)a)->to);
}

static const struct act_kind test_kind = { "\\test", sizeof(struct test),
	test_resume, NULL, test_release };

static int
test_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	(void)e;
	struct test *x = act_push(t, &test_kind);
	x->to = a->n > 0 ? mem_dup(a->word[0]) : NULL;
	return 0;
}

const struct cmd cmd_test = {
	.name = "test",
	.args = "[ADDRESS]",
	.text = "send one test message to the address",
	.help = "Without an address it goes to ${to}. RSET ends what "
		"transaction was open, and one that is refused; behind a "
		"refused recipient there is no DATA. \\template test shows "
		"what it says.",
	.exec = test_exec,
	.body = TEST_ENVELOPE TEST_MESSAGE,
};
