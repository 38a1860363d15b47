/* Events to steps. A reply belongs to the oldest line of its verb that has
 * none; a verdict that comes apart from its reply to the oldest step that it
 * fits. */
#include "cmd/sink/story.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/know/explain.h"
#include "cmd/sink/replay.h"

#define STORY_WIDTH 96 /* columns of explanations */

void
story_text(
    struct buf *b, const struct redact *redact, const char *p, size_t len)
{
	struct buf clean = BUF_INIT;
	redact_text(redact, &clean, p, len);
	for (size_t at = 0, n; at < buf_len(&clean); at += n + 1) {
		const char *from = buf_data(&clean) + at;
		const char *lf = memchr(from, '\n', buf_len(&clean) - at);
		n = lf != NULL ? (size_t)(lf - from) : buf_len(&clean) - at;
		escape_add(b, from, n, true);
		if (lf != NULL && at + n + 1 < buf_len(&clean))
			buf_addc(b, '\n');
	}
	buf_release(&clean);
}

void
story_init(struct story *s)
{
	*s = (struct story){ .took_ns = -1 };
}

void
story_release(struct story *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct story_step *p = &s->step[i];
		buf_release(&p->sent);
		buf_release(&p->reply);
		buf_release(&p->known);
		buf_release(&p->notes);
		buf_release(&p->text);
		buf_release(&p->expected);
		buf_release(&p->got);
	}
	free(s->step);
	buf_release(&s->name);
	buf_release(&s->why);
	story_init(s);
}

/* A new step; NULL: there are enough. */
static struct story_step *
story_add(struct story *s, enum step_kind kind, const struct event *ev)
{
	if (s->n == STORY_STEPS) {
		s->left_out += kind != STORY_TOLD;
		return NULL;
	}
	if ((s->n & (s->n - 1)) == 0)
		s->step = mem_grow(
		    s->step, s->n == 0 ? 1 : s->n * 2, sizeof *s->step);
	struct story_step *p = &s->step[s->n++];
	*p = (struct story_step){ .kind = kind,
		.line = ev->line,
		.implied = ev->implied,
		.typed = ev->typed,
		.verb = ev->verb,
		.from_ns = ev->at_ns,
		.took_ns = -1 };
	return p;
}

static void
story_note(struct story *s, const struct event *ev, bool bad,
    const struct redact *redact, const char *p, size_t len)
{
	struct story_step *step = s->n == 0 || s->n == STORY_STEPS
				      ? story_add(s, STORY_TOLD, ev)
				      : &s->step[s->n - 1];
	if (step == NULL || len == 0)
		return;
	if (buf_len(&step->notes) > 0)
		buf_addc(&step->notes, '\n');
	story_text(&step->notes, redact, p, len);
	step->bad |= bad;
}

/* Connecting and TLS: their events come when they are over. */
static void
story_stage(struct story *s, enum step_kind kind, const struct event *ev,
    const struct redact *redact)
{
	struct story_step *p = story_add(s, kind, ev);
	if (p == NULL)
		return;
	p->took_ns = ev->took_ns;
	if (ev->took_ns > 0)
		p->from_ns = ev->at_ns - ev->took_ns;
	story_text(
	    kind == STORY_TLS ? &p->text : &p->sent, redact, ev->text, ev->len);
}

static void
story_sent(struct story *s, const struct event *ev, const struct redact *redact)
{
	struct story_step *p = story_add(s, STORY_LINE, ev);
	struct buf line = BUF_INIT;
	if (p == NULL)
		return;
	redact_line(redact, &line, ev->text, ev->len, ev->secret);
	escape_add(&p->sent, buf_data(&line), buf_len(&line), true);
	p->hidden = ev->kind == EV_OCTETS ? ev->n : 0;
	buf_release(&line);
}

static void
story_mail(struct story *s, const struct event *ev, const struct redact *redact)
{
	struct story_step *p = s->n > 0 ? &s->step[s->n - 1] : NULL;
	if (p == NULL)
		return;
	if (p->hidden > 0 || buf_len(&p->text) + ev->len > STORY_TEXT) {
		p->hidden += ev->len + 2;
		return;
	}
	story_text(&p->text, redact, ev->text, ev->len);
	buf_addc(&p->text, '\n');
}

