/* Transcripts whose lines bear no markers: telnet, nc, s_client, JavaMail, exim
 * -bh, a captured stream. Nobody but the server speaks first and last: what
 * stands before its first line and behind its last is no part of the session,
 * a last command aside. What is neither between is refused, not sent. */
#include "cmd/lang/import_priv.h"

#include <string.h>
#include "cmd/lang/near.h"
#include "cmd/lang/quote.h"
#include "cmd/lang/slip.h"
#include "net/core/verb.h"

#define BARE_COLUMNS 66

struct bare {
	struct import_say *say;
	const struct import_lines *l;
	bool tls;   /* it begins within TLS: s_client's */
	bool dumps; /* it is s_client's */
	bool logs;  /* exim -v -bs: its log between */
	bool any_client, any_server;
	size_t wide; /* of the line before, and whose it was */
	enum import_side wide_side;
};

static struct import_line
bare_trim(struct import_line x)
{
	while (x.len > 0 && (*x.p == ' ' || *x.p == '\t'))
		x.p++, x.len--;
	return x;
}

static bool
bare_code(const struct import_line *x)
{
	return *x->p != '1' && import_code(x->p, x->len);
}

/* "    O 220 ...": bullets before most lines. */
static void
bare_bullets(struct import_lines *l)
{
	size_t any = 0, with = 0;
	for (size_t i = 0; i < l->n; i++) {
		struct import_line x = bare_trim(l->line[i]);
		any += x.len > 0;
		with += import_begins(x.p, x.len, "O ");
	}
	if (with * 2 < any || with < 3)
		return;
	for (size_t i = 0; i < l->n; i++) {
		struct import_line x = bare_trim(l->line[i]);
		if (import_begins(x.p, x.len, "O "))
			x.p += 2, x.len -= 2;
		l->line[i] = x;
	}
}

static bool
bare_is_slip(const struct import_line *x)
{
	size_t n = verb_word(x->p, x->len);
	if (*x->p == '\\' || (*x->p >= '0' && *x->p <= '9') || *x->p == '/')
		return true;
	for (size_t i = 0; verb_at(i) != NULL; i++)
		if (near_word(
			x->p, n, verb_at(i)->name, strlen(verb_at(i)->name)))
			return true;
	return false;
}

static int
bare_refuse(const struct bare *b, const struct import_line *x, struct err *e)
{
	struct buf q = BUF_INIT;
	if (*x->p == '\\' || strchr("SRC", *x->p) != NULL) {
		struct import_line t = *x;
		if (*t.p == '\\' || (t.len > 1 && t.p[1] == ':'))
			return 1; /* it is native */
	}
	if (slip_is_answer(x->p, x->len) && (b->say->auth || x->len > 15))
		buf_adds(&q, "...");
	else
		quote_add(&q, x->p, x->len);
	err_set(e, ERR_DATA,
	    "%s:%u: found '%s' in a transcript without markers, expected a "
	    "command or a reply: drop the line, join it to the one before, or "
	    "write its code or its tag (C: or S:) before it",
	    b->say->name, x->no, buf_str(&q));
	buf_release(&q);
	return -1;
}

/* The lines of the session: [from, to). False: there is none. */
static bool
bare_bounds(struct bare *b, size_t *from, size_t *to)
{
	const struct import_lines *l = b->l;
	size_t last = l->n;
	*from = l->n;
	for (size_t i = 0; i < l->n; i++) {
		struct import_line x = bare_trim(l->line[i]);
		if (x.len == 0 || !bare_code(&x))
			continue;
		if (*from == l->n)
			*from = i;
		last = i;
	}
	if (*from == l->n)
		return false;
	struct import_line x = bare_trim(l->line[*from]);
	b->tls = import_begins(x.p, x.len, "250") &&
		 strcmp(bare_kind(l), "s_client") == 0;
	bool greets = import_begins(x.p, x.len, "220") ||
		      import_begins(x.p, x.len, "554") ||
		      import_begins(x.p, x.len, "421") ||
		      import_begins(x.p, x.len, "521");
	if (b->tls)
		++*from;
	*to = last + 1;
	/* Who forces it may have no greeting: then it begins with a command. */
	for (size_t i = 0; b->say->forced && !greets && i < *from; i++) {
		x = bare_trim(l->line[i]);
		if (import_verb(x.p, x.len))
			*from = i;
	}
	return greets || b->tls || b->say->forced;
}

/* Where a remark begins that a page has behind a command: "  # enter this". */
static size_t
bare_remark(const struct import_line *x)
{
	static const char *const signs[] = { "  #", "  <--", "  <<<",
		"  \xe2\x86\x90", "\t#" };
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		const char *at =
		    memmem(x->p, x->len, signs[i], strlen(signs[i]));
		while (at != NULL && at > x->p && at[-1] == ' ')
			at--;
		if (at != NULL)
			return (size_t)(at - x->p);
	}
	return x->len;
}

