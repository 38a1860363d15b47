/* One loop for all kinds that mark their lines: each belongs to a session, and
 * says what either side said, or goes on with the line before. */
#include "cmd/lang/import_priv.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/verb.h"

#define LOOP_COLUMNS 80

/* Does a client's line that is no verb look like a command nevertheless? */
static bool
loop_is_word(const char *p, size_t len)
{
	size_t n = verb_word(p, len);
	for (size_t i = 0; i < n; i++)
		if (p[i] < 'A' || p[i] > 'Z')
			return false;
	return n >= 3 && (n == len || p[n] == ' ');
}

static bool
loop_is_noise(const struct import_loop *g, const struct import_seen *seen)
{
	const char *p = seen->p;
	size_t len = seen->len;
	const struct import_say *s = g->say;
	while (len > 0 && *p == ' ')
		p++, len--;
	if (s->in_text || s->chunk > 0 || say_awaits_answer(s))
		return false;
	if (!s->greeted &&
	    !(g->kind->is & (KIND_NOTATION | KIND_QUOTED | KIND_CSV)) &&
	    !import_verb(p, len) && !loop_is_word(p, len))
		return true;
	if (g->kind->key == KEY_INDENT &&
	    (import_begins(p, len, "writing message and") ||
		import_begins(p, len, "(writing message)")))
		return true;
	if (g->kind->is & KIND_BARE_C)
		return (!g->started && !import_verb(p, len)) ||
		       import_begins(p, len, "+++ ") ||
		       import_begins(p, len, "****");
	bool weak = g->kind->is & KIND_WEAK ||
		    strcmp(g->kind->name, "arrows") == 0 ||
		    g->kind->is & KIND_BARE_S;
	return weak && !import_verb(p, len) && !loop_is_word(p, len);
}

/* "<the message>", "[connects]": what somebody does, not what is said. */
bool
import_is_stage(const char *p, size_t len, bool word)
{
	bool angles = len > 2 && *p == '<' && p[len - 1] == '>';
	bool square = len > 2 && *p == '[' && p[len - 1] == ']';
	bool round = len > 2 && *p == '(' && p[len - 1] == ')';
	return (angles || square || round) &&
	       (word || memchr(p, ' ', len) != NULL);
}

static int
loop_marked(struct import_loop *g, size_t *i, const struct import_seen *seen,
    enum import_side side, struct err *e)
{
	const struct import_line *x = &g->l->line[*i];
	const char *p = seen->p;
	size_t len = seen->len;
	bool stage = g->kind->is & KIND_NOTATION && !g->say->in_text &&
		     g->say->chunk == 0 && !say_awaits_answer(g->say) &&
		     import_is_stage(p, len, !g->say->greeted);
	g->say->mended |= stage;
	if (stage || (side == SIDE_CLIENT && loop_is_noise(g, seen))) {
		g->say->left_out++;
		return 0;
	}
	g->started |= side == SIDE_SERVER;
	if (g->kind->is & KIND_QUOTED)
		return loop_literal(g, i, seen, side, e);
	if (g->kind->is & KIND_CSV)
		return loop_field(g, seen, side, x->no, e);
	if (p > x->p && p[-1] == '[' && side == SIDE_SERVER)
		return loop_smtpcli(g, seen, x->no, e);
	if (p > x->p && p[-1] == ':' && len > 0 && *p == ' ')
		p++, len--; /* PHPMailer's */
	if (g->kind->key == KEY_FIELD && len > 0 && p[len - 1] == '"')
		len--;
	if (g->kind->is & KIND_JOINED && side == SIDE_SERVER)
		return loop_joined(g, p, len, x->no, e);
	if (g->kind->key == KEY_FIELD)
		return loop_parts(g, side, p, len, "[nl]", x->no, e);
	if (g->kind->is & KIND_BARE_C && side == SIDE_CLIENT)
		return loop_packet(g, p, len, x->no, e);
	return loop_give(g, side, p, len, x->no, e);
}

/* Where the code stands of a line that has no marker but goes on with a
 * reply; or NULL. What is before it is no word of its own. */
static const char *
loop_more(const struct import_loop *g, const struct import_line *x)
{
	const char *open = g->say->open;
	if (open[0] == '\0' || g->last != SIDE_SERVER)
		return NULL;
	const char *at = x->p, *end = x->p + x->len;
	while ((at = memmem(at, (size_t)(end - at), open, 3)) != NULL) {
		bool alone = at == x->p || strchr(" \t]:|>", at[-1]) != NULL ||
			     (unsigned char)at[-1] >= 0x80;
		if (alone && import_code(at, (size_t)(end - at)))
			return at;
		at++;
	}
	return NULL;
}

