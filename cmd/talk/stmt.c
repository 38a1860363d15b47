/* Statements. Each is called again until it says ACT_DONE; the frame's step
 * says how far it has come. */
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/demand.h"
#include "cmd/talk/step.h"
#include "cmd/talk/text.h"

#define STMT_QUEUE_MAX 65536 /* octets of a group before they are written */

int
step_sent(struct talk *t, struct err *e)
{
	size_t len;
	if (!talk_grouped(t))
		return talk_await(t, e);
	if (t->link == NULL)
		return 0;
	smtp_out(link_smtp(t->link), &len);
	return len < STMT_QUEUE_MAX ? 0 : talk_write(t, e);
}

static void
stmt_barrier(struct talk *t, const struct verb *v)
{
	if (v == NULL || !(v->is & VERB_ENDS_GROUP))
		return;
	t->barrier = true;
	step_ungroup(t);
}

static int
stmt_expand(struct talk *t, struct frame *f, const struct stmt *st, bool raw,
    struct buf *b, struct err *e)
{
	return vars_expand(&t->vars, &f->args, st->text, st->len, raw, b, e);
}

/* An answer that nobody expected: what comes is no mail text. */
static int
stmt_not_text(struct talk *t, const struct stmt *st, struct err *e)
{
	talk_remark(t,
	    "the server waits for mail text, and '%.*s' is none: not sent",
	    (int)(st->len < 60 ? st->len : 60), st->text);
	if (t->tally.missed > 0) {
		e->kind = ERR_NONE;
		return -1;
	}
	return err_set(e, ERR_DATA, "found a command, expected mail text");
}

/* Behind a refused AUTH: whatever it is, it was meant for no one else. */
static bool
stmt_is_stray_answer(const struct talk *t, const struct stmt *st)
{
	return st->answer && !t->barrier && talk_state(t) != SMTP_AUTHING &&
	       t->link != NULL && smtp_owed(link_smtp(t->link)) == 0;
}

static int
stmt_send(struct talk *t, struct frame *f, const struct stmt *st, struct err *e)
{
	int r;
	if (f->act.step == 1)
		return step_sent(t, e);
	if (st->answer && t->barrier) {
		r = talk_await(t, e);
		if (r != 0)
			return r;
	}
	if (stmt_is_stray_answer(t, st)) {
		talk_remark(t, "AUTH was refused: what would answer it is "
			       "not sent");
		return ACT_DONE;
	}
	if (!t->interactive && talk_state(t) == SMTP_TEXT &&
	    smtp_owed(link_smtp(t->link)) == 0)
		return stmt_not_text(t, st, e);
	r = talk_ready(t, st->verb, e);
	if (r != 0)
		return r;
	struct buf b = BUF_INIT;
	bool typed = t->typed;
	r = stmt_expand(t, f, st, false, &b, e);
	/* What variables changed is worth seeing. */
	if (r == 0 && (buf_len(&b) != st->len ||
			  memcmp(buf_data(&b), st->text, st->len) != 0))
		t->typed = false;
	if (r == 0)
		r = talk_queue(t, DUE_WRITTEN, buf_str(&b), buf_len(&b), e);
	t->typed = typed;
	buf_release(&b);
	if (r != 0)
		return r;
	stmt_barrier(t, st->verb);
	const struct smtp_sent *sent = smtp_newest(link_smtp(t->link));
	t->barrier |= sent != NULL && sent->verb->id == VERB_RESPONSE;
	f->act.step = 1;
	return step_sent(t, e);
}

/* Mail text can only go where the server wants it: DATA's reply is there
 * before. */
static int
stmt_enter_text(struct talk *t, struct err *e)
{
	if (t->skip_text)
		return 0;
	int r = talk_need_link(t, e);
	if (r != 0)
		return r;
	struct smtp *s = link_smtp(t->link);
	if (smtp_chunk_left(s) > 0)
		return 0;
	/* Once the text is under way its end may be owed in the same group. */
	if (smtp_state(s) == SMTP_TEXT && !t->barrier && smtp_in_text(s))
		return 0;
	r = talk_await(t, e);
	if (r != 0)
		return r;
	if (talk_state(t) != SMTP_TEXT) {
		t->skip_text = true;
		t->data_refused = false;
		talk_remark(t, "DATA was refused: the mail text is skipped");
		return 0;
	}
	if (t->ledger.judging)
		talk_settle(t);
	return talk_surplus(t, e);
}

/* A 4yz or 5yz in the middle of mail text answers it. The connection goes, so
 * that no half message looks whole. */
int
step_cut(struct talk *t, struct err *e)
{
	int code = t->text_refused;
	t->broken = true;
	talk_close(t);
	return err_set(e,
	    code >= 500	  ? ERR_REFUSED
	    : code >= 400 ? ERR_TEMP
			  : ERR_PROTO,
	    "the server answered %d before the end of mail text: the message "
	    "was not sent",
	    code);
}

