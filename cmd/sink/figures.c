/* Counting. Each step's time goes to the interval's histogram; the interval is
 * added to the whole when it ends. */
#include "cmd/sink/figures.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/code.h"

#define FIGURES_FAILURES_MAX 200 /* kinds that are told apart */

const char *const figure_names[FIGURES] = { "connect", "TLS", "greeting",
	"EHLO", "AUTH", "MAIL", "RCPT", "DATA", "text end", "other", "whole" };

enum figure
figure_of(const struct verb *v)
{
	switch (v == NULL ? VERB_UNKNOWN : v->id) {
	case VERB_GREETING:
		return FIGURE_GREETING;
	case VERB_HELO:
	case VERB_EHLO:
	case VERB_LHLO:
		return FIGURE_EHLO;
	case VERB_AUTH:
	case VERB_RESPONSE:
		return FIGURE_AUTH;
	case VERB_MAIL:
	case VERB_SEND:
	case VERB_SOML:
	case VERB_SAML:
		return FIGURE_MAIL;
	case VERB_RCPT:
		return FIGURE_RCPT;
	case VERB_DATA:
		return FIGURE_DATA;
	case VERB_TEXT_END:
	case VERB_BDAT:
		return FIGURE_TEXT;
	case VERB_STARTTLS:
		return FIGURE_TLS;
	default:
		return FIGURE_OTHER;
	}
}

void
figures_init(struct figures *f)
{
	*f = (struct figures){ .machines = 1 };
	for (size_t i = 0; i < FIGURES; i++) {
		f->all[i] = hdr_new();
		f->now[i] = hdr_new();
	}
	f->lag = hdr_new();
}

void
figures_release(struct figures *f)
{
	for (size_t i = 0; i < FIGURES; i++) {
		hdr_free(f->all[i]);
		hdr_free(f->now[i]);
	}
	hdr_free(f->lag);
	for (size_t i = 0; i < f->nfailures; i++)
		free(f->failure[i].text);
	free(f->failure);
	for (size_t i = 0; i < f->ntold; i++)
		free(f->told[i]);
	free(f->point);
	*f = (struct figures){ 0 };
}

void
figures_step(struct figures *f, enum figure at, int64_t ns)
{
	hdr_add(f->now[at], ns);
}

static void
figures_fail_n(struct figures *f, const struct figures_failure *x)
{
	for (size_t i = 0; i < f->nfailures; i++) {
		struct figures_failure *y = &f->failure[i];
		if (y->at == x->at && y->code == x->code &&
		    y->kind == x->kind) {
			y->n += x->n;
			return;
		}
	}
	if (f->nfailures == FIGURES_FAILURES_MAX) {
		f->failure[f->nfailures - 1].n += x->n;
		return;
	}
	f->failure = mem_grow(f->failure, f->nfailures + 1, sizeof *f->failure);
	f->failure[f->nfailures] = *x;
	f->failure[f->nfailures++].text = mem_dup(x->text);
}

void
figures_fail(struct figures *f, enum figure at, int code, enum err_kind kind,
    const char *text, size_t len)
{
	char *copy = mem_dupn(text, len);
	const struct figures_failure x = { at, code,
		code != 0 ? ERR_NONE : kind, 1, copy };
	figures_fail_n(f, &x);
	free(copy);
}

void
figures_told(struct figures *f, const char *text)
{
	if (f->ntold < FIGURES_TOLD)
		f->told[f->ntold++] = mem_dup(text);
}

void
figures_tick(struct figures *f, int64_t at_ns, struct figures_point *p)
{
	const struct hdr *w = f->now[FIGURE_WHOLE];
	*p = (struct figures_point){ .at_ns = f->now_ns,
		.for_ns = at_ns - f->now_ns,
		.messages = f->now_messages,
		.octets = f->now_octets,
		.failed = f->now_failed,
		.p50 = hdr_at(w, 50),
		.p90 = hdr_at(w, 90),
		.p99 = hdr_at(w, 99),
		.p999 = hdr_at(w, 99.9),
		.max = w->max };
	if ((f->npoints & (f->npoints - 1)) == 0)
		f->point = mem_grow(f->point,
		    f->npoints == 0 ? 1 : f->npoints * 2, sizeof *f->point);
	f->point[f->npoints++] = *p;
	for (size_t i = 0; i < FIGURES; i++)
		hdr_merge(f->all[i], f->now[i]);
}

