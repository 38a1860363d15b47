/* The tables against the standards: STD 10's texts and lists written out a
 * second time, lookups with odd words, and what must hold for every row. */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "net/core/code.h"
#include "net/core/ext.h"
#include "net/core/verb.h"

static const struct {
	int code;
	const char *text, *note;
} std10[] = {
	{ 211, "System status, or system help reply", NULL },
	{ 214, "Help message",
	    "Information on how to use the receiver or the meaning of a "
	    "particular non-standard command; this reply is useful only to the "
	    "human user" },
	{ 220, "<domain> Service ready", NULL },
	{ 221, "<domain> Service closing transmission channel", NULL },
	{ 250, "Requested mail action okay, completed", NULL },
	{ 251, "User not local; will forward to <forward-path>", NULL },
	{ 354, "Start mail input; end with <CRLF>.<CRLF>", NULL },
	{ 421, "<domain> Service not available, closing transmission channel",
	    "This may be a reply to any command if the service knows it must "
	    "shut down" },
	{ 450, "Requested mail action not taken: mailbox unavailable",
	    "E.g., mailbox busy" },
	{ 451, "Requested action aborted: local error in processing", NULL },
	{ 452, "Requested action not taken: insufficient system storage",
	    NULL },
	{ 500, "Syntax error, command unrecognized",
	    "This may include errors such as command line too long" },
	{ 501, "Syntax error in parameters or arguments", NULL },
	{ 502, "Command not implemented", NULL },
	{ 503, "Bad sequence of commands", NULL },
	{ 504, "Command parameter not implemented", NULL },
	{ 550, "Requested action not taken: mailbox unavailable",
	    "E.g., mailbox not found, no access" },
	{ 551, "User not local; please try <forward-path>", NULL },
	{ 552, "Requested mail action aborted: exceeded storage allocation",
	    NULL },
	{ 553, "Requested action not taken: mailbox name not allowed",
	    "E.g., mailbox syntax incorrect" },
	{ 554, "Transaction failed", NULL },
};

/* STD 10 4.3: success/intermediate/failure/error, and which later RFCs add. */
static const struct {
	const char *label;
	enum verb_id id;
	const char *listed;
	const char *later;
} lists[] = {
	{ "greeting", VERB_GREETING, "220//421/", "554 521" },
	{ "HELO", VERB_HELO, "250///500 501 504 421", "502 550" },
	{ "MAIL", VERB_MAIL, "250//552 451 452/500 501 421",
	    "550 553 503 455 555" },
	{ "RCPT", VERB_RCPT,
	    "250 251//550 551 552 553 450 451 452/500 501 503 421",
	    "455 555 556" },
	{ "DATA", VERB_DATA, "/354/451 554/500 501 503 421", "" },
	{ "text end", VERB_TEXT_END, "250//552 554 451 452/", "450 550" },
	{ "RSET", VERB_RSET, "250///500 501 504 421", "" },
	{ "SEND", VERB_SEND, "250//552 451 452/500 501 502 421", "" },
	{ "SOML", VERB_SOML, "250//552 451 452/500 501 502 421", "" },
	{ "SAML", VERB_SAML, "250//552 451 452/500 501 502 421", "" },
	{ "VRFY", VERB_VRFY, "250 251//550 551 553/500 501 502 504 421",
	    "252" },
	{ "EXPN", VERB_EXPN, "250//550/500 501 502 504 421", "252" },
	{ "HELP", VERB_HELP, "211 214///500 501 502 504 421", "" },
	{ "NOOP", VERB_NOOP, "250///500 421", "" },
	{ "QUIT", VERB_QUIT, "221///500", "" },
	{ "TURN", VERB_TURN, "250//502/500 503", "" },
	{ "EHLO", VERB_EHLO, "///", "250 504 550 502" },
	{ "STARTTLS", VERB_STARTTLS, "///", "220 501 454" },
	{ "ETRN", VERB_ETRN, "///", "250 251 252 253 458 459" },
	{ "AUTH", VERB_AUTH, "///", "235 334 432 454 503 504 534 535 538" },
};

static void
add_list(char *out, const short *list)
{
	const char *sep = "";

	for (; *list != 0; list++) {
		sprintf(out + strlen(out), "%s%d", sep, *list);
		sep = " ";
	}
}

