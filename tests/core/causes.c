/* What a session has seen, and the rule that speaks of it: a row a rule. */
#include "check.h"

#include <string.h>
#include "cmd/know/cause.h"

enum {
	TLS = 2,
	OPEN = 4,
	HELLO = 8,
	GONE = 16,
	TEXTED = 32,
	TAKEN = 64,
	GREETED = 128,
	OFFERS = 256,
	FIRST = 512,
	LMTP = 1024,
	MASKED = 2048
};

static const struct {
	const char *id;
	enum err_why why;
	unsigned is;
	unsigned port;
	int code;
	enum verb_id verb; /* what the code answers, or is owed without one */
	const char *text;  /* the refusal's, or what came and is no reply */
	const char *part;  /* what came of the reply that is owed */
} rows[] = {
	{ "name.null-mx", WHY_NULL_MX, 0, 25, 0, 0, NULL },
	{ "name.none", WHY_NO_NAME, 0, 25, 0, 0, NULL },
	{ "name.no-address", WHY_NO_ADDRESS, 0, 25, 0, 0, NULL },
	{ "name.odd-mx", WHY_ODD_MX, 0, 25, 0, 0, NULL },
	{ "name.bogus", WHY_BOGUS, 0, 25, 0, 0, NULL },
	{ "name.unknown", WHY_NAME_UNKNOWN, 0, 25, 0, 0, NULL },
	{ "address.utf8", WHY_NO_UTF8, OPEN | GREETED | HELLO, 25, 0, 0, NULL },
	{ "connect.proxy", WHY_PROXY, 0, 25, 0, 0, NULL },
	{ "connect.socket", WHY_REFUSED, 0, 0, 0, 0, NULL },
	{ "connect.refused", WHY_REFUSED, 0, 587, 0, 0, NULL },
	{ "connect.silent-25", WHY_SILENT, 0, 25, 0, 0, NULL },
	{ "connect.silent", WHY_SILENT, 0, 587, 0, 0, NULL },
	{ "connect.unreachable", WHY_UNREACHABLE, 0, 25, 0, 0, NULL },
	{ "tls.masked", WHY_NO_STARTTLS, OPEN | GREETED | HELLO | MASKED, 25, 0,
	    0, NULL },
	{ "tls.not-offered", WHY_NO_STARTTLS, OPEN | GREETED | HELLO, 25, 0, 0,
	    NULL },
	{ "tls.plain-port", WHY_NOT_TLS, OPEN | FIRST, 587, 0, 0, NULL },
	{ "tls.broke-off", WHY_NOT_TLS, OPEN, 587, 0, 0, NULL },
	{ "tls.at-once", WHY_TLS_FIRST, OPEN, 465, 0, 0, NULL },
	{ "tls.version", WHY_TLS_VERSION, OPEN, 25, 0, 0, NULL },
	{ "tls.cipher", WHY_TLS_CIPHER, OPEN, 25, 0, 0, NULL },
	{ "tls.sni", WHY_TLS_NAME, OPEN, 25, 0, 0, NULL },
	{ "tls.client-cert", WHY_TLS_CLIENT_CERT, OPEN, 25, 0, 0, NULL },
	{ "tls.failed", WHY_TLS_FAILED, OPEN, 25, 0, 0, NULL },
	{ "cert.expired", WHY_CERT_EXPIRED, OPEN, 25, 0, 0, NULL },
	{ "cert.early", WHY_CERT_EARLY, OPEN, 25, 0, 0, NULL },
	{ "cert.name", WHY_CERT_NAME, OPEN, 25, 0, 0, NULL },
	{ "cert.self", WHY_CERT_SELF, OPEN, 25, 0, 0, NULL },
	{ "cert.issuer", WHY_CERT_ISSUER, OPEN, 25, 0, 0, NULL },
	{ "cert.weak", WHY_CERT_WEAK, OPEN, 25, 0, 0, NULL },
	{ "cert.use", WHY_CERT_USE, OPEN, 25, 0, 0, NULL },
	{ "cert.tlsa", WHY_CERT_TLSA, OPEN, 25, 0, 0, NULL },
	{ "cert.chain", WHY_CERT_CHAIN, OPEN, 25, 0, 0, NULL },
	{ "cert.soon", WHY_CERT_SOON, OPEN, 25, 0, 0, NULL },
	{ "auth.tls-first", WHY_NO_AUTH, OPEN | HELLO | OFFERS, 587, 0, 0,
	    NULL },
	{ "auth.not-here", WHY_NO_AUTH, OPEN | HELLO | TLS, 25, 0, 0, NULL },
	{ "auth.none", WHY_NO_AUTH, OPEN | HELLO | TLS, 587, 0, 0, NULL },
	{ "auth.mechanism", WHY_NO_MECH, OPEN | HELLO | TLS, 587, 0, 0, NULL },
	{ "auth.clear", WHY_AUTH_CLEAR, OPEN | HELLO, 587, 0, 0, NULL },
	{ "text.unknown-fate", WHY_LATE, OPEN | GREETED | HELLO | TEXTED, 25, 0,
	    VERB_TEXT_END, NULL },
	{ "session.out-of-step", WHY_OUT_OF_STEP, OPEN | GREETED | HELLO, 25, 0,
	    0, NULL },
	{ "other.unknown", WHY_NO_REPLY, OPEN, 25, 0, 0, "what?" },
	{ "other.ssh", WHY_NO_REPLY, OPEN, 22, 0, 0, "SSH-2.0-x" },
	{ "other.imap", WHY_NO_REPLY, OPEN, 143, 0, 0, "* OK ready" },
	{ "other.http", WHY_NO_REPLY, OPEN, 80, 0, 0, "HTTP/1.1 400 Bad" },
	{ "greeting.refuses", WHY_NONE, OPEN, 25, 554, VERB_GREETING,
	    "554 mx.example" },
	{ "greeting.later", WHY_NONE, OPEN, 25, 421, VERB_GREETING,
	    "421 mx.example" },
	{ "hello.old", WHY_NONE, OPEN | GREETED, 24, 500, VERB_EHLO,
	    "500 what" },
	{ "hello.smtp", WHY_NONE, OPEN | GREETED, 25, 500, VERB_LHLO,
	    "500 what" },
	{ "proto.masked", WHY_NONE, OPEN | GREETED | MASKED, 25, 500, VERB_EHLO,
	    "500 what" },
	{ "greeting.tls-port", WHY_LATE, OPEN, 465, 0, VERB_GREETING, NULL },
	{ "greeting.web-port", WHY_LATE, OPEN, 8080, 0, VERB_GREETING, NULL },
	{ "greeting.silent", WHY_LATE, OPEN, 25, 0, VERB_GREETING, NULL },
	{ "closed.unsaid", WHY_NONE, OPEN | GONE, 25, 0, VERB_GREETING, NULL },
	{ "closed.greeted", WHY_NONE, OPEN | GONE | GREETED, 25, 0, VERB_EHLO,
	    NULL },
	{ "closed.tls", WHY_NONE, OPEN | GONE | GREETED | TLS, 25, 0, VERB_EHLO,
	    NULL },
	{ "closed", WHY_NONE, OPEN | GONE | GREETED | HELLO, 25, 0, VERB_RCPT,
	    NULL },
	{ "hello.late", WHY_LATE, OPEN | GREETED, 25, 0, VERB_EHLO, NULL },
	{ "reply.half", WHY_LATE, OPEN | GREETED, 25, 0, VERB_EHLO, NULL,
	    "250-half" },
	{ "reply.half", WHY_LATE, OPEN, 465, 0, VERB_GREETING, NULL, "22" },
	{ "reply.half", WHY_CLOSED, OPEN | GONE, 25, 0, VERB_GREETING, NULL,
	    "220-a" },
	{ "text.unknown-fate", WHY_LATE, OPEN | GREETED | HELLO | TEXTED, 25, 0,
	    VERB_TEXT_END, NULL, "250 que" },
	{ "other.unknown", WHY_LATE, OPEN, 25, 0, VERB_GREETING, NULL,
	    "\x16\x03" },
	{ "other.ssh", WHY_LATE, OPEN, 25, 0, VERB_GREETING, NULL,
	    "SSH-2.0-OpenSSH_9.2" },
	{ "envelope.late", WHY_LATE, OPEN | GREETED | HELLO, 25, 0, VERB_RCPT,
	    NULL },
	{ "data.late", WHY_LATE, OPEN | GREETED | HELLO, 25, 0, VERB_DATA,
	    NULL },
	{ "auth.late", WHY_LATE, OPEN | GREETED | HELLO, 25, 0, VERB_AUTH,
	    NULL },
	{ "reply.late", WHY_LATE, OPEN | GREETED | HELLO, 25, 0, VERB_RSET,
	    NULL },
	/* What the text says beats the state, and codes have what is left. */
	{ "relay.postfix", WHY_NONE, OPEN | GREETED | HELLO, 25, 454, VERB_RCPT,
	    "454 4.7.1 <b@c.example>: Relay access denied" },
	{ "tls.first", WHY_NONE, OPEN | GREETED | HELLO, 587, 530, VERB_MAIL,
	    "530 what" },
	{ "login.required", WHY_NONE, OPEN | GREETED | HELLO | TLS, 587, 530,
	    VERB_MAIL, "530 what" },
	{ "rcpt.unavailable", WHY_NONE, OPEN | GREETED | HELLO, 25, 550,
	    VERB_RCPT, "550 what" },
};