static int
stmt_text(struct talk *t, struct frame *f, const struct stmt *st, struct err *e)
{
	if (t->text_refused != 0)
		return step_cut(t, e);
	struct smtp *s = t->link == NULL ? NULL : link_smtp(t->link);
	int r = 0;
	if (f->act.step == 0) {
		r = stmt_enter_text(t, e);
		if (r != 0 || t->skip_text)
			return r;
		struct buf b = BUF_INIT;
		r = stmt_expand(t, f, st, false, &b, e);
		if (r == 0) {
			struct event ev = { .kind = EV_TEXT,
				.text = buf_str(&b),
				.len = buf_len(&b),
				.typed = t->typed };
			if (st->exact) {
				text_tell_raw(t, buf_data(&b), buf_len(&b));
			} else {
				talk_put(t, &ev);
				buf_adds(&b, "\r\n");
			}
			s = link_smtp(t->link);
			if (smtp_chunk_left(s) > 0) {
				r = demand_chunk(
				    t, buf_data(&b), buf_len(&b), e);
				/* The chunk's end is BDAT's. */
				f->act.step = smtp_chunk_left(s) == 0 ? 2 : 1;
			} else {
				r = demand_text(
				    t, buf_data(&b), buf_len(&b), e);
				f->act.step = 1;
			}
		}
		buf_release(&b);
		if (r < 0)
			return -1;
	}
	if (f->act.step == 2)
		return step_sent(t, e);
	size_t len = 0;
	if (s != NULL)
		smtp_out(s, &len);
	return len < STMT_QUEUE_MAX ? 0 : talk_write(t, e);
}

static int
stmt_text_end(struct talk *t, struct frame *f, struct err *e)
{
	if (f->act.step == 1)
		return step_sent(t, e);
	int r = stmt_enter_text(t, e);
	if (r != 0)
		return r;
	if (t->skip_text) {
		t->skip_text = false;
		return 0;
	}
	if (t->text_refused != 0)
		return step_cut(t, e);
	if (demand_text_end(t, e) < 0)
		return -1;
	talk_owe(t, DUE_WRITTEN);
	t->tally.texted = true;
	struct event ev = { .kind = EV_SENT,
		.text = ".",
		.len = 1,
		.typed = t->typed,
		.verb = verb_get(VERB_TEXT_END) };
	talk_put(t, &ev);
	f->act.step = 1;
	return step_sent(t, e);
}

struct stmt_names {
	const struct talk *t;
	const struct frame *f;
};

static int
stmt_expand_expect(
    void *arg, const char *p, size_t len, struct buf *b, struct err *e)
{
	const struct stmt_names *n = arg;
	return vars_expand(&n->t->vars, &n->f->args, p, len, true, b, e);
}

static int
stmt_expect(
    struct talk *t, struct frame *f, const struct stmt *st, struct err *e)
{
	const struct expect *x = st->expect;
	if (f->skips_greeting) {
		f->skips_greeting = false;
		talk_remark(
		    t, "%s: the session has its greeting already", t->file);
		return 0;
	}
	if (f->act.step == 0) {
		struct stmt_names names = { t, f };
		if (expect_has_vars(x) &&
		    expect_expand(
			&f->expect, x, stmt_expand_expect, &names, e) < 0)
			return -1;
		f->act.step = 1;
	}
	if (f->act.step == 1) {
		int r = talk_expect(t, f->expect != NULL ? f->expect : x, e);
		if (r == ACT_WAIT || r == ACT_MORE)
			return r;
		expect_free(f->expect);
		f->expect = NULL;
		if (r < 0 && !(t->set.keep_going && e->kind == ERR_NONE))
			return -1;
		f->act.step = 2;
		/* What follows a 220 to STARTTLS is TLS. */
		if (t->link != NULL && smtp_tls_wanted(link_smtp(t->link)))
			talk_tls(t);
		return ACT_MORE;
	}
	return ACT_DONE;
}

/* What it put in front is over when the frame is called again. */
static int
stmt_command(
    struct talk *t, struct frame *f, const struct stmt *st, struct err *e)
{
	if (f->act.step == 1)
		return ACT_DONE;
	struct buf b = BUF_INIT;
	bool typed = t->typed;
	/* \set and \raw see to their own values. */
	int r = stmt_expand(t, f, st, true, &b, e);
	t->typed = false;
	f->act.step = 1;
	if (r == 0)
		r = t->env->command(t, buf_str(&b), buf_len(&b), e);
	t->typed = typed;
	buf_release(&b);
	return r < 0 ? -1 : ACT_MORE;
}

int
step_stmt(struct talk *t, struct frame *f, const struct stmt *st, struct err *e)
{
	switch (st->kind) {
	case STMT_NOTHING:
		return 0;
	case STMT_SEND:
		return stmt_send(t, f, st, e);
	case STMT_TEXT:
		return stmt_text(t, f, st, e);
	case STMT_TEXT_END:
		return stmt_text_end(t, f, e);
	case STMT_EXPECT:
		return stmt_expect(t, f, st, e);
	case STMT_SHELL:
		return stmt_command(t, f, st, e);
	case STMT_TEMPLATE:
		talk_set_template(t, st->text, st->body);
		return 0;
	}
	return 0;
}

/* --stop: a refusal that nobody judges ends the source. */
bool
step_must_stop(struct talk *t, const struct stmt *st)
{
	if (!t->set.stop || t->expects || st->kind == STMT_NOTHING ||
	    t->code < 400 || t->frame->grouped)
		return false;
	talk_remark(t, "refused: stopping (--stop)");
	return true;
}
