/* TLS as a stream: in pieces, cut at every octet, in bulk; what is none. */
#include <string.h>
#include "tls_pair.h"

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
			CHECK(
			    tell(p.c, p.s, "EHLO a\r\n", chunk), "%zu", chunk);
			CHECK(tell(p.s, p.c, "250 b\r\n", chunk), "%zu", chunk);
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
cut_session(
    struct pair *p, const struct tls_target *to, size_t cut, size_t *left)
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
	size_t v, i, left, step;
	struct pair p;
	ssize_t rc;

	for (v = 0; v < 2; v++) {
		struct tls_config c = { .ca = in_dir("ca.pem"),
			.protocol = versions[v] };
		struct tls_config s = { .role = TLS_SERVER,
			.cert = in_dir("good.pem") };

		if (!pair_ctx(&p, &c, &s))
			return;
		/* Signatures differ in length from one run to the next. A
		 * handshake costs milliseconds: one version in strides. */
		for (i = 0, left = 1; left > 0; i += step) {
			rc = cut_session(&p, &to, i, &left);
			if (left > 0)
				CHECK(rc == TLS_ERR && p.ce.kind == ERR_LOST,
				    "%s: cut at %zu: %zd %s", versions[v], i,
				    rc, p.ce.text);
			else
				CHECK(rc == 0 && i > 500, "%s: %zd %s",
				    versions[v], rc, p.ce.text);
			step = v == 0 && p.crc < 1 ? 7 : 1;
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
	struct tls_config s = { .role = TLS_SERVER,
		.cert = in_dir("good.pem") };
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
		/* To refuse is no breach of the protocol. */
		CHECK(
		    e.kind == (strstr(r->label, "alert") != NULL ? ERR_AUTH
								 : ERR_PROTO) ||
			*r->text == '\0',
		    "%s: %d %s", r->label, (int)e.kind, e.text);
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
	if (!certs_made())
		return check_done();
	test_pieces();
	test_cut();
	test_bulk();
	test_junk();
	test_clear_inside();
	test_record();
	return certs_done();
}
