/* Lines into statements: each row read line by line as a stream, strictly where
 * it says so, and as a whole file. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/lang.h"
#include "cmd/lang/slip.h"
#include "net/core/verb.h"

static unsigned
word(const char *p, size_t len)
{
	if (len == 4 && memcmp(p, "data", 4) == 0)
		return LANG_WORD | LANG_OPENS_TEXT;
	return len == 5 && memcmp(p, "sleep", 5) == 0 ? LANG_WORD : 0;
}

/* "send VERB 'text'", marked "/t" if tagged and "/a" if it answers. */
static void
trace(struct buf *b, const struct stmt *st)
{
	if (buf_len(b) > 0)
		buf_adds(b, "; ");
	switch (st->kind) {
	case STMT_SEND:
		buf_addf(b, "%s%s%s'%s'", st->verb ? st->verb->name : "?",
		    st->tagged ? "/t" : "", st->answer ? "/a" : "", st->text);
		break;
	case STMT_TEXT:
		buf_addf(
		    b, "%s \"%s\"", st->exact ? "octets" : "text", st->text);
		break;
	case STMT_TEXT_END:
		buf_adds(b, "end");
		break;
	case STMT_EXPECT:
		buf_addf(b, "%u:", st->line);
		expect_text(st->expect, b);
		break;
	case STMT_SHELL:
		buf_addf(b, "\\%s", st->text);
		break;
	case STMT_TEMPLATE:
		buf_addf(b, "%s{%s}", st->text, st->body);
		break;
	case STMT_NOTHING:
		buf_adds(b, "nothing");
		break;
	}
}

/* A stream; "DATA" opens text as if the server had said 354. */
static void
stream(const char *in, bool strict, struct buf *b)
{
	struct lang l;
	struct err e = { 0 };
	int r = 0;
	lang_init(&l, "f", DIALECT_UNKNOWN);
	l.strict = strict;
	l.word = word;
	for (const char *p = in; r == 0 && *p != '\0';) {
		struct stmt st;
		size_t n = strcspn(p, "\n");
		r = lang_line(&l, p, n, &st, &e);
		p += n + (p[n] == '\n');
		if (r < 0 || st.kind == STMT_NOTHING)
			continue;
		trace(b, &st);
		if (st.kind == STMT_SEND && st.verb != NULL &&
		    st.verb->is & VERB_OPENS_TEXT)
			l.in_text = true;
		stmt_clear(&st);
	}
	if (r == 0)
		r = lang_end(&l, &e);
	if (r < 0)
		buf_addf(b, "!%s", e.text);
	lang_release(&l);
}

static void
whole(const char *in, struct buf *b)
{
	struct script s;
	struct err e = { 0 };
	if (script_parse(&s, "f", in, strlen(in), DIALECT_UNKNOWN, word, &e) <
	    0) {
		buf_addf(b, "!%s", e.text);
		return;
	}
	for (size_t i = 0; i < s.n; i++)
		trace(b, &s.stmt[i]);
	script_release(&s);
}

