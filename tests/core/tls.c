/* Which certificates are refused, and in which words; DANE. */
#include <string.h>
#include "tls_pair.h"

static const struct cert_row {
	const char *label, *cert, *ca, *name, *text;
} cert_rows[] = {
	{ "good", "good.pem", "ca.pem", "localhost", "verified: localhost" },
	{ "last dot", "good.pem", "ca.pem", "localhost.",
	    "trusted by CN=Test" },
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
	{ "below a domain", "wild.pem", "ca.pem", ".example.org",
	    "verified: .example.org (as *.example.org)" },
	{ "below a domain, deeper", "wronghost.pem", "ca.pem", ".example",
	    "verified: .example (as mx.evil.example)" },
	{ "the domain is not below itself", "good.pem", "ca.pem", ".localhost",
	    "!name mismatch: expected .localhost" },
	{ "key usage", "ku.pem", "ca.pem", "localhost",
	    "!not made for this: its key usage has neither digitalSignature "
	    "nor keyEncipherment" },
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
	CHECK(
	    strncmp(buf_str(&pem), "-----BEGIN CERT", 15) == 0, "%s", r->label);
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
	{ "3 1 1, bad, what helps", "good.pem", "localhost", NULL, 3, 1, 1,
	    NULL, 32, "!must be brought together by who runs it" },
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
		CHECK(strstr(p.ce.text, "--tls-verify") == NULL, "%s: %s",
		    r->label, p.ce.text);
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

int
main(void)
{
	if (!certs_made())
		return check_done();
	test_certs();
	test_dane();
	return certs_done();
}
