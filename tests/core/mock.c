/* The mock: which lines are the same, what it says to others, and that how
 * octets are cut changes nothing. */
#include "check.h"

#include <string.h>
#include "net/core/mock.h"
#include "net/core/span.h"

static struct span
span(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static void
test_lines(void)
{
	static const struct {
		const char *label, *want, *got;
		bool same;
	} row[] = {
		{ "verb in any case", "DATA", "data", true },
		{ "another verb", "DATA", "RSET", false },
		{ "longer verb", "DATA", "DATAX", false },
		{ "blank behind", "QUIT", "QUIT ", true },
		{ "argument behind", "QUIT", "QUIT now", false },
		{ "HELO's name", "HELO USC-ISIF.ARPA", "helo other", true },
		{ "HELO without", "HELO USC-ISIF.ARPA", "HELO", true },
		{ "EHLO is not HELO", "HELO a", "EHLO a", false },
		{ "NOOP's words", "NOOP", "NOOP x y", true },
		{ "path", "MAIL FROM:<Smith@Alpha.ARPA>",
		    "mail from:<Smith@alpha.arpa>", true },
		{ "blank behind the colon", "MAIL FROM:<a@b>",
		    "MAIL FROM: <a@b>", true },
		{ "parameters", "MAIL FROM:<a@b>",
		    "MAIL FROM:<a@b> SIZE=10 BODY=8BITMIME", true },
		{ "parameters missing", "MAIL FROM:<a@b> SIZE=1",
		    "MAIL FROM:<a@b>", true },
		{ "local part's case", "RCPT TO:<Jones@b>", "RCPT TO:<jones@b>",
		    false },
		{ "Postmaster", "RCPT TO:<Postmaster>", "rcpt to:<postMASTER>",
		    true },
		{ "null path", "MAIL FROM:<>", "MAIL FROM:<>", true },
		{ "null and another", "MAIL FROM:<>", "MAIL FROM:<a@b>",
		    false },
		{ "route", "RCPT TO:<@a,@b:c@d>", "RCPT TO:<@A,@B:c@D>", true },
		{ "route missing", "RCPT TO:<@a:c@d>", "RCPT TO:<c@d>", false },
		{ "FROM and TO", "MAIL FROM:<a@b>", "MAIL TO:<a@b>", false },
		{ "SEND", "SEND FROM:<a@b>", "SEND FROM:<x@b>", false },
		{ "no path at all", "MAIL FROM:<a@b>", "MAIL FROM:", false },
		{ "broken both", "MAIL FROM:<a", "MAIL FROM:<A", true },
		{ "VRFY", "VRFY Smith", "vrfy SMITH", true },
		{ "VRFY another", "VRFY Smith", "VRFY Jones", false },
		{ "BDAT", "BDAT 10 LAST", "BDAT 10 last", true },
		{ "BDAT's size", "BDAT 10 LAST", "BDAT 11 LAST", false },
		{ "a secret", "AUTH PLAIN ***", "AUTH PLAIN AGEAYg==", true },
		{ "a secret missing", "AUTH PLAIN ***", "AUTH PLAIN", false },
		{ "a response", "***", "AGEAYg==", true },
		{ "a masked response", "***", "<hidden - password>", true },
		{ "none", "***", "", false },
		{ "empty", "", "", true },
		{ "empty and some", "", "NOOP", false },
		{ "unknown verbs", "XYZ a", "xyz A", true },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		CHECK(span_is_command(span(row[i].want), span(row[i].got)) ==
			  row[i].same,
		    "%s", row[i].label);
}

#define STEP(k, t, num, l)                                                     \
	{                                                                      \
		.kind = MOCK_##k, .text = t, .n = num, .line = l               \
	}
#define LINE(t, l)  STEP(LINE, (char *)(size_t)t, 0, l)
#define SAY(t, l)   STEP(SAY, (char *)(size_t)t, 0, l)
#define TEXT(l)	    STEP(TEXT, NULL, 0, l)
#define CHUNK(n, l) STEP(CHUNK, NULL, n, l)
#define PAUSE(n, l) STEP(PAUSE, NULL, n, l)
#define CLOSE(l)    STEP(CLOSE, NULL, 0, l)

static struct mock_step mail[] = {
	SAY("220 Beta.ARPA ready\r\n", 1),
	LINE("MAIL FROM:<Smith@Alpha.ARPA>", 2),
	SAY("250 OK\r\n", 3),
	PAUSE(70, 4),
	LINE("RCPT TO:<Jones@Beta.ARPA>", 5),
	SAY("250-two\r\n250 lines\r\n", 6),
	LINE("DATA", 7),
	SAY("354 go\r\n", 8),
	TEXT(9),
	SAY("250 kept\r\n", 10),
	LINE("BDAT 6 LAST", 11),
	CHUNK(6, 12),
	SAY("250 chunk\r\n", 13),
	LINE("QUIT", 14),
	SAY("221 bye\r\n", 15),
};
static const struct mock_play mail_play = { "mail.smtp", mail,
	sizeof mail / sizeof *mail, false };

static struct mock_step shut[] = { SAY("220 x\r\n", 1), LINE("NOOP", 2),
	CLOSE(3), SAY("250 never\r\n", 4) };
static const struct mock_play shut_play = { "shut", shut, 4, false };

static struct mock_step auth[] = { SAY("220 x\r\n", 1), LINE("AUTH LOGIN", 2),
	SAY("334 VXNlcg==\r\n", 3), LINE("***", 4), SAY("235 in\r\n", 5),
	LINE("NOOP", 6) };
static const struct mock_play auth_play = { "auth", auth, 6, false };

static struct mock_step clear[] = { SAY("220 x\r\n", 1),
	LINE("AUTH PLAIN AGEAYg==", 2), SAY("235 in\r\n", 3),
	LINE("AUTH CRAM-MD5", 4), SAY("334 YWJj\r\n", 5), LINE("defg", 6),
	SAY("235 in\r\n", 7) };
static const struct mock_play clear_play = { "clear", clear, 7, false };

static struct mock_step scram[] = { SAY("220 x\r\n", 1),
	LINE("AUTH SCRAM-SHA-1 biwsbj1h", 2), SAY("334 cj0=\r\n", 3),
	LINE("Yz1iaXdzLHI9", 4), SAY("334 dj0=\r\n", 5), LINE("", 6),
	SAY("235 in\r\n", 7) };
static const struct mock_play scram_play = { "scram", scram, 7, false };

static struct mock_step octets[] = { SAY("220 x\r\n", 1),
	STEP(OCTETS, (char *)(size_t) "NO\0P x\ny", 8, 2), SAY("250 a\r\n", 3),
	STEP(OCTETS, (char *)(size_t) "\r\n", 2, 4), SAY("250 b\r\n", 5),
	LINE("AUTH PLAIN c2VjcmV0", 0), SAY("235 in\r\n", 0) };
static const struct mock_play octets_play = { "raw", octets, 7, false };

/* A whole conversation with pieces of `size` octets; size 0: the first
 * `first` octets and then the rest. Pauses count in *ms. */
static void
play(const struct mock_play *p, const char *in, size_t len, size_t first,
    size_t size, struct buf *out, struct buf *complaints, uint64_t *ms)
{
	struct mock *m = mock_new(p);
	size_t at = 0, n = size > 0 ? size : first;
	uint64_t wait;
	*ms = 0;
	while ((wait = mock_run(m)) > 0)
		*ms += wait;
	while (at < len) {
		if (n > len - at)
			n = len - at;
		mock_feed(m, in + at, n);
		at += n;
		n = size > 0 ? size : len - at;
		while ((wait = mock_run(m)) > 0)
			*ms += wait;
	}
	mock_eof(m);
	while ((wait = mock_run(m)) > 0)
		*ms += wait;
	CHECK(mock_ended(m), "%s", p->name);
	const char *o = mock_out(m, &n);
	buf_add(out, o, n);
	mock_out_done(m, n);
	mock_out(m, &n);
	CHECK(n == 0, "taken");
	buf_adds(complaints, mock_complaints(m));
	mock_free(m);
}

#define BODY "Subject: x\r\n\r\n..\r\n.\rx\n.\nRSET\r\nQUIT\r\n\r\n"
#define GOOD                                                                   \
	"mail from:<Smith@alpha.arpa> SIZE=5\r\nRCPT TO:<Jones@Beta.ARPA>\r\n" \
	"DATA\r\n" BODY ".\r\nBDAT 6 LAST\r\nQUIT\r\nquit\r\n"
#define GREETING "220 Beta.ARPA ready\r\n"

static const struct conversation {
	const char *label;
	const struct mock_play *play;
	const char *in, *out, *complaints;
	uint64_t ms;
} conversations[] = {
	{ "as written", &mail_play, GOOD,
	    GREETING "250 OK\r\n250-two\r\n250 lines\r\n354 go\r\n250 kept\r\n"
		     "250 chunk\r\n221 bye\r\n",
	    "", 70 },
	{ "line ends of LF", &mail_play, "MAIL FROM:<Smith@Alpha.ARPA>\nQUIT\n",
	    GREETING "250 OK\r\n221 Service closing transmission channel\r\n",
	    "mail.smtp:5: expected 'RCPT TO:<Jones@Beta.ARPA>', the client "
	    "sent 'QUIT'\n",
	    70 },
	{ "a line that differs", &mail_play,
	    "EHLO x\r\nMAIL FROM:<Smith@Alpha.ARPA>\r\nRCPT "
	    "TO:<a@b>\r\nquit\r\n",
	    GREETING "503 mail.smtp:2 expects: MAIL "
		     "FROM:<Smith@Alpha.ARPA>\r\n250 OK\r\n"
		     "503 mail.smtp:5 expects: RCPT TO:<Jones@Beta.ARPA>\r\n"
		     "221 Service closing transmission channel\r\n",
	    "mail.smtp:2: expected 'MAIL FROM:<Smith@Alpha.ARPA>', the client "
	    "sent 'EHLO x'\n"
	    "mail.smtp:5: expected 'RCPT TO:<Jones@Beta.ARPA>', the client "
	    "sent "
	    "'RCPT TO:<a@b>'\n"
	    "mail.smtp:5: expected 'RCPT TO:<Jones@Beta.ARPA>', the client "
	    "sent "
	    "'quit'\n",
	    70 },
	{ "a chunk that was refused", &mail_play,
	    "BDAT 8\r\nQUIT\r\n\r\nMAIL FROM:<Smith@Alpha.ARPA>\r\nQUIT\r\n",
	    GREETING "503 mail.smtp:2 expects: MAIL "
		     "FROM:<Smith@Alpha.ARPA>\r\n250 OK\r\n"
		     "221 Service closing transmission channel\r\n",
	    "mail.smtp:2: expected 'MAIL FROM:<Smith@Alpha.ARPA>', the client "
	    "sent 'BDAT 8'\n"
	    "mail.smtp:5: expected 'RCPT TO:<Jones@Beta.ARPA>', the client "
	    "sent "
	    "'QUIT'\n",
	    70 },
	{ "a chunk of no size", &mail_play,
	    "BDAT 99999999999999999999999\r\nQUIT\r\n",
	    GREETING "503 mail.smtp:2 expects: MAIL FROM:<Smith@Alpha.ARPA>\r\n"
		     "221 Service closing transmission channel\r\n",
	    "mail.smtp:2: expected 'MAIL FROM:<Smith@Alpha.ARPA>', the client "
	    "sent 'BDAT 99999999999999999999999'\n"
	    "mail.smtp:2: expected 'MAIL FROM:<Smith@Alpha.ARPA>', the client "
	    "sent 'QUIT'\n",
	    0 },
	{ "closed", &mail_play, "", GREETING,
	    "mail.smtp:2: expected 'MAIL FROM:<Smith@Alpha.ARPA>', the client "
	    "closed\n",
	    0 },
	{ "closed in the text", &mail_play,
	    "MAIL FROM:<Smith@Alpha.ARPA>\r\nRCPT TO:<Jones@Beta.ARPA>\r\n"
	    "DATA\r\nhalf\r\n.\r",
	    GREETING "250 OK\r\n250-two\r\n250 lines\r\n354 go\r\n",
	    "mail.smtp:9: expected 'mail text', the client closed\n", 70 },
	{ "control octets", &mail_play, "\033[2J\177\r\nQUIT\r\n",
	    GREETING "503 mail.smtp:2 expects: MAIL FROM:<Smith@Alpha.ARPA>\r\n"
		     "221 Service closing transmission channel\r\n",
	    "mail.smtp:2: expected 'MAIL FROM:<Smith@Alpha.ARPA>', the client "
	    "sent '\\x1B[2J\\x7F'\n"
	    "mail.smtp:2: expected 'MAIL FROM:<Smith@Alpha.ARPA>', the client "
	    "sent 'QUIT'\n",
	    0 },
	{ "the server closes", &shut_play, "NOOP\r\nNOOP\r\n", "220 x\r\n", "",
	    0 },
	{ "octets that differ, and the end of the file", &octets_play,
	    "NOOP\r\nNOO\nNO\nQUIT\r\n",
	    "220 x\r\n503 raw:2 expects: NO\\x00P x\\x0Ay\r\n"
	    "503 raw:2 expects: NO\\x00P x\\x0Ay\r\n"
	    "503 raw:2 expects: NO\\x00P x\\x0Ay\r\n"
	    "221 Service closing transmission channel\r\n",
	    "raw:2: expected 'NO\\x00P x\\x0Ay', the client sent 'NOOP'\n"
	    "raw:2: expected 'NO\\x00P x\\x0Ay', the client sent 'NOO'\n"
	    "raw:2: expected 'NO\\x00P x\\x0Ay', the client sent 'NO'\n"
	    "raw:2: expected 'NO\\x00P x\\x0Ay', the client sent 'QUIT'\n",
	    0 },
	{ "AUTH as written", &auth_play,
	    "AUTH LOGIN\r\nc2VjcmV0\r\nHELP\r\nNOOP\r\n",
	    "220 x\r\n334 VXNlcg==\r\n235 in\r\n503 auth:6 expects: NOOP\r\n",
	    "auth:6: expected 'NOOP', the client sent 'HELP'\n", 0 },
	{ "secrets", &auth_play,
	    "AUTH PLAIN c2VjcmV0\r\nAUTH LOGIN\r\nc2Vj cmV0\r\nQUIT\r\n",
	    "220 x\r\n503 auth:2 expects: AUTH LOGIN\r\n334 VXNlcg==\r\n"
	    "501 5.5.2 Not one word of base64\r\n"
	    "221 Service closing transmission channel\r\n",
	    "auth:2: expected 'AUTH LOGIN', the client sent 'AUTH PLAIN ***'\n"
	    "auth:4: expected '***', the client sent none, or several words\n"
	    "auth:2: expected 'AUTH LOGIN', the client sent 'QUIT'\n",
	    0 },
	{ "a client that leaves in the middle of AUTH", &auth_play,
	    "AUTH LOGIN\r\n*\r\nAUTH LOGIN\r\nQUIT\r\n",
	    "220 x\r\n334 VXNlcg==\r\n501 5.7.0 AUTH cancelled\r\n"
	    "334 VXNlcg==\r\n221 Service closing transmission channel\r\n",
	    "auth:4: expected '***', the client cancelled AUTH\n"
	    "auth:4: expected '***', the client sent 'QUIT'\n",
	    0 },
	{ "a secret in clear, and others", &clear_play,
	    "AUTH PLAIN YQ==\r\nAUTH PLAIN AGEAYg==\r\n"
	    "AUTH CRAM-MD5\r\nanother\r\nNOOP\r\n"
	    "auth cram-md5\r\nDEFG\r\nAUTH CRAM-MD5\r\ndefg\r\n",
	    "220 x\r\n535 5.7.8 clear:2 has another secret\r\n235 in\r\n"
	    "334 YWJj\r\n535 5.7.8 clear:6 has another secret\r\n"
	    "250 OK\r\n334 YWJj\r\n535 5.7.8 clear:6 has another secret\r\n"
	    "334 YWJj\r\n235 in\r\n",
	    "clear:2: expected 'AUTH PLAIN ***', the client sent another "
	    "secret than the file has\n"
	    "clear:6: expected '***', the client sent another secret than the "
	    "file has\n"
	    "clear:6: expected '***', the client sent another secret than the "
	    "file has\n",
	    0 },
	{ "a mechanism that makes up a part", &scram_play,
	    "AUTH SCRAM-SHA-1 bixhPQ==\r\nYz1iaXdz\r\n\r\n",
	    "220 x\r\n334 cj0=\r\n334 dj0=\r\n235 in\r\n", "", 0 },
};

static void
try(const struct conversation *c, const char *in, size_t len, size_t first,
    size_t size)
{
	struct buf out = BUF_INIT, complaints = BUF_INIT;
	uint64_t ms;
	play(c->play, in, len, first, size, &out, &complaints, &ms);
	CHECK(strcmp(buf_str(&out), c->out) == 0, "%s cut at %zu/%zu: %s",
	    c->label, first, size, buf_str(&out));
	CHECK(strcmp(buf_str(&complaints), c->complaints) == 0,
	    "%s cut at %zu/%zu: %s", c->label, first, size,
	    buf_str(&complaints));
	CHECK(ms == c->ms, "%s: %lu ms", c->label, (unsigned long)ms);
	buf_release(&out);
	buf_release(&complaints);
}

static void
test_conversations(void)
{
	size_t n = sizeof conversations / sizeof *conversations;
	for (size_t i = 0; i < n; i++) {
		const struct conversation *c = &conversations[i];
		struct buf in = BUF_INIT;
		buf_adds(&in, c->in);
		/* The chunk is six octets that look like a command. */
		const char *at = strstr(c->in, "BDAT 6 LAST\r\n");
		if (at != NULL) {
			buf_clear(&in);
			buf_add(&in, c->in, (size_t)(at - c->in) + 13);
			buf_adds(&in, "QUIT\r\n");
			buf_adds(&in, at + 13);
		}
		size_t len = buf_len(&in);
		for (size_t cut = 0; cut <= len; cut++)
			try(c, buf_data(&in), len, cut, 0);
		for (size_t size = 1; size < 4; size++)
			try(c, buf_data(&in), len, 0, size);
		buf_release(&in);
	}
}

/* Octets that hold a NUL are awaited as they are, however they come; what no
 * line says is told so, and what AUTH will send is not told. */
static void
test_octets(void)
{
	static const char in[] =
	    "NO\0P x\ny\r\nHELP\r\nAUTH PLAIN c2VjcmV0\r\n";
	static const struct conversation c = { "octets", &octets_play, "",
		"220 x\r\n250 a\r\n250 b\r\n503 raw, at its end expects: AUTH "
		"PLAIN ***\r\n235 in\r\n",
		"raw, at its end: expected 'AUTH PLAIN ***', the client sent "
		"'HELP'\n",
		0 };
	for (size_t cut = 0; cut < sizeof in; cut++)
		try(&c, in, sizeof in - 1, cut, 0);
	for (size_t size = 1; size < 4; size++)
		try(&c, in, sizeof in - 1, 0, size);
}

/* What a client sends without end is bounded on our side. */
static void
test_floods(void)
{
	struct mock *m = mock_new(&mail_play);
	static char junk[100000];
	size_t len;
	memset(junk, 'x', sizeof junk);
	for (int i = 0; i < 50; i++) {
		mock_feed(m, junk, sizeof junk);
		mock_run(m);
		CHECK(mock_pending(m) <= 16384, "%zu held", mock_pending(m));
	}
	mock_feed(m, "\r\nMAIL FROM:<Smith@Alpha.ARPA>\r\n", 32);
	mock_run(m);
	const char *out = mock_out(m, &len);
	CHECK(len == 48 &&
		  memcmp(out, GREETING "500 Line too long\r\n250 OK\r\n", 48) ==
		      0,
	    "%zu: %.*s", len, (int)len, out);
	mock_run(m);
	for (size_t i = 0; i < sizeof junk; i += 2)
		memcpy(junk + i, "x\n", 2);
	for (int i = 0; i < 20; i++) {
		mock_feed(m, junk, sizeof junk);
		mock_run(m);
		mock_out(m, &len);
		CHECK(len < 300000, "%zu to say", len);
		mock_out_done(m, len);
	}
	CHECK(strlen(mock_complaints(m)) < 70000, "%zu of complaints",
	    strlen(mock_complaints(m)));
	mock_free(m);
}

/* Each octet at each place of eight and of what is left. */
static void
test_plain(void)
{
	char p[19];
	for (size_t at = 0; at < sizeof p; at++)
		for (int c = 0; c < 256; c++) {
			memset(p, at % 2 == 0 ? ' ' : '~', sizeof p);
			p[at] = (char)c;
			CHECK(span_plain(p, sizeof p) ==
				  (c >= 32 && c <= 126 ? sizeof p : at),
			    "%d at %zu", c, at);
		}
	CHECK(span_plain("", 0) == 0, "nothing");
}

int
main(void)
{
	test_plain();
	test_lines();
	test_conversations();
	test_octets();
	test_floods();
	return check_done();
}
