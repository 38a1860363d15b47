/* What stands behind a marker where it is no plain line: a literal with
 * escapes, a field of comma-separated values, several lines in one. */
#include "cmd/lang/import_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int
loop_give(struct import_loop *g, enum import_side side, const char *p,
    size_t len, unsigned no, struct err *e)
{
	return side == SIDE_CLIENT ? say_client(g->say, p, len, no, e)
				   : say_server(g->say, p, len, no, e);
}

int
loop_parts(struct import_loop *g, enum import_side side, const char *p,
    size_t len, const char *sep, unsigned no, struct err *e)
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

int
loop_joined(struct import_loop *g, const char *p, size_t len, unsigned no,
    struct err *e)
{
	const char *end = p + len;
	char sep[6] = ", ";
	if (len > 3)
		memcpy(sep + 2, p, 3);
	while (p < end && end - p > 3 && p[3] == '-') {
		const char *at = memmem(p, (size_t)(end - p), sep, 5);
		if (at == NULL)
			break;
		if (say_server(g->say, p, (size_t)(at - p), no, e) < 0)
			return -1;
		p = at + 2;
	}
	return say_server(g->say, p, (size_t)(end - p), no, e);
}

/* Where the part of a packet that begins at p ends. */
static const char *
packet_end(const char *p, const char *end)
{
	const char *at = memmem(p, (size_t)(end - p), "\\r\\n", 4);
	return at == NULL ? end : at;
}

/* "\\" and "\x3f" are undone, what else a backslash stands before is not, nor
 * what would be no line any more. */
static void
packet_plain(struct buf *b, const char *p, const char *end)
{
	for (; p < end; p++) {
		char hex[3] = { 0 };
		bool two = end - p > 1 && *p == '\\';
		if (two && p[1] == '\\') {
			p++;
		} else if (two && p[1] == 'x' && end - p > 3) {
			memcpy(hex, p + 2, 2);
			unsigned long octet = strtoul(hex, NULL, 16);
			if (strspn(hex, "0123456789abcdefABCDEF") == 2 &&
			    octet >= ' ') {
				buf_addc(b, (char)octet);
				p += 3;
				continue;
			}
		}
		buf_addc(b, *p);
	}
}

/* DATA that is not the last of its packet waits for no reply: it and what
 * follows, up to a period, go out as octets. */
int
loop_packet(struct import_loop *g, const char *p, size_t len, unsigned no,
    struct err *e)
{
	const char *end = p + len, *word = p, *stop;
	bool raw = false, text = g->say->in_text;
	if (len == 0)
		return loop_give(g, SIDE_CLIENT, p, 0, no, e);
	for (; word < end; word = stop < end ? stop + 4 : end) {
		struct buf b = BUF_INIT;
		stop = packet_end(word, end);
		packet_plain(&b, word, stop);
		const char *said = buf_data(&b);
		size_t n = buf_len(&b);
		bool data = n == 4 && strncasecmp(said, "DATA", 4) == 0;
		bool period = n == 1 && *said == '.';
		int r = 0;
		if (raw || (data && stop < end && !text)) {
			say_raw(g->say, said, n, no);
			if (period || !raw)
				say_owe(g->say, DUE_COMMAND);
			raw = !period;
		} else {
			r = loop_give(g, SIDE_CLIENT, said, n, no, e);
		}
		buf_release(&b);
		if (r < 0)
			return -1;
		text = text && !period;
	}
	return 0;
}

int
loop_literal(struct import_loop *g, size_t *i, const struct import_seen *seen,
    enum import_side side, struct err *e)
{
	const struct import_line *x = &g->l->line[*i];
	const char *p = seen->p;
	size_t len = seen->len, used;
	struct buf b = BUF_INIT;
	char quote = '"';
	bool opened = p > x->p && (p[-1] == '"' || p[-1] == '\'');
	if (opened)
		quote = p[-1];
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
	/* Rust's lettre shows a line's end so. */
	static const char end[] = "<CRLF>";
	size_t n = buf_len(&b), ends = sizeof end - 1;
	bool shown = n > ends && strcmp(buf_str(&b) + n - ends, end) == 0;
	int r = loop_parts(
	    g, side, buf_data(&b), buf_len(&b), shown ? end : "\n", no, e);
	buf_release(&b);
	return r;
}

int
loop_field(struct import_loop *g, const struct import_seen *seen,
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

int
loop_smtpcli(struct import_loop *g, const struct import_seen *seen, unsigned no,
    struct err *e)
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
