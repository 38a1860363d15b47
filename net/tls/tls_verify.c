/* Whether the peer is who it should be. The chain is checked to its end even
 * after a failure, so that a person learns all that is wrong at once, and at
 * every level, so that the verdict can be shown where nobody asked for it.
 * Names: RFC 9525 (only subjectAltName; IP literals by iPAddress); with TLSA
 * records: RFC 7672. That no check failed is not that each was made (a library
 * that lacks memory for a name skips it): success is read back and proven. */
#include "net/tls/tls_priv.h"

#include <stdlib.h>
#include <string.h>

#define TLS_HOSTFLAGS                                                          \
	(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |                                 \
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)

static void
tls_verify_fault(struct tls *t, int error, int depth, X509 *cert)
{
	struct tls_fault *f;
	size_t i;

	for (i = 0; i < t->nfault; i++)
		if (t->fault[i].error == error && t->fault[i].depth == depth)
			return;
	/* It follows from an unknown issuer and says nothing new. */
	if (error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE &&
	    t->nfault > 0)
		return;
	if (t->nfault == TLS_NFAULT)
		return;
	f = &t->fault[t->nfault++];
	f->error = error;
	f->depth = depth;
	f->cert = cert != NULL && X509_up_ref(cert) == 1 ? cert : NULL;
}

static int
tls_verify_step(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);

	if (!ok)
		tls_verify_fault(t, X509_STORE_CTX_get_error(store),
		    X509_STORE_CTX_get_error_depth(store),
		    X509_STORE_CTX_get_current_cert(store));
	return 1;
}

int
tls_verify_chain(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);
	int error;

	(void)arg;
	t->checked = true;
	/* OpenSSL itself forgets it when it refuses it. */
	if (t->chain == NULL)
		t->chain =
		    X509_chain_up_ref(X509_STORE_CTX_get0_untrusted(store));
	if (t->chain == NULL)
		tls_verify_fault(t, X509_V_ERR_OUT_OF_MEM, 0, NULL);
	X509_STORE_CTX_set_verify_cb(store, tls_verify_step);
	if (X509_verify_cert(store) <= 0 && t->nfault == 0) {
		error = X509_STORE_CTX_get_error(store);
		if (error == X509_V_OK)
			error = X509_V_ERR_UNSPECIFIED;
		tls_verify_fault(t, error, 0, NULL);
	}
	if (t->nfault == 0)
		return 1;
	X509_STORE_CTX_set_error(store, t->fault[0].error);
	return t->level < TLS_VERIFY;
}

static int
tls_verify_name(struct tls *t, const struct tls_target *to, struct err *e)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(t->ssl);
	int ok = 1;

	X509_VERIFY_PARAM_set_hostflags(p, TLS_HOSTFLAGS);
	if (t->ctx->own_ca &&
	    X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_PARTIAL_CHAIN) != 1)
		return err_set(e, ERR_BUG, "TLS: %s", tls_reason());
	if (to->level == TLS_VERIFY && t->name == NULL &&
	    t->ctx->role == TLS_CLIENT)
		return err_set(e, ERR_USAGE,
		    "no host name to verify the certificate against"
		    " (--tls-verify-host NAME gives one)");
	if (t->name != NULL && t->literal)
		ok = X509_VERIFY_PARAM_set1_ip_asc(p, t->name);
	else if (t->name != NULL && !t->dane)
		ok = X509_VERIFY_PARAM_set1_host(p, t->name, strlen(t->name));
	if (ok != 1)
		return err_set(e, tls_kind_of_name(t->name),
		    "\"%.255s\" cannot be the name in a certificate", t->name);
	return 0;
}

