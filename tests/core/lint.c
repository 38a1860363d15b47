/* Each rule by a conversation that breaks it and by one that does not; given
 * files (server transcripts, "C:" and "S:" lines, "===" between sessions) it
 * tells what they break instead. */
#include "check.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "cmd/know/lint.h"

struct play {
	struct lint lint;
	struct reply_parser in;
	const struct verb *v; /* of the newest line to be answered */
	char line[512];
	struct {
		const struct verb *v;
		char line[512];
	} owed[64]; /* oldest first */
	size_t nowed;
	bool text, lmtp;
	unsigned rcpts;	  /* accepted */
	const char *want; /* a rule */
	unsigned found, others;
	bool show;
	unsigned replies;
	bool used[512];
	char other[64];
};

static void
play_told(void *arg, const struct lint_rule *r)
{
	struct play *p = arg;
	if (p->want != NULL && strcmp(r->id, p->want) == 0) {
		p->found++;
		return;
	}
	p->others++;
	snprintf(p->other, sizeof p->other, "%s", r->id);
	if (p->show)
		printf("  %s: %s: answer to '%s'\n", r->id, r->text, p->line);
}

static void
play_owe(struct play *p, const struct verb *v, const char *line)
{
	if (p->nowed == sizeof p->owed / sizeof *p->owed)
		return;
	p->owed[p->nowed].v = v;
	snprintf(p->owed[p->nowed++].line, sizeof p->owed->line, "%s", line);
}

static void
play_begin(struct play *p)
{
	reply_parser_clear(&p->in);
	lint_open(&p->lint);
	p->nowed = 0;
	p->text = p->lmtp = false;
	play_owe(p, verb_get(VERB_GREETING), "");
}

static void
play_client(struct play *p, const char *line)
{
	if (p->text && strcmp(line, ".") != 0)
		return;
	const struct verb *v = verb_find(line, verb_word(line, strlen(line)));
	if (p->text)
		v = verb_get(VERB_TEXT_END);
	else if (p->lint.last_code == 334 && p->nowed == 0)
		v = verb_get(VERB_RESPONSE);
	else if (v == NULL)
		v = verb_get(VERB_UNKNOWN);
	unsigned n = p->text && p->lmtp ? p->rcpts : 1;
	p->lmtp |= v->id == VERB_LHLO;
	while (n-- > 0)
		play_owe(p, v, line);
	p->text = false;
}

static void
play_reply(struct play *p, const struct reply *r)
{
	bool owed = p->nowed > 0;
	p->v = owed ? p->owed[0].v : verb_get(VERB_UNKNOWN);
	snprintf(p->line, sizeof p->line, "%s", owed ? p->owed[0].line : "");
	struct lint_look k = { .v = p->v,
		.line = p->line,
		.r = r,
		.unasked = !owed,
		.in_text = p->text };
	p->replies++;
	lint_reply(&p->lint, &k, play_told, p);
	if (owed && p->v->id == VERB_STARTTLS && r->code == 220)
		lint_tls(&p->lint);
	if (owed && p->v->id == VERB_DATA && r->code == 354)
		p->text = true;
	if (owed && p->v->id == VERB_MAIL)
		p->rcpts = 0;
	p->rcpts += owed && p->v->id == VERB_RCPT && r->code / 100 == 2;
	if (owed)
		memmove(p->owed, p->owed + 1, --p->nowed * sizeof *p->owed);
}

static void
play_server(struct play *p, const char *text, size_t len)
{
	struct reply r;
	struct buf bad = BUF_INIT;
	struct err e;
	int got;
	reply_init(&r);
	reply_feed(&p->in, text, len);
	while ((got = reply_next(&p->in, &r, &bad, &e)) != 0) {
		if (got > 0)
			play_reply(p, &r);
		else
			lint_garbage(&p->lint, buf_data(&bad), buf_len(&bad),
			    play_told, p);
		buf_clear(&bad);
	}
	reply_release(&r);
	buf_release(&bad);
}

/* "C: line", "S: line"; CRLF is added unless the line ends with \. */
static void
play_line(struct play *p, const char *line, size_t len)
{
	char text[1400];
	if (len < 3 || len > sizeof text - 3 ||
	    (line[0] != 'C' && line[0] != 'S') || line[1] != ':')
		return;
	bool server = line[0] == 'S';
	line += len > 2 && line[2] == ' ' ? 3 : 2;
	len -= len > 2 && line[-1] == ' ' ? 3 : 2;
	memcpy(text, line, len);
	text[len] = '\0';
	if (!server) {
		play_client(p, text);
		return;
	}
	bool as_is = len > 0 && text[len - 1] == '\\';
	if (as_is) {
		text[len - 1] = '\n';
	} else {
		memcpy(text + len, "\r\n", 2);
		len += 2;
	}
	play_server(p, text, len);
}

