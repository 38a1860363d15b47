/* Expectations: how they are read, and which replies meet them. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/match.h"
#include "cmd/lang/quote.h"

static const struct {
	const char *in, *want; /* expect_text(), or "!" and the error */
} reads[] = {
	{ "250", "250" },
	{ "250 OK", "250 OK" },
	{ "250 ", "250" },
	{ "2xx", "2xx" },
	{ "25x fine", "25x fine" },
	{ "2yz", "2yz" },
	{ "250|251|4xx", "250|251|4xx" },
	{ "250\tOK", "250 OK" },
	{ "250 /a/", "250 /a/" },
	{ "250   /a/  ", "250 /a/" },
	{ "250 /a/i", "250 /a/i" },
	{ "250 /a/xsmi", "250 /a/imsx" },
	{ "250 /a/b/", "250 /a/b/" },
	{ "250 /a\\/ b/", "250 /a\\/ b/" },
	{ "250 //", "250 //" },
	{ "250 in /var/mail/", "250 in /var/mail/" },
	{ "250 /", "!expected '/'" },
	{ "250 /a", "!expected '/'" },
	{ "250 /a\\/", "!expected '/'" },
	{ "250 /a/g", "!expected '/'" },
	{ "250 /a/ii b", "!nothing behind" },
	{ "250 /a/ # note", "!nothing behind" },
	{ "250 /a /b/", "250 /a /b/" },
	{ "250 /a/ /b/", "!nothing behind" },
	{ "250 2.1.0 /a/", "!stand alone behind the code" },
	{ "250 OK /a b/i", "!stand alone behind the code" },
	{ "250 a/b/", "250 a/b/" },
	{ "250 1 / 2 /", "!stand alone behind the code" },
	{ "250 /(/", "!is malformed at its character 2" },
	{ "25", "!found '25', expected a reply" },
	{ "250OK", "!expected a reply" },
	{ "250|", "!expected a reply" },
	{ "250|5", "!expected a reply" },
	{ "250,251", "!expected a reply" },
	{ "xxx", "!expected a reply" },
	{ "2x0", "!expected a reply" },
	{ "", "!expected a reply" },
	{ "AUTH PLAIN AGpvZQ==", "!found 'AUTH PLAIN ***', expected" },
};

static void
test_reads(void)
{
	for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
		const char *in = reads[i].in, *want = reads[i].want;
		struct expect *x;
		struct err e = { 0 };
		char sep;
		if (expect_parse(&x, in, strlen(in), &sep, &e) < 0) {
			CHECK(*want == '!' && e.kind == ERR_DATA &&
				  strstr(e.text, want + 1) != NULL,
			    "'%s': %s", in, e.text);
			continue;
		}
		struct buf b = BUF_INIT;
		expect_text(x, &b);
		CHECK(strcmp(buf_str(&b), want) == 0, "'%s': %s", in,
		    buf_str(&b));
		buf_release(&b);
		expect_free(x);
	}
}

static void
take(void *arg, const char *name, const char *p, size_t len)
{
	buf_addf(arg, "%s=%.*s;", name, (int)len, p);
}

/* lines of the expectation and of the reply end with LF. */
static const struct {
	const char *label, *expect, *reply;
	bool text, met;
	const char *captured;
} rows[] = {
	{ "the code", "250\n", "250 OK\n", false, true, "" },
	{ "another code", "250\n", "251 OK\n", false, false, "" },
	{ "a class", "2xx\n", "299 OK\n", false, true, "" },
	{ "another class", "2xx\n", "300 OK\n", false, false, "" },
	{ "two digits", "25x\n", "259 OK\n", false, true, "" },
	{ "other two digits", "25x\n", "269 OK\n", false, false, "" },
	{ "one of three", "550|251|4xx\n", "421 x\n", false, true, "" },
	{ "none of three", "550|251|4xx\n", "250 x\n", false, false, "" },
	{ "the text is a remark", "250 nice\n", "250 OK\n", false, true, "" },
	{ "the text is compared", "250 nice\n", "250 OK\n", true, false, "" },
	{ "the same text", "250-a\n250 b\n", "250-a\n250 b\n", true, true, "" },
	{ "no text", "250\n", "250\n", true, true, "" },
	{ "one line too many", "250-a\n250 b\n", "250 b\n", true, false, "" },
	{ "expression", "250 /O.$/\n", "250 OK\n", false, true, "" },
	{ "expression missed", "250 /no/\n", "250 OK\n", false, false, "" },
	{ "right text, wrong code", "250 /OK/\n", "550 OK\n", false, false,
	    "" },
	{ "case", "250 /ok/\n", "250 OK\n", false, false, "" },
	{ "i", "250 /ok/i\n", "250 OK\n", false, true, "" },
	{ "^ is the start", "250 /^b/\n", "250-a\n250 b\n", false, false, "" },
	{ "m: of a line", "250 /^b/m\n", "250-a\n250 b\n", false, true, "" },
	{ ". is no LF", "250 /a.*b/\n", "250-a\n250 b\n", false, false, "" },
	{ "s: it is", "250 /a.*b/s\n", "250-a\n250 b\n", false, true, "" },
	{ "blanks count", "250 /O K/\n", "250 OK\n", false, false, "" },
	{ "x: they do not", "250 /O K/x\n", "250 OK\n", false, true, "" },
	{ "all four", "250 /^ A . B $/imsx\n", "250-a\n250 b\n", false, true,
	    "" },
	{ "groups", "250 /(?<id>\\w+) (?<n>\\d)/\n", "250 abc 7\n", false, true,
	    "id=abc;n=7;" },
	{ "a group that took no part", "250 /(?<a>x)|(?<b>y)/\n", "250 y\n",
	    false, true, "b=y;" },
	{ "an expression that runs away is cut", "250 /(a+)+$/\n",
	    "250 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n", false, false,
	    "" },
};