/* want: what a stream and a file give alike. */
static const struct {
	const char *label, *in, *want;
} rows[] = {
	{ "nothing", "\n  \n# a\n  # b\n", "" },
	{ "verbs without tags", "EHLO x\nquit\n", "EHLO'EHLO x'; QUIT'quit'" },
	{ "CR LF", "NOOP\r\n250 OK\r\n", "NOOP'NOOP'; 2:250 OK" },
	{ "RFC 821's tags", "R: 220 x\nS: NOOP\nR: 250\n",
	    "1:220 x; NOOP/t'NOOP'; 3:250" },
	{ "RFC 5321's tags", "C: NOOP\nS: 250\n", "NOOP/t'NOOP'; 2:250" },
	{ "tags with an indent", "R: 220\n  S:  FOO\n", "1:220; ?/t' FOO'" },
	{ "a tag alone is an empty line", "C: NOOP\nC:\nC: \nS: 250\n",
	    "NOOP/t'NOOP'; ?/t''; ?/t''; 4:250" },
	{ "a reply of three lines", "NOOP\n250-a\n250-b\n250 c\n",
	    "NOOP'NOOP'; 2:250 c" },
	{ "a stage direction", "R: 220\nS: <wait for connection on TCP>\n",
	    "1:220" },
	{ "telnet's own lines",
	    "Trying 1.2.3.4...\nConnected to x.\nEscape character is '^]'.\n"
	    "220 x\nConnection closed by foreign host.\n",
	    "4:220 x" },
	{ "commands", "\\sleep 1s\n  \\bogus x y\n",
	    "\\sleep 1s; \\bogus x y" },
	{ "a template", "\\template t {\n  NOOP\n\n  RSET\n}\n\\t\n",
	    "t{NOOP\n\nRSET\n}; \\t" },
	{ "text", "DATA\na\n\n..b\n.\nNOOP\n",
	    "DATA'DATA'; text \"a\"; text \"\"; text \"..b\"; end; "
	    "NOOP'NOOP'" },
	{ "tagged text", "R: 220\nS: DATA\nS: a\n\nS:\n# no\nS: # yes\nS: .\n",
	    "1:220; DATA/t'DATA'; text \"a\"; text \"\"; text \"# yes\"; end" },
	{ "the notation of an end", "DATA\nx\n<CRLF>.<CRLF>\nNOOP\n",
	    "DATA'DATA'; text \"x\"; end; NOOP'NOOP'" },
	{ "a period that is text",
	    "DATA\n\\.\n\\\\.\n\\<CRLF>.<CRLF>\n\\x\n\\..\n.\n",
	    "DATA'DATA'; text \".\"; text \"\\.\"; text "
	    "\"<CRLF>.<CRLF>\"; text \"\\x\"; text \"\\..\"; end" },
	{ "the same behind tags", "R: 220\nS: DATA\nS: \\.\nS: .\n",
	    "1:220; DATA/t'DATA'; text \".\"; end" },
	{ "a chunk", "BDAT 7 LAST\nab\nc\nNOOP\n",
	    "BDAT'BDAT 7 LAST'; text \"ab\"; text \"c\"; NOOP'NOOP'" },
	{ "a chunk with spelled ends", "BDAT 7\nab<CRLF>\nc<CR><LF>\n",
	    "BDAT'BDAT 7'; text \"ab\"; text \"c\"" },
	{ "a chunk that is cut inside a line",
	    "R: 220\nS: BDAT 3\n\\raw a\\r\\x41\nS: BDAT 4\nS: \\.\n\\raw b\n"
	    "S: NOOP\n",
	    "1:220; BDAT/t'BDAT 3'; octets \"a\rA\"; BDAT/t'BDAT 4'; text "
	    "\".\"; octets \"b\"; NOOP/t'NOOP'" },
	{ "remarks between pieces of a chunk",
	    "R: 220\nS: BDAT 6\n\\raw ab\n   # 2 octets\nS: cd\n",
	    "1:220; BDAT/t'BDAT 6'; octets \"ab\"; text \"cd\"" },
	{ "a guarded variable in a chunk", "BDAT 4\n$${\nBDAT 2\n\\raw $${\n",
	    "BDAT'BDAT 4'; text \"$${\"; BDAT'BDAT 2'; octets \"$${\"" },
	{ "no chunk", "BDAT 0 LAST\nNOOP\n", "BDAT'BDAT 0 LAST'; NOOP'NOOP'" },
	{ "answers of AUTH", "AUTH LOGIN\nam9l\n=\n*\nNOOP\n",
	    "AUTH'AUTH LOGIN'; ?/a'am9l'; ?/a'='; ?/a'*'; NOOP'NOOP'" },
	{ "behind 334", "AUTH LOGIN\n334\nam9l\n334 x\nYQ==\n235\n",
	    "AUTH'AUTH LOGIN'; 2:334; ?/a'am9l'; 4:334 x; ?/a'YQ=='; 6:235" },
	{ "behind 334 without AUTH", "\\sleep 0\n334\nam9l\n",
	    "\\sleep 0; 2:334; ?/a'am9l'" },
	{ "tagged answers",
	    "C: AUTH LOGIN\nC: joe's\nS: 334\nC:\nS: 535\n"
	    "C: X\n",
	    "AUTH/t'AUTH LOGIN'; ?/t/a'joe's'; 3:334; ?/t/a''; 5:535; "
	    "?/t'X'" },
	{ "variables may become a verb", "${x} y\n", "?'${x} y'" },
	{ "an end without one", "DATA\n354\n",
	    "DATA'DATA'; text \"354\"!f:2: found the end, expected the '.' "
	    "that ends the mail text: write one on a line of its own" },
	{ "a reply without its end", "NOOP\n250-a\n",
	    "NOOP'NOOP'!f:2: found the end, expected the last line of the "
	    "reply 250 of line 2: write its '-' as a blank" },
	{ "a CR inside a command", "NO\rOP\n",
	    "!f:1: found a CR inside a command line: drop it; \\raw sends any "
	    "octets" },
	{ "a command inside a reply", "250-a\nNOOP\n",
	    "!f:2: found a command, expected the last line of the reply 250 "
	    "of line 1: write its '-' as a blank, or drop the line" },
	{ "another code inside a reply", "250-a\n251 b\n",
	    "!f:2: found '251 b', expected another line of the reply 250 that "
	    "goes on above with '-': write that one as a blank, or drop the "
	    "line" },
	{ "a template without its end", "\\template t {\nNOOP\n",
	    "!f:2: found the end, expected '}' to close the template t of line "
	    "1: write one on a line of its own" },
	{ "a chunk that is too short", "BDAT 5\nab\n",
	    "BDAT'BDAT 5'; text \"ab\"!f:2: found the end, expected 1 more "
	    "octets of the BDAT chunk: correct its count" },
	{ "octets past the chunk", "BDAT 1\n\\raw ab\n",
	    "BDAT'BDAT 1'!f:2: found 2 octets, expected the 1 that are left of "
	    "the BDAT chunk: correct its count, or drop the line" },
};

