/* What a page made of a transcript is undone: entities and tags of HTML,
 * blanks that do not break, typographic quotes, signs for line ends, and lines that were run into
 * one. All of it only where the file as it stands is no transcript. */
#include "cmd/lang/import_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *from, *to;
} page_signs[] = {
	{ "&lt;", "<" },
	{ "&gt;", ">" },
	{ "&amp;", "&" },
	{ "&quot;", "\"" },
	{ "&#39;", "'" },
	{ "&#039;", "'" },
	{ "&apos;", "'" },
	{ "&nbsp;", " " },
	{ "\xc2\xa0", " " },
	{ "\xe2\x80\x98", "'" },
	{ "\xe2\x80\x99", "'" },
	{ "\xe2\x80\x9c", "\"" },
	{ "\xe2\x80\x9d", "\"" },
	{ "\xe2\x86\x92", "->" },
	{ "\xe2\x86\x90", "<-" },
};

/* Tags that a page has around and between; the first ones end a line. */
static const char *const page_tags[] = { "br", "p", "pre", "div", "li", "tr",
	"code", "span", "td", "tt", "b", "i", "font", "strong", "em" };
#define PAGE_BREAKS 6

struct page {
	struct import_made made;
	bool changed, coloured;
	size_t carets; /* lines that end with "^M" */
	size_t signs;  /* and with "<EOL>" or "<CRLF>" */
};

static void
page_line_end(struct page *g, unsigned no)
{
	import_made_end_line(&g->made, SIDE_NONE, no);
}

/* The tag at p: its length, or 0; *ends: a line ends with it. */
static size_t
page_tag(const char *p, size_t len, bool *ends)
{
	size_t i = 1, n = 0;
	if (len < 3 || *p != '<')
		return 0;
	i += p[i] == '/';
	bool closing = i == 2;
	while (i + n < len && ((p[i + n] | 0x20) >= 'a') &&
	       ((p[i + n] | 0x20) <= 'z'))
		n++;
	for (size_t t = 0; t < sizeof page_tags / sizeof *page_tags; t++) {
		if (strlen(page_tags[t]) != n ||
		    strncasecmp(p + i, page_tags[t], n) != 0)
			continue;
		const char *end = memchr(p + i + n, '>', len - i - n);
		bool plain = end != NULL && (end == p + i + n ||
						strchr(" /", p[i + n]) != NULL);
		*ends = t == 0 || (t < PAGE_BREAKS && closing);
		return plain ? (size_t)(end + 1 - p) : 0;
	}
	return 0;
}

/* Colours, "ESC [ digits m" and "ESC [ K": octets of it, or 0. */
static size_t
page_colour(const char *p, size_t len)
{
	size_t i = 2;
	if (len < 3 || p[1] != '[')
		return 0;
	while (i < len && ((p[i] >= '0' && p[i] <= '9') || p[i] == ';'))
		i++;
	return i < len && (p[i] == 'm' || p[i] == 'K') ? i + 1 : 0;
}

static bool
page_sign(struct page *g, const char *p, size_t len, size_t *used)
{
	if (*p == '\033' && (*used = page_colour(p, len)) > 0) {
		g->changed = g->coloured = true;
		return true;
	}
	if (*p != '&' && (unsigned char)*p < 0x80)
		return false;
	for (size_t i = 0; i < sizeof page_signs / sizeof *page_signs; i++) {
		if (!import_begins(p, len, page_signs[i].from))
			continue;
		buf_adds(&g->made.b, page_signs[i].to);
		*used = strlen(page_signs[i].from);
		g->changed = true;
		return true;
	}
	return false;
}

/* Where a line begins that was run into the one at p: at a marker behind
 * another, or at the date and time before it. */