static const struct {
	const char *id;
	enum sight_mx kind;
	enum err_why why;
} mxs[] = {
	{ "name.mx-dangling", SIGHT_MX_DANGLING, WHY_NO_ADDRESS },
	{ "name.mx-literal", SIGHT_MX_LITERAL, WHY_NO_ADDRESS },
	{ "name.mx-literal", SIGHT_MX_LITERAL, WHY_ODD_MX },
	{ "name.mx-private", SIGHT_MX_PRIVATE, WHY_SILENT },
	{ "name.mx-localhost", SIGHT_MX_LOCAL, WHY_REFUSED },
	/* The host is there: the record is not to blame. */
	{ "connect.refused", SIGHT_MX_PRIVATE, WHY_REFUSED },
	{ "connect.refused", SIGHT_MX_ALIAS, WHY_REFUSED },
};

static void
check_cause(struct sight *s, const char *id)
{
	struct cause c = CAUSE_INIT;
	bool found = cause_find(s, &c);
	CHECK(found && strcmp(c.id, id) == 0, "%s, not %s",
	    found ? c.id : "nothing", id);
	CHECK(!found || (buf_len(&c.what) > 0 && buf_len(&c.next) > 0 &&
			    strchr(buf_str(&c.what), '{') == NULL &&
			    strchr(buf_str(&c.next), '{') == NULL),
	    "%s leaves something open", id);
	cause_release(&c);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned is = rows[i].is;
		struct sight s = { .why = rows[i].why,
			.kind = rows[i].why == WHY_NONE && !(is & GONE)
				    ? ERR_NONE
				    : ERR_TEMP,
			.port = rows[i].port,
			.connected = is & OPEN,
			.greeted = is & GREETED,
			.hello = is & HELLO,
			.tls = is & TLS,
			.gone = is & GONE,
			.texted = is & TEXTED,
			.taken = is & TAKEN,
			.starttls = is & OFFERS,
			.tls_on_connect = is & FIRST,
			.lmtp = is & LMTP,
			.masked = is & MASKED };
		const struct verb *v =
		    rows[i].verb == 0 ? NULL : verb_get(rows[i].verb);
		if (rows[i].code != 0) {
			s.refusal.code = rows[i].code;
			s.refusal.verb = v;
			s.refusal.text = mem_dup(rows[i].text);
		} else {
			s.owed = v;
			if (rows[i].text != NULL)
				s.garbage = mem_dup(rows[i].text);
			if (rows[i].part != NULL)
				s.part = mem_dup(rows[i].part);
		}
		check_cause(&s, rows[i].id);
		sight_release(&s);
	}
}

