/* OpenSSL's functions behind names of ours. SCRAM's client needs them beside
 * libgsasl, which keeps its own to itself (see sasl_scram.c). */
#include "net/tls/hash.h"
#include "net/tls/tls_priv.h"

size_t
hash_len(enum hash_kind k)
{
	return k == HASH_SHA1 ? 20 : 32;
}

static const EVP_MD *
hash_md(enum hash_kind k)
{
	return k == HASH_SHA1 ? EVP_sha1() : EVP_sha256();
}

static int
hash_said(int ok, struct err *e)
{
	if (ok)
		return 0;
	return err_set(e, ERR_BUG, "OpenSSL cannot hash: %s", tls_reason());
}

int
hash_digest(enum hash_kind k, const void *p, size_t n, unsigned char *out,
    struct err *e)
{
	if (tls_lib_load(e) == -1)
		return -1;
	return hash_said(EVP_Digest(p, n, out, NULL, hash_md(k), NULL) == 1, e);
}

int
hash_hmac(enum hash_kind k, const unsigned char *key, size_t key_len,
    const void *p, size_t n, unsigned char *out, struct err *e)
{
	if (tls_lib_load(e) == -1)
		return -1;
	return hash_said(
	    EVP_Q_mac(NULL, "HMAC", NULL, k == HASH_SHA1 ? "SHA1" : "SHA256",
		NULL, key, key_len, p, n, out, hash_len(k), NULL) != NULL,
	    e);
}

int
hash_pbkdf2(enum hash_kind k, const char *password, size_t password_len,
    const void *salt, size_t salt_len, unsigned rounds, unsigned char *out,
    struct err *e)
{
	if (tls_lib_load(e) == -1)
		return -1;
	return hash_said(
	    PKCS5_PBKDF2_HMAC(password, (int)password_len, salt, (int)salt_len,
		(int)rounds, hash_md(k), (int)hash_len(k), out) == 1,
	    e);
}