/* The line that it answers, or a step of its own. */
static struct story_step *
story_owed(struct story *s, const struct event *ev)
{
	for (size_t i = 0; i < s->n && !ev->unsolicited; i++) {
		struct story_step *p = &s->step[i];
		if (p->kind == STORY_LINE && !p->answered &&
		    p->verb == ev->verb)
			return p;
	}
	struct story_step *p = story_add(s, STORY_LINE, ev);
	if (p == NULL)
		return NULL;
	if (ev->rcpt != NULL)
		buf_addf(&p->sent, ". for %s", ev->rcpt);
	else if (ev->answers != NULL && ev->verb != NULL &&
		 !(ev->verb->is & VERB_HAS_SECRET) &&
		 ev->verb->id != VERB_RESPONSE)
		escape_add(&p->sent, ev->answers, strlen(ev->answers), true);
	return p;
}

static void
story_reply(
    struct story *s, const struct event *ev, const struct redact *redact)
{
	const struct reply *r = ev->reply;
	const struct verb *v =
	    ev->verb != NULL ? ev->verb : verb_get(VERB_UNKNOWN);
	struct story_step *p = story_owed(s, ev);
	struct buf lines = BUF_INIT;
	if (p == NULL)
		return;
	p->answered = true;
	p->unsolicited = ev->unsolicited;
	p->bad |= ev->unsolicited;
	p->verb = v;
	p->code = r->code;
	p->verdict = ev->verdict;
	p->took_ns = ev->took_ns;
	if (ev->took_ns >= 0)
		p->from_ns = ev->at_ns - ev->took_ns;
	for (size_t i = 0; i < r->nlines; i++) {
		buf_clear(&lines);
		replay_reply(&lines, r, i, redact);
		/* Without the tag. */
		buf_add(&p->reply, buf_data(&lines) + 3, buf_len(&lines) - 3);
		buf_addc(&p->reply, '\n');
	}
	if (ev->expected != NULL)
		story_text(
		    &p->expected, redact, ev->expected, strlen(ev->expected));
	explain_reply(&p->known, v, ev->answers, r->code, r->enh_class,
	    r->enh_subject, r->enh_detail, explain_misfits(v, r), STORY_WIDTH);
	buf_release(&lines);
}

/* Which step a verdict is about: one that said so itself, else the oldest of
 * those that nothing was held against. */
static struct story_step *
story_judged(struct story *s, const struct event *ev)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->step[i].verdict == VERDICT_MISSED &&
		    buf_len(&s->step[i].got) == 0 &&
		    ev->verdict == VERDICT_MISSED)
			return &s->step[i];
	for (size_t i = 0; i < s->n; i++) {
		const struct story_step *p = &s->step[i];
		if (p->kind == STORY_LINE && p->answered && !p->implied &&
		    p->verdict == VERDICT_NONE && p->verb != NULL &&
		    p->verb->id != VERB_GREETING &&
		    (ev->code == 0 || ev->code == p->code))
			return &s->step[i];
	}
	return NULL;
}

static void
story_verdict(
    struct story *s, const struct event *ev, const struct redact *redact)
{
	struct story_step *p = story_judged(s, ev);
	if (p == NULL && ev->verdict == VERDICT_MET)
		return;
	if (p == NULL)
		p = story_add(s, STORY_TOLD, ev);
	if (p == NULL)
		return;
	p->verdict = ev->verdict;
	p->nothing |= ev->nothing;
	p->bad |= ev->verdict == VERDICT_MISSED ||
		  (ev->verdict == VERDICT_UNJUDGED && ev->code >= 400);
	if (ev->verdict != VERDICT_MET && ev->line > 0)
		p->line = ev->line;
	if (ev->expected != NULL && buf_len(&p->expected) == 0)
		story_text(
		    &p->expected, redact, ev->expected, strlen(ev->expected));
	if (ev->verdict != VERDICT_MISSED)
		return;
	if (ev->len > 0)
		story_text(&p->got, redact, ev->text, ev->len);
	else
		buf_adds(&p->got, "nothing");
}

static void
story_end(struct story *s, const struct event *ev, const struct redact *redact)
{
	s->begun = false;
	s->told = true;
	s->met = ev->met;
	s->missed = ev->missed;
	s->unjudged = ev->unjudged;
	s->status = ev->status;
	s->took_ns = ev->took_ns;
	s->failed = ev->missed > 0 || ev->status != 0;
	s->skipped = ev->skipped;
	story_text(&s->why, redact, ev->text, ev->len);
}

