/* Whole files: what is noted of them, where mail text begins, and the cost. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/lang.h"

static const struct {
	const char *label, *in;
	bool transcript, greeting, helo, quit;
	enum dialect dialect;
	size_t n;
} rows[] = {
	{ "empty", "", false, false, false, false, DIALECT_UNKNOWN, 0 },
	{ "a byte order mark alone", "\xef\xbb\xbf", false, false, false, false,
	    DIALECT_UNKNOWN, 0 },
	{ "remarks", "# x\n\n", false, false, false, false, DIALECT_UNKNOWN,
	    0 },
	{ "no LF at the end", "NOOP", false, false, false, false,
	    DIALECT_UNKNOWN, 1 },
	{ "a greeting", "220 x\nNOOP\n", true, true, false, false,
	    DIALECT_UNKNOWN, 2 },
	{ "no greeting", "NOOP\n250\n", true, false, false, false,
	    DIALECT_UNKNOWN, 2 },
	{ "HELO", "helo x\nMAIL FROM:<>\n", false, false, true, false,
	    DIALECT_UNKNOWN, 2 },
	{ "LHLO", "LHLO x\n", false, false, true, false, DIALECT_UNKNOWN, 1 },
	{ "HELO too late", "SAML FROM:<>\nEHLO x\n", false, false, false, false,
	    DIALECT_UNKNOWN, 2 },
	{ "QUIT", "S: quit\nR: 221\n", true, false, false, true, DIALECT_821,
	    2 },
	{ "RFC 5321", "S: 220\nC: EHLO x\nS: 250\n", true, true, true, false,
	    DIALECT_5321, 3 },
	{ "C: in mail text is no tag", "DATA\nC: x\n.\n", false, false, false,
	    false, DIALECT_UNKNOWN, 3 },
	{ "QUIT in mail text is none", "DATA\nQUIT\n.\n", false, false, false,
	    false, DIALECT_UNKNOWN, 3 },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct script s;
		struct err e = { 0 };
		if (script_parse(&s, "f", rows[i].in, strlen(rows[i].in),
			DIALECT_UNKNOWN, NULL, &e) < 0) {
			CHECK(false, "%s: %s", rows[i].label, e.text);
			continue;
		}
		CHECK(s.transcript == rows[i].transcript, "%s: transcript",
		    rows[i].label);
		CHECK(s.has_greeting == rows[i].greeting, "%s: greeting",
		    rows[i].label);
		CHECK(s.has_helo == rows[i].helo, "%s: HELO", rows[i].label);
		CHECK(s.has_quit == rows[i].quit, "%s: QUIT", rows[i].label);
		CHECK(
		    s.dialect == rows[i].dialect, "%s: dialect", rows[i].label);
		CHECK(
		    s.n == rows[i].n, "%s: %zu statements", rows[i].label, s.n);
		script_release(&s);
	}
}

/* Which lines of a file are mail text: 't', its end 'e', else 's'. */
static const struct {
	const char *label, *in, *want;
} texts[] = {
	{ "a period follows", "DATA\nx\n.\nNOOP\n", "stes" },
	{ "no period, a reply", "DATA\n554\nNOOP\n", "sss" },
	{ "354 and a period", "DATA\n354\nx\n.\n", "sste" },
	{ "354 or more", "DATA\n354|250\nx\n.\n", "sste" },
	{ "554 and what follows is no text", "DATA\n554\nRSET\n250\n", "ssss" },
	{ "a group, then 354", "NOOP\nDATA\n250\n354\nx\n.\n250\n", "sssstes" },
	{ "the second of two DATA", "DATA\n554\nDATA\n354\nx\n.\n", "sssste" },
	{ "two texts", "DATA\na\n.\nDATA\nb\n.\n", "steste" },
	{ "a text of one period", "DATA\n.\n", "se" },
	{ "DATA twice before one period", "DATA\nDATA\n.\n", "ste" },
	{ "behind tags",
	    "R: 220\nS: DATA\nR: 354\nS: x\nS: .\nR: 250\nS: NOOP\n",
	    "ssstess" },
	{ "the notation", "R: 220\nS: DATA\nS: x\nS: <CRLF>.<CRLF>\n", "sste" },
};

static void
test_texts(void)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct script s;
		struct err e = { 0 };
		struct buf b = BUF_INIT;
		if (script_parse(&s, "f", texts[i].in, strlen(texts[i].in),
			DIALECT_UNKNOWN, NULL, &e) < 0) {
			CHECK(false, "%s: %s", texts[i].label, e.text);
			continue;
		}
		for (size_t k = 0; k < s.n; k++)
			buf_addc(&b, s.stmt[k].kind == STMT_TEXT       ? 't'
				     : s.stmt[k].kind == STMT_TEXT_END ? 'e'
								       : 's');
		CHECK(strcmp(buf_str(&b), texts[i].want) == 0, "%s: %s",
		    texts[i].label, buf_str(&b));
		buf_release(&b);
		script_release(&s);
	}
}

/* Looking for the period that ends mail text never looks at a line twice. */
static void
test_cost(void)
{
	static const char *const unit[] = { "DATA\n", "DATA\nNOOP\n",
		"DATA\n250\n", "NOOP\nDATA\n", "S: DATA\nR: 354\nS: .\n" };
	for (size_t i = 0; i < sizeof unit / sizeof *unit; i++) {
		struct buf b = BUF_INIT;
		struct script s;
		struct err e = { 0 };
		size_t lines = 0;
		while (buf_len(&b) < 200000)
			buf_adds(&b, unit[i]);
		for (size_t k = 0; k < buf_len(&b); k++)
			lines += buf_data(&b)[k] == '\n';
		CHECK(script_parse(&s, "f", buf_data(&b), buf_len(&b),
			  DIALECT_UNKNOWN, NULL, &e) == 0,
		    "%s: %s", unit[i], e.text);
		CHECK(s.looks <= lines, "%s: %zu looks at %zu lines", unit[i],
		    s.looks, lines);
		script_release(&s);
		buf_release(&b);
	}
}

/* Texts stand where they were read. */
static void
test_in_place(void)
{
	static const char in[] = "NOOP\r\n\\sleep 1s\nDATA\nx\n.\n";
	struct script s;
	struct err e = { 0 };
	CHECK(script_parse(
		  &s, "f", in, sizeof in - 1, DIALECT_UNKNOWN, NULL, &e) == 0,
	    "%s", e.text);
	for (size_t i = 0; i < s.n; i++)
		CHECK(s.stmt[i].text == NULL ||
			  (s.stmt[i].lent && s.stmt[i].text >= s.octets &&
			      s.stmt[i].text < s.octets + sizeof in &&
			      strlen(s.stmt[i].text) == s.stmt[i].len),
		    "statement %zu", i);
	script_release(&s);
}

int
main(void)
{
	test_rows();
	test_texts();
	test_cost();
	test_in_place();
	return check_done();
}
