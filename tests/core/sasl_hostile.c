/* Servers that lie, ask too much, or never end. None of them gets a proof it
 * must not have, and none is believed when it says 235. */
#include "sasl_util.h"

#define NONCE "rOprNGfwEbeRWgbNEkqO"
#define REST  ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

static struct sasl_client *
client(const char *mech)
{
	struct sasl_secret pw = SECRET("pencil-and-paper");
	struct sasl_config cfg = { .mech = mech,
		.user = "user",
		.password = &pw,
		.tls = true,
		.nonce = NONCE };
	const char *b64;
	struct sasl_client *c;
	struct err e = { 0 };

	CHECK(sasl_client_new(&c, &cfg, &e) == 0 &&
		  sasl_client_first(c, &b64, &e) >= 0,
	    "%s: %s", mech, e.text);
	return c;
}

/* The server's first message, and words of the refusal; NULL: it is taken. */
static const struct {
	const char *label, *in, *want;
} first[] = {
	{ "control", "r=" NONCE "x" REST, NULL },
	{ "count of 1", "r=" NONCE "x,s=QUFB,i=1", "i=1 iterations, fewer" },
	{ "count of 4095", "r=" NONCE "x,s=QUFB,i=4095", "i=4095" },
	{ "count of a million", "r=" NONCE "x,s=QUFB,i=1000001",
	    "i=1000001 iterations, more" },
	{ "2^31-1", "r=" NONCE "x,s=QUFB,i=2147483647", "i=2147483647" },
	{ "2^32+4096", "r=" NONCE "x,s=QUFB,i=4294971392", "more than" },
	{ "2^64+4096", "r=" NONCE "x,s=QUFB,i=18446744073709555712",
	    "more than" },
	{ "as long as can be",
	    "r=" NONCE "x,s=QUFB,i=9999999999999999999999999999999",
	    "i=99999999999999999999... iterations" },
	{ "count of 0", "r=" NONCE "x,s=QUFB,i=0", "i=0 is no number" },
	{ "leading 0", "r=" NONCE "x,s=QUFB,i=04096", "is no number" },
	{ "negative", "r=" NONCE "x,s=QUFB,i=-4096", "is no number" },
	{ "hexadecimal", "r=" NONCE "x,s=QUFB,i=0x1000", "is no number" },
	{ "no digits", "r=" NONCE "x,s=QUFB,i=", "fewer than" },
	{ "no count", "r=" NONCE "x,s=QUFB", "is not SCRAM's" },
	{ "no salt", "r=" NONCE "x,i=4096", "is not SCRAM's" },
	{ "an empty salt", "r=" NONCE "x,s=,i=4096", "0 octets" },
	{ "salt is not base64", "r=" NONCE "x,s=QU!B,i=4096",
	    "salt is not base64" },
	{ "nonce of its own", "r=evil" REST, "begin with ours" },
	{ "the same nonce", "r=" NONCE REST, "added nothing" },
	{ "ours cut", "r=rOprNGfwEbeRWgbNEkq" REST, "begin with ours" },
	{ "ours in other case", "r=ROprNGfwEbeRWgbNEkqOx" REST,
	    "begin with ours" },
	{ "an empty nonce", "r=" REST, "begin with ours" },
	{ "nonce with a control character", "r=" NONCE "\33[2J" REST,
	    "does not allow" },
	{ "nonce with a blank", "r=" NONCE " x" REST, "does not allow" },
	{ "nonce with Latin-1", "r=" NONCE "\xe4" REST, "does not allow" },
	{ "wrong order", "s=QUFB,r=" NONCE "x,i=4096", "is not SCRAM's" },
	{ "mandatory extension", "m=x,r=" NONCE "x" REST, "(m=)" },
	{ "an error at once", "e=unknown-user", "says e=unknown-user" },
	{ "an error that tells", "e=pencil-and-paper", "says e=***" },
	{ "an extension to ignore", "r=" NONCE "x" REST ",x=y,z=w", NULL },
	{ "nothing", "", "is not SCRAM's" },
	{ "one letter", "r", "is not SCRAM's" },
	{ "signature at once", "v=AAAA", "is not SCRAM's" },
};

