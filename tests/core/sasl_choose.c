/* Which mechanism is taken, and which word says why none is. */
#include "sasl_util.h"

enum { PW = 1, TOK = 2, TLS = 4, INSECURE = 8, CB = 16 };

static const struct {
	const char *label, *mech, *offered;
	unsigned have;
	const char *want; /* the mechanism, or words of the refusal */
	enum err_kind kind;
} rows[] = {
	{ "the strongest", NULL,
	    "PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256",
	    PW | TLS, "SCRAM-SHA-256", ERR_NONE },
	{ "bound", NULL, "SCRAM-SHA-256 SCRAM-SHA-256-PLUS", PW | TLS | CB,
	    "SCRAM-SHA-256-PLUS", ERR_NONE },
	{ "nothing to bind to", NULL, "SCRAM-SHA-256 SCRAM-SHA-256-PLUS",
	    PW | TLS, "SCRAM-SHA-256", ERR_NONE },
	{ "octets but no TLS", NULL, "SCRAM-SHA-256 SCRAM-SHA-256-PLUS",
	    PW | CB, "SCRAM-SHA-256", ERR_NONE },
	{ "SHA-1", NULL, "PLAIN SCRAM-SHA-1 CRAM-MD5", PW, "SCRAM-SHA-1",
	    ERR_NONE },
	{ "CRAM before DIGEST", NULL, "DIGEST-MD5 CRAM-MD5 PLAIN", PW | TLS,
	    "CRAM-MD5", ERR_NONE },
	{ "DIGEST before PLAIN", NULL, "PLAIN DIGEST-MD5", PW | TLS,
	    "DIGEST-MD5", ERR_NONE },
	{ "PLAIN before LOGIN", NULL, "LOGIN PLAIN", PW | TLS, "PLAIN",
	    ERR_NONE },
	{ "any case, many blanks", NULL, "  login   plain ", PW | TLS, "PLAIN",
	    ERR_NONE },
	{ "part of a word is none", NULL, "PLAINER XPLAIN LOGIN", PW | TLS,
	    "LOGIN", ERR_NONE },
	{ "the password is not there yet", NULL, "PLAIN", TLS, "PLAIN",
	    ERR_NONE },
	{ "PLAIN in clear", NULL, "PLAIN LOGIN", PW, "--auth-insecure",
	    ERR_AUTH },
	{ "what is offered is told", NULL, "PLAIN LOGIN", PW, "PLAIN LOGIN)",
	    ERR_AUTH },
	{ "PLAIN in clear, asked for", NULL, "PLAIN LOGIN", PW | INSECURE,
	    "PLAIN", ERR_NONE },
	{ "weaker but not in clear", NULL, "PLAIN CRAM-MD5", PW, "CRAM-MD5",
	    ERR_NONE },
	{ "a token", NULL, "PLAIN XOAUTH2 OAUTHBEARER", TOK | TLS,
	    "OAUTHBEARER", ERR_NONE },
	{ "a token before a password", NULL, "SCRAM-SHA-256 XOAUTH2",
	    TOK | PW | TLS, "XOAUTH2", ERR_NONE },
	{ "a token nobody wants", NULL, "SCRAM-SHA-256", TOK | PW | TLS,
	    "SCRAM-SHA-256", ERR_NONE },
	{ "a token only", NULL, "SCRAM-SHA-256 PLAIN", TOK | TLS,
	    "no mechanism that takes a token: SCRAM", ERR_AUTH },
	{ "a token in clear", NULL, "XOAUTH2", TOK, "the token in clear",
	    ERR_AUTH },
	{ "never unasked", NULL, "EXTERNAL ANONYMOUS GSSAPI NTLM", PW | TLS,
	    "no mechanism that takes a password: EXTERNAL", ERR_AUTH },
	{ "no AUTH", NULL, NULL, PW | TLS, "does not offer AUTH", ERR_AUTH },
	{ "AUTH without words", NULL, "", PW | TLS, "does not offer AUTH",
	    ERR_AUTH },
	{ "named, not changed", "plain", "SCRAM-SHA-256 PLAIN", PW | TLS,
	    "PLAIN", ERR_NONE },
	{ "named, not offered", "CRAM-MD5", "SCRAM-SHA-256", PW | TLS,
	    "CRAM-MD5", ERR_NONE },
	{ "named, nothing offered", "LOGIN", NULL, PW | TLS, "LOGIN",
	    ERR_NONE },
	{ "named, in clear", "LOGIN", "LOGIN CRAM-MD5", PW,
	    "LOGIN would send the password in clear", ERR_AUTH },
	{ "named, bound, without TLS", "SCRAM-SHA-1-PLUS", NULL, PW | CB,
	    "there is none", ERR_AUTH },
	{ "named, bound, nothing to bind to", "SCRAM-SHA-1-PLUS", NULL,
	    PW | TLS, "nothing to bind to", ERR_AUTH },
	{ "unknown", "NTLM", "NTLM", PW | TLS, "there are SCRAM-SHA-256-PLUS",
	    ERR_USAGE },
	{ "empty", "", "PLAIN", PW | TLS, "no mechanism \"\"", ERR_USAGE },
};

static void
try_row(size_t i)
{
	struct sasl_secret pw = SECRET("secret"), token = SECRET("token");
	unsigned have = rows[i].have;
	struct sasl_config cfg = { .mech = rows[i].mech,
		.offered = rows[i].offered,
		.password = (have & PW) != 0 ? &pw : NULL,
		.token = (have & TOK) != 0 ? &token : NULL,
		.tls = (have & TLS) != 0,
		.insecure = (have & INSECURE) != 0,
		.binding = { (have & CB) != 0 ? "octets" : NULL, 6, NULL, 0 } };
	struct err e = { 0 };
	const struct sasl_mech *m = sasl_choose(&cfg, &e);

	if (rows[i].kind == ERR_NONE)
		CHECK(m != NULL && strcmp(m->name, rows[i].want) == 0, "%s: %s",
		    rows[i].label, m == NULL ? e.text : m->name);
	else
		CHECK(m == NULL && e.kind == rows[i].kind &&
			  strstr(e.text, rows[i].want) != NULL,
		    "%s: %s", rows[i].label, m == NULL ? e.text : m->name);
}

