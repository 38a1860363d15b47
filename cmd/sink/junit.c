/* JUnit's XML, as build servers read it: a test case for each conversation
 * file. A missed expectation is a failure, all else that went wrong an error.
 * Written whole at the end, since its first line holds the sums. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/talk/event.h"
#include "cmd/say/out.h"
#include "cmd/sink/result.h"

struct junit {
	struct sink sink;
	const struct redact *redact;
	int fd;
	char *path;
	struct result now;
	unsigned tests, failures, errors, skipped;
	int64_t took_ns;
	struct buf cases;
};

/* Text that escape_add() made safe holds no control characters but our LF;
 * what else XML 1.0 does not allow is U+FFFE and U+FFFF. */
static void
junit_text(struct buf *b, const struct buf *text)
{
	const char *p = buf_data(text);
	size_t len = buf_len(text);
	for (size_t i = 0; i < len;) {
		unsigned long cp;
		size_t n = escape_utf8(p + i, len - i, &cp);
		if (p[i] == '\n')
			buf_addc(b, '\n');
		else if (n == 0 || escape_unsafe(cp) || cp == 0xfffe ||
			 cp == 0xffff)
			buf_adds(b, "\xef\xbf\xbd");
		else if (cp == '&')
			buf_adds(b, "&amp;");
		else if (cp == '<')
			buf_adds(b, "&lt;");
		else if (cp == '>')
			buf_adds(b, "&gt;");
		else if (cp == '"')
			buf_adds(b, "&quot;");
		else
			buf_add(b, p + i, n);
		i += n > 0 ? n : 1;
	}
}

static void
junit_seconds(struct buf *b, int64_t ns)
{
	buf_addf(b, " time=\"%.6f\"", (double)(ns < 0 ? 0 : ns) / 1e9);
}

static void
junit_failed(struct junit *j)
{
	struct result *r = &j->now;
	bool missed = buf_len(&r->expected) > 0 || r->missed > 0;
	const char *what = missed ? "failure" : "error";
	struct buf *b = &j->cases;
	*(missed ? &j->failures : &j->errors) += 1;
	buf_addf(b, "    <%s message=\"", what);
	junit_text(b, &r->message);
	buf_addf(b, "\" type=\"%s\">", missed ? "expectation" : "session");
	junit_text(b, &r->misses);
	buf_addf(b, "%u met, %u missed, %u unjudged, exit status %d</%s>\n",
	    r->met, r->missed, r->unjudged, r->status, what);
}

static void
junit_lint(struct buf *b, const struct result *r)
{
	if (r->nlint == 0)
		return;
	buf_adds(b, "    <system-out>");
	junit_text(b, &r->lint);
	buf_adds(b, "</system-out>\n");
}

static void
junit_case(struct junit *j)
{
	struct buf *b = &j->cases;
	j->tests++;
	j->took_ns += j->now.took_ns > 0 ? j->now.took_ns : 0;
	buf_adds(b, "  <testcase classname=\"smtpsh\" name=\"");
	junit_text(b, &j->now.file);
	buf_addc(b, '"');
	junit_seconds(b, j->now.took_ns);
	j->skipped += j->now.skipped;
	if (j->now.failed) {
		buf_adds(b, ">\n");
		junit_failed(j);
		junit_lint(b, &j->now);
		buf_adds(b, "  </testcase>\n");
	} else if (j->now.skipped) {
		buf_adds(b, ">\n    <skipped message=\"");
		junit_text(b, &j->now.message);
		buf_adds(b, "\"/>\n");
		junit_lint(b, &j->now);
		buf_adds(b, "  </testcase>\n");
	} else if (j->now.nlint > 0) {
		buf_adds(b, ">\n");
		junit_lint(b, &j->now);
		buf_adds(b, "  </testcase>\n");
	} else {
		buf_adds(b, "/>\n");
	}
	result_clear(&j->now);
}

static void
junit_put(struct sink *s, const struct event *ev)
{
	struct junit *j = (struct junit *)s;
	if (result_put(&j->now, ev, j->redact))
		junit_case(j);
}

static void
junit_write(struct junit *j, struct buf *b)
{
	buf_adds(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	buf_addf(b,
	    "<testsuite name=\"smtpsh\" tests=\"%u\" failures=\"%u\""
	    " errors=\"%u\" skipped=\"%u\"",
	    j->tests, j->failures, j->errors, j->skipped);
	junit_seconds(b, j->took_ns);
	buf_adds(b, ">\n");
	buf_add(b, buf_data(&j->cases), buf_len(&j->cases));
	buf_adds(b, "</testsuite>\n");
}

static int
junit_close(struct sink *s, struct err *e)
{
	struct junit *j = (struct junit *)s;
	struct buf b = BUF_INIT;
	int rc = 0;
	/* What failed outside of files is a test too. */
	if (j->tests == 0 || j->now.begun ||
	    (j->now.failed && j->failures + j->errors == 0)) {
		result_end(&j->now);
		junit_case(j);
	}
	junit_write(j, &b);
	int failed = out_all(j->fd, buf_data(&b), buf_len(&b));
	if (close(j->fd) < 0 && failed == 0)
		failed = errno;
	if (failed != 0)
		rc = err_set(e, ERR_OUTPUT, "cannot write %s: %s", j->path,
		    strerror(failed));
	buf_release(&b);
	result_clear(&j->now);
	buf_release(&j->cases);
	free(j->path);
	free(j);
	return rc;
}

struct sink *
junit_new(const char *path, const struct redact *r, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0) {
		err_set(e, ERR_OUTPUT, "cannot write %s: %s", path,
		    strerror(errno));
		return NULL;
	}
	struct junit *j = mem_zalloc(sizeof(*j));
	j->sink.put = junit_put;
	j->sink.close = junit_close;
	j->redact = r;
	j->fd = fd;
	j->path = mem_dup(path);
	result_clear(&j->now);
	return &j->sink;
}
