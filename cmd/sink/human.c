/* The conversation for people, in the notation that replays; what is known
 * about it in # lines. Column 0 is for the session, an indent of three for what
 * belongs to the line above. Inside mail text a # line would be mail text, so
 * remarks that arise there are held until it has ended. */
#include "cmd/sink/human.h"

#include <stdlib.h>
#include <string.h>

#define HUMAN_COLUMNS 80
#define HUMAN_LEAST   40

static void
human_flush(struct human *h)
{
	out_write(h->out, buf_data(&h->text), buf_len(&h->text));
	buf_clear(&h->text);
	out_push(h->out); /* the shell asks for the error */
}

size_t
human_width(const struct human *h)
{
	size_t w = h->opts.width > 0 ? (size_t)h->opts.width : HUMAN_COLUMNS;
	return w < HUMAN_LEAST ? HUMAN_LEAST : w;
}

static void
human_line(const struct human *h, struct buf *to, const char *colour,
    const char *p, size_t len)
{
	colour = h->opts.colour ? colour : "";
	buf_adds(to, colour);
	buf_add(to, p, len);
	buf_adds(to, *colour != '\0' ? "\033[0m\n" : "\n");
}

void
human_remark(struct human *h, const char *colour, bool session,
    const char *lines, size_t len)
{
	struct buf *to = h->in_text ? &h->held : &h->text;
	struct buf line = BUF_INIT;
	while (len > 0) {
		const char *lf = memchr(lines, '\n', len);
		size_t n = lf != NULL ? (size_t)(lf - lines) : len;
		buf_clear(&line);
		buf_adds(&line, session ? "#" : "   #");
		if (n > 0)
			buf_addc(&line, ' ');
		buf_add(&line, lines, n);
		human_line(h, to, colour, buf_data(&line), buf_len(&line));
		n += lf != NULL;
		lines += n;
		len -= n;
	}
	buf_release(&line);
}

void
human_note(struct human *h, const char *colour, bool session, const char *p,
    size_t len)
{
	struct buf clean = BUF_INIT;
	struct buf lines = BUF_INIT;
	redact_text(h->redact, &clean, p, len);
	/* Line by line: LF is ours, or a line's end that came. */
	for (size_t at = 0; at <= buf_len(&clean);) {
		const char *from = buf_data(&clean) + at;
		size_t left = buf_len(&clean) - at;
		const char *lf = left > 0 ? memchr(from, '\n', left) : NULL;
		size_t n = lf != NULL ? (size_t)(lf - from) : left;
		escape_add(&lines, from, n, false);
		if (lf != NULL && n + 1 < left)
			buf_addc(&lines, '\n');
		at += lf != NULL ? n + 1 : left + 1;
	}
	size_t width = human_width(h) - (session ? 2 : 5);
	buf_clear(&clean);
	/* What goes to a file stays on one line, for grep(1). */
	note_wrap(&clean, buf_data(&lines), buf_len(&lines),
	    h->opts.terminal ? width : 0, 2);
	human_remark(h, colour, session, buf_data(&clean), buf_len(&clean));
	buf_release(&clean);
	buf_release(&lines);
}

static void
human_notes(struct human *h, bool session, const char *s)
{
	human_note(h, HUMAN_DIM, session, s, strlen(s));
}

/* What was held during mail text, and what of it was not shown. */
static void
human_release_held(struct human *h)
{
	if (h->hidden > 0) {
		struct buf b = BUF_INIT;
		buf_addf(&b, "%s%llu %soctet%s of mail text not shown%s",
		    h->shown > 0 ? "... " : "", (unsigned long long)h->hidden,
		    h->shown > 0 ? "more " : "", h->hidden == 1 ? "" : "s",
		    h->opts.terminal ? "; \\set text-max shows more" : "");
		human_notes(h, false, buf_str(&b));
		buf_release(&b);
	}
	h->hidden = h->shown = h->lines = 0;
	h->in_text = false;
	buf_add(&h->text, buf_data(&h->held), buf_len(&h->held));
	buf_clear(&h->held);
}

static void
human_sender_line(struct human *h, const struct buf *b, const char *colour)
{
	struct buf safe = BUF_INIT;
	escape_add(&safe, buf_data(b), buf_len(b), true);
	human_line(h, &h->text, colour, buf_data(&safe), buf_len(&safe));
	buf_release(&safe);
	h->talked = true;
}

