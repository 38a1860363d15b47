/* The Test Anything Protocol, version 13: a line for each conversation file,
 * a YAML block for each that failed, the plan at the end. */
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/event.h"
#include "cmd/say/note.h"
#include "cmd/say/out.h"
#include "cmd/sink/result.h"

struct tap {
	struct sink sink;
	struct out *out;
	const struct redact *redact;
	struct result now;
	unsigned n;
	bool failed; /* a test did */
	struct buf text;
};

/* Double quotes of YAML; text is escaped already. */
static void
tap_quoted(struct buf *b, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '"' || p[i] == '\\')
			buf_addc(b, '\\');
		buf_addc(b, p[i]);
	}
}

static void
tap_field(struct buf *b, const char *key, const struct buf *text)
{
	if (buf_len(text) == 0)
		return;
	buf_addf(b, "  %s: \"", key);
	tap_quoted(b, buf_data(text), buf_len(text));
	buf_adds(b, "\"\n");
}

/* "#" begins a directive. */
static void
tap_name(struct buf *b, const struct buf *name)
{
	for (size_t i = 0; i < buf_len(name); i++) {
		char c = buf_data(name)[i];
		if (c == '#' || c == '\\')
			buf_addc(b, '\\');
		buf_addc(b, c);
	}
}

/* All of them, where the fields above have the first of several. */
static void
tap_misses(struct buf *b, const struct result *r)
{
	const char *p = buf_data(&r->misses);
	size_t left = buf_len(&r->misses);
	if (r->missed < 2)
		return;
	buf_adds(b, "  misses:\n");
	while (left > 0) {
		const char *lf = memchr(p, '\n', left);
		size_t n = (size_t)(lf - p);
		buf_adds(b, "    - \"");
		tap_quoted(b, p, n);
		buf_adds(b, "\"\n");
		p += n + 1;
		left -= n + 1;
	}
}

static void
tap_lint(struct buf *b, const struct result *r)
{
	const char *p = buf_data(&r->lint);
	size_t left = buf_len(&r->lint);
	while (left > 0) {
		const char *lf = memchr(p, '\n', left);
		size_t n = (size_t)(lf - p);
		buf_adds(b, "# ");
		buf_add(b, p, n + 1);
		p += n + 1;
		left -= n + 1;
	}
}

static void
tap_test(struct tap *t)
{
	const struct result *r = &t->now;
	struct buf *b = &t->text;
	buf_addf(b, "%s %u - ", r->failed ? "not ok" : "ok", ++t->n);
	tap_name(b, &r->file);
	if (r->skipped) {
		buf_adds(b, " # SKIP ");
		buf_add(b, buf_data(&r->message), buf_len(&r->message));
	} else if (r->took_ns >= 0) {
		buf_adds(b, " # ");
		note_time(b, r->took_ns);
	}
	buf_addc(b, '\n');
	if (r->failed) {
		buf_adds(b, "  ---\n");
		tap_field(b, "message", &r->message);
		tap_field(b, "file", &r->file);
		if (r->line > 0)
			buf_addf(b, "  line: %u\n", r->line);
		tap_field(b, "expected", &r->expected);
		tap_field(b, "got", &r->got);
		tap_misses(b, r);
		buf_addf(b, "  met: %u\n  missed: %u\n  unjudged: %u\n", r->met,
		    r->missed, r->unjudged);
		if (r->status != 0)
			buf_addf(b, "  status: %d\n", r->status);
		buf_adds(b, "  ...\n");
	}
	tap_lint(b, r);
	t->failed |= r->failed;
	result_clear(&t->now);
}

static void
tap_put(struct sink *s, const struct event *ev)
{
	struct tap *t = (struct tap *)s;
	if (!result_put(&t->now, ev, t->redact))
		return;
	tap_test(t);
	out_write(t->out, buf_data(&t->text), buf_len(&t->text));
	buf_clear(&t->text);
	out_push(t->out); /* the shell asks for the error */
}

static int
tap_close(struct sink *s, struct err *e)
{
	struct tap *t = (struct tap *)s;
	/* What failed outside of files is a test too. */
	if (t->n == 0 || t->now.begun || (t->now.failed && !t->failed)) {
		result_end(&t->now);
		tap_test(t);
	}
	buf_addf(&t->text, "1..%u\n", t->n);
	out_write(t->out, buf_data(&t->text), buf_len(&t->text));
	int rc = out_flush(t->out, e);
	result_clear(&t->now);
	buf_release(&t->text);
	free(t);
	return rc;
}

struct sink *
tap_new(struct out *o, const struct redact *r)
{
	struct tap *t = mem_zalloc(sizeof(*t));
	t->sink.put = tap_put;
	t->sink.close = tap_close;
	t->out = o;
	t->redact = r;
	result_clear(&t->now);
	buf_adds(&t->text, "TAP version 13\n");
	return &t->sink;
}
