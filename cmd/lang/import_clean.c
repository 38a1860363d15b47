/* What a page, a mail or a terminal put around a transcript comes off before
 * anybody looks at it. */
#include "cmd/lang/import_priv.h"

#include <string.h>

static bool
clean_blank(const struct import_line *l)
{
	size_t i = 0;
	while (i < l->len && (l->p[i] == ' ' || l->p[i] == '\t'))
		i++;
	return i == l->len;
}

static void
clean_add(struct import_lines *l, const char *p, size_t len, unsigned no)
{
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 64 : l->cap * 2;
		l->line = mem_grow(l->line, l->cap, sizeof *l->line);
	}
	l->line[l->n++] = (struct import_line){ p, len, no };
}

/* A lone CR inside: a meter wrote over itself. */
static void
clean_returns(struct import_line *l)
{
	while (l->len > 0 && l->p[l->len - 1] == '\r')
		l->len--;
	const char *cr = l->len == 0 ? NULL : memrchr(l->p, '\r', l->len);
	if (cr == NULL)
		return;
	l->len -= (size_t)(cr + 1 - l->p);
	l->p = cr + 1;
}

/* Every line that is not blank begins so? The mark's last blank may be lost. */
static bool
clean_all(const struct import_lines *l, const char *mark)
{
	size_t any = 0, n = strlen(mark);
	for (size_t i = 0; i < l->n; i++) {
		const struct import_line *x = &l->line[i];
		if (clean_blank(x))
			continue;
		any++;
		if (!(x->len >= n && memcmp(x->p, mark, n) == 0) &&
		    !(x->len == n - 1 && memcmp(x->p, mark, n - 1) == 0))
			return false;
	}
	return any > 1;
}

static void
clean_strip(struct import_lines *l, size_t n)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t cut = l->line[i].len < n ? l->line[i].len : n;
		l->line[i].p += cut;
		l->line[i].len -= cut;
	}
}

static void
clean_fences(struct import_lines *l)
{
	size_t kept = 0, any = 0, ticked = 0;
	for (size_t i = 0; i < l->n; i++) {
		struct import_line x = l->line[i];
		while (x.len > 0 && (*x.p == ' ' || *x.p == '\t'))
			x.p++, x.len--;
		if (x.len >= 3 && memcmp(x.p, "```", 3) == 0)
			continue;
		any += x.len > 0;
		ticked += x.len > 1 && x.p[0] == '`' && x.p[x.len - 1] == '`';
		l->line[kept++] = l->line[i];
	}
	l->n = kept;
	if (any < 2 || ticked != any)
		return;
	for (size_t i = 0; i < l->n; i++) {
		struct import_line *x = &l->line[i];
		const char *first = memchr(x->p, '`', x->len);
		if (first == NULL)
			continue;
		x->len = (size_t)(x->p + x->len - first) - 2;
		x->p = first + 1;
	}
}

/* Tabs and blanks that all lines begin with. */
static void
clean_indent(struct import_lines *l)
{
	const struct import_line *first = NULL;
	size_t common = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct import_line *x = &l->line[i];
		if (clean_blank(x))
			continue;
		size_t n = 0;
		if (first == NULL) {
			first = x;
			while (x->p[n] == ' ' || x->p[n] == '\t')
				n++;
			common = n;
			continue;
		}
		while (n < common && n < x->len && x->p[n] == first->p[n])
			n++;
		common = n;
	}
	if (common > 0)
		clean_strip(l, common);
}

/* How deep a line is quoted: "> > ". */
static size_t
clean_depth(const struct import_line *x, size_t *used)
{
	size_t n = 0;
	for (*used = 0; *used < x->len && x->p[*used] == '>'; n++) {
		++*used;
		*used += *used < x->len && x->p[*used] == ' ';
	}
	return n;
}

#define CLEAN_DEEP 8

bool
import_quoted(struct import_lines *out, const struct import_lines *l)
{
	size_t have[CLEAN_DEEP] = { 0 }, used, deep = 0;
	*out = (struct import_lines){ 0 };
	for (size_t i = 0; i < l->n; i++) {
		size_t n = clean_depth(&l->line[i], &used);
		if (n > 0 && n < CLEAN_DEEP && used < l->line[i].len)
			have[n]++;
	}
	for (size_t n = 1; n < CLEAN_DEEP; n++)
		if (have[n] > have[deep])
			deep = n;
	if (deep == 0 || have[deep] < 4)
		return false;
	for (size_t i = 0; i < l->n; i++) {
		struct import_line x = l->line[i];
		if (clean_depth(&x, &used) == deep)
			clean_add(out, x.p + used, x.len - used, x.no);
	}
	return true;
}

void
import_clean(struct import_lines *l, struct import_source *in)
{
	const char *p = in->p, *end = in->p + in->len;
	*l = (struct import_lines){ 0 };
	if (in->len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	for (unsigned i = 0; p < end; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl == NULL ? end : nl;
		clean_add(l, p, (size_t)(stop - p),
		    in->no == NULL ? i + 1 : in->no[i]);
		clean_returns(&l->line[l->n - 1]);
		p = nl == NULL ? end : nl + 1;
	}
	clean_fences(l);
	for (int i = 0; i < 3 && clean_all(l, "> "); i++)
		clean_strip(l, 2);
	clean_indent(l);
	import_trace(l, in);
	import_json(l, in);
}