static void
human_sent(struct human *h, const struct event *ev)
{
	bool ends = replay_ends_text(ev);
	if (!ends)
		human_release_held(h);
	if (!(ev->typed && h->opts.terminal)) {
		struct buf b = BUF_INIT;
		replay_sent(&b, ev, h->redact);
		human_sender_line(h, &b, HUMAN_BOLD);
		buf_release(&b);
	}
	if (ends)
		human_release_held(h);
	if (ev->implied)
		human_notes(h, false, "implied");
}

/* Whether a line of n octets is more than is shown of a message. */
static bool
human_is_much(const struct human *h, size_t n)
{
	uint64_t max = h->opts.text_max;
	bool few = false;
	if (max == TEXT_MAX_AUTO) {
		max = TEXT_MAX_OCTETS;
		few = h->opts.terminal && h->lines >= TEXT_MAX_LINES;
	}
	return few || h->hidden > 0 || h->shown + n > max;
}

static void
human_text(struct human *h, const struct event *ev)
{
	h->in_text = true;
	if (ev->typed && h->opts.terminal)
		return;
	if (human_is_much(h, ev->len + 2)) {
		h->hidden += ev->len + 2;
		return;
	}
	h->shown += ev->len + 2;
	h->lines++;
	struct buf b = BUF_INIT;
	replay_text(&b, ev, h->redact);
	human_sender_line(h, &b, "");
	buf_release(&b);
}

static void
human_octets(struct human *h, const struct event *ev)
{
	struct buf b = BUF_INIT;
	/* Without a line that stands for it, it is inside the text. */
	if (ev->len == 0) {
		h->in_text = true;
		h->hidden += ev->n;
		return;
	}
	human_release_held(h);
	if (!(ev->typed && h->opts.terminal)) {
		replay_octets(&b, ev, h->redact);
		human_sender_line(h, &b, HUMAN_BOLD);
		buf_clear(&b);
	}
	buf_addf(&b, "%llu octet%s", (unsigned long long)ev->n,
	    ev->n == 1 ? "" : "s");
	human_notes(h, false, buf_str(&b));
	buf_release(&b);
}

static void
human_garbage(struct human *h, const struct event *ev)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "not a reply: ");
	buf_add(&b, ev->text, ev->len);
	human_note(h, HUMAN_RED, false, buf_data(&b), buf_len(&b));
	if (ev->remark != NULL && *ev->remark != '\0')
		human_notes(h, false, ev->remark);
	buf_release(&b);
}