static struct expect *
expect_lines(const char *p)
{
	struct expect *x = NULL;
	struct err e = { 0 };
	char sep;
	for (; *p != '\0'; p += strcspn(p, "\n") + 1) {
		size_t n = strcspn(p, "\n");
		int r = x == NULL ? expect_parse(&x, p, n, &sep, &e)
				  : expect_add(x, p, n, &sep, &e);
		CHECK(r == 0, "%s: %s", p, e.text);
	}
	return x;
}

static void
reply_lines(const char *in, struct reply *r)
{
	struct reply_parser p;
	struct buf wire = BUF_INIT, bad = BUF_INIT;
	struct err e = { 0 };
	for (; *in != '\0'; in++) {
		if (*in == '\n')
			buf_addc(&wire, '\r');
		buf_addc(&wire, *in);
	}
	reply_parser_init(&p);
	reply_feed(&p, buf_data(&wire), buf_len(&wire));
	CHECK(reply_next(&p, r, &bad, &e) == 1, "%s", e.text);
	reply_parser_release(&p);
	buf_release(&wire);
	buf_release(&bad);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf why = BUF_INIT, got = BUF_INIT;
		struct expect *x = expect_lines(rows[i].expect);
		struct reply r;
		reply_init(&r);
		reply_lines(rows[i].reply, &r);
		bool met = expect_match(x, &r, rows[i].text, take, &got, &why);
		CHECK(
		    met == rows[i].met, "%s: %s", rows[i].label, buf_str(&why));
		CHECK(met == (buf_len(&why) == 0), "%s: why '%s'",
		    rows[i].label, buf_str(&why));
		CHECK(strcmp(buf_str(&got), rows[i].captured) == 0, "%s: %s",
		    rows[i].label, buf_str(&got));
		reply_release(&r);
		expect_free(x);
		buf_release(&why);
		buf_release(&got);
	}
}

static void
test_codes(void)
{
	static const struct {
		const char *in;
		bool like, interim, takes334;
	} row[] = {
		{ "354 go", true, true, false },
		{ "334", true, true, true },
		{ "3xx", true, true, true },
		{ "250|334", true, true, true },
		{ "33x-", true, true, true },
		{ "250", true, false, false },
		{ "2500", false, false, false },
		{ "25", false, false, false },
		{ "250_", false, false, false },
		{ "2..", false, false, false },
		{ "MAIL", false, false, false },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		const char *in = row[i].in;
		struct expect *x;
		struct err e;
		char sep;
		CHECK(expect_like(in, strlen(in)) == row[i].like, "%s", in);
		if (!row[i].like)
			continue;
		CHECK(
		    expect_parse(&x, in, strlen(in), &sep, &e) == 0, "%s", in);
		CHECK(expect_intermediate(x) == row[i].interim, "%s 3yz", in);
		CHECK(expect_takes(x, 334) == row[i].takes334, "%s 334", in);
		expect_free(x);
	}
}

/* Doubles every octet 'v'. */
static int
twice(void *arg, const char *p, size_t len, struct buf *b, struct err *e)
{
	(void)arg, (void)e;
	for (size_t i = 0; i < len; i++) {
		buf_addc(b, p[i]);
		if (p[i] == 'v')
			buf_addc(b, 'v');
	}
	return 0;
}

static void
test_expand(void)
{
	static const struct {
		const char *in, *want;
		bool has;
	} row[] = {
		{ "250\n", "250", false },
		{ "250 ${v}\n", "250 ${vv}", true },
		{ "250 /v{2}/i\n", "250 /vv{2}/i", false },
		{ "250-v\n250 w\n", "250 w", false },
		{ "250-a\n250 /${v}$/m\n", "250 /${vv}$/m", true },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct expect *x = expect_lines(row[i].in), *y;
		struct buf b = BUF_INIT;
		struct err e;
		CHECK(expect_has_vars(x) == row[i].has, "%s", row[i].in);
		CHECK(expect_expand(&y, x, twice, NULL, &e) == 0, "%s",
		    row[i].in);
		expect_text(y, &b);
		CHECK(strcmp(buf_str(&b), row[i].want) == 0, "%s: %s",
		    row[i].in, buf_str(&b));
		CHECK(y->nlines == x->nlines, "%s", row[i].in);
		buf_release(&b);
		expect_free(x);
		expect_free(y);
	}
}

static void
test_quote(void)
{
	static const struct {
		const char *in, *want;
	} row[] = {
		{ "NOOP", "NOOP" },
		{ "AUTH", "AUTH" },
		{ "AUTH PLAIN", "AUTH PLAIN" },
		{ "AUTH PLAIN x", "AUTH PLAIN ***" },
		{ "auth  login x y", "auth  login ***" },
		{ " ~> AUTH PLAIN x", " ~> AUTH PLAIN ***" },
		{ "x:AUTH PLAIN x", "x:AUTH PLAIN ***" },
		{ "AUTHOR IS x", "AUTHOR IS x" },
		{ "OAUTH IS x", "OAUTH IS x" },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct buf b = BUF_INIT;
		quote_add(&b, row[i].in, strlen(row[i].in));
		CHECK(strcmp(buf_str(&b), row[i].want) == 0, "%s: %s",
		    row[i].in, buf_str(&b));
		buf_release(&b);
	}
}

int
main(void)
{
	test_reads();
	test_rows();
	test_codes();
	test_expand();
	test_quote();
	return check_done();
}
