/* The reply parser: what each row gives, fed at once, cut at every octet, and
 * octet by octet; then the limits and the cost. */
#include "check.h"
#include "net/core/reply.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *label, *in, *want;
} rows[] = {
	{ "one line", "250 OK\r\n", "250 OK;" },
	{ "code alone", "220\r\n", "220 {notext};" },
	{ "code and SP", "220 \r\n", "220 ;" },
	{ "hyphen and no text", "250-\r\n250 x\r\n", "250 |x;" },
	{ "three lines", "250-a\r\n250-b c\r\n250 d\r\n", "250 a|b c|d;" },
	{ "last line is the code alone", "250-a\r\n250\r\n",
	    "250 a| {notext};" },
	{ "text begins with digits", "250-1234 x\r\n250 250-y\r\n",
	    "250 1234 x|250-y;" },
	{ "two replies", "250 a\r\n550 b\r\n", "250 a;550 b;" },
	{ "LF alone", "250 a\n", "250 a {barelf};" },
	{ "CR inside", "250 a\rb\r\n", "250 a\rb {barecr};" },
	{ "two CR before LF", "250 a\r\r\n", "250 a\r {barecr};" },
	{ "CR behind the code", "250\r\r\n",
	    "!'\\x0d' behind reply code 250, not SP or '-'!250\r;" },
	{ "lowest and highest", "200 a\r\n599 b\r\n", "200 a;599 b;" },
	{ "any second digit", "299 a\r\n467 b\r\n", "299 a;467 b;" },
	{ "000", "000 x\r\n", "!reply code 000 is outside 200 to 599!000 x;" },
	{ "199", "199 x\r\n", "!reply code 199 is outside 200 to 599!199 x;" },
	{ "600", "600 x\r\n", "!reply code 600 is outside 200 to 599!600 x;" },
	{ "999", "999\r\n", "!reply code 999 is outside 200 to 599!999;" },
	{ "150 with lines", "150-x\r\n250 y\r\n",
	    "!reply code 150 is outside 200 to 599!150-x;250 y;" },
	{ "no code", "hello there\r\n250 x\r\n",
	    "!no reply code in 'hello there'!hello there;250 x;" },
	{ "two digits", "25 OK\r\n", "!no reply code in '25 OK'!25 OK;" },
	{ "five digits", "25000 OK\r\n",
	    "!reply code of more than three digits in '25000 OK'!25000 OK;" },
	{ "separator", "250_OK\r\n",
	    "!'_' behind reply code 250, not SP or '-'!250_OK;" },
	{ "tab", "250\tOK\r\n",
	    "!'\\x09' behind reply code 250, not SP or '-'!250\tOK;" },
	{ "a sign", "+25 OK\r\n", "!no reply code in '+25 OK'!+25 OK;" },
	{ "a blank first", " 250 OK\r\n",
	    "!no reply code in ' 250 OK'! 250 OK;" },
	{ "empty line", "\r\n250 x\r\n", "!an empty line is no reply!;250 x;" },
	{ "full-width digits", "\xef\xbc\x92\xef\xbc\x95\xef\xbc\x90 OK\r\n",
	    "!no reply code in '\xef\xbc\x92\xef\xbc\x95\xef\xbc\x90 OK'!"
	    "\xef\xbc\x92\xef\xbc\x95\xef\xbc\x90 OK;" },
	{ "Arabic digits", "\xd9\xa2\xd9\xa5\xd9\xa0 OK\r\n",
	    "!no reply code in '\xd9\xa2\xd9\xa5\xd9\xa0 OK'!"
	    "\xd9\xa2\xd9\xa5\xd9\xa0 OK;" },
	{ "control octets", "\033[2J\x7f\r\n",
	    "!no reply code in '\\x1b[2J\\x7f'!\033[2J\x7f;" },
	{ "cut at 60 octets",
	    "x23456789 123456789 123456789 123456789 123456789 12345678 "
	    "\xc3\xa9tail\r\n",
	    "!no reply code in 'x23456789 123456789 123456789 123456789 "
	    "123456789 12345678 ...'!x23456789 123456789 123456789 123456789 "
	    "123456789 12345678 \xc3\xa9tail;" },
	{ "codes differ", "220-a\r\n554 b\r\n250 c\r\n",
	    "!reply begins with 220 and goes on with 554 (RFC 5321 4.2.1)!"
	    "220-a\n554 b;250 c;" },
	{ "garbage inside a reply", "250-a\r\nwhat\r\n250 c\r\n",
	    "!no reply code in 'what'!250-a\nwhat;250 c;" },
	{ "an empty line inside a reply", "250-a\r\n250-b\r\n\r\n250 c\r\n",
	    "!an empty line is no reply!250-a\n250-b\n;250 c;" },
	{ "HTTP", "HTTP/1.1 400 Bad Request\r\n",
	    "!no reply code in 'HTTP/1.1 400 Bad Request': this looks like "
	    "HTTP!HTTP/1.1 400 Bad Request;" },
	{ "SSH", "SSH-2.0-x\r\n",
	    "!no reply code in 'SSH-2.0-x': this looks like SSH!SSH-2.0-x;" },
	{ "enhanced", "250 2.1.0 Ok\r\n", "250 2.1.0 Ok [2.1.0 len 5];" },
	{ "enhanced alone", "250 2.1.10\r\n", "250 2.1.10 [2.1.10 len 6];" },
	{ "enhanced on the last line", "550-5.7.1 a\r\n550 5.7.26 b\r\n",
	    "550 5.7.1 a|5.7.26 b [5.7.26 len 6];" },
	{ "enhanced of another class", "550 4.2.1 x\r\n",
	    "550 4.2.1 x [4.2.1 len 5] {class};" },
	{ "four digits are no enhanced code", "250 2.1.1000 x\r\n",
	    "250 2.1.1000 x;" },
	{ "class 3 is none", "354 3.0.0 x\r\n", "354 3.0.0 x;" },
	{ "an address is none", "250 2.0.0.1 x\r\n", "250 2.0.0.1 x;" },
	{ "cut enhanced code", "250 2.0.\r\n", "250 2.0.;" },
	{ "cut enhanced code, subject", "250 2.10\r\n", "250 2.10;" },
	{ "end inside a line", "250 a\r\n250 b", "250 a;?250 b" },
	{ "end inside a reply", "250-a\r\n250-b\r\n25", "?250-a\n250-b\n25" },
	{ "end behind a line", "250-a\r\n", "?250-a" },
};

