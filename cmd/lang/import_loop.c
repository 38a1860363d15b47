/* One loop for all kinds that mark their lines: each belongs to a session, and
 * says what either side said, or goes on with the line before. */
#include "cmd/lang/import_priv.h"

#include <stdlib.h>
#include <stdint.h>
#include <string.h>
#include "cmd/lang/near.h"
#include "cmd/lang/slip.h"
#include "net/core/verb.h"

#define LOOP_PROSE_MAX 8 /* lines of a stage direction */
#define LOOP_COLUMNS   80

/* Sessions. */

struct loop_session {
	const char *key;
	size_t key_len;
	unsigned now; /* the number of the one under way */
	unsigned owed;
	bool greeted, in_text, data;
};

struct loop_sessions {
	struct loop_session *s;
	size_t n, cap;
	uint32_t *slot;
	size_t slots;
	unsigned count;
};

static void
loop_key(const struct import_kind *k, const struct import_line *l,
    const struct import_seen *seen, struct loop_session *key)
{
	const char *p = l->p, *end = l->p + seen->before, *from = p;
	key->key = p;
	key->key_len = 0;
	if (k->key == KEY_INDENT)
		key->key_len = seen->before;
	if (k->key == KEY_BRACKET) {
		from = memrchr(p, '[', seen->before);
		key->key = from == NULL ? p : from + 1;
		key->key_len = from == NULL ? 0 : (size_t)(end - from - 1);
	}
	for (; k->key == KEY_HEX && p < end; p++) {
		if (strchr("0123456789abcdefABCDEF-", *p) == NULL) {
			from = p + 1;
		} else if (p + 1 - from >= 16) {
			key->key = from;
			key->key_len = (size_t)(p + 1 - from);
			break;
		}
	}
	for (unsigned field = 0; k->key == KEY_FIELD && p < end; p++) {
		if (*p != ',' && *p != '\t')
			continue;
		if (++field == 2)
			from = p + 1;
		if (field == 3) {
			key->key = from;
			key->key_len = (size_t)(p - from);
			break;
		}
	}
}

static size_t
loop_hash(const struct loop_session *k)
{
	size_t h = 5381;
	for (size_t i = 0; i < k->key_len; i++)
		h = h * 33 + (unsigned char)k->key[i];
	return h;
}

static void
loop_rehash(struct loop_sessions *all)
{
	free(all->slot);
	all->slots = all->slots == 0 ? 64 : all->slots * 2;
	all->slot = mem_zalloc(all->slots * sizeof *all->slot);
	for (size_t i = 0; i < all->n; i++) {
		size_t at = loop_hash(&all->s[i]);
		while (all->slot[at & (all->slots - 1)] != 0)
			at++;
		all->slot[at & (all->slots - 1)] = (uint32_t)(i + 1);
	}
}

static struct loop_session *
loop_session(struct loop_sessions *all, const struct loop_session *key)
{
	if (all->n * 2 >= all->slots)
		loop_rehash(all);
	size_t at = loop_hash(key);
	for (;; at++) {
		uint32_t i = all->slot[at & (all->slots - 1)];
		if (i == 0)
			break;
		struct loop_session *s = &all->s[i - 1];
		if (s->key_len == key->key_len &&
		    memcmp(s->key, key->key, key->key_len) == 0)
			return s;
	}
	if (all->n == all->cap) {
		all->cap = all->cap == 0 ? 16 : all->cap * 2;
		all->s = mem_grow(all->s, all->cap, sizeof *all->s);
	}
	all->s[all->n++] =
	    (struct loop_session){ .key = key->key, .key_len = key->key_len };
	all->slot[at & (all->slots - 1)] = (uint32_t)all->n;
	return &all->s[all->n - 1];
}

/* A greeting that nothing waits for begins another session. */
static void
loop_follow(struct loop_sessions *all, struct loop_session *s,
    enum import_side side, const char *p, size_t len)
{
	while (len > 0 && strchr("b'\" ", *p) != NULL)
		p++, len--;
	bool code = side == SIDE_SERVER && import_code(p, len);
	bool ends = code && !(len > 3 && p[3] == '-');
	bool first = s->now == 0;
	if (first || (code && s->greeted && s->owed == 0 &&
			 memcmp(p, "220", 3) == 0 && ends))
		s->now = ++all->count;
	if (side == SIDE_CLIENT && s->in_text) {
		s->in_text = !(len == 1 && *p == '.');
		s->owed += !s->in_text;
		return;
	}
	size_t verb = verb_word(p, len);
	if (side == SIDE_CLIENT && verb >= 4 && verb_find(p, verb) != NULL) {
		s->owed++;
		s->data = verb_find(p, verb)->id == VERB_DATA;
	}
	if (!ends)
		return;
	s->greeted = true;
	s->in_text = s->data && *p == '3' && p[1] == '5';
	s->owed = s->owed > 0 ? s->owed - 1 : 0;
}

