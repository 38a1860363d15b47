/* What is seen while it runs: a page redrawn in place on a terminal, lines
 * where there is none; and the log of --hdr, which ends whole however the run
 * does. */
#include "cmd/front/load_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "net/core/code.h"

struct load_page {
	bool live, json;
	unsigned lines;	 /* of the page that stands */
	struct buf text; /* what goes over it */
	int64_t told_ns; /* the last line of progress */
	/* Since then. */
	struct hdr *since;
	uint64_t messages, octets, failed;
	int log;     /* descriptor of --hdr, -1: none */
	off_t whole; /* octets of it that are whole lines */
	const char *log_path;
	struct err log_err;
};

/* The log. */

static void
page_log(struct load *l, const struct buf *b)
{
	struct load_page *g = l->page;
	int error = out_all(g->log, buf_data(b), buf_len(b));
	if (error == 0) {
		g->whole += (off_t)buf_len(b);
		return;
	}
	/* Half a line would be taken for a whole one. */
	int r = ftruncate(g->log, g->whole);
	(void)r;
	err_set(&g->log_err, ERR_OUTPUT, "cannot write %s: %s", g->log_path,
	    strerror(error));
	out_error(&l->sh->out, "%s: the log ends here", g->log_err.text);
	close(g->log);
	g->log = -1;
}

static int
page_log_open(struct load *l, const char *path, struct err *e)
{
	struct load_page *g = l->page;
	struct buf probe = BUF_INIT;
	g->log_path = path;
	g->log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (g->log < 0)
		return err_set(e, ERR_OUTPUT, "cannot write %s: %s", path,
		    strerror(errno));
	/* Whether it can be encoded at all is known now. */
	int r = hdr_encode(l->figures.lag, &probe, e);
	buf_release(&probe);
	return r;
}

/* The page is made when all is known; that it can be is known now. */
static int
page_html_open(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set(e, ERR_OUTPUT, "cannot write %s: %s", path,
		    strerror(errno));
	close(fd);
	return 0;
}

int
load_page_new(struct load *l, const struct opts *o, struct err *e)
{
	struct load_page *g = l->page = mem_zalloc(sizeof *g);
	g->log = -1;
	g->since = hdr_new();
	g->json = o->format != NULL && strcmp(o->format, "json") == 0;
	g->live = l->sh->out.terminal && !g->json && !o->quiet;
	if (o->quiet)
		l->plan.progress_ns = 0;
	if (o->html != NULL && page_html_open(o->html, e) < 0)
		return -1;
	return o->hdr == NULL ? 0 : page_log_open(l, o->hdr, e);
}

void
load_page_free(struct load *l)
{
	struct load_page *g = l->page;
	if (g == NULL)
		return;
	if (g->log >= 0)
		close(g->log);
	hdr_free(g->since);
	buf_release(&g->text);
	free(g);
	l->page = NULL;
}

/* The page. */

static void
page_rate(struct buf *b, double messages, double octets)
{
	buf_addf(b, "%.*f messages/s, %.2f MB/s", messages < 100 ? 1 : 0,
	    messages, octets / 1e6);
}

static size_t
page_open(const struct load *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->begun; i++)
		n += l->session[i].t.link != NULL;
	return n;
}

static void
page_codes(const struct figures *f, struct buf *b)
{
	for (int c = 0; c < 600; c++) {
		if (f->code[c] == 0)
			continue;
		const struct code *k = code_find(c, VERB_UNKNOWN);
		buf_addf(b, "  %d ", c);
		figures_count(b, f->code[c]);
		buf_addf(b, "  %.50s\n", k == NULL ? "" : k->text);
	}
}

static void
page_latency(const struct hdr *h, struct buf *b)
{
	buf_adds(b, "p50 ");
	figures_ns(b, hdr_at(h, 50));
	buf_adds(b, ", p99 ");
	figures_ns(b, hdr_at(h, 99));
	buf_adds(b, ", max ");
	figures_ns(b, h->max);
}

/* Over the page before, line by line: to erase all of it at once would flicker,
 * and some terminals keep what was there in their history. */
static void
page_over(struct load_page *g, const struct buf *page, size_t width)
{
	struct buf *b = &g->text;
	const char *p = buf_data(page), *end = p + buf_len(page);
	unsigned lines = 0;
	buf_clear(b);
	if (g->lines > 0)
		buf_addf(b, "\033[%uA", g->lines);
	for (; p < end; lines++) {
		size_t len =
		    (size_t)((const char *)memchr(p, '\n', (size_t)(end - p)) -
			     p);
		buf_add(b, p, len < width ? len : width);
		buf_adds(b, "\033[K\n");
		p += len + 1;
	}
	for (unsigned i = lines; i < g->lines; i++)
		buf_adds(b, "\033[K\n");
	if (g->lines > lines)
		buf_addf(b, "\033[%uA", g->lines - lines);
	g->lines = lines;
}

