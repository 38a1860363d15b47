/* A run as one page: no script, nothing from elsewhere, everything escaped; it
 * is written at the end. */
#include "cmd/sink/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cmd/say/note.h"
#include "cmd/sink/html.h"
#include "cmd/sink/report_parts.h"

#define REPORT_MAX (64u << 20) /* octets; what comes then is counted */

struct report {
	struct sink sink;
	const struct redact *redact;
	int fd;
	char *path;
	struct story now;
	struct story *aside; /* by their numbers, less 1 */
	bool *told;	     /* each of them is on the page */
	size_t nasides;
	struct buf made; /* the story's part, where another process made it */
	struct buf stories, findings, well, name, error, head;
	size_t n, failed, left_out;
	unsigned met, missed, unjudged, nfindings, nwell;
	bool ended; /* END was told, and with it: */
	int status;
	int64_t took_ns;
};

/* The story under way is one more section. */
static void
report_section(struct report *r)
{
	struct story *s = &r->now;
	if (s->n == 0 && !s->told && !s->begun)
		return;
	r->n++;
	r->failed += s->failed;
	r->met += s->met;
	r->missed += s->missed;
	r->unjudged += s->unjudged;
	story_close_pauses(s);
	if (r->n == 1)
		buf_add(&r->name, buf_data(&s->name), buf_len(&s->name));
	if (buf_len(&r->stories) > REPORT_MAX)
		r->left_out++;
	else if (buf_len(&r->made) > 0)
		buf_add(&r->stories, buf_data(&r->made), buf_len(&r->made));
	else
		report_story(&r->stories, s, r->n == 1 && r->ended);
	story_release(s);
	buf_clear(&r->made);
}

static void
report_aside(
    struct sink *s, unsigned n, const char *name, const struct event *ev)
{
	struct report *r = (struct report *)s;
	while (r->nasides < n) {
		size_t more = r->nasides + 1;
		r->aside = mem_grow(r->aside, more, sizeof *r->aside);
		r->told = mem_grow(r->told, more, sizeof *r->told);
		story_init(&r->aside[r->nasides]);
		r->told[r->nasides++] = false;
	}
	struct story *at = &r->aside[n - 1];
	if (buf_len(&at->name) == 0)
		buf_addf(&at->name, "conversation: %s", name);
	(void)story_put(at, ev, r->redact);
}

/* The conversation with that number, once. */
static void
report_conversation(struct report *r, struct buf *b, size_t n, bool open)
{
	if (n == 0 || n > r->nasides || r->told[n - 1] ||
	    r->aside[n - 1].n == 0)
		return;
	r->told[n - 1] = true;
	report_story(b, &r->aside[n - 1], open);
}

static void
report_card(struct report *r, const struct event *ev)
{
	report_finding(&r->findings, ev, r->redact);
	report_conversation(
	    r, &r->findings, ev->note->aside, r->nfindings == 0);
	buf_adds(&r->findings, "</div>\n");
	r->nfindings += ev->kind == EV_FINDING;
}

static void
report_put(struct sink *s, const struct event *ev)
{
	struct report *r = (struct report *)s;
	switch (ev->kind) {
	case EV_CAUSE:
	case EV_FINDING:
		report_card(r, ev);
		return;
	case EV_DIAGNOSIS:
		buf_clear(&r->head);
		story_text(&r->head, r->redact, ev->text, ev->len);
		return;
	case EV_CHECK:
		r->nwell++;
		buf_adds(&r->well, "<li>");
		struct buf safe = BUF_INIT;
		story_text(&safe, r->redact, ev->text, ev->len);
		html_add(&r->well, buf_data(&safe), buf_len(&safe));
		buf_release(&safe);
		return;
	case EV_END:
		r->ended = true;
		r->status = ev->status;
		r->took_ns = ev->took_ns;
		if (ev->file != NULL && r->n == 0 && buf_len(&r->now.name) == 0)
			buf_adds(&r->now.name, ev->file);
		/* What is no file's: a message, a pipe, -c. */
		if (r->now.n > 0 && !r->now.begun && !r->now.told) {
			r->now.told = true;
			r->now.failed = ev->status != 0;
		}
		if (ev->len > 0)
			story_text(&r->error, r->redact, ev->text, ev->len);
		else if (ev->text != NULL)
			story_text(
			    &r->error, r->redact, ev->text, strlen(ev->text));
		return;
	case EV_PAGE:
		buf_clear(&r->made);
		buf_add(&r->made, ev->text, ev->len);
		return;
	case EV_FILE:
		report_section(r);
		break;
	default:
		break;
	}
	if (story_put(&r->now, ev, r->redact))
		report_section(r);
}

