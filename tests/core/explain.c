/* What is said from the tables: remarks, keywords, words, candidates. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/buf.h"
#include "check.h"
#include "cmd/know/explain.h"
#include "cmd/know/explain_page.h"
#include "net/core/ext.h"
#include "cmd/say/note.h"

static void
test_reply(void)
{
	static const struct {
		enum verb_id v;
		int code, class, subject, detail;
		size_t width;
		const char *want;
	} rows[] = {
		{ VERB_RCPT, 550, 0, 0, 0, 0,
		    "550 Requested action not taken: mailbox unavailable\n"
		    "    [E.g., mailbox not found, no access]\n" },
		{ VERB_RCPT, 550, 5, 1, 1, 0,
		    "550 Requested action not taken: mailbox unavailable\n"
		    "    [E.g., mailbox not found, no access]\n"
		    "5.1.1 Bad destination mailbox address\n" },
		{ VERB_MAIL, 250, 2, 1, 0, 0,
		    "250 Requested mail action okay, completed · 2.1.0 Other "
		    "address status\n" },
		{ VERB_MAIL, 250, 2, 1, 0, 70,
		    "250 Requested mail action okay, completed · 2.1.0 Other "
		    "address status\n" },
		{ VERB_MAIL, 250, 2, 1, 0, 69,
		    "250 Requested mail action okay, completed\n"
		    "2.1.0 Other address status\n" },
		{ VERB_RCPT, 454, 4, 7, 1, 120,
		    "454 Temporary authentication failure (RFC 4954) or TLS "
		    "not available due to temporary reason (RFC 3207)\n"
		    "4.7.1 Delivery not authorized, message refused · not "
		    "listed for RCPT in STD 10 4.3\n" },
		{ VERB_AUTH, 454, 0, 0, 0, 0,
		    "454 Temporary authentication failure (RFC 4954)\n" },
		{ VERB_STARTTLS, 220, 0, 0, 0, 0,
		    "220 Ready to start TLS (RFC 3207)\n" },
		{ VERB_STARTTLS, 250, 0, 0, 0, 0,
		    "250 Requested mail action okay, completed\n"
		    "not listed for STARTTLS in RFC 3207\n" },
		{ VERB_HELP, 554, 0, 0, 0, 0,
		    "554 Transaction failed · not listed for HELP in STD 10 "
		    "4.3\n" },
		{ VERB_GREETING, 550, 0, 0, 0, 0,
		    "550 Requested action not taken: mailbox unavailable\n"
		    "    [E.g., mailbox not found, no access]\n"
		    "not listed for the greeting in STD 10 4.3\n" },
		{ VERB_GREETING, 554, 0, 0, 0, 0,
		    "554 No SMTP service here (RFC 5321)\n" },
		{ VERB_MAIL, 555, 0, 0, 0, 0,
		    "555 MAIL FROM/RCPT TO parameters not recognized or not "
		    "implemented\n    (RFC 5321)\n" },
		{ VERB_UNKNOWN, 599, 0, 0, 0, 0,
		    "599 Permanent Negative Completion reply (by its "
		    "digits)\n" },
		{ VERB_UNKNOWN, 359, 0, 0, 0, 0,
		    "359 Positive Intermediate reply, Mail system (by its "
		    "digits)\n" },
		{ VERB_MAIL, 250, 2, 9, 77, 0,
		    "250 Requested mail action okay, completed\n"
		    "2.9.77 Success (not registered)\n" },
		{ VERB_MAIL, 250, 2, 1, 77, 0,
		    "250 Requested mail action okay, completed\n"
		    "2.1.77 Success, Addressing Status (not registered)\n" },
		{ VERB_NOOP, 421, 0, 0, 0, 40,
		    "421 <domain> Service not available,\n"
		    "    closing transmission channel\n"
		    "    [This may be a reply to any command\n"
		    "     if the service knows it must shut\n"
		    "     down]\n" },
	};
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&b);
		explain_reply(&b, verb_get(rows[i].v), NULL, rows[i].code,
		    rows[i].class, rows[i].subject, rows[i].detail, 0,
		    rows[i].width);
		CHECK(strcmp(buf_str(&b), rows[i].want) == 0, "%s %d:\n%s",
		    verb_get(rows[i].v)->name, rows[i].code, buf_str(&b));
	}
	buf_release(&b);
}

static void
test_response(void)
{
	static const struct {
		const char *line;
		int code, class;
		const char *want;
	} rows[] = {
		{ "*", 501, 5,
		    "501 Authentication exchange cancelled (RFC 4954)\n"
		    "5.7.0 Other or undefined security status\n" },
		{ "*", 500, 0,
		    "500 Authentication exchange cancelled (RFC 4954, which "
		    "has 501 for that)\n" },
		{ "dGVzdA==", 500, 0,
		    "500 Authentication Exchange line is too long (RFC "
		    "4954)\n" },
		{ "*", 454, 0,
		    "454 Temporary authentication failure (RFC 4954)\n" },
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&b);
		explain_reply(&b, verb_get(VERB_RESPONSE), rows[i].line,
		    rows[i].code, rows[i].class, 7, 0, 0, 0);
		CHECK(strcmp(buf_str(&b), rows[i].want) == 0, "%s %d:\n%s",
		    rows[i].line, rows[i].code, buf_str(&b));
	}
	buf_release(&b);
}

static void
test_keyword(void)
{
	static const struct {
		const char *keyword, *args, *want; /* want NULL: not known */
	} rows[] = {
		{ "SIZE", "50000000",
		    "messages up to 50,000,000 octets, 47.7 MiB (RFC 1870)" },
		{ "size", "1023", "messages up to 1,023 octets (RFC 1870)" },
		{ "SIZE", "2048",
		    "messages up to 2,048 octets, 2.0 KiB (RFC 1870)" },
		{ "SIZE", "0010", "messages up to 10 octets (RFC 1870)" },
		{ "SIZE", "0", "messages of any size (RFC 1870)" },
		{ "SIZE", NULL,
		    "the size of a message can be declared (RFC 1870)" },
		{ "SIZE", "99999999999999999999",
		    "the size of a message can be declared (RFC 1870)" },
		{ "SIZE", "10\033[m",
		    "the size of a message can be declared (RFC 1870)" },
		{ "PIPELINING", NULL,
		    "commands may be sent in groups (RFC 2920)" },
		{ "AUTH=PLAIN", "LOGIN",
		    "the client can log in by SASL (RFC 4954)" },
		{ "XYZZY", NULL,
		    "a local extension of that server (RFC 1869)" },
		{ "XCLIENT", "NAME ADDR",
		    "a client's attributes can be overridden (Postfix "
		    "XCLIENT_README)" },
		{ "FOO", NULL, NULL },
		{ "", NULL, NULL },
	};
	struct buf b = BUF_INIT;
	size_t i, len;
	int known;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&b);
		known = explain_keyword(&b, rows[i].keyword,
		    strlen(rows[i].keyword), rows[i].args,
		    rows[i].args != NULL ? strlen(rows[i].args) : 0);
		CHECK(known == (rows[i].want != NULL), "%s", rows[i].keyword);
		len = buf_len(&b);
		if (rows[i].want == NULL)
			CHECK(len == 0, "%s", rows[i].keyword);
		else
			CHECK(len == strlen(rows[i].want) + 1 &&
				  strncmp(buf_str(&b), rows[i].want, len - 1) ==
				      0 &&
				  buf_data(&b)[len - 1] == '\n',
			    "%s: %s", rows[i].keyword, buf_str(&b));
	}
	buf_release(&b);
}

