/* TLS: two engines joined in memory. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"
#include "tls.h"
#include "tls_certs.h"

static char dir[] = "/tmp/smtpsh-tls-XXXXXX";

/* "NAME" as a path in the folder of certificates, in one of four places. */
static const char *
in_dir(const char *name)
{
	static char path[4][128];
	static unsigned turn;
	char *p = path[turn++ % 4];

	if (name == NULL)
		return NULL;
	snprintf(p, sizeof path[0], "%s/%s", dir, name);
	return p;
}

/* Runs a script of sh with dir as $1; what it says goes into dir/log. */
static int
run(const char *script)
{
	const char *log_path =
	    access(dir, F_OK) == 0 ? in_dir("log") : "/dev/null";
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);

		dup2(fd, 1);
		dup2(fd, 2);
		execlp("sh", "sh", "-c", script, "sh", dir, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static size_t
slurp(const char *name, char *p, size_t n)
{
	FILE *f = fopen(in_dir(name), "r");
	size_t got = 0;

	if (f != NULL) {
		got = fread(p, 1, n, f);
		fclose(f);
	}
	return got;
}

struct pair {
	struct tls_ctx *cx, *sx;
	struct tls *c, *s;
	int crc, src;
	struct err ce, se;
};

static bool
pair_ctx(struct pair *p, const struct tls_config *c, const struct tls_config *s)
{
	memset(p, 0, sizeof *p);
	if (tls_ctx_new(&p->cx, c, &p->ce) < 0 ||
	    tls_ctx_new(&p->sx, s, &p->se) < 0) {
		CHECK(0, "contexts: %s %s", p->ce.text, p->se.text);
		return false;
	}
	return true;
}

static bool
pair_new(struct pair *p, const struct tls_target *to)
{
	p->c = p->s = NULL;
	p->crc = p->src = 0;
	p->ce.kind = p->se.kind = ERR_NONE;
	return tls_new(&p->c, p->cx, to, &p->ce) == 0 &&
	    tls_new(&p->s, p->sx, NULL, &p->se) == 0;
}

static void
pair_drop(struct pair *p)
{
	tls_free(p->c);
	tls_free(p->s);
	p->c = p->s = NULL;
}

static void
pair_end(struct pair *p)
{
	pair_drop(p);
	tls_ctx_free(p->cx);
	tls_ctx_free(p->sx);
}

/* Moves at most n octets; how many there were to move. */
static size_t
move(struct tls *from, struct tls *to, size_t n)
{
	size_t have;
	const char *p = tls_out(from, &have);

	if (n > have)
		n = have;
	n = tls_feed(to, p, n);
	tls_out_done(from, n);
	return n;
}

/* Until both have ended or nothing moves. */
static void
shake(struct pair *p, size_t chunk)
{
	size_t moved;

	do {
		if (p->crc == 0)
			p->crc = tls_handshake(p->c, &p->ce);
		if (p->src == 0)
			p->src = tls_handshake(p->s, &p->se);
		moved = move(p->c, p->s, chunk);
		moved += move(p->s, p->c, chunk);
	} while (moved > 0);
}

/* Sends text through from, moves chunk by chunk, reads it from to. */
static bool
tell(struct tls *from, struct tls *to, const char *text, size_t chunk)
{
	char got[256];
	size_t n = strlen(text), have = 0;
	ssize_t rc;
	struct err e;

	if (tls_write(from, text, n, &e) != (ssize_t)n)
		return false;
	for (;;) {
		rc = tls_read(to, got + have, sizeof got - have, &e);
		if (rc > 0)
			have += (size_t)rc;
		else if (rc != TLS_AGAIN || move(from, to, chunk) == 0)
			break;
	}
	return rc == TLS_AGAIN && have == n && memcmp(got, text, n) == 0;
}

/* Certificates. */

static const struct cert_row {
	const char *label, *cert, *ca, *name, *text;
} cert_rows[] = {
	{ "good", "good.pem", "ca.pem", "localhost", "verified: localhost" },
	{ "last dot", "good.pem", "ca.pem", "localhost.", "trusted by CN=Test" },
	{ "case", "good.pem", "ca.pem", "LocalHost", "verified: LocalHost" },
	{ "ipv4", "good.pem", "ca.pem", "127.0.0.1", "verified: IP:127.0.0.1" },
	{ "ipv6", "good.pem", "ca.pem", "::1", "verified: IP:::1" },
	{ "ipv6 long", "good.pem", "ca.pem", "0:0:0:0:0:0:0:1", "verified" },
	{ "other ip", "good.pem", "ca.pem", "127.0.0.2",
	    "!expected IP:127.0.0.2, the certificate has DNS:localhost, "
	    "IP:127.0.0.1, IP:::1" },
	{ "ip as name", "ipasdns.pem", "ca.pem", "127.0.0.1",
	    "!address mismatch: expected IP:127.0.0.1, the certificate has "
	    "DNS:127.0.0.1" },
	{ "wild", "wild.pem", "ca.pem", "mx.example.org",
	    "verified: mx.example.org (as *.example.org)" },
	{ "two labels", "wild.pem", "ca.pem", "a.mx.example.org",
	    "!name mismatch" },
	{ "no label", "wild.pem", "ca.pem", "example.org", "!name mismatch" },
	{ "part of a label", "wild.pem", "ca.pem", "mx.example.com",
	    "!DNS:m*.example.com" },
	{ "bare star", "star.pem", "ca.pem", "localhost", "!has DNS:*;" },
	{ "self-signed", "self.pem", "ca.pem", "localhost", "!self-signed" },
	{ "self-signed, what helps", "self.pem", "ca.pem", "localhost",
	    "!--tls-ca FILE with it or its issuer, --tls-verify no" },
	{ "self-signed, trusted", "self.pem", "self.crt", "localhost",
	    "verified" },
	{ "leaf as anchor", "good.pem", "good.crt", "localhost", "verified" },
	{ "unknown issuer", "good.pem", "self.crt", "localhost",
	    "!at depth 0: unknown issuer" },
	{ "the system's", "good.pem", NULL, "localhost", "!unknown issuer" },
	{ "untrusted root", "chain.pem", "self.crt", "localhost",
	    "!at depth 1: the root of its chain is not trusted" },
	{ "issuer named", "good.pem", "self.crt", "localhost",
	    "!subject CN=localhost, issuer CN=Test-CA" },
	{ "wrong host", "wronghost.pem", "ca.pem", "localhost",
	    "!at depth 0: name mismatch: expected localhost, the certificate "
	    "has DNS:mx.evil.example; " },
	{ "wrong host, what helps", "wronghost.pem", "ca.pem", "localhost",
	    "!to accept it: --tls-verify-host NAME, --tls-verify no" },
	{ "two faults", "self.pem", "ca.pem", "mx.example.org",
	    "!trusted certificates; at depth 0: name mismatch" },
	{ "expired", "expired.pem", "ca.pem", "localhost",
	    "!expired since 2020-02-01 00:00:00Z" },
	{ "NUL in the name", "nul.pem", "ca.pem", "localhost",
	    "!has DNS:localhost\\x00.evil.example" },
	{ "common name only", "cnonly.pem", "ca.pem", "localhost",
	    "!has no subjectAltName" },
	{ "common name and another", "cnbutsan.pem", "ca.pem", "localhost",
	    "!has DNS:other.example" },
	{ "for clients", "client.pem", "ca.pem", "localhost",
	    "!extended key usage lacks serverAuth" },
	{ "escapes", "escape.pem", "self.crt", "localhost",
	    "!subject O=\"\\1B]0;owned\\07\", CN=x, issuer" },
};

static bool
no_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

/* want begins with '!' for a refusal. */
static void
check_cert(const struct cert_row *r, enum tls_level level)
{
	struct tls_config c = { .ca = in_dir(r->ca) };
	struct tls_config s = { .role = TLS_SERVER, .cert = in_dir(r->cert) };
	struct tls_target to = { .level = level, .verify_name = r->name };
	bool good = r->text[0] != '!';
	const char *text = r->text + !good, *verdict;
	struct buf pem = BUF_INIT;
	struct pair p;

	if (!pair_ctx(&p, &c, &s))
		return;
	CHECK(pair_new(&p, &to), "%s: %s", r->label, p.ce.text);
	shake(&p, 100000);
	verdict = tls_verdict(p.c);
	if (level < TLS_VERIFY || good) {
		CHECK(p.crc == 1, "%s: %s", r->label, p.ce.text);
		/* What refuses only "--tls-verify no" is not in a verdict. */
		if (strstr(text, "--tls-verify no") == NULL)
			CHECK(strstr(verdict, text) != NULL, "%s: \"%s\"",
			    r->label, verdict);
	} else {
		CHECK(p.crc == -1 && p.ce.kind == ERR_AUTH, "%s: %d %s",
		    r->label, p.crc, p.ce.text);
		CHECK(p.src == -1 || p.src == 1, "%s: server %d", r->label,
		    p.src);
		CHECK(strstr(p.ce.text, text) != NULL, "%s: \"%s\"", r->label,
		    p.ce.text);
	}
	CHECK(tls_verified(p.c) == good, "%s", r->label);
	CHECK((strncmp(verdict, "verified", 8) == 0) == good, "%s: %s",
	    r->label, verdict);
	CHECK(no_control(verdict), "%s", r->label);
	CHECK(tls_peer_pem(p.c, &pem) > 0, "%s", r->label);
	CHECK(strncmp(buf_str(&pem), "-----BEGIN CERT", 15) == 0, "%s",
	    r->label);
	buf_release(&pem);
	pair_end(&p);
}

static void
test_certs(void)
{
	size_t i;

	for (i = 0; i < sizeof cert_rows / sizeof cert_rows[0]; i++) {
		check_cert(&cert_rows[i], TLS_VERIFY);
		check_cert(&cert_rows[i], TLS_MUST);
	}
}

/* DANE. */

static const struct dane_row {
	const char *label, *cert, *name, *other;
	uint8_t usage, selector, mtype;
	const char *data; /* a file, or NULL: 32 octets of nothing */
	size_t len;
	const char *text;
} dane_rows[] = {
	{ "3 1 1", "good.pem", "localhost", NULL, 3, 1, 1, "good.spki", 32,
	    "verified: TLSA 3 1 1 " },
	{ "3 1 1, other name", "good.pem", "mx.example", NULL, 3, 1, 1,
	    "good.spki", 32, "matches the certificate at depth 0" },
	{ "3 1 1, expired", "expired.pem", "localhost", NULL, 3, 1, 1,
	    "good.spki", 32, "verified: TLSA 3 1 1 " },
	{ "3 1 1, self-signed", "self.pem", "localhost", NULL, 3, 1, 1,
	    "good.spki", 32, "verified: TLSA 3 1 1 " },
	{ "3 1 1, bad", "good.pem", "localhost", NULL, 3, 1, 1, NULL, 32,
	    "!no TLSA record matches it" },
	{ "3 0 1, of the key", "good.pem", "localhost", NULL, 3, 0, 1,
	    "good.spki", 32, "!no TLSA record matches it" },
	{ "2 0 1", "chain.pem", "localhost", NULL, 2, 0, 1, "ca.sha256", 32,
	    "verified: TLSA 2 0 1 " },
	{ "2 0 1, other name", "chain.pem", "mx.example", NULL, 2, 0, 1,
	    "ca.sha256", 32, "!name mismatch: expected mx.example" },
	{ "2 0 1, next hop", "chain.pem", "mx.example", "localhost.", 2, 0, 1,
	    "ca.sha256", 32, "(DANE-TA), which has localhost" },
	{ "2 0 1, not sent", "good.pem", "localhost", NULL, 2, 0, 1,
	    "ca.sha256", 32, "!no TLSA record matches it" },
	{ "2 0 1, bad", "chain.pem", "localhost", NULL, 2, 0, 1, NULL, 32,
	    "!no TLSA record matches it" },
	{ "1 1 1", "good.pem", "localhost", NULL, 1, 1, 1, "good.spki", 32,
	    "?none of the 1 TLSA records is usable" },
	{ "cut", "good.pem", "localhost", NULL, 3, 1, 1, "good.spki", 31,
	    "?usable" },
	{ "selector 2", "good.pem", "localhost", NULL, 3, 2, 1, "good.spki", 32,
	    "?usable" },
	{ "type 9", "good.pem", "localhost", NULL, 3, 1, 9, "good.spki", 32,
	    "?usable" },
	{ "an address", "good.pem", "127.0.0.1", NULL, 3, 1, 1, "good.spki", 32,
	    "?needs a host name" },
};

/* text begins with '!' for a refusal, '?' when there is no session at all. */
static void
check_dane(const struct dane_row *r)
{
	struct tls_config c = { .ca = in_dir("self.crt") };
	struct tls_config s = { .role = TLS_SERVER, .cert = in_dir(r->cert) };
	unsigned char data[32] = { 1 };
	struct tls_tlsa tlsa = { r->usage, r->selector, r->mtype, data,
		r->len };
	struct tls_target to = { TLS_DANE, r->name, NULL, &r->other,
		r->other != NULL, &tlsa, 1 };
	struct pair p;

	if (r->data != NULL)
		slurp(r->data, (char *)data, sizeof data);
	if (!pair_ctx(&p, &c, &s))
		return;
	if (!pair_new(&p, &to)) {
		CHECK(r->text[0] == '?' && strstr(p.ce.text, r->text + 1),
		    "%s: %s", r->label, p.ce.text);
		pair_end(&p);
		return;
	}
	shake(&p, 100000);
	if (r->text[0] == '!') {
		CHECK(p.crc == -1 && p.ce.kind == ERR_AUTH, "%s", r->label);
		CHECK(strstr(p.ce.text, r->text + 1), "%s: %s", r->label,
		    p.ce.text);
	} else {
		CHECK(p.crc == 1 && tls_verified(p.c), "%s: %s", r->label,
		    p.ce.text);
		CHECK(strstr(tls_verdict(p.c), r->text), "%s: %s", r->label,
		    tls_verdict(p.c));
	}
	pair_end(&p);
}

static void
test_dane(void)
{
	struct tls_config c = { .ca = NULL };
	struct tls_config s = { .role = TLS_SERVER, .self_signed = true };
	struct tls_tlsa tlsa = { 3, 1, 9, (const unsigned char *)"x", 1 };
	struct tls_target to = { TLS_MUST, "localhost", NULL, NULL, 0, &tlsa,
		1 };
	struct pair p;
	size_t i;

	for (i = 0; i < sizeof dane_rows / sizeof dane_rows[0]; i++)
		check_dane(&dane_rows[i]);
	if (!pair_ctx(&p, &c, &s))
		return;
	CHECK(pair_new(&p, &to), "unusable, must: %s", p.ce.text);
	shake(&p, 100000);
	CHECK(p.crc == 1 && !tls_verified(p.c), "unusable, must");
	pair_end(&p);
}

/* The stream. */

static const char *const versions[] = { "tlsv1_2", "tlsv1_3" };

static void
test_pieces(void)
{
	struct tls_target to = { .level = TLS_VERIFY,
		.verify_name = "localhost" };
	size_t v, chunk;
	struct pair p;
	struct err e;
	char c;

	for (v = 0; v < 2; v++) {
		struct tls_config cc = { .ca = in_dir("ca.pem"),
			.protocol = versions[v] };
		struct tls_config sc = { .role = TLS_SERVER,
			.cert = in_dir("good.crt"),
			.key = in_dir("good.key") };

		if (!pair_ctx(&p, &cc, &sc))
			return;
		for (chunk = 1; chunk < 700; chunk = chunk * 3 + 1) {
			CHECK(pair_new(&p, &to), "%s", p.ce.text);
			shake(&p, chunk);
			CHECK(p.crc == 1 && p.src == 1, "%zu: %s %s", chunk,
			    p.ce.text, p.se.text);
			CHECK(tell(p.c, p.s, "EHLO a\r\n", chunk), "%zu",
			    chunk);
			CHECK(tell(p.s, p.c, "250 b\r\n", chunk), "%zu",
			    chunk);
			CHECK(!tls_pending(p.c) && !tls_closed(p.c), "%zu",
			    chunk);
			tls_close_notify(p.s);
			while (move(p.s, p.c, chunk) > 0)
				;
			CHECK(tls_read(p.c, &c, 1, &e) == 0, "%zu", chunk);
			CHECK(tls_closed(p.c), "%zu", chunk);
			pair_drop(&p);
		}
		pair_end(&p);
	}
}

/* A session of which the client gets only the first cut octets; *left of them
 * never come. How it ends for the client: what tls_read() gives last. */
static ssize_t
cut_session(struct pair *p, const struct tls_target *to, size_t cut,
    size_t *left)
{
	size_t moved, n, sent = 0;
	bool said = false;
	char text[64];
	ssize_t rc;

	*left = 0;
	if (!pair_new(p, to))
		return TLS_AGAIN;
	do {
		if (p->crc == 0)
			p->crc = tls_handshake(p->c, &p->ce);
		if (p->src == 0)
			p->src = tls_handshake(p->s, &p->se);
		if (p->src == 1 && !said) {
			said = true;
			tls_write(p->s, "220 a\r\n", 7, &p->se);
			tls_close_notify(p->s);
		}
		moved = move(p->c, p->s, 100000);
		n = move(p->s, p->c, cut - sent);
		sent += n;
	} while (moved + n > 0);
	tls_out(p->s, left);
	tls_eof(p->c);
	if (tls_handshake(p->c, &p->ce) < 0)
		return TLS_ERR;
	while ((rc = tls_read(p->c, text, sizeof text, &p->ce)) > 0)
		;
	return rc;
}

static void
test_cut(void)
{
	struct tls_target to = { .level = TLS_VERIFY,
		.verify_name = "localhost" };
	size_t v, i, left;
	struct pair p;
	ssize_t rc;

	for (v = 0; v < 2; v++) {
		struct tls_config c = { .ca = in_dir("ca.pem"),
			.protocol = versions[v] };
		struct tls_config s = { .role = TLS_SERVER,
			.cert = in_dir("good.pem") };

		if (!pair_ctx(&p, &c, &s))
			return;
		/* Signatures differ in length from one run to the next. */
		for (i = 0, left = 1; left > 0; i++) {
			rc = cut_session(&p, &to, i, &left);
			if (left > 0)
				CHECK(rc == TLS_ERR && p.ce.kind == ERR_LOST,
				    "%s: cut at %zu: %zd %s", versions[v], i,
				    rc, p.ce.text);
			else
				CHECK(rc == 0 && i > 500, "%s: %zd %s",
				    versions[v], rc, p.ce.text);
			pair_drop(&p);
		}
		pair_end(&p);
	}
}

/* A megabyte through pieces of changing size; bounds on both sides. */
static void
test_bulk(void)
{
	struct tls_config c = { .ca = in_dir("ca.pem") };
	struct tls_config s = { .role = TLS_SERVER, .cert = in_dir("good.pem") };
	struct tls_target to = { .verify_name = "localhost" };
	size_t put = 0, got = 0, step = 1, wait, i, n = 1000000;
	char *in = mem_alloc(n), *out = mem_zalloc(n);
	struct pair p;
	ssize_t rc;

	for (i = 0; i < n; i++)
		in[i] = (char)(i * 2654435761U >> 13);
	if (!pair_ctx(&p, &c, &s) || !pair_new(&p, &to))
		return;
	shake(&p, 100000);
	do {
		rc = tls_write(p.c, in + put, n - put, &p.ce);
		put += rc > 0 ? (size_t)rc : 0;
	} while (rc > 0 && put < n);
	tls_out(p.c, &wait);
	CHECK(rc == TLS_AGAIN && wait < 300 * 1024, "%zd %zu", rc, wait);
	for (i = 0; i < 1000000 && got < n; i++, step = step * 7 % 40009) {
		if (put < n) {
			rc = tls_write(p.c, in + put, n - put, &p.ce);
			put += rc > 0 ? (size_t)rc : 0;
		}
		move(p.c, p.s, step);
		rc = tls_read(p.s, out + got, n - got, &p.se);
		got += rc > 0 ? (size_t)rc : 0;
	}
	CHECK(got == n && memcmp(in, out, n) == 0, "%zu", got);
	for (i = put = 0; i < 64; i++)
		put += tls_feed(p.s, in, 100000);
	CHECK(put == 1024 * 1024, "%zu", put);
	pair_end(&p);
	free(in);
	free(out);
}

/* What is no TLS, or no TLS that we speak. */

static const struct junk_row {
	const char *label;
	enum tls_role role;
	const char *in;
	size_t len;
	const char *text;
} junk_rows[] = {
	{ "greeting", TLS_CLIENT, "220 mx\033 ESMTP\r\n", 16,
	    "the server does not speak TLS here: it sent \"220 mx\\x1B ESMTP" },
	{ "EHLO", TLS_SERVER, "EHLO client.example\r\n", 21,
	    "the client does not speak TLS here: it sent \"EHLO" },
	{ "http", TLS_SERVER, "GET / HTTP/1.1\r\n\r\n", 18, "it sent \"GET" },
	{ "zeros", TLS_CLIENT, "\0\0\0\0\0\0\0\0", 8, "does not speak TLS" },
	{ "alert", TLS_CLIENT, "\x15\3\3\0\2\2\x28", 7,
	    "the peer says: sslv3 alert handshake failure (no cipher in" },
	{ "version alert", TLS_CLIENT, "\x15\3\3\0\2\2\x46", 7,
	    "allowed here: TLS 1.2, TLS 1.3 (--tls-protocol)" },
	{ "record of 64 KiB", TLS_CLIENT, "\x16\3\3\xff\xff\0\0\0\0", 9,
	    "TLS handshake failed: " },
	{ "close_notify", TLS_CLIENT, "\x15\3\3\0\2\1\0", 7, "" },
};

static void
test_junk(void)
{
	struct tls_config c[2] = { { .role = TLS_CLIENT },
		{ .role = TLS_SERVER, .self_signed = true } };
	struct tls_ctx *ctx[2];
	struct err e = { 0 }, again;
	struct tls *t;
	size_t i;
	int rc;

	CHECK(tls_ctx_new(&ctx[0], &c[0], &e) == 0, "%s", e.text);
	CHECK(tls_ctx_new(&ctx[1], &c[1], &e) == 0, "%s", e.text);
	for (i = 0; i < sizeof junk_rows / sizeof junk_rows[0]; i++) {
		const struct junk_row *r = &junk_rows[i];

		CHECK(tls_new(&t, ctx[r->role], NULL, &e) == 0, "%s", r->label);
		rc = tls_handshake(t, &e);
		CHECK(rc == 0, "%s: %d %s", r->label, rc, e.text);
		tls_feed(t, r->in, r->len);
		rc = tls_handshake(t, &e);
		CHECK(rc == -1, "%s: %d", r->label, rc);
		CHECK(e.kind == ERR_PROTO || *r->text == '\0', "%s: %d %s",
		    r->label, (int)e.kind, e.text);
		CHECK(strstr(e.text, r->text) != NULL, "%s: %s", r->label,
		    e.text);
		CHECK(tls_handshake(t, &again) == -1 &&
			strcmp(again.text, e.text) == 0,
		    "%s: told again", r->label);
		CHECK(!tls_pending(t) && !tls_closed(t) && !tls_is_up(t), "%s",
		    r->label);
		tls_free(t);
	}
	tls_ctx_free(ctx[0]);
	tls_ctx_free(ctx[1]);
}

static void
test_clear_inside(void)
{
	struct tls_config c = { .ca = NULL };
	struct tls_config s = { .role = TLS_SERVER, .self_signed = true };
	struct pair p;
	char text[64];
	ssize_t rc;

	if (!pair_ctx(&p, &c, &s) || !pair_new(&p, NULL))
		return;
	shake(&p, 100000);
	tls_feed(p.c, "250 in clear\r\n", 14);
	rc = tls_read(p.c, text, sizeof text, &p.ce);
	CHECK(rc == TLS_ERR && p.ce.kind == ERR_PROTO, "%zd %s", rc, p.ce.text);
	CHECK(!tls_closed(p.c), "not a clean end");
	rc = tls_write(p.c, "QUIT\r\n", 6, &p.ce);
	CHECK(rc == TLS_ERR && p.ce.kind == ERR_PROTO, "%zd", rc);
	pair_end(&p);
}

/* Settings. */

static const struct protocol_row {
	const char *label, *client, *server, *client_cipher, *want;
} protocol_rows[] = {
	{ "default", NULL, NULL, NULL, "TLSv1.3" },
	{ "no 1.3", "no_tlsv1_3", NULL, NULL, "TLSv1.2" },
	{ "list", "tlsv1_2,tlsv1_3", "1.2", NULL, "TLSv1.2" },
	{ "old server", NULL, "tlsv1", NULL,
	    "!no TLS version in common); allowed here: TLS 1.2, TLS 1.3" },
	{ "older server", NULL, "TLSv1.1,tlsv1", NULL, "!no TLS version in" },
	{ "old on both sides", "tlsv1", "tlsv1,tlsv1_1", NULL, "TLSv1" },
	{ "a hole", "1.1,1.3", "1.1,1.2", NULL, "TLSv1.1" },
	{ "none in common", "1.2", "1.3", NULL, "!no TLS version in common" },
	{ "cipher", "1.2", NULL, "ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2" },
	{ "cipher of 1.3", "1.3", NULL,
	    "AES128-SHA:TLS_CHACHA20_POLY1305_SHA256", "TLSv1.3" },
	{ "no cipher in common", "1.2", NULL, "ECDHE-RSA-AES128-GCM-SHA256",
	    "!the peer says: sslv3 alert handshake failure" },
};

static void
test_protocols(void)
{
	const struct protocol_row *r = protocol_rows;
	size_t i;
	struct pair p;

	for (i = 0; i < sizeof protocol_rows / sizeof *r; i++, r++) {
		struct tls_config c = { .protocol = r->client,
			.cipher = r->client_cipher };
		struct tls_config s = { .role = TLS_SERVER,
			.self_signed = true,
			.protocol = r->server };

		if (!pair_ctx(&p, &c, &s) || !pair_new(&p, NULL))
			continue;
		shake(&p, 100000);
		if (r->want[0] == '!') {
			CHECK(p.crc == -1 && p.ce.kind == ERR_PROTO, "%s: %d",
			    r->label, p.crc);
			CHECK(strstr(p.ce.text, r->want + 1), "%s: %s",
			    r->label, p.ce.text);
		} else {
			CHECK(p.crc == 1 && p.src == 1, "%s: %s %s", r->label,
			    p.ce.text, p.se.text);
			CHECK(strcmp(tls_version(p.c), r->want) == 0, "%s: %s",
			    r->label, tls_version(p.c));
			CHECK(strcmp(tls_cipher(p.c), tls_cipher(p.s)) == 0,
			    "%s: %s", r->label, tls_cipher(p.c));
			if (r->client_cipher != NULL)
				CHECK(strstr(r->client_cipher,
					  tls_cipher(p.c)) != NULL,
				    "%s: %s", r->label, tls_cipher(p.c));
		}
		pair_end(&p);
	}
}

static const struct config_row {
	const char *label, *ca, *cert, *key, *protocol, *cipher;
	enum err_kind kind;
	const char *text;
} config_rows[] = {
	{ "no ca", "none", NULL, NULL, NULL, NULL, ERR_NOINPUT,
	    "none: No such file" },
	{ "empty ca", "idx.attr", NULL, NULL, NULL, NULL, ERR_USAGE,
	    "no certificate in the TLS CA" },
	{ "folder as ca", "", NULL, NULL, NULL, NULL, ERR_NONE, "" },
	{ "no cert", NULL, "none", NULL, NULL, NULL, ERR_NOINPUT, "none: " },
	{ "no key", NULL, "good.crt", "none", NULL, NULL, ERR_NOINPUT,
	    "none: " },
	{ "key alone", NULL, NULL, "good.key", NULL, NULL, ERR_USAGE,
	    "without a certificate" },
	{ "no key in it", NULL, "good.crt", NULL, NULL, NULL, ERR_USAGE,
	    "no usable key in" },
	{ "other key", NULL, "good.crt", "ca.key", NULL, NULL, ERR_USAGE,
	    "key values mismatch" },
	{ "encrypted key", NULL, "good.crt", "secret.key", NULL, NULL,
	    ERR_USAGE, "secret.key is encrypted" },
	{ "cert is a key", NULL, "good.key", NULL, NULL, NULL, ERR_USAGE,
	    "no usable certificate in" },
	{ "weak", NULL, "weak.pem", NULL, NULL, NULL, ERR_USAGE,
	    "key too small" },
	{ "weak, asked for", NULL, "weak.pem", NULL, NULL,
	    "DEFAULT@SECLEVEL=0", ERR_NONE, "" },
	{ "protocol", NULL, NULL, NULL, "tlsv1_4", NULL, ERR_USAGE,
	    "unknown TLS protocol \"tlsv1_4\"" },
	{ "no protocol", NULL, NULL, NULL, "1.2,no_1.2", NULL, ERR_USAGE,
	    "leaves none" },
	{ "cipher", NULL, NULL, NULL, NULL, "ROT13", ERR_USAGE,
	    "TLS cipher \"ROT13\": no cipher match" },
	{ "cipher of 1.3", NULL, NULL, NULL, NULL, "TLS_ROT13", ERR_USAGE,
	    "TLS cipher \"TLS_ROT13\"" },
};

static void
test_config(void)
{
	const struct config_row *r = config_rows;
	struct tls_target to = { .level = TLS_VERIFY };
	struct tls_ctx *x;
	struct tls *t;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof config_rows / sizeof *r; i++, r++) {
		struct tls_config c = { .ca = in_dir(r->ca),
			.cert = in_dir(r->cert),
			.key = in_dir(r->key),
			.protocol = r->protocol,
			.cipher = r->cipher };
		int rc;

		e.kind = ERR_NONE;
		e.text[0] = '\0';
		rc = tls_ctx_new(&x, &c, &e);
		CHECK((rc == 0) == (r->kind == ERR_NONE), "%s: %s", r->label,
		    e.text);
		CHECK(e.kind == r->kind && strstr(e.text, r->text), "%s: %s",
		    r->label, e.text);
		if (r->kind == ERR_NONE && rc == 0) {
			CHECK(tls_new(&t, x, &to, &e) == -1 &&
				e.kind == ERR_USAGE,
			    "no name to verify");
			tls_ctx_free(x);
		}
	}
}

