/* A whole file: decide its dialect, then read it line by line as lang.c does,
 * with one thing more that only a whole file can tell: whether mail text
 * follows a DATA. */
#include "cmd/lang/script_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/verb.h"

struct script_line {
	const char *p;
	size_t len;
};

struct script_text {
	struct script_line now; /* the line under way */
	const char *next, *end; /* what follows it */
	const char *stop;	/* next line that ends mail text or looking
				    for its end; NULL: not looked for yet */
	bool period;		/* that one ends it */
	size_t data_owed; /* replies until the one to DATA; 0: none awaited */
	size_t owed;
};

void
script_release(struct script *s)
{
	for (size_t i = 0; i < s->n; i++)
		stmt_clear(&s->stmt[i]);
	free(s->stmt);
	free(s->name);
	free(s->note);
	free(s->octets);
	free(s->source);
	*s = (struct script){ 0 };
}

/* Takes the next line, without its LF. */
static bool
script_next(struct script_text *t)
{
	if (t->next == t->end)
		return false;
	size_t left = (size_t)(t->end - t->next);
	const char *nl = memchr(t->next, '\n', left);
	t->now.p = t->next;
	t->now.len = nl == NULL ? left : (size_t)(nl - t->next);
	t->next = nl == NULL ? t->end : nl + 1;
	return true;
}

/* The line without indent and line end. */
static struct script_line
script_trim(struct script_line l)
{
	while (l.len > 0 && (*l.p == ' ' || *l.p == '\t')) {
		l.p++;
		l.len--;
	}
	while (l.len > 0 && strchr(" \t\r", l.p[l.len - 1]) != NULL)
		l.len--;
	return l;
}

static char
script_tag(struct script_line l)
{
	l = script_trim(l);
	if (l.len < 2 || l.p[1] != ':' ||
	    (l.len > 2 && l.p[2] != ' ' && l.p[2] != '\t'))
		return '\0';
	return *l.p == 'S' || *l.p == 'R' || *l.p == 'C' ? *l.p : '\0';
}

/* What stands behind the tag, trimmed. */
static struct script_line
script_said(struct script_line l)
{
	bool tagged = script_tag(l) != '\0';
	l = script_trim(l);
	if (tagged) {
		l.p += 2;
		l.len -= 2;
	}
	return script_trim(l);
}

static bool
script_is(struct script_line l, const char *word)
{
	return l.len == strlen(word) && strncasecmp(l.p, word, l.len) == 0;
}

/* S: alone may be either side: codes are the server's. */
static int
script_dialect_s(struct script *s, bool codes, bool verbs, struct err *e)
{
	if (codes && verbs)
		return err_set(e, ERR_DATA,
		    "%s: found codes and commands behind S: and no R: or C: "
		    "beside it, expected R: lines (RFC 821) or C: lines (RFC "
		    "5321); say which with --dialect 821 or --dialect 5321",
		    s->name);
	s->dialect = codes ? DIALECT_5321 : DIALECT_821;
	return 0;
}

static int
script_dialect(struct script *s, struct script_text t, struct err *e)
{
	bool tag_s = false, tag_r = false, tag_c = false, in_text = false;
	bool codes = false, verbs = false;
	while (script_next(&t)) {
		char c = script_tag(t.now);
		struct script_line l = script_trim(t.now);
		if (in_text) {
			in_text = !script_is(l, ".");
			continue;
		}
		if (c == '\0')
			in_text = script_is(l, "DATA");
		tag_r |= c == 'R';
		tag_c |= c == 'C';
		if (c != 'S')
			continue;
		tag_s = true;
		l = script_said(l);
		bool code = expect_like(l.p, l.len);
		codes |= code;
		verbs |= !code && verb_find(l.p, verb_word(l.p, l.len)) != NULL;
	}
	if (tag_c)
		s->dialect = DIALECT_5321;
	else if (tag_r)
		s->dialect = DIALECT_821;
	else if (tag_s)
		return script_dialect_s(s, codes, verbs, e);
	return 0;
}

/* Does a lone period come before the next expectation? What was found stands
 * until it is passed, so each line is looked at once. */
static bool
script_period_follows(struct script *s, struct script_text *t)
{
	char server = s->dialect == DIALECT_821 ? 'R' : 'S';
	if (t->stop != NULL && t->stop >= t->next)
		return t->period;
	struct script_text ahead = *t;
	t->period = false;
	t->stop = t->end;
	while (script_next(&ahead)) {
		char c = script_tag(ahead.now);
		struct script_line l = script_said(ahead.now);
		s->looks++;
		t->period = script_is(l, ".") || script_is(l, "<CRLF>.<CRLF>");
		if (t->period ||
		    (s->dialect != DIALECT_UNKNOWN && c == server) ||
		    (c == '\0' && expect_like(l.p, l.len))) {
			t->stop = ahead.now.p;
			break;
		}
	}
	return t->period;
}

/* DATA, or \data. */
static bool
script_is_data(const struct lang *l, const struct stmt *st)
{
	if (st->kind == STMT_SHELL)
		return l->word != NULL &&
		       l->word(st->text, strcspn(st->text, " \t")) &
			   LANG_OPENS_TEXT;
	return st->kind == STMT_SEND && st->verb != NULL &&
	       st->verb->is & VERB_OPENS_TEXT;
}

