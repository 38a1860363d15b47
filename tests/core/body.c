/* Mail text both ways against a plain octet-by-octet model, over texts made of
 * the octets that matter, cut at every place. */
#include "check.h"
#include "net/core/body.h"
#include "net/core/buf.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *label, *in, *want;
	const char *err; /* NULL: none */
} rows[] = {
	{ "empty", "", "", NULL },
	{ "no line end", "a", "a\r\n", NULL },
	{ "LF", "a\nb\n", "a\r\nb\r\n", NULL },
	{ "CRLF", "a\r\nb\r\n", "a\r\nb\r\n", NULL },
	{ "mixed", "a\nb\r\nc", "a\r\nb\r\nc\r\n", NULL },
	{ "empty lines", "\n\r\n\n", "\r\n\r\n\r\n", NULL },
	{ "one period", ".", "..\r\n", NULL },
	{ "a line of a period", "a\n.\nb\n", "a\r\n..\r\nb\r\n", NULL },
	{ "two periods", "..\n", "...\r\n", NULL },
	{ "period inside", "a.b\n.c\n", "a.b\r\n..c\r\n", NULL },
	{ "period behind CRLF", "\r\n.\r\n", "\r\n..\r\n", NULL },
	{ "CR alone", "a\n\nb\rc\nd\n", "a\r\n\r\nb", "line 3: CR without LF" },
	{ "CR first", "\ra", "", "line 1: CR without LF" },
	{ "CR last", "a\r", "a", "line 1: CR without LF" },
	{ "two CR", "a\r\r\nb", "a", "line 1: CR without LF" },
	{ "CR and a period", "\n\r.\r\n", "\r\n", "line 2: CR without LF" },
};

/* What body_encode() and body_finish() shall give. */
static bool
model_encode(
    const char *p, size_t len, bool stuff, struct buf *out, struct body *b)
{
	bool bol = true;
	memset(b, 0, sizeof *b);
	for (size_t i = 0; i < len; i++) {
		bool crlf = p[i] == '\r' && i + 1 < len && p[i + 1] == '\n';
		b->eightbit |= (unsigned char)p[i] > 127;
		if (p[i] == '\r' && !crlf)
			return false;
		if (p[i] == '\r' || p[i] == '\n') {
			i += crlf;
			b->line++;
			buf_add(out, "\r\n", 2);
			bol = true;
			continue;
		}
		if (bol && stuff && p[i] == '.') {
			buf_addc(out, '.');
			b->dots++;
		}
		buf_addc(out, p[i]);
		bol = false;
	}
	if (!bol) {
		buf_add(out, "\r\n", 2);
		b->line++;
	}
	return true;
}

/* Text for the decoder: octets it takes, SIZE_MAX if the end is not there. */
static size_t
model_decode(const char *p, size_t len, struct buf *out, bool *cr, bool *lf)
{
	bool bol = true;
	*cr = *lf = false;
	for (size_t i = 0; i < len; i++) {
		if (bol && p[i] == '.') {
			if (i + 2 < len && p[i + 1] == '\r' && p[i + 2] == '\n')
				return i + 3;
			bol = false;
			continue;
		}
		bool crlf = p[i] == '\r' && i + 1 < len && p[i + 1] == '\n';
		*cr |= p[i] == '\r' && !crlf;
		*lf |= p[i] == '\n' && (i == 0 || p[i - 1] != '\r');
		bol = p[i] == '\n' && i > 0 && p[i - 1] == '\r';
		buf_addc(out, p[i]);
	}
	return SIZE_MAX;
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return buf_len(a) == buf_len(b) &&
	       memcmp(buf_data(a), buf_data(b), buf_len(a)) == 0;
}

/* An exact-size copy: a sanitizer sees reading past it. */
static char *
exact(const char *p, size_t len)
{
	char *copy = mem_alloc(len);
	memcpy(copy, p, len);
	return copy;
}

static bool take; /* what goes as it is is taken first, and is most */
static size_t taken;

static int
encode(
    struct body *b, const char *p, size_t len, struct buf *out, struct err *e)
{
	char *copy = exact(p, len);
	size_t n = take ? body_same(b, copy, len) : 0;
	taken += n;
	buf_add(out, copy, n);
	int r = body_encode(b, copy + n, len - n, out, e);
	free(copy);
	return r;
}

/* Encodes in pieces of the sizes that next() gives. */
static int
encode_cut(struct body *b, const char *p, size_t len, size_t first, size_t step,
    struct buf *out, struct err *e)
{
	body_init(b, b->stuff);
	buf_clear(out);
	int r = encode(b, p, first, out, e);
	for (size_t at = first; r == 0 && at < len; at += step)
		r = encode(
		    b, p + at, step < len - at ? step : len - at, out, e);
	return r < 0 ? r : body_finish(b, out, e);
}

