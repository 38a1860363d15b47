/* The result for people. */
#include "cmd/sink/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/say/out.h"
#include "cmd/say/note.h"
#include "cmd/sink/bar.h"

#define TEXT_HANG 24 /* below the reason of a failure */
#define TEXT_SAID 20 /* columns that are too few to break words in */

#define FIGURES_BARS 10 /* rows of the histogram */

void
figures_ns(struct buf *b, int64_t ns)
{
	static const struct {
		double unit;
		const char *name;
	} units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "us" } };
	double v = (double)ns;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		double x = v / units[i].unit;
		if (x < 0.9995 && i + 1 < sizeof units / sizeof *units)
			continue;
		buf_addf(b, "%.*f %s",
		    x < 9.995	? 2
		    : x < 99.95 ? 1
				: 0,
		    x, units[i].name);
		return;
	}
}

void
figures_count(struct buf *b, uint64_t n)
{
	char digits[24];
	int len =
	    snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf_addc(b, ',');
		buf_addc(b, digits[i]);
	}
}

static void
text_row(struct buf *b, const char *name, uint64_t n)
{
	buf_addf(b, "  %-22s", name);
	figures_count(b, n);
	buf_addc(b, '\n');
}

static void
text_counts(const struct figures *f, struct buf *b)
{
	double s = (double)f->elapsed_ns / 1e9;
	figures_count(b, f->messages);
	buf_addf(b, " message%s in %.2f s", f->messages == 1 ? "" : "s", s);
	buf_addf(b, ": %.1f messages/s, %.2f MB/s\n", figures_rate(f),
	    figures_octets(f) / 1e6);
	if (f->machines > 1)
		text_row(b, "machines", f->machines);
	text_row(b, "sessions", f->sessions);
	text_row(b, "connections", f->connections);
	if (f->handshakes > 0) {
		buf_adds(b, "  TLS handshakes        ");
		figures_count(b, f->handshakes);
		buf_addf(b, " (%.1f/s", (double)f->handshakes / s);
		if (f->resumed > 0) {
			buf_adds(b, ", ");
			figures_count(b, f->resumed);
			buf_adds(b, " resumed");
		}
		buf_adds(b, ")\n");
	}
	text_row(b, "texts taken", f->mails);
	text_row(b, "failed", f->failed);
	if (f->cut > 0)
		text_row(b, "cut short", f->cut);
	if (f->met + f->missed + f->unjudged > 0) {
		buf_adds(b, "  expectations          ");
		figures_count(b, f->met);
		buf_adds(b, " met, ");
		figures_count(b, f->missed);
		buf_adds(b, " missed");
		if (f->unjudged > 0) {
			buf_adds(b, ", ");
			figures_count(b, f->unjudged);
			buf_adds(b, " replies unjudged");
		}
		buf_addc(b, '\n');
	}
}

/* What a server or a library said, however long: broken at words. */
static void
text_said(struct buf *b, const char *said, size_t hang, size_t width)
{
	struct buf line = BUF_INIT, all = BUF_INIT;
	escape_add(&line, said, strlen(said), false);
	note_wrap(&all, buf_data(&line), buf_len(&line),
	    width > hang + TEXT_SAID ? width - hang : 0, 0);
	const char *p = buf_str(&all);
	for (size_t n; *p != '\0'; p += n) {
		n = strcspn(p, "\n");
		buf_addf(b, "%*s%.*s\n", (int)hang, "", (int)n, p);
		n += p[n] == '\n';
	}
	buf_release(&line);
	buf_release(&all);
}

static void
text_failures(const struct figures *f, struct buf *b, size_t width)
{
	if (f->nfailures > 0)
		buf_adds(b, "\nFailures\n");
	for (size_t i = 0; i < f->nfailures; i++) {
		const struct figures_failure *x = &f->failure[i];
		struct buf n = BUF_INIT;
		figures_count(&n, x->n);
		buf_addf(b, "  %8s  %-9s ", buf_str(&n), figure_names[x->at]);
		figures_reason(x, b);
		buf_addc(b, '\n');
		if (x->text[0] != '\0')
			text_said(b, x->text, TEXT_HANG, width);
		buf_release(&n);
	}
	if (f->ntold > 0)
		buf_adds(b, "\nThe first that were not as expected\n");
	for (size_t i = 0; i < f->ntold; i++) {
		text_said(b, f->told[i], 2, width);
	}
}