static void
test_std10(void)
{
	const struct code *c;
	size_t i, n = 0;

	for (i = 0; i < sizeof(std10) / sizeof(std10[0]); i++) {
		c = code_find(std10[i].code, VERB_UNKNOWN);
		CHECK(c != NULL && c->std10, "%d", std10[i].code);
		if (c == NULL)
			continue;
		CHECK(strcmp(c->text, std10[i].text) == 0, "%d: %s", c->code,
		    c->text);
		CHECK(strcmp(c->note,
			  std10[i].note != NULL ? std10[i].note : "") == 0,
		    "%d: %s", c->code, c->note);
	}
	for (i = 0; (c = code_at(i)) != NULL; i++)
		n += c->std10;
	CHECK(n == 21, "%zu rows of STD 10", n);
}

static void
test_lists(void)
{
	const struct verb *v;
	char have[200], *end;
	const char *s;
	size_t i;
	long code;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		v = verb_get(lists[i].id);
		have[0] = '\0';
		add_list(have, v->success);
		strcat(have, "/");
		add_list(have, v->interim);
		strcat(have, "/");
		add_list(have, v->failure);
		strcat(have, "/");
		add_list(have, v->error);
		CHECK(strcmp(have, lists[i].listed) == 0, "%s: %s",
		    lists[i].label, have);
		for (s = lists[i].later; *s != '\0'; s = end) {
			code = strtol(s, &end, 10);
			CHECK(verb_lists(v, (int)code) == VERB_LATER, "%s %ld",
			    lists[i].label, code);
		}
	}
}

static void
test_listing(void)
{
	static const struct {
		enum verb_id id;
		int code;
		enum verb_listing want;
	} rows[] = {
		{ VERB_RCPT, 550, VERB_LISTED },
		{ VERB_RCPT, 454, VERB_NOT_LISTED },
		{ VERB_RCPT, 556, VERB_LATER },
		{ VERB_RCPT, 530, VERB_LATER },
		{ VERB_QUIT, 421, VERB_LISTED },
		{ VERB_TURN, 421, VERB_LISTED },
		{ VERB_QUIT, 501, VERB_LATER },
		{ VERB_QUIT, 530, VERB_NOT_LISTED },
		{ VERB_QUIT, 521, VERB_NOT_LISTED },
		{ VERB_NOOP, 521, VERB_LATER },
		{ VERB_NOOP, 501, VERB_LATER },
		{ VERB_NOOP, 550, VERB_NOT_LISTED },
		{ VERB_DATA, 250, VERB_NOT_LISTED },
		{ VERB_GREETING, 250, VERB_NOT_LISTED },
		{ VERB_GREETING, 501, VERB_NOT_LISTED },
		{ VERB_TEXT_END, 500, VERB_NOT_LISTED },
		{ VERB_STARTTLS, 250, VERB_NOT_LISTED },
		{ VERB_UNKNOWN, 250, VERB_NO_LIST },
		{ VERB_RAW, 599, VERB_NO_LIST },
		{ VERB_ONEX, 250, VERB_NO_LIST },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(verb_lists(verb_get(rows[i].id), rows[i].code) ==
			  rows[i].want,
		    "%s %d", verb_get(rows[i].id)->name, rows[i].code);
	CHECK(verb_lists(NULL, 250) == VERB_NO_LIST, "no verb");
}

static void
test_verbs(void)
{
	static const struct {
		const char *word;
		size_t len;
		enum verb_id want; /* VERB_UNKNOWN: NULL */
	} rows[] = {
		{ "MAIL", 4, VERB_MAIL },
		{ "mAiL", 4, VERB_MAIL },
		{ "MAIL FROM", 4, VERB_MAIL },
		{ "MAIL", 3, VERB_UNKNOWN },
		{ "MAILX", 5, VERB_UNKNOWN },
		{ "MAIL\0X", 6, VERB_UNKNOWN },
		{ "MAIL\0", 5, VERB_UNKNOWN },
		{ "", 0, VERB_UNKNOWN },
		{ "(greeting)", 10, VERB_UNKNOWN },
		{ "starttls", 8, VERB_STARTTLS },
		{ "lhlo", 4, VERB_LHLO },
		{ "VERB", 4, VERB_VERB },
	};
	const struct verb *v;
	unsigned std = 0;
	size_t i, k;
	int id;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		v = verb_find(rows[i].word, rows[i].len);
		CHECK((v == NULL ? VERB_UNKNOWN : v->id) == rows[i].want,
		    "'%s' %zu", rows[i].word, rows[i].len);
	}
	for (id = VERB_UNKNOWN; id <= VERB_ONEX; id++)
		CHECK(verb_get((enum verb_id)id)->id == (enum verb_id)id,
		    "id %d has no row", id);
	for (i = 0; (v = verb_at(i)) != NULL; i++) {
		k = strlen(v->name);
		CHECK(strncmp(v->syntax, v->name, k) == 0 &&
			  (v->syntax[k] == ' ' || v->syntax[k] == '\0'),
		    "%s: %s", v->name, v->syntax);
		CHECK(v->text[0] != '\0' && v->when != 0, "%s", v->name);
		CHECK(v->keyword[0] == '\0' ||
			  ext_find(v->keyword, strlen(v->keyword)) != NULL,
		    "%s", v->name);
		CHECK((v->name[0] == '(') == (v->id < VERB_HELO),
		    "%s: stages come first", v->name);
		std += v->std10;
	}
	CHECK(i == VERB_ONEX + 1, "%zu rows", i);
	CHECK(std == 14, "%u verbs of STD 10", std);
}

