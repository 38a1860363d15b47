/* The words of a rule, and what is said of one that is wrong. */
#include "cmd/front/rules_parts.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include "cmd/lang/cstring.h"
#include "cmd/lang/quote.h"
#include "cmd/lang/regex.h"

int
rules_err(struct rules_line *l, struct err *e, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	if (l->kind == ERR_USAGE)
		err_set(e, l->kind, "%s: %s", l->place, buf_str(&b));
	else
		err_set(
		    e, l->kind, "%s:%u: %s", l->place, l->line, buf_str(&b));
	buf_release(&b);
	return -1;
}

/* "; did you mean ...?" of what people call what a rule does. */
static void
rules_propose(struct buf *b, struct span w)
{
	static const struct {
		const char *word, *rule;
	} ways[] = {
		{ "accept", "250 ok" },
		{ "block", "550 5.7.1 blocked" },
		{ "busy", "421 4.3.2 busy" },
		{ "disconnect", "close" },
		{ "drop", "close" },
		{ "graylist", "first from each client 451 4.7.1 greylisted" },
		{ "graylisting",
		    "first from each client 451 4.7.1 greylisted" },
		{ "greylist", "first from each client 451 4.7.1 greylisted" },
		{ "greylisting",
		    "first from each client 451 4.7.1 greylisted" },
		{ "hang", "no-reply" },
		{ "permfail", "550 no" },
		{ "ratelimit", "every 3 450 4.7.1 slow down" },
		{ "reject", "550 no" },
		{ "sleep", "delay 3s" },
		{ "tarpit", "delay 3s" },
		{ "tempfail", "451 4.3.0 later" },
		{ "timeout", "no-reply" },
		{ "wait", "delay 3s" },
	};
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (span_is(w, ways[i].word))
			buf_addf(b, "; did you mean 'RCPT %s'?", ways[i].rule);
}

/* What is found where something else is expected. */
int
rules_found(
    struct rules_line *l, struct span s, const char *want, struct err *e)
{
	struct buf b = BUF_INIT, ask = BUF_INIT;
	quote_add(&b, s.p, s.len);
	rules_propose(&ask, s);
	int r = s.len == 0 ? rules_err(l, e, "found the end, expected %s", want)
			   : rules_err(l, e, "found '%s', expected %s%s",
				 buf_str(&b), want, buf_str(&ask));
	buf_release(&ask);
	buf_release(&b);
	return r;
}

struct span
rules_word(struct rules_line *l)
{
	l->word = span_word(&l->left);
	return l->word;
}

struct span
rules_peek(const struct rules_line *l)
{
	struct span left = l->left;
	return span_word(&left);
}

/* Takes these words if they are next. */
bool
rules_takes(struct rules_line *l, const char *words)
{
	struct span want = { words, strlen(words) }, left = l->left, w;
	while (w = span_word(&want), w.len > 0) {
		struct span got = span_word(&left);
		if (got.len != w.len || strncasecmp(got.p, w.p, w.len) != 0)
			return false;
	}
	l->left = left;
	return true;
}

int
rules_number(struct rules_line *l, const char *what, uint64_t *n, struct err *e)
{
	struct span w = rules_word(l);
	*n = 0;
	for (size_t i = 0; i < w.len; i++) {
		unsigned d = (unsigned)(w.p[i] - '0');
		if (d > 9 || *n > (UINT64_MAX - d) / 10)
			return rules_found(l, w, what, e);
		*n = *n * 10 + d;
	}
	return w.len > 0 ? 0 : rules_found(l, w, what, e);
}

/* "..." with C's escapes, appended to l->buf; or a word as it is. */
int
rules_string(struct rules_line *l, const char *what, struct err *e)
{
	struct span s = span_trim(l->left);
	struct err why;
	buf_clear(&l->buf);
	if (s.len == 0 || *s.p != '"') {
		s = rules_word(l);
		if (s.len == 0)
			return rules_found(l, s, what, e);
		buf_add(&l->buf, s.p, s.len);
		return 0;
	}
	size_t n = 1;
	while (n < s.len && s.p[n] != '"')
		n += s.p[n] == '\\' ? 2 : 1;
	if (n >= s.len)
		return rules_found(l, s, "'\"' at the end of the text", e);
	if (cstring_parse(&l->buf, s.p + 1, n - 1, &why) < 0)
		return rules_err(l, e, "%s", why.text);
	l->left = (struct span){ s.p + n + 1, s.len - n - 1 };
	return 0;
}
int
rules_regex(struct rules_line *l, struct err *e)
{
	struct span s = span_trim(l->left);
	struct regex *re;
	struct err why;
	size_t used;
	if (s.len == 0 || *s.p != '/')
		return rules_found(l, s, "a regular expression, /.../", e);
	if (regex_parse(&re, s.p, s.len, &used, &why) < 0)
		return rules_err(l, e, "%s", why.text);
	l->rule->re = re;
	l->left = (struct span){ s.p + used, s.len - used };
	return 0;
}
bool
rules_is_code(struct span w)
{
	return w.len == 3 && w.p[0] >= '1' && w.p[0] <= '9' && w.p[1] >= '0' &&
	       w.p[1] <= '9' && w.p[2] >= '0' && w.p[2] <= '9';
}