static size_t
page_run_in(const char *p, size_t from, size_t len)
{
	static const char *const marks[] = { "CLIENT -> SERVER:",
		"SERVER -> CLIENT:" };
	const char *first = NULL;
	for (size_t i = 0; i < 2; i++) {
		const char *at =
		    memmem(p + from, len - from, marks[i], strlen(marks[i]));
		if (at != NULL && (first == NULL || at < first))
			first = at;
	}
	if (first == NULL)
		return len;
	size_t at = (size_t)(first - p), back = at;
	for (int word = 0; word < 2; word++) {
		size_t w = back;
		while (w > from && strchr(" \t", p[w - 1]) != NULL)
			w--;
		size_t end = w;
		while (w > from && strchr("0123456789:-.", p[w - 1]) != NULL)
			w--;
		if (end - w < 8)
			break;
		back = w;
	}
	return back;
}

/* "<EOL>" and "<CRLF>", which some write for a line's end: how many octets at
 * p, where a line ends or a reply goes on behind it; else 0. */
static size_t
page_end_sign(const char *p, size_t len)
{
	size_t n = import_begins(p, len, "<EOL>")    ? 5
		   : import_begins(p, len, "<CRLF>") ? 6
						     : 0;
	while (
	    n > 0 && n < len && strchr(" \t\r", p[n]) != NULL && p[n] != '\0')
		n++;
	return n > 0 && (n == len || import_code(p + n, len - n)) ? n : 0;
}

static void
page_trim(struct page *g)
{
	while (buf_len(&g->made.b) > 0 && g->made.b.p[g->made.b.end - 1] == ' ')
		g->made.b.end--;
}

static void
page_line(struct page *g, const char *p, size_t len, unsigned no, bool html)
{
	size_t back = len;
	while (back > 0 && p[back - 1] == '\r')
		back--;
	if (back > 1 && p[back - 2] == '^' && p[back - 1] == 'M') {
		len = back - 2;
		g->carets++;
	}
	size_t used, cut = page_run_in(p, 0, len);
	if (cut < len)
		cut = page_run_in(p, cut + 30 < len ? cut + 30 : len, len);
	bool ends;
	for (size_t i = 0; i < len; i += used) {
		if (i == cut && cut > 0) {
			page_trim(g);
			page_line_end(g, no);
			g->changed = true;
			cut = page_run_in(
			    p, cut + 30 < len ? cut + 30 : len, len);
		}
		if (page_sign(g, p + i, len - i, &used))
			continue;
		used = page_end_sign(p + i, len - i);
		if (used > 0) {
			g->changed = true;
			g->signs += i + used == len;
			if (i + used < len)
				page_line_end(g, no);
			continue;
		}
		used = html ? page_tag(p + i, len - i, &ends) : 0;
		if (used == 0) {
			used = 1;
			buf_addc(&g->made.b, p[i]);
			continue;
		}
		g->changed = true;
		size_t left = len - i - used;
		while (left > 0 && strchr(" \t\r", p[len - left]) != NULL)
			left--;
		if (ends && left > 0)
			page_line_end(g, no);
	}
	page_line_end(g, no);
}

enum import_paged
import_page(struct import_source *out, const struct import_source *in)
{
	struct page g = { 0 };
	const char *p = in->p, *end = in->p + in->len;
	bool html = memmem(p, in->len, "&gt;", 4) != NULL ||
		    memmem(p, in->len, "&lt;", 4) != NULL ||
		    memmem(p, in->len, "<br", 3) != NULL;
	*out = (struct import_source){ 0 };
	for (unsigned i = 0; p < end; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl == NULL ? end : nl;
		page_line(&g, p, (size_t)(stop - p),
		    in->no == NULL ? i + 1 : in->no[i], html);
		p = nl == NULL ? end : nl + 1;
	}
	g.coloured |=
	    g.carets > 2 || (g.signs > 2 && g.signs * 3 > g.made.lines);
	if (!g.changed && !g.coloured) {
		import_made_release(&g.made);
		return PAGED_NOT;
	}
	import_made_give(&g.made, out);
	return g.coloured ? PAGED_SURELY : PAGED_PERHAPS;
}
