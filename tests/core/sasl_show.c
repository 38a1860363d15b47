/* Secrets do not show, wherever the server puts them. */
#include "sasl_util.h"

/* A server that echoes the password, in whatever shape: in base64 with other
 * octets before and behind it, so that no character of its ends is sure. */
static const struct {
	const char *in, *want;
} echoes[] = {
	{ "you said hunter22, did you?", "you said ***, did you?" },
	{ "hunter22", "***" },
	{ "xhunter22hunter22", "x******" },
	{ "hunter2 hunter2", "hunter2 hunter2" },
	{ "see AHVzZXIAaHVudGVyMjI= there", "see *** there" },
	{ "\"aHVudGVyMjL/\"", "\"***\"" },
	{ "</2h1bnRlcjIy//8=>", "<***>" },
	{ "8f5odW50ZXIyMg==", "***" },
	{ "YWJjaHVudGVyMjL/ aHVudGVyMjI=", "*** ***" },
};

static void
try_echo(void)
{
	struct sasl_secret pw = SECRET("hunter22");
	struct sasl_config cfg = { .mech = "LOGIN",
		.user = "user",
		.password = &pw,
		.insecure = true };
	const char *b64, *p;
	struct sasl_client *c;
	struct err e = { 0 };
	size_t n;

	for (size_t i = 0; i < sizeof echoes / sizeof echoes[0]; i++) {
		CHECK(sasl_client_new(&c, &cfg, &e) == 0, "%s", e.text);
		sasl_client_first(c, &b64, &e);
		CHECK(ask(c, echoes[i].in, &b64, &e) == 0, "%s", e.text);
		p = sasl_client_challenge(c, &n);
		CHECK(shows(p, n, echoes[i].want, strlen(echoes[i].want)),
		    "%s: %.*s", echoes[i].in, (int)n, p);
		sasl_client_free(c);
	}
}

/* Shorter ones than four octets are hidden where we know that they are. */
static void
try_short(const char *mech)
{
	struct sasl_secret pw = SECRET("use");
	struct sasl_config cfg = {
		.mech = mech, .user = "user", .password = &pw, .tls = true
	};
	const char *b64, *p;
	struct sasl_client *c;
	struct err e = { 0 };
	size_t n;

	CHECK(sasl_client_new(&c, &cfg, &e) == 0, "%s", e.text);
	if (sasl_client_first(c, &b64, &e) == 0) {
		CHECK(ask(c, "used", &b64, &e) == 0, "%s", e.text);
		p = sasl_client_challenge(c, &n);
		CHECK(shows(p, n, "used", 4), "%s: %.*s", mech, (int)n, p);
		CHECK(ask(c, "", &b64, &e) == 0, "%s", e.text);
		p = sasl_client_response(c, &n);
		CHECK(shows(p, n, "***", 3), "%s: %.*s", mech, (int)n, p);
	} else {
		p = sasl_client_response(c, &n);
		CHECK(
		    shows(p, n, "\0user\0***", 9), "%s: %.*s", mech, (int)n, p);
	}
	sasl_client_free(c);
}

int
main(void)
{
	try_echo();
	try_short("PLAIN");
	try_short("LOGIN");
	return check_done();
}
