/* Expectations. What was compiled is not kept: a file may have a million of
 * them, and each is matched once. */
#include "cmd/lang/match.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/quote.h"
#include "cmd/lang/regex.h"

static bool
match_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Octets of "250", "2xx", "25x" at p, or 0. */
static size_t
match_code(const char *p, size_t len)
{
	if (len < 3 || !match_digit(p[0]))
		return 0;
	if (match_digit(p[1]))
		return match_digit(p[2]) || p[2] == 'x' || p[2] == 'y' ||
			       p[2] == 'z'
			   ? 3
			   : 0;
	if (p[1] != 'x' && p[1] != 'y')
		return 0;
	return p[2] == 'x' || p[2] == 'z' ? 3 : 0;
}

/* Octets of a code and its alternatives, or 0; then comes SP, '-' or the
 * end. */
static size_t
match_codes(const char *p, size_t len)
{
	size_t n = match_code(p, len);
	if (n == 0)
		return 0;
	while (n < len && p[n] == '|') {
		size_t more = match_code(p + n + 1, len - n - 1);
		if (more == 0)
			return 0;
		n += 1 + more;
	}
	if (n < len && p[n] != ' ' && p[n] != '-' && p[n] != '\t')
		return 0;
	return n;
}

bool
expect_like(const char *p, size_t len)
{
	return match_codes(p, len) > 0;
}

static int
match_set_regex(struct expect *x, const char *p, size_t len, struct err *e)
{
	if (regex_check(p, len, x->flags, e) < 0)
		return -1;
	x->regex = mem_dupn(p, len);
	return 0;
}

static bool
match_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* "2.1.0 /nosuch/": meant as an expression, though words stand before it. A
 * path among words ("in /var/mail/") has more strokes, or does not end the
 * line. */
static bool
match_hidden_regex(const char *p, size_t len)
{
	size_t used, open = 0;
	unsigned flags;
	for (size_t i = 1; i < len && open == 0; i++)
		if (p[i] == '/' && match_blank(p[i - 1]))
			open = i + 1;
	if (open == 0)
		return false;
	size_t close = regex_close(p + open, len - open, &used, &flags);
	return close > 0 && open + used == len &&
	       memchr(p + open, '/', close) == NULL;
}

/* The text of one expected line; /.../ is a regular expression. */
static int
match_line(struct expect *x, const char *p, size_t len, struct err *e)
{
	const char *t = p;
	size_t n = len, used;
	while (n > 0 && match_blank(*t))
		t++, n--;
	while (n > 0 && match_blank(t[n - 1]))
		n--;
	bool regex = n > 0 && *t == '/';
	if (!regex && match_hidden_regex(t, n))
		return quote_slip(t, n,
		    "expected a regular expression to stand alone behind the "
		    "code: what the reply holds before it is part of it",
		    e);
	if (x->nlines++ > 0 || !regex) {
		size_t more = regex ? 0 : len;
		x->text = mem_grow(x->text, x->len + more + 2, 1);
		if (x->nlines > 1)
			x->text[x->len++] = '\n';
		memcpy(x->text + x->len, p, more);
		x->len += more;
		x->text[x->len] = '\0';
	}
	if (!regex)
		return 0;
	if (x->regex != NULL)
		return err_set(e, ERR_DATA,
		    "one reply has two regular expressions: drop one");
	size_t close = regex_close(t + 1, n - 1, &used, &x->flags);
	if (close == n - 1)
		return quote_slip(t, n,
		    "expected '/' and then only the flags i m s x at the end "
		    "of the regular expression (\\/ is a '/' inside it)",
		    e);
	if (1 + used < n)
		return quote_slip(t, n,
		    "expected nothing behind the regular expression (notes "
		    "stand on lines of their own; \\/ is a '/' inside it)",
		    e);
	return match_set_regex(x, t + 1, close, e);
}

static struct expect *
match_new(const char *codes, size_t n)
{
	struct expect *x = mem_zalloc(sizeof *x + n + 1);
	memcpy(x->codes, codes, n);
	return x;
}

int
expect_parse(
    struct expect **out, const char *p, size_t len, char *sep, struct err *e)
{
	size_t n = match_codes(p, len);
	if (n == 0)
		return quote_slip(p, len,
		    "expected a reply, which begins with its code: write it "
		    "there (250 OK; 2xx and 250|251 are any of several), or "
		    "drop the line",
		    e);
	struct expect *x = match_new(p, n);
	*sep = n < len ? (p[n] == '\t' ? ' ' : p[n]) : '\0';
	size_t skip = n < len ? n + 1 : n;
	if (match_line(x, p + skip, len - skip, e) < 0) {
		expect_free(x);
		return -1;
	}
	*out = x;
	return 0;
}