static void
report_title(const struct report *r, struct buf *b)
{
	if (buf_len(&r->head) > 0)
		html_add(b, buf_data(&r->head), buf_len(&r->head));
	else if (r->nfindings + r->nwell > 0)
		buf_addf(b, "diagnosis: %u finding%s", r->nfindings,
		    r->nfindings == 1 ? "" : "s");
	else if (r->n > 1 && r->failed > 0)
		buf_addf(b, "%zu conversations, %zu failed", r->n, r->failed);
	else if (r->n > 1)
		buf_addf(b, "%zu conversations", r->n);
	else if (buf_len(&r->name) > 0)
		html_add(b, buf_data(&r->name), buf_len(&r->name));
	else
		buf_adds(b, "nothing was said");
}

static void
report_head(const struct report *r, struct buf *b)
{
	struct buf title = BUF_INIT;
	time_t now = time(NULL);
	struct tm tm;
	char date[40];
	gmtime_r(&now, &tm);
	strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", &tm);
	report_title(r, &title);
	buf_addf(b,
	    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width,"
	    "initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none';style-src 'unsafe-inline'\">"
	    "<title>smtpsh: %s</title>\n<style>%s</style></head><body><main>\n"
	    "<h1>%s</h1>\n<p class=\"dim\">",
	    buf_str(&title), report_style, buf_str(&title));
	if (r->met + r->missed > 0)
		buf_addf(b, "%u of %u expectations met &middot; ", r->met,
		    r->met + r->missed);
	if (r->unjudged > 0)
		buf_addf(b, "%u unjudged &middot; ", r->unjudged);
	if (r->ended) {
		note_time(b, r->took_ns);
		buf_addf(b,
		    " &middot; <span class=\"%s\">exit status %d</span>"
		    " &middot; ",
		    r->status == 0 ? "ok" : "no", r->status);
	}
	buf_addf(b, "%s &middot; smtpsh</p>\n", date);
	if (r->status != 0 && buf_len(&r->error) > 0) {
		buf_adds(b, "<pre class=\"no\">");
		html_add(b, buf_data(&r->error), buf_len(&r->error));
		buf_adds(b, "</pre>\n");
	}
	buf_release(&title);
}

static void
report_write(struct report *r, struct buf *b)
{
	report_head(r, b);
	buf_add(b, buf_data(&r->findings), buf_len(&r->findings));
	if (r->nwell > 0) {
		buf_addf(b,
		    "<details class=\"f\"%s><summary><b class=\"ok\">"
		    "%u well</b></summary><ul>",
		    r->nfindings == 0 ? " open" : "", r->nwell);
		buf_add(b, buf_data(&r->well), buf_len(&r->well));
		buf_adds(b, "</ul></details>\n");
	}
	for (size_t i = 1; i <= r->nasides; i++)
		report_conversation(r, b, i, false);
	buf_add(b, buf_data(&r->stories), buf_len(&r->stories));
	if (r->left_out > 0)
		buf_addf(b,
		    "<p class=\"dim\">%zu more conversations are not "
		    "shown</p>\n",
		    r->left_out);
	buf_adds(b, "</main></body></html>\n");
}

static int
report_close(struct sink *s, struct err *e)
{
	struct report *r = (struct report *)s;
	struct buf b = BUF_INIT;
	int rc = 0;
	report_section(r);
	report_write(r, &b);
	int failed = out_all(r->fd, buf_data(&b), buf_len(&b));
	if (close(r->fd) < 0 && failed == 0)
		failed = errno;
	if (failed != 0)
		rc = err_set(e, ERR_OUTPUT, "cannot write %s: %s", r->path,
		    strerror(failed));
	buf_release(&b);
	buf_release(&r->made);
	for (size_t i = 0; i < r->nasides; i++)
		story_release(&r->aside[i]);
	free(r->aside);
	free(r->told);
	buf_release(&r->stories);
	buf_release(&r->findings);
	buf_release(&r->well);
	buf_release(&r->name);
	buf_release(&r->error);
	buf_release(&r->head);
	free(r->path);
	free(r);
	return rc;
}

struct sink *
report_new(const char *path, const struct redact *redact, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0) {
		err_set(e, ERR_OUTPUT, "cannot write %s: %s", path,
		    strerror(errno));
		return NULL;
	}
	struct report *r = mem_zalloc(sizeof *r);
	r->sink.put = report_put;
	r->sink.aside = report_aside;
	r->sink.close = report_close;
	r->redact = redact;
	r->fd = fd;
	r->path = mem_dup(path);
	story_init(&r->now);
	return &r->sink;
}