void
figures_next(struct figures *f, int64_t at_ns)
{
	for (size_t i = 0; i < FIGURES; i++)
		hdr_clear(f->now[i]);
	f->now_ns = at_ns;
	f->now_messages = f->now_octets = f->now_failed = 0;
}

static int
figures_earlier(const void *a, const void *b)
{
	const struct figures_point *x = a, *y = b;
	return x->at_ns < y->at_ns ? -1 : x->at_ns > y->at_ns;
}

/* x lies in y's second. */
static bool
figures_beside(const struct figures_point *y, const struct figures_point *x)
{
	int64_t half = y->for_ns / 2;
	return x->at_ns - y->at_ns <= half && y->at_ns - x->at_ns <= half;
}

/* Rates add, of percentiles the worst is kept. */
static void
figures_join(struct figures_point *y, const struct figures_point *x)
{
	y->messages += x->messages;
	y->octets += x->octets;
	y->failed += x->failed;
	y->p50 = x->p50 > y->p50 ? x->p50 : y->p50;
	y->p90 = x->p90 > y->p90 ? x->p90 : y->p90;
	y->p99 = x->p99 > y->p99 ? x->p99 : y->p99;
	y->p999 = x->p999 > y->p999 ? x->p999 : y->p999;
	y->max = x->max > y->max ? x->max : y->max;
	y->for_ns = x->for_ns > y->for_ns ? x->for_ns : y->for_ns;
}

static struct figures_point *
figures_sorted(const struct figures *from, int64_t ahead_ns)
{
	size_t n = from->npoints;
	struct figures_point *x = mem_alloc((n + 1) * sizeof *x);
	if (n > 0)
		memcpy(x, from->point, n * sizeof *x);
	for (size_t i = 0; i < n; i++)
		x[i].at_ns += ahead_ns;
	qsort(x, n, sizeof *x, figures_earlier);
	return x;
}

/* Intervals of machines that ran side by side lie in one second of one clock.
 * Both lists are walked in the order of time: a log of days has hundreds of
 * thousands. f's stand behind the room for what is merged. */
static void
figures_merge_points(struct figures *f, const struct figures *from)
{
	size_t have = f->npoints, more = from->npoints, n = 0, i = 0;
	if (more == 0)
		return;
	struct figures_point *x =
	    figures_sorted(from, (int64_t)((from->began - f->began) * 1e9));
	f->point = mem_grow(f->point, have + more, sizeof *f->point);
	struct figures_point *to = f->point, *y = to + more;
	memmove(y, to, have * sizeof *to);
	for (size_t k = 0; k < more; k++) {
		while (i < have && y[i].at_ns <= x[k].at_ns)
			to[n++] = y[i++];
		if (n > 0 && figures_beside(&to[n - 1], &x[k]))
			figures_join(&to[n - 1], &x[k]);
		else if (i < have && figures_beside(&y[i], &x[k]))
			figures_join(&y[i], &x[k]);
		else
			to[n++] = x[k];
	}
	while (i < have)
		to[n++] = y[i++];
	f->npoints = n;
	free(x);
}

static void
figures_merge_counts(struct figures *f, const struct figures *from)
{
	f->begun += from->begun;
	f->messages += from->messages;
	f->failed += from->failed;
	f->cut += from->cut;
	f->mails += from->mails;
	f->octets += from->octets;
	f->connections += from->connections;
	f->handshakes += from->handshakes;
	f->resumed += from->resumed;
	f->met += from->met;
	f->missed += from->missed;
	f->unjudged += from->unjudged;
	f->late += from->late;
	f->unbegun += from->unbegun;
	f->sessions += from->sessions;
	f->machines += from->machines;
	f->rate += from->rate;
	f->cpu_ns += from->cpu_ns;
	f->memory += from->memory;
	f->interrupted |= from->interrupted;
	for (size_t i = 0; i < sizeof f->code / sizeof *f->code; i++)
		f->code[i] += from->code[i];
}

