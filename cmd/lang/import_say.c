/* What either side said, written in the language: replies are owed in order
 * (RFC 2920), and that decides what a line is. Behind a 354 to DATA the
 * client's lines are mail text; behind 334 they answer AUTH. What a reply or a
 * text has of the language's own signs is written so that it means itself. */
#include "cmd/lang/import_priv.h"

#include <stdlib.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include "net/core/verb.h"

void
say_init(struct import_say *s, const char *name, const struct import_kind *k)
{
	*s = (struct import_say){ .name = name, .kind = k };
	s->wire = k != NULL && k->is & KIND_WIRE;
	s->strict = k != NULL && strcmp(k->name, "rfc") == 0;
}

void
say_release(struct import_say *s)
{
	buf_release(&s->out);
	free(s->at);
	free(s->due);
}

void
say_owe(struct import_say *s, enum say_due due)
{
	if (s->due_n == s->due_cap) {
		s->due_cap = s->due_cap == 0 ? 64 : s->due_cap * 2;
		s->due = mem_grow(s->due, s->due_cap, 1);
	}
	s->due[s->due_n++] = (unsigned char)due;
}

size_t
say_owed(const struct import_say *s)
{
	return s->due_n - s->due_first;
}

void
say_line_end(struct import_say *s, unsigned no)
{
	buf_addc(&s->out, '\n');
	if (s->lines == s->cap) {
		s->cap = s->cap == 0 ? 64 : s->cap * 2;
		s->at = mem_grow(s->at, s->cap, sizeof *s->at);
	}
	s->at[s->lines++] = no;
}

/* "${" would be a variable when it is read. */
static void
say_guarded(struct import_say *s, const char *p, size_t len)
{
	struct buf *b = &s->out;
	const char *at;
	if (s->strict) {
		buf_add(b, p, len);
		return;
	}
	while (len > 0 && (at = memmem(p, len, "${", 2)) != NULL) {
		size_t n = (size_t)(at - p) + 2;
		buf_add(b, p, n - 2);
		buf_adds(b, "$${");
		p += n;
		len -= n;
	}
	buf_add(b, p, len);
}

void
say_tagged(struct import_say *s, char tag, const char *before, const char *p,
    size_t len, unsigned no)
{
	buf_addc(&s->out, tag);
	buf_addc(&s->out, ':');
	if (len > 0 || before[0] != '\0')
		buf_addc(&s->out, ' ');
	buf_adds(&s->out, before);
	say_guarded(s, p, len);
	say_line_end(s, no);
}

static void
say_settle(struct import_say *s)
{
	memcpy(s->last, s->open, sizeof s->last);
	s->ended = s->last[0] == '2' && say_last_is(s, "221");
	if (say_owed(s) == 0)
		return;
	enum say_due due = s->due[s->due_first++];
	if (due == DUE_DATA && s->last[0] == '3') {
		s->in_text = !s->early;
		s->early = s->text_shown = false;
		s->cut_from = s->lines;
	}
	if (due == DUE_AUTH && s->last[0] != '3')
		s->auth = false;
	if (s->due_first == s->due_n)
		s->due_first = s->due_n = 0;
}

/* A reply whose last line has '-' and that nothing follows: it is its last. */
static void
say_close_reply(struct import_say *s)
{
	if (s->open[0] == '\0')
		return;
	if (!s->skips_auth)
		s->out.p[s->out.off + s->sep] = ' ';
	say_settle(s);
	s->open[0] = '\0';
}

/* Lines of the client. */

static int
say_nul(const struct import_say *s, unsigned no, struct err *e)
{
	return err_set(e, ERR_DATA,
	    "%s:%u: found a NUL octet, expected a command line: drop the line",
	    s->name, no);
}

/* A command that waits for its reply has none, and the client went on: the
 * tool did not show it. */
static void
say_fill(struct import_say *s, unsigned no)
{
	s->gap |= s->ends_group && say_owed(s) > 0;
	if (!s->fills || !s->ends_group)
		return;
	while (say_owed(s) > 0) {
		bool data = s->due[s->due_first] == DUE_DATA;
		const char *code = data ? "354" : "250";
		buf_addf(&s->out, "S: %s (reply not shown)", code);
		say_line_end(s, no);
		memcpy(s->open, code, 4);
		s->filled++;
		say_settle(s);
		s->open[0] = '\0';
	}
}