/* What stands behind the key of the session, in brackets, where no marker
 * does; or NULL. */
static const char *
loop_keyed(const struct import_loop *g, const struct import_line *x)
{
	if (g->key == NULL || !g->say->in_text ||
	    !(g->kind->is & KIND_BARE_TEXT))
		return NULL;
	const char *at = memmem(x->p, x->len, g->key, g->key_len);
	if (at == NULL || (size_t)(x->p + x->len - at) < g->key_len + 2)
		return NULL;
	return at + g->key_len + 2;
}

static int
loop_unmarked(struct import_loop *g, const struct import_line *x, struct err *e)
{
	struct import_say *s = g->say;
	const char *more = loop_more(g, x);
	if (more != NULL)
		return say_server(
		    s, more, (size_t)(x->p + x->len - more), x->no, e);
	if (g->kind->is & KIND_NOTATION && strcmp(g->kind->name, "rfc") == 0)
		return import_untagged(g, x);
	if (g->kind->is & KIND_NOTATION && import_indent(x) > g->indent &&
	    g->last != SIDE_NONE)
		return import_untagged(g, x);
	if (s->in_text &&
	    (g->kind->is & KIND_BARE_C || (x->len == 1 && *x->p == '.')))
		return say_client(s, x->p, x->len, x->no, e);
	const char *text = loop_keyed(g, x);
	if (text != NULL) {
		g->bare = true;
		return say_client(
		    s, text, (size_t)(x->p + x->len - text), x->no, e);
	}
	bool fold = g->kind->is & KIND_FOLDS && g->last != SIDE_NONE &&
		    import_begins(x->p, x->len, "     ") && x->len > 5;
	if (fold && !s->in_text) {
		say_join(s, x->p + 5, x->len - 5, true);
		return 0;
	}
	if (g->wide && !s->in_text) {
		say_join(s, x->p, x->len, false);
		g->wide = x->len >= LOOP_COLUMNS;
		return 0;
	}
	g->last = x->len == 0 ? g->last : SIDE_NONE;
	s->left_out += x->len > 0;
	return 0;
}

/* "[id" of the marker's line. */
static void
loop_keep_key(struct import_loop *g, const struct import_line *x, size_t before)
{
	g->key = memrchr(x->p, '[', before);
	if (g->key != NULL)
		g->key_len = (size_t)(x->p + before - g->key);
}

static int
loop_run(struct import_loop *g, struct err *e)
{
	for (size_t i = 0; i < g->l->n; i++) {
		const struct import_line *x = &g->l->line[i];
		struct import_seen seen;
		if (g->no[i] != g->session && g->no[i] != 0)
			continue;
		import_see(g->kind, x, &seen);
		/* Text that began without markers may look like one. */
		g->bare &= g->say->in_text;
		if (seen.side == SIDE_NONE || g->bare) {
			int r = loop_unmarked(g, x, e);
			if (r != 0)
				return r;
			continue;
		}
		enum import_side side = seen.side;
		if (g->swap)
			side = side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
		g->prose = 0;
		g->untagged = false;
		if (g->kind->key == KEY_BRACKET)
			loop_keep_key(g, x, seen.before);
		bool wide = g->kind->is & KIND_WRAPS && x->len >= LOOP_COLUMNS;
		if (loop_marked(g, &i, &seen, side, e) < 0)
			return -1;
		g->last = side;
		g->indent = seen.before;
		g->wide = wide;
	}
	return 0;
}

int
import_marked(struct import_say *s, const struct import_lines *l,
    unsigned session, unsigned *sessions, struct err *e)
{
	struct import_loop g = { .say = s, .kind = s->kind, .l = l };
	unsigned *no = mem_zalloc((l->n + 1) * sizeof *no);
	struct import_lines one = { 0 };
	g.session = session == 0 ? 1 : session;
	*sessions = import_number(s->kind, l, no, false);
	one.line = mem_alloc((l->n + 1) * sizeof *one.line);
	for (size_t i = 0; i < l->n; i++)
		if (no[i] == g.session)
			one.line[one.n++] = l->line[i];
	g.swap = import_swapped(s->kind, &one);
	if (g.swap)
		*sessions = import_number(s->kind, l, no, true);
	s->swapped = g.swap;
	free(one.line);
	g.no = no;
	int r = *sessions < g.session ? 1 : loop_run(&g, e);
	if (r == 0)
		r = say_end(s, l->n == 0 ? 0 : l->line[l->n - 1].no, e);
	free(no);
	return r;
}