/* Keeps l->in_text right behind st, which came from the line under way. */
static void
script_follow(struct script *s, struct script_text *t, struct lang *l,
    const struct stmt *st)
{
	bool data = script_is_data(l, st);
	if (st->kind == STMT_SEND || data) {
		t->owed++;
		if (!data)
			return;
		if (script_period_follows(s, t)) {
			l->in_text = true;
			l->text_begun = false;
		} else {
			t->data_owed = t->owed;
		}
	} else if (st->kind == STMT_TEXT_END) {
		t->owed++;
	} else if (st->kind == STMT_EXPECT) {
		if (t->owed > 0)
			t->owed--;
		if (t->data_owed > 0 && --t->data_owed == 0 &&
		    expect_intermediate(st->expect)) {
			l->in_text = true;
			l->text_begun = false;
		}
	}
}

static void
script_note(
    struct script *s, const struct stmt *st, bool *sent, bool *transaction)
{
	if (st->kind == STMT_EXPECT) {
		s->has_greeting |= !*sent && !s->transcript;
		s->transcript = true;
	}
	if (st->kind != STMT_SEND)
		return;
	*sent = true;
	const struct verb *v = st->verb;
	if (v == NULL)
		return;
	s->has_helo |= v->is & VERB_IS_GREETING && !*transaction;
	*transaction |= v->is & VERB_IS_TRANSACTION;
	s->has_quit |= v->id == VERB_QUIT;
}

/* Does it say that itself, as a line or by the command of that name? What is
 * expected to be refused is no more than a try; and STARTTLS behind what a
 * demand for TLS lets nobody say before it comes too late. */
static bool
script_begins(const struct script *s, enum verb_id id, const char *word,
    int taken, int going_on)
{
	size_t n = strlen(word);
	for (size_t i = 0; i < s->n; i++) {
		const struct stmt *st = &s->stmt[i];
		bool line = st->kind == STMT_SEND && st->verb != NULL &&
			    st->verb->id == id;
		bool command = st->kind == STMT_SHELL && st->len >= n &&
			       memcmp(st->text, word, n) == 0 &&
			       (st->len == n || st->text[n] == ' ');
		if (id == VERB_STARTTLS && st->kind == STMT_SEND && !line &&
		    (st->verb == NULL || !(st->verb->is & VERB_IS_GREETING)))
			return false;
		if (!line && !command)
			continue;
		const struct stmt *next = i + 1 < s->n ? st + 1 : NULL;
		return next == NULL || next->kind != STMT_EXPECT ||
		       expect_takes(next->expect, taken) ||
		       expect_takes(next->expect, going_on);
	}
	return false;
}

static int
script_lines(
    struct script *s, struct script_text *t, struct lang *l, struct err *e)
{
	bool sent = false, transaction = false;
	size_t cap = 0;
	while (script_next(t)) {
		struct stmt st;
		if (lang_line(l, t->now.p, t->now.len, &st, e) < 0)
			return -1;
		if (st.kind == STMT_NOTHING)
			continue;
		script_follow(s, t, l, &st);
		script_note(s, &st, &sent, &transaction);
		if (s->n == cap) {
			cap = cap == 0 ? 32 : cap * 2;
			s->stmt = mem_grow(s->stmt, cap, sizeof *s->stmt);
		}
		s->stmt[s->n++] = st;
	}
	return 0;
}

int
lang_check_body(
    const struct lang *l, unsigned line, const char *body, struct err *e)
{
	struct script s = { .dialect = l->dialect };
	struct lang inner;
	s.octets = mem_dup(body);
	struct script_text t = { .next = s.octets,
		.end = s.octets + strlen(s.octets) };
	lang_init(&inner, l->name, l->dialect);
	inner.strict = true;
	inner.word = l->word;
	inner.base = s.octets;
	inner.line = line;
	/* Mail text may go on behind it. */
	int r = script_lines(&s, &t, &inner, e);
	lang_release(&inner);
	script_release(&s);
	return r;
}

int
script_take(struct script *s, size_t len, const struct import *from,
    lang_word *word, struct err *e)
{
	struct script_text t = { .next = s->octets, .end = s->octets + len };
	if (len >= 3 && memcmp(t.next, "\xef\xbb\xbf", 3) == 0) {
		t.next += 3;
		len -= 3;
	}
	if (len >= 2 && (memcmp(t.next, "\xff\xfe", 2) == 0 ||
			    memcmp(t.next, "\xfe\xff", 2) == 0))
		return err_set(e, ERR_DATA,
		    "%s:1: found UTF-16, expected UTF-8 or ASCII: iconv -f "
		    "UTF-16 -t "
		    "UTF-8 converts it",
		    s->name);
	if (s->dialect == DIALECT_UNKNOWN && script_dialect(s, t, e) < 0)
		return -1;
	struct lang l;
	lang_init(&l, s->name, s->dialect);
	l.strict = true;
	l.word = word;
	l.base = s->octets;
	if (from != NULL) {
		l.at = from->at;
		l.at_n = from->lines;
	}
	int r = script_lines(s, &t, &l, e);
	if (r == 0)
		r = lang_end(&l, e);
	lang_release(&l);
	s->has_tls = script_begins(s, VERB_STARTTLS, "starttls", 220, 220);
	s->has_login = script_begins(s, VERB_AUTH, "auth", 235, 334);
	return r;
}