/* How many octets a literal's or a field's mark takes is no matter here: the
 * code and the verb stand at its start. Numbers go into no[]. */
static unsigned
loop_number(const struct import_kind *k, const struct import_lines *l,
    unsigned *no, bool swap)
{
	struct loop_sessions all = { 0 };
	unsigned now = 0;
	for (size_t i = 0; i < l->n; i++) {
		struct import_seen seen;
		struct loop_session key = { 0 };
		no[i] = now;
		if (memmem(l->line[i].p, l->line[i].len, "hile talking to ",
			16) != NULL &&
		    k->is & KIND_START && all.n > 0)
			for (size_t s = 0; s < all.n; s++)
				all.s[s].now = 0;
		import_see(k, &l->line[i], &seen);
		if (seen.side == SIDE_NONE)
			continue;
		loop_key(k, &l->line[i], &seen, &key);
		enum import_side side = seen.side;
		if (swap)
			side = side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
		struct loop_session *s = loop_session(&all, &key);
		loop_follow(&all, s, side, seen.p, seen.len);
		no[i] = now = s->now;
	}
	free(all.s);
	free(all.slot);
	return all.count;
}

/* Lines. */

struct loop {
	struct import_say *say;
	const struct import_kind *kind;
	const struct import_lines *l;
	const unsigned *no;
	unsigned session;
	bool swap;
	enum import_side last; /* whose the line before was */
	size_t indent;	       /* of its marker */
	bool wide;	       /* it filled the console's line */
	unsigned prose;	       /* lines of a stage direction yet */
	bool started;	       /* the server has spoken: KIND_BARE_C */
};

static int
loop_give(struct loop *g, enum import_side side, const char *p, size_t len,
    unsigned no, struct err *e)
{
	return side == SIDE_CLIENT ? say_client(g->say, p, len, no, e)
				   : say_server(g->say, p, len, no, e);
}

/* Lines that one literal or field holds, parted by sep. */
static int
loop_parts(struct loop *g, enum import_side side, const char *p, size_t len,
    const char *sep, unsigned no, struct err *e)
{
	size_t n = strlen(sep);
	while (len > 0) {
		const char *at = memmem(p, len, sep, n);
		size_t part = at == NULL ? len : (size_t)(at - p);
		size_t text = part;
		while (text > 0 && p[text - 1] == '\r')
			text--;
		if (loop_give(g, side, p, text, no, e) < 0)
			return -1;
		part += at == NULL ? 0 : n;
		p += part;
		len -= part;
	}
	return 0;
}

/* A literal, which a page may have wrapped: the lines behind it go on. */
static int
loop_literal(struct loop *g, size_t *i, const struct import_seen *seen,
    enum import_side side, struct err *e)
{
	const struct import_line *x = &g->l->line[*i];
	const char *p = seen->p;
	size_t len = seen->len, used;
	struct buf b = BUF_INIT;
	char quote = '"';
	bool opened = p > x->p && p[-1] == '"';
	if (!opened && len > 0 && *p == 'b')
		p++, len--;
	if (!opened && len > 0 && (*p == '\'' || *p == '"')) {
		quote = *p++;
		len--;
		opened = true;
	}
	if (!opened) {
		g->say->left_out++;
		return 0;
	}
	unsigned no = x->no;
	while (!import_literal(&b, p, len, quote, &used) && *i + 1 < g->l->n) {
		struct import_seen next;
		import_see(g->kind, &g->l->line[*i + 1], &next);
		if (next.side != SIDE_NONE)
			break;
		x = &g->l->line[++*i];
		p = x->p;
		len = x->len;
	}
	int r = loop_parts(g, side, buf_data(&b), buf_len(&b), "\n", no, e);
	buf_release(&b);
	return r;
}

/* A field of comma-separated values. */
static int
loop_field(struct loop *g, const struct import_seen *seen,
    enum import_side side, unsigned no, struct err *e)
{
	struct buf b = BUF_INIT;
	const char *p = seen->p, *end = p + seen->len;
	if (p < end && *p == '"') {
		for (p++; p < end; p++) {
			if (*p == '"' && !(p + 1 < end && p[1] == '"'))
				break;
			p += *p == '"';
			buf_addc(&b, *p);
		}
	} else {
		const char *comma = memchr(p, ',', seen->len);
		buf_add(&b, p, (size_t)((comma == NULL ? end : comma) - p));
	}
	int r = loop_parts(g, side, buf_data(&b), buf_len(&b), "\n", no, e);
	buf_release(&b);
	return r;
}