/* What the two ends have in common. */

static void
check_binding(struct pair *p, const char *type, bool have, size_t len)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct err e = { 0 };
	int rc = tls_channel_binding(p->c, type, &a, &e);

	CHECK((rc == 0) == have, "%s %s: %s", type, tls_version(p->c), e.text);
	rc = tls_channel_binding(p->s, type, &b, &e);
	CHECK((rc == 0) == have, "%s %s: %s", type, tls_version(p->s), e.text);
	CHECK(buf_len(&a) == len && buf_len(&b) == len &&
		memcmp(buf_data(&a), buf_data(&b), len) == 0,
	    "%s: %zu %zu", type, buf_len(&a), buf_len(&b));
	buf_wipe(&a);
	buf_wipe(&b);
}

static void
test_binding(void)
{
	size_t v;
	struct pair p;

	for (v = 0; v < 2; v++) {
		struct tls_config c = { .protocol = versions[v] };
		struct tls_config s = { .role = TLS_SERVER,
			.self_signed = true,
			.self_name = "mx.example" };

		if (!pair_ctx(&p, &c, &s) || !pair_new(&p, NULL))
			return;
		check_binding(&p, "tls-exporter", false, 0);
		shake(&p, 100000);
		check_binding(&p, "tls-exporter", true, 32);
		check_binding(&p, "tls-unique", v == 0, v == 0 ? 12 : 0);
		check_binding(&p, "tls-none", false, 0);
		pair_end(&p);
	}
}

