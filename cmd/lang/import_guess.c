/* Of all kinds, the one that most lines bear out: codes behind the server's
 * marks, verbs behind the client's. */
#include "cmd/lang/import_priv.h"

#include <string.h>
#include "net/core/verb.h"

/* What a line bears out, quotes aside. */
struct mark_count {
	size_t marked, codes, verbs;
};

static void
mark_count(struct mark_count *c, const struct import_kind *k,
    const struct import_seen *s)
{
	const char *p = s->p;
	size_t len = s->len;
	if (k->is & KIND_QUOTED) {
		if (len > 1 && *p == 'b')
			p++, len--;
		if (len > 0 && (*p == '\'' || *p == '"'))
			p++, len--;
	}
	if (k->is & KIND_CSV && len > 0 && *p == '"')
		p++, len--;
	while (len > 0 && *p == ' ')
		p++, len--;
	c->marked++;
	c->codes +=
	    import_code(p, len) ||
	    (k->server[0] != NULL && k->server[0][0] == '[' &&
		k->server[0][1] == '\0' && import_code(p, len < 3 ? len : 3));
	size_t verb = verb_word(p, len);
	bool escaped = k->is & KIND_QUOTED && verb < len && p[verb] == '\\';
	bool closed = verb < len && strchr("\",", p[verb]) != NULL;
	c->verbs += import_verb(p, escaped || closed ? verb : len);
}

static size_t
mark_bears(
    const struct import_kind *k, struct mark_count c, struct mark_count s)
{
	bool codes = s.codes > 0 && s.codes * 10 >= s.marked * 6;
	bool verbs = c.verbs > 0;
	if (c.codes * 2 > c.marked && c.marked > 0)
		return 0;
	if (codes && verbs)
		return s.codes + c.verbs;
	if (k->is & KIND_SURE && (codes || (verbs && s.marked == 0)))
		return s.codes + c.verbs;
	return 0;
}

static size_t
mark_score(
    const struct import_kind *k, const struct import_lines *l, bool *swap)
{
	struct mark_count c = { 0 }, s = { 0 };
	*swap = false;
	for (size_t i = 0; i < l->n; i++) {
		struct import_seen seen;
		import_see(k, &l->line[i], &seen);
		if (seen.side == SIDE_CLIENT)
			mark_count(&c, k, &seen);
		else if (seen.side == SIDE_SERVER)
			mark_count(&s, k, &seen);
		/* Then what bears no marker is not the server's. */
		const char *p = l->line[i].p;
		size_t len = l->line[i].len;
		if (k->is & KIND_BARE_S && import_begins(p, len, "<<< ") &&
		    import_code(p + 4, len - 4))
			return 0;
	}
	size_t n = mark_bears(k, c, s);
	if (n > 0 || !(k->is & KIND_SWAPS))
		return n;
	*swap = true;
	return mark_bears(k, s, c);
}

size_t
import_score(const struct import_kind *k, const struct import_lines *l)
{
	bool swap;
	return mark_score(k, l, &swap);
}

bool
import_swapped(const struct import_kind *k, const struct import_lines *l)
{
	bool swap;
	return mark_score(k, l, &swap) > 0 && swap;
}

const struct import_kind *
import_guess(const struct import_lines *l)
{
	const struct import_kind *best = NULL;
	size_t most = 0;
	for (const struct import_kind *k = import_kinds; k->name != NULL; k++) {
		size_t n = import_score(k, l);
		if (n > most) {
			most = n;
			best = k;
		}
	}
	return best;
}

const struct import_kind *
import_one_side(const struct import_lines *l, bool *server)
{
	for (const struct import_kind *k = import_kinds; k->name != NULL; k++) {
		struct mark_count c = { 0 }, s = { 0 };
		if (k->is & (KIND_BARE_C | KIND_BARE_S | KIND_NOTATION))
			continue;
		for (size_t i = 0; i < l->n; i++) {
			struct import_seen seen;
			import_see(k, &l->line[i], &seen);
			if (seen.side != SIDE_NONE)
				mark_count(seen.side == SIDE_CLIENT ? &c : &s,
				    k, &seen);
		}
		*server = s.codes > 1 && s.codes * 10 >= s.marked * 6;
		if (*server || (c.verbs > 1 && s.marked == 0))
			return k;
	}
	return NULL;
}

const struct import_kind *
import_named(const char *name)
{
	for (const struct import_kind *k = import_kinds; k->name != NULL; k++)
		if (strcmp(k->name, name) == 0 ||
		    (k->swapped != NULL && strcmp(k->swapped, name) == 0))
			return k;
	return NULL;
}
