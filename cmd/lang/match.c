/* The one file that includes PCRE2. A pattern that runs away is cut by PCRE2's
 * match limit and counts as no match. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "cmd/lang/match.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#define MATCH_LIMIT 1000000

struct match_regex {
	pcre2_code *code;
	char *source;
};

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
match_regex_compile(struct expect *x, const char *p, size_t len, struct err *e)
{
	int code;
	PCRE2_SIZE at;
	pcre2_code *re =
	    pcre2_compile((PCRE2_SPTR)p, len, PCRE2_DOTALL, &code, &at, NULL);
	if (re == NULL) {
		PCRE2_UCHAR msg[120];
		pcre2_get_error_message(code, msg, sizeof msg);
		return err_set(e, ERR_DATA,
		    "the regular expression /%.*s/ is malformed at its "
		    "character %zu: %s",
		    (int)(len < 80 ? len : 80), p, (size_t)at + 1,
		    (const char *)msg);
	}
	x->regex = mem_alloc(sizeof *x->regex);
	x->regex->code = re;
	x->regex->source = mem_dupn(p, len);
	return 0;
}

/* The text of one expected line; /.../ is a regular expression. */
static int
match_line(struct expect *x, const char *p, size_t len, struct err *e)
{
	if (x->nlines++ > 0)
		buf_addc(&x->text, '\n');
	size_t start = 0, end = len;
	while (start < end && (p[start] == ' ' || p[start] == '\t'))
		start++;
	while (end > start && (p[end - 1] == ' ' || p[end - 1] == '\t'))
		end--;
	if (end - start >= 2 && p[start] == '/' && p[end - 1] == '/') {
		if (x->regex != NULL)
			return err_set(e, ERR_DATA,
			    "one reply has two regular expressions");
		return match_regex_compile(
		    x, p + start + 1, end - start - 2, e);
	}
	buf_add(&x->text, p, len);
	return 0;
}

int
expect_parse(
    struct expect **out, const char *p, size_t len, char *sep, struct err *e)
{
	size_t n = match_codes(p, len);
	if (n == 0)
		return err_set(e, ERR_DATA,
		    "found '%.*s', expected a reply: three digits (or 2xx, or "
		    "250|251), then SP, '-' or the end of the line",
		    (int)(len < 60 ? len : 60), p);
	struct expect *x = mem_zalloc(sizeof *x);
	x->codes = mem_dupn(p, n);
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
	if (n == 0 || n != strlen(x->codes) || memcmp(p, x->codes, n) != 0)
		return err_set(e, ERR_DATA,
		    "found '%.*s', expected another line of the reply %s that "
		    "goes on above with '-'",
		    (int)(len < 60 ? len : 60), p, x->codes);
	*sep = n < len ? (p[n] == '\t' ? ' ' : p[n]) : '\0';
	size_t skip = n < len ? n + 1 : n;
	return match_line(x, p + skip, len - skip, e);
}

void
expect_free(struct expect *x)
{
	if (x == NULL)
		return;
	if (x->regex != NULL) {
		pcre2_code_free(x->regex->code);
		free(x->regex->source);
		free(x->regex);
	}
	buf_release(&x->text);
	free(x->codes);
	free(x);
}

bool
expect_has_vars(const struct expect *x)
{
	return memmem(buf_data(&x->text), buf_len(&x->text), "${", 2) != NULL ||
	       (x->regex != NULL && strstr(x->regex->source, "${") != NULL);
}

int
expect_expand(struct expect **out, const struct expect *x,
    int (*expand)(
	void *arg, const char *p, size_t len, struct buf *b, struct err *e),
    void *arg, struct err *e)
{
	struct expect *y = mem_zalloc(sizeof *y);
	struct buf source = BUF_INIT;
	y->codes = mem_dup(x->codes);
	y->nlines = x->nlines;
	int r = expand(arg, buf_data(&x->text), buf_len(&x->text), &y->text, e);
	if (r == 0 && x->regex != NULL)
		r = expand(arg, x->regex->source, strlen(x->regex->source),
		    &source, e);
	if (r == 0 && x->regex != NULL)
		r = match_regex_compile(
		    y, buf_data(&source), buf_len(&source), e);
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
	if (x->regex != NULL)
		buf_addf(b, " /%s/", x->regex->source);
	else if (buf_len(&x->text) > 0) {
		/* The last line: the one that people read first. */
		const char *p = buf_data(&x->text);
		size_t len = buf_len(&x->text);
		const char *nl = memrchr(p, '\n', len);
		if (nl != NULL) {
			len -= (size_t)(nl + 1 - p);
			p = nl + 1;
		}
		buf_addc(b, ' ');
		buf_add(b, p, len);
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

static void
match_groups(const struct match_regex *re, pcre2_match_data *md,
    const char *subject, match_capture *capture, void *arg)
{
	uint32_t count = 0, size = 0;
	PCRE2_SPTR table = NULL;
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMETABLE, (void *)&table);
	const PCRE2_SIZE *ov = pcre2_get_ovector_pointer(md);
	for (uint32_t i = 0; i < count; i++) {
		PCRE2_SPTR row = table + (size_t)i * size;
		size_t n = (size_t)row[0] << 8 | row[1];
		if (ov[2 * n] == PCRE2_UNSET)
			continue;
		capture(arg, (const char *)row + 2, subject + ov[2 * n],
		    ov[2 * n + 1] - ov[2 * n]);
	}
}

static bool
match_regex_run(const struct match_regex *re, const struct buf *text,
    match_capture *capture, void *arg)
{
	pcre2_match_data *md =
	    pcre2_match_data_create_from_pattern(re->code, NULL);
	pcre2_match_context *mc = pcre2_match_context_create(NULL);
	if (md == NULL || mc == NULL)
		abort();
	pcre2_set_match_limit(mc, MATCH_LIMIT);
	int n = pcre2_match(
	    re->code, (PCRE2_SPTR)buf_data(text), buf_len(text), 0, 0, md, mc);
	if (n > 0 && capture != NULL)
		match_groups(re, md, buf_data(text), capture, arg);
	pcre2_match_context_free(mc);
	pcre2_match_data_free(md);
	return n > 0;
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
		ok = match_regex_run(x->regex, &got, capture, arg);
		if (!ok)
			buf_adds(why, "the text does not match");
	} else if (buf_len(&got) != buf_len(&x->text) ||
		   memcmp(buf_data(&got), buf_data(&x->text), buf_len(&got)) !=
		       0) {
		ok = false;
		buf_adds(why, "the text differs");
	}
	buf_release(&got);
	return ok;
}