static bool
has(struct tls *t, const char *text)
{
	struct buf b = BUF_INIT;
	bool yes;

	tls_info(t, &b);
	yes = strstr(buf_str(&b), text) != NULL;
	if (!yes)
		printf("%s", buf_str(&b));
	buf_release(&b);
	return yes;
}

static void
test_info(void)
{
	static const char *const lines[] = { "protocol: TLSv1.3\n",
		"cipher: TLS_AES_256_GCM_SHA384, 256 bits\n", "group: ",
		"alpn: b\n", "sni: localhost\n",
		"verify: verified: localhost, trusted by CN=Test-CA\n",
		"certificate: 0\nsubject: CN=localhost\nname: DNS:localhost\n"
		"name: IP:127.0.0.1\nname: IP:::1\nissuer: CN=Test-CA\n",
		"\nkey: EC 256 bits (prime256v1)\nsignature: "
		"ecdsa-with-SHA256\n",
		"certificate: 1\nsubject: CN=Test-CA\nissuer: CN=Test-CA\n" };
	struct tls_config c = { .ca = in_dir("ca.pem"),
		.alpn = "a,b",
		.keylog = in_dir("keys") };
	struct tls_config s = { .role = TLS_SERVER,
		.cert = in_dir("chain.pem"),
		.alpn = "b" };
	struct tls_target to = { TLS_VERIFY, "localhost", NULL, NULL, 0, NULL,
		0 };
	struct buf b = BUF_INIT;
	char text[8192], md[32];
	struct pair p;
	size_t i, n;

	if (!pair_ctx(&p, &c, &s) || !pair_new(&p, &to))
		return;
	shake(&p, 100000);
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++)
		CHECK(has(p.c, lines[i]), "%s", lines[i]);
	buf_adds(&b, "spki-sha256: ");
	n = slurp("good.spki", md, sizeof md);
	for (i = 0; i < n; i++)
		buf_addf(&b, "%02x", (unsigned char)md[i]);
	CHECK(n == 32 && has(p.c, buf_str(&b)), "%s", buf_str(&b));
	CHECK(has(p.s, "sni: localhost\n"), "the server's view");
	CHECK(has(p.s, "verify: not verified: the client showed no"), "server");
	buf_clear(&b);
	CHECK(tls_peer_pem(p.c, &b) == 2, "chain");
	buf_clear(&b);
	CHECK(tls_peer_pem(p.s, &b) == 0 && buf_len(&b) == 0, "no chain");
	n = slurp("keys", text, sizeof text - 1);
	text[n] = '\0';
	CHECK(strncmp(text + (text[0] == '#' ? strcspn(text, "\n") + 1 : 0),
		  "SERVER_HANDSHAKE_TRAFFIC_SECRET ", 32) == 0,
	    "%s", text);
	CHECK(n > 0 && text[n - 1] == '\n', "whole lines");
	buf_release(&b);
	pair_end(&p);
}

