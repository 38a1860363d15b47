/* A reply is lines "NNN-text" and one last line "NNN text" or "NNN". Lines are
 * cut at LF, one memchr(3) over each octet; a good line moves from in to cur,
 * the last one hands cur over. A line that is no reply drops cur and itself, and
 * both are handed out as they came.
 * When a limit is passed before the LF has come, the rest of that line is
 * skipped as it comes, so that how the bytes were cut never shows. */
#include "net/core/reply.h"

#include <stdlib.h>
#include <string.h>

#define REPLY_BAD_MAX  1024 /* octets of a bad line that are handed out */
#define REPLY_SHOW_MAX 60   /* octets of it that an error's text shows */

void
reply_init(struct reply *r)
{
	memset(r, 0, sizeof *r);
	buf_init(&r->text);
}

void
reply_release(struct reply *r)
{
	buf_release(&r->text);
	free(r->line);
	reply_init(r);
}

void
reply_clear(struct reply *r)
{
	buf_clear(&r->text);
	r->code = 0;
	r->nlines = 0;
	r->flaws = 0;
	r->enh_class = r->enh_subject = r->enh_detail = 0;
	r->enh_len = 0;
}

static void
reply_add_line(struct reply *r, const char *text, size_t len, char sep)
{
	if (r->nlines == r->cap) {
		r->cap = r->cap > 0 ? r->cap * 2 : 8;
		r->line = mem_grow(r->line, r->cap, sizeof *r->line);
	}
	struct reply_line *l = &r->line[r->nlines++];
	l->off = buf_len(&r->text);
	l->len = len;
	l->sep = sep;
	buf_add(&r->text, text, len);
}

void
reply_copy(struct reply *dst, const struct reply *src)
{
	struct buf text = dst->text;
	struct reply_line *line = dst->line;
	size_t cap = dst->cap;
	if (cap < src->nlines) {
		cap = src->nlines;
		line = mem_grow(line, cap, sizeof *line);
	}
	if (src->nlines > 0)
		memcpy(line, src->line, src->nlines * sizeof *line);
	buf_clear(&text);
	buf_add(&text, buf_data(&src->text), buf_len(&src->text));
	*dst = *src;
	dst->text = text;
	dst->line = line;
	dst->cap = cap;
}

struct reply *
reply_keep(const struct reply *r)
{
	size_t lines = r->nlines * sizeof *r->line, len = buf_len(&r->text);
	struct reply *k = mem_alloc(sizeof *k + lines + len);
	char *text = (char *)(k + 1) + lines;
	*k = *r;
	k->line = (struct reply_line *)(k + 1);
	k->cap = r->nlines;
	if (lines > 0)
		memcpy(k->line, r->line, lines);
	memcpy(text, buf_data(&r->text), len);
	k->text = (struct buf){ text, 0, len, len };
	return k;
}

const char *
reply_text(const struct reply *r, size_t i, size_t *len)
{
	*len = r->line[i].len;
	return buf_data(&r->text) + r->line[i].off;
}

void
reply_parser_init(struct reply_parser *p)
{
	memset(p, 0, sizeof *p);
	buf_init(&p->in);
	reply_init(&p->cur);
}

void
reply_parser_release(struct reply_parser *p)
{
	buf_release(&p->in);
	reply_release(&p->cur);
	reply_parser_init(p);
}

void
reply_parser_clear(struct reply_parser *p)
{
	buf_clear(&p->in);
	reply_clear(&p->cur);
	p->scanned = p->size = 0;
	p->skip = false;
}

void
reply_feed(struct reply_parser *p, const char *data, size_t len)
{
	buf_add(&p->in, data, len);
}

size_t
reply_pending(const struct reply_parser *p)
{
	return p->size + buf_len(&p->in);
}

/* The lines of the reply under way, LF behind each. */
static void
reply_lines(const struct reply *r, struct buf *b)
{
	for (size_t i = 0; i < r->nlines; i++) {
		size_t len;
		const char *text = reply_text(r, i, &len);
		buf_addf(b, "%d%c", r->code, r->line[i].sep);
		buf_add(b, text, len);
		buf_addc(b, '\n');
	}
}

/* Octets of a line without its end. */
static size_t
reply_trim(const char *line, size_t size)
{
	if (size > 0 && line[size - 1] == '\n')
		size--;
	if (size > 0 && line[size - 1] == '\r')
		size--;
	return size;
}

void
reply_leftover(const struct reply_parser *p, struct buf *bad)
{
	const char *in = buf_data(&p->in), *lf;
	size_t len = buf_len(&p->in), before = buf_len(bad);
	reply_lines(&p->cur, bad);
	/* Whole ones: the parser was not asked any more. */
	while (len > 0 && (lf = memchr(in, '\n', len)) != NULL) {
		size_t n = (size_t)(lf - in) + 1;
		buf_add(bad, in, reply_trim(in, n));
		buf_addc(bad, '\n');
		in += n;
		len -= n;
	}
	if (len > 0)
		buf_add(bad, in, len);
	else if (buf_len(bad) > before)
		buf_truncate(bad, buf_len(bad) - 1);
}