static void
check_encode(const char *label, const char *p, size_t len, size_t first,
    size_t step, bool stuff)
{
	struct buf out = BUF_INIT, want = BUF_INIT;
	struct body b, model;
	struct err e = { 0 };
	bool good = model_encode(p, len, stuff, &want, &model);
	b.stuff = stuff;
	int r = encode_cut(&b, p, len, first, step, &out, &e);
	CHECK((r == 0) == good && same(&out, &want) && b.dots == model.dots &&
		  b.line == model.line && b.given == buf_len(&out) &&
		  (!good || (b.taken == len && b.eightbit == model.eightbit)),
	    "%s: %zu octets, first %zu, step %zu: '%.*s' is '%s', not '%s' "
	    "(%s)",
	    label, len, first, step, (int)len, p, buf_str(&out), buf_str(&want),
	    e.text);
	buf_release(&out);
	buf_release(&want);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *in = rows[i].in;
		size_t len = strlen(in);
		for (size_t cut = 0; cut <= len; cut++) {
			struct buf out = BUF_INIT;
			struct body b = { .stuff = true };
			struct err e = { 0 };
			int r = encode_cut(&b, in, len, cut, 1, &out, &e);
			CHECK((r < 0) == (rows[i].err != NULL) &&
				  strcmp(buf_str(&out), rows[i].want) == 0,
			    "%s cut at %zu: '%s'", rows[i].label, cut,
			    buf_str(&out));
			if (rows[i].err != NULL)
				CHECK(e.kind == ERR_DATA &&
					  strcmp(e.text, rows[i].err) == 0,
				    "%s: %s", rows[i].label, e.text);
			buf_release(&out);
		}
	}
}

static uint64_t rnd_state = 1;

static size_t
rnd(size_t n)
{
	rnd_state = rnd_state * UINT64_C(6364136223846793005) + 1442695;
	return (size_t)(rnd_state >> 33) % n;
}

/* Text of the octets that matter; crs: CRs that no LF follows are in it. */
static size_t
make_text(char *p, size_t max, bool crs)
{
	static const char few[] = ".\n.\n\nab\xe9";
	size_t len = rnd(max), line = 1 + rnd(100), plain = rnd(3);
	for (size_t i = 0; i < len; i++) {
		p[i] = few[rnd(sizeof few)];
		if (plain > 0 && rnd(line) != 0)
			p[i] = "xy."[rnd(2 + (rnd(9) == 0))];
		if (i + 1 < len && p[i] == '\n' &&
		    (take ? rnd(60) != 0 : rnd(3) == 0)) {
			p[i++] = '\r';
			p[i] = '\n';
		}
		if (crs && rnd(400) == 0)
			p[i] = '\r';
	}
	return len;
}

static void
test_random(void)
{
	static char p[1000];
	for (int i = 0; i < 20000; i++) {
		size_t len = make_text(p, i % 4 == 0 ? 1000 : 140, i % 8 == 0);
		check_encode(
		    "random", p, len, rnd(len + 1), 1 + rnd(200), i % 5 != 0);
	}
}

static void
test_shapes(void)
{
	static const char *const unit[] = { ".\n", "\n", "a\n", ".\r\n", "x",
		".", "\r\n", "0123456789\n", ".0123456789abcdef\r\n" };
	for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
		struct buf b = BUF_INIT;
		while (buf_len(&b) < 70000)
			buf_adds(&b, unit[i]);
		for (size_t step = 60; step < 70; step++)
			check_encode(
			    unit[i], buf_data(&b), 1000, 3, step, true);
		check_encode(unit[i], buf_data(&b), 70000, 0, 70000, true);
		check_encode(unit[i], buf_data(&b), 70000, 0, 4097, true);
		check_encode(unit[i], buf_data(&b), 65536, 0, 65536, true);
		check_encode(unit[i], buf_data(&b), 65537, 65536, 1, true);
		buf_release(&b);
	}
}

/* Feeds until the end is found; gives octets taken or SIZE_MAX. */
static size_t
decode_cut(struct unbody *u, const char *p, size_t len, size_t first,
    size_t step, struct buf *out)
{
	size_t at = 0, used = 0;
	unbody_init(u);
	buf_clear(out);
	for (size_t n = first; at < len; n = step) {
		n = n < len - at ? n : len - at;
		char *copy = exact(p + at, n);
		int end = unbody_decode(u, copy, n, &used, out);
		free(copy);
		at += used;
		if (end)
			return at;
		if (used != n)
			return SIZE_MAX - 1;
	}
	return SIZE_MAX;
}

static void
check_decode(const char *p, size_t len, size_t first, size_t step)
{
	struct buf out = BUF_INIT, want = BUF_INIT;
	struct unbody u;
	bool cr, lf;
	size_t end = model_decode(p, len, &want, &cr, &lf);
	size_t got = decode_cut(&u, p, len, first, step, &out);
	CHECK(got == end, "end at %zu, not %zu, first %zu step %zu", got, end,
	    first, step);
	if (end == SIZE_MAX)
		goto out;
	CHECK(same(&out, &want) && u.bare_cr == cr && u.bare_lf == lf &&
		  u.taken == end,
	    "first %zu step %zu: '%.*s' is '%s', not '%s' (%d %d)", first, step,
	    (int)len, p, buf_str(&out), buf_str(&want), u.bare_cr, u.bare_lf);
out:
	buf_release(&out);
	buf_release(&want);
}

