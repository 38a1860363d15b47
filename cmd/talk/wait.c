/* Acts that are nothing but waiting: \sleep, and what \expect awaits that is
 * no reply. */
#include <string.h>
#include "cmd/talk/step.h"
#include "cmd/talk/wait.h"

struct wait_act {
	struct act act;
	enum wait_for what;
	int64_t ms, until_ns;
	char want[80]; /* for messages: "silence 2s" */
};

/* \sleep: what the server says meanwhile is shown; replies that a group is
 * owed are taken by their expectations. */
static int
wait_sleep(struct talk *t, struct wait_act *w, struct err *e)
{
	int r = talk_write(t, e);
	if (r != 0)
		return r;
	if (t->link != NULL && smtp_owed(link_smtp(t->link)) == 0)
		talk_idle(t);
	if (loop_now_ns() >= w->until_ns)
		return ACT_DONE;
	bool owed = t->link != NULL && smtp_owed(link_smtp(t->link)) > 0;
	return talk_sleep(
	    t, owed || t->link == NULL ? TALK_TIME : TALK_REPLY, w->until_ns);
}

static int
wait_close(struct talk *t, struct wait_act *w, struct err *e)
{
	if (t->link != NULL)
		talk_idle(t);
	if (t->link == NULL)
		return talk_check(t, true, "close", "", e);
	if (loop_now_ns() >= w->until_ns)
		return talk_check(
		    t, false, "close", "a connection that stands", e);
	return talk_sleep(t, TALK_REPLY, w->until_ns);
}

static int
wait_silence(struct talk *t, struct wait_act *w, struct err *e)
{
	if (t->link != NULL && talk_idle(t))
		return talk_check(t, false, w->want, "something", e);
	if (t->link == NULL)
		return talk_check(
		    t, false, w->want, "the end of the connection", e);
	if (loop_now_ns() >= w->until_ns)
		return talk_check(t, true, w->want, "", e);
	return talk_sleep(t, TALK_REPLY, w->until_ns);
}

/* What came beside what was asked for. */
static int
wait_no_reply(struct talk *t, struct wait_act *w, struct err *e)
{
	struct buf got = BUF_INIT;
	struct reply before = t->last;
	t->last = (struct reply){ 0 };
	if (t->link != NULL)
		talk_idle(t);
	bool came = t->last.nlines > 0;
	if (came) {
		talk_quote(&t->last, &got);
		reply_release(&before);
	} else {
		reply_release(&t->last);
		t->last = before;
	}
	bool over = t->link == NULL || loop_now_ns() >= w->until_ns;
	int r = came || over ? talk_check(t, !came, w->want, buf_str(&got), e)
			     : talk_sleep(t, TALK_REPLY, w->until_ns);
	buf_release(&got);
	return r;
}

static int
wait_within(struct talk *t, struct wait_act *w, struct err *e)
{
	struct buf got = BUF_INIT;
	buf_addf(
	    &got, "a reply after %lld ms", (long long)(t->last_ns / 1000000));
	int r = talk_check(t, t->last_ns >= 0 && t->last_ns <= w->ms * 1000000,
	    w->want, buf_str(&got), e);
	buf_release(&got);
	return r;
}

static int
wait_resume(struct talk *t, struct act *a, struct err *e)
{
	struct wait_act *w = (struct wait_act *)a;
	int r;
	if (w->what == WAIT_SLEEP && a->step++ == 0)
		w->until_ns = loop_deadline(w->ms);
	if (w->what == WAIT_SLEEP)
		return wait_sleep(t, w, e);
	/* Replies first: what is checked comes behind them. */
	if (a->step == 0) {
		r = talk_await(t, e);
		if (r == ACT_WAIT || r == ACT_MORE)
			return r;
		if (r < 0 && w->what != WAIT_CLOSE && w->what != WAIT_NO_REPLY)
			return -1;
		e->kind = ERR_NONE;
		r = w->what == WAIT_SILENCE ? talk_need_link(t, e) : 0;
		if (r != 0)
			return r;
		a->step = 1;
		w->until_ns = loop_deadline(w->ms);
		if (w->what == WAIT_CLOSE && t->link != NULL)
			talk_remark(t,
			    "waiting for the server to close, at most %lld s",
			    (long long)(w->ms / 1000));
	}
	switch (w->what) {
	case WAIT_CLOSE:
		return wait_close(t, w, e);
	case WAIT_SILENCE:
		return wait_silence(t, w, e);
	case WAIT_NO_REPLY:
		return wait_no_reply(t, w, e);
	default:
		return wait_within(t, w, e);
	}
}

static const struct act_kind wait_kind = {
	.name = "wait", .size = sizeof(struct wait_act), .resume = wait_resume
};

void
talk_wait(struct talk *t, enum wait_for what, int64_t ms, const char *want)
{
	struct wait_act *w = act_push(t, &wait_kind);
	w->what = what;
	w->ms = ms;
	strncpy(w->want, want, sizeof w->want - 1);
}
