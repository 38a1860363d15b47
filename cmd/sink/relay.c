/* Both ends are the same program, so an event goes as it lies in memory: the
 * numbers, then three strings with a NUL behind each. */
#include "cmd/sink/relay.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/say/out.h"
#include "cmd/sink/report_parts.h"

struct relay {
	struct sink sink;
	int fd;
	struct sink *show;
	bool whole, page;
	struct story story; /* of the page */
	const struct redact *redact;
};

struct relay_head {
	enum event_kind kind;
	enum verdict verdict;
	int code, status;
	unsigned line, met, missed, unjudged;
	int64_t took_ns;
	bool expects; /* it has an expectation */
	bool skipped;
	size_t text, expected, file;
};

/* Appends it, and a NUL: its length. redact: NULL where that was done. */
static size_t
relay_add(const struct redact *redact, struct buf *b, const char *p, size_t len)
{
	size_t before = buf_len(b);
	if (len > 0 && redact == NULL)
		buf_add(b, p, len);
	else if (len > 0)
		redact_text(redact, b, p, len);
	size_t n = buf_len(b) - before;
	buf_addc(b, '\0');
	return n;
}

static void
relay_send(const struct relay *y, const struct event *ev)
{
	struct relay_head h = { .kind = ev->kind,
		.verdict = ev->verdict,
		.code = ev->code,
		.status = ev->status,
		.line = ev->line,
		.met = ev->met,
		.missed = ev->missed,
		.unjudged = ev->unjudged,
		.took_ns = ev->took_ns,
		.skipped = ev->skipped,
		.expects = ev->expected != NULL };
	const char *expected = h.expects ? ev->expected : "";
	const char *file = ev->file != NULL ? ev->file : "";
	struct buf words = BUF_INIT, b = BUF_INIT;
	h.text = relay_add(
	    ev->kind == EV_PAGE ? NULL : y->redact, &words, ev->text, ev->len);
	h.expected = relay_add(y->redact, &words, expected, strlen(expected));
	h.file = relay_add(y->redact, &words, file, strlen(file));
	buf_add(&b, (const char *)&h, sizeof h);
	buf_add(&b, buf_data(&words), buf_len(&words));
	/* Whoever reads it has gone: there is nobody left to tell. */
	(void)out_all(y->fd, buf_data(&b), buf_len(&b));
	buf_release(&words);
	buf_release(&b);
}

static void
relay_page(struct relay *y)
{
	struct buf b = BUF_INIT;
	report_story(&b, &y->story, false);
	const struct event ev = {
		.kind = EV_PAGE, .text = buf_data(&b), .len = buf_len(&b)
	};
	relay_send(y, &ev);
	story_release(&y->story);
	buf_release(&b);
}

static void
relay_put(struct sink *s, const struct event *ev)
{
	struct relay *y = (struct relay *)s;
	bool end = ev->kind == EV_FILE_END;
	if (y->page && story_put(&y->story, ev, y->redact))
		relay_page(y);
	if (y->show != NULL && (y->whole || !end))
		y->show->put(y->show, ev);
	if (end || ev->kind == EV_FILE || ev->kind == EV_VERDICT)
		relay_send(y, ev);
}

static int
relay_close(struct sink *s, struct err *e)
{
	struct relay *y = (struct relay *)s;
	story_release(&y->story);
	int r = y->show == NULL ? 0 : y->show->close(y->show, e);
	free(y);
	return r;
}

struct sink *
relay_new(
    int fd, struct sink *show, bool whole, bool page, const struct redact *r)
{
	struct relay *y = mem_zalloc(sizeof *y);
	y->sink.put = relay_put;
	y->sink.close = relay_close;
	y->fd = fd;
	y->show = show;
	y->whole = whole;
	y->page = page;
	story_init(&y->story);
	y->redact = r;
	return &y->sink;
}

size_t
relay_take(const char *p, size_t len, struct event *ev)
{
	struct relay_head h;
	if (len < sizeof h)
		return 0;
	memcpy(&h, p, sizeof h);
	size_t all = sizeof h + h.text + h.expected + h.file + 3;
	if (len < all)
		return 0;
	p += sizeof h;
	const char *expected = p + h.text + 1;
	*ev = (struct event){ .kind = h.kind,
		.verdict = h.verdict,
		.code = h.code,
		.status = h.status,
		.line = h.line,
		.met = h.met,
		.missed = h.missed,
		.unjudged = h.unjudged,
		.took_ns = h.took_ns,
		.skipped = h.skipped,
		.text = p,
		.len = h.text,
		.expected = h.expects ? expected : NULL,
		.file = expected + h.expected + 1 };
	return all;
}
