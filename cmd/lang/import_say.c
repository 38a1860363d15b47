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

void
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

void
say_settle(struct import_say *s)
{
	memcpy(s->last, s->open, sizeof s->last);
	s->ended = s->last[0] == '2' && say_last_is(s, "221");
	if (say_owed(s) == 0)
		return;
	enum say_due due = s->due[s->due_first++];
	s->skewed |= due == DUE_TEXT_END && say_owed(s) == 1 &&
		     s->due[s->due_first] == DUE_QUIT && s->ended;
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

void
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
	s->unanswered = s->skewed || say_owed(s) > 1 ||
			(say_owed(s) == 1 && s->due[s->due_first] != DUE_QUIT);
	if (s->unanswered || s->in_text || (s->raw && !s->ended)) {
		buf_adds(&s->out, "\\close");
		say_line_end(s, no);
	}
	return 0;
}