static void
human_verdict(struct human *h, const struct event *ev)
{
	if (ev->verdict != VERDICT_MISSED && ev->verdict != VERDICT_UNJUDGED)
		return;
	struct buf b = BUF_INIT;
	if (ev->file != NULL && ev->line > 0)
		buf_addf(&b, "%s:%u: ", ev->file, ev->line);
	else if (ev->file != NULL)
		buf_addf(&b, "%s: ", ev->file);
	if (ev->verdict == VERDICT_UNJUDGED)
		buf_addf(&b, "%d was judged by nothing", ev->code);
	else
		buf_addf(&b, "expected %s%s",
		    ev->expected != NULL ? ev->expected : "something else",
		    event_joint(ev->nothing));
	if (ev->len > 0)
		buf_add(&b, ev->text, ev->len);
	else if (ev->verdict == VERDICT_MISSED)
		buf_adds(&b, "nothing");
	human_note(h, HUMAN_RED, false, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

static void
human_lint(struct human *h, const struct event *ev)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "lint: %s (%s) [%s]", ev->note->what, ev->note->source,
	    ev->note->rule);
	human_note(h, HUMAN_RED, false, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

static void
human_file_end(struct human *h, const struct event *ev)
{
	struct buf b = BUF_INIT;
	bool failed = ev->missed > 0 || ev->status != 0;
	unsigned all = ev->met + ev->missed;
	buf_addf(&b, "%s: ", ev->file != NULL ? ev->file : "standard input");
	if (failed)
		buf_adds(&b, "FAILED");
	else if (ev->skipped)
		buf_adds(&b, "skipped");
	if (failed && all > 0)
		buf_addf(&b, " after %u of %u expectation%s", ev->met, all,
		    all == 1 ? "" : "s");
	else if (all > 0 && !ev->skipped)
		buf_addf(&b, "%u of %u expectation%s met", ev->met, all,
		    all == 1 ? "" : "s");
	else if (!failed && !ev->skipped)
		buf_adds(&b, "done");
	if (ev->unjudged > 0)
		buf_addf(&b, ", %u unjudged", ev->unjudged);
	if ((failed || ev->skipped) && ev->len > 0) {
		buf_adds(&b, ": ");
		buf_add(&b, ev->text, ev->len);
	}
	if (failed && ev->missed == 0)
		buf_addf(&b, " (exit status %d)", ev->status);
	if (ev->took_ns >= 0) {
		buf_adds(&b, ", ");
		note_time(&b, ev->took_ns);
	}
	human_note(
	    h, failed ? HUMAN_RED : HUMAN_DIM, true, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

static void
human_session(struct human *h, const struct event *ev)
{
	struct buf b = BUF_INIT;
	h->talked = false;
	switch (ev->kind) {
	case EV_FILE:
		buf_adds(&b, ev->file != NULL ? ev->file : "standard input");
		break;
	case EV_END:
		buf_addf(
		    &b, "%u files, %u failed", ev->files, ev->files_failed);
		if (ev->files_skipped > 0)
			buf_addf(&b, ", %u skipped", ev->files_skipped);
		break;
	default:
		buf_add(&b, ev->text, ev->len);
	}
	human_note(h, HUMAN_DIM, true, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

static void
human_put(struct sink *s, const struct event *ev)
{
	struct human *h = (struct human *)s;
	if (h->opts.brief && ev->kind != EV_MAILED)
		return;
	/* A remark or verdict can wait for the end of the text; the rest shows
	 * that it has ended. */
	if (ev->kind != EV_SENT && ev->kind != EV_TEXT &&
	    ev->kind != EV_OCTETS && ev->kind != EV_REMARK &&
	    ev->kind != EV_LINT && ev->kind != EV_TLS && ev->kind != EV_VERDICT)
		human_release_held(h);
	switch (ev->kind) {
	case EV_SENT:
		human_sent(h, ev);
		break;
	case EV_TEXT:
		human_text(h, ev);
		out_write(h->out, buf_data(&h->text), buf_len(&h->text));
		buf_clear(&h->text);
		return;
	case EV_OCTETS:
		human_octets(h, ev);
		break;
	case EV_REPLY:
		human_reply(h, ev);
		h->talked = true;
		break;
	case EV_GARBAGE:
		human_garbage(h, ev);
		break;
	case EV_REMARK:
		human_note(h, HUMAN_DIM, !h->talked, ev->text, ev->len);
		break;
	case EV_VERDICT:
		human_verdict(h, ev);
		break;
	case EV_FILE_END:
		h->talked = false;
		human_file_end(h, ev);
		break;
	case EV_OPEN:
	case EV_CLOSED:
	case EV_MAILED:
	case EV_FILE:
		human_session(h, ev);
		break;
	case EV_LINT:
		human_lint(h, ev);
		break;
	case EV_TLS:   /* a remark says the most of it */
	case EV_CAUSE: /* standard error has it */
	case EV_FINDING:
	case EV_DIAGNOSIS:
	case EV_CHECK:
	case EV_PAGE:
		break;
	case EV_END:
		if (ev->files > 1)
			human_session(h, ev);
		break;
	}
	human_flush(h);
}

static int
human_close(struct sink *s, struct err *e)
{
	struct human *h = (struct human *)s;
	human_release_held(h);
	human_flush(h);
	int rc = out_flush(h->out, e);
	buf_release(&h->text);
	buf_release(&h->held);
	buf_release(&h->told);
	free(h);
	return rc;
}

struct sink *
human_new(struct out *o, const struct human_opts *opts, const struct redact *r)
{
	struct human *h = mem_zalloc(sizeof(*h));
	h->sink.put = human_put;
	h->sink.close = human_close;
	h->out = o;
	h->opts = *opts;
	h->redact = r;
	return &h->sink;
}

void
human_set(struct sink *s, const struct human_opts *opts)
{
	((struct human *)s)->opts = *opts;
}
