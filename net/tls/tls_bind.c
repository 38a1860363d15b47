/* Channel bindings: octets that only the two ends of one TLS session know,
 * which SCRAM-...-PLUS signs. */
#include "net/tls/tls_priv.h"

#include <string.h>

/* RFC 9266; TLS 1.2 needs the extended master secret (RFC 7627), else two
 * sessions could be given the same octets. Servers in use pass no context,
 * which differs from an empty one only before TLS 1.3. */
static int
tls_bind_exporter(const struct tls *t, struct buf *b, struct err *e)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	unsigned char key[32];

	if (SSL_version(t->ssl) < TLS1_3_VERSION &&
	    SSL_get_extms_support(t->ssl) != 1)
		return err_set(e, ERR_USAGE,
		    "tls-exporter: the peer has no extended master secret");
	if (SSL_export_keying_material(t->ssl, key, sizeof key, label,
		sizeof label - 1, NULL, 0, 0) != 1)
		return err_set(e, ERR_BUG, "tls-exporter: %s", tls_reason());
	buf_add(b, key, sizeof key);
	explicit_bzero(key, sizeof key);
	return 0;
}

/* RFC 5929 3: the first Finished, which the client sends in a full handshake
 * and the server in a resumed one. */
static int
tls_bind_unique(const struct tls *t, struct buf *b, struct err *e)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	bool ours =
	    (t->ctx->role == TLS_CLIENT) != (SSL_session_reused(t->ssl) != 0);
	size_t n;

	if (SSL_version(t->ssl) >= TLS1_3_VERSION)
		return err_set(
		    e, ERR_USAGE, "tls-unique: TLS 1.3 has none (RFC 9266)");
	n = ours ? SSL_get_finished(t->ssl, md, sizeof md)
		 : SSL_get_peer_finished(t->ssl, md, sizeof md);
	if (n == 0 || n > sizeof md)
		return err_set(e, ERR_USAGE, "tls-unique: no Finished is kept");
	buf_add(b, md, n);
	return 0;
}

int
tls_channel_binding(
    const struct tls *t, const char *type, struct buf *b, struct err *e)
{
	int rc;

	if (!t->up)
		return err_set(
		    e, ERR_USAGE, "channel binding %s without TLS", type);
	if (strcmp(type, "tls-exporter") == 0)
		rc = tls_bind_exporter(t, b, e);
	else if (strcmp(type, "tls-unique") == 0)
		rc = tls_bind_unique(t, b, e);
	else
		rc = err_set(
		    e, ERR_USAGE, "unknown channel binding \"%s\"", type);
	ERR_clear_error();
	return rc;
}
