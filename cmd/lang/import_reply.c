/* Replies, line by line: what they go on with, what nobody asked for, and those
 * that a page ran into one line. */
#include "cmd/lang/import_priv.h"

#include <stdlib.h>
#include <string.h>

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
	say_auth_unseen(s, p, no);
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
	if (s->strict || s->kind == NULL || len < 10 || p[3] != '-')
		return NULL;
	bool tight = (s->kind->is & KIND_TIGHT) != 0;
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