static void
test_when(void)
{
	static const struct {
		enum verb_id id;
		const char *want; /* states, in order */
	} rows[] = {
		{ VERB_MAIL, "ready " },
		{ VERB_RCPT, "mail rcpt " },
		{ VERB_DATA, "rcpt " },
		{ VERB_BDAT, "rcpt chunks " },
		{ VERB_STARTTLS, "ready " },
		{ VERB_AUTH, "ready " },
		{ VERB_VRFY, "greeted ready mail rcpt " },
		{ VERB_QUIT, "greeted ready mail rcpt chunks " },
		{ VERB_HELO, "greeted ready " },
		{ VERB_GREETING, "connected " },
	};
	char have[100];
	size_t i;
	int s;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		have[0] = '\0';
		for (s = SMTP_CLOSED; s <= SMTP_LEAVING; s++)
			if (verb_get(rows[i].id)->when & 1u << s)
				sprintf(have + strlen(have), "%s ",
				    smtp_state_name((enum smtp_state)s));
		CHECK(strcmp(have, rows[i].want) == 0, "%s: %s",
		    verb_get(rows[i].id)->name, have);
	}
}

static void
test_word(void)
{
	static const struct {
		const char *line;
		size_t len, want;
	} rows[] = {
		{ "MAIL FROM:<>", 12, 4 },
		{ "X-FOO bar", 9, 5 },
		{ "RSET", 4, 4 },
		{ "RSET", 2, 2 },
		{ " RSET", 5, 0 },
		{ "", 0, 0 },
		{ "HE\0LO", 5, 2 },
		{ "\xc3\xa9HLO", 5, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(verb_word(rows[i].line, rows[i].len) == rows[i].want,
		    "'%s'", rows[i].line);
}

static void
test_codes(void)
{
	static const struct {
		int code;
		enum verb_id v;
		const char *want; /* NULL: no row */
	} rows[] = {
		{ 454, VERB_AUTH, "Temporary authentication failure" },
		{ 454, VERB_STARTTLS,
		    "TLS not available due to temporary reason" },
		{ 220, VERB_STARTTLS, "Ready to start TLS" },
		{ 220, VERB_GREETING, "<domain> Service ready" },
		{ 250, VERB_ETRN, "OK, queuing for node <x> started" },
		{ 251, VERB_ETRN, "OK, no messages waiting for node <x>" },
		{ 252, VERB_ETRN, "OK, pending messages for node <x> started" },
		{ 252, VERB_VRFY,
		    "Cannot VRFY user, but will accept message "
		    "and attempt delivery" },
		{ 253, VERB_ETRN,
		    "OK, <n> pending messages for node <x> started" },
		{ 452, VERB_RCPT,
		    "Requested action not taken: insufficient "
		    "system storage" },
		{ 552, VERB_MAIL,
		    "Requested mail action aborted: exceeded "
		    "storage allocation" },
		{ 554, VERB_GREETING, "No SMTP service here" },
		{ 554, VERB_DATA, "Transaction failed" },
		{ 500, VERB_AUTH, "Syntax error, command unrecognized" },
		{ 500, VERB_RESPONSE,
		    "Authentication Exchange line is too long" },
		{ 535, VERB_AUTH, "Authentication credentials invalid" },
		{ 535, VERB_MAIL, "Authentication credentials invalid" },
		{ 555, VERB_RCPT,
		    "MAIL FROM/RCPT TO parameters not recognized "
		    "or not implemented" },
		{ 455, VERB_MAIL, "Server unable to accommodate parameters" },
		{ 556, VERB_RCPT, "Domain does not accept mail" },
		{ 521, VERB_GREETING, "Host does not accept mail" },
		{ 599, VERB_RCPT, NULL },
		{ 0, VERB_UNKNOWN, NULL },
		{ -1, VERB_UNKNOWN, NULL },
		{ 2500, VERB_UNKNOWN, NULL },
	};
	const struct code *c;
	size_t i;
	int last = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c = code_find(rows[i].code, rows[i].v);
		CHECK(
		    (c == NULL) == (rows[i].want == NULL), "%d", rows[i].code);
		if (c != NULL && rows[i].want != NULL)
			CHECK(strcmp(c->text, rows[i].want) == 0, "%d: %s",
			    rows[i].code, c->text);
	}
	for (i = 0; (c = code_at(i)) != NULL; i++) {
		CHECK(c->code >= last, "%d out of order", c->code);
		CHECK(c->source[0] != '\0', "%d", c->code);
		last = c->code;
	}
	CHECK(
	    strcmp(code_first_digit(599), "Permanent Negative Completion") == 0,
	    "599");
	CHECK(
	    strcmp(code_first_digit(199), "Positive Preliminary") == 0, "199");
	CHECK(code_first_digit(600) == NULL && code_first_digit(99) == NULL &&
		  code_first_digit(-500) == NULL,
	    "no first digit");
	CHECK(strcmp(code_second_digit(559), "Mail system") == 0, "559");
	CHECK(strcmp(code_second_digit(504), "Syntax") == 0, "504");
	CHECK(code_second_digit(599) == NULL, "599");
}

static void
test_enh(void)
{
	static const struct {
		const char *text;
		size_t len, want;
		int class, subject, detail;
	} rows[] = {
		{ "5.1.1 No such user", 18, 5, 5, 1, 1 },
		{ "2.1.0", 5, 5, 2, 1, 0 },
		{ "4.7.24 x", 8, 6, 4, 7, 24 },
		{ "5.123.999 x", 11, 9, 5, 123, 999 },
		{ "5.1.1234 x", 10, 0, 0, 0, 0 },
		{ "5.1234.1 x", 10, 0, 0, 0, 0 },
		{ "3.1.1 x", 7, 0, 0, 0, 0 },
		{ "1.1.1 x", 7, 0, 0, 0, 0 },
		{ "5.1.1x", 6, 0, 0, 0, 0 },
		{ "5.1.1.1", 7, 0, 0, 0, 0 },
		{ "5.01.1 x", 8, 0, 0, 0, 0 },
		{ "5.1. x", 6, 0, 0, 0, 0 },
		{ "5..1 x", 6, 0, 0, 0, 0 },
		{ "55.1.1", 6, 0, 0, 0, 0 },
		{ " 5.1.1", 6, 0, 0, 0, 0 },
		{ "5.1.1", 4, 0, 0, 0, 0 },
		{ "5.1.12", 5, 5, 5, 1, 1 },
		{ "", 0, 0, 0, 0, 0 },
	};
	const struct enh *h;
	int c, s, d;
	char *copy;
	size_t i, k, n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* An exact copy, so that a checker sees an over-read. */
		copy = malloc(rows[i].len + 1);
		memcpy(copy + 1, rows[i].text, rows[i].len);
		memmove(copy, copy + 1, rows[i].len);
		copy = realloc(copy, rows[i].len > 0 ? rows[i].len : 1);
		c = s = d = 0;
		n = enh_parse(copy, rows[i].len, &c, &s, &d);
		CHECK(n == rows[i].want && c == rows[i].class &&
			  s == rows[i].subject && d == rows[i].detail,
		    "'%s': %zu %d.%d.%d", rows[i].text, n, c, s, d);
		free(copy);
	}
	h = enh_find(1, 1);
	CHECK(h != NULL &&
		  strcmp(h->text, "Bad destination mailbox address") == 0 &&
		  strcmp(h->codes, "451, 550") == 0,
	    "X.1.1");
	h = enh_find(7, 30);
	CHECK(h != NULL && strcmp(h->source, "RFC 8689") == 0, "X.7.30");
	CHECK(enh_find(7, 31) == NULL && enh_find(8, 0) == NULL &&
		  enh_find(-1, 0) == NULL,
	    "not registered");
	for (i = 0; (h = enh_at(i)) != NULL; i++)
		for (k = 0; k < i; k++)
			CHECK(enh_at(k)->subject != h->subject ||
				  enh_at(k)->detail != h->detail,
			    "X.%d.%d twice", h->subject, h->detail);
	CHECK(i == 81, "%zu enhanced codes", i);
	CHECK(strcmp(enh_class_text(4), "Persistent Transient Failure") == 0 &&
		  enh_class_text(3) == NULL,
	    "class");
	CHECK(strcmp(enh_subject_text(1), "Addressing Status") == 0 &&
		  enh_subject_text(8) == NULL && enh_subject_text(-1) == NULL,
	    "subject");
}