static void
say_command(struct import_say *s, const char *p, size_t len, unsigned no)
{
	const struct verb *v = verb_find(p, verb_word(p, len));
	enum verb_id id = v == NULL ? VERB_UNKNOWN : v->id;
	s->ends_group = id == VERB_DATA || id == VERB_EHLO || id == VERB_HELO;
	s->auth = s->skips_auth = false;
	s->commands++;
	s->greeted = true;
	s->ended = false;
	if (id == VERB_AUTH) {
		say_auth(s, p, len, no);
		return;
	}
	if (id == VERB_DATA) {
		s->text_mark = buf_len(&s->out);
		s->text_lines = s->lines;
	}
	say_tagged(s, 'C', "", p, len, no);
	say_owe(s, id == VERB_DATA   ? DUE_DATA
		   : id == VERB_QUIT ? DUE_QUIT
				     : DUE_COMMAND);
	if (id == VERB_BDAT)
		say_bdat(s, p, len);
}

int
say_client(
    struct import_say *s, const char *p, size_t len, unsigned no, struct err *e)
{
	bool misprint = s->commands == 0 && memcmp(s->open, "220", 3) == 0;
	if (s->strict && s->open[0] != '\0' && !misprint)
		return err_set(e, ERR_DATA,
		    "%s:%u: found a command, expected the last line of the "
		    "reply %s: write its '-' as a blank",
		    s->name, no, s->open);
	s->mended |= misprint && s->open[0] != '\0';
	if (s->unseen > 0 && say_chunk_seen(s, !import_verb(p, len), no, e) < 0)
		return -1;
	say_close_reply(s);
	s->spoke = false;
	if (s->chunk > 0)
		return say_chunk(s, p, len, no, e);
	/* No message is that alone: it was not shown, nor its reply. */
	if (s->in_text && !s->text_shown && !s->strict && s->kind != NULL &&
	    !(s->kind->is & KIND_BARE_C) && len == 4 &&
	    (strncasecmp(p, "QUIT", 4) == 0 ||
		strncasecmp(p, "RSET", 4) == 0)) {
		say_text_not_shown(s, no);
		s->ends_group = true;
	}
	if (s->in_text) {
		say_text(s, p, len, no);
		return 0;
	}
	if (memchr(p, '\0', len) != NULL)
		return say_nul(s, no, e);
	if (say_awaits_answer(s)) {
		say_answer(s, p, len, no);
		return 0;
	}
	bool data = say_owed(s) > 0 && s->due[s->due_n - 1] == DUE_DATA;
	bool text = data && !s->strict && !import_verb(p, len);
	say_fill(s, no);
	if (s->in_text) {
		say_text(s, p, len, no);
		return 0;
	}
	if (text && !(len == 1 && *p == '.')) {
		s->in_text = s->early = true;
		s->text_shown = false;
		s->cut_from = s->lines;
		say_text(s, p, len, no);
		return 0;
	}
	if (len == 1 && *p == '.' && data) {
		say_text_end(s, no);
		s->early = true;
		return 0;
	}
	say_command(s, p, len, no);
	return 0;
}

/* Replies. */

/* A '/' that would open a regular expression is \\x2f. */
static void
say_reply_text(struct buf *b, const char *p, size_t len)
{
	size_t end = len, first = 0;
	while (end > 0 && strchr(" \t", p[end - 1]) != NULL)
		end--;
	while (end > 0 && strchr("imsx", p[end - 1]) != NULL)
		end--;
	bool ends = end > 0 && p[end - 1] == '/';
	while (first < len && (p[first] == ' ' || p[first] == '\t'))
		first++;
	for (size_t i = 0; i < len; i++) {
		bool opens =
		    p[i] == '/' &&
		    (i == first || (ends && i > 0 && strchr(" \t", p[i - 1])));
		if (opens)
			buf_adds(b, "\\x2f");
		else
			buf_addc(b, p[i]);
	}
}

