/* Events summed up for each file: how it ended, and what it missed first. */
#include "cmd/sink/result.h"

#include <string.h>

void
result_clear(struct result *r)
{
	buf_release(&r->file);
	buf_release(&r->expected);
	buf_release(&r->got);
	buf_release(&r->misses);
	buf_release(&r->message);
	buf_release(&r->unasked);
	buf_release(&r->lint);
	*r = (struct result){ .took_ns = -1 };
}

static void
result_text(
    struct buf *b, const struct redact *redact, const char *p, size_t len)
{
	struct buf clean = BUF_INIT;
	redact_text(redact, &clean, p, len);
	escape_add(b, buf_data(&clean), buf_len(&clean), false);
	buf_release(&clean);
}

static void
result_missed(
    struct result *r, const struct event *ev, const struct redact *redact)
{
	struct buf want = BUF_INIT, got = BUF_INIT;
	r->failed = true;
	r->missed++;
	if (ev->expected == NULL)
		return;
	result_text(&want, redact, ev->expected, strlen(ev->expected));
	if (ev->len > 0)
		result_text(&got, redact, ev->text, ev->len);
	else
		buf_adds(&got, "nothing");
	if (r->missed <= RESULT_MISSES) {
		if (ev->file != NULL)
			result_text(
			    &r->misses, redact, ev->file, strlen(ev->file));
		else
			buf_add(
			    &r->misses, buf_data(&r->file), buf_len(&r->file));
		if (ev->line > 0)
			buf_addf(&r->misses, ":%u", ev->line);
		buf_addf(&r->misses, ": expected %s%s%s\n", buf_str(&want),
		    event_joint(ev->nothing), buf_str(&got));
	}
	if (buf_len(&r->expected) == 0) {
		r->line = ev->line;
		r->nothing = ev->nothing;
		buf_add(&r->expected, buf_data(&want), buf_len(&want));
		buf_add(&r->got, buf_data(&got), buf_len(&got));
	}
	buf_release(&want);
	buf_release(&got);
}

static void
result_unjudged(struct result *r, const struct event *ev)
{
	r->unjudged++;
	if (ev->code < 400 || buf_len(&r->unasked) > 0)
		return;
	buf_addf(&r->unasked, "line %u: %d was judged by nothing", ev->line,
	    ev->code);
	if (r->line == 0)
		r->line = ev->line;
}

static void
result_message(
    struct result *r, const struct event *ev, const struct redact *redact)
{
	if (!r->failed)
		return;
	if (buf_len(&r->expected) > 0)
		buf_addf(&r->message, "expected %s%s%s", buf_str(&r->expected),
		    event_joint(r->nothing), buf_str(&r->got));
	else if (ev->len > 0)
		result_text(&r->message, redact, ev->text, ev->len);
	else if (ev->status == 1 && buf_len(&r->unasked) > 0)
		buf_add(
		    &r->message, buf_data(&r->unasked), buf_len(&r->unasked));
	else
		buf_addf(&r->message, "exit status %d", ev->status);
}

bool
result_put(
    struct result *r, const struct event *ev, const struct redact *redact)
{
	switch (ev->kind) {
	case EV_FILE:
		result_clear(r);
		r->begun = true;
		break;
	/* Met is told once, with the reply or apart from it; missed always
	 * apart. */
	case EV_REPLY:
	case EV_VERDICT:
		if (ev->verdict == VERDICT_MET)
			r->met++;
		else if (ev->verdict == VERDICT_MISSED &&
			 ev->kind == EV_VERDICT)
			result_missed(r, ev, redact);
		else if (ev->verdict == VERDICT_UNJUDGED)
			result_unjudged(r, ev);
		break;
	case EV_LINT:
		r->nlint++;
		buf_addf(&r->lint, "lint: %s (%s) [%s]", ev->note->what,
		    ev->note->source, ev->note->rule);
		if (ev->line > 0)
			buf_addf(&r->lint, " at line %u", ev->line);
		buf_addc(&r->lint, '\n');
		break;
	case EV_FILE_END:
		r->met = ev->met;
		r->missed = ev->missed;
		r->unjudged = ev->unjudged;
		r->took_ns = ev->took_ns;
		r->begun = false;
		/* fall through */
	case EV_END:
		if (ev->kind == EV_END) {
			r->took_ns = ev->took_ns;
			r->met += ev->met;
		}
		r->status = ev->status;
		if (ev->status != 0 || r->missed > 0)
			r->failed = true;
		r->skipped = !r->failed && (ev->skipped || r->met == 0);
		if (r->skipped && ev->skipped)
			result_text(&r->message, redact, ev->text, ev->len);
		else if (r->skipped)
			buf_adds(&r->message, "no expectation");
		result_message(r, ev, redact);
		break;
	default:
		break;
	}
	if (ev->file != NULL && buf_len(&r->file) == 0)
		result_text(&r->file, redact, ev->file, strlen(ev->file));
	return ev->kind == EV_FILE_END;
}

void
result_end(struct result *r)
{
	if (r->begun) {
		r->failed = true;
		r->skipped = false;
		buf_adds(&r->message, "interrupted");
	}
	if (buf_len(&r->file) == 0)
		buf_adds(&r->file, "standard input");
}
