/* Frames: whose statements are run. A source, and in front of it the templates
 * and included files that it calls. */
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/step.h"

#define FRAME_DEPTH_MAX 16

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
void
step_ungroup(struct talk *t)
{
	for (struct frame *f = t->frame; f != NULL && f->pipelined;
	     f = f->caller) {
		f->pipelined = false;
		f->grouped = f->plan != NULL && f->plan->transcript;
	}
}

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
	if (wait && !t->leaving && !t->skip_text && talk_state(t) != SMTP_TEXT)
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
	err_clear(e);
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
	int r = step_stmt(t, f, st, e);
	/* A stream's next line depends on what this one was answered. */
	if (r == ACT_DONE && f->plan == NULL && t->barrier)
		r = talk_await(t, e);
	if (r == ACT_WAIT || r == ACT_MORE)
		return r;
	if (r == 0 && step_must_stop(t, st)) {
		e->kind = ERR_NONE;
		r = -1;
	}
	if (r < 0) {
		/* What a command put in front, and then failed. */
		while (t->top != a)
			act_pop(t);
		return frame_failed(t, a, e) == 0 ? ACT_MORE : -1;
	}
	if (f->plain)
		talk_settle_before(t);
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
	if (caller != NULL)
		f->whose = caller->whose;
	t->frame = f;
	return f;
}

/* Nothing in it will ever judge a reply. */
static bool
frame_is_plain(const struct script *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->stmt[i].kind == STMT_EXPECT ||
		    s->stmt[i].kind == STMT_SHELL)
			return false;
	return true;
}

void
talk_run(struct talk *t, const struct script *s, const struct whose *w)
{
	struct frame *f = frame_push(t, s->name);
	f->whose = *w;
	f->plan = s;
	f->grouped = s->transcript;
	f->pipelined = false;
	f->plain = frame_is_plain(s);
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
	if (t->depth < FRAME_DEPTH_MAX)
		return 0;
	return err_set(e, ERR_DATA,
	    "%s: includes and templates nest more than %d deep", what,
	    FRAME_DEPTH_MAX);
}

/* What came before a piece that judges is not the piece's. */
static int
frame_apart(struct talk *t, struct act *a, struct err *e)
{
	(void)a;
	int r = talk_await(t, e);
	if (r == 0)
		talk_settle_before(t);
	return r;
}

static const struct act_kind apart_kind = {
	.name = "apart", .size = sizeof(struct act), .resume = frame_apart
};

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
	/* Whoever calls a template of somebody else's does not mean all that
	 * is in it. */
	const struct template *own =
	    name[0] == '\\' ? talk_template(t, name + 1) : NULL;
	if (own != NULL && own->whose.file)
		f->whose = own->whose;
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
	struct whose by = *talk_whose(t);
	char *full = whose_path(&by, path, false, e);
	if (full == NULL)
		return -1;
	struct script *s = mem_alloc(sizeof *s);
	int r = frame_deeper(t, full, e);
	if (r == 0)
		r = script_read(s, full, &t->reading, t->env->word, e);
	free(full);
	if (r < 0) {
		free(s);
		return -1;
	}
	if (s->note != NULL)
		talk_remark(t, "%s", s->note);
	struct frame *f = frame_call(t, s);
	/* A pipe's words are those of who named it. */
	f->whose = s->piped ? by : whose_file(t, &by, s->name);
	f->skips_greeting = s->has_greeting && t->link != NULL && t->greeted;
	return 0;
}

int
talk_skip(struct talk *t, const char *why, struct err *e)
{
	if (!t->skips)
		return err_set(e, ERR_REFUSED, "%s", why);
	free(t->skipped);
	t->skipped = mem_dup(why);
	talk_remark(t, "skipped: %s", why);
	e->kind = ERR_NONE;
	return -1;
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
	if (!t->data_refused || t->interactive || l->in_text || t->link == NULL)
		return;
	t->data_refused = false;
	talk_remark(t, "DATA was refused: lines up to '.' are skipped");
	t->skip_text = l->in_text = true;
	l->text_begun = false;
	l->go_ahead = ledger_unjudged(&t->ledger);
}