static void
test_mx(void)
{
	for (size_t i = 0; i < sizeof mxs / sizeof *mxs; i++) {
		struct sight s = { .why = mxs[i].why,
			.kind = ERR_NOHOST,
			.port = 25,
			.domain = mem_dup("b.example") };
		s.mx[mxs[i].kind] = mem_dup("mx.b.example");
		s.mx_is[mxs[i].kind] = mem_dup("10.0.0.1");
		check_cause(&s, mxs[i].id);
		sight_release(&s);
	}
}

/* What was refused by one of two: its own cause, and its next step. */
static void
test_partly(void)
{
	struct sight s = { .connected = true,
		.greeted = true,
		.hello = true,
		.accepted = 1,
		.refused = 1,
		.texted = true,
		.taken = true,
		.to = mem_dup("x@b.example"),
		.refusal = {
		    .code = 550, .text = mem_dup("550 No such user") } };
	struct cause c = CAUSE_INIT;
	CHECK(
	    cause_find(&s, &c) && strcmp(c.id, "rcpt.partly") == 0, "%s", c.id);
	CHECK(strstr(buf_str(&c.what), "x@b.example") != NULL, "%s",
	    buf_str(&c.what));
	CHECK(strstr(buf_str(&c.next), "spelling") != NULL, "%s",
	    buf_str(&c.next));
	cause_release(&c);
	sight_release(&s);
}

static void
hide(const void *arg, struct buf *b, const char *p, size_t len)
{
	(void)p;
	(void)len;
	buf_adds(b, arg);
}

/* Only what came from outside goes through it. */
static void
test_hidden(void)
{
	static const struct sight_hide stars = { hide, "***" };
	struct sight s = { .hide = &stars,
		.why = WHY_REFUSED,
		.kind = ERR_TEMP,
		.port = 25,
		.host = mem_dup("secret") };
	struct cause c = CAUSE_INIT;
	CHECK(cause_find(&s, &c), "nothing");
	CHECK(strstr(buf_str(&c.what), "nothing listens on port *** of ***") !=
		  NULL,
	    "%s", buf_str(&c.what));
	cause_release(&c);
	sight_release(&s);
	CHECK(s.hide == &stars, "a release forgets who hides");
}

int
main(void)
{
	test_rows();
	test_mx();
	test_partly();
	test_hidden();
	return check_done();
}