static void
play_text(struct play *p, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		if (n >= 3 && strncmp(text, "===", 3) == 0)
			play_begin(p);
		else
			play_line(p, text, n);
		text += n + (text[n] == '\n');
	}
}

#define HELLO "C: EHLO c.example\n"
#define BEGIN "S: 220 mx.example ESMTP\n" HELLO

/* One that breaks the rule; the good one is below. */
static const struct {
	const char *id, *bad, *good;
} rows[] = {
	{ "reply.bare-lf", "S: 220 mx.example ready\\\n",
	    "S: 220 mx.example\n" },
	{ "reply.bare-cr", "S: 220 mx.example a\rb\n", "S: 220 mx.example\n" },
	{ "reply.no-text", "S: 220 mx.example\nC: NOOP\nS: 250\n",
	    "S: 220 mx.example\nC: NOOP\nS: 250 ok\n" },
	{ "reply.control", "S: 220 mx.example \033[2J\n",
	    "S: 220 mx.example\tESMTP\n" },
	{ "reply.not-ascii", "S: 220 mx.example gr\303\274n\n",
	    "S: 220 mx.example gruen\n" },
	{ "reply.empty-line", "S: 220-\nS: 220 mx.example\n",
	    "S: 220-mx.example\nS: 220 ready\n" },
	{ "reply.mixed", "S: 220 mx.example\nC: NOOP\nS: 250-a\nS: 251 b\n",
	    "S: 220 mx.example\nC: NOOP\nS: 250-a\nS: 250 b\n" },
	{ "reply.malformed", "S: hello there\n", "S: 220 mx.example hello\n" },
	{ "code.unknown", "S: 220 mx.example\nC: NOOP\nS: 559 no\n",
	    "S: 220 mx.example\nC: NOOP\nS: 500 no\n" },
	{ "code.second-digit", "S: 220 mx.example\nC: NOOP\nS: 590 no\n",
	    "S: 220 mx.example\nC: NOOP\nS: 550 no\n" },
	{ "enhanced.class",
	    BEGIN "S: 250 mx.example\nC: NOOP\nS: 250 5.0.0 ok\n",
	    BEGIN "S: 250 mx.example\nC: NOOP\nS: 250 2.0.0 ok\n" },
	{ "enhanced.missing",
	    BEGIN "S: 250-mx.example\nS: 250 ENHANCEDSTATUSCODES\nC: RSET\nS: "
		  "250 ok\n",
	    BEGIN "S: 250-mx.example\nS: 250 ENHANCEDSTATUSCODES\nC: RSET\nS: "
		  "250 2.0.0 ok\n" },
	{ "enhanced.hello", "S: 220 2.0.0 mx.example\n",
	    "S: 220 mx.example\n" },
	{ "enhanced.lines",
	    BEGIN "S: 250 mx.example\nC: VRFY x\nS: 550-5.1.1 no\nS: 550 5.7.1 "
		  "no\n",
	    BEGIN "S: 250 mx.example\nC: VRFY x\nS: 550-5.1.1 no\nS: 550 5.1.1 "
		  "no\n" },
	{ "enhanced.form",
	    BEGIN
	    "S: 250-mx.example\nS: 250 ENHANCEDSTATUSCODES\nC: VRFY x\nS: "
	    "550 5.01.1 no\n",
	    BEGIN
	    "S: 250-mx.example\nS: 250 ENHANCEDSTATUSCODES\nC: VRFY x\nS: "
	    "550 5.1.1 no\n" },
	{ "greeting.domain", "S: 220 *** ready\n",
	    "S: 220 mx.example ready\n" },
	{ "greeting.code", "S: 250 mx.example\n", "S: 554 mx.example\n" },
	{ "hello.domain", BEGIN "S: 250-*hi*\nS: 250 HELP\n",
	    BEGIN "S: 250-mx.example\nS: 250 HELP\n" },
	{ "hello.code", BEGIN "S: 220 mx.example\n",
	    BEGIN "S: 250 mx.example\n" },
	{ "hello.helo-lines",
	    "S: 220 mx.example\nC: HELO c\nS: 250-mx.example\nS: 250 SIZE\n",
	    "S: 220 mx.example\nC: HELO c\nS: 250 mx.example\n" },
	{ "keyword.form", BEGIN "S: 250-mx.example\nS: 250 X_A\n",
	    BEGIN "S: 250-mx.example\nS: 250 X-A\n" },
	{ "keyword.repeated",
	    BEGIN "S: 250-mx.example\nS: 250-HELP\nS: 250 help\n",
	    BEGIN "S: 250-mx.example\nS: 250-HELP\nS: 250 DSN\n" },
	{ "keyword.arguments", BEGIN "S: 250-mx.example\nS: 250 PIPELINING 7\n",
	    BEGIN "S: 250-mx.example\nS: 250 PIPELINING\n" },
	{ "keyword.masked", BEGIN "S: 250-mx.example\nS: 250 XXXXXXXA\n",
	    BEGIN "S: 250-mx.example\nS: 250 XCLIENT\n" },
	{ "size.argument", BEGIN "S: 250-mx.example\nS: 250 SIZE 10M\n",
	    BEGIN "S: 250-mx.example\nS: 250 SIZE 10000\n" },
	{ "auth.none", BEGIN "S: 250-mx.example\nS: 250 AUTH\n",
	    BEGIN "S: 250-mx.example\nS: 250 AUTH SCRAM-SHA-256\n" },
	{ "auth.equals", BEGIN "S: 250-mx.example\nS: 250 AUTH=CRAM-MD5\n",
	    BEGIN "S: 250-mx.example\nS: 250-AUTH=CRAM-MD5\nS: 250 AUTH "
		  "CRAM-MD5\n" },
	{ "auth.clear",
	    BEGIN "S: 250-mx.example\nS: 250-STARTTLS\nS: 250 AUTH "
		  "PLAIN\n",
	    BEGIN
	    "S: 250-mx.example\nS: 250-STARTTLS\nS: 250 AUTH CRAM-MD5\n" },
	{ "tls.again",
	    BEGIN
	    "S: 250-mx.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n" HELLO
	    "S: 250-mx.example\nS: 250 STARTTLS\n",
	    BEGIN
	    "S: 250-mx.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n" HELLO
	    "S: 250 mx.example\n" },
	{ "tls.lost",
	    BEGIN "S: 250-mx.example\nS: 250-DSN\nS: 250 STARTTLS\nC: "
		  "STARTTLS\nS: 220 go\n" HELLO "S: 250 mx.example\n",
	    BEGIN "S: 250-mx.example\nS: 250-DSN\nS: 250 STARTTLS\nC: "
		  "STARTTLS\nS: 220 go\n" HELLO
		  "S: 250-mx.example\nS: 250 DSN\n" },
	{ "binary.chunking", BEGIN "S: 250-mx.example\nS: 250 BINARYMIME\n",
	    BEGIN "S: 250-mx.example\nS: 250-BINARYMIME\nS: 250 CHUNKING\n" },
	{ "utf8.8bitmime", BEGIN "S: 250-mx.example\nS: 250 SMTPUTF8\n",
	    BEGIN "S: 250-mx.example\nS: 250-SMTPUTF8\nS: 250 8BITMIME\n" },
	{ "lmtp.keywords", "S: 220 mx.example\nC: LHLO c\nS: 250 mx.example\n",
	    "S: 220 mx.example\nC: LHLO c\nS: 250-mx.example\nS: "
	    "250-PIPELINING\nS: 250 ENHANCEDSTATUSCODES\n" },
	{ "order.unasked", BEGIN "S: 250 mx.example\nS: 250 again\n",
	    BEGIN "S: 250 mx.example\nS: 421 bye\n" },
	{ "text.early",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT "
		  "TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nS: 250 taken\n",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT "
		  "TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: .\nS: 250 "
		  "taken\n" },
	{ "bdat.left-over",
	    BEGIN "S: 250 mx.example\nC: BDAT 3 LAST\nS: 503 no\nS: 500 what\n",
	    BEGIN "S: 250 mx.example\nC: BDAT 3 LAST\nS: 503 no\n" },
	{ "code.success", BEGIN "S: 250 mx.example\nC: RSET\nS: 252 ok\n",
	    BEGIN "S: 250 mx.example\nC: RSET\nS: 250 ok\n" },
	{ "code.interim", BEGIN "S: 250 mx.example\nC: NOOP\nS: 354 go\n",
	    BEGIN "S: 250 mx.example\nC: NOOP\nS: 250 ok\n" },
	{ "data.code",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT "
		  "TO:<c@d>\nS: 250 ok\nC: DATA\nS: 250 go\n",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT "
		  "TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\n" },
	{ "quit.code", BEGIN "S: 250 mx.example\nC: QUIT\nS: 250 bye\n",
	    BEGIN "S: 250 mx.example\nC: QUIT\nS: 221 bye\n" },
	{ "rset.code", BEGIN "S: 250 mx.example\nC: RSET\nS: 500 what\n",
	    BEGIN "S: 250 mx.example\nC: RSET\nS: 250 ok\n" },
	{ "noop.code", BEGIN "S: 250 mx.example\nC: NOOP\nS: 200 ok\n",
	    BEGIN "S: 250 mx.example\nC: NOOP\nS: 250 ok\n" },
	{ "help.code", BEGIN "S: 250 mx.example\nC: HELP\nS: 250 none\n",
	    BEGIN "S: 250 mx.example\nC: HELP\nS: 214 none\n" },
	{ "starttls.code", BEGIN "S: 250 mx.example\nC: STARTTLS\nS: 250 go\n",
	    BEGIN "S: 250 mx.example\nC: STARTTLS\nS: 454 no\n" },
	{ "auth.code", BEGIN "S: 250 mx.example\nC: AUTH PLAIN x\nS: 250 ok\n",
	    BEGIN "S: 250 mx.example\nC: AUTH PLAIN x\nS: 235 ok\n" },
	{ "auth.challenge",
	    BEGIN "S: 250 mx.example\nC: AUTH LOGIN\nS: 334 User name:\n",
	    BEGIN "S: 250 mx.example\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n" },
	{ "auth.twice",
	    BEGIN "S: 250 mx.example\nC: AUTH PLAIN x\nS: 235 ok\nC: AUTH "
		  "PLAIN x\nS: 235 ok\n",
	    BEGIN "S: 250 mx.example\nC: AUTH PLAIN x\nS: 235 ok\nC: AUTH "
		  "PLAIN x\nS: 503 no\n" },
	{ "vrfy.nonsense", BEGIN "S: 250 mx.example\nC: VRFY x\nS: 250 yes\n",
	    BEGIN "S: 250 mx.example\nC: VRFY x\nS: 250 X <x@mx.example>\n" },
	{ "forward.path",
	    BEGIN "S: 250 mx.example\nC: RCPT TO:<x@y>\nS: 551 elsewhere\n",
	    BEGIN "S: 250 mx.example\nC: RCPT TO:<x@y>\nS: 551 try <x@z>\n" },
	{ "verb.case", BEGIN "S: 250 mx.example\nC: noop\nS: 500 what\n",
	    BEGIN "S: 250 mx.example\nC: noop\nS: 250 ok\n" },
	{ "verb.missing", BEGIN "S: 250 mx.example\nC: RSET\nS: 502 no\n",
	    BEGIN "S: 250 mx.example\nC: VRFY x\nS: 502 no\n" },
	{ "order.nested",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: MAIL "
		  "FROM:<a@b>\nS: 250 ok\n",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: MAIL "
		  "FROM:<a@b>\nS: 503 no\n" },
	{ "order.no-mail",
	    BEGIN "S: 250 mx.example\nC: RCPT TO:<a@b>\nS: 250 ok\n",
	    BEGIN "S: 250 mx.example\nC: RCPT TO:<a@b>\nS: 503 no\n" },
	{ "order.no-rcpt",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: "
		  "DATA\nS: 354 go\n",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: "
		  "DATA\nS: 554 no\n" },
	{ "pipelining.lie",
	    BEGIN "S: 250-mx.example\nS: 250 PIPELINING\nC: RSET\nS: 554 SMTP "
		  "synchronization error\n",
	    BEGIN "S: 250 mx.example\nC: RSET\nS: 554 SMTP synchronization "
		  "error\n" },
	{ "8bitmime.lie",
	    BEGIN "S: 250-mx.example\nS: 250 8BITMIME\nC: MAIL FROM:<a@b> "
		  "BODY=8BITMIME\nS: 555 what\n",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b> BODY=8BITMIME\nS: 555 "
		  "what\n" },
	{ "smtputf8.lie",
	    BEGIN "S: 250-mx.example\nS: 250-8BITMIME\nS: 250 SMTPUTF8\nC: "
		  "MAIL FROM:<a@b> SMTPUTF8\nS: 555 what\n",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b> SMTPUTF8\nS: 555 "
		  "what\n" },
	{ "dsn.lie",
	    BEGIN "S: 250-mx.example\nS: 250 DSN\nC: MAIL FROM:<a@b> "
		  "RET=HDRS\nS: 555 what\n",
	    BEGIN "S: 250 mx.example\nC: MAIL FROM:<a@b> RET=HDRS\nS: 555 "
		  "what\n" },
	{ "size.lie",
	    BEGIN "S: 250-mx.example\nS: 250 SIZE\nC: MAIL FROM:<a@b> "
		  "SIZE=3\nS: 555 what\n",
	    BEGIN "S: 250-mx.example\nS: 250 SIZE\nC: MAIL FROM:<a@b> "
		  "SIZE=3\nS: 552 much\n" },
	{ "chunking.lie",
	    BEGIN "S: 250-mx.example\nS: 250 CHUNKING\nC: BDAT 3\nS: 500 "
		  "what\n",
	    BEGIN "S: 250 mx.example\nC: BDAT 3\nS: 500 what\n" },
	{ "starttls.lie",
	    BEGIN "S: 250-mx.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 502 "
		  "no\n",
	    BEGIN "S: 250 mx.example\nC: STARTTLS\nS: 502 no\n" },
};
#define ROWS (sizeof rows / sizeof *rows)