/* A mail program breaks lines at 72 columns or so: what goes on with a long
 * reply, or a parameter behind a long command. */
static bool
bare_wrapped(const struct bare *b, const struct import_line *x)
{
	size_t word = 0;
	while (word < x->len && x->p[word] != ' ')
		word++;
	if (b->wide + word < BARE_COLUMNS || bare_is_slip(x))
		return false;
	if (b->wide_side == SIDE_SERVER)
		return true;
	const char *sign = memchr(x->p, '=', word);
	return b->wide_side == SIDE_CLIENT && (sign != NULL || *x->p == '<');
}

static int
bare_line(struct bare *b, const struct import_line *raw, struct err *e)
{
	struct import_say *s = b->say;
	struct import_line x = bare_trim(*raw);
	if ((b->dumps && bare_is_dump(raw)) ||
	    (b->logs && !s->in_text && bare_is_log(&x))) {
		s->left_out++;
		return 0;
	}
	if (s->in_text)
		return say_client(s, raw->p, raw->len, raw->no, e);
	if (x.len > 0 && bare_code(&x)) {
		b->any_server = true;
		b->wide = raw->len;
		b->wide_side = SIDE_SERVER;
		return say_server(s, x.p, x.len, x.no, e);
	}
	if (bare_is_noise(&x)) {
		s->left_out += x.len > 0;
		return 0;
	}
	if (import_verb(x.p, x.len))
		x.len = bare_remark(&x);
	if (import_verb(x.p, x.len) || say_awaits_answer(s)) {
		b->any_client = true;
		b->wide = raw->len;
		b->wide_side = SIDE_CLIENT;
		return say_client(s, x.p, x.len, x.no, e);
	}
	if (say_owed(s) == 0 && bare_is_typed(b->l, raw)) {
		b->wide_side = SIDE_NONE;
		return say_client(s, x.p, x.len, x.no, e);
	}
	if (bare_wrapped(b, &x)) {
		say_join(s, x.p, x.len, true);
		b->wide = raw->len;
		return 0;
	}
	return bare_refuse(b, &x, e);
}

/* A sentence, or behind the end of the session any word. */
static bool
bare_is_prose(const struct import_line *x, bool ended)
{
	size_t words = 0, small = 0;
	if ((*x->p | 0x20) < 'a' || (*x->p | 0x20) > 'z')
		return false;
	for (size_t i = 0; i < x->len; i++) {
		words += x->p[i] != ' ' && (i == 0 || x->p[i - 1] == ' ');
		small += words == 1 && x->p[i] >= 'a' && x->p[i] <= 'z';
	}
	return ended ||
	       (words > 3 && small > 1 && memchr(x->p, '<', x->len) == NULL);
}

/* Behind the server's last line only commands that nobody answered count, and
 * what looks like one must be one. */
static int
bare_tail(struct bare *b, size_t from, struct err *e)
{
	for (size_t i = from; i < b->l->n; i++) {
		struct import_line x = bare_trim(b->l->line[i]);
		if (b->say->in_text) {
			if (say_client(b->say, b->l->line[i].p,
				b->l->line[i].len, x.no, e) < 0)
				return -1;
			continue;
		}
		if (x.len == 0)
			continue;
		if (import_verb(x.p, x.len) && i == from) {
			from++;
			if (say_client(b->say, x.p, x.len, x.no, e) < 0)
				return -1;
			continue;
		}
		bool prose = bare_is_prose(&x, b->say->ended);
		if (bare_is_slip(&x) && !bare_is_noise(&x) && !prose &&
		    !(b->tls && *x.p >= '0' && *x.p <= '9'))
			return bare_refuse(b, &x, e);
		b->say->left_out++;
	}
	return 0;
}

int
import_bare(struct import_say *s, struct import_lines *l, const char **kind,
    struct err *e)
{
	struct bare b = { .say = s, .l = l };
	size_t from, to;
	*kind = bare_kind(l);
	bare_bullets(l);
	b.dumps = strcmp(*kind, "s_client") == 0;
	b.logs = import_has(l, "LOG: ");
	if (b.dumps)
		bare_unsaid(s, l);
	if (!bare_bounds(&b, &from, &to))
		return 1;
	for (size_t i = 0; i < from; i++)
		if (bare_trim(l->line[i]).len > 0)
			s->left_out++;
	s->wire = true;
	s->began_in_tls = b.tls;
	s->greeted = b.tls;
	for (size_t i = from; i < to; i++) {
		size_t behind = s->in_text ? i : bare_block(l, i);
		if (behind > i) {
			s->left_out += behind - i;
			i = behind - 1;
			continue;
		}
		int r = bare_line(&b, &l->line[i], e);
		if (r != 0)
			return r;
	}
	if (!b.any_client && s->commands == 0)
		return 1;
	int r = bare_tail(&b, to, e);
	if (r == 0)
		r = say_end(s, l->n == 0 ? 0 : l->line[l->n - 1].no, e);
	return r;
}
