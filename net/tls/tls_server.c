/* A certificate for practice, made in memory and signed by itself: P-256,
 * valid for thirty days from an hour ago (clocks differ). */
#include "net/tls/tls_priv.h"

#include <arpa/inet.h>
#include <string.h>

#define TLS_SELF_DAYS 30

static bool
tls_self_add(GENERAL_NAMES *all, int type, const void *p, size_t n)
{
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_STRING *s = ASN1_STRING_type_new(
	    type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);

	if (g == NULL || s == NULL || ASN1_STRING_set(s, p, (int)n) != 1) {
		ASN1_STRING_free(s);
		GENERAL_NAME_free(g);
		return false;
	}
	GENERAL_NAME_set0_value(g, type, s);
	if (sk_GENERAL_NAME_push(all, g) > 0)
		return true;
	GENERAL_NAME_free(g);
	return false;
}

static bool
tls_self_host(GENERAL_NAMES *all, const char *s)
{
	unsigned char a[16];

	if (inet_pton(AF_INET, s, a) == 1)
		return tls_self_add(all, GEN_IPADD, a, 4);
	if (inet_pton(AF_INET6, s, a) == 1)
		return tls_self_add(all, GEN_IPADD, a, 16);
	return tls_self_add(all, GEN_DNS, s, strlen(s));
}

static bool
tls_self_names(X509 *cert, const char *name)
{
	static const char *const local[] = { "localhost", "127.0.0.1", "::1" };
	GENERAL_NAMES *all = GENERAL_NAMES_new();
	size_t i;
	bool ok = all != NULL, have = false;

	for (i = 0; ok && i < sizeof local / sizeof local[0]; i++) {
		ok = tls_self_host(all, local[i]);
		have = have || strcmp(name, local[i]) == 0;
	}
	if (ok && !have)
		ok = tls_self_host(all, name);
	ok =
	    ok && X509_add1_ext_i2d(cert, NID_subject_alt_name, all, 0, 0) == 1;
	GENERAL_NAMES_free(all);
	return ok;
}

static bool
tls_self_ext(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool ok = x != NULL && X509_add_ext(cert, x, -1) == 1;

	X509_EXTENSION_free(x);
	return ok;
}

static bool
tls_self_fill(X509 *cert, EVP_PKEY *key, const char *name)
{
	X509_NAME *dn = X509_get_subject_name(cert);
	uint64_t serial = 0;
	/* ub-common-name is 64 (RFC 5280 A.1). */
	size_t n = strlen(name) <= 64 ? strlen(name) : 64;

	return RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
	       X509_set_version(cert, X509_VERSION_3) == 1 &&
	       ASN1_INTEGER_set_uint64(
		   X509_get_serialNumber(cert), serial >> 1) == 1 &&
	       X509_gmtime_adj(X509_getm_notBefore(cert), -3600) != NULL &&
	       X509_gmtime_adj(
		   X509_getm_notAfter(cert), TLS_SELF_DAYS * 86400L) != NULL &&
	       X509_set_pubkey(cert, key) == 1 &&
	       X509_NAME_add_entry_by_NID(dn, NID_commonName, MBSTRING_UTF8,
		   (const unsigned char *)name, (int)n, -1, 0) == 1 &&
	       X509_set_issuer_name(cert, dn) == 1 &&
	       tls_self_names(cert, name) &&
	       tls_self_ext(cert, NID_basic_constraints, "critical,CA:FALSE") &&
	       tls_self_ext(cert, NID_key_usage, "critical,digitalSignature") &&
	       tls_self_ext(cert, NID_ext_key_usage, "serverAuth") &&
	       X509_sign(cert, key, EVP_sha256()) > 0;
}

int
tls_self_sign(SSL_CTX *ctx, const char *name, struct err *e)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	X509 *cert = X509_new();
	bool ok;

	if (name == NULL || *name == '\0')
		name = "localhost";
	ok = key != NULL && cert != NULL && tls_self_fill(cert, key, name) &&
	     SSL_CTX_use_certificate(ctx, cert) == 1 &&
	     SSL_CTX_use_PrivateKey(ctx, key) == 1;
	if (!ok)
		err_set(e, tls_kind(ERR_USAGE),
		    "no certificate can be made for \"%.255s\": %s", name,
		    tls_reason());
	X509_free(cert);
	EVP_PKEY_free(key);
	return ok ? 0 : -1;
}
