/* The result as one page: no script, nothing from elsewhere, drawn by inline
 * SVG. */
#include "cmd/sink/figures.h"

#include <string.h>
#include "cmd/sink/html.h"

#define PLOT_W	      820.0
#define PLOT_H	      220.0
#define PLOT_L	      70.0 /* room for the scale */
#define PLOT_B	      24.0
#define PLOT_LEAST_NS INT64_C(300000000)

static const char html_style[] =
    "body{font:15px/1.45 system-ui,sans-serif;max-width:920px;margin:2em auto;"
    "padding:0 1em;color:#1b2733;background:#fff}h1{font-size:1.5em}h2{font-"
    "size:1.1em;margin:2em 0 .4em}table{border-collapse:collapse}td,th{padding:"
    ".2em .9em .2em 0;text-align:right;font-variant-numeric:tabular-nums}td:"
    "first-child,th:first-child,td.l,th.l{text-align:left}tr+tr td{border-top:"
    "1px solid #dde3e8}svg{width:100%;height:auto}svg text{font:11px system-ui,"
    "sans-serif;fill:#55636f}.g{stroke:#e3e8ec}.big{font-size:2em}"
    "@media(prefers-color-scheme:dark){body{color:#dbe4ec;background:#141a20}"
    "tr+tr td{border-color:#2c363f}.g{stroke:#2c363f}svg text{fill:#9fb0be}}";

/* A round number at or above v, of 1, 2 and 5. */
static double
html_round(double v)
{
	double unit = 1;
	if (v <= 0)
		return 1;
	while (unit * 10 < v)
		unit *= 10;
	while (unit > v)
		unit /= 10;
	return v <= unit       ? unit
	       : v <= 2 * unit ? 2 * unit
	       : v <= 5 * unit ? 5 * unit
			       : 10 * unit;
}

struct plot {
	const struct figures *f;
	double top, seconds;
	bool time; /* the scale is of nanoseconds */
};

static double
plot_x(const struct plot *p, double s)
{
	return PLOT_L + (PLOT_W - PLOT_L - 8) * s / p->seconds;
}

static double
plot_y(const struct plot *p, double v)
{
	return 8 + (PLOT_H - PLOT_B - 8) * (1 - v / p->top);
}

static void
plot_begin(const struct plot *p, struct buf *b, const char *label)
{
	buf_addf(b,
	    "<svg viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"%s\">",
	    PLOT_W, PLOT_H, label);
	for (int i = 0; i <= 4; i++) {
		double v = p->top * i / 4, y = plot_y(p, v);
		struct buf n = BUF_INIT;
		if (p->time)
			figures_ns(&n, (int64_t)v);
		else
			buf_addf(&n, "%.6g", v);
		buf_addf(b,
		    "<line class=\"g\" x1=\"%g\" x2=\"%g\" y1=\"%.1f\" "
		    "y2=\"%.1f\"/><text x=\"%g\" y=\"%.1f\" "
		    "text-anchor=\"end\">%s</text>",
		    PLOT_L, PLOT_W - 8, y, y, PLOT_L - 6, y + 4, buf_str(&n));
		buf_release(&n);
	}
	for (int i = 0; i <= 5; i++) {
		double s = p->seconds * i / 5;
		buf_addf(b,
		    "<text x=\"%.1f\" y=\"%g\" text-anchor=\"%s\">%.*f "
		    "s</text>",
		    plot_x(p, s), PLOT_H - 6, i < 5 ? "middle" : "end",
		    p->seconds < 10 ? 1 : 0, s);
	}
}

typedef double plot_value(const struct figures_point *p);

static double
value_rate(const struct figures_point *p)
{
	return p->for_ns <= 0 ? 0
			      : (double)p->messages * 1e9 / (double)p->for_ns;
}

static double
value_failed(const struct figures_point *p)
{
	return p->for_ns <= 0 ? 0 : (double)p->failed * 1e9 / (double)p->for_ns;
}

static double
value_p50(const struct figures_point *p)
{
	return (double)p->p50;
}

static double
value_p90(const struct figures_point *p)
{
	return (double)p->p90;
}

static double
value_p99(const struct figures_point *p)
{
	return (double)p->p99;
}