/* Columns of UTF-8 text that has no wide characters. */
static size_t
columns(const char *s, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			n++;
	return n;
}

/* No line over the width (but of one word), none that ends in a blank, LF at
 * the end. */
static void
check_lines(const char *word, const char *p, size_t width)
{
	size_t len;

	CHECK(*p != '\0', "%s: empty", word);
	while (*p != '\0') {
		len = strcspn(p, "\n");
		CHECK(columns(p, len) <= width, "%s, %zu columns: %.*s", word,
		    width, (int)len, p);
		CHECK(len == 0 || p[len - 1] != ' ', "%s: '%.*s'", word,
		    (int)len, p);
		CHECK(p[len] == '\n', "%s: no LF", word);
		p += len + (p[len] == '\n');
	}
}

static void
check_page(const char *word, const char *p)
{
	static const size_t width[] = { SIZE_MAX, 79, 60, 48 };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof width / sizeof *width; i++) {
		buf_clear(&b);
		note_page(
		    &b, p, strlen(p), width[i] == SIZE_MAX ? 0 : width[i]);
		check_lines(word, buf_str(&b), width[i]);
	}
	buf_release(&b);
}

static void
test_page(void)
{
	static const struct {
		size_t width;
		const char *in, *want;
	} rows[] = {
		{ 0, "a b\n", "a b\n" },
		{ 20, "title that is too long for it\nnext\n",
		    "title that is too\n    long for it\nnext\n" },
		{ 30, "  label  text that is too long for it\n",
		    "  label  text that is too long\n         for it\n" },
		{ 30, "  label  550 that is too long for it\n",
		    "  label  550 that is too long\n             for it\n" },
		{ 30, "    [E.g., text that is too long]\n",
		    "    [E.g., text that is too\n     long]\n" },
		{ 20, "  label and more    text here\n  x               y\n",
		    "  label and more\n      text here\n  x\n      y\n" },
		{ 20, "r=abcdefghijk,s=lmnop,i=4096\n",
		    "r=abcdefghijk,\n    s=lmnop,i=4096\n" },
		{ 20, "abcdefghijklmnopqrstuvwxyz,\n",
		    "abcdefghijklmnopqrstuvwxyz,\n" },
		{ 40, "  label and more    text here\n",
		    "  label and more    text here\n" },
	};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		note_page(&b, rows[i].in, strlen(rows[i].in), rows[i].width);
		CHECK(strcmp(buf_str(&b), rows[i].want) == 0, "%s:\n%s",
		    rows[i].in, buf_str(&b));
	}
	buf_release(&b);
}

