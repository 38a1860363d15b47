/* The machine: statements, one after the other, until one must wait.
 *
 * Who owns which reply, and when the sender must wait:
 *
 * Every line that owes a reply is a due in the ledger, in the order of sending.
 * A reply pays the oldest line that the core says it answers; one that came
 * before the line it would answer was written answers nothing: it is told, and
 * the status is 76.
 *
 * In STEP (no expectations) each line waits for its replies before the next
 * statement. In GROUP (a transcript, \pipeline) lines go out together; what
 * ends a group is
 *   - an expectation: the next line waits for all that is owed, and settles it;
 *   - DATA, AUTH, STARTTLS (the barrier): what they will be answered decides
 *     what may follow. Mail text waits for 354, what follows STARTTLS for TLS;
 *     \pipeline ends with them;
 *   - \flush, the end of the source, and whatever needs an answer (\send, EHLO
 *     of smtpsh's own).
 *
 * An expectation takes the oldest due that somebody wrote and that is neither
 * judged nor settled. What settles: the first line behind an expectation,
 * \pipeline, a line typed at a prompt, a template or include that has
 * expectations of its own, the end. What is settled and unjudged is told where
 * the source has expectations (expect.c).
 *
 * Only talk_go() calls acts, and acts never call each other: see act.h. */
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/step.h"
#include "cmd/talk/text.h"

#define GO_DEPTH_MAX 16
#define GO_QUEUE_MAX 65536 /* octets of a group before they are written */

void *
act_push(struct talk *t, const struct act_kind *kind)
{
	struct act *a = mem_zalloc(kind->size);
	a->kind = kind;
	a->under = t->top;
	t->top = a;
	return a;
}

void
act_pop(struct talk *t)
{
	struct act *a = t->top;
	t->top = a->under;
	if (a->kind->release != NULL)
		a->kind->release(t, a);
	free(a);
}

void
talk_drop(struct talk *t)
{
	while (t->top != NULL)
		act_pop(t);
	t->want.expect = NULL;
}

/* Takes acts away until one sees to it. */
void
step_fail(struct talk *t, const struct err *why)
{
	struct err e = *why;
	t->want.expect = NULL;
	while (t->top != NULL) {
		struct act *a = t->top;
		if (a->kind->failed != NULL && a->kind->failed(t, a, &e) == 0)
			return;
		act_pop(t);
	}
	if (e.kind != ERR_NONE)
		talk_error(t, &e);
}

enum talk_wait
talk_go(struct talk *t)
{
	for (;;) {
		struct err e = { 0 };
		struct act *a = t->top;
		if (a == NULL)
			return t->wait = TALK_DONE;
		t->deadline_ns = LOOP_FOREVER;
		switch (a->kind->resume(t, a, &e)) {
		case ACT_DONE:
			/* Nothing may stand in front of what is over. */
			act_pop(t);
			break;
		case ACT_MORE:
			break;
		case ACT_WAIT:
			return t->wait;
		default:
			/* Its own failure: failed() is for what lies below. */
			while (t->top != a)
				act_pop(t);
			act_pop(t);
			step_fail(t, &e);
		}
	}
}

size_t
talk_fds(struct talk *t, struct pollfd *fd)
{
	size_t n = 0;
	if (t->wait == TALK_FILE)
		fd[n++] = (struct pollfd){ .fd = t->fd, .events = POLLIN };
	if (t->wait == TALK_OPEN)
		n += mx_fds(t, fd);
	if (t->link != NULL)
		n += link_wants(t->link, t->wait == TALK_WRITE, fd + n);
	return n;
}

/* Statements. Each is called again until it says ACT_DONE; the frame's step
 * says how far it has come. */

bool
talk_grouped(const struct talk *t)
{
	return t->frame != NULL && t->frame->grouped;
}

void
talk_group(struct talk *t, bool on)
{
	if (t->frame == NULL)
		return;
	/* A file with expectations goes on in groups. */
	bool transcript = t->frame->plan != NULL && t->frame->plan->transcript;
	t->frame->grouped = on || transcript;
	t->frame->pipelined = on;
}

/* DATA, AUTH and STARTTLS end it for those who called, too. */
static void
go_ungroup(struct talk *t)
{
	for (struct frame *f = t->frame; f != NULL && f->pipelined;
	     f = f->caller) {
		f->pipelined = false;
		f->grouped = f->plan != NULL && f->plan->transcript;
	}
}