/* Errors of a file come before its statements; the dialect is the file's. */
static const struct {
	const char *label, *in, *stream, *file;
} apart[] = {
	{ "C: first, R: later", "C: NOOP\nR: 250\n",
	    "NOOP/t'NOOP'!f:2: found 'R:', expected C: or S: as above (RFC "
	    "5321 notation): tag the line so, or drop it",
	    "!f:2: found 'R:', expected C: or S: as above (RFC 5321 "
	    "notation): tag the line so, or drop it" },
	{ "R: first, C: later", "R: 220\nC: NOOP\n",
	    "1:220!f:2: found 'C:', expected S: or R: as above (RFC 821 "
	    "notation): tag the line so, or drop it",
	    "!f:1: found 'R:', expected C: or S: as above (RFC 5321 "
	    "notation): tag the line so, or drop it" },
	{ "S: alone, verbs", "S: NOOP\nS: RSET\n", "NOOP/t'NOOP'; RSET/t'RSET'",
	    "NOOP/t'NOOP'; RSET/t'RSET'" },
	{ "S: alone, codes", "S: 220\nNOOP\nS: 250\n",
	    "1:220; NOOP'NOOP'; 3:250", "1:220; NOOP'NOOP'; 3:250" },
	{ "DATA and no period: none is text", "DATA\n554\nNOOP\n",
	    "DATA'DATA'; text \"554\"; text \"NOOP\"!f:3: found the end, "
	    "expected the '.' that ends the mail text: write one on a line of "
	    "its own",
	    "DATA'DATA'; 2:554; NOOP'NOOP'" },
	{ "DATA, 354, text", "DATA\n354\nx\n.\n250\n",
	    "DATA'DATA'; text \"354\"; text \"x\"; end; 5:250",
	    "DATA'DATA'; 2:354; text \"x\"; end; 5:250" },
	{ "\\data opens text", "\\data\nx\n.\n",
	    "\\data!f:2: found 'x', which begins with no verb; behind the tag "
	    "S: it is sent as it is; else join it to the line before, or drop "
	    "it",
	    "\\data; text \"x\"; end" },
	{ "a template's slip", "\\template t {\nNOOP\n5..\n}\n",
	    "!f:3: found '5..': a class of replies is written 5xx, or 55x; "
	    "behind the tag S: it is sent as it is; else join it to the line "
	    "before, or drop it",
	    "!f:3: found '5..': a class of replies is written 5xx, or 55x; "
	    "behind the tag S: it is sent as it is; else join it to the line "
	    "before, or drop it" },
	{ "a template's text", "\\template t {\nDATA\nxyz\n.\n}\n",
	    "t{DATA\nxyz\n.\n}", "t{DATA\nxyz\n.\n}" },
	{ "a byte order mark", "\xef\xbb\xbfNOOP\n",
	    "!f:1: found '\xef\xbb\xbfNOOP', which begins with no verb; behind "
	    "the tag S: it is sent as it is; else join it to the line before, "
	    "or drop it",
	    "NOOP'NOOP'" },
};