/* "[250] 'text'" */
static int
loop_smtpcli(
    struct loop *g, const struct import_seen *seen, unsigned no, struct err *e)
{
	struct buf b = BUF_INIT;
	const char *p = seen->p + 4;
	size_t len = seen->len - 4;
	buf_add(&b, seen->p, 3);
	buf_addc(&b, ' ');
	if (len > 0 && *p == ' ')
		p++, len--;
	if (len > 1 && *p == '\'' && p[len - 1] == '\'')
		p++, len -= 2;
	buf_add(&b, p, len);
	int r = say_server(g->say, buf_data(&b), buf_len(&b), no, e);
	buf_release(&b);
	return r;
}

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
loop_is_noise(const struct loop *g, const struct import_seen *seen)
{
	const char *p = seen->p;
	size_t len = seen->len;
	const struct import_say *s = g->say;
	if (s->in_text || s->chunk > 0 || say_awaits_answer(s))
		return false;
	if (g->kind->key == KEY_INDENT &&
	    (import_begins(p, len, "writing message and") ||
		import_begins(p, len, "(writing message)")))
		return true;
	if (g->kind->is & KIND_BARE_C)
		return !g->started || import_begins(p, len, "+++ ") ||
		       import_begins(p, len, "****");
	bool weak = g->kind->is & KIND_WEAK ||
		    strcmp(g->kind->name, "arrows") == 0 ||
		    g->kind->is & KIND_BARE_S;
	return weak && !import_verb(p, len) && !loop_is_word(p, len);
}

static int
loop_marked(struct loop *g, size_t *i, const struct import_seen *seen,
    enum import_side side, struct err *e)
{
	const struct import_line *x = &g->l->line[*i];
	const char *p = seen->p;
	size_t len = seen->len;
	bool stage = g->kind->is & KIND_NOTATION && !g->say->in_text &&
		     g->say->chunk == 0 && !say_awaits_answer(g->say) &&
		     len > 2 && *p == '<' && p[len - 1] == '>' &&
		     memchr(p, ' ', len) != NULL;
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
	if (g->kind->key == KEY_FIELD)
		return loop_parts(g, side, p, len, "[nl]", x->no, e);
	if (g->kind->is & KIND_BARE_C && side == SIDE_CLIENT)
		return loop_parts(g, side, p, len, "\\r\\n", x->no, e);
	return loop_give(g, side, p, len, x->no, e);
}

/* Where the code stands of a line that has no marker but goes on with a
 * reply; or NULL. What is before it is no word of its own. */
static const char *
loop_more(const struct loop *g, const struct import_line *x)
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

static size_t
loop_indent(const struct import_line *x)
{
	size_t n = 0;
	while (n < x->len && (x->p[n] == ' ' || x->p[n] == '\t'))
		n++;
	return n;
}

/* A sentence, which no slip of a line looks like. */
static bool
loop_is_sentence(const char *p, size_t len)
{
	size_t words = 0, first = 0;
	while (first < len && p[first] != ' ')
		first++;
	for (size_t i = 0; i < len; i++)
		words += p[i] != ' ' && (i == 0 || p[i - 1] == ' ');
	if (words < 5 || (*p >= '0' && *p <= '9') || strchr("/\\", *p) ||
	    memchr(p, '<', len) != NULL || import_verb(p, len))
		return false;
	for (size_t i = 0; verb_at(i) != NULL; i++)
		if (near_word(
			p, first, verb_at(i)->name, strlen(verb_at(i)->name)))
			return false;
	return true;
}

/* Elisions, stage directions, remarks between. */
static bool
loop_is_prose(struct loop *g, const char *p, size_t len)
{
	if (g->prose > 0) {
		bool ends = strchr(".)]>", p[len - 1]) != NULL;
		g->prose = ends ? 0 : g->prose - 1;
		return true;
	}
	if (strspn(p, ". ") >= len || *p == '#' ||
	    import_begins(p, len, "C & S:") || import_begins(p, len, "--") ||
	    import_begins(p, len, "Connected to smtp"))
		return true;
	bool opens = import_begins(p, len, "... ") || strchr("([<", *p) != NULL;
	if (opens && strchr(".)]>", p[len - 1]) == NULL)
		g->prose = LOOP_PROSE_MAX;
	return opens || loop_is_sentence(p, len);
}

