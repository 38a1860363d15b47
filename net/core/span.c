/* A client need not send the very octets that a file has: case, blanks and
 * parameters are its own, the path is not. */
#include "net/core/span.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include "net/core/addr.h"

static bool
span_same(struct span a, struct span b)
{
	return a.len == b.len && strncasecmp(a.p, b.p, a.len) == 0;
}

bool
span_is(struct span a, const char *word)
{
	return span_same(a, (struct span){ word, strlen(word) });
}

static bool
span_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && span_blank(s.p[0]))
		s.p++, s.len--;
	while (s.len > 0 && span_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

struct span
span_word(struct span *s)
{
	*s = span_trim(*s);
	struct span w = { s->p, 0 };
	while (w.len < s->len && !span_blank(s->p[w.len]))
		w.len++;
	s->p += w.len;
	s->len -= w.len;
	return w;
}

/* Takes "FROM:" or "TO:" off *s. */
static bool
span_colon(struct span *s, const char *word)
{
	size_t n = strlen(word);
	*s = span_trim(*s);
	if (s->len < n || strncasecmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	s->len -= n;
	*s = span_trim(*s);
	return true;
}

static bool
span_same_path(struct span a, struct span b)
{
	struct addr x, y;
	if (addr_parse(&x, a.p, a.len, NULL) != 0 ||
	    addr_parse(&y, b.p, b.len, NULL) != 0)
		return span_same(span_word(&a), span_word(&b));
	struct span xl = { a.p + x.local, x.local_len };
	struct span yl = { b.p + y.local, y.local_len };
	struct span xd = { a.p + x.domain, x.domain_len };
	struct span yd = { b.p + y.domain, y.domain_len };
	struct span xr = { a.p + x.route, x.route_len };
	struct span yr = { b.p + y.route, y.route_len };
	if (x.null != y.null || !span_same(xd, yd) || !span_same(xr, yr) ||
	    !span_same(xl, yl))
		return false;
	/* RFC 5321 2.4: only Postmaster has no case of its own. */
	return memcmp(xl.p, yl.p, xl.len) == 0 || span_is(xl, "postmaster");
}

/* Words of the rest one by one; "***" is what a record has for a secret. */
static bool
span_same_words(struct span a, struct span b)
{
	for (;;) {
		struct span x = span_word(&a), y = span_word(&b);
		if (x.len == 0 || y.len == 0)
			return x.len == y.len;
		if (!span_is(x, "***") && !span_same(x, y))
			return false;
	}
}

bool
span_is_command(struct span want, struct span got)
{
	static const char *const from[] = { "MAIL", "SEND", "SOML", "SAML" };
	static const char *const any[] = { "HELO", "EHLO", "LHLO", "NOOP",
		"HELP" };
	struct span whole = want, verb = span_word(&want);

	if (span_is(verb, "***")) {
		/* So is a mask in brackets, which no base64 has. */
		bool masked = span_trim(want).len == 0 && got.len > 0 &&
			      memchr("[<({", *got.p, 4) != NULL;
		return masked || span_same_words(whole, got);
	}
	if (!span_same(verb, span_word(&got)))
		return false;
	for (size_t i = 0; i < sizeof any / sizeof *any; i++)
		if (span_is(verb, any[i]))
			return true;
	const char *word = span_is(verb, "RCPT") ? "TO:" : NULL;
	for (size_t i = 0; i < sizeof from / sizeof *from; i++)
		if (span_is(verb, from[i]))
			word = "FROM:";
	struct span a = want, b = got;
	if (word != NULL && span_colon(&a, word) && span_colon(&b, word))
		return span_same_path(a, b);
	return span_same_words(want, got);
}

/* Which most are: eight at a time. Each borrow or carry of a sum comes from an
 * octet that is told by itself. */
size_t
span_plain(const char *p, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t i = 0;
	for (uint64_t w; i + sizeof w <= len; i += sizeof w) {
		memcpy(&w, p + i, sizeof w);
		if (((w - ones * 0x20) | (w + ones) | w) & (ones * 0x80))
			break;
	}
	while (i < len && p[i] >= 0x20 && p[i] < 0x7f)
		i++;
	return i;
}