bool
say_is_new(const struct import_say *s, const char *p, size_t len)
{
	return s->greeted && say_owed(s) == 0 && s->open[0] == '\0' &&
	       !s->in_text && import_begins(p, len, "220") &&
	       !(s->spoke && say_last_is(s, "220"));
}

/* The reply before was misprinted: its last line was not the last. */
static bool
say_goes_on(struct import_say *s, const char *p)
{
	if (say_owed(s) > 0 || !s->spoke || memcmp(p, s->last, 3) != 0 ||
	    s->in_text || s->skips_auth)
		return false;
	s->out.p[s->out.off + s->sep] = '-';
	return true;
}

/* Writes a line of a reply, and its end. */
static void
say_reply_line(struct import_say *s, const char *p, size_t len, unsigned no)
{
	struct buf text = BUF_INIT;
	bool more = len > 3 && p[3] == '-';
	memcpy(s->open, p, 3);
	s->open[3] = '\0';
	if (!s->skips_auth) {
		const char *said = len > 4 ? p + 4 : "";
		size_t said_len = len > 4 ? len - 4 : 0;
		if (s->strict)
			buf_add(&text, said, said_len);
		else
			say_reply_text(&text, said, said_len);
		s->sep = buf_len(&s->out) + 6;
		buf_addf(&s->out, "S: %s%c", s->open, more ? '-' : ' ');
		say_guarded(s, buf_data(&text), buf_len(&text));
		say_line_end(s, no);
		buf_release(&text);
	}
	s->greeted = true;
	s->spoke = true;
	if (more)
		return;
	s->replies++;
	say_settle(s);
	s->open[0] = '\0';
	if (s->skips_auth && !s->auth)
		s->skips_auth = false;
}

static int
say_reply(
    struct import_say *s, const char *p, size_t len, unsigned no, struct err *e)
{
	if (say_chunk_seen(s, false, no, e) < 0)
		return -1;
	if (!import_code(p, len)) {
		if (s->kind != NULL && s->kind->is & KIND_NOTATION &&
		    !import_begins(p, len, "..."))
			return err_set(e, ERR_DATA,
			    "%s:%u: found a reply without a code, expected "
			    "one: write it there (250 %.*s), or drop the line",
			    s->name, no, (int)(len > 40 ? 40 : len), p);
		s->left_out++;
		return 0;
	}
	if (s->chunk > 0)
		return err_set(e, ERR_DATA,
		    "%s:%u: found a reply, expected %llu more octets of the "
		    "chunk: correct the count of BDAT",
		    s->name, no, s->chunk);
	/* "<the message>" stands for all of it, its period too. */
	if (s->in_text && s->text_stage) {
		say_text_end(s, no);
		s->mended = s->stood_in = true;
	}
	bool other = s->open[0] != '\0' && memcmp(s->open, p, 3) != 0;
	bool unasked = s->open[0] == '\0' && s->greeted && say_owed(s) == 0;
	if (s->strict && (other || unasked))
		return err_set(e, ERR_DATA,
		    "%s:%u: found a reply that nothing asked for, expected "
		    "%s: drop it, or write what it answers",
		    s->name, no, other ? "more of the one above" : "a command");
	if (other)
		say_close_reply(s);
	if (s->in_text)
		say_text_not_shown(s, no);
	unasked = s->open[0] == '\0' && s->greeted && say_owed(s) == 0;
	if (unasked && !say_goes_on(s, p)) {
		s->left_out++; /* nobody asked for it */
		return 0;
	}
	say_reply_line(s, p, len, no);
	return 0;
}

/* Where the next line of a reply begins that stands in the same: "250-a 250 b",
 * "250-a | 250 b", and where a page took line ends away, "250-a250 b". */
static const char *
say_squashed(const struct import_say *s, const char *p, size_t len)
{
	const char *at = p + 4, *end = p + len;
	bool tight = s->kind != NULL && strcmp(s->kind->name, "phpmailer") == 0;
	if (s->strict || s->kind == NULL || len < 10 || p[3] != '-')
		return NULL;
	while ((at = memmem(at, (size_t)(end - at), p, 3)) != NULL) {
		bool more = end - at > 4 && (at[3] == '-' || at[3] == ' ');
		bool word = more && ((at[4] >= 'A' && at[4] <= 'Z') ||
					(at[4] >= '0' && at[4] <= '9'));
		if (word && (tight || at[-1] == ' ' || at[-1] == '|'))
			return at;
		at++;
	}
	return NULL;
}