static double
value_max(const struct figures_point *p)
{
	return (double)p->max;
}

static void
plot_line(const struct plot *p, struct buf *b, plot_value *value,
    const char *colour, const char *name, int place)
{
	buf_addf(b,
	    "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" "
	    "points=\"",
	    colour);
	for (size_t i = 0; i < p->f->npoints; i++) {
		const struct figures_point *x = &p->f->point[i];
		/* The rest of a second says nothing of a second. */
		if (x->for_ns < PLOT_LEAST_NS && p->f->npoints > 1)
			continue;
		double at = ((double)x->at_ns + (double)x->for_ns / 2) / 1e9;
		buf_addf(b, "%.1f,%.1f ", plot_x(p, at), plot_y(p, value(x)));
	}
	buf_addf(b, "\"/><text x=\"%g\" y=\"20\" style=\"fill:%s\">%s</text>",
	    PLOT_L + 10 + 90 * place, colour, name);
}

static double
plot_most(const struct figures *f, plot_value *value)
{
	double most = 0;
	for (size_t i = 0; i < f->npoints; i++)
		most = value(&f->point[i]) > most ? value(&f->point[i]) : most;
	return most;
}

static void
html_over_time(const struct figures *f, struct buf *b)
{
	double s = f->elapsed_ns <= 0 ? 1 : (double)f->elapsed_ns / 1e9;
	struct plot p = { f, html_round(plot_most(f, value_rate) * 1.05), s,
		false };
	buf_adds(b, "<h2>Messages a second</h2>");
	plot_begin(&p, b, "messages a second over time");
	plot_line(&p, b, value_rate, "#1f77b4", "messages", 0);
	if (f->failed > 0)
		plot_line(&p, b, value_failed, "#d62728", "failed", 1);
	buf_adds(b, "</svg><h2>Latency of whole messages</h2>");
	p = (struct plot){ f, html_round(plot_most(f, value_max) * 1.05), s,
		true };
	plot_begin(&p, b, "latency percentiles over time");
	plot_line(&p, b, value_p50, "#2ca02c", "p50", 0);
	plot_line(&p, b, value_p90, "#1f77b4", "p90", 1);
	plot_line(&p, b, value_p99, "#ff7f0e", "p99", 2);
	plot_line(&p, b, value_max, "#d62728", "max", 3);
	buf_adds(b, "</svg>");
}

/* Bars over a scale of which each mark is twice the one before. */
static void
html_histogram(const struct hdr *h, const char *name, struct buf *b)
{
	enum { BARS = 48 };
	int64_t low = h->min < 1000 ? 1000 : h->min, below = 0, n[BARS];
	int64_t most = 1;
	double high = (double)h->max, edge[BARS + 1], step = 1, bit = 1;
	if (high <= (double)low)
		high = (double)low * 2;
	for (int i = 0; i < 40; i++) {
		double p = 1;
		for (int k = 0; k < BARS; k++)
			p *= step + bit;
		step += p <= high / (double)low ? bit : 0;
		bit /= 2;
	}
	edge[0] = (double)low;
	for (int i = 0; i < BARS; i++) {
		edge[i + 1] = edge[i] * step;
		int64_t upto = i + 1 == BARS
				   ? h->total
				   : hdr_up_to(h, (int64_t)edge[i + 1]);
		n[i] = upto - below;
		below = upto;
		most = n[i] > most ? n[i] : most;
	}
	buf_addf(b,
	    "<h2>%s</h2><svg viewBox=\"0 0 %g 120\" role=\"img\" "
	    "aria-label=\"histogram of %s\">",
	    name, PLOT_W, name);
	for (int i = 0; i < BARS; i++) {
		double tall = 90.0 * (double)n[i] / (double)most;
		double wide = (PLOT_W - 20) / BARS;
		buf_addf(b,
		    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		    "height=\"%.1f\" fill=\"#1f77b4\"/>",
		    10 + wide * i, 98 - tall, wide - 1, tall);
		if (i % 8 == 0) {
			struct buf t = BUF_INIT;
			figures_ns(&t, (int64_t)edge[i]);
			buf_addf(b, "<text x=\"%.1f\" y=\"114\">%s</text>",
			    10 + wide * i, buf_str(&t));
			buf_release(&t);
		}
	}
	buf_adds(b, "</svg>");
}

