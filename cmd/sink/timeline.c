/* A row a step, as wide as the screen: its line, how long it took, and a bar
 * that stands where it began. Of many steps only the longest are shown. On a
 * terminal bars are drawn in eighths of a column, elsewhere as "===". */
#include "cmd/sink/timeline.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/say/note.h"
#include "cmd/sink/bar.h"
#include "cmd/sink/human.h"
#include "cmd/sink/story.h"

#define TIMELINE_LABEL	36 /* columns at most */
#define TIMELINE_TIME	8
#define TIMELINE_ROWS	40 /* that are all shown */
#define TIMELINE_GAP	20 /* a gap over one of so many parts is told */
#define TIMELINE_GAP_NS INT64_C(500000)
#define TIMELINE_LEAST	10 /* columns of a bar's room */

struct timeline {
	struct sink sink;
	struct out *out;
	const struct human_opts *look;
	const struct redact *redact;
	struct story now;
	bool any; /* one was drawn */
};

/* A step by how long it took; of equal ones the first is the longer. */
struct timeline_rank {
	int64_t took_ns;
	size_t at;
};

struct timeline_axis {
	int64_t from_ns, all_ns;
	struct timeline_rank least; /* shorter ones are not shown */
	size_t label, room;	    /* columns */
	bool fine, colour;
};

