/* Lines of mail text and of BDAT's chunks. */
#include "cmd/lang/lang_priv.h"

#include <string.h>
#include "cmd/lang/cstring.h"
#include "net/core/period.h"

/* Octets of a backslash that keeps a line from ending the text: "\\." is text,
 * a period; "\\\\." is "\\.". */
static size_t
lang_escape(const char *p, size_t len)
{
	size_t n = 0;
	while (n < len && p[n] == '\\')
		n++;
	return n > 0 && period_is(p + n, len - n);
}

/* RFC 3030 prints line ends inside chunks as "<CR><LF>". */
static size_t
lang_spelled_end(const char *p, size_t len)
{
	static const char *const ends[] = { "<CR><LF>", "<CRLF>" };
	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(ends[i]);
		if (len >= n && memcmp(p + len - n, ends[i], n) == 0)
			return len - n;
	}
	return len;
}

/* Octets that a line will have once "$${" is "${". */
static size_t
lang_size(const char *p, size_t len)
{
	size_t n = len;
	const char *end = p + len, *q = p;
	while (q < end && (q = memmem(q, (size_t)(end - q), "$${", 3)) != NULL)
		n--, q += 3;
	return n;
}

/* "\\raw TEXT": octets of a chunk as they are, where a line would not do. */
static bool
lang_is_raw(const char *p, size_t len)
{
	return len > 5 && memcmp(p, "\\raw ", 5) == 0;
}

static int
lang_chunk_raw(
    struct lang *l, const char *p, size_t len, struct stmt *out, struct err *e)
{
	struct buf b = BUF_INIT;
	int r = cstring_parse(&b, p, len, e);
	size_t size = lang_size(buf_data(&b), buf_len(&b));
	if (r < 0)
		lang_wrap(l, e);
	else if (size > l->chunk)
		r = lang_err(l, l->line, e,
		    "found %zu octets, expected the %llu that are left of the "
		    "BDAT chunk: correct its count, or drop the line",
		    size, (unsigned long long)l->chunk);
	if (r == 0) {
		l->chunk -= size;
		out->kind = STMT_TEXT;
		out->exact = true;
		out->len = (uint32_t)buf_len(&b);
		out->text = buf_detach(&b);
	}
	buf_release(&b);
	return r;
}

static int
lang_chunk(
    struct lang *l, const char *p, size_t len, struct stmt *out, struct err *e)
{
	size_t escape = lang_escape(p, len);
	p += escape;
	len = lang_spelled_end(p, len - escape);
	size_t size = lang_size(p, len) + 2;
	if (size > l->chunk)
		return lang_err(l, l->line, e,
		    "found a line of %zu octets with its CRLF, expected the "
		    "%llu that are left of the BDAT chunk: correct its count, "
		    "or drop the line",
		    size, (unsigned long long)l->chunk);
	l->chunk -= size;
	lang_give(l, out, STMT_TEXT, p, len);
	return 0;
}

static bool
lang_is_remark(const char *p, size_t len)
{
	size_t i = lang_indent(p, len);
	return i < len && p[i] == '#';
}

int
lang_text(
    struct lang *l, const char *p, size_t len, struct stmt *out, struct err *e)
{
	enum lang_tag tag = TAG_NONE;
	size_t skip = 0;
	bool begun = l->text_begun;
	bool may_be_tagged = l->dialect != DIALECT_UNKNOWN;
	if (l->chunk > 0 && lang_is_raw(p, len))
		return lang_chunk_raw(l, p + 5, len - 5, out, e);
	if (may_be_tagged && !l->text_begun) {
		if (lang_indent(p, len) == len && l->tagged)
			return 0;
		if (lang_tag(l, p, len, &tag, &skip, e) < 0)
			return -1;
		l->verbatim = tag == TAG_NONE;
		l->text_begun = true;
	} else if (may_be_tagged) {
		if (!l->verbatim && lang_indent(p, len) == len)
			return 0;
		if (lang_tag(l, p, len, &tag, &skip, e) < 0)
			return -1;
		if (l->verbatim &&
		    !(tag == TAG_CLIENT && period_is(p + skip, len - skip)))
			tag = TAG_NONE, skip = 0;
	}
	/* Between tagged lines a # line is a remark, as anywhere. */
	if (tag == TAG_NONE && l->tagged && lang_is_remark(p, len)) {
		if (l->verbatim && !begun)
			l->verbatim = l->text_begun = false;
		if (!l->verbatim)
			return 0;
	}
	if (tag == TAG_SERVER)
		return lang_err(l, l->line, e, "found a reply, expected %s",
		    l->chunk > 0
			? "the rest of the BDAT chunk: correct its count, or "
			  "drop the line"
			: "the '.' that ends the mail text: write one before "
			  "it, or drop the line");
	p += skip;
	len -= skip;
	if (l->chunk > 0)
		return lang_chunk(l, p, len, out, e);
	if (period_is(p, len)) {
		l->in_text = l->text_begun = false;
		out->kind = STMT_TEXT_END;
		return 0;
	}
	size_t escape = lang_escape(p, len);
	lang_give(l, out, STMT_TEXT, p + escape, len - escape);
	return 0;
}