int
expect_add(
    struct expect *x, const char *p, size_t len, char *sep, struct err *e)
{
	size_t n = match_codes(p, len);
	if (n == 0 || n != strlen(x->codes) || memcmp(p, x->codes, n) != 0) {
		struct buf b = BUF_INIT;
		quote_add(&b, p, len);
		err_set(e, ERR_DATA,
		    "found '%s', expected another line of the reply %s that "
		    "goes on above with '-': write that one as a blank, or "
		    "drop the line",
		    buf_str(&b), x->codes);
		buf_release(&b);
		return -1;
	}
	*sep = n < len ? (p[n] == '\t' ? ' ' : p[n]) : '\0';
	size_t skip = n < len ? n + 1 : n;
	return match_line(x, p + skip, len - skip, e);
}

void
expect_free(struct expect *x)
{
	if (x == NULL)
		return;
	free(x->text);
	free(x->regex);
	free(x);
}

bool
expect_has_vars(const struct expect *x)
{
	return (x->len > 0 && memmem(x->text, x->len, "${", 2) != NULL) ||
	       (x->regex != NULL && strstr(x->regex, "${") != NULL);
}

int
expect_expand(struct expect **out, const struct expect *x,
    int (*expand)(
	void *arg, const char *p, size_t len, struct buf *b, struct err *e),
    void *arg, struct err *e)
{
	struct expect *y = match_new(x->codes, strlen(x->codes));
	struct buf text = BUF_INIT, source = BUF_INIT;
	y->nlines = x->nlines;
	y->flags = x->flags;
	int r = x->len == 0 ? 0 : expand(arg, x->text, x->len, &text, e);
	if (r == 0 && x->regex != NULL)
		r = expand(arg, x->regex, strlen(x->regex), &source, e);
	if (r == 0 && x->regex != NULL)
		r = match_set_regex(y, buf_data(&source), buf_len(&source), e);
	y->len = buf_len(&text);
	y->text = mem_dupn(buf_data(&text), y->len);
	buf_release(&text);
	buf_release(&source);
	if (r < 0)
		expect_free(y);
	else
		*out = y;
	return r;
}

bool
expect_intermediate(const struct expect *x)
{
	for (const char *p = x->codes; *p != '\0'; p += 4) {
		if (*p == '3')
			return true;
		if (p[3] == '\0')
			break;
	}
	return false;
}

void
expect_text(const struct expect *x, struct buf *b)
{
	buf_adds(b, x->codes);
	if (x->regex != NULL) {
		buf_addf(b, " /%s/", x->regex);
		regex_add_letters(b, x->flags);
	} else if (x->len > 0) {
		/* The last line: the one that people read first. */
		const char *nl = memrchr(x->text, '\n', x->len);
		const char *p = nl == NULL ? x->text : nl + 1;
		buf_addc(b, ' ');
		buf_add(b, p, x->len - (size_t)(p - x->text));
	}
}

static bool
match_one(const char *p, int code)
{
	char digits[3] = { (char)('0' + code / 100),
		(char)('0' + code / 10 % 10), (char)('0' + code % 10) };
	for (size_t i = 0; i < 3; i++)
		if (match_digit(p[i]) && p[i] != digits[i])
			return false;
	return true;
}

bool
expect_takes(const struct expect *x, int code)
{
	for (const char *p = x->codes;; p += 4) {
		if (match_one(p, code))
			return true;
		if (p[3] == '\0')
			return false;
	}
}

/* The reply's lines as one text. */
static void
match_joined(const struct reply *r, struct buf *b)
{
	for (size_t i = 0; i < r->nlines; i++) {
		size_t len;
		const char *p = reply_text(r, i, &len);
		if (i > 0)
			buf_addc(b, '\n');
		buf_add(b, p, len);
	}
}

static bool
match_run(const struct expect *x, const struct buf *text,
    match_capture *capture, void *arg)
{
	return regex_run(
	    x->regex, x->flags, buf_data(text), buf_len(text), capture, arg);
}

bool
match_text(const char *regex, const char *p, size_t len)
{
	unsigned flags;
	regex_letters("is", 2, &flags);
	return regex_run(regex, flags, p, len, NULL, NULL);
}

bool
expect_match(const struct expect *x, const struct reply *r, bool text,
    match_capture *capture, void *arg, struct buf *why)
{
	if (!expect_takes(x, r->code)) {
		buf_adds(why, "the code differs");
		return false;
	}
	if (x->regex == NULL && !text)
		return true;
	struct buf got = BUF_INIT;
	match_joined(r, &got);
	bool ok = true;
	if (x->regex != NULL) {
		ok = match_run(x, &got, capture, arg);
		if (!ok)
			buf_adds(why, "the text does not match");
	} else if (buf_len(&got) != x->len ||
		   (x->len > 0 &&
		       memcmp(buf_data(&got), x->text, x->len) != 0)) {
		ok = false;
		buf_adds(why, "the text differs");
	}
	buf_release(&got);
	return ok;
}
