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

#define SAY_CHUNK_MAX (16u << 20)

enum say_due { DUE_COMMAND, DUE_DATA, DUE_AUTH, DUE_QUIT, DUE_TEXT_END };

static const char say_stand_in[] = "... (message not shown)";

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

static void
say_owe(struct import_say *s, enum say_due due)
{
	if (s->due_n == s->due_cap) {
		s->due_cap = s->due_cap == 0 ? 64 : s->due_cap * 2;
		s->due = mem_grow(s->due, s->due_cap, 1);
	}
	s->due[s->due_n++] = (unsigned char)due;
}

static size_t
say_owed(const struct import_say *s)
{
	return s->due_n - s->due_first;
}

static void
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
say_guarded(struct buf *b, const char *p, size_t len)
{
	const char *at;
	while (len > 0 && (at = memmem(p, len, "${", 2)) != NULL) {
		size_t n = (size_t)(at - p) + 2;
		buf_add(b, p, n - 2);
		buf_adds(b, "$${");
		p += n;
		len -= n;
	}
	buf_add(b, p, len);
}

static void
say_tagged(struct import_say *s, char tag, const char *before, const char *p,
    size_t len, unsigned no)
{
	buf_addc(&s->out, tag);
	buf_addc(&s->out, ':');
	if (len > 0 || before[0] != '\0')
		buf_addc(&s->out, ' ');
	buf_adds(&s->out, before);
	say_guarded(&s->out, p, len);
	say_line_end(s, no);
}

/* Mail text. */

static bool
say_is_end(const char *p, size_t len)
{
	static const char mark[] = "<CRLF>.<CRLF>";
	while (len > 0 && *p == '\\')
		p++, len--;
	if (len == 1 && *p == '.')
		return true;
	while (len > 0 && (*p == ' ' || *p == '\t'))
		p++, len--;
	while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
		len--;
	return len == sizeof mark - 1 && memcmp(p, mark, len) == 0;
}

static void
say_text_line(struct import_say *s, const char *p, size_t len, unsigned no)
{
	if (s->wire && len > 1 && p[0] == '.')
		p++, len--;
	say_tagged(s, 'C', say_is_end(p, len) ? "\\" : "", p, len, no);
	s->text_shown = true;
	s->any_text = true;
}

static void
say_text_end(struct import_say *s, unsigned no)
{
	say_tagged(s, 'C', "", ".", 1, no);
	s->in_text = false;
	say_owe(s, DUE_TEXT_END);
}

void
say_text_not_shown(struct import_say *s, unsigned no)
{
	if (!s->in_text)
		return;
	if (!s->text_shown) {
		say_tagged(
		    s, 'C', "", say_stand_in, sizeof say_stand_in - 1, no);
		s->stood_in = true;
	}
	say_text_end(s, no);
}

static bool
say_is_counted(const char *p, size_t len)
{
	return len > 8 && *p == '<' && p[1] >= '0' && p[1] <= '9' &&
	       memmem(p, len, " bytes of DATA>", 15) != NULL;
}

static void
say_text(struct import_say *s, const char *p, size_t len, unsigned no)
{
	bool written = import_begins(p, len, "writing message and termin");
	if (!s->text_shown && (written || say_is_counted(p, len))) {
		say_text_not_shown(s, no);
		return;
	}
	if (!s->text_shown && import_begins(p, len, "(writing message)"))
		return;
	size_t n = len;
	bool notation = s->kind != NULL && s->kind->is & KIND_NOTATION;
	while (notation && n > 0 && p[n - 1] == ' ')
		n--;
	bool crlf = notation && n == 13 && memcmp(p, "<CRLF>.<CRLF>", n) == 0;
	if ((len == 1 && *p == '.') || crlf || import_begins(p, len, ". (EOM)"))
		say_text_end(s, no);
	else
		say_text_line(s, p, len, no);
}