static void
test_ext(void)
{
	static const struct {
		const char *word;
		size_t len;
		const char *want; /* NULL: none */
	} rows[] = {
		{ "SIZE", 4, "SIZE" },
		{ "sIzE", 4, "SIZE" },
		{ "SIZE 1000", 4, "SIZE" },
		{ "SIZE", 3, NULL },
		{ "SIZES", 5, NULL },
		{ "SIZE\0", 5, NULL },
		{ "8bitmime", 8, "8BITMIME" },
		{ "AUTH=LOGIN", 10, "AUTH" },
		{ "auth=", 5, "AUTH" },
		{ "X-EXPS", 6, "X" },
		{ "xfoo", 4, "X" },
		{ "XCLIENT", 7, "XCLIENT" },
		{ "Mt-Priority", 11, "MT-PRIORITY" },
		{ "", 0, NULL },
		{ "mail.example.org", 16, NULL },
	};
	static const char *const known[] = { "SEND", "SOML", "SAML", "EXPN",
		"HELP", "TURN", "VRFY", "8BITMIME", "SIZE", "CHUNKING",
		"BINARYMIME", "CHECKPOINT", "PIPELINING", "DSN", "ETRN",
		"ENHANCEDSTATUSCODES", "STARTTLS", "AUTH", "ATRN", "DELIVERBY",
		"NO-SOLICITING", "MTRK", "CONPERM", "CONNEG", "SUBMITTER",
		"BURL", "FUTURERELEASE", "UTF8SMTP", "SMTPUTF8", "MT-PRIORITY",
		"RRVS", "REQUIRETLS", "LIMITS", "VERB", "ONEX" };
	const struct ext *x;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		x = ext_find(rows[i].word, rows[i].len);
		CHECK(
		    (x == NULL) == (rows[i].want == NULL), "%s", rows[i].word);
		if (x != NULL && rows[i].want != NULL)
			CHECK(strcmp(x->keyword, rows[i].want) == 0, "%s: %s",
			    rows[i].word, x->keyword);
	}
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		x = ext_find(known[i], strlen(known[i]));
		CHECK(x != NULL && strcmp(x->keyword, known[i]) == 0, "%s",
		    known[i]);
	}
	for (i = 0; (x = ext_at(i)) != NULL; i++)
		CHECK(x->verbs[0] == '\0' ||
			  verb_find(x->verbs, strlen(x->verbs)) != NULL,
		    "%s", x->keyword);
}

