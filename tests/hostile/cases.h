/* The cases of hostile.c, each what differs from a well-behaved server, reply
 * by reply. '\5' in a reply stands for NUL; one that begins with '@' is an
 * act of hostile.c. */
#ifndef TESTS_HOSTILE_CASES_H
#define TESTS_HOSTILE_CASES_H

#include <stddef.h>

#define EVIL                                                                   \
	"\033]0;x\007\033[2J\033[6n\033P$q\"p\033\\\2331m\010\177\302\2332J"
#define BIDI                                                                   \
	"\342\200\256\342\200\213txt\300\257\355\240\200\377\360\237"          \
	"\342\201\246"

struct hostile {
	const char *name;
	const char *greet, *ehlo, *mail, *rcpt, *data, *end, *bdat, *starttls,
	    *auth, *quit;
};

/* Well-behaved, and what a case does not name. */
static const struct hostile hostile_good = {
	.name = "good",
	.greet = "220 hostile.example ESMTP\r\n",
	.ehlo = "250-hostile.example\r\n250-8BITMIME\r\n250-PIPELINING\r\n"
		"250 SIZE 50000000\r\n",
	.mail = "250 2.1.0 ok\r\n",
	.rcpt = "250 2.1.5 ok\r\n",
	.data = "354 go\r\n",
	.end = "250 2.0.0 queued as X1\r\n",
	.bdat = "250 2.0.0 ok\r\n",
	.starttls = "502 no\r\n",
	.auth = "502 no\r\n",
	.quit = "221 bye\r\n",
};

#define TLS	 .ehlo = "250-hostile.example\r\n250 STARTTLS\r\n"
#define CHUNKING .ehlo = "250-hostile.example\r\n250 CHUNKING\r\n"
#define LOGIN	 .ehlo = "250-hostile.example\r\n250 AUTH LOGIN PLAIN\r\n"

static const struct hostile hostile_case[] = {
	{ "greet-none", .greet = "@wait" },
	{ "greet-endless-line", .greet = "@long-line" },
	{ "greet-bomb", .greet = "@lines" },
	{ "greet-close", .greet = "@close" },
	{ "greet-reset", .greet = "@reset" },
	{ "greet-554", .greet = "554 no service here\r\n" },
	{ "greet-421", .greet = "421 try later\r\n" },
	{ "greet-250", .greet = "250 hello\r\n" },
	{ "greet-no-code", .greet = "hello there\r\n" },
	{ "greet-short-code", .greet = "22\r\n" },
	{ "greet-5-digits", .greet = "22012\r\n" },
	{ "greet-code-only", .greet = "220\r\n" },
	{ "greet-codes-differ", .greet = "220-one\r\n554 two\r\n" },
	{ "greet-separator", .greet = "220_hello\r\n" },
	{ "greet-nul", .greet = "220 a\5HIDDEN\r\n" },
	{ "greet-bare-lf", .greet = "220-a\n220 b\n" },
	{ "greet-bare-cr", .greet = "220 x\rEVIL cmd\r\n" },
	{ "greet-escapes", .greet = "220 hi " EVIL "\r\n" },
	{ "greet-bidi", .greet = "220 " BIDI "\r\n" },
	{ "greet-format",
	    .greet = "220 %s%n%99999999d${x}$(touch pwned)`touch pwned`\r\n" },
	{ "greet-twice", .greet = "220 one\r\n220 two\r\n" },
	{ "greet-http",
	    .greet = "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n" },
	{ "greet-tls", .greet = "\025\003\001\5\002\002\106" },
	{ "greet-urgent", .greet = "@urgent" },
	{ "drip", .greet = "@drip", .ehlo = "@drip", .mail = "@drip",
	    .rcpt = "@drip", .data = "@drip", .end = "@drip" },
	{ "ehlo-500", .ehlo = "500 unknown\r\n" },
	{ "ehlo-bomb", .ehlo = "@lines" },
	{ "ehlo-long-keyword", .ehlo = "@long-keyword" },
	{ "ehlo-size-insane",
	    .ehlo = "250-x\r\n250-SIZE 99999999999999999999999\r\n"
		    "250-SIZE -1\r\n250-SIZE 0x10\r\n250 SIZE 1 2 3\r\n" },
	{ "ehlo-size-small", .ehlo = "250-x\r\n250 SIZE 1000\r\n",
	    .mail = "552 5.3.4 too big\r\n" },
	{ "ehlo-controls", .ehlo = "250-x\r\n250-PIPELINING\5evil\r\n"
				   "250 \033[31mSIZE\007 10\r\n" },
	{ "ehlo-half-close", .ehlo = "@half-close" },
	{ "mail-999", .mail = "999 what\r\n" },
	{ "mail-000", .mail = "000 what\r\n" },
	{ "mail-199", .mail = "199 what\r\n" },
	{ "mail-600", .mail = "600 what\r\n" },
	{ "mail-150", .mail = "150 wait\r\n" },
	{ "mail-354", .mail = "354 go\r\n" },
	{ "mail-full-width",
	    .mail = "\357\274\222\357\274\225\357\274\220 ok\r\n" },
	{ "mail-close", .mail = "@ok-close" },
	{ "mail-421", .mail = "250 ok\r\n421 4.3.2 shutting down\r\n" },
	{ "rcpt-551", .rcpt = "551 try <evil@evil.example>\r\n" },
	{ "rcpt-escapes", .rcpt = "550 5.1.1 " EVIL "\r\n" },
	{ "rcpt-reset", .rcpt = "@reset" },
	{ "data-250", .data = "250 sure\r\n" },
	{ "data-early-554", .data = "@early-554" },
	{ "data-no-read", .data = "@no-read" },
	{ "end-silent", .end = "@wait" },
	{ "end-close", .end = "@close" },
	{ "end-cut", .end = "@cut" },
	{ "end-several", .end = "250-ok\r\n250 queued\r\n" },
	{ "bdat-552", CHUNKING, .bdat = "552 5.3.4 no\r\n" },
	{ "bdat-twice", CHUNKING, .bdat = "250 ok\r\n250 ok\r\n" },
	{ "quit-silent", .quit = "@wait" },
	{ "quit-reset", .quit = "@reset" },
	{ "tls-none" },
	{ "tls-ehlo-502", .ehlo = "502 no\r\n" },
	{ "tls-fuzzy",
	    .ehlo = "250-STARTTLS greets you\r\n250-XSTARTTLS\r\n"
		    "250-STARTTLSX\r\n250 HELP STARTTLS\r\n",
	    .starttls = "220 go\r\n" },
	{ "tls-454", TLS, .starttls = "454 not available\r\n" },
	{ "tls-250", TLS, .starttls = "250 ok?\r\n" },
	{ "tls-inject", TLS,
	    .starttls = "220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n" },
	{ "tls-inject-lf", TLS, .starttls = "220 go\r\n\n" },
	{ "tls-close", TLS, .starttls = "@go-close" },
	{ "tls-garbage", TLS, .starttls = "@go-garbage" },
	{ "tls-silent", TLS, .starttls = "@go-wait" },
	{ "auth-clear", LOGIN, .auth = "334 UGFzc3dvcmQ6\r\n" },
	{ "auth-endless", LOGIN, .auth = "@endless-334" },
	{ "auth-huge", LOGIN, .auth = "@huge-334" },
	{ "auth-not-base64", LOGIN, .auth = "334 !!!\r\n" },
	{ NULL },
};

#endif