static void
html_steps(const struct figures *f, struct buf *b)
{
	static const double at[] = { 50, 90, 99, 99.9 };
	buf_adds(b, "<h2>Latency by step</h2><table><tr><th>step<th>count"
		    "<th>p50<th>p90<th>p99<th>p99.9<th>max</tr>");
	for (size_t i = 0; i < FIGURES; i++) {
		const struct hdr *h = f->all[i];
		if (h->total == 0)
			continue;
		buf_addf(b, "<tr><td>%s<td>", figure_names[i]);
		figures_count(b, (uint64_t)h->total);
		for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
			buf_adds(b, "<td>");
			figures_ns(b, hdr_at(h, at[k]));
		}
		buf_adds(b, "<td>");
		figures_ns(b, h->max);
		buf_adds(b, "</tr>");
	}
	buf_adds(b, "</table>");
}

static void
html_failures(const struct figures *f, struct buf *b)
{
	if (f->nfailures > 0)
		buf_adds(b, "<h2>Failures</h2><table><tr><th>stage<th>count<th "
			    "class=\"l\">why<th class=\"l\">the first</tr>");
	for (size_t i = 0; i < f->nfailures; i++) {
		const struct figures_failure *x = &f->failure[i];
		struct buf why = BUF_INIT;
		figures_reason(x, &why);
		buf_addf(b, "<tr><td>%s<td>", figure_names[x->at]);
		figures_count(b, x->n);
		buf_adds(b, "<td class=\"l\">");
		html_text(b, buf_str(&why));
		buf_adds(b, "<td class=\"l\">");
		html_text(b, x->text);
		buf_adds(b, "</tr>");
		buf_release(&why);
	}
	if (f->nfailures > 0)
		buf_adds(b, "</table>");
	if (f->ntold > 0)
		buf_adds(b, "<h2>The first that were not as expected</h2>");
	for (size_t i = 0; i < f->ntold; i++) {
		buf_adds(b, "<p>");
		html_text(b, f->told[i]);
		buf_adds(b, "</p>");
	}
}

static void
html_sum(const struct figures *f, struct buf *b)
{
	struct buf limit = BUF_INIT;
	buf_adds(b, "<p class=\"big\">");
	figures_count(b, f->messages);
	buf_addf(b, " messages, %.1f/s</p><p>%.2f s; %.2f MB/s; ",
	    figures_rate(f), (double)f->elapsed_ns / 1e9,
	    figures_octets(f) / 1e6);
	figures_count(b, f->sessions);
	buf_adds(b, " sessions, ");
	figures_count(b, f->connections);
	buf_adds(b, " connections, ");
	if (f->handshakes > 0) {
		figures_count(b, f->handshakes);
		buf_adds(b, " TLS handshakes, ");
	}
	figures_count(b, f->failed);
	buf_adds(b, " failed; smtpsh itself took ");
	buf_addf(b, "%.2f s of CPU and %.1f MiB.</p>", (double)f->cpu_ns / 1e9,
	    (double)f->memory / 1048576);
	figures_limit(f, &limit);
	if (buf_len(&limit) > 0)
		buf_addf(b, "<p><b>%s</b></p>", buf_str(&limit));
	if (f->interrupted)
		buf_adds(b, "<p><b>The run was interrupted.</b></p>");
	buf_release(&limit);
}

void
figures_html(const struct figures *f, const char *title, struct buf *b)
{
	buf_addf(b,
	    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\"><title>"
	    "smtpsh --load</title><style>%s</style></head>\n<body><h1>"
	    "smtpsh --load",
	    html_style);
	if (title != NULL) {
		buf_addc(b, ' ');
		html_text(b, title);
	}
	buf_adds(b, "</h1>");
	html_sum(f, b);
	if (f->npoints > 1)
		html_over_time(f, b);
	html_steps(f, b);
	html_failures(f, b);
	for (size_t i = 0; i < FIGURES; i++)
		if (f->all[i]->total > 1)
			html_histogram(f->all[i], figure_names[i], b);
	buf_adds(b, "</body></html>\n");
}