/* RFC 7672 3.1: only DANE-TA and DANE-EE are of use between mail servers. */
static int
tls_verify_tlsa(struct tls *t, const struct tls_target *to, struct err *e)
{
	const struct tls_tlsa *r;
	size_t i, usable = 0;
	int rc;

	SSL_dane_set_flags(t->ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	for (i = 0; i < to->ntlsa; i++) {
		r = &to->tlsa[i];
		if (r->usage != 2 && r->usage != 3)
			continue;
		rc = SSL_dane_tlsa_add(
		    t->ssl, r->usage, r->selector, r->mtype, r->data, r->len);
		/* One record of several must not be lost. */
		if (rc < 0 && tls_out_of_memory())
			return err_set(e, ERR_BUG, "out of memory in TLS");
		usable += rc > 0;
	}
	ERR_clear_error();
	if (usable > 0)
		return 0;
	if (to->level == TLS_DANE)
		return err_set(e, ERR_AUTH,
		    "none of the %zu TLSA records is usable (RFC 7672: usage"
		    " 2 or 3, selector 0 or 1, a known digest of its length)",
		    to->ntlsa);
	return 0;
}

static int
tls_verify_dane(struct tls *t, const struct tls_target *to, struct err *e)
{
	size_t i;
	char *s;
	int ok;

	if (to->ntlsa == 0)
		return to->level != TLS_DANE
			   ? 0
			   : err_set(
				 e, ERR_USAGE, "DANE without any TLSA record");
	if (t->name == NULL || t->literal)
		return err_set(e, ERR_USAGE,
		    "DANE needs a host name, the TLSA base domain");
	if (SSL_dane_enable(t->ssl, t->name) <= 0)
		return err_set(e, tls_kind_of_name(t->name),
		    "DANE for \"%.255s\": %s", t->name, tls_reason());
	t->dane = true;
	for (i = 0; i < to->ndane_name; i++) {
		s = tls_host(to->dane_name[i]);
		ok = s == NULL || SSL_add1_host(t->ssl, s) == 1;
		free(s);
		if (!ok)
			return err_set(e, tls_kind_of_name(to->dane_name[i]),
			    "\"%.255s\" cannot be the name in a certificate",
			    to->dane_name[i]);
	}
	return tls_verify_tlsa(t, to, e);
}

int
tls_verify_setup(struct tls *t, const struct tls_target *to, struct err *e)
{
	int mode = SSL_VERIFY_NONE;

	if (t->ctx->role == TLS_SERVER) {
		if (t->level >= TLS_MAY)
			mode = SSL_VERIFY_PEER;
		if (t->level >= TLS_VERIFY)
			mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	} else if (t->level >= TLS_VERIFY) {
		mode = SSL_VERIFY_PEER;
	}
	SSL_set_verify(t->ssl, mode, NULL);
	if (t->ctx->role == TLS_SERVER)
		return 0;
	if (tls_verify_dane(t, to, e) < 0)
		return -1;
	return tls_verify_name(t, to, e);
}

void
tls_verify_release(struct tls *t)
{
	size_t i;

	for (i = 0; i < t->nfault; i++)
		X509_free(t->fault[i].cert);
	sk_X509_pop_free(t->chain, X509_free);
	free(t->verdict);
}

/* The name that was asked for is in the certificate. */
static bool
tls_prove_name(const struct tls *t, X509 *cert)
{
	const char *peer = SSL_get0_peername(t->ssl);

	if (t->name == NULL)
		return false;
	if (t->literal)
		return X509_check_ip_asc(cert, t->name, 0) == 1;
	if (peer == NULL)
		return false;
	/* With TLSA records the name may be one of several. */
	return t->dane || X509_check_host(cert, t->name, strlen(t->name),
			      TLS_HOSTFLAGS, NULL) == 1;
}

static bool
tls_prove_dane(const struct tls *t, X509 *cert)
{
	uint8_t usage, selector, mtype;
	const unsigned char *data;
	size_t len;

	if (SSL_get0_dane_authority(t->ssl, NULL, NULL) < 0 ||
	    SSL_get0_dane_tlsa(t->ssl, &usage, &selector, &mtype, &data, &len) <
		0)
		return false;
	return usage == 3 || (usage == 2 && tls_prove_name(t, cert));
}

static bool
tls_proven(const struct tls *t)
{
	X509 *cert = SSL_get0_peer_certificate(t->ssl);
	STACK_OF(X509) *chain = SSL_get0_verified_chain(t->ssl);

	if (!t->checked || t->nfault > 0 || cert == NULL ||
	    SSL_get_verify_result(t->ssl) != X509_V_OK || chain == NULL ||
	    sk_X509_num(chain) < 1)
		return false;
	if (t->ctx->role == TLS_SERVER)
		return true;
	return t->dane ? tls_prove_dane(t, cert) : tls_prove_name(t, cert);
}

int
tls_prove(struct tls *t)
{
	bool resumed = t->ctx->resume && SSL_session_reused(t->ssl) != 0;
	t->proven = resumed ? t->offered : tls_proven(t);
	tls_resume_prove(t);
	if (t->proven || t->level < TLS_VERIFY)
		return 0;
	return err_set(&t->err, tls_kind(ERR_AUTH),
	    "the certificate could not be checked, for want of memory or by a "
	    "fault of the TLS library");
}

bool
tls_verified(const struct tls *t)
{
	return t->up && t->proven;
}
