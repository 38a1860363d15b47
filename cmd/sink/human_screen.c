/* A reply on a terminal, where a person looks and nothing is read back: how
 * long it took at the right of the reply's own line, what a keyword of EHLO's
 * means beside it on the same line, and below only what the reply does not say
 * itself. */
#include "cmd/sink/human.h"

#include <string.h>
#include "cmd/know/explain.h"
#include "net/core/code.h"

#define SCREEN_GAP     2   /* blanks before a time and a meaning */
#define SCREEN_RIGHT   100 /* times stand no further than that */
#define SCREEN_COLUMN  40  /* a longer line has its meaning where it ends */
#define SCREEN_MEANING 12  /* columns that a meaning is worth having */
#define SCREEN_INDENT  5   /* "   # ", before what stands below */
#define SCREEN_NOWHERE SIZE_MAX

struct screen {
	struct human *h;
	const struct reply *r;
	size_t width, right; /* right: where times end */
	size_t column;	     /* of the meanings; 0: there are none */
	struct buf time;
	size_t timed; /* the line that has it */
};

static size_t
screen_columns(const struct buf *b)
{
	return escape_width(buf_data(b), buf_len(b));
}

/* Letters and digits of both, in order, without what stands in <>: is what
 * smtpsh knows in what the server said? */