/* The fields have a size, and C lets a text fill one to the last octet. */
#define ENDS(field)                                                            \
	CHECK(memchr(field, '\0', sizeof(field)) != NULL, "%.*s does not end", \
	    (int)sizeof(field), field)

static void
test_ends(void)
{
	const struct code *c;
	const struct enh *h;
	const struct ext *x;
	const struct verb *v;
	for (size_t i = 0; (c = code_at(i)) != NULL; i++) {
		ENDS(c->text);
		ENDS(c->note);
		ENDS(c->source);
	}
	for (size_t i = 0; (h = enh_at(i)) != NULL; i++) {
		ENDS(h->text);
		ENDS(h->codes);
		ENDS(h->source);
	}
	for (size_t i = 0; (x = ext_at(i)) != NULL; i++) {
		ENDS(x->keyword);
		ENDS(x->args);
		ENDS(x->text);
		ENDS(x->source);
		ENDS(x->mail);
		ENDS(x->rcpt);
		ENDS(x->verbs);
	}
	for (size_t i = 0; (v = verb_at(i)) != NULL; i++) {
		ENDS(v->name);
		ENDS(v->syntax);
		ENDS(v->text);
		ENDS(v->source);
		ENDS(v->keyword);
	}
}

int
main(void)
{
	test_ends();
	test_std10();
	test_lists();
	test_listing();
	test_verbs();
	test_when();
	test_word();
	test_codes();
	test_enh();
	test_ext();
	return check_done();
}