static void
page_draw(struct load *l, int64_t elapsed, const struct figures_point *p)
{
	const struct figures *f = &l->figures;
	double s = (double)elapsed / 1e9, for_s = (double)p->for_ns / 1e9;
	struct buf b = BUF_INIT;
	buf_addf(&b, "smtpsh --load: %.0f s, %zu of %llu sessions%s\n", s,
	    page_open(l), (unsigned long long)l->plan.sessions,
	    l->stopping ? ", ending (Ctrl-C again: at once)" : "");
	buf_adds(&b, "  now   ");
	page_rate(&b, (double)p->messages / for_s, (double)p->octets / for_s);
	buf_adds(&b, "; ");
	page_latency(f->now[FIGURE_WHOLE], &b);
	buf_adds(&b, "\n  mean  ");
	page_rate(&b, (double)f->messages / s, (double)f->octets / s);
	buf_adds(&b, "; ");
	figures_count(&b, f->messages);
	buf_adds(&b, " messages\n");
	page_codes(f, &b);
	if (f->failed > 0) {
		buf_adds(&b, "  failed ");
		figures_count(&b, f->failed);
		buf_addf(&b, ", now %.0f/s\n", (double)p->failed / for_s);
	}
	page_over(l->page, &b, shell_page_width(l->sh));
	out_write(
	    &l->sh->out, buf_data(&l->page->text), buf_len(&l->page->text));
	out_push(&l->sh->out);
	buf_release(&b);
}

static void
page_line(struct load *l, int64_t elapsed)
{
	struct load_page *g = l->page;
	double s = (double)elapsed / 1e9;
	double for_s = (double)(elapsed - g->told_ns) / 1e9;
	struct buf b = BUF_INIT;
	if (g->json) {
		buf_addf(&b,
		    "{\"event\":\"progress\",\"elapsed_s\":%.3f,\"messages\":"
		    "%llu,\"failed\":%llu,\"messages_per_s\":%.1f,"
		    "\"octets_per_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
		    s, (unsigned long long)l->figures.messages,
		    (unsigned long long)l->figures.failed,
		    (double)g->messages / for_s, (double)g->octets / for_s,
		    (double)hdr_at(g->since, 50) / 1e6,
		    (double)hdr_at(g->since, 99) / 1e6);
	} else {
		buf_addf(&b, "# %.0f s: ", s);
		page_rate(
		    &b, (double)g->messages / for_s, (double)g->octets / for_s);
		buf_adds(&b, "; ");
		page_latency(g->since, &b);
		buf_addf(&b, "; %llu failed\n", (unsigned long long)g->failed);
	}
	out_write(&l->sh->out, buf_data(&b), buf_len(&b));
	out_push(&l->sh->out);
	buf_release(&b);
	hdr_clear(g->since);
	g->messages = g->octets = g->failed = 0;
	g->told_ns = elapsed;
}

void
load_page_tick(struct load *l, int64_t now_ns, bool last)
{
	struct load_page *g = l->page;
	struct figures *f = &l->figures;
	struct figures_point p;
	struct err e;
	int64_t at = now_ns - l->began_ns;
	if (g->log >= 0 && f->now_ns == 0) {
		struct buf head = BUF_INIT;
		figures_log_head(f, &head);
		page_log(l, &head);
		buf_release(&head);
	}
	figures_tick(f, at, &p);
	if (g->log >= 0) {
		struct buf b = BUF_INIT;
		if (figures_log_interval(f, at, &p, &b, &e) == 0)
			page_log(l, &b);
		buf_release(&b);
	}
	hdr_merge(g->since, f->now[FIGURE_WHOLE]);
	g->messages += p.messages;
	g->octets += p.octets;
	g->failed += p.failed;
	if (g->live && !last)
		page_draw(l, at, &p);
	else if (!g->live && l->plan.progress_ns > 0 && !last &&
		 at - g->told_ns >= l->plan.progress_ns - 500000000)
		page_line(l, at);
	figures_next(f, at);
}

/* The end. */

static int
page_html(struct load *l, const char *path, struct err *e)
{
	struct buf b = BUF_INIT;
	figures_html(&l->figures, l->sh->talk.where.host, &b);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int error = fd < 0 ? errno : out_all(fd, buf_data(&b), buf_len(&b));
	if (fd >= 0 && close(fd) < 0 && error == 0)
		error = errno;
	buf_release(&b);
	return error == 0 ? 0
			  : err_set(e, ERR_OUTPUT, "cannot write %s: %s", path,
				strerror(error));
}

int
load_page_end(struct load *l, const struct opts *o, struct err *e)
{
	struct load_page *g = l->page;
	struct buf b = BUF_INIT;
	int r = 0;
	if (g->lines > 0) {
		page_over(g, &b, 0);
		buf_add(&b, buf_data(&g->text), buf_len(&g->text));
	}
	if (g->json)
		figures_json(&l->figures, &b);
	else if (!o->quiet)
		figures_text(&l->figures, &b, (size_t)shell_page_width(l->sh));
	out_write(&l->sh->out, buf_data(&b), buf_len(&b));
	buf_release(&b);
	if (g->log >= 0) {
		figures_log_end(&l->figures, &b);
		page_log(l, &b);
		buf_release(&b);
	}
	if (g->log_err.kind != ERR_NONE) {
		*e = g->log_err;
		r = -1;
	}
	if (o->html != NULL && page_html(l, o->html, e) < 0)
		r = -1;
	return r;
}
