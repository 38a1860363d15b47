/* What a terminal may see of bytes from outside. */
#include "check.h"
#include "cmd/say/out.h"

#include <stdlib.h>
#include <string.h>

#define T(s) s, sizeof(s) - 1

static const struct {
	const char *label;
	const char *in;
	size_t len;
	const char *want;
	size_t width;
} rows[] = {
	{ "plain", T("250 OK"), "250 OK", 6 },
	{ "backslash stays", T("a\\b"), "a\\b", 3 },
	{ "tab", T("a\tb"), "a\tb", 9 },
	{ "esc", T("\033[2J"), "\\x1b[2J", 7 },
	{ "cr lf", T("a\r\nb"), "a\\x0d\\x0ab", 10 },
	{ "nul does not end it", T("a\0b"), "a\\x00b", 6 },
	{ "del", T("\x7f"), "\\x7f", 4 },
	{ "latin letter", T("\xc3\xa9"), "\xc3\xa9", 1 },
	{ "wide", T("\xe6\x97\xa5\xe6\x9c\xac"), "\xe6\x97\xa5\xe6\x9c\xac",
	    4 },
	{ "combining", T("e\xcc\x81"), "e\xcc\x81", 1 },
	{ "emoji", T("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80", 2 },
	{ "c1 in utf-8", T("\xc2\x9b"), "\\xc2\\x9b", 8 },
	{ "c1 raw", T("\x9b"), "\\x9b", 4 },
	{ "no-break space stays", T("\xc2\xa0"), "\xc2\xa0", 1 },
	{ "bidi override", T("\xe2\x80\xae"), "\\xe2\\x80\\xae", 12 },
	{ "bidi isolate", T("\xe2\x81\xa6"), "\\xe2\\x81\\xa6", 12 },
	{ "arabic letter mark", T("\xd8\x9c"), "\\xd8\\x9c", 8 },
	{ "zero width space", T("\xe2\x80\x8b"), "\\xe2\\x80\\x8b", 12 },
	{ "word joiner", T("\xe2\x81\xa0"), "\\xe2\\x81\\xa0", 12 },
	{ "byte order mark", T("\xef\xbb\xbf"), "\\xef\\xbb\\xbf", 12 },
	{ "overlong 2", T("\xc0\xaf"), "\\xc0\\xaf", 8 },
	{ "overlong 3", T("\xe0\x80\xaf"), "\\xe0\\x80\\xaf", 12 },
	{ "overlong 4", T("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf", 16 },
	{ "surrogate", T("\xed\xa0\x80"), "\\xed\\xa0\\x80", 12 },
	{ "last before surrogates", T("\xed\x9f\xbf"), "\xed\x9f\xbf", 1 },
	{ "past the last", T("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80", 16 },
	{ "cut short", T("ok\xe2\x82"), "ok\\xe2\\x82", 10 },
	{ "resumes after a bad lead", T("\xe2(x"), "\\xe2(x", 6 },
	{ "stray continuation", T("\x80z"), "\\x80z", 5 },
	{ "five octets", T("\xf8\x88\x80\x80\x80"), "\\xf8\\x88\\x80\\x80\\x80",
	    20 },
	{ "empty", T(""), "", 0 },
	{ "eight and more", T("250-mail.example at your service"),
	    "250-mail.example at your service", 32 },
	{ "the least behind eight", T("12345678\x1f 2345678"),
	    "12345678\\x1f 2345678", 20 },
	{ "all that is plain", T(" ~ ~ ~ ~ ~ ~ ~ ~"), " ~ ~ ~ ~ ~ ~ ~ ~", 16 },
};

/* Nothing that escape_add() gives is anything but what it may give. */
static void
escape_every_pair(void)
{
	for (unsigned i = 0; i < 65536; i++) {
		char in[2] = { (char)(i >> 8), (char)(i & 0xff) };
		struct buf b = BUF_INIT;
		bool fine = true;
		escape_add(&b, in, 2, false);
		for (size_t k = 0; k < buf_len(&b);) {
			unsigned long cp = 0;
			size_t n =
			    escape_utf8(buf_data(&b) + k, buf_len(&b) - k, &cp);
			if (n == 0 || escape_unsafe(cp)) {
				fine = false;
				break;
			}
			k += n;
		}
		if (!fine)
			CHECK(false, "octets %02x %02x", i >> 8, i & 0xff);
		buf_release(&b);
	}
}

/* Each octet at each place of a line of 20. */
static void
escape_every_place(void)
{
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < 20; at++) {
			char in[21] = "abcdefghijklmnopqrst", one = (char)c;
			struct buf b = BUF_INIT, want = BUF_INIT;
			in[at] = one;
			escape_add(&b, in, 20, false);
			buf_add(&want, in, at);
			if (c < 0x20 || c > 0x7e)
				buf_addf(&want, "\\x%02x", c);
			else
				buf_addc(&want, one);
			buf_add(&want, in + at + 1, 19 - at);
			CHECK(strcmp(buf_str(&b), buf_str(&want)) == 0 &&
				  escape_width(buf_data(&b), buf_len(&b)) ==
				      buf_len(&b),
			    "octet %02x at %zu", c, at);
			buf_release(&b);
			buf_release(&want);
		}
}

int
main(void)
{
	escape_every_place();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = BUF_INIT;
		/* An exact copy, so that reading past it is seen. */
		char *in = mem_alloc(rows[i].len);
		memcpy(in, rows[i].in, rows[i].len);
		escape_add(&b, in, rows[i].len, true);
		CHECK(strcmp(buf_str(&b), rows[i].want) == 0, "%s: %s",
		    rows[i].label, buf_str(&b));
		size_t w = escape_width(buf_data(&b), buf_len(&b));
		CHECK(w == rows[i].width, "%s: width %zu", rows[i].label, w);
		buf_release(&b);
		free(in);
	}
	struct buf b = BUF_INIT;
	escape_add(&b, "a\tb", 3, false);
	CHECK(strcmp(buf_str(&b), "a\\x09b") == 0, "no tabs: %s", buf_str(&b));
	buf_release(&b);
	escape_every_pair();
	return check_done();
}