/* n octets that a tool sent by BDAT and did not show. */
static int
say_chunk_not_shown(
    struct import_say *s, unsigned long long n, unsigned no, struct err *e)
{
	char x[72];
	if (n > SAY_CHUNK_MAX)
		return err_set(e, ERR_DATA,
		    "%s:%u: found BDAT of %llu octets that are not shown, "
		    "expected at most %u: tag the octets, or drop the command",
		    s->name, no, n, SAY_CHUNK_MAX);
	memset(x, 'x', sizeof x);
	s->stood_in |= n > 0;
	for (size_t part; n > 0; n -= part) {
		part = n > sizeof x ? sizeof x : (size_t)n;
		if (n - part == 1)
			part--;
		if (part > 1) {
			say_tagged(s, 'C', "", x, part - 2, no);
		} else {
			buf_adds(&s->out, "\\raw x");
			say_line_end(s, no);
		}
	}
	return 0;
}

static int
say_bdat(
    struct import_say *s, const char *p, size_t len, unsigned no, struct err *e)
{
	unsigned long long n = 0;
	size_t i = 4;
	while (i < len && p[i] == ' ')
		i++;
	for (; i < len && p[i] >= '0' && p[i] <= '9' && n < UINT32_MAX; i++)
		n = n * 10 + (unsigned)(p[i] - '0');
	if (s->kind != NULL && s->kind->is & KIND_NOTATION)
		s->chunk = n;
	else
		return say_chunk_not_shown(s, n, no, e);
	return 0;
}

static int
say_chunk(
    struct import_say *s, const char *p, size_t len, unsigned no, struct err *e)
{
	size_t size = len;
	if (len >= 8 && memcmp(p + len - 8, "<CR><LF>", 8) == 0)
		size -= 8;
	else if (len >= 6 && memcmp(p + len - 6, "<CRLF>", 6) == 0)
		size -= 6;
	size += 2;
	if (size > s->chunk)
		return err_set(e, ERR_DATA,
		    "%s:%u: found a line of %zu octets with its CRLF, "
		    "expected the %llu that are left of the chunk: correct "
		    "the count of BDAT, or drop the line",
		    s->name, no, size, s->chunk);
	s->chunk -= size;
	say_tagged(s, 'C', say_is_end(p, len) ? "\\" : "", p, len, no);
	return 0;
}

/* AUTH. */

/* The exchange from its command on is one that \auth does anew. */
static void
say_auth_anew(struct import_say *s, unsigned no)
{
	s->out.end = s->out.off + s->auth_mark;
	s->lines = s->auth_lines;
	s->open[0] = '\0';
	buf_addf(&s->out, "\\auth%s%s", s->auth_mech[0] == '\0' ? "" : " ",
	    s->auth_mech);
	say_line_end(s, no);
	s->skips_auth = true;
	s->masked = true;
}

static void
say_auth_begin(struct import_say *s, const char *p, size_t len)
{
	size_t i = 4, n = 0;
	while (i < len && p[i] == ' ')
		i++;
	for (; i < len && p[i] != ' ' && n + 1 < sizeof s->auth_mech; i++) {
		bool ok = (p[i] >= 'A' && p[i] <= 'Z') || p[i] == '-' ||
			  (p[i] >= '0' && p[i] <= '9') || p[i] == '_';
		if (!ok && p[i] >= 'a' && p[i] <= 'z')
			s->auth_mech[n++] = (char)(p[i] - 'a' + 'A');
		else if (ok)
			s->auth_mech[n++] = p[i];
		else
			break;
	}
	s->auth_mech[n] = '\0';
	s->auth = true;
	s->auth_mark = buf_len(&s->out);
	s->auth_lines = s->lines;
}

/* Any word will do, where a mock awaits it. */
static void
say_auth_line(
    struct import_say *s, const char *p, size_t len, size_t secret, unsigned no)
{
	struct buf b = BUF_INIT;
	bool masked = import_masked(p + secret, len - secret);
	buf_add(&b, p, masked ? secret : len);
	if (masked)
		buf_adds(&b, "***");
	else
		s->secret |= len > secret;
	s->masked |= masked;
	say_tagged(s, 'C', "", buf_data(&b), buf_len(&b), no);
	buf_release(&b);
}