/* A file's error has no statements before it. */
static const char *
error_of(const char *want)
{
	const char *e = strchr(want, '!');
	return e != NULL && strncmp(e, "!f:", 3) == 0 ? e : want;
}

static void
test_rows(void)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		stream(rows[i].in, true, &b);
		CHECK(strcmp(buf_str(&b), rows[i].want) == 0, "%s: %s",
		    rows[i].label, buf_str(&b));
		/* Where DATA is followed by a reply the two differ. */
		if (strstr(rows[i].in, "DATA\n354") != NULL)
			continue;
		buf_clear(&b);
		whole(rows[i].in, &b);
		CHECK(strcmp(buf_str(&b), error_of(rows[i].want)) == 0,
		    "%s, a file: %s", rows[i].label, buf_str(&b));
	}
	for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
		buf_clear(&b);
		stream(apart[i].in, true, &b);
		CHECK(strcmp(buf_str(&b), apart[i].stream) == 0, "%s: %s",
		    apart[i].label, buf_str(&b));
		buf_clear(&b);
		whole(apart[i].in, &b);
		CHECK(strcmp(buf_str(&b), apart[i].file) == 0, "%s, a file: %s",
		    apart[i].label, buf_str(&b));
	}
	buf_release(&b);
}

/* What a file refuses, and how it is told; typed, each goes out as it is. */
static const struct {
	const char *line, *told;
} slips[] = {
	{ "5..", "found '5..': a class" },
	{ "2..", "a class" },
	{ "5XX", "a class" },
	{ "55*", "a class" },
	{ "5?? no", "a class" },
	{ "5.7.1", "an enhanced status code" },
	{ "/Relay/", "stands behind a code" },
	{ "/Relay/i", "stands behind a code" },
	{ "R:550", "a tag is a capital, and a blank follows it" },
	{ "s: NOOP", "a tag is a capital" },
	{ "550,551", "alternatives are written 550|551" },
	{ "550/551", "alternatives" },
	{ "250;251", "alternatives" },
	{ "250|", "alternatives" },
	{ "250|5", "alternatives" },
	{ "!250", "no sign" },
	{ "=250", "no sign" },
	{ "250OK", "three digits and then a blank" },
	{ "250.", "three digits and then a blank" },
	{ "2500", "three digits and then a blank" },
	{ "25 OK", "a code has three of them" },
	{ "expect 554", "begins with its code" },
	{ "Response: 250", "begins with its code" },
	{ "< 554", "a line of a log" },
	{ "<~* 250 OK", "a line of a log" },
	{ "=> EHLO x", "a line of a log" },
	{ " ~> AUTH PLAIN AGpvZQ==", "found '~> AUTH PLAIN ***'" },
	{ " NOOP", "a blank stands before the verb" },
	{ " AUTH PLAIN AGpvZQ==", "found 'AUTH PLAIN ***': a blank" },
	{ "EHOL x", "(did you mean EHLO?)" },
	{ "sleep 1s", "is written \\sleep" },
	{ "c2VzYW1lIG9wZW4=", "found a line that is not shown" },
	{ "}", "a brace" },
	{ "XYZZY plugh", "found 'XYZZY plugh', which begins with no verb" },
	{ "MAILFROM:<a@b>", "which begins with no verb" },
	{ "\xff\xfe", "which begins with no verb" },
};

