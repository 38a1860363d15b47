/* Why a session came to its end, and whose turn it is to mend that. A peer
 * that breaks the protocol is one kind of failure; that the two could not
 * agree, or that we or they refuse what the other shows, is another. */
#include "net/tls/tls_priv.h"

#include <string.h>

#define TLS_NAME_MAX 255 /* RFC 6066 3 */
#define TLS_ALERT(n) (SSL_AD_REASON_OFFSET + (n))
#define TLS_OURS     "it refuses our certificate"
#define TLS_WEAKER   "--tls-cipher DEFAULT@SECLEVEL=0 would accept it"

static const struct tls_hint {
	int reason;
	enum err_kind kind;
	const char *text; /* or NULL */
	enum err_why why;
} tls_hints[] = {
	{ SSL_R_NO_CIPHERS_AVAILABLE, ERR_USAGE,
	    "none of ours is left: --tls-cipher and --tls-protocol do not go "
	    "together, or its security level is above them",
	    WHY_NONE },
	{ SSL_R_NO_PROTOCOLS_AVAILABLE, ERR_USAGE,
	    "--tls-protocol and OpenSSL's own settings leave none", WHY_NONE },
	{ SSL_R_UNSUPPORTED_PROTOCOL, ERR_AUTH, "no TLS version in common",
	    WHY_TLS_VERSION },
	{ SSL_R_WRONG_SSL_VERSION, ERR_AUTH, "no TLS version in common",
	    WHY_TLS_VERSION },
	{ SSL_R_NO_SHARED_CIPHER, ERR_AUTH, "no cipher in common",
	    WHY_TLS_CIPHER },
	{ SSL_R_NO_APPLICATION_PROTOCOL, ERR_AUTH, NULL, WHY_NONE },
	{ SSL_R_DH_KEY_TOO_SMALL, ERR_AUTH, TLS_WEAKER, WHY_CERT_WEAK },
	{ SSL_R_EE_KEY_TOO_SMALL, ERR_AUTH, TLS_WEAKER, WHY_CERT_WEAK },
	{ SSL_R_CA_KEY_TOO_SMALL, ERR_AUTH, TLS_WEAKER, WHY_CERT_WEAK },
	{ SSL_R_CA_MD_TOO_WEAK, ERR_AUTH, TLS_WEAKER, WHY_CERT_WEAK },
	{ SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED, ERR_AUTH,
	    "the peer lacks secure renegotiation, RFC 5746, and should be "
	    "updated; an OPENSSL_CONF with Options = "
	    "UnsafeLegacyServerConnect accepts it",
	    WHY_NONE },
	{ SSL_R_NO_RENEGOTIATION, ERR_AUTH,
	    "the peer wants to negotiate anew, which is not done", WHY_NONE },
	{ SSL_R_ECC_CERT_NOT_FOR_SIGNING, ERR_AUTH,
	    "the key usage of the certificate lacks digitalSignature",
	    WHY_NONE },
	{ SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, ERR_AUTH, NULL, WHY_NONE },
	{ TLS_ALERT(40), ERR_AUTH, /* handshake_failure */
	    "no cipher in common, or it wants a certificate (--tls-cert)",
	    WHY_TLS_CIPHER },
	{ TLS_ALERT(41), ERR_AUTH, "it wants a certificate (--tls-cert)",
	    WHY_TLS_CLIENT_CERT },
	{ TLS_ALERT(42), ERR_AUTH, TLS_OURS,
	    WHY_TLS_CLIENT_CERT }, /* bad_certificate */
	{ TLS_ALERT(43), ERR_AUTH, TLS_OURS,
	    WHY_TLS_CLIENT_CERT }, /* unsupported_ */
	{ TLS_ALERT(44), ERR_AUTH, TLS_OURS,
	    WHY_TLS_CLIENT_CERT }, /* _revoked */
	{ TLS_ALERT(45), ERR_AUTH, TLS_OURS,
	    WHY_TLS_CLIENT_CERT }, /* _expired */
	{ TLS_ALERT(46), ERR_AUTH, TLS_OURS,
	    WHY_TLS_CLIENT_CERT }, /* _unknown */
	{ TLS_ALERT(48), ERR_AUTH, /* unknown_ca */
	    "it does not know who signed our certificate",
	    WHY_TLS_CLIENT_CERT },
	{ TLS_ALERT(49), ERR_AUTH, NULL, WHY_NONE }, /* access_denied */
	{ TLS_ALERT(70), ERR_AUTH, "no TLS version in common",
	    WHY_TLS_VERSION },
	{ TLS_ALERT(71), ERR_AUTH, "it wants stronger ciphers",
	    WHY_TLS_CIPHER },
	{ TLS_ALERT(86), ERR_AUTH, NULL,
	    WHY_NONE }, /* inappropriate_fallback */
	{ TLS_ALERT(100), ERR_AUTH, "it will not negotiate anew", WHY_NONE },
	{ TLS_ALERT(112), ERR_AUTH, "it wants another name (--tls-sni)",
	    WHY_TLS_NAME },
	{ TLS_ALERT(116), ERR_AUTH, "it wants a certificate (--tls-cert)",
	    WHY_TLS_CLIENT_CERT },
	{ TLS_ALERT(120), ERR_AUTH, NULL,
	    WHY_NONE }, /* no_application_protocol */
};