static int
timeline_longer(const void *a, const void *b)
{
	const struct timeline_rank *x = a, *y = b;
	if (x->took_ns != y->took_ns)
		return x->took_ns < y->took_ns ? 1 : -1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* The shortest step that is shown. */
static struct timeline_rank
timeline_least(const struct story *s)
{
	struct timeline_rank *rank, least = { 0, s->n };
	size_t n = 0;
	if (s->n <= TIMELINE_ROWS)
		return least;
	rank = mem_alloc(s->n * sizeof *rank);
	for (size_t i = 0; i < s->n; i++)
		if (s->step[i].took_ns >= 0)
			rank[n++] =
			    (struct timeline_rank){ s->step[i].took_ns, i };
	if (n > TIMELINE_ROWS) {
		qsort(rank, n, sizeof *rank, timeline_longer);
		least = rank[TIMELINE_ROWS - 1];
	}
	free(rank);
	return least;
}

/* Is step i one that took time, and as long as the shortest? */
static bool
timeline_shows(
    const struct timeline_rank *least, const struct story *s, size_t i)
{
	struct timeline_rank it = { s->step[i].took_ns, i };
	return it.took_ns >= 0 && timeline_longer(&it, least) <= 0;
}

/* At most cols columns, with "..." where it was longer, and blanks up to
 * them. */
static void
timeline_label(struct buf *b, const struct buf *label, size_t cols)
{
	const char *p = buf_data(label);
	size_t n = buf_len(label), w = n > 0 ? escape_width(p, n) : 0;
	if (w > cols) {
		while (n > 0 && (escape_width(p, n) > cols - 3 ||
				    ((unsigned char)p[n] & 0xc0) == 0x80))
			n--;
		buf_add(b, p, n);
		buf_adds(b, "...");
		w = escape_width(p, n) + 3;
	} else {
		buf_add(b, p, n);
	}
	buf_addf(b, "%*s", (int)(cols - w), "");
}

static void
timeline_bar(
    struct buf *b, const struct timeline_axis *x, const struct story_step *p)
{
	double all = x->all_ns > 0 ? (double)x->all_ns : 1;
	double scale = (double)x->room * 8 / all;
	size_t at = (size_t)((double)(p->from_ns - x->from_ns) * scale / 8);
	size_t n = (size_t)((double)p->took_ns * scale + 0.5);
	at = at < x->room ? at : x->room - 1;
	n = n < (x->room - at) * 8 ? n : (x->room - at) * 8;
	n = n > 0 ? n : 1;
	buf_addf(b, "%*s", (int)at, "");
	if (x->colour && p->code > 0)
		buf_adds(b, human_colour(p->code));
	if (x->fine)
		bar_add(b, n);
	else
		for (n = (n + 7) / 8; n > 0; n--)
			buf_addc(b, '=');
	if (x->colour && p->code > 0)
		buf_adds(b, "\033[0m");
}

static void
timeline_row(
    struct buf *b, const struct timeline_axis *x, const struct story_step *p)
{
	struct buf label = BUF_INIT, time = BUF_INIT;
	story_label(p, &label);
	note_time(&time, p->took_ns);
	buf_adds(b, "#   ");
	timeline_label(b, &label, x->label);
	buf_addf(b, " %*s  ", TIMELINE_TIME, buf_str(&time));
	timeline_bar(b, x, p);
	buf_addc(b, '\n');
	buf_release(&label);
	buf_release(&time);
}

/* Between two steps nobody was waited for: a library was loaded, a file read,
 * \\sleep slept. What is much of the whole has its row. */
static void
timeline_gap(struct buf *b, const struct timeline_axis *x,
    const struct story_step *p, int64_t *end)
{
	struct story_step gap = { .from_ns = *end,
		.took_ns = p->from_ns - *end,
		.kind = STORY_LINE };
	if (gap.took_ns * TIMELINE_GAP > x->all_ns &&
	    gap.took_ns > TIMELINE_GAP_NS) {
		buf_adds(&gap.sent, "(not waiting)");
		timeline_row(b, x, &gap);
		buf_release(&gap.sent);
	}
	if (p->from_ns + p->took_ns > *end)
		*end = p->from_ns + p->took_ns;
}

/* Columns that the widest label that is shown has. */
static size_t
timeline_widest(
    const struct story *s, const struct timeline_rank *least, size_t most)
{
	struct buf label = BUF_INIT;
	size_t widest = sizeof "(not waiting)" - 1;
	for (size_t i = 0; i < s->n; i++) {
		if (!timeline_shows(least, s, i))
			continue;
		buf_clear(&label);
		story_label(&s->step[i], &label);
		size_t w = escape_width(buf_data(&label), buf_len(&label));
		widest = w > widest ? w : widest;
	}
	buf_release(&label);
	return widest < most ? widest : most;
}

/* What is not shown, in a line. */
static void
timeline_rest(
    struct buf *b, const struct timeline_axis *x, const struct story *s)
{
	size_t n = s->left_out;
	int64_t took = 0;
	for (size_t i = 0; i < s->n; i++)
		if (s->step[i].took_ns >= 0 &&
		    !timeline_shows(&x->least, s, i)) {
			n++;
			took += s->step[i].took_ns;
		}
	if (n == 0)
		return;
	buf_addf(b, "#   and %zu more, ", n);
	note_time(b, took);
	buf_adds(b, s->left_out > 0 ? " at least\n" : " together\n");
}

static void
timeline_draw(struct timeline *t)
{
	const struct story *s = &t->now;
	size_t width = t->look->width > 40 ? (size_t)t->look->width : 80;
	struct timeline_axis x = { .fine = t->look->terminal,
		.colour = t->look->colour,
		.least = timeline_least(s) };
	int64_t to = 0;
	struct buf b = BUF_INIT;
	story_close_pauses(&t->now);
	if (!story_span(s, &x.from_ns, &to))
		return;
	x.all_ns = to - x.from_ns;
	x.label = timeline_widest(s, &x.least,
	    width * 2 / 5 < TIMELINE_LABEL ? width * 2 / 5 : TIMELINE_LABEL);
	size_t before = 4 + x.label + 1 + TIMELINE_TIME + 2;
	x.room = width > before + TIMELINE_LEAST ? width - before - 1
						 : TIMELINE_LEAST;
	buf_adds(&b, "# ");
	if (s->told) { /* a file of several, or the only one */
		buf_add(&b, buf_data(&s->name), buf_len(&s->name));
		buf_adds(&b, ": ");
	}
	buf_adds(&b, "where ");
	note_time(&b, x.all_ns);
	buf_adds(&b, " went:\n");
	int64_t end = x.from_ns;
	for (size_t i = 0; i < s->n; i++) {
		const struct story_step *p = &s->step[i];
		if (p->took_ns >= 0)
			timeline_gap(&b, &x, p, &end);
		if (timeline_shows(&x.least, s, i))
			timeline_row(&b, &x, p);
	}
	timeline_rest(&b, &x, s);
	out_write(t->out, buf_data(&b), buf_len(&b));
	out_push(t->out); /* the shell asks for the error */
	buf_release(&b);
	t->any = true;
}

static void
timeline_end(struct timeline *t)
{
	timeline_draw(t);
	story_release(&t->now);
}

static void
timeline_put(struct sink *s, const struct event *ev)
{
	struct timeline *t = (struct timeline *)s;
	if (ev->kind == EV_FILE)
		timeline_end(t);
	if (story_put(&t->now, ev, t->redact))
		timeline_end(t);
	if (ev->kind != EV_END)
		return;
	timeline_end(t);
	if (!t->any) {
		static const char none[] =
		    "# no time to draw: nothing was connected to\n";
		out_write(t->out, none, sizeof none - 1);
		out_push(t->out);
	}
}

static int
timeline_close(struct sink *s, struct err *e)
{
	struct timeline *t = (struct timeline *)s;
	timeline_end(t);
	int r = out_flush(t->out, e);
	free(t);
	return r;
}

struct sink *
timeline_new(
    struct out *o, const struct human_opts *look, const struct redact *redact)
{
	struct timeline *t = mem_zalloc(sizeof *t);
	t->sink.put = timeline_put;
	t->sink.close = timeline_close;
	t->out = o;
	t->look = look;
	t->redact = redact;
	story_init(&t->now);
	return &t->sink;
}
