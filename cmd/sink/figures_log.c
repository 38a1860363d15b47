/* --hdr: a log of HdrHistogram, format 1.3, a line a step and interval; other
 * tools skip lines that begin with '#', where our counts stand. */
#include "cmd/sink/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cmd/say/out.h"

#define LOG_MARK "#[smtpsh "

/* A tag has no comma and no blank. */
static void
log_tag(struct buf *b, enum figure at)
{
	for (const char *p = figure_names[at]; *p != '\0'; p++)
		buf_addc(b, *p == ' ' ? '-' : *p);
}

void
figures_log_head(const struct figures *f, struct buf *b)
{
	time_t began = (time_t)f->began;
	struct tm tm;
	char date[64];
	gmtime_r(&began, &tm);
	strftime(date, sizeof date, "%a %b %d %H:%M:%S UTC %Y", &tm);
	buf_addf(b,
	    "#[Histogram log format version 1.3]\n"
	    "#[StartTime: %.3f (seconds since epoch), %s]\n"
	    "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
	    "\"Interval_Compressed_Histogram\"\n",
	    f->began, date);
}

int
figures_log_interval(const struct figures *f, int64_t at_ns,
    const struct figures_point *p, struct buf *b, struct err *e)
{
	(void)at_ns;
	for (int i = 0; i < FIGURES; i++) {
		const struct hdr *h = f->now[i];
		if (h->total == 0)
			continue;
		buf_adds(b, "Tag=");
		log_tag(b, (enum figure)i);
		buf_addf(b, ",%.3f,%.3f,%.3f,", (double)p->at_ns / 1e9,
		    (double)p->for_ns / 1e9, (double)h->max / 1e6);
		if (hdr_encode(h, b, e) < 0)
			return -1;
		buf_addc(b, '\n');
	}
	buf_addf(b, LOG_MARK "interval %lld %lld %llu %llu %llu]\n",
	    (long long)p->at_ns, (long long)p->for_ns,
	    (unsigned long long)p->messages, (unsigned long long)p->octets,
	    (unsigned long long)p->failed);
	return 0;
}

/* The counts that a log carries, by name. */
static const struct {
	const char *name;
	size_t at;
} log_counts[] = {
	{ "begun", offsetof(struct figures, begun) },
	{ "messages", offsetof(struct figures, messages) },
	{ "failed", offsetof(struct figures, failed) },
	{ "cut", offsetof(struct figures, cut) },
	{ "mails", offsetof(struct figures, mails) },
	{ "octets", offsetof(struct figures, octets) },
	{ "connections", offsetof(struct figures, connections) },
	{ "handshakes", offsetof(struct figures, handshakes) },
	{ "resumed", offsetof(struct figures, resumed) },
	{ "met", offsetof(struct figures, met) },
	{ "missed", offsetof(struct figures, missed) },
	{ "unjudged", offsetof(struct figures, unjudged) },
	{ "late", offsetof(struct figures, late) },
	{ "unbegun", offsetof(struct figures, unbegun) },
	{ "sessions", offsetof(struct figures, sessions) },
	{ "machines", offsetof(struct figures, machines) },
	{ "elapsed_ns", offsetof(struct figures, elapsed_ns) },
	{ "cpu_ns", offsetof(struct figures, cpu_ns) },
	{ "memory", offsetof(struct figures, memory) },
};

#define LOG_COUNTS (sizeof log_counts / sizeof *log_counts)

_Static_assert(sizeof(uint64_t) == sizeof(int64_t), "both are read as one");

static const uint64_t *
log_count(const struct figures *f, size_t i)
{
	return (
	    const uint64_t *)(const void *)((const char *)f + log_counts[i].at);
}

void
figures_log_end(const struct figures *f, struct buf *b)
{
	struct err ignored;
	for (size_t i = 0; i < LOG_COUNTS; i++)
		buf_addf(b, LOG_MARK "%s %llu]\n", log_counts[i].name,
		    (unsigned long long)*log_count(f, i));
	buf_addf(b, LOG_MARK "rate %.17g]\n", f->rate);
	buf_addf(b, LOG_MARK "interrupted %d]\n", f->interrupted);
	for (int c = 0; c < 600; c++)
		if (f->code[c] > 0)
			buf_addf(b, LOG_MARK "code %d %llu]\n", c,
			    (unsigned long long)f->code[c]);
	for (size_t i = 0; i < f->nfailures; i++) {
		const struct figures_failure *x = &f->failure[i];
		buf_addf(b, LOG_MARK "failure %d %d %d %llu ", (int)x->at,
		    x->code, (int)x->kind, (unsigned long long)x->n);
		escape_add(b, x->text, strlen(x->text), false);
		buf_adds(b, "]\n");
	}
	for (size_t i = 0; i < f->ntold; i++) {
		buf_adds(b, LOG_MARK "told ");
		escape_add(b, f->told[i], strlen(f->told[i]), false);
		buf_adds(b, "]\n");
	}
	buf_adds(b, LOG_MARK "lag ");
	if (hdr_encode(f->lag, b, &ignored) < 0)
		buf_adds(b, "-");
	buf_adds(b, "]\n" LOG_MARK "end]\n");
}

/* Reading. */

struct log_read {
	struct figures *into, one;
	bool ended;
};

/* n numbers, blanks between; *p goes behind them. */
static int
log_numbers(const char **p, int64_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *end;
		to[i] = (int64_t)strtoll(*p, &end, 10);
		if (end == *p)
			return -1;
		*p = end + (*end == ' ');
	}
	return 0;
}