/* What a command goes on with: a path, a parameter. */
static bool
loop_is_argument(const char *p, size_t len)
{
	size_t n = 0;
	if (import_begins(p, len, "TO:") || import_begins(p, len, "FROM:") ||
	    *p == '<')
		return true;
	while (n < len && ((p[n] >= 'A' && p[n] <= 'Z') || p[n] == '-'))
		n++;
	return n > 1 && n < len && p[n] == '=';
}

/* A line of an RFC's notation that has no tag. 1: it cannot stand here. */
static int
loop_untagged(struct loop *g, const struct import_line *x)
{
	struct import_say *s = g->say;
	size_t indent = loop_indent(x), len = x->len - indent;
	const char *p = x->p + indent;
	while (len > 0 && p[len - 1] == ' ')
		len--;
	if (len == 0)
		return 0;
	if (s->in_text || s->chunk > 0) {
		struct err e;
		return say_client(s, x->p, x->len, x->no, &e) < 0;
	}
	s->mended = true;
	const char *out = buf_data(&s->out) + buf_len(&s->out);
	bool slash =
	    g->last == SIDE_CLIENT && buf_len(&s->out) > 2 && out[-2] == '\\';
	if (slash) {
		s->out.end -= 2;
		while (
		    s->out.end > s->out.off && s->out.p[s->out.end - 1] == ' ')
			s->out.end--;
		buf_addc(&s->out, '\n');
	}
	bool deeper = indent > g->indent;
	if (slash ||
	    (g->last == SIDE_CLIENT && deeper && loop_is_argument(p, len))) {
		if (len > 0 && p[len - 1] == '\\' && !slash)
			return 1;
		say_join(s, p, len, true);
		return 0;
	}
	if (g->last == SIDE_SERVER && strcmp(s->last, "334") == 0 &&
	    slip_is_answer(p, len)) {
		say_join(s, p, len, false);
		return 0;
	}
	if (loop_is_prose(g, p, len)) {
		s->left_out++;
		return 0;
	}
	if (g->last == SIDE_SERVER && deeper && !(*p >= '0' && *p <= '9')) {
		say_join(s, p, len, true);
		return 0;
	}
	return 1;
}

static int
loop_unmarked(struct loop *g, const struct import_line *x, struct err *e)
{
	struct import_say *s = g->say;
	const char *more = loop_more(g, x);
	if (more != NULL)
		return say_server(
		    s, more, (size_t)(x->p + x->len - more), x->no, e);
	if (g->kind->is & KIND_NOTATION && strcmp(g->kind->name, "rfc") == 0)
		return loop_untagged(g, x);
	if (g->kind->is & KIND_NOTATION && loop_indent(x) > g->indent &&
	    g->last != SIDE_NONE)
		return loop_untagged(g, x);
	if (s->in_text && x->len == 1 && *x->p == '.')
		return say_client(s, x->p, x->len, x->no, e);
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

static int
loop_run(struct loop *g, struct err *e)
{
	for (size_t i = 0; i < g->l->n; i++) {
		const struct import_line *x = &g->l->line[i];
		struct import_seen seen;
		if (g->no[i] != g->session && g->no[i] != 0)
			continue;
		import_see(g->kind, x, &seen);
		if (seen.side == SIDE_NONE) {
			int r = loop_unmarked(g, x, e);
			if (r != 0)
				return r;
			continue;
		}
		enum import_side side = seen.side;
		if (g->swap)
			side = side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
		g->prose = 0;
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
	struct loop g = { .say = s, .kind = s->kind, .l = l };
	unsigned *no = mem_zalloc((l->n + 1) * sizeof *no);
	struct import_lines one = { 0 };
	g.session = session == 0 ? 1 : session;
	*sessions = loop_number(s->kind, l, no, false);
	one.line = mem_alloc((l->n + 1) * sizeof *one.line);
	for (size_t i = 0; i < l->n; i++)
		if (no[i] == g.session)
			one.line[one.n++] = l->line[i];
	g.swap = import_swapped(s->kind, &one);
	if (g.swap)
		*sessions = loop_number(s->kind, l, no, true);
	s->swapped = g.swap;
	free(one.line);
	g.no = no;
	int r = *sessions < g.session ? 1 : loop_run(&g, e);
	if (r == 0)
		r = say_end(s, l->n == 0 ? 0 : l->line[l->n - 1].no, e);
	free(no);
	return r;
}