/* Once TLS stands an alert has other reasons. */
static const struct tls_hint tls_hints_up[] = {
	{ TLS_ALERT(40), ERR_AUTH,
	    "it may want to negotiate anew, to see a certificate, which is "
	    "not done: --tls-cert shows one from the start, and TLS 1.3 asks "
	    "for it another way",
	    WHY_NONE },
};

static const struct tls_hint *
tls_hint(const struct tls *t, int reason)
{
	if (t->up && tls_hints_up[0].reason == reason)
		return &tls_hints_up[0];
	for (size_t i = 0; i < sizeof tls_hints / sizeof tls_hints[0]; i++)
		if (tls_hints[i].reason == reason)
			return &tls_hints[i];
	return NULL;
}

bool
tls_out_of_memory(void)
{
	return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE ||
	       ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
}

enum err_kind
tls_kind(enum err_kind otherwise)
{
	return tls_out_of_memory() ? ERR_BUG : otherwise;
}

enum err_kind
tls_kind_of_name(const char *name)
{
	return strlen(name) > TLS_NAME_MAX ? ERR_USAGE : ERR_BUG;
}

/* What came first, when that is not TLS at all. */
static void
tls_fail_first(const struct tls *t, struct buf *b)
{
	buf_addf(b, "the %s does not speak TLS here: it sent \"",
	    t->ctx->role == TLS_SERVER ? "client" : "server");
	tls_escape(b, t->first, t->nfirst);
	buf_addc(b, '"');
}

static enum err_kind
tls_fail_other(const struct tls *t, struct buf *b, enum err_why *why)
{
	int reason = ERR_GET_REASON(ERR_peek_last_error());
	const struct tls_hint *h = tls_hint(t, reason);

	if (!t->up && t->nfirst > 0 &&
	    (t->first[0] < 0x14 || t->first[0] > 0x17)) {
		tls_fail_first(t, b);
		*why = WHY_NOT_TLS;
		return ERR_PROTO;
	}
	*why = h != NULL && h->why != WHY_NONE ? h->why : WHY_TLS_FAILED;
	buf_adds(b, t->up ? "TLS failed: " : "TLS handshake failed: ");
	if (reason >= SSL_AD_REASON_OFFSET)
		buf_adds(b, "the peer says: ");
	buf_adds(b, tls_reason());
	if (h != NULL && h->text != NULL)
		buf_addf(b, " (%s)", h->text);
	if (!t->up &&
	    (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == TLS_ALERT(70)))
		buf_addf(
		    b, "; allowed here: %s (--tls-protocol)", t->ctx->versions);
	return h != NULL ? h->kind : ERR_PROTO;
}

void
tls_fail(struct tls *t)
{
	unsigned long code = ERR_peek_last_error();
	struct buf b = BUF_INIT;
	enum err_kind kind = ERR_AUTH;
	enum err_why why = WHY_NONE;

	if (tls_out_of_memory()) {
		kind = ERR_BUG;
		buf_adds(&b, "out of memory in TLS");
	} else if (t->level >= TLS_VERIFY && t->nfault > 0) {
		if (t->fault[0].error == X509_V_ERR_OUT_OF_MEM)
			kind = ERR_BUG;
		buf_adds(&b, "certificate refused: ");
		tls_verdict_refusal(t, &b);
		why = tls_verdict_why(t);
	} else if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
		   ERR_GET_REASON(code) ==
		       SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
		buf_adds(&b, "the client showed no certificate");
	} else {
		kind = tls_fail_other(t, &b, &why);
	}
	err_set(&t->err, kind, "%s", buf_str(&b));
	err_why(&t->err, why);
	buf_release(&b);
}