/* Sequences that some receiver took for the end: only one is. */
static void
test_smuggling(void)
{
	static const char *const seq[] = { "\n.\n", "\n.\r", "\r.\n", "\r.\r",
		"\n.\r\n", "\r.\r\n", "\r\n\0.\r\n", "\r\n.\n", "\r\n.\r",
		"\r\n.\r\r\n", "\r\r\n.\r\r\n", "\r\n..\r\n", "\r\n.\0\r\n" };
	static const size_t size[] = { 3, 3, 3, 3, 4, 4, 6, 4, 4, 6, 7, 6, 6 };
	for (size_t i = 0; i < sizeof seq / sizeof seq[0]; i++) {
		struct buf b = BUF_INIT, out = BUF_INIT;
		struct unbody u;
		buf_adds(&b, "text");
		buf_add(&b, seq[i], size[i]);
		buf_adds(&b, "MAIL FROM:<x>\r\n.\r\nQUIT\r\n");
		for (size_t cut = 0; cut <= buf_len(&b); cut++) {
			size_t end = decode_cut(&u, buf_data(&b), buf_len(&b),
			    cut, 1 + cut % 3, &out);
			CHECK(end == buf_len(&b) - 6,
			    "sequence %zu cut at %zu: end at %zu", i, cut, end);
			check_decode(buf_data(&b), buf_len(&b), cut, 1);
		}
		CHECK((u.bare_cr || u.bare_lf) == (i < 6 || (i > 6 && i < 11)),
		    "sequence %zu: %d %d", i, u.bare_cr, u.bare_lf);
		buf_release(&b);
		buf_release(&out);
	}
}

static void
test_decode_first(void)
{
	struct unbody u;
	struct buf out = BUF_INIT;
	CHECK(decode_cut(&u, ".\r\nx", 4, 4, 4, &out) == 3, "whole");
	CHECK(decode_cut(&u, ".\r\nx", 4, 1, 1, &out) == 3, "octets");
	CHECK(buf_len(&out) == 0, "the text is empty");
	buf_release(&out);
}

static void
test_decode_random(void)
{
	static const char few[] = "..\r\n\r\na\n\r";
	static char p[600];
	for (int i = 0; i < 20000; i++) {
		size_t len = rnd(i % 3 == 0 ? sizeof p : 150);
		size_t rare = 1 + rnd(40);
		for (size_t k = 0; k < len; k++) {
			p[k] = few[rnd(sizeof few)];
			if (rare > 20 && rnd(rare) != 0)
				p[k] = 'x';
			else if (k + 1 < len && rnd(3) != 0)
				memcpy(p + k++, "\r\n", 2);
		}
		check_decode(p, len, rnd(len + 1), 1 + rnd(200));
	}
}

/* What went through both is what went in, with CRLF. A lone period stands at
 * every offset of the blocks' edges. */
static void
test_round_trip(void)
{
	for (size_t at = 0; at < 300; at++) {
		struct buf in = BUF_INIT, wire = BUF_INIT, out = BUF_INIT;
		struct body b;
		struct unbody u;
		for (size_t i = 0; i < at; i++)
			buf_addc(&in, i % 76 == 75 ? '\n' : 'x');
		if (at % 76 != 0)
			buf_addc(&in, '\n');
		buf_adds(&in, ".\n.\n..x\n.\n");
		for (size_t step = 1; step < 140; step += 1 + step / 8) {
			struct buf want = BUF_INIT;
			b.stuff = true;
			CHECK(encode_cut(&b, buf_data(&in), buf_len(&in), 0,
				  step, &wire, NULL) == 0,
			    "encode");
			buf_adds(&wire, ".\r\n");
			CHECK(decode_cut(&u, buf_data(&wire), buf_len(&wire), 0,
				  step, &out) == buf_len(&wire),
			    "end, offset %zu step %zu", at, step);
			for (size_t i = 0; i < buf_len(&in); i++) {
				if (buf_data(&in)[i] == '\n')
					buf_addc(&want, '\r');
				buf_addc(&want, buf_data(&in)[i]);
			}
			CHECK(
			    same(&out, &want), "offset %zu step %zu", at, step);
			CHECK(!u.bare_cr && !u.bare_lf, "bare");
			buf_release(&want);
		}
		buf_release(&in);
		buf_release(&wire);
		buf_release(&out);
	}
}

int
main(void)
{
	for (int i = 0; i < 2; i++) {
		take = i == 1;
		test_rows();
		test_random();
		test_shapes();
	}
	CHECK(taken > 100000, "only %zu octets were taken as they are", taken);
	take = false;
	test_smuggling();
	test_decode_first();
	test_decode_random();
	test_round_trip();
	return check_done();
}