static void
show_reply(const struct reply *r, struct buf *out)
{
	static const char *const flaw[] = { "barelf", "barecr", "nul", "long",
		"notext", "class" };
	buf_addf(out, "%d ", r->code);
	for (size_t i = 0; i < r->nlines; i++) {
		size_t len;
		const char *text = reply_text(r, i, &len);
		if (i > 0)
			buf_addc(out, '|');
		buf_add(out, text, len);
	}
	if (r->enh_class != 0)
		buf_addf(out, " [%d.%d.%d len %zu]", r->enh_class,
		    r->enh_subject, r->enh_detail, r->enh_len);
	/* "code alone" has an empty text: one blank is enough. */
	if (r->flaws != 0 && buf_data(out)[buf_len(out) - 1] != ' ')
		buf_addc(out, ' ');
	for (unsigned i = 0; i < 6; i++)
		if (r->flaws & (1u << i))
			buf_addf(out, "{%s}", flaw[i]);
	buf_addc(out, ';');
}

static void
drain(struct reply_parser *p, struct buf *out)
{
	struct reply r;
	struct buf bad = BUF_INIT;
	struct err e;
	int got;
	reply_init(&r);
	while ((got = reply_next(p, &r, &bad, &e)) != 0) {
		if (got > 0) {
			show_reply(&r, out);
		} else {
			CHECK(e.kind == ERR_PROTO, "kind %d", e.kind);
			buf_addf(out, "!%s!", e.text);
			buf_add(out, buf_data(&bad), buf_len(&bad));
			buf_addc(out, ';');
		}
		buf_clear(&bad);
	}
	buf_release(&bad);
	reply_release(&r);
}

/* Feeds exact-size heap copies, so that a sanitizer sees an over-read. */
static void
feed(struct reply_parser *p, const char *in, size_t len, struct buf *out)
{
	char *copy = mem_dupn(in, len);
	copy = mem_grow(copy, len > 0 ? len : 1, 1);
	reply_feed(p, copy, len);
	free(copy);
	drain(p, out);
}

static void
run(const char *in, size_t len, size_t cut, size_t step, struct buf *out)
{
	struct reply_parser p;
	reply_parser_init(&p);
	buf_clear(out);
	feed(&p, in, cut, out);
	for (size_t at = cut; at < len; at += step)
		feed(&p, in + at, step < len - at ? step : len - at, out);
	if (reply_pending(&p) > 0)
		buf_addc(out, '?');
	reply_leftover(&p, out);
	reply_parser_release(&p);
}

