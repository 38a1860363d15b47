/* What a log has before each of its lines: times, levels, names, numbers in
 * brackets. Words of one line are compared with those of the next, and what
 * nearly all begin with comes off. */
#include "cmd/lang/import_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PREFIX_WORDS  12
#define PREFIX_SAMPLE 400 /* lines that are looked at */

enum prefix_is {
	PREFIX_TIME,	/* digits and their signs */
	PREFIX_BRACKET, /* "[...]", "(...)", whatever is in it */
	PREFIX_LEVEL,
	PREFIX_NAME /* as it stands, numbers aside */
};

struct prefix_word {
	enum prefix_is is;
	size_t at, len; /* in its line */
};

struct prefix {
	const char *line;
	struct prefix_word word[PREFIX_WORDS];
	size_t n;
};

static bool
prefix_is_time(const char *p, size_t n)
{
	bool digit = false;
	for (size_t i = 0; i < n; i++) {
		digit |= p[i] >= '0' && p[i] <= '9';
		if (p[i] == '\0' || strchr("0123456789:.,-+/TZ", p[i]) == NULL)
			return false;
	}
	return digit && n > 1 && !import_code(p, n);
}

static bool
prefix_is_level(const char *p, size_t n)
{
	static const char *const words[] = { "trace", "debug", "info", "notice",
		"warn", "warning", "error", "fine", "finer", "finest",
		"verbose", "severe", "am", "pm" };
	while (n > 0 && strchr(":,;", p[n - 1]) != NULL)
		n--;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i]) == n && strncasecmp(p, words[i], n) == 0)
			return true;
	return false;
}

/* The word at i: how long it is. */
static size_t
prefix_length(const struct import_line *x, size_t i)
{
	const char *p = x->p + i, *end = x->p + x->len;
	char close = *p == '[' ? ']' : *p == '(' ? ')' : '\0';
	if (close != '\0') {
		const char *stop = memchr(p, close, (size_t)(end - p));
		if (stop == NULL)
			return 0;
		p = stop;
	}
	while (p < end && *p != ' ' && *p != '\t')
		p++;
	return (size_t)(p - x->p) - i;
}

static void
prefix_words(struct prefix *g, const struct import_line *x)
{
	size_t i = 0;
	g->line = x->p;
	for (g->n = 0; g->n < PREFIX_WORDS; g->n++) {
		while (i < x->len && (x->p[i] == ' ' || x->p[i] == '\t'))
			i++;
		size_t len = i < x->len ? prefix_length(x, i) : 0;
		if (len == 0)
			return;
		const char *p = x->p + i;
		enum prefix_is is = PREFIX_NAME;
		if (*p == '[' || *p == '(')
			is = PREFIX_BRACKET;
		else if (prefix_is_time(p, len))
			is = PREFIX_TIME;
		else if (prefix_is_level(p, len))
			is = PREFIX_LEVEL;
		g->word[g->n] = (struct prefix_word){ is, i, len };
		i += len;
	}
}

static bool
prefix_digit(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

/* Numbers in them aside. */
static bool
prefix_same_name(const char *a, size_t n, const char *b, size_t m)
{
	size_t i = 0, k = 0;
	while (i < n && k < m) {
		if (prefix_digit(a[i]) && prefix_digit(b[k])) {
			while (i < n && prefix_digit(a[i]))
				i++;
			while (k < m && prefix_digit(b[k]))
				k++;
		} else if (a[i++] != b[k++]) {
			return false;
		}
	}
	return i == n && k == m;
}

static size_t
prefix_common(const struct prefix *a, const struct prefix *b)
{
	size_t n = 0;
	for (; n < a->n && n < b->n; n++) {
		const struct prefix_word *x = &a->word[n], *y = &b->word[n];
		if (x->is != y->is)
			break;
		if (x->is == PREFIX_NAME &&
		    !prefix_same_name(
			a->line + x->at, x->len, b->line + y->at, y->len))
			break;
		if (x->is == PREFIX_BRACKET && a->line[x->at] != b->line[y->at])
			break;
	}
	return n;
}

/* Is it a log's at all: a time, a bracket, or a name that ends in a sign? */
static bool
prefix_is_one(const struct prefix *g, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct prefix_word *w = &g->word[i];
		const char *p = g->line + w->at;
		if (w->is == PREFIX_TIME || w->is == PREFIX_BRACKET)
			return true;
		if (strchr(":|", p[w->len - 1]) != NULL &&
		    (w->len > 2 || *p == '|'))
			return true;
	}
	return false;
}

/* Is the word one that says who speaks? */
static bool
prefix_is_mark(const char *p, size_t n)
{
	bool sign = true;
	for (size_t i = 0; i < n; i++)
		sign &= strchr("<>-=~*+!?.", p[i]) != NULL;
	if ((sign && !(n == 1 && *p == '-')) || (n == 2 && p[1] == ':'))
		return true;
	for (const struct import_kind *k = import_kinds; k->name != NULL; k++)
		for (size_t i = 0; i < KIND_MARKS; i++)
			if ((k->client[i] != NULL &&
				strncmp(k->client[i], p, n) == 0) ||
			    (k->server[i] != NULL &&
				strncmp(k->server[i], p, n) == 0))
				return true;
	return import_verb(p, n) || import_code(p, n);
}

/* Of ten lines, how many must have its first n words. */
static size_t
prefix_share(const struct prefix *g, size_t n)
{
	for (size_t i = 0; i < n && i < g->n; i++)
		if (g->word[i].is == PREFIX_NAME &&
		    prefix_is_mark(g->line + g->word[i].at, g->word[i].len))
			return 11;
	return n > g->n || g->word[n - 1].is == PREFIX_NAME ? 8 : 6;
}

/* The words that most lines begin with, as model has them. */
static size_t
prefix_find(const struct import_lines *l, struct prefix *model)
{
	size_t best = 0, weight = 0;
	for (size_t i = 0; i < l->n && i < 16; i++) {
		struct prefix g, other;
		size_t have[PREFIX_WORDS + 1] = { 0 }, any = 0;
		prefix_words(&g, &l->line[i]);
		for (size_t k = 0; k < l->n && k < PREFIX_SAMPLE; k++) {
			prefix_words(&other, &l->line[k]);
			any += l->line[k].len > 0;
			have[prefix_common(&g, &other)]++;
		}
		size_t n = PREFIX_WORDS, lines = have[n];
		while (n > 0 && lines * 10 < any * prefix_share(&g, n))
			lines += have[--n];
		if (any < 4 || n == 0 || !prefix_is_one(&g, n))
			continue;
		if (n * lines > weight) {
			weight = n * lines;
			best = n;
			*model = g;
		}
	}
	return best;
}

bool
import_prefix(struct import_lines *out, const struct import_lines *l)
{
	struct prefix model = { 0 }, g;
	size_t n = prefix_find(l, &model);
	*out = (struct import_lines){ 0 };
	if (n == 0)
		return false;
	out->line = mem_alloc((l->n + 1) * sizeof *out->line);
	out->n = out->cap = l->n;
	for (size_t i = 0; i < l->n; i++) {
		struct import_line x = l->line[i];
		prefix_words(&g, &x);
		if (prefix_common(&model, &g) >= n) {
			size_t cut = g.word[n - 1].at + g.word[n - 1].len;
			cut += cut < x.len;
			x.p += cut;
			x.len -= cut;
		}
		out->line[i] = x;
	}
	return true;
}