static int
log_failure(struct figures *f, const char *p)
{
	int64_t v[4];
	if (log_numbers(&p, v, 4) < 0 || v[0] < 0 || v[0] >= FIGURES ||
	    v[1] < 0 || v[1] > 999 || v[2] < 0 || v[2] > ERR_BUG)
		return -1;
	const struct figures_failure x = { (enum figure)v[0], (int)v[1],
		(enum err_kind)v[2], (uint64_t)v[3], mem_dup(p) };
	f->failure = mem_grow(f->failure, f->nfailures + 1, sizeof *f->failure);
	f->failure[f->nfailures++] = x;
	return 0;
}

/* An interval ends: begin, length, messages, octets, failed. */
static int
log_point(struct figures *f, const char *p)
{
	struct figures_point ignored;
	int64_t v[5];
	if (log_numbers(&p, v, 5) < 0)
		return -1;
	f->now_ns = v[0];
	f->now_messages = (uint64_t)v[2];
	f->now_octets = (uint64_t)v[3];
	f->now_failed = (uint64_t)v[4];
	figures_tick(f, v[0] + v[1], &ignored);
	figures_next(f, v[0] + v[1]);
	return 0;
}

static int
log_code(struct figures *f, const char *p)
{
	int64_t v[2];
	if (log_numbers(&p, v, 2) < 0 || v[0] < 0 || v[0] >= 600)
		return -1;
	f->code[v[0]] = (uint64_t)v[1];
	return 0;
}

/* A line of ours, without its mark and bracket. */
static int
log_ours(struct log_read *r, const char *p)
{
	struct figures *f = &r->one;
	size_t n = strcspn(p, " ");
	const char *value = p[n] == ' ' ? p + n + 1 : p + n;
	struct err ignored;
	for (size_t i = 0; i < LOG_COUNTS; i++)
		if (strlen(log_counts[i].name) == n &&
		    memcmp(log_counts[i].name, p, n) == 0) {
			*(uint64_t *)(void *)((char *)f + log_counts[i].at) =
			    strtoull(value, NULL, 10);
			return 0;
		}
	if (strncmp(p, "interval ", 9) == 0)
		return log_point(f, value);
	if (strncmp(p, "failure ", 8) == 0)
		return log_failure(f, value);
	if (strncmp(p, "told ", 5) == 0)
		figures_told(f, value);
	else if (strncmp(p, "rate ", 5) == 0)
		f->rate = strtod(value, NULL);
	else if (strncmp(p, "interrupted ", 12) == 0)
		f->interrupted = value[0] == '1';
	else if (strncmp(p, "code ", 5) == 0)
		return log_code(f, value);
	else if (strncmp(p, "lag ", 4) == 0)
		return hdr_decode(f->lag, value, strlen(value), &ignored);
	else if (strcmp(p, "end") == 0)
		r->ended = true;
	else
		return -1;
	return 0;
}

static int
log_line(struct log_read *r, char *line, struct err *e)
{
	struct figures *f = &r->one;
	size_t len = strlen(line), mark = sizeof LOG_MARK - 1;
	enum figure at = FIGURE_WHOLE;
	if (strncmp(line, LOG_MARK, mark) == 0 && line[len - 1] == ']') {
		line[len - 1] = '\0';
		return log_ours(r, line + mark) < 0
			   ? err_set(e, ERR_DATA,
				 "a line of smtpsh's that is "
				 "none")
			   : 0;
	}
	if (strncmp(line, "#[StartTime: ", 13) == 0)
		f->began = strtod(line + 13, NULL);
	if (line[0] == '#' || line[0] == '"' || len == 0)
		return 0;
	if (strncmp(line, "Tag=", 4) == 0) {
		size_t n = strcspn(line + 4, ",");
		int i = 0;
		for (; i < FIGURES; i++) {
			struct buf tag = BUF_INIT;
			log_tag(&tag, (enum figure)i);
			bool same = buf_len(&tag) == n &&
				    memcmp(buf_data(&tag), line + 4, n) == 0;
			buf_release(&tag);
			if (same)
				break;
		}
		if (i == FIGURES)
			return err_set(e, ERR_DATA,
			    "the tag %.*s is none of "
			    "smtpsh's",
			    (int)n, line + 4);
		at = (enum figure)i;
		line += 4 + n + (line[4 + n] == ',');
	}
	for (int i = 0; i < 3; i++) {
		char *comma = strchr(line, ',');
		if (comma == NULL)
			return err_set(e, ERR_DATA,
			    "no line of a histogram log (four values, commas "
			    "between)");
		line = comma + 1;
	}
	return hdr_decode(f->now[at], line, strlen(line), e);
}

int
figures_log_read(struct figures *f, const char *name, const char *p, size_t len,
    bool *whole, struct err *e)
{
	struct log_read r = { .into = f };
	unsigned n = 0;
	int status = 0;
	figures_init(&r.one);
	while (len > 0 && status == 0) {
		const char *nl = memchr(p, '\n', len);
		size_t used = nl == NULL ? len : (size_t)(nl - p) + 1;
		char *line = mem_dupn(p, nl == NULL ? used : used - 1);
		struct err why;
		n++;
		status = log_line(&r, line, &why);
		free(line);
		if (status < 0)
			err_set(e, ERR_DATA, "%s:%u: %s", name, n, why.text);
		p += used;
		len -= used;
	}
	if (status == 0) {
		struct figures_point rest;
		/* Of another tool's log there are no intervals of ours. */
		for (size_t i = 0; i < FIGURES; i++)
			if (r.one.now[i]->total > 0) {
				figures_tick(&r.one, r.one.now_ns, &rest);
				r.one.npoints--;
				break;
			}
		figures_merge(f, &r.one);
	}
	*whole = r.ended;
	figures_release(&r.one);
	return status;
}