static void
test_rows(void)
{
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *in = rows[i].in;
		size_t len = strlen(in);
		run(in, len, len, 1, &out);
		CHECK(strcmp(buf_str(&out), rows[i].want) == 0, "%s: got '%s'",
		    rows[i].label, buf_str(&out));
		char *whole = buf_detach(&out);
		for (size_t cut = 0; cut < len; cut++) {
			run(in, len, cut, len, &out);
			CHECK(strcmp(buf_str(&out), whole) == 0,
			    "%s cut at %zu: got '%s'", rows[i].label, cut,
			    buf_str(&out));
		}
		run(in, len, 0, 1, &out);
		CHECK(strcmp(buf_str(&out), whole) == 0, "%s, octets: got '%s'",
		    rows[i].label, buf_str(&out));
		free(whole);
	}
	buf_release(&out);
}

static void
test_nul(void)
{
	struct buf out = BUF_INIT;
	run("250 a\0b\r\n", 9, 9, 1, &out);
	CHECK(buf_len(&out) == 14 &&
		  memcmp(buf_data(&out), "250 a\0b {nul};", 14) == 0,
	    "NUL: '%s'", buf_str(&out));
	buf_release(&out);
}

static void
test_tls(void)
{
	static const char *const hello[] = { "\x16\x03", "\x15\x03" };
	for (size_t i = 0; i < 2; i++) {
		struct reply_parser p;
		struct reply r;
		struct buf bad = BUF_INIT;
		struct err e;
		reply_init(&r);
		reply_parser_init(&p);
		reply_feed(&p, hello[i], 1);
		CHECK(reply_next(&p, &r, &bad, &e) == 0, "one octet");
		reply_feed(&p, hello[i] + 1, 1);
		CHECK(reply_next(&p, &r, &bad, &e) == -1, "two octets");
		CHECK(strstr(e.text, "this looks like TLS: try smtps:// or "
				     "--tls-on-connect") != NULL,
		    "%s", e.text);
		CHECK(buf_len(&bad) == 2, "bad %zu", buf_len(&bad));
		reply_feed(&p, "\x01\x00\n250 x\n", 9);
		CHECK(reply_next(&p, &r, &bad, &e) == 1 && r.code == 250,
		    "what follows its LF is read");
		buf_release(&bad);
		reply_release(&r);
		reply_parser_release(&p);
	}
}

/* Takes the lines that stand before a bad one away: how many. */
static size_t
drop_lines(struct buf *out)
{
	const char *got = buf_str(out), *end = strrchr(got, '\n');
	const char *at = strchr(got + 1, '!');
	if (end == NULL || at == NULL || got[0] != '!')
		return 0;
	struct buf b = BUF_INIT;
	size_t n = 0;
	for (const char *p = at; p <= end; p++)
		n += *p == '\n';
	buf_add(&b, got, (size_t)(at + 1 - got));
	buf_adds(&b, end + 1);
	buf_release(out);
	*out = b;
	return n;
}

/* n octets of line, or lines, then one reply: what comes, however cut; so many
 * lines before the bad one come with it. */
static void
check_limit(
    const char *label, const struct buf *in, size_t lines, const char *want)
{
	static const size_t step[] = { 1, 7, 1000, 65535, 65536, 65537,
		1 << 22 };
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < sizeof step / sizeof step[0]; i++) {
		if (step[i] == 1 && buf_len(in) > 100000)
			continue;
		run(buf_data(in), buf_len(in), 0, step[i], &out);
		size_t dropped = drop_lines(&out);
		CHECK(dropped == lines, "%s: %zu lines", label, dropped);
		const char *got = buf_str(&out);
		size_t n = strlen(want);
		CHECK(strncmp(got, want, n) == 0 &&
			  strcmp(got + strlen(got) - 7, ";299 z;") == 0,
		    "%s in steps of %zu: %.90s ... %s", label, step[i], got,
		    got + strlen(got) - 7);
		if (want[0] == '!')
			CHECK(strlen(got) <= n + 1024 + 8, "%s: %zu octets",
			    label, strlen(got));
	}
	buf_release(&out);
}

static void
add_line(struct buf *b, const char *begin, size_t size, const char *end)
{
	size_t n = size - strlen(begin) - strlen(end);
	buf_adds(b, begin);
	memset(buf_space(b, n), 'x', n);
	buf_commit(b, n);
	buf_adds(b, end);
}

