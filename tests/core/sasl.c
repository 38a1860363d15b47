/* The client's texts: known answers of the RFCs (SCRAM with binding by another
 * implementation), initial responses, tokens, and what is shown of them. */
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "sasl_util.h"

/* DIGEST-MD5's answer has the library's own nonce in it: chance is all zeros
 * while a test says so. (libgsasl finds this function before libc's.) */
static bool no_chance;

ssize_t
getrandom(void *p, size_t n, unsigned flags)
{
	if (!no_chance)
		return syscall(SYS_getrandom, p, n, flags);
	memset(p, 0, n);
	return (ssize_t)n;
}

#define DIGEST_RESPONSE "accb06f7236e9249ffca05f81834b270"
#define DIGEST_RSPAUTH	"8ff32ec7e74fc0ae1d35bc83d058405c"

#define NONCE_1	   "fyko+d2lbbFgONRv9qkxdawL"
#define SERVER_1   NONCE_1 "3rfcNHYJY1ZVvWVs7j"
#define NONCE_256  "rOprNGfwEbeRWgbNEkqO"
#define SERVER_256 NONCE_256 "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define FIRST_1	   "r=" SERVER_1 ",s=QSXCR+Q6sek8bf92,i=4096"
#define FIRST_256  "r=" SERVER_256 ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

