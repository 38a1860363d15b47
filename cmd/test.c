#include "cmd/post.h"
#include "cmd/talk/cmd.h"

#include <stdlib.h>
#include <string.h>

#define TEST_SUBJECT "${subject:-test ${date}}"
#define TEST_BODY    "${body:-This is a test message.}"
#define TEST_ENVELOPE                                                          \
	"MAIL FROM:<${from}>\n"                                                \
	"RCPT TO:<${1:-${to}}>\n"
#define TEST_MESSAGE                                                           \
	"DATA\n"                                                               \
	"Date: ${date}\n"                                                      \
	"From: <${from}>\n"                                                    \
	"To: <${1:-${to}}>\n"                                                  \
	"Subject: " TEST_SUBJECT "\n"                                          \
	"Message-Id: <${msgid}>\n"                                             \
	"\n" TEST_BODY "\n"                                                    \
	".\n"

struct test {
	struct act act;
	char *to; /* NULL: ${to} */
	struct draft draft;
	struct post post; /* where it takes MIME */
};

/* A line that these lines cannot hold as they are: not ASCII, or too long. */
static bool
test_is_plain(const struct buf *b)
{
	const char *p = buf_data(b);
	size_t len = buf_len(b);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] > 126)
			return false;
	return len < 900;
}

/* 1: it is a message with parts; 0: the lines below say all of it. */
static int
test_make(struct talk *t, struct test *x, struct err *e)
{
	struct buf subject = BUF_INIT, body = BUF_INIT;
	int r = vars_expand(&t->vars, NULL, TEST_SUBJECT,
	    sizeof TEST_SUBJECT - 1, false, &subject, e);
	if (r == 0)
		r = vars_expand(&t->vars, NULL, TEST_BODY, sizeof TEST_BODY - 1,
		    false, &body, e);
	bool made = !test_is_plain(&subject) || !test_is_plain(&body);
	if (r == 0 && made && x->to != NULL)
		r = draft_set(&x->draft, "to", x->to, e);
	if (r == 0 && made)
		r = draft_set(&x->draft, "subject", buf_str(&subject), e);
	if (r == 0 && made)
		r = draft_set(&x->draft, "body", buf_str(&body), e);
	if (r == 0 && made)
		r = post_make(&x->post, t, &x->draft, e);
	buf_release(&subject);
	buf_release(&body);
	return r < 0 ? -1 : made;
}

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
		r = test_make(t, x, e);
		if (r < 0)
			return -1;
		if (r > 0) {
			a->step = TEST_END + 1;
			talk_post(t, &x->post);
			return ACT_MORE;
		}
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
	struct test *x = (struct test *)a;
	(void)t;
	post_release(&x->post);
	draft_release(&x->draft);
	free(x->to);
}

static const struct act_kind test_kind = { "\\test", sizeof(struct test),
	test_resume, NULL, test_release };

static int
test_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	(void)e;
	struct test *x = act_push(t, &test_kind);
	x->post.text = (struct text)TEXT_INIT;
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
		"what it says; where ${subject} or ${body} are not ASCII it "
		"is made as \\mail-new makes one.",
	.exec = test_exec,
	.body = TEST_ENVELOPE TEST_MESSAGE,
};