/* A certificate of the client's. */
static void
test_client_cert(void)
{
	static const struct {
		const char *label, *cert;
		enum tls_level level;
		int rc;
		bool verified;
		const char *text;
	} rows[] = {
		{ "not asked", "client.pem", TLS_NONE, 1, false, "" },
		{ "asked, none", NULL, TLS_MAY, 1, false, "" },
		{ "asked, good", "client.pem", TLS_MAY, 1, true, "" },
		{ "asked, bad", "self.pem", TLS_MAY, 1, false, "" },
		{ "wanted, good", "client.pem", TLS_VERIFY, 1, true, "" },
		{ "wanted, none", NULL, TLS_VERIFY, -1, false,
		    "the client showed no certificate" },
		{ "wanted, bad", "self.pem", TLS_VERIFY, -1, false,
		    "certificate refused: at depth 0: self-signed" },
		{ "wanted, a server's", "good.pem", TLS_VERIFY, -1, false,
		    "lacks clientAuth" },
	};
	size_t i;
	struct pair p;
	char c;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tls_config cc = { .cert = in_dir(rows[i].cert) };
		struct tls_config sc = { .role = TLS_SERVER,
			.self_signed = true,
			.ca = in_dir("ca.pem"),
			.client = rows[i].level };

		if (!pair_ctx(&p, &cc, &sc) || !pair_new(&p, NULL))
			return;
		shake(&p, 100000);
		CHECK(p.src == rows[i].rc, "%s: %s", rows[i].label, p.se.text);
		CHECK(tls_verified(p.s) == rows[i].verified, "%s: %s",
		    rows[i].label, tls_verdict(p.s));
		if (rows[i].rc < 0) {
			CHECK(p.se.kind == ERR_AUTH &&
				strstr(p.se.text, rows[i].text),
			    "%s: %s", rows[i].label, p.se.text);
			/* TLS 1.3: the client hears of it when it reads. */
			CHECK(p.crc == 1 &&
				tls_read(p.c, &c, 1, &p.ce) == TLS_ERR &&
				p.ce.kind == ERR_PROTO,
			    "%s: %s", rows[i].label, p.ce.text);
		}
		pair_end(&p);
	}
}