/* From the first begin to the last end. */
static void
figures_merge_time(struct figures *f, const struct figures *from)
{
	double end = f->began + (double)f->elapsed_ns / 1e9;
	double end2 = from->began + (double)from->elapsed_ns / 1e9;
	if (from->began < f->began) {
		int64_t ahead = (int64_t)((f->began - from->began) * 1e9);
		for (size_t i = 0; i < f->npoints; i++)
			f->point[i].at_ns += ahead;
		f->began = from->began;
	}
	f->elapsed_ns = (int64_t)(((end2 > end ? end2 : end) - f->began) * 1e9);
}

void
figures_merge(struct figures *f, const struct figures *from)
{
	if (f->machines == 0) {
		f->began = from->began;
		f->elapsed_ns = from->elapsed_ns;
	} else {
		figures_merge_time(f, from);
	}
	figures_merge_counts(f, from);
	figures_merge_points(f, from);
	for (size_t i = 0; i < FIGURES; i++)
		hdr_merge(f->all[i], from->all[i]);
	hdr_merge(f->lag, from->lag);
	for (size_t i = 0; i < from->nfailures; i++)
		figures_fail_n(f, &from->failure[i]);
	for (size_t i = 0; i < from->ntold; i++)
		figures_told(f, from->told[i]);
}

void
figures_reason(const struct figures_failure *x, struct buf *b)
{
	static const char *const why[] = { [ERR_NONE] =
					       "an expectation was missed",
		[ERR_USAGE] = "not sent",
		[ERR_DATA] = "not sent",
		[ERR_NOINPUT] = "not sent",
		[ERR_NOHOST] = "no such host",
		[ERR_OUTPUT] = "cannot write",
		[ERR_REFUSED] = "refused",
		[ERR_LOST] = "connection lost",
		[ERR_TEMP] = "no connection, or too slow",
		[ERR_PROTO] = "the protocol was broken",
		[ERR_AUTH] = "TLS or AUTH failed",
		[ERR_INTR] = "interrupted",
		[ERR_BUG] = "smtpsh's own fault" };
	const struct code *c = x->code == 0 ? NULL : code_find(x->code, 0);
	if (x->code == 0)
		buf_adds(b, why[x->kind]);
	else
		buf_addf(b, "%d %s", x->code,
		    c != NULL ? c->text
		    : code_first_digit(x->code) != NULL
			? code_first_digit(x->code)
			: "?");
}

double
figures_rate(const struct figures *f)
{
	return f->elapsed_ns <= 0
		   ? 0
		   : (double)f->messages * 1e9 / (double)f->elapsed_ns;
}

double
figures_octets(const struct figures *f)
{
	return f->elapsed_ns <= 0
		   ? 0
		   : (double)f->octets * 1e9 / (double)f->elapsed_ns;
}

void
figures_limit(const struct figures *f, struct buf *b)
{
	double core = f->elapsed_ns <= 0
			  ? 0
			  : (double)f->cpu_ns / (double)f->elapsed_ns /
				(double)f->machines;
	if (core > 0.9)
		buf_addf(b,
		    "smtpsh was the limit, not the server: it had one core "
		    "%.0f %% busy; --shard runs it on several",
		    core * 100);
	else if (f->unbegun > 0 && f->rate > 0)
		buf_addf(b,
		    "the rate was not held: %llu messages were due and never "
		    "begun, since no session was free before the end; more "
		    "--sessions, or the server is the limit",
		    (unsigned long long)f->unbegun);
	else if (f->late * 100 > f->begun && f->rate > 0)
		buf_addf(b,
		    "the rate was not held: %.0f %% of the messages waited "
		    "for a free session (counted in their time); more "
		    "--sessions, or the server is the limit",
		    (double)f->late * 100 / (double)(f->begun + 1));
}