int
step_sent(struct talk *t, struct err *e)
{
	size_t len;
	if (!talk_grouped(t))
		return talk_await(t, e);
	if (t->link == NULL)
		return 0;
	smtp_out(link_smtp(t->link), &len);
	return len < GO_QUEUE_MAX ? 0 : talk_write(t, e);
}

static void
go_barrier(struct talk *t, const struct verb *v)
{
	if (v == NULL || !(v->is & VERB_ENDS_GROUP))
		return;
	t->barrier = true;
	go_ungroup(t);
}

static int
go_expand(struct talk *t, struct frame *f, const struct stmt *st, bool raw,
    struct buf *b, struct err *e)
{
	return vars_expand(
	    &t->vars, &f->args, st->text, st->len, raw, b, e);
}

/* An answer that nobody expected: what comes is no mail text. */
static int
go_not_text(struct talk *t, const struct stmt *st, struct err *e)
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
go_is_stray_answer(const struct talk *t, const struct stmt *st)
{
	return st->answer && !t->barrier && talk_state(t) != SMTP_AUTHING &&
	       t->link != NULL && smtp_owed(link_smtp(t->link)) == 0;
}

static int
go_send(
    struct talk *t, struct frame *f, const struct stmt *st, struct err *e)
{
	int r;
	if (f->act.step == 1)
		return step_sent(t, e);
	if (st->answer && t->barrier) {
		r = talk_await(t, e);
		if (r != 0)
			return r;
	}
	if (go_is_stray_answer(t, st)) {
		talk_remark(t, "AUTH was refused: what would answer it is "
			       "not sent");
		return ACT_DONE;
	}
	if (!t->interactive && talk_state(t) == SMTP_TEXT &&
	    smtp_owed(link_smtp(t->link)) == 0)
		return go_not_text(t, st, e);
	r = talk_ready(t, st->verb, e);
	if (r != 0)
		return r;
	struct buf b = BUF_INIT;
	bool typed = t->typed;
	r = go_expand(t, f, st, false, &b, e);
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
	go_barrier(t, st->verb);
	const struct smtp_sent *sent = smtp_newest(link_smtp(t->link));
	t->barrier |= sent != NULL && sent->verb->id == VERB_RESPONSE;
	f->act.step = 1;
	return step_sent(t, e);
}

/* Mail text can only go where the server wants it: DATA's reply is there
 * before. */
