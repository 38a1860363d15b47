/* One conversation on one thread: it goes on until it must wait, and this is
 * where the process sleeps. */
#include "cmd/shell/shell.h"

static enum loop_result
drive_sleep(struct shell *sh, enum talk_wait w)
{
	struct talk *t = &sh->talk;
	struct pollfd fd[8];
	/* The first sleep for a reply is the read itself. */
	if (t->link != NULL && (w == TALK_REPLY || w == TALK_WRITE))
		return link_await(
		    t->link, &sh->loop, w == TALK_WRITE, t->deadline_ns);
	size_t n = w == TALK_TIME ? 0 : talk_fds(t, fd);
	enum loop_result r = loop_wait(&sh->loop, fd, n, t->deadline_ns);
	t->readable = r == LOOP_READY;
	return r;
}

enum talk_wait
shell_drive(struct shell *sh)
{
	struct talk *t = &sh->talk;
	for (;;) {
		enum talk_wait w = talk_go(t);
		if (w == TALK_DONE || w == TALK_INPUT)
			return w;
		out_flush(&sh->out, NULL);
		if (drive_sleep(sh, w) == LOOP_INTR)
			talk_interrupt(t);
		else
			t->woken = true;
	}
}

enum talk_wait
shell_do(struct shell *sh, void (*act)(struct talk *t))
{
	act(&sh->talk);
	return shell_drive(sh);
}

int
shell_line(struct shell *sh, struct lang *l, const char *p, size_t len)
{
	struct talk *t = &sh->talk;
	struct stmt st;
	struct err e;
	err_clear(&e);
	if (lang_line(l, p, len, &st, &e) < 0) {
		talk_error(t, &e);
		return -1;
	}
	if (l->dialect != DIALECT_UNKNOWN)
		t->dialect = l->dialect;
	t->stopped = false;
	if (st.kind != STMT_NOTHING) {
		talk_feed(t, &st);
		shell_drive(sh);
		talk_follow(t, l, &st);
	}
	stmt_clear(&st);
	/* An output that nobody takes any more, as "| head -1" leaves it; not
	 * inside a message. */
	if (sh->out.errored && talk_state(t) != SMTP_TEXT)
		return -1;
	return t->stopped ? -1 : 0;
}
