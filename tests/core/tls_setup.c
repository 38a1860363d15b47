/* Settings of TLS, and what a session tells of itself. */
#include <string.h>
#include <sys/stat.h>
#include "tls_pair.h"

static const char *const versions[] = { "tlsv1_2", "tlsv1_3" };

static const struct protocol_row {
	const char *label, *client, *server, *client_cipher, *want;
	enum err_kind kind;
} protocol_rows[] = {
	{ "default", NULL, NULL, NULL, "TLSv1.3", ERR_NONE },
	{ "no 1.3", "no_tlsv1_3", NULL, NULL, "TLSv1.2", ERR_NONE },
	{ "list", "tlsv1_2,tlsv1_3", "1.2", NULL, "TLSv1.2", ERR_NONE },
	{ "old server", NULL, "tlsv1", NULL,
	    "!no TLS version in common); allowed here: TLS 1.2, TLS 1.3",
	    ERR_AUTH },
	{ "older server", NULL, "TLSv1.1,tlsv1", NULL, "!no TLS version in",
	    ERR_AUTH },
	{ "old on both sides", "tlsv1", "tlsv1,tlsv1_1", NULL, "TLSv1",
	    ERR_NONE },
	{ "a hole", "1.1,1.3", "1.1,1.2", NULL, "TLSv1.1", ERR_NONE },
	{ "none in common", "1.2", "1.3", NULL, "!no TLS version in common",
	    ERR_AUTH },
	{ "cipher", "1.2", NULL, "ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2",
	    ERR_NONE },
	{ "cipher of 1.3", "1.3", NULL,
	    "AES128-SHA:TLS_CHACHA20_POLY1305_SHA256", "TLSv1.3", ERR_NONE },
	{ "no cipher in common", "1.2", NULL, "ECDHE-RSA-AES128-GCM-SHA256",
	    "!the peer says: sslv3 alert handshake failure", ERR_AUTH },
	{ "no cipher of ours", "1.2", NULL, "NULL-MD5",
	    "!no ciphers available (none of ours is left: --tls-cipher",
	    ERR_USAGE },
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
			CHECK(p.crc == -1 && p.ce.kind == r->kind, "%s: %d %s",
			    r->label, p.crc, p.ce.text);
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
	{ "weak, asked for", NULL, "weak.pem", NULL, NULL, "DEFAULT@SECLEVEL=0",
	    ERR_NONE, "" },
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
		"cipher: TLS_AES_256_GCM_SHA384, 256 bits\n",
		"group: ", "alpn: b\n", "sni: localhost\n",
		"verify: verified: localhost, trusted by CN=Test-CA\n",
		"certificate: 0\nsubject: CN=localhost\nname: DNS:localhost\n"
		"name: IP:127.0.0.1\nname: IP:::1\nissuer: CN=Test-CA\n",
		"\nkey: EC 256 bits (prime256v1)\nsignature: "
		"ecdsa-with-SHA256\n",
		"certificate: 1\nsubject: CN=Test-CA\nissuer: CN=Test-CA\n" };
	struct tls_config c = {
		.ca = in_dir("ca.pem"), .alpn = "a,b", .keylog = in_dir("keys")
	};
	struct tls_config s = {
		.role = TLS_SERVER, .cert = in_dir("chain.pem"), .alpn = "b"
	};
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

/* The log of keys: ours, 0600, no link; what cannot be kept ends it. */
static void
test_keylog(void)
{
	static const struct {
		const char *label, *path, *text;
	} rows[] = {
		{ "a link", "keylink", "it is a link, which is not followed" },
		{ "a folder", ".", "Is a directory" },
		{ "nowhere", "none/keys", "No such file" },
		{ "a pipe", "keypipe", "keypipe: " },
	};
	struct tls_config c = { .keylog = NULL };
	struct tls_config s = { .role = TLS_SERVER, .self_signed = true };
	struct stat st;
	struct pair p;

	run("cd \"$1\"; umask 022; echo mine >victim; ln -s victim keylink; "
	    "mkfifo keypipe; : >open; chmod 644 open");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct err e = { 0 };
		struct tls_ctx *x;

		c.keylog = in_dir(rows[i].path);
		CHECK(tls_ctx_new(&x, &c, &e) == -1 && e.kind == ERR_OUTPUT &&
			  strstr(e.text, rows[i].text) != NULL,
		    "%s: %s", rows[i].label, e.text);
	}
	CHECK(stat(in_dir("victim"), &st) == 0 && st.st_size == 5, "untouched");
	c.keylog = in_dir("open");
	if (!pair_ctx(&p, &c, &s) || !pair_new(&p, NULL))
		return;
	CHECK(stat(in_dir("open"), &st) == 0 && (st.st_mode & 0777) == 0600,
	    "%o", (unsigned)st.st_mode);
	CHECK(strcmp(tls_ctx_keys(p.cx), in_dir("open")) == 0, "to be told");
	shake(&p, 100000);
	CHECK(p.crc == 1, "%s", p.ce.text);
	pair_end(&p);
	c.keylog = "";
	if (!pair_ctx(&p, &c, &s))
		return;
	CHECK(tls_ctx_keys(p.cx) == NULL, "none");
	pair_end(&p);
	c.keylog = "/dev/full";
	if (access(c.keylog, W_OK) != 0 || !pair_ctx(&p, &c, &s) ||
	    !pair_new(&p, NULL))
		return;
	shake(&p, 100000);
	CHECK(p.crc == -1 && p.ce.kind == ERR_OUTPUT &&
		  strstr(p.ce.text, "key log /dev/full: No space") != NULL,
	    "%d %s", p.crc, p.ce.text);
	CHECK(!tls_is_up(p.c), "no session");
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
				  p.ce.kind == ERR_AUTH,
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

int
main(void)
{
	if (!certs_made())
		return check_done();
	test_protocols();
	test_config();
	test_binding();
	test_info();
	test_keylog();
	test_client_cert();
	test_self_signed();
	return certs_done();
}