static void
test_word(void)
{
	static const struct {
		const char *word;
		const char *want[4]; /* pieces, in this order; NULL: unknown */
	} rows[] = {
		{ "550",
		    { "550 Requested action not taken: mailbox unavailable\n"
		      "    [E.g., mailbox not found, no access]\n"
		      "    STD 10 (RFC 821) 4.2\n",
			"policy", "    failure   RCPT VRFY EXPN\n",
			"5.1.1 Bad destination mailbox address\n" } },
		{ "454",
		    { "454 Temporary authentication failure\n",
			"also      TLS not available", "to STARTTLS · RFC 3207",
			"later     (response) STARTTLS AUTH\n" } },
		{ "354", { "354 Start mail input", "interim   DATA\n" } },
		{ "421", { "error     HELO MAIL", "any other command\n" } },
		{ "503", { "503 Bad", "5.5.1 Invalid command\n",
			     "5.5.4 Invalid command arguments\n" } },
		{ "599", { "599 is in no RFC", "5yz", "x9z       Not" } },
		{ "5", { "5yz", "    500 Syntax", "    556 Domain" } },
		{ "55z", { "x5z", "    550 Req", "    551 User" } },
		{ "2XX", { "2yz", "    211 Sys", "    253 OK" } },
		{ "x5z", { "x5z", "    250 Req", "    450 Req" } },
		{ "1yz", { "Positive Preliminary", "go on or abort" } },
		{ "5.1.1",
		    { "5.1.1 Bad destination mailbox address\n", "RFC 3463",
			"Permanent Failure", "550 Requested" } },
		{ "x.1.1", { "X.1.1 Bad", "451 Requested", "550 Requested" } },
		{ "5.9.9", { "5.9.9 is not registered", "X.y.0" } },
		{ "5.7", { "5.7.0 Other", "5.7.30 REQUIRETLS" } },
		{ "X.1", { "X.1.0 Other", "X.1.10 Rec" } },
		{ "rcpt", { "RCPT TO:<forward-path> [PARAMETER...]\n",
			      "when      after MAIL; after RCPT\n",
			      "success   250 Requested mail action okay",
			      "parameter NOTIFY=" } },
		{ "Quit", { "QUIT\n", "any time after the greeting" } },
		{ "STARTTLS", { "STARTTLS\n", "by the EHLO keyword STARTTLS",
				  "220 Ready to start TLS",
				  "\n\nEHLO keyword STARTTLS\n" } },
		{ "help", { "HELP [COMMAND]\n", "\n\nEHLO keyword HELP\n" } },
		{ "dsn", { "EHLO keyword DSN\n", "MAIL      RET=",
			     "RCPT      NOTIFY=", "ORCPT=" } },
		{ "notify", { "NOTIFY, a parameter\n",
				"RCPT      NOTIFY=", "EHLO keyword DSN" } },
		{ "BODY", { "BODY=7BIT|8BITMIME", "BODY=BINARYMIME" } },
		{ "xclient", { "XCLIENT ATTR", "EHLO keyword XCLIENT" } },
		{ "X-FOO", { "EHLO keyword X...\n", "local extension" } },
		{ ".", { "(end of mail text)\n", "554 Transaction" } },
		{ "Greeting", { "(greeting)\n", "220 <domain>" } },
		{ "600", { NULL } },
		{ "150", { "150 is in no RFC", "1yz       Pos", "x5z" } },
		{ "600", { NULL } },
		{ "000", { NULL } },
		{ "6", { NULL } },
		{ "5501", { NULL } },
		{ "55\xff", { NULL } },
		{ "3.1.1", { NULL } },
		{ "5.1.1.1", { NULL } },
		{ "5.", { NULL } },
		{ "..", { NULL } },
		{ "foo", { NULL } },
		{ "frobnicate", { NULL } },
		{ "", { NULL } },
	};
	struct buf b = BUF_INIT;
	struct err e;
	const char *at, *found;
	size_t i, k;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&b);
		e.kind = ERR_NONE;
		r = explain_word(&b, rows[i].word, strlen(rows[i].word), &e);
		CHECK(
		    (r == 0) == (rows[i].want[0] != NULL), "%s", rows[i].word);
		at = buf_str(&b);
		if (rows[i].want[0] == NULL) {
			CHECK(*at == '\0' && e.kind == ERR_USAGE &&
				  strstr(e.text, "EHLO keyword") != NULL,
			    "%s", rows[i].word);
			continue;
		}
		check_page(rows[i].word, at);
		for (k = 0; k < 4 && rows[i].want[k] != NULL; k++) {
			found = strstr(at, rows[i].want[k]);
			CHECK(found != NULL, "%s: no '%s' in:\n%s",
			    rows[i].word, rows[i].want[k], at);
			if (found != NULL)
				at = found + strlen(rows[i].want[k]);
		}
	}
	buf_clear(&b);
	explain_word(&b, "SIZE", 4, &e);
	CHECK(strstr(buf_str(&b), "a parameter") == NULL, "SIZE said twice");
	buf_clear(&b);
	explain_word(&b, "x5z", 3, &e);
	CHECK(strstr(buf_str(&b), "keyword") == NULL, "x5z is no keyword");
	buf_release(&b);
}