static const struct {
	const char *label, *mech, *offered, *user, *authzid, *nonce;
	const char *exporter, *unique;
	const char *first, *server_first, *last, *server_last;
} scram[] = {
	{ "RFC 5802 5", "SCRAM-SHA-1", NULL, "user", NULL, NONCE_1, NULL, NULL,
	    "n,,n=user,r=" NONCE_1, FIRST_1,
	    "c=biws,r=" SERVER_1 ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
	    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
	{ "RFC 7677 3", "SCRAM-SHA-256", NULL, "user", NULL, NONCE_256, NULL,
	    NULL, "n,,n=user,r=" NONCE_256, FIRST_256,
	    "c=biws,r=" SERVER_256
	    ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
	    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
	{ "could bind, no -PLUS offered", "SCRAM-SHA-256",
	    "PLAIN SCRAM-SHA-256 SCRAM-SHA-1-PLUS", "user", NULL, NONCE_256,
	    "0123456789abcdef", NULL, "y,,n=user,r=" NONCE_256, FIRST_256,
	    "c=eSws,r=" SERVER_256
	    ",p=FoqiHTtQEDE8lz1CdaEe3tK4mS+iMDTl77SPyDS53DY=",
	    "v=dI4KpiQJwBr1+V+K6U1dA6l6I4I9DUNXWND4pcpRU3U=" },
	{ "could bind, -PLUS offered, its twin named", "SCRAM-SHA-256",
	    "SCRAM-SHA-256 SCRAM-SHA-256-PLUS", "user", NULL, NONCE_256,
	    "0123456789abcdef", NULL, "n,,n=user,r=" NONCE_256, FIRST_256,
	    "c=biws,r=" SERVER_256
	    ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
	    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
	{ "tls-exporter", "scram-sha-256-plus", NULL, "user", NULL, NONCE_256,
	    "0123456789abcdef", NULL, "p=tls-exporter,,n=user,r=" NONCE_256,
	    FIRST_256,
	    "c=cD10bHMtZXhwb3J0ZXIsLDAxMjM0NTY3ODlhYmNkZWY=,r=" SERVER_256
	    ",p=gHXGjpChaxRXFwIMtlaJRsYnJdY38N2gf6QjIkRBs5s=",
	    "v=q4GqYTXs49uCydxa8tyNLcDD/FSkJbtDAQaLLigLj4E=" },
	{ "tls-unique first, names with comma and equals sign",
	    "SCRAM-SHA-1-PLUS", NULL, "us,e=r", "bo,ss", NONCE_1,
	    "0123456789abcdef", "x\1unique\xff",
	    "p=tls-unique,a=bo=2Css,n=us=2Ce=3Dr,r=" NONCE_1, FIRST_1,
	    "c=cD10bHMtdW5pcXVlLGE9Ym89MkNzcywAAXVuaXF1Zf8=,r=" SERVER_1
	    ",p=mY/MjbJye5wNHsss8nfgApmMdG8=",
	    "v=Kp3S+58m5nzT8ijHjwrBzL4eQLc=" },
};

static void
try_scram(size_t i)
{
	struct sasl_secret pw = SECRET("pencil");
	static const char unique[] = "\0\1unique\xff";
	struct sasl_config cfg = { .mech = scram[i].mech,
		.offered = scram[i].offered,
		.user = scram[i].user,
		.authzid = scram[i].authzid,
		.password = &pw,
		.tls = true,
		.nonce = scram[i].nonce,
		.binding = { scram[i].exporter, 16,
		    scram[i].unique == NULL ? NULL : unique, 9 } };
	const char *l = scram[i].label, *b64, *p;
	struct sasl_client *c;
	struct err e = { 0 };
	size_t n;

	CHECK(sasl_client_new(&c, &cfg, &e) == 0, "%s: %s", l, e.text);
	if (c == NULL)
		return;
	CHECK(sasl_client_first(c, &b64, &e) == 1 &&
		  means(b64, scram[i].first, strlen(scram[i].first)),
	    "%s: %s", l, e.text);
	CHECK(ask(c, scram[i].server_first, &b64, &e) == 0 &&
		  means(b64, scram[i].last, strlen(scram[i].last)),
	    "%s: %s", l, e.text);
	p = sasl_client_response(c, &n);
	CHECK(shows(p, n, scram[i].last, strlen(scram[i].last)), "%s", l);
	CHECK(sasl_client_warning(c) == NULL, "%s", l);
	CHECK(ask(c, scram[i].server_last, &b64, &e) == 0 && *b64 == '\0',
	    "%s: %s", l, e.text);
	p = sasl_client_challenge(c, &n);
	CHECK(shows(p, n, scram[i].server_last, strlen(scram[i].server_last)),
	    "%s", l);
	CHECK(sasl_client_done(c, 235, &e) == 1, "%s: %s", l, e.text);
	sasl_client_free(c);
}

/* Exchanges of one to three messages: challenge, response, what is shown.
 * NULL for a challenge: the initial response; for a response: it has none. */
struct turn {
	const char *challenge, *response;
	size_t response_len;
	const char *shown;
	size_t shown_len;
};

#define T(s)	s, sizeof(s) - 1
#define NOTHING NULL, 0
#define NO_TURNS                                                               \
	{                                                                      \
		NULL, NOTHING, NOTHING                                         \
	}

static const struct {
	const char *label, *mech, *user, *authzid;
	enum sasl_initial initial;
	struct turn turn[3];
} texts[] = {
	{ "PLAIN", "PLAIN", "tim", NULL, SASL_INITIAL_AUTO,
	    { { NULL, T("\0tim\0tanstaaftanstaaf"), T("\0tim\0***") } } },
	{ "PLAIN, acting", "plain", "tim", "tom", SASL_INITIAL_AUTO,
	    { { NULL, T("tom\0tim\0tanstaaftanstaaf"), T("tom\0tim\0***") } } },
	{ "PLAIN, no initial response", "PLAIN", "tim", NULL, SASL_INITIAL_NO,
	    { { NULL, NOTHING, NOTHING },
		{ "", T("\0tim\0tanstaaftanstaaf"), T("\0tim\0***") } } },
	{ "PLAIN, the password is in the name", "PLAIN", "tanstaaftanstaaf",
	    NULL, SASL_INITIAL_AUTO,
	    { { NULL, T("\0tanstaaftanstaaf\0tanstaaftanstaaf"),
		T("\0***\0***") } } },
	{ "LOGIN", "LOGIN", "tim", NULL, SASL_INITIAL_AUTO,
	    { { NULL, NOTHING, NOTHING }, { "Username:", T("tim"), T("tim") },
		{ "Password:", T("tanstaaftanstaaf"), T("***") } } },
	{ "LOGIN, initial response", "LOGIN", "tim", NULL, SASL_INITIAL_YES,
	    { { NULL, T("tim"), T("tim") },
		{ "Password:", T("tanstaaftanstaaf"), T("***") } } },
	{ "RFC 2195 2", "CRAM-MD5", "tim", NULL, SASL_INITIAL_YES,
	    { { NULL, NOTHING, NOTHING },
		{ "<1896.697170952@postoffice.reston.mci.net>",
		    T("tim b913a602c7eda7a495b4e6e7334d3890"),
		    T("tim b913a602c7eda7a495b4e6e7334d3890") } } },
	{ "EXTERNAL", "EXTERNAL", NULL, NULL, SASL_INITIAL_AUTO,
	    { { NULL, T(""), T("") } } },
	{ "EXTERNAL, acting", "EXTERNAL", "tim", NULL, SASL_INITIAL_AUTO,
	    { { NULL, T("tim"), T("tim") } } },
	{ "ANONYMOUS", "ANONYMOUS", "sirhc", NULL, SASL_INITIAL_AUTO,
	    { { NULL, T("sirhc"), T("sirhc") } } },
};

static int
turn(struct sasl_client *c, const struct turn *t, const char **b64,
    struct err *e)
{
	int rc;

	if (t->challenge != NULL)
		return ask(c, t->challenge, b64, e);
	rc = sasl_client_first(c, b64, e);
	if (rc == 1 && strcmp(*b64, "=") == 0)
		*b64 = "";
	return rc == 1 ? 0 : rc;
}

static void
try_text(size_t i)
{
	struct sasl_secret pw = SECRET("tanstaaftanstaaf");
	struct sasl_config cfg = { .mech = texts[i].mech,
		.user = texts[i].user,
		.authzid = texts[i].authzid,
		.password = &pw,
		.tls = true,
		.initial = texts[i].initial };
	const char *l = texts[i].label, *b64, *p;
	struct sasl_client *c;
	struct err e = { 0 };
	size_t n;

	CHECK(sasl_client_new(&c, &cfg, &e) == 0, "%s: %s", l, e.text);
	if (c == NULL)
		return;
	for (int k = 0; k < 3; k++) {
		const struct turn *t = &texts[i].turn[k];

		if (k > 0 && t->challenge == NULL)
			break;
		CHECK(turn(c, t, &b64, &e) == 0, "%s: %s", l, e.text);
		p = sasl_client_response(c, &n);
		if (t->response == NULL) {
			CHECK(b64 == NULL && p == NULL, "%s", l);
			continue;
		}
		CHECK(
		    means(b64, t->response, t->response_len), "%s: %s", l, b64);
		CHECK(shows(p, n, t->shown, t->shown_len), "%s: %.*s", l,
		    (int)n, p);
		CHECK(silent(c, pw.p), "%s", l);
	}
	CHECK(sasl_client_done(c, 535, &e) == 0, "%s", l);
	CHECK(sasl_client_done(c, 235, &e) == 1, "%s: %s", l, e.text);
	CHECK(ask(c, "again", &b64, &e) == -1 && e.kind == ERR_AUTH, "%s", l);
	CHECK(sasl_client_done(c, 235, &e) == -1, "%s: a 334 too many", l);
	sasl_client_free(c);
}

/* RFC 2831 4, with a nonce of zeros; both hashes by another implementation. */
static void
try_digest(void)
{
	struct sasl_secret pw = SECRET("secret");
	struct sasl_config cfg = { .mech = "DIGEST-MD5",
		.user = "chris",
		.password = &pw,
		.host = "elwood.innosoft.com" };
	static const char challenge[] =
	    "realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\","
	    "qop=\"auth\",algorithm=md5-sess,charset=utf-8";
	const char *b64;
	struct sasl_client *c;
	struct err e = { 0 };
	struct buf b;

	for (int good = 0; good < 2; good++) {
		no_chance = true;
		CHECK(sasl_client_new(&c, &cfg, &e) == 0, "%s", e.text);
		CHECK(sasl_client_first(c, &b64, &e) == 0, "%s", e.text);
		CHECK(ask(c, challenge, &b64, &e) == 0, "%s", e.text);
		no_chance = false;
		b = plain(b64);
		CHECK(strstr(buf_str(&b), "username=\"chris\"") != NULL &&
			  strstr(buf_str(&b), "response=" DIGEST_RESPONSE) !=
			      NULL,
		    "%s", buf_str(&b));
		buf_release(&b);
		CHECK(sasl_client_done(c, 235, &e) == -1 &&
			  strstr(e.text, "no valid server signature") != NULL,
		    "%s", e.text);
		CHECK(ask(c,
			  good ? "rspauth=" DIGEST_RSPAUTH
			       : "rspauth=00000000000000000000000000000000",
			  &b64, &e) == (good ? 0 : -1),
		    "%s", e.text);
		CHECK(sasl_client_done(c, 235, &e) == (good ? 1 : -1), "%s",
		    e.text);
		sasl_client_free(c);
	}
}

/* Tokens: the message, the server's reasons, and the answer that ends it. */
static void
try_token(
    const char *mech, const char *want, const char *shown, const char *end)
{
	struct sasl_secret token = SECRET("vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGE");
	struct sasl_config cfg = { .mech = mech,
		.user = "us=er",
		.token = &token,
		.tls = true,
		.host = "mail.example.com",
		.port = 587 };
	const char *b64, *p;
	struct sasl_client *c;
	struct err e = { 0 };
	size_t n;

	CHECK(sasl_client_new(&c, &cfg, &e) == 0, "%s: %s", mech, e.text);
	CHECK(sasl_client_first(c, &b64, &e) == 1 &&
		  means(b64, want, strlen(want)),
	    "%s: %s", mech, b64);
	p = sasl_client_response(c, &n);
	CHECK(shows(p, n, shown, strlen(shown)), "%s: %.*s", mech, (int)n, p);
	CHECK(sasl_client_done(c, 235, &e) == 1, "%s: %s", mech, e.text);
	CHECK(ask(c, "{\"status\":\"401\"}", &b64, &e) == 0 &&
		  means(b64, end, strlen(end)),
	    "%s: %s", mech, b64);
	p = sasl_client_challenge(c, &n);
	CHECK(shows(p, n, "{\"status\":\"401\"}", 16), "%s: %.*s", mech, (int)n,
	    p);
	CHECK(sasl_client_done(c, 535, &e) == 0, "%s", mech);
	CHECK(sasl_client_done(c, 235, &e) == -1, "%s", mech);
	CHECK(ask(c, "{}", &b64, &e) == -1, "%s", mech);
	sasl_client_free(c);
}

/* RFC 4954 4: a line beyond 512 octets leaves the response for the 334. */
static void
try_long(enum sasl_initial initial, size_t n, int want)
{
	char *big = malloc(n + 1);
	struct sasl_secret pw = { memset(big, 'x', n + 1), n };
	struct sasl_config cfg = { .mech = "PLAIN",
		.user = "u",
		.password = &pw,
		.tls = true,
		.initial = initial };
	const char *b64;
	struct sasl_client *c;
	struct err e = { 0 };

	big[n] = '\0';
	CHECK(sasl_client_new(&c, &cfg, &e) == 0, "%s", e.text);
	CHECK(sasl_client_first(c, &b64, &e) == want, "%zu: %s", n, e.text);
	if (want == 0) {
		CHECK(sasl_client_done(c, 235, &e) == -1, "nothing is said");
		CHECK(ask(c, "", &b64, &e) == 0 && strlen(b64) > n, "%zu", n);
	}
	CHECK(silent(c, big), "%zu", n);
	CHECK(sasl_client_done(c, 235, &e) == 1, "%s", e.text);
	sasl_client_free(c);
	free(big);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof scram / sizeof scram[0]; i++)
		try_scram(i);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		try_text(i);
	try_digest();
	try_token("XOAUTH2",
	    "user=us=er\1auth=Bearer vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGE\1\1",
	    "user=us=er\1auth=Bearer ***\1\1", "");
	try_token("OAUTHBEARER",
	    "n,a=us=3Der,\1host=mail.example.com\1port=587\1"
	    "auth=Bearer vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGE\1\1",
	    "n,a=us=3Der,\1host=mail.example.com\1port=587\1"
	    "auth=Bearer ***\1\1",
	    "\1");
	/* "AUTH PLAIN " and CRLF leave 499: 124 groups, 372 octets. */
	try_long(SASL_INITIAL_AUTO, 372 - 3, 1);
	try_long(SASL_INITIAL_AUTO, 372 - 2, 0);
	try_long(SASL_INITIAL_YES, 100000, 1);
	return check_done();
}