static void
refused(struct sasl_client *c, const char *label, const char *want,
    const struct err *e)
{
	struct err again = { 0 };
	const char *b64 = "";
	size_t n;

	CHECK(e->kind == ERR_AUTH && strstr(e->text, want) != NULL, "%s: %s",
	    label, e->text);
	CHECK(sasl_client_response(c, &n) == NULL, "%s: no response", label);
	CHECK(silent(c, "pencil-and-paper") &&
		  strstr(e->text, "pencil-and-paper") == NULL,
	    "%s", label);
	/* A later good challenge does not mend it. */
	CHECK(ask(c, "r=" NONCE "x" REST, &b64, &again) == -1 && b64 == NULL &&
		  strcmp(again.text, e->text) == 0,
	    "%s: %s", label, again.text);
	CHECK(sasl_client_done(c, 235, &again) == -1 &&
		  again.kind == ERR_AUTH && strstr(again.text, "235") != NULL &&
		  strstr(again.text, want) != NULL,
	    "%s: %s", label, again.text);
	CHECK(sasl_client_done(c, 501, &again) == 0, "%s", label);
}

static void
try_first(size_t i)
{
	struct sasl_client *c = client("SCRAM-SHA-256");
	const char *l = first[i].label, *b64;
	struct err e = { 0 };
	int rc = ask(c, first[i].in, &b64, &e);

	if (first[i].want == NULL)
		CHECK(rc == 0 && b64 != NULL, "%s: %s", l, e.text);
	else
		CHECK(rc == -1 && b64 == NULL, "%s", l);
	if (rc == -1)
		refused(c, l, first[i].want, &e);
	sasl_client_free(c);
}

/* Its last message; all of them wrong. */
static const struct {
	const char *label, *in, *want;
} last[] = {
	{ "wrong signature", "v=eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
	    "signature is wrong" },
	{ "short", "v=6rriTRBi23WpRR/wtup+", "signature is wrong" },
	{ "empty", "v=", "signature is wrong" },
	{ "not base64", "v=!!!!", "signature is wrong" },
	{ "none", "", "no signature" },
	{ "not the attribute", "w=AAAA", "no signature" },
	{ "an error", "e=other-error", "says e=other-error" },
	{ "an error with an escape", "e=\33[31m", "does not allow" },
	{ "the first message again", "r=" NONCE "x" REST, "no signature" },
	{ "right, and then not", "v=AAAA,v=AAAA", "signature is wrong" },
};

static void
try_last(size_t i)
{
	struct sasl_client *c = client("SCRAM-SHA-256");
	const char *l = last[i].label, *b64;
	struct err e = { 0 };

	CHECK(ask(c, "r=" NONCE "x" REST, &b64, &e) == 0, "%s", e.text);
	CHECK(silent(c, "pencil-and-paper"), "%s", l);
	CHECK(ask(c, last[i].in, &b64, &e) == -1, "%s", l);
	refused(c, l, last[i].want, &e);
	sasl_client_free(c);
}

/* A 235 at each point of an exchange that has not come to its end. */
static void
try_early(void)
{
	static const char *const mechs[] = { "SCRAM-SHA-256", "LOGIN",
		"CRAM-MD5", "DIGEST-MD5" };
	const char *b64;
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof mechs / sizeof mechs[0]; i++) {
		struct sasl_client *c = client(mechs[i]);

		CHECK(sasl_client_done(c, 235, &e) == -1 && e.kind == ERR_AUTH,
		    "%s at once", mechs[i]);
		sasl_client_free(c);
	}
	struct sasl_client *c = client("SCRAM-SHA-1");
	ask(c, "r=" NONCE "x" REST, &b64, &e);
	CHECK(sasl_client_done(c, 235, &e) == -1 &&
		  strcmp(e.text,
		      "the server says 235 but never proved that it knows the "
		      "password (no valid server signature)") == 0,
	    "%s", e.text);
	sasl_client_free(c);
	c = client("LOGIN");
	ask(c, "Username:", &b64, &e);
	CHECK(sasl_client_done(c, 235, &e) == -1 &&
		  strstr(e.text, "before the LOGIN exchange") != NULL,
	    "%s", e.text);
	sasl_client_free(c);
}

/* A challenge as it comes, in a block of exactly its size. */
static int
raw(struct sasl_client *c, const char *p, size_t n, struct err *e)
{
	char *exact = malloc(n == 0 ? 1 : n);
	const char *b64;
	int rc;

	memcpy(exact, p, n);
	rc = sasl_client_step(c, exact, n, &b64, e);
	free(exact);
	return rc;
}