static void
screen_letters(struct buf *b, const char *p, size_t len)
{
	bool inside = false;
	for (size_t i = 0; i < len; i++) {
		char c = p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		inside = c == '<' || (inside && c != '>');
		if (!inside &&
		    ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			buf_addc(b, c);
	}
}

static bool
screen_is_said(const struct reply *r, const struct verb *v)
{
	const struct code *c = code_find(r->code, v->id);
	size_t len;
	if (c == NULL || c->note[0] != '\0' || r->nlines == 0)
		return false;
	struct buf known = BUF_INIT, said = BUF_INIT;
	screen_letters(&known, c->text, strlen(c->text));
	for (size_t i = 0; i < r->nlines; i++) {
		const char *p = reply_text(r, i, &len);
		screen_letters(&said, p, len);
	}
	/* 354 in whatever words: how to end it is all that there is to say. */
	bool is = strstr(buf_str(&said), buf_str(&known)) != NULL ||
		  (r->code == 354 && strstr(buf_str(&said), "end") != NULL);
	buf_release(&known);
	buf_release(&said);
	return is;
}

/* What is known of line i, and fits; or nothing. */
static void
screen_meaning(const struct screen *s, size_t i, size_t from, struct buf *b)
{
	size_t room = s->width > from + 3 ? s->width - from - 3 : 0;
	struct buf known = BUF_INIT;
	if (s->column == 0 || room < SCREEN_MEANING ||
	    !human_keyword_known(s->r, i, &known))
		return;
	size_t len = buf_len(&known) - 1; /* its LF */
	const char *p = buf_data(&known);
	const char *source = memrchr(p, '(', len);
	if (escape_width(p, len) > room && source != NULL && source > p)
		len = (size_t)(source - p) - 1;
	buf_adds(b, "# ");
	if (escape_width(p, len) <= room) {
		buf_add(b, p, len);
	} else {
		/* At a word's end. The tables are ASCII: an octet is a
		 * column. */
		const char *blank = memrchr(p, ' ', room - 2);
		buf_add(b, p, blank != NULL ? (size_t)(blank - p) : room - 3);
		buf_adds(b, "...");
	}
	buf_release(&known);
}

/* Columns of the line's last row, or SCREEN_NOWHERE where that is not known. */
static size_t
screen_used(const struct screen *s, const struct buf *line)
{
	if (buf_len(line) > 0 &&
	    memchr(buf_data(line), '\t', buf_len(line)) != NULL)
		return SCREEN_NOWHERE;
	return screen_columns(line) % s->width;
}

static bool
screen_has_room(const struct screen *s, size_t used)
{
	return used != SCREEN_NOWHERE &&
	       used + SCREEN_GAP + buf_len(&s->time) <= s->right;
}

/* Where the meanings begin, and which line has room for the time: one without
 * a meaning. */
static void
screen_plan(struct screen *s, bool keywords)
{
	struct buf line = BUF_INIT, known = BUF_INIT;
	s->timed = SCREEN_NOWHERE;
	for (size_t i = 0; i < s->r->nlines; i++) {
		buf_clear(&line);
		buf_clear(&known);
		replay_reply(&line, s->r, i, s->h->redact);
		size_t n = screen_columns(&line);
		bool has = keywords && human_keyword_known(s->r, i, &known);
		if (has && n > s->column && n <= s->width / 2 &&
		    n <= SCREEN_COLUMN)
			s->column = n;
		if (!has && s->timed == SCREEN_NOWHERE &&
		    screen_has_room(s, screen_used(s, &line)))
			s->timed = i;
	}
	s->column += s->column > 0 ? SCREEN_GAP : 0;
	buf_release(&line);
	buf_release(&known);
}

static void
screen_blanks(struct buf *b, size_t from, size_t to)
{
	size_t n = from != SCREEN_NOWHERE && from + SCREEN_GAP < to
		       ? to - from
		       : SCREEN_GAP;
	buf_addf(b, "%*s", (int)n, "");
}

static void
screen_line(const struct screen *s, size_t i)
{
	const struct human *h = s->h;
	struct buf *to = &s->h->text;
	struct buf line = BUF_INIT, known = BUF_INIT;
	const char *colour = h->opts.colour ? human_colour(s->r->code) : "";
	replay_reply(&line, s->r, i, h->redact);
	size_t used = screen_used(s, &line);
	buf_adds(to, colour);
	buf_add(to, buf_data(&line), buf_len(&line));
	buf_adds(to, *colour != '\0' ? "\033[0m" : "");
	if (i == s->timed) {
		screen_blanks(to, used, s->right - buf_len(&s->time));
		buf_add(&known, buf_data(&s->time), buf_len(&s->time));
	} else if (i > 0 && used != SCREEN_NOWHERE) {
		size_t from = used + SCREEN_GAP > s->column ? used + SCREEN_GAP
							    : s->column;
		screen_meaning(s, i, from, &known);
		if (buf_len(&known) > 0)
			screen_blanks(to, used, from);
	}
	if (buf_len(&known) > 0) {
		buf_adds(to, h->opts.colour ? HUMAN_DIM : "");
		buf_add(to, buf_data(&known), buf_len(&known));
		buf_adds(to, h->opts.colour ? "\033[0m" : "");
	}
	buf_addc(to, '\n');
	buf_release(&line);
	buf_release(&known);
}

/* The first line below that has room takes the time; where none has, it is
 * not shown: alone on a line it would say nothing. */
static void
screen_time_below(const struct screen *s, struct buf *below)
{
	struct buf lines = BUF_INIT;
	const char *p = buf_data(below);
	bool done = false;
	for (size_t len = buf_len(below), n; len > 0;
	     p += n + 1, len -= n + 1) {
		n = (size_t)((const char *)memchr(p, '\n', len) - p);
		size_t used = escape_width(p, n) + SCREEN_INDENT;
		buf_add(&lines, p, n);
		if (!done && screen_has_room(s, used)) {
			screen_blanks(
			    &lines, used, s->right - buf_len(&s->time));
			buf_add(&lines, buf_data(&s->time), buf_len(&s->time));
			done = true;
		}
		buf_addc(&lines, '\n');
	}
	buf_release(below);
	*below = lines;
}

void
human_screen_reply(struct human *h, const struct event *ev,
    const struct verb *v, struct buf *below)
{
	const struct reply *r = ev->reply;
	size_t width = human_width(h);
	struct screen s = { .h = h,
		.r = r,
		.width = width,
		.right = (width < SCREEN_RIGHT ? width : SCREEN_RIGHT) - 1 };
	bool keywords =
	    (v->id == VERB_EHLO || v->id == VERB_LHLO) && r->code / 100 == 2;
	unsigned misfits = explain_misfits(v, r);
	/* Below a list of what is offered nobody asks what 250 means. */
	if (screen_is_said(r, v) || (keywords && r->nlines > 1))
		misfits |= EXPLAIN_SAID;
	explain_reply(below, v, ev->answers, r->code, r->enh_class,
	    r->enh_subject, r->enh_detail, misfits, width - SCREEN_INDENT - 1);
	if (ev->took_ns >= 0)
		note_time(&s.time, ev->took_ns);
	screen_plan(&s, keywords);
	if (buf_len(&s.time) == 0)
		s.timed = r->nlines;
	for (size_t i = 0; i < r->nlines; i++)
		screen_line(&s, i);
	if (s.timed == SCREEN_NOWHERE)
		screen_time_below(&s, below);
	buf_release(&s.time);
}
