/* What a session knows of itself: the lines of "\tls", the peer's chain as
 * PEM. */
#include "net/tls/tls_priv.h"

#include <string.h>

bool
tls_resumed(const struct tls *t)
{
	return t->up && SSL_session_reused(t->ssl) != 0;
}

const char *
tls_version(const struct tls *t)
{
	return t->up ? SSL_get_version(t->ssl) : "";
}

const char *
tls_cipher(const struct tls *t)
{
	return t->up ? SSL_get_cipher_name(t->ssl) : "";
}

static X509 *
tls_peer(const struct tls *t, int i)
{
	if (t->chain == NULL || i >= sk_X509_num(t->chain))
		return NULL;
	return sk_X509_value(t->chain, i);
}

static void
tls_info_names(const X509 *cert, struct buf *b)
{
	struct buf names = BUF_INIT;

	if (tls_cert_names(cert, "\nname: ", (size_t)-1, &names) > 0)
		buf_addf(b, "name: %s\n", buf_str(&names));
	buf_release(&names);
}

static void
tls_info_serial(const X509 *cert, struct buf *b)
{
	const ASN1_STRING *n = X509_get_serialNumber((X509 *)(uintptr_t)cert);
	const unsigned char *p = ASN1_STRING_get0_data(n);
	for (int i = 0; i < ASN1_STRING_length(n); i++)
		buf_addf(b, "%02x", p[i]);
}

static void
tls_info_cert(const X509 *cert, int i, struct buf *b)
{
	buf_addf(b, "certificate: %d\nsubject: ", i);
	tls_cert_dn(X509_get_subject_name(cert), (size_t)-1, b);
	buf_addc(b, '\n');
	tls_info_names(cert, b);
	buf_adds(b, "issuer: ");
	tls_cert_dn(X509_get_issuer_name(cert), (size_t)-1, b);
	struct buf at = BUF_INIT;
	if (tls_cert_issuer_at(cert, &at))
		buf_addf(b, "\nissuer-at: %s", buf_str(&at));
	buf_release(&at);
	buf_adds(b, "\nserial: ");
	tls_info_serial(cert, b);
	buf_adds(b, "\nnot-before: ");
	tls_cert_time(X509_get0_notBefore(cert), b);
	buf_adds(b, "\nnot-after: ");
	tls_cert_time(X509_get0_notAfter(cert), b);
	buf_addf(b, "\ndays-left: %lld\nkey: ",
	    (long long)(tls_cert_left_s(cert) / 86400));
	tls_cert_key(cert, b);
	buf_addf(b, "\nsignature: %s\nsha256: ",
	    OBJ_nid2ln(X509_get_signature_nid(cert)));
	tls_cert_sha256(cert, b);
	buf_adds(b, "\nspki-sha256: ");
	tls_cert_spki_sha256(cert, b);
	buf_addc(b, '\n');
}

static void
tls_info_session(struct tls *t, struct buf *b)
{
	const unsigned char *alpn;
	unsigned n;
	int bits = 0, group;
	const char *name;

	SSL_CIPHER_get_bits(SSL_get_current_cipher(t->ssl), &bits);
	buf_addf(b, "protocol: %s\ncipher: %s, %d bits\n", tls_version(t),
	    tls_cipher(t), bits);
	group = (int)SSL_get_negotiated_group(t->ssl);
	name = group == 0 ? NULL : SSL_group_to_name(t->ssl, group);
	if (name != NULL)
		buf_addf(b, "group: %s\n", name);
	SSL_get0_alpn_selected(t->ssl, &alpn, &n);
	if (n > 0) {
		buf_adds(b, "alpn: ");
		tls_escape(b, alpn, n);
		buf_addc(b, '\n');
	}
	/* To a client this is what it asked for, to a server what it heard. */
	name = SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name);
	if (name != NULL) {
		buf_adds(b, "sni: ");
		tls_escape(b, (const unsigned char *)name, strlen(name));
		buf_addc(b, '\n');
	}
}

/* The one that signed cert, of those that came. */
static X509 *
tls_signer(const struct tls *t, X509 *cert)
{
	X509 *other;

	for (int i = 1; (other = tls_peer(t, i)) != NULL; i++)
		if (other != cert &&
		    X509_check_issued(other, cert) == X509_V_OK)
			return other;
	return NULL;
}

int64_t
tls_expires_s(const struct tls *t, struct buf *when, struct buf *whose)
{
	X509 *cert = tls_peer(t, 0), *first = cert;
	int most = 16;

	if (cert == NULL)
		return INT64_MAX;
	while (most-- > 0 && (cert = tls_signer(t, cert)) != NULL)
		if (tls_cert_left_s(cert) < tls_cert_left_s(first))
			first = cert;
	if (first != tls_peer(t, 0))
		tls_cert_dn(X509_get_subject_name(first), 120, whose);
	tls_cert_time(X509_get0_notAfter(first), when);
	return tls_cert_left_s(first);
}

void
tls_info(struct tls *t, struct buf *b)
{
	X509 *cert;
	int i;

	if (t->up)
		tls_info_session(t, b);
	buf_addf(b, "verify: %s\nverified: %s\n", tls_verdict(t),
	    tls_verified(t) ? "yes" : "no");
	for (i = 0; (cert = tls_peer(t, i)) != NULL; i++)
		tls_info_cert(cert, i, b);
	ERR_clear_error();
}

size_t
tls_peer_pem(const struct tls *t, struct buf *b)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *cert;
	size_t n, got;
	int i;

	for (i = 0; bio != NULL && (cert = tls_peer(t, i)) != NULL; i++)
		if (PEM_write_bio_X509(bio, cert) != 1)
			break;
	n = bio == NULL ? 0 : BIO_ctrl_pending(bio);
	if (n > 0 && BIO_read_ex(bio, buf_space(b, n), n, &got) == 1)
		buf_commit(b, got);
	BIO_free(bio);
	ERR_clear_error();
	return (size_t)i;
}
