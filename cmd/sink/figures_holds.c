/* --fail-if: a figure, one of > >= < <=, a value. */
#include "cmd/sink/figures.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	double percent; /* 101: the mean; 100: the largest */
} holds_latency[] = {
	{ "p50", 50 },
	{ "p75", 75 },
	{ "p90", 90 },
	{ "p95", 95 },
	{ "p99", 99 },
	{ "p99.9", 99.9 },
	{ "p999", 99.9 },
	{ "p99.99", 99.99 },
	{ "max", 100 },
	{ "mean", 101 },
};

static int
holds_bad(const char *c, struct err *e)
{
	return err_set(e, ERR_USAGE,
	    "--fail-if %s: expected as 'p99>200ms', 'rcpt.p50>5ms', "
	    "'errors>0.1%%', 'errors>10', 'messages/s<500'; percentiles are "
	    "p50 p75 p90 p95 p99 p99.9 p99.99 max mean, of connect tls "
	    "greeting ehlo auth mail rcpt data text whole",
	    c);
}

/* "rcpt.": which step; the whole without. -1: none. */
static int
holds_step(const char **p, size_t *len)
{
	static const char *const words[FIGURES] = { "connect", "tls",
		"greeting", "ehlo", "auth", "mail", "rcpt", "data", "text",
		"other", "whole" };
	const char *dot = memchr(*p, '.', *len);
	if (dot == NULL || **p == 'p' || **p == 'P')
		return FIGURE_WHOLE;
	size_t n = (size_t)(dot - *p);
	for (int i = 0; i < FIGURES; i++)
		if (strlen(words[i]) == n &&
		    strncasecmp(words[i], *p, n) == 0) {
			*p += n + 1;
			*len -= n + 1;
			return i;
		}
	return -1;
}

/* In nanoseconds. 0 needs no unit; what a number alone means, nobody knows. */
static bool
holds_time(const char *text, double *ns)
{
	static const struct {
		const char *name;
		double unit;
	} units[] = { { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 },
		{ "m", 6e10 } };
	char *end;
	*ns = strtod(text, &end);
	if (end > text && *end == '\0' && *ns <= 0)
		return *ns >= 0;
	for (size_t i = 0; end > text && i < sizeof units / sizeof *units; i++)
		if (strcmp(end, units[i].name) == 0) {
			*ns *= units[i].unit;
			return *ns >= 0;
		}
	return false;
}

struct holds {
	bool more, equal;
	double limit, is;
	bool none; /* there is nothing to measure */
	bool time, percent;
};

/* "p99", "rcpt.p99": which row, and of which step. -1: none. */
static int
holds_name(const char *p, size_t len, int *step)
{
	*step = holds_step(&p, &len);
	for (size_t i = 0; i < sizeof holds_latency / sizeof *holds_latency;
	     i++)
		if (*step >= 0 && strlen(holds_latency[i].name) == len &&
		    strncasecmp(holds_latency[i].name, p, len) == 0)
			return (int)i;
	return -1;
}

/* 0; -1: no such figure, or its limit is no time. */
static int
holds_of_latency(const struct figures *f, struct holds *h, const char *p,
    size_t len, const char *value)
{
	int step, row = holds_name(p, len, &step);
	if (row < 0)
		return -1;
	double at = holds_latency[row].percent;
	const struct hdr *all = f->all[step];
	h->is = at > 100    ? hdr_mean(all)
		: at >= 100 ? (double)all->max
			    : (double)hdr_at(all, at);
	h->none = all->total == 0;
	h->time = true;
	return holds_time(value, &h->limit) ? 0 : -1;
}

static int
holds_of_count(const struct figures *f, struct holds *h, const char *p,
    size_t len, const char *value)
{
	char *end;
	h->limit = strtod(value, &end);
	if (end == value)
		return -1;
	if (len == 6 && strncmp(p, "errors", 6) == 0) {
		h->percent = strcmp(end, "%") == 0;
		h->is = (double)f->failed;
		if (h->percent)
			h->is = f->begun == 0 ? 100
					      : 100.0 * (double)f->failed /
						    (double)f->begun;
		return h->percent ? (h->limit <= 100 ? 0 : -1)
				  : (*end == '\0' ? 0 : -1);
	}
	if (len == 10 && strncmp(p, "messages/s", 10) == 0)
		h->is = figures_rate(f);
	else if (len == 8 && strncmp(p, "messages", 8) == 0)
		h->is = (double)f->messages;
	else
		return -1;
	return *end == '\0' ? 0 : -1;
}

/* A condition in its parts; blanks may stand around each. */
struct holds_parts {
	const char *name;
	size_t len;
	char value[32];
};

/* False: it is none. */
static bool
holds_split(const char *c, struct holds_parts *x, struct holds *h)
{
	c += strspn(c, " ");
	x->name = c;
	x->len = strcspn(c, "<>");
	const char *p = c + x->len;
	if (*p == '\0')
		return false;
	h->more = *p++ == '>';
	h->equal = *p == '=';
	p += h->equal;
	p += strspn(p, " ");
	while (x->len > 0 && c[x->len - 1] == ' ')
		x->len--;
	size_t len = strlen(p);
	while (len > 0 && p[len - 1] == ' ')
		len--;
	/* No nan, no inf: they would never hold. */
	if (len == 0 || len >= sizeof x->value ||
	    strchr("0123456789.", *p) == NULL)
		return false;
	memcpy(x->value, p, len);
	x->value[len] = '\0';
	return true;
}

/* "p99>200". */
static bool
holds_bare(const struct holds_parts *x)
{
	int step;
	return holds_name(x->name, x->len, &step) >= 0 &&
	       x->value[strspn(x->value, "0123456789.")] == '\0';
}

int
figures_holds(const struct figures *f, const char *condition, struct buf *why,
    struct err *e)
{
	struct holds h = { 0 };
	struct holds_parts x;
	if (!holds_split(condition, &x, &h))
		return holds_bad(condition, e);
	if (holds_of_latency(f, &h, x.name, x.len, x.value) < 0 &&
	    holds_of_count(f, &h, x.name, x.len, x.value) < 0)
		return holds_bare(&x)
			   ? err_set(e, ERR_USAGE,
				 "--fail-if %s: %s of what? write %sms, %ss or "
				 "%sus",
				 condition, x.value, x.value, x.value, x.value)
			   : holds_bad(condition, e);
	bool holds = h.none || (h.more ? h.is > h.limit : h.is < h.limit) ||
		     (h.equal && h.is >= h.limit && h.is <= h.limit);
	if (!holds)
		return 0;
	buf_addf(why, "%s: it is ", condition);
	if (h.none)
		buf_adds(why, "not known, nothing was measured");
	else if (h.time)
		figures_ns(why, (int64_t)h.is);
	else
		buf_addf(why, "%.4g%s", h.is, h.percent ? "%" : "");
	return 1;
}