/* The throw-away certificate holds when it is trusted, for all its names. */
static void
test_self_signed(void)
{
	static const char *const names[] = { "mx.example", "localhost",
		"127.0.0.1", "::1", "!other.example" };
	struct tls_config c = { .ca = NULL };
	struct tls_config s = { .role = TLS_SERVER,
		.self_signed = true,
		.self_name = "mx.example" };
	struct tls_config trust = { .ca = in_dir("own.pem") };
	struct buf b = BUF_INIT;
	struct tls_ctx *old;
	struct pair p;
	size_t i;
	FILE *f;

	if (!pair_ctx(&p, &c, &s) || !pair_new(&p, NULL))
		return;
	shake(&p, 100000);
	CHECK(tls_peer_pem(p.c, &b) == 1, "%s", p.ce.text);
	pair_drop(&p);
	if ((f = fopen(trust.ca, "w")) == NULL)
		return;
	fwrite(buf_data(&b), 1, buf_len(&b), f);
	fclose(f);
	buf_release(&b);
	old = p.cx;
	CHECK(tls_ctx_new(&p.cx, &trust, &p.ce) == 0, "%s", p.ce.text);
	tls_ctx_free(old);
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		bool good = names[i][0] != '!';
		struct tls_target to = { .level = TLS_VERIFY,
			.verify_name = names[i] + !good };

		CHECK(pair_new(&p, &to), "%s", p.ce.text);
		shake(&p, 100000);
		CHECK(p.crc == (good ? 1 : -1), "%s: %s", names[i], p.ce.text);
		pair_drop(&p);
	}
	pair_end(&p);
}

static void
test_record(void)
{
	CHECK(tls_is_record("\x15\3\1\0\2\2\x46", 7), "alert");
	CHECK(tls_is_record("\x16\3\3", 3), "handshake");
	CHECK(!tls_is_record("\x16\3", 2), "too short to tell");
	CHECK(!tls_is_record("220 mx", 6), "greeting");
	CHECK(!tls_is_record("", 0), "nothing");
}

int
main(void)
{
	if (run("exec openssl version") != 0) {
		printf("# skipped: no openssl command\n");
		return check_done();
	}
	if (mkdtemp(dir) == NULL || run(tls_certs_sh) != 0) {
		printf("# see %s\n", in_dir("log"));
		CHECK(0, "certificates");
		return check_done();
	}
	test_certs();
	test_dane();
	test_pieces();
	test_cut();
	test_bulk();
	test_junk();
	test_clear_inside();
	test_protocols();
	test_config();
	test_binding();
	test_info();
	test_client_cert();
	test_self_signed();
	test_record();
	run("rm -rf \"$1\"");
	return check_done();
}