int
say_server(
    struct import_say *s, const char *p, size_t len, unsigned no, struct err *e)
{
	for (const char *at; (at = say_squashed(s, p, len)) != NULL;) {
		size_t n = (size_t)(at - p);
		while (n > 4 && strchr(" |", p[n - 1]) != NULL)
			n--;
		if (say_reply(s, p, n, no, e) < 0)
			return -1;
		len -= (size_t)(at - p);
		p = at;
	}
	return say_reply(s, p, len, no, e);
}

void
say_join(struct import_say *s, const char *p, size_t len, bool blank)
{
	if (buf_len(&s->out) == 0 || s->skips_auth)
		return;
	s->out.end--;
	const char *last = buf_data(&s->out) + buf_len(&s->out) - 1;
	if (blank && *last != ' ')
		buf_addc(&s->out, ' ');
	say_guarded(s, p, len);
	buf_addc(&s->out, '\n');
}

void
say_raw(struct import_say *s, const char *p, size_t len, unsigned no)
{
	buf_adds(&s->out, "\\raw ");
	for (const char *at; (at = memchr(p, '\\', len)) != NULL;) {
		size_t n = (size_t)(at - p);
		say_guarded(s, p, n);
		buf_adds(&s->out, "\\\\");
		p += n + 1;
		len -= n + 1;
	}
	say_guarded(s, p, len);
	buf_adds(&s->out, "\\r\\n");
	say_line_end(s, no);
	s->commands++;
	s->raw = true;
}

/* The end. */

/* Text that was cut off cannot be said as text, which has an end: its octets
 * are. */
static void
say_cut_text(struct import_say *s, unsigned no)
{
	struct buf text = BUF_INIT, old = s->out;
	const char *p = buf_data(&old), *end = p + buf_len(&old);
	size_t line = 0;
	buf_init(&s->out);
	for (const char *nl; p < end; p = nl + 1, line++) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (line < s->cut_from && line != s->text_lines) {
			buf_add(&s->out, p, (size_t)(nl + 1 - p));
			continue;
		}
		const char *t = nl - p > 3 ? p + 3 : nl;
		buf_adds(&s->out, "\\raw ");
		if (line >= s->cut_from && t < nl && *t == '.')
			buf_addc(&s->out, '.');
		for (; t < nl; t++)
			if (*t == '\\')
				buf_adds(&s->out, "\\\\");
			else
				buf_addc(&s->out, *t);
		buf_adds(&s->out, "\\r\\n\n");
	}
	buf_release(&old);
	buf_release(&text);
	buf_adds(&s->out, "\\close");
	say_line_end(s, no);
}

int
say_end(struct import_say *s, unsigned no, struct err *e)
{
	if (s->strict && (s->open[0] != '\0' || (s->in_text && s->text_shown)))
		return err_set(e, ERR_DATA, "%s:%u: found the end, expected %s",
		    s->name, no,
		    s->in_text ? "the '.' that ends the mail text: tag one"
			       : "the last line of the reply: write its '-' as "
				 "a blank");
	say_close_reply(s);
	if (say_chunk_seen(s, false, no, e) < 0)
		return -1;
	if (s->chunk > 0)
		return err_set(e, ERR_DATA,
		    "%s:%u: found the end, expected %llu more octets of the "
		    "chunk: correct the count of BDAT",
		    s->name, no, s->chunk);
	if (s->in_text && s->text_shown) {
		say_cut_text(s, no);
		return 0;
	}
	/* What is owed when the paste ends never came. */
	s->unanswered = say_owed(s) > 1 ||
			(say_owed(s) == 1 && s->due[s->due_first] != DUE_QUIT);
	if (s->unanswered || s->in_text || (s->raw && !s->ended)) {
		buf_adds(&s->out, "\\close");
		say_line_end(s, no);
	}
	return 0;
}
