#include "cmd/talk/cmd.h"
#include "cmd/lang/duration.h"

#include <string.h>

static int
expect_missed(struct shell *sh, const char *want, const char *got)
{
	struct event ev = { .kind = EV_VERDICT,
		.verdict = VERDICT_MISSED,
		.expected = want,
		.text = got };
	sh->tally.missed++;
	shell_put(sh, &ev);
	if (!sh->out.terminal)
		out_error(&sh->out, "%s:%u: expected %s, got %s",
		    sh->file == NULL ? "input" : sh->file, sh->line, want, got);
	return sh->keep_going ? 0 : -1;
}

static int
expect_met(struct shell *sh, const char *want)
{
	struct event ev = {
		.kind = EV_VERDICT, .verdict = VERDICT_MET, .expected = want
	};
	sh->tally.met++;
	shell_put(sh, &ev);
	return 0;
}

/* Waits until the server says something, closes, or time is up. */
static int
expect_watch(struct shell *sh, int64_t ms, bool *spoke, struct err *e)
{
	int64_t end_ns = loop_deadline(ms);
	*spoke = false;
	out_flush(&sh->out, NULL);
	while (sh->link != NULL) {
		if (shell_idle(sh)) {
			*spoke = true;
			return 0;
		}
		struct pollfd p[2];
		size_t n = link_fds(sh->link, p);
		enum loop_result r = loop_wait(&sh->loop, p, n, end_ns);
		if (r == LOOP_INTR)
			return err_set(e, ERR_INTR, "interrupted");
		if (r == LOOP_TIMEOUT)
			return 0;
	}
	return 0;
}

static int
expect_close(struct shell *sh, struct err *e)
{
	bool spoke;
	int64_t end_ns = loop_deadline(sh->times.other);
	if (sh->link != NULL)
		shell_remark(sh,
		    "waiting for the server to close, at most %lld s",
		    (long long)(sh->times.other / 1000));
	while (sh->link != NULL && loop_now_ns() < end_ns)
		if (expect_watch(
			sh, (end_ns - loop_now_ns()) / 1000000, &spoke, e) < 0)
			return -1;
	return sh->link == NULL
		   ? expect_met(sh, "close")
		   : expect_missed(sh, "close", "a connection that stands");
}

static int
expect_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	sh->expects = true;
	if (expect_like(a->rest, strlen(a->rest))) {
		struct expect *x;
		char sep;
		if (expect_parse(&x, a->rest, strlen(a->rest), &sep, e) < 0)
			return -1;
		int r = shell_expect(sh, x, e);
		expect_free(x);
		return r < 0 && sh->keep_going && e->kind == ERR_NONE ? 0 : r;
	}
	if (shell_flush(sh, e) < 0 && strcmp(a->word[0], "close") != 0)
		return -1;
	e->kind = ERR_NONE;
	if (strcmp(a->word[0], "close") == 0 && a->n == 1)
		return expect_close(sh, e);
	int64_t ms;
	if (a->n != 2)
		return err_set(e, ERR_USAGE,
		    "\\expect %s: expected a reply code, close, silence "
		    "DURATION or within DURATION",
		    a->rest);
	if (duration_parse(a->word[1], &ms, e) < 0)
		return -1;
	if (strcmp(a->word[0], "silence") == 0) {
		bool spoke;
		if (shell_need_link(sh, e) < 0 ||
		    expect_watch(sh, ms, &spoke, e) < 0)
			return -1;
		return spoke || sh->link == NULL
			   ? expect_missed(sh, a->rest,
				 spoke ? "something"
				       : "the end of the connection")
			   : expect_met(sh, a->rest);
	}
	if (strcmp(a->word[0], "within") == 0) {
		struct buf got = BUF_INIT;
		buf_addf(&got, "a reply after %lld ms",
		    (long long)(sh->last_ns / 1000000));
		int r = sh->last_ns >= 0 && sh->last_ns <= ms * 1000000
			    ? expect_met(sh, a->rest)
			    : expect_missed(sh, a->rest, buf_str(&got));
		buf_release(&got);
		return r;
	}
	return err_set(e, ERR_USAGE,
	    "\\expect %s: expected a reply code, close, silence DURATION or "
	    "within DURATION",
	    a->word[0]);
}

const struct cmd cmd_expect = {
	.name = "expect",
	.is = CMD_IN_MOCK | CMD_WAITS,
	.args = "CODE|close|silence|within [DURATION|TEXT]...",
	.text = "check a reply, its time, a close, or silence",
	.help =
	    "\\expect 250 is R: 250; \\expect close waits for the server to "
	    "close; \\expect silence 2s passes when nothing comes in that "
	    "time; \\expect within 500ms judges the newest reply.",
	.exec = expect_exec,
};