/* What is missing, or cannot be sent. */
static const struct {
	const char *label, *mech, *user;
	const char *pw;
	size_t pw_len;
	const char *token;
	const char *want;
	enum err_kind kind;
} wrong[] = {
	{ "no user", "PLAIN", NULL, "pw", 2, NULL, "wants a user name",
	    ERR_USAGE },
	{ "an empty one", "SCRAM-SHA-1", "", "pw", 2, NULL, "wants a user name",
	    ERR_USAGE },
	{ "no password", "CRAM-MD5", "u", NULL, 0, NULL, "wants a password",
	    ERR_USAGE },
	{ "no token", "XOAUTH2", "u", "pw", 2, NULL, "wants a token",
	    ERR_USAGE },
	{ "NUL", "PLAIN", "u", "p\0w", 3, NULL, "has a NUL", ERR_USAGE },
	{ "NUL", "LOGIN", "u", "pw\0", 3, NULL, "has a NUL", ERR_USAGE },
	{ "NUL", "SCRAM-SHA-256", "u", "\0", 1, NULL, "has a NUL", ERR_USAGE },
	{ "blank in a token", "XOAUTH2", "u", NULL, 0, "to ken", "number 3",
	    ERR_USAGE },
	{ "^A in a token", "OAUTHBEARER", "u", NULL, 0, "token\1", "number 6",
	    ERR_USAGE },
	{ "^A in a name", "XOAUTH2", "u\1auth=", NULL, 0, "token",
	    "control character", ERR_USAGE },
	{ "SASLprep, password", "SCRAM-SHA-256", "u", "p\7w", 3, NULL,
	    "the password cannot be prepared (SASLprep", ERR_AUTH },
	{ "no UTF-8, password", "CRAM-MD5", "u", "p\xff", 2, NULL,
	    "the password cannot be prepared (SASLprep", ERR_AUTH },
	{ "SASLprep, name", "SCRAM-SHA-1", "u\7", "pw", 2, NULL,
	    "the user name cannot be prepared (SASLprep", ERR_AUTH },
	{ "SASLprep, name", "CRAM-MD5", "u\xc3", "pw", 2, NULL,
	    "the user name cannot be prepared (SASLprep", ERR_AUTH },
	{ "PLAIN takes any octet", "PLAIN", "u", "p\xff\7", 3, NULL, NULL,
	    ERR_NONE },
	{ "and none", "PLAIN", "u", "", 0, NULL, NULL, ERR_NONE },
	{ "ANONYMOUS needs nothing", "ANONYMOUS", NULL, NULL, 0, NULL, NULL,
	    ERR_NONE },
};

static void
try_wrong(size_t i)
{
	struct sasl_secret pw = SASL_SECRET_INIT, token = SASL_SECRET_INIT;
	struct sasl_config cfg = { .mech = wrong[i].mech,
		.user = wrong[i].user,
		.password = &pw,
		.token = &token,
		.tls = true };
	struct sasl_client *c = NULL;
	struct err e = { 0 };
	int want = wrong[i].kind == ERR_NONE ? 0 : -1;

	if (wrong[i].pw != NULL)
		sasl_secret_set(&pw, wrong[i].pw, wrong[i].pw_len);
	if (wrong[i].token != NULL)
		sasl_secret_set(&token, wrong[i].token, strlen(wrong[i].token));
	/* Twice: what failed leaves nothing behind. */
	for (int k = 0; k < 2; k++) {
		CHECK(sasl_client_new(&c, &cfg, &e) == want, "%s, %s: %s",
		    wrong[i].label, wrong[i].mech, e.text);
		CHECK((c != NULL) == (want == 0), "%s", wrong[i].label);
		if (want == -1)
			CHECK(e.kind == wrong[i].kind &&
				  strstr(e.text, wrong[i].want) != NULL,
			    "%s: %s", wrong[i].label, e.text);
		sasl_client_free(c);
	}
	sasl_secret_wipe(&pw);
	sasl_secret_wipe(&token);
}

static void
try_tables(void)
{
	const struct sasl_mech *m;
	size_t n;

	for (n = 0; (m = sasl_mech_at(n)) != NULL; n++)
		CHECK(sasl_mech_find(m->name) == m, "%s", m->name);
	CHECK(n == 13, "%zu", n);
	CHECK(sasl_mech_find("scram-sha-256") != NULL, "any case");
	CHECK(sasl_mech_find("SCRAM-SHA-512") == NULL, "unknown");
}

static void
try_secret(void)
{
	struct sasl_secret s = SASL_SECRET_INIT;

	sasl_secret_set(&s, "pass\0word", 9);
	CHECK(s.len == 9 && memcmp(s.p, "pass\0word", 10) == 0, "kept");
	/* A part of itself. */
	sasl_secret_set(&s, s.p + 5, 4);
	CHECK(s.len == 4 && strcmp(s.p, "word") == 0, "%s", s.p);
	sasl_secret_wipe(&s);
	CHECK(s.p == NULL && s.len == 0, "gone");
	sasl_secret_wipe(&s);
	sasl_client_free(NULL);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		try_row(i);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		try_wrong(i);
	try_tables();
	try_secret();
	return check_done();
}