static unsigned
play_of(const char *id, const char *text)
{
	struct play p = { .want = id };
	lint_init(&p.lint);
	reply_parser_init(&p.in);
	play_begin(&p);
	play_text(&p, text);
	lint_release(&p.lint);
	reply_parser_release(&p.in);
	return p.found;
}

static void
test_rows(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		CHECK(play_of(rows[i].id, rows[i].bad) > 0, "%s is not found",
		    rows[i].id);
		CHECK(play_of(rows[i].id, rows[i].good) == 0,
		    "%s is found where all is well", rows[i].id);
	}
}

static void
test_long(void)
{
	char text[1200];
	size_t n = (size_t)snprintf(text, sizeof text, "S: 220 mx.example ");
	memset(text + n, 'x', 600);
	memcpy(text + n + 600, "\n", 2);
	CHECK(play_of("reply.long", text) == 1, "600 octets");
	memcpy(text + n + 400, "\n", 2);
	CHECK(play_of("reply.long", text) == 0, "400 octets");
}

static void
test_nul(void)
{
	struct play p = { .want = "reply.nul" };
	lint_init(&p.lint);
	reply_parser_init(&p.in);
	play_begin(&p);
	play_server(&p, "220 mx.example a\0b\r\n", 20);
	CHECK(p.found == 1, "NUL");
	lint_release(&p.lint);
	reply_parser_release(&p.in);
}

