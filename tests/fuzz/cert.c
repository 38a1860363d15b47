/* covers: net/tls/tls_cert.c net/tls/tls_verdict.c
 * What a certificate of anyone's says, as text: nothing in it moves a cursor.
 * The input is its fields, each a kind, a length and octets. */
#include "fuzz.h"
#include "net/tls/tls_priv.h"

#define FIELDS 24

static EVP_PKEY *key;
static SSL *ssl;

static ASN1_STRING *
string(int type, const uint8_t *p, size_t n)
{
	ASN1_STRING *s = ASN1_STRING_type_new(type);
	RULE(s != NULL && ASN1_STRING_set(s, p, (int)n) == 1);
	return s;
}

static void
add_name(GENERAL_NAMES *all, unsigned kind, const uint8_t *p, size_t n)
{
	GENERAL_NAME *g = GENERAL_NAME_new();
	RULE(g != NULL);
	if (kind % 4 == 0)
		GENERAL_NAME_set0_value(
		    g, GEN_IPADD, string(V_ASN1_OCTET_STRING, p, n));
	else
		GENERAL_NAME_set0_value(g,
		    kind % 4 == 1   ? GEN_DNS
		    : kind % 4 == 2 ? GEN_EMAIL
				    : GEN_URI,
		    string(V_ASN1_IA5STRING, p, n));
	sk_GENERAL_NAME_push(all, g);
}

static void
add_field(
    X509 *cert, GENERAL_NAMES *all, unsigned kind, const uint8_t *p, size_t n)
{
	static const int types[] = { V_ASN1_UTF8STRING, V_ASN1_PRINTABLESTRING,
		V_ASN1_T61STRING, V_ASN1_BMPSTRING, V_ASN1_UNIVERSALSTRING,
		V_ASN1_IA5STRING };
	static const int nids[] = { NID_commonName, NID_organizationName,
		NID_countryName };
	X509_NAME *name = kind & 128 ? X509_get_issuer_name(cert)
				     : X509_get_subject_name(cert);
	if ((kind & 3) == 3)
		ASN1_STRING_set(kind & 4 ? X509_getm_notBefore(cert)
					 : X509_getm_notAfter(cert),
		    p, (int)n);
	else if ((kind & 3) == 2)
		add_name(all, kind / 4, p, n);
	else
		X509_NAME_add_entry_by_NID(name, nids[kind / 4 % 3],
		    types[kind / 16 % 6], p, (int)n, -1, 0);
}

static X509 *
certificate(const uint8_t *p, size_t len)
{
	X509 *cert = X509_new();
	GENERAL_NAMES *all = GENERAL_NAMES_new();
	RULE(cert != NULL && all != NULL);
	for (int i = 0; i < FIELDS && len >= 2; i++) {
		unsigned kind = p[0];
		size_t n = p[1] < len - 2 ? p[1] : len - 2;
		add_field(cert, all, kind, p + 2, n);
		p += 2 + n;
		len -= 2 + n;
	}
	if (len == 0)
		X509_set_pubkey(cert, key);
	X509_add1_ext_i2d(cert, NID_subject_alt_name, all, 0, 0);
	GENERAL_NAMES_free(all);
	return cert;
}

static void
clean(struct buf *b)
{
	for (size_t i = 0; i < buf_len(b); i++) {
		unsigned char c = (unsigned char)buf_data(b)[i];
		RULE(c >= 0x20 && c != 0x7f);
	}
	buf_clear(b);
}

static void
words(const X509 *cert, size_t max)
{
	struct buf b = BUF_INIT;
	tls_cert_dn(X509_get_subject_name(cert), max, &b);
	RULE(buf_len(&b) <= max + 7);
	clean(&b);
	tls_cert_dn(X509_get_issuer_name(cert), max, &b);
	clean(&b);
	tls_cert_names(cert, ", ", max, &b);
	clean(&b);
	tls_cert_time(X509_get0_notAfter(cert), &b);
	tls_cert_time(X509_get0_notBefore(cert), &b);
	tls_cert_key(cert, &b);
	tls_cert_sha256(cert, &b);
	tls_cert_spki_sha256(cert, &b);
	clean(&b);
	buf_release(&b);
}

static void
verdict(X509 *cert, unsigned how, unsigned error)
{
	static char host[] = "mail.example", address[] = "192.0.2.1";
	struct tls_ctx ctx = { .role = TLS_CLIENT, .own_ca = how & 1 };
	struct tls t = { .ctx = &ctx,
		.level = TLS_VERIFY,
		.name = how & 2 ? address : host,
		.literal = how & 2,
		.dane = how & 4,
		.checked = true };
	struct buf b = BUF_INIT;
	t.nfault = how / 8 % 3;
	for (size_t i = 0; i < t.nfault; i++)
		t.fault[i] = (struct tls_fault){
			.error = (int)((error + i * 7) % 90),
			.depth = (int)i,
			.cert = how & 64 ? NULL : cert,
		};
	tls_verdict_refusal(&t, &b);
	clean(&b);
	t.proven = how & 128;
	t.up = true;
	t.ssl = ssl;
	for (int i = 0; i < 2; i++) {
		buf_adds(&b, tls_verdict(&t));
		clean(&b);
		t.nfault = 0;
		t.checked = how & 32;
		if (how & 16)
			t.name = NULL;
	}
	free(t.verdict);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e;
	if (size < 3)
		return 0;
	if (key == NULL) {
		RULE(tls_lib_load(&e) == 0);
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
		SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
		ssl = ctx == NULL ? NULL : SSL_new(ctx);
		RULE(key != NULL && ssl != NULL);
	}
	X509 *cert = certificate(data + 3, size - 3);
	words(cert, data[0] % 100u);
	if (data[2] / 8 % 3 > 0)
		verdict(cert, data[2], data[1]);
	X509_free(cert);
	ERR_clear_error();
	return 0;
}
