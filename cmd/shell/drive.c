/* One conversation on one thread: it goes on until it must wait, and this is
 * where the process sleeps. A person is told whom a long wait is for. */
#include "cmd/shell/shell.h"
#include "cmd/know/cause.h"

#define DRIVE_TELL_MS	 3000  /* whom it waits for */
#define DRIVE_EXPLAIN_MS 10000 /* why it may be late */

static enum loop_result
drive_sleep(struct shell *sh, enum talk_wait w, int64_t deadline_ns)
{
	struct talk *t = &sh->talk;
	struct pollfd fd[8];
	/* The first sleep for a reply is the read itself. */
	if (t->link != NULL && (w == TALK_REPLY || w == TALK_WRITE))
		return link_await(
		    t->link, &sh->loop, w == TALK_WRITE, deadline_ns);
	size_t n = w == TALK_TIME ? 0 : talk_fds(t, fd);
	enum loop_result r = loop_wait(&sh->loop, fd, n, deadline_ns);
	t->readable = r == LOOP_READY;
	return r;
}

/* When something is to be told of this wait: many sleeps for one reply are one
 * wait. Whom it is for is for people; why it may be late is for logs, too. */
static int64_t
drive_tell_at(struct shell *sh, enum talk_wait w)
{
	struct patience *p = &sh->patience;
	const struct talk *t = &sh->talk;
	bool reads = t->interactive || sh->out.tells_terminal;
	if (sh->sinks == NULL)
		return LOOP_FOREVER;
	const struct smtp_sent *o = w == TALK_REPLY && t->link != NULL
					? smtp_oldest(link_smtp(t->link))
					: NULL;
	uint64_t seq = o == NULL ? 0 : o->seq;
	if (p->began_ns == 0 || p->wait != w || p->seq != seq)
		*p = (struct patience){ w, seq, loop_now_ns(), !reads, false };
	if (!p->told)
		return p->began_ns + DRIVE_TELL_MS * INT64_C(1000000);
	return p->explained ? LOOP_FOREVER
			    : p->began_ns + DRIVE_EXPLAIN_MS * INT64_C(1000000);
}

/* Inside mail text a remark would be held back. */
static void
drive_say(struct shell *sh, struct buf *b)
{
	struct talk *t = &sh->talk;
	if (t->interactive && talk_state(t) != SMTP_TEXT)
		talk_remark(t, "%s", buf_str(b));
	else
		out_error(&sh->out, "%s", buf_str(b));
	out_push(&sh->out);
}

static void
drive_tell(struct shell *sh)
{
	struct talk *t = &sh->talk;
	struct buf b = BUF_INIT;
	sh->patience.told = true;
	buf_adds(&b, "waiting for ");
	if (talk_waits_for(t, &b)) {
		if (t->deadline_ns != LOOP_FOREVER) {
			int64_t s = (t->deadline_ns - sh->patience.began_ns +
					500000000) /
				    1000000000;
			bool min = s >= 120 && s % 60 == 0;
			buf_addf(&b, ", at most %lld %s",
			    (long long)(min ? s / 60 : s), min ? "min" : "s");
		}
		buf_adds(&b, "; Ctrl-C ends the wait");
		drive_say(sh, &b);
	}
	buf_release(&b);
}

static void
drive_explain(struct shell *sh)
{
	struct cause c = CAUSE_INIT;
	struct buf b = BUF_INIT;
	sh->patience.explained = true;
	past_look(&sh->talk);
	if (talk_waits_for(&sh->talk, &b) && cause_waiting(&sh->sight, &c)) {
		buf_clear(&b);
		buf_addf(&b, "10 s: %s  [%s]", buf_str(&c.what), c.id);
		drive_say(sh, &b);
		buf_clear(&b);
		buf_addf(&b, "      next: %s", buf_str(&c.next));
		drive_say(sh, &b);
	}
	cause_release(&c);
	buf_release(&b);
}

static enum loop_result
drive_wait(struct shell *sh, enum talk_wait w)
{
	int64_t deadline = sh->talk.deadline_ns;
	for (;;) {
		int64_t tell = drive_tell_at(sh, w);
		if (tell >= deadline)
			return drive_sleep(sh, w, deadline);
		enum loop_result r = drive_sleep(sh, w, tell);
		if (r != LOOP_TIMEOUT)
			return r;
		if (!sh->patience.told)
			drive_tell(sh);
		else
			drive_explain(sh);
	}
}

enum talk_wait
shell_drive(struct shell *sh)
{
	struct talk *t = &sh->talk;
	for (;;) {
		enum talk_wait w = talk_go(t);
		if (w == TALK_DONE || w == TALK_INPUT) {
			sh->patience.began_ns = 0;
			return w;
		}
		out_push(&sh->out);
		if (drive_wait(sh, w) != LOOP_INTR) {
			t->woken = true;
			continue;
		}
		if (t->past != NULL)
			t->past->hasty = !sh->patience.explained;
		talk_interrupt(t);
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