static void
story_garbage(
    struct story *s, const struct event *ev, const struct redact *redact)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "not a reply: ");
	buf_add(&b, ev->text, ev->len);
	if (ev->remark != NULL)
		buf_addf(&b, "\n%s", ev->remark);
	story_note(s, ev, true, redact, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

static void
story_lint(struct story *s, const struct event *ev, const struct redact *redact)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "lint: %s (%s) [%s]", ev->note->what, ev->note->source,
	    ev->note->rule);
	story_note(s, ev, false, redact, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

bool
story_put(struct story *s, const struct event *ev, const struct redact *redact)
{
	switch (ev->kind) {
	case EV_FILE:
		s->begun = true;
		break;
	case EV_OPEN:
		story_stage(s, STORY_OPEN, ev, redact);
		break;
	case EV_TLS:
		story_stage(s, STORY_TLS, ev, redact);
		break;
	case EV_SENT:
		story_sent(s, ev, redact);
		break;
	case EV_OCTETS:
		if (ev->len > 0)
			story_sent(s, ev, redact);
		else if (s->n > 0)
			s->step[s->n - 1].hidden += ev->n;
		break;
	case EV_TEXT:
		story_mail(s, ev, redact);
		break;
	case EV_REPLY:
		story_reply(s, ev, redact);
		break;
	case EV_VERDICT:
		story_verdict(s, ev, redact);
		break;
	case EV_GARBAGE:
		story_garbage(s, ev, redact);
		break;
	case EV_LINT:
		story_lint(s, ev, redact);
		break;
	case EV_MAILED:
		/* Not inside the step before it. */
		(void)story_add(s, STORY_TOLD, ev);
		story_note(s, ev, false, redact, ev->text, ev->len);
		break;
	case EV_REMARK:
	case EV_CLOSED:
		story_note(s, ev, false, redact, ev->text, ev->len);
		break;
	case EV_FILE_END:
		story_end(s, ev, redact);
		break;
	case EV_PAGE:
	case EV_CAUSE:
	case EV_FINDING:
	case EV_DIAGNOSIS:
	case EV_CHECK:
	case EV_END:
		return false;
	}
	if (ev->file != NULL && buf_len(&s->name) == 0)
		story_text(&s->name, redact, ev->file, strlen(ev->file));
	return ev->kind == EV_FILE_END;
}

void
story_label(const struct story_step *p, struct buf *b)
{
	if (p->kind == STORY_OPEN)
		buf_adds(b, "connect");
	else if (p->kind == STORY_TLS)
		buf_adds(b, "TLS handshake");
	else if (buf_len(&p->sent) > 0)
		buf_add(b, buf_data(&p->sent), buf_len(&p->sent));
	else if (p->unsolicited)
		buf_adds(b, "(unasked)");
	else if (p->verb != NULL && p->verb->id == VERB_GREETING)
		buf_adds(b, "greeting");
	else if (p->kind == STORY_LINE)
		buf_adds(b, p->verb != NULL ? p->verb->name : "(empty line)");
}

void
story_close_pauses(struct story *s)
{
	int64_t end = INT64_MAX, pause = 0;
	bool person = false; /* then \q and its QUIT are his, too */
	for (size_t i = 0; i < s->n; i++) {
		struct story_step *p = &s->step[i];
		if (p->took_ns < 0)
			continue;
		p->from_ns -= pause;
		person |= p->typed;
		if (person && p->from_ns > end) {
			pause += p->from_ns - end;
			p->from_ns = end;
		}
		p->typed = false;
		if (end == INT64_MAX || p->from_ns + p->took_ns > end)
			end = p->from_ns + p->took_ns;
	}
}

bool
story_span(const struct story *s, int64_t *from, int64_t *to)
{
	bool any = false;
	for (size_t i = 0; i < s->n; i++) {
		const struct story_step *p = &s->step[i];
		if (p->took_ns < 0)
			continue;
		if (!any || p->from_ns < *from)
			*from = p->from_ns;
		if (!any || p->from_ns + p->took_ns > *to)
			*to = p->from_ns + p->took_ns;
		any = true;
	}
	return any;
}
