/* What was sent and received, said so that reading it does the same again. */
#include "cmd/sink/replay.h"

#include <string.h>
#include "net/core/period.h"

/* "${" would be a variable when it is read. */
static void
replay_guard(struct buf *b, const char *p, size_t len)
{
	const char *at;
	while (len > 0 && (at = memmem(p, len, "${", 2)) != NULL) {
		size_t n = (size_t)(at - p) + 2;
		buf_add(b, p, n - 2);
		buf_adds(b, "$${");
		p += n;
		len -= n;
	}
	buf_add(b, p, len);
}

static void
replay_line(struct buf *b, const struct buf *text, const char *before)
{
	buf_adds(b, buf_len(text) > 0 ? "S: " : "S:");
	buf_adds(b, before);
	replay_guard(b, buf_data(text), buf_len(text));
}

void
replay_sent(struct buf *b, const struct event *ev, const struct redact *r)
{
	struct buf text = BUF_INIT;
	redact_line(r, &text, ev->text, ev->len, ev->secret);
	replay_line(b, &text, "");
	buf_release(&text);
}

void
replay_text(struct buf *b, const struct event *ev, const struct redact *r)
{
	struct buf text = BUF_INIT;
	redact_text(r, &text, ev->text, ev->len);
	replay_line(b, &text, period_is_behind(ev->text, ev->len) ? "\\" : "");
	buf_release(&text);
}

void
replay_octets(struct buf *b, const struct event *ev, const struct redact *r)
{
	struct buf text = BUF_INIT;
	redact_line(r, &text, ev->text, ev->len, false);
	replay_guard(b, buf_data(&text), buf_len(&text));
	buf_release(&text);
}

/* A '/' that would open a regular expression is \\x2f: the first octet, or one
 * behind a blank where the text ends as an expression does. */
static void
replay_strokes(struct buf *b, const char *p, size_t len)
{
	size_t end = len, done = 0, first = 0;
	while (end > 0 && strchr(" \t", p[end - 1]) != NULL)
		end--;
	while (end > 0 && strchr("imsx", p[end - 1]) != NULL)
		end--;
	while (first < len && (p[first] == ' ' || p[first] == '\t'))
		first++;
	bool ends = end > 0 && p[end - 1] == '/';
	for (size_t i = first; i < len; i++) {
		if (p[i] != '/' ||
		    (i > first && !(ends && strchr(" \t", p[i - 1]) != NULL)))
			continue;
		escape_add(b, p + done, i - done, true);
		buf_adds(b, "\\x2f");
		done = i + 1;
	}
	escape_add(b, p + done, len - done, true);
}

void
replay_reply(
    struct buf *b, const struct reply *reply, size_t i, const struct redact *r)
{
	struct buf text = BUF_INIT;
	size_t len;
	const char *p = reply_text(reply, i, &len);
	buf_addf(b, "R: %d", reply->code);
	if (i + 1 < reply->nlines)
		buf_addc(b, '-');
	else if (reply->line[i].sep != '\0')
		buf_addc(b, ' ');
	redact_text(r, &text, p, len);
	p = buf_data(&text);
	len = buf_len(&text);
	struct buf safe = BUF_INIT;
	replay_guard(&safe, p, len);
	replay_strokes(b, buf_data(&safe), buf_len(&safe));
	buf_release(&safe);
	buf_release(&text);
}

void
replay_joined(struct buf *b, const struct reply *reply, const struct redact *r)
{
	for (size_t i = 0; i < reply->nlines; i++) {
		size_t len;
		const char *p = reply_text(reply, i, &len);
		if (i > 0)
			buf_addc(b, '\n');
		redact_text(r, b, p, len);
	}
}

bool
replay_ends_text(const struct event *ev)
{
	return ev->kind == EV_SENT && ev->verb != NULL &&
	       ev->verb->id == VERB_TEXT_END;
}
