/* Mail text by DATA: blocks go through the encoder to write(2), and the server is
 * listened to meanwhile. */
#include "cmd/talk/demand.h"
#include "cmd/talk/text_priv.h"

struct text_act {
	struct act act;
	struct text *text;
	struct text_told told;
	struct buf b;
	bool sent; /* to its end */
	int64_t leave_ns;
};

enum text_step { TEXT_BEGIN, TEXT_NEXT, TEXT_WRITE, TEXT_LEAVE };

static int
text_period(struct talk *t, bool tell, struct err *e)
{
	if (demand_text_end(t, e) < 0)
		return -1;
	talk_owe(t, DUE_WRITTEN);
	struct event ev = { .kind = EV_SENT,
		.text = ".",
		.len = 1,
		.verb = verb_get(VERB_TEXT_END) };
	if (tell)
		talk_put(t, &ev);
	return 0;
}

int
text_end_now(struct talk *t, struct err *e)
{
	return text_period(t, true, e);
}

static int
text_end(struct talk *t, struct text_act *a, struct err *e)
{
	text_tell_end(t, a->text, &a->told);
	if (text_commit(a->text, e) < 0 ||
	    text_period(t, a->text->say[0] == '\0', e) < 0)
		return -1;
	a->sent = t->tally.texted = true;
	return ACT_DONE;
}

static int
text_put(struct talk *t, struct text_act *a, struct err *e)
{
	struct err inner;
	const struct text *x = a->text;
	err_clear(&inner);
	text_tell(t, &a->told, buf_data(&a->b), buf_len(&a->b));
	if (demand_text_take(t, &a->b, &inner) < 0)
		return err_set(e, inner.kind, "%s: %s", x->name, inner.text);
	return 0;
}

#define TEXT_LEAVE_MS 10000
#define TEXT_LOOK_MS  20

/* Nothing is mailed: waits until the server has acknowledged it. */
static int
text_leave(struct talk *t, struct text_act *a, struct err *e)
{
	int r = talk_write(t, e);
	if (r != 0)
		return r;
	if (t->link == NULL)
		return step_closed(t, e);
	if (link_unsent(t->link) == 0)
		return ACT_DONE;
	if (a->leave_ns == 0)
		a->leave_ns = loop_deadline(TEXT_LEAVE_MS);
	if (loop_now_ns() < a->leave_ns)
		return talk_sleep(t, TALK_TIME, loop_deadline(TEXT_LOOK_MS));
	err_set(e, ERR_TEMP, "the server stopped taking the text");
	return err_why(e, WHY_STALLED);
}

static int
text_resume(struct talk *t, struct act *act, struct err *e)
{
	struct text_act *a = (struct text_act *)act;
	int r;
	bool listen = true; /* at first, and behind each write(2) */
	if (act->step == TEXT_BEGIN) {
		text_tell_begin(t, a->text, &a->told);
		act->step = TEXT_NEXT;
	}
	for (;;) {
		if (listen && t->link != NULL && link_said(t->link))
			talk_idle(t);
		listen = false;
		if (t->text_refused != 0)
			return step_cut(t, e);
		if (t->link == NULL)
			return err_set(e, ERR_LOST,
			    "the server has closed the connection before the "
			    "end of mail text");
		if (act->step == TEXT_LEAVE)
			return text_leave(t, a, e);
		if (act->step == TEXT_NEXT) {
			r = text_next(t, a->text, &a->b, e);
			if (r != 0)
				return r;
			if (buf_len(&a->b) == 0 && a->text->unended) {
				text_tell_end(t, a->text, &a->told);
				act->step = TEXT_LEAVE;
				continue;
			}
			if (buf_len(&a->b) == 0)
				return text_end(t, a, e);
			if (text_put(t, a, e) < 0)
				return -1;
			act->step = TEXT_WRITE;
		}
		size_t len;
		smtp_out(link_smtp(t->link), &len);
		listen = len >= TEXT_BLOCK / 4;
		r = listen ? talk_write(t, e) : 0;
		if (r != 0)
			return r;
		act->step = TEXT_NEXT;
	}
}

static void
text_act_release(struct talk *t, struct act *act)
{
	struct text_act *a = (struct text_act *)act;
	buf_release(&a->b);
	buf_release(&a->told.part);
	if (a->sent || t->link == NULL)
		return;
	/* Half a message must never look whole. */
	past_look(t);
	t->broken = true;
	talk_close(t);
}

static const struct act_kind text_kind = { "text", sizeof(struct text_act),
	text_resume, NULL, text_act_release };

void
text_send(struct talk *t, struct text *x)
{
	struct text_act *a = act_push(t, &text_kind);
	a->text = x;
}