/* Every word that is offered is understood, and offered once. */
static void
test_candidates(void)
{
	static const struct {
		const char *prefix;
		const char *want;
	} rows[] = {
		{ "45", "450 451 452 453 454 455 458 459 " },
		{ "5.2", "5.2.0 5.2.1 5.2.2 5.2.3 5.2.4 " },
		{ "x.2.", "X.2.0 X.2.1 X.2.2 X.2.3 X.2.4 " },
		{ "ma", "MAIL " },
		{ "Hel", "HELO HELP " },
		{ "e", "EHLO EXPN ETRN ENHANCEDSTATUSCODES ENVID " },
		{ "nOt", "NOTIFY " },
		{ "zz", "" },
		{ "(", "" },
	};
	struct buf b = BUF_INIT, all = BUF_INIT;
	struct err e;
	char *word;
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&b);
		for (k = 0; (word = explain_candidate(rows[i].prefix,
				 strlen(rows[i].prefix), k)) != NULL;
		     k++) {
			buf_addf(&b, "%s ", word);
			free(word);
		}
		CHECK(strcmp(buf_str(&b), rows[i].want) == 0, "%s: %s",
		    rows[i].prefix, buf_str(&b));
	}
	buf_addc(&all, ' ');
	for (k = 0; (word = explain_candidate("", 0, k)) != NULL; k++) {
		buf_clear(&b);
		CHECK(
		    explain_word(&b, word, strlen(word), &e) == 0, "%s", word);
		check_page(word, buf_str(&b));
		buf_clear(&b);
		buf_addf(&b, " %s ", word);
		CHECK(strstr(buf_str(&all), buf_str(&b)) == NULL, "%s twice",
		    word);
		buf_addf(&all, "%s ", word);
		free(word);
	}
	CHECK(k > 180, "%zu words", k);
	buf_release(&b);
	buf_release(&all);
}

static bool
told(const char *param, size_t len)
{
	const char *name;
	size_t i;

	for (i = 0; (name = explain_param_at(i)) != NULL; i++)
		if (strlen(name) == len && strncasecmp(name, param, len) == 0)
			return true;
	return false;
}

/* Every parameter that an extension brings is told about. */
static void
test_params(void)
{
	const struct ext *x;
	struct buf b = BUF_INIT;
	const char *s;
	size_t i, len;
	int r;

	for (i = 0; (x = ext_at(i)) != NULL; i++)
		for (r = 0; r < 2; r++)
			for (s = r ? x->rcpt : x->mail; s != NULL && *s != '\0';
			     s += strspn(s, " ")) {
				len = strcspn(s, " =");
				CHECK(told(s, len), "%s: %s", x->keyword, s);
				s += strcspn(s, " ");
			}
	buf_release(&b);
}

int
main(void)
{
	test_reply();
	test_response();
	test_keyword();
	test_page();
	test_word();
	test_candidates();
	test_params();
	return check_done();
}