static void
text_cell(struct buf *b, int64_t ns)
{
	struct buf t = BUF_INIT;
	figures_ns(&t, ns);
	buf_addf(b, "%10s", buf_str(&t));
	buf_release(&t);
}

static void
text_steps(const struct figures *f, struct buf *b)
{
	static const double at[] = { 50, 90, 99, 99.9 };
	buf_adds(b, "\nLatency         count       p50       p90       p99     "
		    "p99.9       max\n");
	for (size_t i = 0; i < FIGURES; i++) {
		const struct hdr *h = f->all[i];
		struct buf n = BUF_INIT;
		if (h->total == 0)
			continue;
		figures_count(&n, (uint64_t)h->total);
		buf_addf(b, "  %-9s%10s", figure_names[i], buf_str(&n));
		for (size_t k = 0; k < sizeof at / sizeof *at; k++)
			text_cell(b, hdr_at(h, at[k]));
		text_cell(b, h->max);
		buf_addc(b, '\n');
		buf_release(&n);
	}
}

/* Whole messages, in rows of which each is as wide as the others times. */
static void
text_histogram(const struct hdr *h, struct buf *b, size_t width)
{
	double low = (double)hdr_at(h, 0.1), high = (double)hdr_at(h, 99.9);
	int64_t n[FIGURES_BARS], below = 0, most = 0;
	double edge = low < 1 ? 1 : low, step = 1;
	if (h->total < 2 || high <= low)
		return;
	/* step to the power of FIGURES_BARS spans them. */
	double ratio = high / edge, bit = ratio;
	for (int i = 0; i < 60; i++) {
		double p = 1;
		for (int k = 0; k < FIGURES_BARS; k++)
			p *= step + bit;
		step += p <= ratio ? bit : 0;
		bit /= 2;
	}
	for (int i = 0; i < FIGURES_BARS; i++) {
		int64_t upto = i + 1 == FIGURES_BARS
				   ? h->total
				   : hdr_up_to(h, (int64_t)(edge * step));
		n[i] = upto - below;
		most = n[i] > most ? n[i] : most;
		below = upto;
		edge *= step;
	}
	buf_adds(b, "\nWhole messages\n");
	edge = low < 1 ? 1 : low;
	for (int i = 0; i < FIGURES_BARS; i++) {
		size_t room = width > 40 ? width - 32 : 8;
		edge *= step;
		buf_adds(b, i + 1 < FIGURES_BARS ? "  up to " : "  over  ");
		text_cell(
		    b, (int64_t)(i + 1 < FIGURES_BARS ? edge : edge / step));
		buf_addf(b, "%10lld  ", (long long)n[i]);
		bar_add(b,
		    (size_t)((double)n[i] / (double)most * (double)(room * 8)));
		buf_addc(b, '\n');
	}
}

/* What smtpsh itself had to do with it. */
static void
text_own(const struct figures *f, struct buf *out, size_t width)
{
	struct buf line = BUF_INIT, *b = &line;
	double s = (double)f->elapsed_ns / 1e9;
	buf_addf(b,
	    "smtpsh itself: %.2f s of CPU (%.0f %% of a core%s), %.1f MiB\n",
	    (double)f->cpu_ns / 1e9,
	    s <= 0 ? 0 : (double)f->cpu_ns / 1e7 / s / (double)f->machines,
	    f->machines > 1 ? " each" : "", (double)f->memory / 1048576);
	if (f->rate > 0) {
		buf_addf(b, "rate: %.1f/s asked for, ", f->rate);
		buf_addf(b, "%.1f/s begun; waited for a session: p99 ",
		    s <= 0 ? 0 : (double)f->begun / s);
		figures_ns(b, hdr_at(f->lag, 99));
		buf_adds(b, ", max ");
		figures_ns(b, f->lag->max);
		buf_addc(b, '\n');
	}
	figures_limit(f, b);
	buf_addc(out, '\n');
	note_wrap(out, buf_data(b), buf_len(b), width, 2);
	buf_release(b);
}

void
figures_text(const struct figures *f, struct buf *b, size_t width)
{
	if (f->interrupted)
		buf_adds(b, "interrupted; what was done:\n");
	text_counts(f, b);
	text_failures(f, b, width);
	text_steps(f, b);
	text_histogram(f->all[FIGURE_WHOLE], b, width);
	text_own(f, b, width);
}
