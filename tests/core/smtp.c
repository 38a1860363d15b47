/* The client core, driven by small scripts. A step is what the client does,
 * one thing a line, and what the server then says; the log of events is
 * compared, with the server's octets whole, octet by octet, and in two pieces
 * cut at every place.
 *   EHLO x     a command         >text     a line of mail text
 *   .          its end           *text     BDAT with it, *!text LAST
 *   +text      octets of a chunk =text     raw, a reply owed; -text none
 *   @tls       TLS has started   @eof      the server closed
 *   @hold      what follows is queued, not written
 *   @one       of the events one is taken, the rest in the next step */
#include "check.h"
#include "net/core/smtp.h"
#include "net/core/buf.h"

#include <stdlib.h>
#include <string.h>

struct step {
	const char *client, *server;
};

static const struct {
	const char *label;
	struct step step[16];
	const char *want; /* the log */
	const char *wire; /* all that was sent, or NULL: not compared */
} rows[] = {
	{ "STD 10, scenario of 4.3.1",
	    { { "",
		  "220 BBN-UNIX.ARPA Simple Mail Transfer Service Ready\r\n" },
		{ "HELO USC-ISIF.ARPA", "250 BBN-UNIX.ARPA\r\n" },
		{ "MAIL FROM:<Smith@USC-ISIF.ARPA>", "250 OK\r\n" },
		{ "RCPT TO:<Jones@BBN-UNIX.ARPA>", "250 OK\r\n" },
		{ "RCPT TO:<Green@BBN-UNIX.ARPA>",
		    "550 No such user here\r\n" },
		{ "DATA", "354 Start mail input\r\n" },
		{ ">Blah\n>.etc.\n.", "250 OK\r\n" },
		{ "QUIT", "221 BBN-UNIX.ARPA closing\r\n" }, { "@eof", "" } },
	    "(greeting) 220 greeted;HELO 250 ready;"
	    "MAIL 250 mail;RCPT 250 rcpt;RCPT 550 rcpt;"
	    "DATA 354 text;(end of mail text) 250 ready;"
	    "QUIT 221 leaving;eof '' closed;",
	    "HELO USC-ISIF.ARPA\r\nMAIL FROM:<Smith@USC-ISIF.ARPA>\r\n"
	    "RCPT TO:<Jones@BBN-UNIX.ARPA>\r\n"
	    "RCPT TO:<Green@BBN-UNIX.ARPA>\r\n"
	    "DATA\r\nBlah\r\n..etc.\r\n.\r\nQUIT\r\n" },
	{ "pipelining",
	    { { "", "220-x\r\n220 y\r\n" },
		{ "EHLO me", "250-x\r\n250 PIPELINING\r\n" },
		{ "MAIL FROM:<>\nRCPT TO:<a@b>\nRCPT TO:<c@d>\nDATA",
		    "250 a\r\n550 b\r\n251 c\r\n354 d\r\n" },
		{ ">x\n.\nRSET\nQUIT", "451 a\r\n250 b\r\n221 c\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;MAIL 250 mail;"
	    "RCPT 550 mail;RCPT 251 rcpt;DATA 354 text;"
	    "(end of mail text) 451 ready;RSET 250 ready;"
	    "QUIT 221 leaving;",
	    NULL },
	{ "refusals change nothing",
	    { { "", "220 x\r\n" }, { "EHLO me", "502 no\r\n" },
		{ "HELO me", "250 x\r\n" }, { "MAIL FROM:<a@b>", "552 x\r\n" },
		{ "mail from:<a@b>", "250 x\r\n" }, { "DATA", "503 x\r\n" },
		{ "RCPT TO:<a@b>", "450 x\r\n" }, { "DATA", "250 x\r\n" },
		{ "RSET", "500 x\r\n" }, { "EHLO me", "500 x\r\n" },
		{ "HELO me", "250 x\r\n" }, { "RSET", "250 x\r\n" } },
	    "(greeting) 220 greeted;EHLO 502 greeted;"
	    "HELO 250 ready;MAIL 552 ready;MAIL 250 mail;"
	    "DATA 503 mail;RCPT 450 mail;DATA 250 mail;"
	    "RSET 500 mail;EHLO 500 mail;HELO 250 ready;"
	    "RSET 250 ready;",
	    NULL },
	{ "greetings that refuse",
	    { { "", "554 no\r\n" }, { "QUIT", "221 x\r\n" } },
	    "(greeting) 554 connected;QUIT 221 leaving;", "QUIT\r\n" },
	{ "a 250 for a greeting", { { "", "250 x\r\n" } },
	    "(greeting) 250 connected;", "" },
	{ "RSET before HELO",
	    { { "", "220 x\r\n" }, { "RSET", "250 x\r\n" },
		{ "NOOP", "250 x\r\n" } },
	    "(greeting) 220 greeted;RSET 250 greeted;"
	    "NOOP 250 greeted;",
	    NULL },
	{ "verbs of every kind",
	    { { "", "220 x\r\n" }, { "XYZZY", "500 x\r\n" }, { "", "" },
		{ "help\nVRFY <a>\nDATAX", "214 a\r\n252 b\r\n500 x\r\n" },
		{ "SOML FROM:<a>", "250 a\r\n" },
		{ "SAML FROM:<a>", "250 a\r\n" },
		{ "SEND FROM:<a>", "250 a\r\n" } },
	    "(greeting) 220 greeted;(unknown) 500 greeted;"
	    "HELP 214 greeted;VRFY 252 greeted;(unknown) 500 greeted;"
	    "SOML 250 mail;SAML 250 mail;SEND 250 mail;",
	    NULL },
	{ "unsolicited",
	    { { "", "220 x\r\n220 y\r\n" }, { "NOOP", "250 a\r\n251 b\r\n" },
		{ "", "421 bye\r\n" }, { "@eof", "" } },
	    "(greeting) 220 greeted;unsolicited 220 greeted;"
	    "NOOP 250 greeted;unsolicited 251 greeted;"
	    "unsolicited 421 leaving;eof '' closed;",
	    NULL },
	{ "421 to what is owed",
	    { { "", "220 x\r\n" },
		{ "MAIL FROM:<>\nRCPT TO:<x>", "421 bye\r\n" },
		{ "@eof", "" } },
	    "(greeting) 220 greeted;MAIL 421 leaving;eof '' closed;", NULL },
	{ "garbage",
	    { { "", "220 x\r\n" }, { "NOOP", "what?\r\n250 x\r\n" },
		{ "NOOP", "999 a\r\n" } },
	    "(greeting) 220 greeted;"
	    "garbage 'what?' (no reply code in 'what?') greeted;"
	    "NOOP 250 greeted;"
	    "garbage '999 a' (reply code 999 is outside 200 to 599) greeted;",
	    NULL },
	{ "end inside a reply",
	    { { "", "220-x\r\n220-y" }, { "@eof", "" }, { "@eof", "" } },
	    "eof '220-x\n220-y' closed;", NULL },
	{ "end before the greeting", { { "@eof", "" } }, "eof '' closed;",
	    NULL },
	{ "LMTP",
	    { { "", "220 x\r\n" }, { "LHLO me", "250 x\r\n" },
		{ "MAIL FROM:<a@b>\nRCPT TO:<b@c>\nRCPT TO:<no@c>\n"
		  "RCPT TO:<@r:d@e> X=Y\nDATA",
		    "250 a\r\n250 b\r\n550 c\r\n250 d\r\n354 e\r\n" },
		{ ">x\n.\nMAIL FROM:<z>", "250 a\r\n452 b\r\n250 next\r\n" } },
	    "(greeting) 220 greeted;LHLO 250 ready;MAIL 250 mail;"
	    "RCPT 250 rcpt;RCPT 550 rcpt;RCPT 250 rcpt;DATA 354 text;"
	    "(end of mail text) #0 <b@c> 250 text;"
	    "(end of mail text) #1 <@r:d@e> 452 ready;MAIL 250 mail;",
	    NULL },
	{ "LMTP, none accepted",
	    { { "", "220 x\r\n" }, { "LHLO me", "250 x\r\n" },
		{ "MAIL FROM:<a@b>\nRCPT TO:<b@c>\nDATA",
		    "250 a\r\n550 b\r\n503 c\r\n" },
		{ ".", "503 x\r\n" } },
	    "(greeting) 220 greeted;LHLO 250 ready;MAIL 250 mail;"
	    "RCPT 550 mail;DATA 503 mail;"
	    "(end of mail text) 503 ready;",
	    NULL },
	{ "PRDR: 353, one for each accepted recipient, the message's",
	    { { "", "220 x\r\n" }, { "EHLO me", "250-x\r\n250 PRDR\r\n" },
		{ "MAIL FROM:<a@b> SIZE=3 prdr\nRCPT TO:<b@c>\n"
		  "RCPT TO:<no@c>\nRCPT TO:<d@e>\nDATA",
		    "250 a\r\n250 b\r\n550 c\r\n250 d\r\n354 e\r\n" },
		{ ">x\n.\nMAIL FROM:<z>",
		    "353 go\r\n250 a\r\n452 b\r\n250 all\r\n250 next\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;MAIL 250 mail;"
	    "RCPT 250 rcpt;RCPT 550 rcpt;RCPT 250 rcpt;DATA 354 text;"
	    "(end of mail text) 353 text;"
	    "(end of mail text) #0 <b@c> 250 text;"
	    "(end of mail text) #1 <d@e> 452 text;"
	    "(end of mail text) 250 ready;MAIL 250 mail;",
	    NULL },
	{ "PRDR: one reply answers all",
	    { { "", "220 x\r\n" }, { "EHLO me", "250-x\r\n250 PRDR\r\n" },
		{ "MAIL FROM:<a@b> PRDR\nRCPT TO:<b@c>\nRCPT TO:<d@e>\nDATA",
		    "250 a\r\n250 b\r\n250 d\r\n354 e\r\n" },
		{ ">x\n.\nNOOP", "250 all\r\n250 noop\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;MAIL 250 mail;"
	    "RCPT 250 rcpt;RCPT 250 rcpt;DATA 354 text;"
	    "(end of mail text) 250 ready;NOOP 250 ready;",
	    NULL },
	{ "PRDR: BDAT, refused for all",
	    { { "", "220 x\r\n" }, { "EHLO me", "250-x\r\n250 PRDR\r\n" },
		{ "MAIL FROM:<a@b> PRDR\nRCPT TO:<b@c>\nRCPT TO:<d@e>\n*abc",
		    "250 a\r\n250 b\r\n250 d\r\n250 e\r\n" },
		{ "*!de", "353 go\r\n550 a\r\n550 b\r\n550 all\r\n" },
		{ "NOOP", "250 noop\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;MAIL 250 mail;"
	    "RCPT 250 rcpt;RCPT 250 rcpt;BDAT 250 chunks;BDAT 353 chunks;"
	    "BDAT #0 <b@c> 550 chunks;BDAT #1 <d@e> 550 chunks;"
	    "BDAT 550 ready;NOOP 250 ready;",
	    NULL },
	{ "PRDR: a 353 that was not asked for is one reply",
	    { { "", "220 x\r\n" }, { "EHLO me", "250-x\r\n250 PRDR\r\n" },
		{ "MAIL FROM:<a@b> PRDR=1 XPRDR\nRCPT TO:<b@c>\nDATA",
		    "250 a\r\n250 b\r\n354 e\r\n" },
		{ ">x\n.", "353 go\r\n250 a\r\n250 all\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;MAIL 250 mail;"
	    "RCPT 250 rcpt;DATA 354 text;"
	    "(end of mail text) 353 ready;unsolicited 250 ready;"
	    "unsolicited 250 ready;",
	    NULL },
	{ "PRDR: of this transaction only, and of a MAIL that was taken",
	    { { "", "220 x\r\n" }, { "EHLO me", "250-x\r\n250 PRDR\r\n" },
		{ "MAIL FROM:<a@b> PRDR\nRSET\nMAIL FROM:<PRDR>\n"
		  "RCPT TO:<b@c>\nDATA",
		    "250 a\r\n250 r\r\n250 m\r\n250 b\r\n354 e\r\n" },
		{ ">x\n.", "353 go\r\n250 a\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;MAIL 250 mail;"
	    "RSET 250 ready;MAIL 250 mail;RCPT 250 rcpt;DATA 354 text;"
	    "(end of mail text) 353 ready;unsolicited 250 ready;",
	    NULL },
	{ "LMTP, BDAT in the group",
	    { { "", "220 x\r\n" }, { "LHLO me", "250 x\r\n" },
		{ "MAIL FROM:<a@b>\nRCPT TO:<b@c>\nRCPT TO:<d@e>\n*abc\n*!de",
		    "250 a\r\n250 b\r\n250 c\r\n250 d\r\n250 e\r\n"
		    "552 f\r\n" } },
	    "(greeting) 220 greeted;LHLO 250 ready;MAIL 250 mail;"
	    "RCPT 250 rcpt;RCPT 250 rcpt;BDAT 250 chunks;"
	    "BDAT #0 <b@c> 250 chunks;BDAT #1 <d@e> 552 ready;",
	    "LHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nRCPT TO:<d@e>\r\n"
	    "BDAT 3\r\nabcBDAT 2 LAST\r\nde" },
	{ "LHLO refused, then SMTP",
	    { { "", "220 x\r\n" }, { "LHLO me", "500 x\r\n" },
		{ "EHLO me", "250 x\r\n" },
		{ "MAIL FROM:<a@b>\nRCPT TO:<b@c>\nRCPT TO:<d@e>\nDATA",
		    "250 a\r\n250 b\r\n250 c\r\n354 d\r\n" },
		{ ".", "250 x\r\n" } },
	    "(greeting) 220 greeted;LHLO 500 greeted;"
	    "EHLO 250 ready;MAIL 250 mail;RCPT 250 rcpt;RCPT 250 rcpt;"
	    "DATA 354 text;(end of mail text) 250 ready;",
	    NULL },
	{ "LHLO refused, then no HELO at all",
	    { { "", "220 x\r\n" }, { "LHLO me", "500 x\r\n" },
		{ "MAIL FROM:<a@b>\nRCPT TO:<b@c>\nRCPT TO:<d@e>\nDATA",
		    "250 a\r\n250 b\r\n250 c\r\n354 d\r\n" },
		{ ".", "250 x\r\n" } },
	    "(greeting) 220 greeted;LHLO 500 greeted;MAIL 250 mail;"
	    "RCPT 250 rcpt;RCPT 250 rcpt;DATA 354 text;"
	    "(end of mail text) 250 greeted;",
	    NULL },
	{ "chunks",
	    { { "", "220 x\r\n" }, { "EHLO me", "250 x\r\n" },
		{ "MAIL FROM:<a@b>\nRCPT TO:<b@c>", "250 a\r\n250 b\r\n" },
		{ "*.ab", "250 a\r\n" }, { "BDAT 4\n+wxyz", "250 a\r\n" },
		{ "bdat 0 last", "250 b\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;MAIL 250 mail;"
	    "RCPT 250 rcpt;BDAT 250 chunks;BDAT 250 chunks;"
	    "BDAT 250 ready;",
	    "EHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\n"
	    "BDAT 3\r\n.abBDAT 4\r\nwxyzbdat 0 last\r\n" },
	{ "a chunk refused",
	    { { "", "220 x\r\n" }, { "EHLO me", "250 x\r\n" },
		{ "MAIL FROM:<a@b>\nRCPT TO:<b@c>\n*ab\n*!cd",
		    "250 a\r\n250 b\r\n552 c\r\n503 d\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;MAIL 250 mail;"
	    "RCPT 250 rcpt;BDAT 552 ready;BDAT 503 ready;",
	    NULL },
	{ "AUTH",
	    { { "", "220 x\r\n" }, { "EHLO me", "250 x\r\n" },
		{ "AUTH LOGIN", "334 VXNlcm5hbWU6\r\n" },
		{ "bWU=", "334 UGFzc3dvcmQ6\r\n" },
		{ "QUIT", "535 5.7.8 no\r\n" },
		{ "AUTH PLAIN AG1lAG1l", "235 ok\r\n" },
		{ "MAIL FROM:<a>", "250 ok\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;"
	    "AUTH 334 auth;(response) 334 auth;"
	    "(response) 535 ready;AUTH 235 ready authed;"
	    "MAIL 250 mail authed;",
	    NULL },
	{ "AUTH of two steps",
	    { { "", "220 x\r\n" }, { "EHLO me", "250 x\r\n" },
		{ "AUTH PLAIN", "334 \r\n" }, { "AG1lAG1l", "235 ok\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;"
	    "AUTH 334 auth;(response) 235 ready authed;",
	    NULL },
	{ "STARTTLS",
	    { { "", "220 x\r\n" }, { "EHLO me", "250-x\r\n250 STARTTLS\r\n" },
		{ "STARTTLS", "220 go\r\n" }, { "@tls", "" },
		{ "EHLO me", "250-x\r\n250 AUTH PLAIN\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;"
	    "STARTTLS 220 ready wanted;tls greeted;"
	    "EHLO 250 ready tls;",
	    NULL },
	{ "STARTTLS refused, then fuzzy",
	    { { "", "220 x\r\n" }, { "STARTTLS", "454 no\r\n" },
		{ "STARTTLS", "250 well\r\n" } },
	    "(greeting) 220 greeted;STARTTLS 454 greeted;"
	    "STARTTLS 250 greeted;",
	    NULL },
	{ "STARTTLS, octets left over",
	    { { "", "220 x\r\n" }, { "STARTTLS", "220 go\r\n250 evil\r\n" },
		{ "@tls", "" }, { "EHLO me", "250 x\r\n" } },
	    "(greeting) 220 greeted;"
	    "STARTTLS 220 greeted wanted;pending 10;tls greeted;"
	    "EHLO 250 ready tls;",
	    NULL },
	{ "STARTTLS, one LF left over",
	    { { "", "220 x\r\n" }, { "STARTTLS", "220 go\r\n\n" } },
	    "(greeting) 220 greeted;"
	    "STARTTLS 220 greeted wanted;pending 1;",
	    NULL },
	{ "STARTTLS, then the end",
	    { { "", "220 x\r\n" }, { "STARTTLS", "220 go\r\n" },
		{ "@eof", "" } },
	    "(greeting) 220 greeted;"
	    "STARTTLS 220 greeted wanted;eof '' closed;",
	    NULL },
	{ "TLS from the start",
	    { { "@tls", "220 x\r\n" }, { "EHLO me", "250 x\r\n" } },
	    "tls connected;(greeting) 220 greeted tls;"
	    "EHLO 250 ready tls;",
	    NULL },
	{ "raw",
	    { { "", "220 x\r\n" }, { "-NO\r", "" }, { "=OP x", "250 x\r\n" } },
	    "(greeting) 220 greeted;(raw) 250 greeted;", "NO\rOP x" },
	{ "raw, a line of AUTH and its answer",
	    { { "", "220 x\r\n" }, { "~AUTH LOGIN\r", "334 x\r\n" },
		{ "~*", "501 no\r\n" }, { "~AUTHOR", "500 x\r\n" } },
	    "(greeting) 220 greeted;AUTH 334 auth;(response) 501 greeted;"
	    "(raw) 500 greeted;",
	    NULL },
	{ "raw, two lines are nobody's AUTH",
	    { { "", "220 x\r\n" }, { "~AUTH LOGIN\r|x\r", "334 x\r\n" } },
	    "(greeting) 220 greeted;(raw) 334 greeted;", NULL },
	{ "early: the command has not gone",
	    { { "", "220 x\r\n" },
		{ "NOOP\n@hold\nMAIL FROM:<a@b>", "250 a\r\n250 b\r\n" },
		{ "", "550 c\r\n" } },
	    "(greeting) 220 greeted;NOOP 250 greeted;"
	    "unsolicited 250 greeted early;MAIL 550 greeted;",
	    NULL },
	{ "early: 354 and 250 at once, the 250 taken behind the text",
	    { { "", "220 x\r\n" }, { "EHLO me", "250 x\r\n" },
		{ "DATA\n@one", "354 go\r\n250 queued\r\n" },
		{ ">x\n.", "554 no\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;DATA 354 text;"
	    "unsolicited 250 text early;(end of mail text) 554 ready;",
	    NULL },
	{ "early: 354 and 250 at once, the 250 taken before the text",
	    { { "", "220 x\r\n" }, { "EHLO me", "250 x\r\n" },
		{ "DATA", "354 go\r\n250 queued\r\n" },
		{ ">x\n.", "554 no\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;DATA 354 text;"
	    "unsolicited 250 text early;(end of mail text) 554 ready;",
	    NULL },
	{ "early: in the middle of mail text, and before its period went",
	    { { "", "220 x\r\n" }, { "EHLO me", "250 x\r\n" },
		{ "DATA", "354 go\r\n" }, { ">x", "552 too\r\n" },
		{ ">y\n@hold\n.", "552 big\r\n" }, { "", "554 no\r\n" },
		{ "NOOP", "250 a\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;DATA 354 text;"
	    "unsolicited 552 text early;unsolicited 552 text early;"
	    "(end of mail text) 554 ready;NOOP 250 ready;",
	    NULL },
	{ "early: AUTH's 235 behind EHLO's reply",
	    { { "", "220 x\r\n" },
		{ "EHLO me\n@one", "250-x\r\n250 AUTH PLAIN\r\n235 ok\r\n" },
		{ "AUTH PLAIN AG1lAG1l", "535 no\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;"
	    "unsolicited 235 ready early;AUTH 535 ready;",
	    NULL },
	{ "early: a response's 235 behind the 334",
	    { { "", "220 x\r\n" }, { "EHLO me", "250 x\r\n" },
		{ "AUTH PLAIN\n@one", "334 \r\n235 ok\r\n" },
		{ "AG1lAG1l", "535 no\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;AUTH 334 auth;"
	    "unsolicited 235 auth early;(response) 535 ready;",
	    NULL },
	{ "early: at QUIT, one reply behind",
	    { { "", "220 x\r\n" }, { "NOOP\n@one", "250 a\r\n250 b\r\n" },
		{ "QUIT", "221 c\r\n" } },
	    "(greeting) 220 greeted;NOOP 250 greeted;"
	    "unsolicited 250 greeted early;QUIT 221 leaving;",
	    NULL },
	{ "early: before raw octets",
	    { { "", "220 x\r\n" }, { "NOOP\n@one", "250 a\r\n250 b\r\n" },
		{ "=NOOP\r", "500 c\r\n" } },
	    "(greeting) 220 greeted;NOOP 250 greeted;"
	    "unsolicited 250 greeted early;(raw) 500 greeted;",
	    NULL },
	{ "early: under TLS",
	    { { "@tls", "220 x\r\n" },
		{ "EHLO me\n@one", "250 x\r\n250 y\r\n" },
		{ "MAIL FROM:<a@b>", "550 c\r\n" } },
	    "tls connected;(greeting) 220 greeted tls;EHLO 250 ready tls;"
	    "unsolicited 250 ready tls early;MAIL 550 ready tls;",
	    NULL },
	{ "early: behind the greeting",
	    { { "@one", "220 x\r\n250 x\r\n" }, { "HELO me", "550 c\r\n" } },
	    "(greeting) 220 greeted;unsolicited 250 greeted early;"
	    "HELO 550 greeted;",
	    NULL },
	{ "early: 421 closes the session all the same",
	    { { "", "220 x\r\n" }, { "NOOP\n@one", "250 a\r\n421 b\r\n" },
		{ "MAIL FROM:<a@b>", "" }, { "@eof", "" } },
	    "(greeting) 220 greeted;NOOP 250 greeted;"
	    "unsolicited 421 leaving early;eof '' closed;",
	    NULL },
	{ "early: of an LMTP text's replies",
	    { { "", "220 x\r\n" }, { "LHLO me", "250 x\r\n" },
		{ "MAIL FROM:<a@b>\nRCPT TO:<b@c>\nRCPT TO:<d@e>",
		    "250 a\r\n250 b\r\n250 c\r\n" },
		{ "DATA\n@one", "354 go\r\n250 a\r\n250 b\r\n" },
		{ ">x\n.", "452 c\r\n250 d\r\n" } },
	    "(greeting) 220 greeted;LHLO 250 ready;MAIL 250 mail;"
	    "RCPT 250 rcpt;RCPT 250 rcpt;DATA 354 text;"
	    "unsolicited 250 text early;unsolicited 250 text early;"
	    "(end of mail text) #0 <b@c> 452 text;"
	    "(end of mail text) #1 <d@e> 250 ready;",
	    NULL },
	{ "not early: a command written before the greeting came",
	    { { "EHLO me", "220 x\r\n250 y\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;", NULL },
	{ "not early: the greeting, with a command that waits",
	    { { "@hold\nEHLO me", "220 x\r\n" }, { "", "250 y\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;", NULL },
	{ "a chunk refused before its octets have all gone is answered",
	    { { "", "220 x\r\n" }, { "BDAT 5\n+abc", "552 no\r\n" },
		{ "+de", "" }, { "BDAT 2\n+ab", "250 x\r\n" } },
	    "(greeting) 220 greeted;BDAT 552 greeted early;BDAT 250 chunks;",
	    NULL },
	{ "early: a chunk accepted before its octets have all gone",
	    { { "", "220 x\r\n" }, { "BDAT 5\n+abc", "250 ok\r\n" },
		{ "+de", "552 no\r\n" } },
	    "(greeting) 220 greeted;unsolicited 250 greeted early;"
	    "BDAT 552 greeted;",
	    NULL },
	{ "early: a chunk refused before its line has gone",
	    { { "", "220 x\r\n" }, { "NOOP\n@one", "250 a\r\n552 b\r\n" },
		{ "*abc", "250 c\r\n" } },
	    "(greeting) 220 greeted;NOOP 250 greeted;"
	    "unsolicited 552 greeted early;BDAT 250 chunks;",
	    NULL },
	{ "XCLIENT begins anew",
	    { { "", "220 x\r\n" }, { "EHLO me", "250-x\r\n250 XCLIENT\r\n" },
		{ "XCLIENT ADDR=1.2.3.4", "220 x\r\n" },
		{ "RSET", "250 x\r\n" } },
	    "(greeting) 220 greeted;EHLO 250 ready;"
	    "XCLIENT 220 greeted;RSET 250 greeted;",
	    NULL },
};

/* One running script. */
struct run {
	struct smtp *s;
	struct buf log, wire;
	int64_t now;
	/* Of the step under way. */
	bool hold, one;
	size_t taken;
};

static void
run_log(struct run *r, const struct smtp_event *ev)
{
	struct buf *log = &r->log;
	const struct smtp_sent *sent = ev->sent;
	switch (ev->kind) {
	case SMTP_EV_NONE:
		return;
	case SMTP_EV_REPLY:
		buf_adds(log, sent->verb->name);
		if (sent->rcpt_path != NULL)
			buf_addf(log, " #%zu %s", sent->rcpt, sent->rcpt_path);
		buf_addf(log, " %d", ev->reply->code);
		break;
	case SMTP_EV_UNSOLICITED:
		CHECK(sent == NULL, "unsolicited has no command");
		buf_addf(log, "unsolicited %d", ev->reply->code);
		break;
	case SMTP_EV_GARBAGE:
		buf_addf(log, "garbage '%.*s' (%s)", (int)ev->text_len,
		    ev->text, ev->err.text);
		break;
	case SMTP_EV_EOF:
		buf_addf(log, "eof '%.*s'", (int)ev->text_len, ev->text);
		break;
	}
	buf_addf(log, " %s", smtp_state_name(smtp_state(r->s)));
	buf_addf(log, "%s%s%s%s;", smtp_is_authenticated(r->s) ? " authed" : "",
	    smtp_is_tls(r->s) ? " tls" : "",
	    smtp_tls_wanted(r->s) && ev->kind == SMTP_EV_REPLY ? " wanted" : "",
	    ev->early ? " early" : "");
	CHECK((smtp_oldest(r->s) == NULL) == (smtp_owed(r->s) == 0),
	    "oldest and owed");
}

static void
run_drain(struct run *r)
{
	struct smtp_event ev;
	do {
		if (r->one && r->taken > 0)
			return;
		smtp_next(r->s, &ev);
		run_log(r, &ev);
		r->taken += ev.kind != SMTP_EV_NONE;
	} while (ev.kind != SMTP_EV_NONE);
}

static void
run_write(struct run *r)
{
	size_t len;
	const char *p = smtp_out(r->s, &len);
	buf_add(&r->wire, p, len);
	smtp_out_done(r->s, len, ++r->now);
}

static void
run_client(struct run *r, const char *p, size_t len)
{
	struct err e = { 0 };
	int rc = 0;
	switch (*p) {
	case '>':
		rc = smtp_text(r->s, p + 1, len - 1, &e);
		rc |= smtp_text(r->s, "\n", 1, &e);
		break;
	case '.':
		rc = smtp_text_end(r->s, &e);
		break;
	case '*':
		if (p[1] == '!')
			smtp_bdat(r->s, p + 2, len - 2, true);
		else
			smtp_bdat(r->s, p + 1, len - 1, false);
		break;
	case '+':
		smtp_chunk(r->s, p + 1, len - 1);
		break;
	case '~': { /* with LF, and where | stands */
		char *raw = mem_dupn(p + 1, len);
		raw[len - 1] = '\n';
		for (size_t i = 0; i + 1 < len; i++)
			if (raw[i] == '|')
				raw[i] = '\n';
		smtp_raw(r->s, raw, len, true);
		free(raw);
		break;
	}
	case '=':
	case '-':
		smtp_raw(r->s, p + 1, len - 1, *p == '=');
		break;
	case '@':
		if (p[1] == 'h') {
			run_write(r);
			r->hold = true;
		} else if (p[1] == 'o') {
			r->one = true;
		} else if (p[1] == 'e') {
			smtp_eof(r->s);
		} else {
			smtp_tls_started(r->s);
			buf_addf(&r->log, "tls %s;",
			    smtp_state_name(smtp_state(r->s)));
		}
		break;
	default:
		rc = smtp_command(r->s, p, len, &e);
	}
	CHECK(rc == 0, "%.*s: %s", (int)len, p, e.text);
}

static void
run_feed(struct run *r, const char *p, size_t len)
{
	char *copy = mem_alloc(len);
	memcpy(copy, p, len);
	smtp_feed(r->s, copy, len);
	free(copy);
	run_drain(r);
}

/* The server's octets in pieces: the first of cut, then of step. */
static void
run_step(struct run *r, const struct step *st, size_t cut, size_t step)
{
	size_t len = strlen(st->server);
	r->hold = r->one = false;
	r->taken = 0;
	for (const char *p = st->client; *p != '\0';) {
		size_t n = strcspn(p, "\n");
		run_client(r, p, n);
		p += n + (p[n] == '\n');
	}
	if (!r->hold)
		run_write(r);
	if (!r->one)
		run_drain(r);
	for (size_t at = 0, n = cut; at < len; at += n, n = step) {
		if (n > len - at)
			n = len - at;
		run_feed(r, st->server + at, n);
	}
	/* Once per step: however it was cut. */
	if (smtp_tls_wanted(r->s) && smtp_pending(r->s) > 0)
		buf_addf(&r->log, "pending %zu;", smtp_pending(r->s));
}

static void
run_row(struct run *r, size_t i, size_t which, size_t cut, size_t step)
{
	memset(r, 0, sizeof *r);
	r->s = smtp_new();
	smtp_connected(r->s);
	for (size_t k = 0; k < 16 && rows[i].step[k].client != NULL; k++)
		run_step(r, &rows[i].step[k],
		    which == k ? cut
		    : step > 0 ? step
			       : SIZE_MAX,
		    step > 0 ? step : SIZE_MAX);
}

static void
run_release(struct run *r)
{
	smtp_free(r->s);
	buf_release(&r->log);
	buf_release(&r->wire);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct run r;
		const char *label = rows[i].label;
		run_row(&r, i, SIZE_MAX, 0, 0);
		CHECK(strcmp(buf_str(&r.log), rows[i].want) == 0, "%s: got\n%s",
		    label, buf_str(&r.log));
		if (rows[i].wire != NULL)
			CHECK(strcmp(buf_str(&r.wire), rows[i].wire) == 0,
			    "%s: sent\n%s", label, buf_str(&r.wire));
		run_release(&r);
		run_row(&r, i, SIZE_MAX, 0, 1);
		CHECK(strcmp(buf_str(&r.log), rows[i].want) == 0,
		    "%s, octets: got\n%s", label, buf_str(&r.log));
		run_release(&r);
		for (size_t k = 0; rows[i].step[k].client != NULL; k++) {
			size_t len = strlen(rows[i].step[k].server);
			for (size_t cut = 1; cut < len; cut++) {
				run_row(&r, i, k, cut, 0);
				CHECK(
				    strcmp(buf_str(&r.log), rows[i].want) == 0,
				    "%s, step %zu cut at %zu: got\n%s", label,
				    k, cut, buf_str(&r.log));
				run_release(&r);
			}
		}
	}
}

int
main(void)
{
	test_rows();
	return check_done();
}