static void
test_slips(void)
{
	struct buf b = BUF_INIT, want = BUF_INIT;
	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
		const char *line = slips[i].line;
		buf_clear(&b);
		stream(line, true, &b);
		CHECK(strstr(buf_str(&b), slips[i].told) != NULL &&
			  strstr(buf_str(&b), "behind the tag S:") != NULL &&
			  strncmp(buf_str(&b), "!f:1: ", 6) == 0,
		    "%s: %s", line, buf_str(&b));
		buf_clear(&b);
		buf_clear(&want);
		stream(line, false, &b);
		buf_addf(&want, "?'%s'", line);
		CHECK(strcmp(buf_str(&b), buf_str(&want)) == 0, "%s typed: %s",
		    line, buf_str(&b));
		buf_clear(&b);
		buf_addf(&want, "S: %s", line);
		buf_clear(&want);
		buf_addf(&want, "R: 220\nS: %s\n", line);
		whole(buf_str(&want), &b);
		CHECK(strncmp(buf_str(&b), "1:220; ?/t'", 11) == 0,
		    "%s tagged: %s", line, buf_str(&b));
	}
	buf_release(&b);
	buf_release(&want);
}

static void
test_answers(void)
{
	static const struct {
		const char *line;
		bool answer;
	} row[] = {
		{ "am9l", true },
		{ "YQ==", true },
		{ "AGpvZQBzZXNhbWU=", true },
		{ "*", true },
		{ "=", true },
		{ "/+/+", true },
		{ "am9", false },
		{ "", false },
		{ "==", false },
		{ "====", false },
		{ "YQ=x", false },
		{ "a b c d ", false },
		{ "2500", false },
		{ "25000000", true },
		{ "joe's", false },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		const char *s = row[i].line;
		CHECK(slip_is_answer(s, strlen(s)) == row[i].answer, "'%s'", s);
	}
	/* What may be a secret is not quoted. */
	static const char *const secret[] = { "hunter2 hunter2", "am9",
		"sesame!", "/Relbx" };
	for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
		struct buf b = BUF_INIT;
		slip_tell(&b, secret[i], strlen(secret[i]), true, word);
		CHECK(
		    strstr(buf_str(&b), secret[i]) == NULL, "%s", buf_str(&b));
		buf_release(&b);
	}
}

/* An empty line is one to send where the caller says so. */
static void
test_blank(void)
{
	struct lang l;
	struct stmt st;
	struct err e;
	lang_init(&l, "f", DIALECT_UNKNOWN);
	l.strict = l.blank_sends = true;
	CHECK(lang_line(&l, "", 0, &st, &e) == 0 && st.kind == STMT_SEND &&
		  st.len == 0 && !st.tagged,
	    "empty");
	stmt_clear(&st);
	CHECK(lang_line(&l, "\r", 1, &st, &e) == 0 && st.kind == STMT_SEND &&
		  st.len == 0,
	    "CR");
	stmt_clear(&st);
	l.blank_sends = false;
	CHECK(lang_line(&l, "", 0, &st, &e) == 0 && st.kind == STMT_NOTHING,
	    "nobody waits");
	lang_release(&l);
}

int
main(void)
{
	CHECK(sizeof(struct stmt) <= 40, "%zu", sizeof(struct stmt));
	test_rows();
	test_slips();
	test_answers();
	test_blank();
	return check_done();
}