static int
go_enter_text(struct talk *t, struct err *e)
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
go_text(struct talk *t, struct frame *f, const struct stmt *st, struct err *e)
{
	if (t->text_refused != 0)
		return step_cut(t, e);
	struct smtp *s = t->link == NULL ? NULL : link_smtp(t->link);
	int r = 0;
	if (f->act.step == 0) {
		r = go_enter_text(t, e);
		if (r != 0 || t->skip_text)
			return r;
		struct buf b = BUF_INIT;
		r = go_expand(t, f, st, false, &b, e);
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
				smtp_chunk(s, buf_data(&b), buf_len(&b));
				/* The chunk's end is BDAT's. */
				f->act.step = smtp_chunk_left(s) == 0 ? 2 : 1;
			} else {
				r = smtp_text(
				    s, buf_data(&b), buf_len(&b), e);
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
	return len < GO_QUEUE_MAX ? 0 : talk_write(t, e);
}

static int
go_text_end(struct talk *t, struct frame *f, struct err *e)
{
	if (f->act.step == 1)
		return step_sent(t, e);
	int r = go_enter_text(t, e);
	if (r != 0)
		return r;
	if (t->skip_text) {
		t->skip_text = false;
		return 0;
	}
	if (t->text_refused != 0)
		return step_cut(t, e);
	if (smtp_text_end(link_smtp(t->link), e) < 0)
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

struct go_names {
	const struct talk *t;
	const struct frame *f;
};

static int
go_expand_expect(
    void *arg, const char *p, size_t len, struct buf *b, struct err *e)
{
	const struct go_names *n = arg;
	return vars_expand(&n->t->vars, &n->f->args, p, len, true, b, e);
}

static int
go_expect(
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
		struct go_names names = { t, f };
		if (expect_has_vars(x) &&
		    expect_expand(
			&f->expect, x, go_expand_expect, &names, e) < 0)
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
go_command(
    struct talk *t, struct frame *f, const struct stmt *st, struct err *e)
{
	if (f->act.step == 1)
		return ACT_DONE;
	struct buf b = BUF_INIT;
	bool typed = t->typed;
	/* \set and \raw see to their own values. */
	int r = go_expand(t, f, st, true, &b, e);
	t->typed = false;
	f->act.step = 1;
	if (r == 0)
		r = t->env->command(t, buf_str(&b), buf_len(&b), e);
	t->typed = typed;
	buf_release(&b);
	return r < 0 ? -1 : ACT_MORE;
}

static int
go_stmt(struct talk *t, struct frame *f, const struct stmt *st, struct err *e)
{
	switch (st->kind) {
	case STMT_NOTHING:
		return 0;
	case STMT_SEND:
		return go_send(t, f, st, e);
	case STMT_TEXT:
		return go_text(t, f, st, e);
	case STMT_TEXT_END:
		return go_text_end(t, f, e);
	case STMT_EXPECT:
		return go_expect(t, f, st, e);
	case STMT_SHELL:
		return go_command(t, f, st, e);
	case STMT_TEMPLATE:
		talk_set_template(t, st->text, st->body);
		return 0;
	}
	return 0;
}

/* --stop: a refusal that nobody judges ends the source. */
static bool
go_must_stop(struct talk *t, const struct stmt *st)
{
	if (!t->set.stop || t->expects || st->kind == STMT_NOTHING ||
	    t->code < 400 || t->frame->grouped)
		return false;
	talk_remark(t, "refused: stopping (--stop)");
	return true;
}

/* Frames. */

static const struct stmt *
frame_stmt(const struct frame *f)
{
	if (f->plan == NULL)
		return f->fed;
	return f->pc < f->plan->n ? &f->plan->stmt[f->pc] : NULL;
}

static void
frame_next(struct frame *f)
{
	f->act.step = 0;
	f->pc++;
	f->fed = NULL;
}

/* At its end: what the last group still owes. */
static int
frame_end(struct talk *t, struct frame *f, struct err *e)
{
	bool wait = f->plan != NULL && f->plan->transcript;
	if (f->plan == NULL && !f->ended && !t->leaving)
		return talk_sleep(t, TALK_INPUT, LOOP_FOREVER);
	if (f->caller == NULL)
		wait |= f->grouped;
	if (wait && !t->leaving && !t->skip_text &&
	    talk_state(t) != SMTP_TEXT)
		return talk_await(t, e);
	return ACT_DONE;
}

/* Tells what failed. A stream stands, for its front to decide. */
static int
frame_failed(struct talk *t, struct act *a, struct err *e)
{
	struct frame *f = (struct frame *)a;
	if (e->kind != ERR_NONE)
		talk_error(t, e);
	*e = (struct err){ 0 };
	expect_free(f->expect);
	f->expect = NULL;
	t->stopped = true;
	if (f->plan != NULL || f->ended)
		return -1;
	frame_next(f);
	return 0;
}

static int
frame_resume(struct talk *t, struct act *a, struct err *e)
{
	struct frame *f = (struct frame *)a;
	const struct stmt *st = t->leaving ? NULL : frame_stmt(f);
	if (st == NULL)
		return frame_end(t, f, e);
	if (a->step == 0)
		t->code = 0;
	t->line = st->line;
	int r = go_stmt(t, f, st, e);
	/* A stream's next line depends on what this one was answered. */
	if (r == ACT_DONE && f->plan == NULL && t->barrier)
		r = talk_await(t, e);
	if (r == ACT_WAIT || r == ACT_MORE)
		return r;
	if (r == 0 && go_must_stop(t, st)) {
		e->kind = ERR_NONE;
		r = -1;
	}
	if (r < 0)
		return frame_failed(t, a, e) == 0 ? ACT_MORE : -1;
	frame_next(f);
	return ACT_MORE;
}

static void
frame_release(struct talk *t, struct act *a)
{
	struct frame *f = (struct frame *)a;
	t->frame = f->caller;
	t->depth -= f->caller != NULL;
	if (f->caller != NULL) {
		t->file = f->file;
		t->line = f->line;
	}
	for (size_t i = 0; i < f->args.n; i++)
		free(f->args.word[i]);
	free(f->args.word);
	expect_free(f->expect);
	if (f->own != NULL)
		script_release(f->own);
	free(f->own);
}

static const struct act_kind frame_kind = { "frame", sizeof(struct frame),
	frame_resume, frame_failed, frame_release };

/* Waits as its caller does, unless it has expectations of its own: then what
 * came before it is no business of theirs. */
static struct frame *
frame_push(struct talk *t, const char *file)
{
	struct frame *caller = t->frame, *f = act_push(t, &frame_kind);
	f->caller = caller;
	f->file = t->file;
	f->line = t->line;
	t->file = talk_name(t, file);
	t->line = 0;
	t->depth += caller != NULL;
	f->grouped = caller != NULL && caller->grouped;
	f->pipelined = caller != NULL && caller->pipelined;
	t->frame = f;
	return f;
}

void
talk_run(struct talk *t, const struct script *s)
{
	struct frame *f = frame_push(t, s->name);
	f->plan = s;
	f->grouped = s->transcript;
	f->pipelined = false;
	t->stopped = false;
}

void
talk_stream(struct talk *t, const char *name)
{
	frame_push(t, name);
	t->stopped = false;
}

void
talk_feed(struct talk *t, const struct stmt *st)
{
	t->frame->fed = st;
	t->frame->act.step = 0;
	t->implied_before = false;
	t->stopped = false;
}

void
talk_stream_end(struct talk *t)
{
	if (t->frame != NULL)
		t->frame->ended = true;
}

static int
frame_deeper(struct talk *t, const char *what, struct err *e)
{
	if (t->depth < GO_DEPTH_MAX)
		return 0;
	return err_set(e, ERR_DATA,
	    "%s: includes and templates nest more than %d deep", what,
	    GO_DEPTH_MAX);
}

/* What came before a piece that judges is not the piece's. */
static int
frame_apart(struct talk *t, struct act *a, struct err *e)
{
	(void)a;
	int r = talk_await(t, e);
	if (r == 0)
		talk_settle(t);
	return r;
}

static const struct act_kind apart_kind = { .name = "apart",
	.size = sizeof(struct act),
	.resume = frame_apart };

static struct frame *
frame_call(struct talk *t, struct script *s)
{
	struct frame *f = frame_push(t, s->name);
	f->plan = f->own = s;
	if (s->transcript) {
		f->grouped = true;
		f->pipelined = false;
		act_push(t, &apart_kind);
	}
	return f;
}

int
talk_text(struct talk *t, const char *name, const char *p, size_t len,
    const struct var_args *args, struct err *e)
{
	if (frame_deeper(t, name, e) < 0)
		return -1;
	struct script *s = mem_alloc(sizeof *s);
	if (script_parse(s, name, p, len, t->dialect, t->env->word, e) < 0) {
		free(s);
		return -1;
	}
	struct frame *f = frame_call(t, s);
	if (args != NULL && args->n > 0) {
		f->args.n = args->n;
		f->args.word = mem_alloc(args->n * sizeof *args->word);
		for (size_t i = 0; i < args->n; i++)
			f->args.word[i] = mem_dup(args->word[i]);
	}
	return 0;
}

int
talk_include(struct talk *t, const char *path, struct err *e)
{
	char *full = talk_path(t->file, path);
	struct script *s = mem_alloc(sizeof *s);
	int r = frame_deeper(t, full, e);
	if (r == 0)
		r = script_read(s, full, t->force_dialect, t->env->word, e);
	free(full);
	if (r < 0) {
		free(s);
		return -1;
	}
	struct frame *f = frame_call(t, s);
	f->skips_greeting = s->has_greeting && t->link != NULL && t->greeted;
	return 0;
}

/* What a stream's next line will be, as far as the session tells. */
void
talk_follow(struct talk *t, struct lang *l, const struct stmt *st)
{
	bool text = talk_state(t) == SMTP_TEXT;
	l->blank_sends = talk_state(t) == SMTP_AUTHING;
	if (st->kind == STMT_TEXT_END) {
		t->skip_text = false;
		return;
	}
	if (text && !l->in_text) {
		l->in_text = true;
		l->text_begun = false;
	} else if (!text && l->in_text && !t->skip_text) {
		l->in_text = false;
	}
	/* The reply to DATA that a transcript expects, and no text behind. */
	if (t->skip_text && l->in_text && st->kind == STMT_EXPECT &&
	    !expect_intermediate(st->expect)) {
		t->skip_text = l->in_text = false;
		l->go_ahead = 0;
		return;
	}
	if (t->skip_text && !l->in_text) {
		l->in_text = true;
		l->text_begun = false;
	}
	/* In a transcript what the group was answered may come before. */
	l->go_ahead = l->in_text ? ledger_unjudged(&t->ledger) : 0;
	/* The line may be a template's. */
	if (!t->data_refused || t->interactive || l->in_text ||
	    t->link == NULL)
		return;
	t->data_refused = false;
	talk_remark(t, "DATA was refused: lines up to '.' are skipped");
	t->skip_text = l->in_text = true;
	l->text_begun = false;
	l->go_ahead = ledger_unjudged(&t->ledger);
}