static bool
reply_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The start of the line for an error's text: control octets as \xNN, cut
 * between characters of UTF-8. */
static const char *
reply_show(const char *p, size_t len, char show[REPLY_SHOW_MAX * 4 + 4])
{
	size_t n = len;
	if (n > REPLY_SHOW_MAX) {
		n = REPLY_SHOW_MAX;
		while (n > REPLY_SHOW_MAX - 4 && (p[n] & 0xc0) == 0x80)
			n--;
	}
	static const char hex[] = "0123456789abcdef";
	char *o = show;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		bool plain = c >= 0x20 && c != 0x7f;
		*o++ = plain ? (char)c : '\\';
		if (plain)
			continue;
		*o++ = 'x';
		*o++ = hex[c >> 4];
		*o++ = hex[c & 15];
	}
	memcpy(o, n < len ? "..." : "", n < len ? 4 : 1);
	return show;
}

static bool
reply_looks_tls(const char *p, size_t len)
{
	return len >= 2 && (p[0] == 0x15 || p[0] == 0x16) && p[1] == 0x03;
}

/* Other protocols that are met on a wrong port, by how their servers begin. */
static const char *
reply_stranger(const char *p, size_t len)
{
	static const struct {
		const char *begin, *name;
	} table[] = {
		{ "HTTP/", "HTTP" },
		{ "SSH-", "SSH" },
		{ "+OK", "POP3" },
		{ "* OK", "IMAP" },
		{ "RFB ", "VNC" },
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		size_t n = strlen(table[i].begin);
		if (len >= n && memcmp(p, table[i].begin, n) == 0)
			return table[i].name;
	}
	return NULL;
}

/* A line that does not begin with three digits. */
static int
reply_no_code(const char *p, size_t len, struct err *e)
{
	char show[REPLY_SHOW_MAX * 4 + 4];
	reply_show(p, len, show);
	const char *name = reply_stranger(p, len);
	if (name != NULL)
		return err_set(e, ERR_PROTO,
		    "no reply code in '%s': this looks like %s", show, name);
	if (len == 0)
		return err_set(e, ERR_PROTO, "an empty line is no reply");
	return err_set(e, ERR_PROTO, "no reply code in '%s'", show);
}

/* Code and separator of a line without its end: the code, or -1. */
static int
reply_code(const char *p, size_t len, struct err *e)
{
	char show[REPLY_SHOW_MAX * 4 + 4];
	if (len < 3 || !reply_is_digit(p[0]) || !reply_is_digit(p[1]) ||
	    !reply_is_digit(p[2]))
		return reply_no_code(p, len, e);
	int code = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	if (len > 3 && reply_is_digit(p[3]))
		return err_set(e, ERR_PROTO,
		    "reply code of more than three digits in '%s'",
		    reply_show(p, len, show));
	if (len > 3 && p[3] != ' ' && p[3] != '-')
		return err_set(e, ERR_PROTO,
		    "'%s' behind reply code %03d, not SP or '-'",
		    reply_show(p + 3, 1, show), code);
	if (code < 200 || code > 599)
		return err_set(e, ERR_PROTO,
		    "reply code %03d is outside 200 to 599", code);
	return code;
}

/* One number of an enhanced code, 1 to 3 digits: octets it takes, or 0. */
static size_t
reply_number(const char *p, size_t len, int *value)
{
	size_t n = 0;
	*value = 0;
	while (n < len && n < 3 && reply_is_digit(p[n]))
		*value = *value * 10 + (p[n++] - '0');
	return n;
}

/* class "." subject "." detail, then SP or the end (RFC 2034 4). */
static void
reply_find_enhanced(struct reply *r)
{
	size_t len, n, m;
	int subject, detail;
	const char *p = reply_text(r, r->nlines - 1, &len);
	if (len < 5 || (p[0] != '2' && p[0] != '4' && p[0] != '5') ||
	    p[1] != '.')
		return;
	n = reply_number(p + 2, len - 2, &subject);
	if (n == 0 || n + 2 >= len || p[2 + n] != '.')
		return;
	n += 3;
	m = reply_number(p + n, len - n, &detail);
	if (m == 0 || (n + m < len && p[n + m] != ' '))
		return;
	r->enh_class = p[0] - '0';
	r->enh_subject = subject;
	r->enh_detail = detail;
	r->enh_len = n + m;
	if (r->enh_class != r->code / 100)
		r->flaws |= REPLY_ENH_CLASS;
}

/* Drops the reply under way and the line at the front, handing both out: used
 * octets of the line are here, its LF among them or not. */