static bool
say_last_is(const struct import_say *s, const char *code)
{
	return strcmp(s->last, code) == 0;
}

bool
say_awaits_answer(const struct import_say *s)
{
	return s->auth && say_owed(s) == 0 && say_last_is(s, "334");
}

static void
say_answer(struct import_say *s, const char *p, size_t len, unsigned no)
{
	say_owe(s, DUE_AUTH);
	if (s->skips_auth)
		return;
	if (import_masked(p, len) && !s->mock)
		say_auth_anew(s, no);
	else
		say_auth_line(s, p, len, 0, no);
}

static void
say_auth(struct import_say *s, const char *p, size_t len, unsigned no)
{
	size_t i = 4;
	say_auth_begin(s, p, len);
	say_owe(s, DUE_AUTH);
	while (i < len && p[i] == ' ')
		i++;
	while (i < len && p[i] != ' ')
		i++;
	while (i < len && p[i] == ' ')
		i++;
	if (import_masked(p + i, len - i) && !s->mock)
		say_auth_anew(s, no);
	else
		say_auth_line(s, p, len, i, no);
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
		s->in_text = true;
		s->text_shown = false;
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

static int
say_command(
    struct import_say *s, const char *p, size_t len, unsigned no, struct err *e)
{
	const struct verb *v = verb_find(p, verb_word(p, len));
	enum verb_id id = v == NULL ? VERB_UNKNOWN : v->id;
	s->auth = s->skips_auth = false;
	s->commands++;
	s->greeted = true;
	s->ended = false;
	if (id == VERB_AUTH) {
		say_auth(s, p, len, no);
		return 0;
	}
	if (id == VERB_DATA) {
		s->text_mark = buf_len(&s->out);
		s->text_lines = s->lines;
	}
	say_tagged(s, 'C', "", p, len, no);
	say_owe(s, id == VERB_DATA   ? DUE_DATA
		   : id == VERB_QUIT ? DUE_QUIT
				     : DUE_COMMAND);
	return id == VERB_BDAT ? say_bdat(s, p, len, no, e) : 0;
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
	say_close_reply(s);
	s->spoke = false;
	if (s->chunk > 0)
		return say_chunk(s, p, len, no, e);
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
	return say_command(s, p, len, no, e);
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
		say_reply_text(
		    &text, len > 4 ? p + 4 : "", len > 4 ? len - 4 : 0);
		s->sep = buf_len(&s->out) + 6;
		buf_addf(&s->out, "S: %s%c", s->open, more ? '-' : ' ');
		say_guarded(&s->out, buf_data(&text), buf_len(&text));
		say_line_end(s, no);
		buf_release(&text);
	}
	s->greeted = true;
	s->spoke = true;
	if (more)
		return;
	say_settle(s);
	s->open[0] = '\0';
	if (s->skips_auth && !s->auth)
		s->skips_auth = false;
}

int
say_server(
    struct import_say *s, const char *p, size_t len, unsigned no, struct err *e)
{
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

void
say_join(struct import_say *s, const char *p, size_t len, bool blank)
{
	if (buf_len(&s->out) == 0 || s->skips_auth)
		return;
	s->out.end--;
	const char *last = buf_data(&s->out) + buf_len(&s->out) - 1;
	if (blank && *last != ' ')
		buf_addc(&s->out, ' ');
	say_guarded(&s->out, p, len);
	buf_addc(&s->out, '\n');
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
		    s->in_text ? "the '.' that ends the mail text"
			       : "the last line of the reply");
	say_close_reply(s);
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
	if (say_owed(s) > 1 ||
	    (say_owed(s) == 1 && s->due[s->due_first] != DUE_QUIT) ||
	    s->in_text) {
		buf_adds(&s->out, "\\close");
		say_line_end(s, no);
	}
	return 0;
}
