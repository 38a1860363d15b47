/* Argument grammars, read each time they are asked: they are short. A grammar
 * becomes a flat row of words, each knowing where its text stands, whether it
 * may be missing and whether it begins what repeats. A bracket that has text
 * beside it without a blank ("HOST[:PORT]") is part of a word. */
#include "cmd/lang/grammar.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define GRAMMAR_MAX 32 /* words in one grammar */

struct grammar_word {
	const char *from; /* with the brackets of groups that begin here */
	const char *p;
	size_t len; /* without "..." */
	bool optional;
};

struct grammar {
	struct grammar_word word[GRAMMAR_MAX];
	size_t n;
	size_t loop; /* the word that what repeats begins with; n if none */
};

/* Past the text that begins at p: to a blank, or the bracket that closes the
 * group around it. */
static const char *
grammar_end(const char *p, const char *end)
{
	size_t depth = 0;
	for (; p < end; p++) {
		if (*p == '[')
			depth++;
		else if (*p == ']' && depth-- == 0)
			break;
		else if (*p == ' ' && depth == 0)
			break;
	}
	return p;
}

/* The bracket that closes the one at p. */
static const char *
grammar_close(const char *p, const char *end)
{
	const char *close = p + 1;
	while (close < end && *close != ']') {
		close = grammar_end(close, end);
		while (close < end && *close == ' ')
			close++;
	}
	return close;
}

static bool
grammar_dots(const char *p, const char *end)
{
	return end - p >= 3 && memcmp(p, "...", 3) == 0;
}

/* All words between p and end. from: where the first of them begins, with its
 * brackets; NULL for p. */
static void
grammar_words(struct grammar *g, const char *p, const char *end, bool optional,
    const char *from)
{
	while (g->n < GRAMMAR_MAX) {
		while (p < end && *p == ' ')
			p++;
		if (p >= end)
			return;
		const char *first = from != NULL ? from : p;
		const char *stop = grammar_end(p, end);
		const char *close = *p == '[' ? grammar_close(p, end) : end;
		size_t begun = g->n;
		bool dots = grammar_dots(stop - 3 > p ? stop - 3 : stop, end);
		const char *tail = dots ? stop - 3 : stop;
		if (close + 1 == tail) {
			grammar_words(g, p + 1, close, true, first);
		} else {
			g->word[g->n++] = (struct grammar_word){ first, p,
				(size_t)(tail - p), optional };
		}
		if (dots)
			g->loop = begun;
		from = NULL;
		p = stop < end && *stop == ']' ? stop + 1 : stop;
	}
}

static void
grammar_read(struct grammar *g, const char *text)
{
	const char *end = text + strlen(text);
	g->n = 0;
	g->loop = SIZE_MAX;
	grammar_words(g, text, end, false, NULL);
}

/* The word that stands at i, repeating what repeats; NULL past the end. */
static const struct grammar_word *
grammar_at(const struct grammar *g, size_t i)
{
	if (i < g->n)
		return &g->word[i];
	if (g->loop >= g->n)
		return NULL;
	return &g->word[g->loop + (i - g->n) % (g->n - g->loop)];
}

void
grammar_count(const char *grammar, size_t *min, size_t *max)
{
	struct grammar g;
	grammar_read(&g, grammar);
	*min = 0;
	for (size_t i = 0; i < g.n; i++)
		*min += !g.word[i].optional;
	*max = g.loop < g.n ? SIZE_MAX : g.n;
}

void
grammar_item(const char *grammar, size_t i, struct buf *b)
{
	struct grammar g;
	grammar_read(&g, grammar);
	const struct grammar_word *w = grammar_at(&g, i);
	size_t depth = 0;
	for (size_t k = 0; w != NULL && k < w->len; k++) {
		if (w->p[k] == '[')
			depth++;
		else if (w->p[k] == ']' && depth > 0)
			depth--;
		else if (depth == 0)
			buf_addc(b, w->p[k]);
	}
}

/* From p on, without brackets that close what was begun before it. */
static void
grammar_tail(const char *p, struct buf *b)
{
	size_t depth = 0;
	for (; *p != '\0'; p++) {
		if (*p == '[')
			depth++;
		else if (*p == ']' && depth == 0)
			continue;
		else if (*p == ']')
			depth--;
		buf_addc(b, *p);
	}
}

void
grammar_rest(const char *grammar, size_t n, struct buf *b)
{
	struct grammar g;
	grammar_read(&g, grammar);
	const struct grammar_word *w = grammar_at(&g, n);
	if (w == NULL)
		return;
	bool again = n >= g.n && w == &g.word[g.loop];
	if (again && *w->from != '[')
		buf_addc(b, '[');
	grammar_tail(w->from, b);
	if (again && *w->from != '[')
		buf_addc(b, ']');
}