static void
test_greeting_lines(void)
{
	struct play p = { .want = "greeting.lines" };
	lint_init(&p.lint);
	reply_parser_init(&p.in);
	play_begin(&p);
	for (unsigned i = 0; i < 60; i++)
		play_server(&p, "220-mx.example\r\n", 16);
	play_server(&p, "220 mx.example\r\n", 16);
	CHECK(p.found == 1, "60 lines");
	lint_release(&p.lint);
	reply_parser_release(&p.in);
}

static void
test_all(void)
{
	static const char *const own[] = { "reply.long", "reply.nul",
		"greeting.lines" };
	const struct lint_rule *r;
	size_t n = 0;
	for (; (r = lint_at(n)) != NULL; n++) {
		bool has = false;
		for (size_t i = 0; i < ROWS; i++)
			has |= strcmp(rows[i].id, r->id) == 0;
		for (size_t i = 0; i < 3; i++)
			has |= strcmp(own[i], r->id) == 0;
		CHECK(has, "%s has no conversation", r->id);
		CHECK(
		    strncmp(r->source, "RFC ", 4) == 0, "%s has no RFC", r->id);
	}
	CHECK(n >= 40, "%zu rules", n);
}

static int
play_file(const char *path)
{
	static char text[1 << 20];
	struct play p = { .show = true };
	FILE *f = fopen(path, "r");
	if (f == NULL)
		return 1;
	size_t n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	lint_init(&p.lint);
	reply_parser_init(&p.in);
	play_begin(&p);
	play_text(&p, text);
	printf("%s: %u replies, %u remarks\n", path, p.replies, p.others);
	lint_release(&p.lint);
	reply_parser_release(&p.in);
	return 0;
}

int
main(int argc, char **argv)
{
	int r = 0;
	for (int i = 1; i < argc; i++)
		r |= play_file(argv[i]);
	if (argc > 1)
		return r;
	test_rows();
	test_long();
	test_nul();
	test_greeting_lines();
	test_all();
	return check_done();
}
