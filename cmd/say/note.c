/* How remarks are laid out. */
#include "cmd/say/note.h"

#include <stdbool.h>
#include <string.h>
#include "cmd/say/out.h"

#define NOTE_STACK 6 /* how far a stacked column is indented */

void
note_time(struct buf *b, int64_t ns)
{
	double ms = (double)(ns < 0 ? 0 : ns) / 1e6;
	if (ms < 9.95)
		buf_addf(b, "%.1f ms", ms);
	else if (ms < 999.5)
		buf_addf(b, "%.0f ms", ms);
	else if (ms < 9950)
		buf_addf(b, "%.1f s", ms / 1000);
	else
		buf_addf(b, "%.0f s", ms / 1000);
}

/* How much of a word that is wider than its row goes on it: up to a comma, as
 * lists have that are decoded from base64; 0: it stays whole. */
static size_t
note_comma(const char *p, size_t len, size_t room)
{
	size_t best = 0;
	for (size_t i = 0; i + 1 < len && escape_width(p, i + 1) <= room; i++)
		if (p[i] == ',')
			best = i + 1;
	return best;
}

static void
note_new_row(struct buf *b, size_t hang)
{
	buf_addc(b, '\n');
	for (size_t k = 0; k < hang; k++)
		buf_addc(b, ' ');
}

/* One line's words. */
static void
note_fill(struct buf *b, const char *p, size_t len, size_t width, size_t hang)
{
	size_t column = 0;
	size_t i = 0;
	while (i < len) {
		size_t from = i;
		while (i < len && p[i] == ' ')
			i++;
		size_t word = i;
		while (i < len && p[i] != ' ')
			i++;
		size_t take = escape_width(p + from, i - from);
		if (width > 0 && from > 0 && column + take > width) {
			note_new_row(b, hang);
			column = hang;
			from = word;
			take = escape_width(p + from, i - from);
		}
		while (width > 0 && column + take > width) {
			size_t n = note_comma(p + from, i - from,
			    width > column ? width - column : 0);
			if (n == 0)
				break;
			buf_add(b, p + from, n);
			note_new_row(b, hang);
			column = hang;
			from += n;
			take = escape_width(p + from, i - from);
		}
		buf_add(b, p + from, i - from);
		column += take;
	}
	buf_addc(b, '\n');
}

void
note_wrap(struct buf *b, const char *p, size_t len, size_t width, size_t hang)
{
	for (;;) {
		const char *lf = len > 0 ? memchr(p, '\n', len) : NULL;
		size_t n = lf != NULL ? (size_t)(lf - p) : len;
		note_fill(b, p, n, width, hang);
		if (lf == NULL || n + 1 == len)
			return;
		p += n + 1;
		len -= n + 1;
	}
}

/* A line of a page: how far it is indented, and where its second column, what
 * stands behind two blanks, begins (0: it has none). */
struct note_line {
	const char *p;
	size_t len, start, second;
};

static struct note_line
note_cut(const char *p, size_t len)
{
	struct note_line l = { .p = p, .len = len };
	while (l.start < len && p[l.start] == ' ')
		l.start++;
	for (size_t i = l.start; i + 2 < len; i++) {
		if (p[i] != ' ' || p[i + 1] != ' ')
			continue;
		while (i < len && p[i] == ' ')
			i++;
		l.second = i;
		break;
	}
	return l;
}

/* Below its text; behind what is a code's, or a bracket's. */
static size_t
note_hang(const struct note_line *l)
{
	size_t at = l->second > 0 ? l->second : l->start;
	char c = at < l->len ? l->p[at] : ' ';
	if (at == 0 || (c >= '0' && c <= '9'))
		return at + 4;
	return at + (c == '[');
}

/* Columns that take too much of a narrow screen stand one below the other. */
static void
note_stack(struct buf *b, const struct note_line *l, size_t width)
{
	const char *p = l->p;
	size_t len = l->len, from = l->second > 0 ? l->second : l->start;
	if (l->second > 0) {
		while (p[len - 1] == ' ')
			len--;
		size_t n = l->second;
		while (n > 0 && p[n - 1] == ' ')
			n--;
		note_fill(b, p, n, width, l->start + NOTE_STACK);
	}
	struct buf below = BUF_INIT;
	buf_addf(&below, "%*s", NOTE_STACK, "");
	buf_add(&below, p + from, len - from);
	note_fill(b, buf_data(&below), buf_len(&below), width, NOTE_STACK);
	buf_release(&below);
}

static bool
note_is_wide(const struct note_line *l, size_t width)
{
	return l->start > width / 2 || l->second > width / 2;
}

/* The next line of a page. */
static struct note_line
note_next(const char **p, size_t *len)
{
	const char *lf = memchr(*p, '\n', *len);
	size_t n = lf != NULL ? (size_t)(lf - *p) : *len;
	struct note_line l = note_cut(*p, n);
	n += lf != NULL;
	*p += n;
	*len -= n;
	return l;
}

void
note_page(struct buf *b, const char *p, size_t len, size_t width)
{
	bool stack = false;
	const char *at = p;
	for (size_t left = len; left > 0 && width > 0;) {
		struct note_line l = note_next(&at, &left);
		stack |=
		    note_is_wide(&l, width) && escape_width(l.p, l.len) > width;
	}
	while (len > 0) {
		struct note_line l = note_next(&p, &len);
		if (stack && note_is_wide(&l, width))
			note_stack(b, &l, width);
		else
			note_fill(b, l.p, l.len, width, note_hang(&l));
	}
}

void
note_end(struct buf *b, const char *time, size_t width)
{
	size_t need = escape_width(time, strlen(time));
	size_t used = 0;
	if (buf_len(b) > 0) {
		const char *p = buf_data(b);
		size_t len = buf_len(b) - 1; /* without the last LF */
		const char *lf = memrchr(p, '\n', len);
		size_t from = lf != NULL ? (size_t)(lf - p) + 1 : 0;
		used = escape_width(p + from, len - from);
		if (used + 2 + need <= width)
			buf_truncate(b, len);
		else
			used = 0;
	}
	for (; used + need < width; used++)
		buf_addc(b, ' ');
	buf_adds(b, time);
	buf_addc(b, '\n');
}