static void
try_raw(void)
{
	static const char *const bad[] = { "!!!not-base64!!!", "QUF", "QUFB ",
		"QUFB\r", "QQ==QQ==", "=", "*" };
	struct sasl_client *c;
	struct err e = { 0 };
	size_t huge = (size_t)4 << 20, n;
	char *p = memset(malloc(huge), 'A', huge);

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		c = client("SCRAM-SHA-256");
		CHECK(raw(c, bad[i], strlen(bad[i]), &e) == -1, "%s", bad[i]);
		CHECK(sasl_client_challenge(c, &n) == NULL, "%s", bad[i]);
		refused(c, bad[i], "the challenge is not base64", &e);
		sasl_client_free(c);
	}
	c = client("SCRAM-SHA-256");
	CHECK(raw(c, p, huge, &e) == -1, "huge");
	refused(c, "huge", "RFC 4954 allows 12288", &e);
	sasl_client_free(c);
	c = client("LOGIN");
	CHECK(raw(c, p, 12288, &e) == 0, "%s", e.text);
	CHECK(raw(c, p, 12292, &e) == -1, "one group more");
	sasl_client_free(c);
	free(p);
}

/* Salt of 1024 octets, and of 1025; a slow count. */
static void
try_bounds(void)
{
	char salt[1025] = "", *b;
	const char *b64;
	struct err e = { 0 };
	struct buf t = BUF_INIT;

	for (size_t n = 1024; n <= 1025; n++) {
		struct sasl_client *c = client("SCRAM-SHA-1");

		b = coded(salt, n);
		buf_addf(&t, "r=" NONCE "x,s=%s,i=4096", b);
		CHECK(ask(c, buf_str(&t), &b64, &e) == (n == 1024 ? 0 : -1),
		    "%s", e.text);
		CHECK(sasl_client_warning(c) == NULL, "fast");
		sasl_client_free(c);
		free(b);
		buf_clear(&t);
	}
	buf_release(&t);
	for (int slow = 0; slow < 2; slow++) {
		struct sasl_client *c = client("SCRAM-SHA-1");
		const char *w;

		CHECK(ask(c,
			  slow ? "r=" NONCE "x,s=QUFB,i=100001"
			       : "r=" NONCE "x,s=QUFB,i=100000",
			  &b64, &e) == 0,
		    "%s", e.text);
		w = sasl_client_warning(c);
		CHECK(slow ? w != NULL && strstr(w, "100001") : w == NULL, "%s",
		    w == NULL ? "no warning" : w);
		sasl_client_free(c);
	}
}

/* 334 for ever: the password goes out once at most. */
static void
try_endless(const char *mech, const char *challenge, int most)
{
	struct sasl_client *c = client(mech);
	const char *b64;
	struct err e = { 0 };
	int answers = 0, passwords = 0;

	while (answers < 100 && ask(c, challenge, &b64, &e) == 0) {
		struct buf b = plain(b64);

		answers++;
		passwords += strstr(buf_str(&b), "pencil-and-paper") != NULL;
		buf_release(&b);
		CHECK(silent(c, "pencil-and-paper"), "%s", mech);
	}
	CHECK(answers <= most && passwords <= 1, "%s: %d, %d", mech, answers,
	    passwords);
	CHECK(e.kind == ERR_AUTH, "%s: %s", mech, e.text);
	CHECK(sasl_client_done(c, 235, &e) == -1, "%s", mech);
	sasl_client_free(c);
}

/* A server that speaks where the client should. */
static void
try_rude(void)
{
	struct sasl_secret pw = SECRET("pencil-and-paper");
	struct sasl_config cfg = { .mech = "PLAIN",
		.user = "user",
		.password = &pw,
		.tls = true,
		.initial = SASL_INITIAL_NO };
	const char *b64;
	struct sasl_client *c;
	struct err e = { 0 };

	CHECK(sasl_client_new(&c, &cfg, &e) == 0 &&
		  sasl_client_first(c, &b64, &e) == 0,
	    "%s", e.text);
	CHECK(ask(c, "Username:", &b64, &e) == 0 &&
		  means(b64, "\0user\0pencil-and-paper", 22),
	    "%s", e.text);
	CHECK(sasl_client_warning(c) != NULL &&
		  strstr(sasl_client_warning(c), "should be empty") != NULL,
	    "a remark");
	sasl_client_free(c);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
		try_first(i);
	for (size_t i = 0; i < sizeof last / sizeof last[0]; i++)
		try_last(i);
	try_early();
	try_raw();
	try_bounds();
	try_endless("LOGIN", "Password:", 2);
	try_endless("PLAIN", "", 0);
	try_endless("CRAM-MD5", "<1@x>", 1);
	try_endless("CRAM-MD5", "", 20);
	try_endless("SCRAM-SHA-256", "", 0);
	try_endless("DIGEST-MD5", "", 20);
	try_rude();
	return check_done();
}