static int
reply_drop(struct reply_parser *p, size_t show, size_t used, bool whole,
    struct buf *bad)
{
	const char *line = buf_data(&p->in);
	if (show > REPLY_BAD_MAX)
		show = REPLY_BAD_MAX;
	reply_lines(&p->cur, bad);
	buf_add(bad, line, show);
	buf_consume(&p->in, used);
	reply_clear(&p->cur);
	p->scanned = p->size = 0;
	p->skip = !whole;
	return -1;
}

/* The limits, on a line of which len octets are here. */
static int
reply_limits(struct reply_parser *p, size_t len, bool whole, struct buf *bad,
    struct err *e)
{
	const char *line = buf_data(&p->in);
	size_t least = whole ? len : len + 1;
	if (least > REPLY_LINE_MAX) {
		err_set(e, ERR_PROTO, "reply line of more than %d octets",
		    REPLY_LINE_MAX);
		return reply_drop(p, REPLY_BAD_MAX, len, whole, bad);
	}
	if (p->size + least > REPLY_SIZE_MAX) {
		err_set(e, ERR_PROTO, "reply of more than %d octets",
		    REPLY_SIZE_MAX);
		size_t room = REPLY_SIZE_MAX - p->size;
		return reply_drop(p, reply_trim(line, room), len, whole, bad);
	}
	return 0;
}

static unsigned
reply_line_flaws(const char *line, size_t len, size_t size)
{
	unsigned flaws = 0;
	if (size - len == 1)
		flaws |= REPLY_BARE_LF;
	if (memchr(line, '\r', len) != NULL)
		flaws |= REPLY_BARE_CR;
	if (memchr(line, '\0', len) != NULL)
		flaws |= REPLY_NUL;
	if (size > 512)
		flaws |= REPLY_LONG;
	if (len == 3)
		flaws |= REPLY_NO_TEXT;
	return flaws;
}

/* Takes the line of size octets (its LF is the last) into cur. Returns 1 when
 * it ended the reply, 0 when more lines follow, -1 when it is no reply. */
static int
reply_take_line(
    struct reply_parser *p, size_t size, struct buf *bad, struct err *e)
{
	struct reply *r = &p->cur;
	const char *line = buf_data(&p->in);
	size_t len = reply_trim(line, size);
	int code = reply_code(line, len, e);
	if (code >= 0 && r->nlines > 0 && code != r->code)
		code = err_set(e, ERR_PROTO,
		    "reply begins with %d and goes on with %d (RFC 5321 4.2.1)",
		    r->code, code);
	if (code >= 0 && r->nlines == REPLY_LINES_MAX)
		code = err_set(e, ERR_PROTO, "reply of more than %d lines",
		    REPLY_LINES_MAX);
	if (code < 0)
		return reply_drop(p, len, size, true, bad);
	char sep = len > 3 ? line[3] : '\0';
	size_t skip = len > 3 ? 4 : 3;
	r->code = code;
	r->flaws |= reply_line_flaws(line, len, size);
	reply_add_line(r, line + skip, len - skip, sep);
	buf_consume(&p->in, size);
	p->size += size;
	p->scanned = 0;
	return sep != '-';
}

/* Skips what is here of a line that was dropped before its end had come. */
static void
reply_skip(struct reply_parser *p)
{
	const char *data = buf_data(&p->in);
	size_t len = buf_len(&p->in);
	const char *lf = len > 0 ? memchr(data, '\n', len) : NULL;
	p->skip = lf == NULL;
	buf_consume(&p->in, lf == NULL ? len : (size_t)(lf - data) + 1);
}

int
reply_next(
    struct reply_parser *p, struct reply *out, struct buf *bad, struct err *e)
{
	reply_clear(out);
	if (p->skip)
		reply_skip(p);
	for (;;) {
		const char *data = buf_data(&p->in);
		size_t len = buf_len(&p->in);
		const char *lf = NULL;
		if (len > p->scanned)
			lf = memchr(data + p->scanned, '\n', len - p->scanned);
		size_t size = lf == NULL ? len : (size_t)(lf - data) + 1;
		if (reply_looks_tls(data, size)) {
			err_set(e, ERR_PROTO,
			    "no reply code: this looks like TLS: try smtps:// "
			    "or --tls-on-connect");
			err_why(e, WHY_TLS_FIRST);
			return reply_drop(
			    p, reply_trim(data, size), size, lf != NULL, bad);
		}
		if (reply_limits(p, size, lf != NULL, bad, e) < 0)
			return -1;
		if (lf == NULL) {
			p->scanned = len;
			return 0;
		}
		int r = reply_take_line(p, size, bad, e);
		if (r < 0)
			return -1;
		if (r > 0)
			break;
	}
	struct reply whole = p->cur;
	p->cur = *out;
	*out = whole;
	p->size = 0;
	reply_find_enhanced(out);
	return 1;
}
