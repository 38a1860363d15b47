/* Places as people write them. */
#include "check.h"

#include <string.h>
#include "cmd/lang/where.h"
#include "net/core/buf.h"

static const struct {
	const char *in, *want; /* "host port", flags behind; "!": refused */
} rows[] = {
	{ "mx.example", "mx.example -" },
	{ "mx.example:2525", "mx.example 2525" },
	{ "mx.example:submission", "mx.example submission" },
	{ "192.0.2.1:25", "192.0.2.1 25" },
	{ "::1", "::1 -" },
	{ "[::1]", "::1 -" },
	{ "[::1]:2525", "::1 2525" },
	{ "2001:db8::1:25", "2001:db8::1:25 -" },
	{ "smtp://mx.example", "mx.example -" },
	{ "smtp://mx.example:26/", "mx.example 26" },
	{ "SMTP://mx.example", "mx.example -" },
	{ "smtps://mx.example", "mx.example 465 tls" },
	{ "submission://mx.example", "mx.example 587" },
	{ "submissions://mx.example", "mx.example 465 tls" },
	{ "submissions://mx.example:26", "mx.example 26 tls" },
	{ "lmtp://mx.example:24", "mx.example 24 lmtp" },
	{ "lmtp:///run/lmtp", "/run/lmtp lmtp" },
	{ "/run/lmtp", "/run/lmtp" },
	{ "smtp://[::1]:26", "::1 26" },
	{ "", "!" },
	{ ":25", "!" },
	{ "mx.example:", "!" },
	{ "[::1", "!" },
	{ "[::1]x", "!" },
	{ "[]:25", "!" },
	{ "http://mx.example", "!" },
	{ "25", "!localhost:25" },
	{ "a b", "!" },
	{ "a@b.example", "!" },
	{ "<b.example>", "!" },
	{ "smtp://", "!" },
	{ "mx/x", "!" },
};

int
main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct where w = { 0 };
		struct err e = { 0 };
		struct buf b = BUF_INIT;
		const char *want = rows[i].want;
		if (where_parse(&w, rows[i].in, &e) < 0) {
			CHECK(*want == '!' && e.kind == ERR_USAGE &&
				  strstr(e.text, want + 1) != NULL,
			    "'%s': %s", rows[i].in, e.text);
		} else {
			if (w.kind == WHERE_UNIX)
				buf_adds(&b, w.path);
			else
				buf_addf(&b, "%s %s", w.host,
				    w.port == NULL ? "-" : w.port);
			buf_adds(&b, w.tls_on_connect ? " tls" : "");
			buf_adds(&b, w.lmtp ? " lmtp" : "");
			CHECK(strcmp(buf_str(&b), want) == 0, "'%s': %s",
			    rows[i].in, buf_str(&b));
		}
		buf_release(&b);
		where_release(&w);
	}
	return check_done();
}
