/* curl --trace-ascii: a line says who speaks and how much, and those behind it
 * bear the offset of what they show, 64 octets at most. They become lines with
 * a marker, in place. */
#include "cmd/lang/import_priv.h"

#include <string.h>

#define TRACE_WIDTH 64 /* octets of a line that goes on */
#define TRACE_MARK  6  /* octets of "curl> " and of "0000: " */

struct trace {
	enum import_side side;
	unsigned long at; /* the offset of the line before */
	struct import_line *before;
};

/* "0040: text": where the text stands in the line; 0: it is none. */
static size_t
trace_offset(const struct import_line *x, unsigned long *at)
{
	size_t i = 0;
	*at = 0;
	for (; i < x->len && i < 8; i++) {
		char c = x->p[i];
		bool digit = c >= '0' && c <= '9';
		if (!digit && !(c >= 'a' && c <= 'f'))
			break;
		*at = *at * 16 + (unsigned)(digit ? c - '0' : c - 'a' + 10);
	}
	bool is =
	    i >= 4 && x->len >= i + 2 && x->p[i] == ':' && x->p[i + 1] == ' ';
	return is ? i + 2 : 0;
}

/* "32 32 30 ": --trace's octets, which import_packet.c reads. */
static bool
trace_is_hex(const char *p, size_t len)
{
	size_t pairs = 0, i = 0;
	static const char hex[] = "0123456789abcdef";
	for (; pairs < 16 && i + 2 <= len; pairs++, i += 3) {
		bool pair = p[i] != '\0' && strchr(hex, p[i]) != NULL &&
			    p[i + 1] != '\0' && strchr(hex, p[i + 1]) != NULL;
		if (!pair || (i + 2 < len && p[i + 2] != ' '))
			break;
	}
	return pairs > 3 ||
	       (pairs > 0 && i + 8 < len && memcmp(p + i, "      ", 6) == 0);
}

static enum import_side
trace_side(const struct import_line *x)
{
	static const struct {
		const char *word;
		enum import_side side;
	} heads[] = { { "=> Send header, ", SIDE_CLIENT },
		{ "=> Send data, ", SIDE_CLIENT },
		{ "<= Recv header, ", SIDE_SERVER } };
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		if (memmem(x->p, x->len, heads[i].word,
			strlen(heads[i].word)) != NULL)
			return heads[i].side;
	return SIDE_NONE;
}

/* Whether the line was added to the one before. */
static bool
trace_line(
    struct trace *t, struct import_line *x, char *p, size_t skip, bool follows)
{
	size_t len = x->len - skip;
	if (follows) {
		char *end = p - (x->p - t->before->p) + t->before->len;
		memmove(end, p + skip, len);
		t->before->len += len;
		return true;
	}
	char *mark = p + skip - TRACE_MARK;
	memcpy(mark, t->side == SIDE_CLIENT ? "curl> " : "curl< ", TRACE_MARK);
	x->p = mark;
	x->len = len + TRACE_MARK;
	return false;
}

void
import_trace(struct import_lines *l, struct import_source *in)
{
	struct trace t = { 0 };
	size_t kept = 0;
	unsigned long at;
	for (size_t i = 0; i < l->n; i++) {
		struct import_line x = l->line[i];
		enum import_side side = trace_side(&x);
		size_t skip = t.side == SIDE_NONE ? 0 : trace_offset(&x, &at);
		if (skip > 0 && trace_is_hex(x.p + skip, x.len - skip))
			skip = 0;
		if (side != SIDE_NONE || skip == 0) {
			bool offset = side == SIDE_NONE &&
				      t.side != SIDE_NONE &&
				      trace_offset(&x, &at) > 0;
			t = (struct trace){ .side = offset ? t.side : side };
			l->line[kept++] = x;
			continue;
		}
		bool follows = t.before != NULL && at == t.at + TRACE_WIDTH;
		t.at = at;
		if (trace_line(&t, &x, in->p + (x.p - in->p), skip, follows))
			continue;
		t.before = &l->line[kept];
		l->line[kept++] = x;
	}
	l->n = kept;
}