static void
test_limits(void)
{
	struct buf in = BUF_INIT;
	add_line(&in, "250 ", REPLY_LINE_MAX, "\r\n");
	buf_adds(&in, "299 z\r\n");
	check_limit("line of the limit", &in, 0, "250 x");

	buf_clear(&in);
	add_line(&in, "250 ", REPLY_LINE_MAX + 1, "\r\n");
	buf_adds(&in, "299 z\r\n");
	check_limit("line over the limit", &in, 0,
	    "!reply line of more than 65536 octets!250 x");

	buf_clear(&in);
	add_line(&in, "", 300000, "\n");
	buf_adds(&in, "299 z\r\n");
	check_limit(
	    "no code, long", &in, 0, "!reply line of more than 65536 octets!x");

	buf_clear(&in);
	for (int i = 0; i < REPLY_LINES_MAX - 1; i++)
		buf_adds(&in, "250-x\r\n");
	buf_adds(&in, "250 x\r\n299 z\r\n");
	check_limit("lines of the limit", &in, 0, "250 x|x");

	buf_clear(&in);
	for (int i = 0; i < REPLY_LINES_MAX; i++)
		buf_adds(&in, "250-x\r\n");
	buf_adds(&in, "250 x\r\n299 z\r\n");
	check_limit("lines over the limit", &in, REPLY_LINES_MAX,
	    "!reply of more than 1000 lines!250 x;");

	buf_clear(&in);
	for (int i = 0; i < 16; i++)
		add_line(&in, "250-", REPLY_LINE_MAX, "\r\n");
	buf_adds(&in, "250 x\r\n299 z\r\n");
	check_limit("size over the limit", &in, 16,
	    "!reply of more than 1048576 octets!;299 z;");

	buf_clear(&in);
	for (int i = 0; i < 15; i++)
		add_line(&in, "250-", REPLY_LINE_MAX, "\r\n");
	add_line(&in, "250-", REPLY_LINE_MAX - 10, "\r\n");
	add_line(&in, "250 ", 11, "\r\n");
	buf_adds(&in, "299 z\r\n");
	check_limit("size over the limit in a line", &in, 16,
	    "!reply of more than 1048576 octets!250 xxxxx;299 z;");

	buf_release(&in);
}

/* A line without an end costs linear time and bounded memory. */
static void
test_endless(void)
{
	struct reply_parser p;
	struct reply r;
	struct buf bad = BUF_INIT;
	struct err e;
	unsigned errors = 0;
	clock_t t = clock();
	reply_init(&r);
	reply_parser_init(&p);
	for (int i = 0; i < 1 << 20; i++) {
		reply_feed(&p, "x", 1);
		errors += reply_next(&p, &r, &bad, &e) < 0;
	}
	CHECK(errors == 1, "%u errors", errors);
	CHECK(buf_len(&bad) == 1024, "bad has %zu octets", buf_len(&bad));
	CHECK(p.in.cap <= 4 * REPLY_LINE_MAX, "buffer of %zu", p.in.cap);
	CHECK(reply_pending(&p) == 0, "%zu pending", reply_pending(&p));
	double s = (double)(clock() - t) / CLOCKS_PER_SEC;
	CHECK(s < 5, "1 MiB octet by octet took %.1f s", s);
	buf_release(&bad);
	reply_release(&r);
	reply_parser_release(&p);
}

static void
test_copy(void)
{
	struct reply_parser p;
	struct reply a, b;
	struct buf bad = BUF_INIT, x = BUF_INIT, y = BUF_INIT;
	reply_init(&a);
	reply_init(&b);
	reply_parser_init(&p);
	reply_feed(&p, "250-a\n250 2.0.0 b\r\n", 19);
	CHECK(reply_next(&p, &a, &bad, NULL) == 1, "reply");
	CHECK(a.line[0].sep == '-' && a.line[1].sep == ' ', "separators");
	reply_copy(&b, &a);
	show_reply(&a, &x);
	show_reply(&b, &y);
	CHECK(strcmp(buf_str(&x), buf_str(&y)) == 0, "%s", buf_str(&y));
	reply_feed(&p, "250-x", 5);
	reply_next(&p, &a, &bad, NULL);
	reply_parser_clear(&p);
	CHECK(reply_pending(&p) == 0, "cleared");
	buf_release(&bad);
	buf_release(&x);
	buf_release(&y);
	reply_release(&a);
	reply_release(&b);
	reply_parser_release(&p);
}

int
main(void)
{
	test_rows();
	test_nul();
	test_tls();
	test_limits();
	test_endless();
	test_copy();
	return check_done();
}
