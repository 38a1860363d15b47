/* The verdict in words: for each check that failed what was expected and what
 * the certificate has, then what would make it pass. */
#include "net/tls/tls_priv.h"

#include <stdlib.h>
#include <string.h>

/* err.text holds 1023 octets; a certificate may hold hundreds of names. */
#define TLS_NAMES_MAX 400

/* What a user can do about it, in the order shown. */
enum {
	TLS_MEND_CA = 1,
	TLS_MEND_NAME = 2,
	TLS_MEND_WEAK = 4,
	TLS_MEND_LEVEL = 8
};

static const struct tls_complaint {
	int error;
	const char *text;
	int mend;
	enum err_why why;
} tls_complaints[] = {
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
	    "self-signed and not among the trusted certificates", TLS_MEND_CA,
	    WHY_CERT_SELF },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
	    "the root of its chain is not trusted", TLS_MEND_CA,
	    WHY_CERT_ISSUER },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	    "unknown issuer: not trusted, or the chain sent is incomplete",
	    TLS_MEND_CA, WHY_CERT_ISSUER },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
	    "unknown issuer: the chain is incomplete", TLS_MEND_CA,
	    WHY_CERT_ISSUER },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
	    "unknown issuer: the chain is incomplete", TLS_MEND_CA,
	    WHY_CERT_ISSUER },
	{ X509_V_ERR_CERT_HAS_EXPIRED, "expired", 0, WHY_CERT_EXPIRED },
	{ X509_V_ERR_CERT_NOT_YET_VALID, "not valid yet", 0, WHY_CERT_EARLY },
	{ X509_V_ERR_HOSTNAME_MISMATCH, "name mismatch", TLS_MEND_NAME,
	    WHY_CERT_NAME },
	{ X509_V_ERR_IP_ADDRESS_MISMATCH, "address mismatch", TLS_MEND_NAME,
	    WHY_CERT_NAME },
	{ X509_V_ERR_INVALID_PURPOSE, "not made for this", 0, WHY_CERT_USE },
	{ X509_V_ERR_INVALID_CA,
	    "it signed another and may not: no certificate of an authority", 0,
	    WHY_CERT_ISSUER },
	{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN,
	    "it signed another and may not: its key usage lacks keyCertSign", 0,
	    WHY_CERT_ISSUER },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, "its key is too small", TLS_MEND_WEAK,
	    WHY_CERT_WEAK },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, "its key is too small", TLS_MEND_WEAK,
	    WHY_CERT_WEAK },
	{ X509_V_ERR_CA_MD_TOO_WEAK, "signed with a digest that is too weak",
	    TLS_MEND_WEAK, WHY_CERT_WEAK },
	{ X509_V_ERR_OUT_OF_MEM, "not checked: out of memory", 0, WHY_NONE },
	{ X509_V_ERR_DANE_NO_MATCH, "no TLSA record matches it", 0,
	    WHY_CERT_TLSA },
};

static const struct tls_complaint *
tls_complaint(int error)
{
	size_t i;

	for (i = 0; i < sizeof tls_complaints / sizeof tls_complaints[0]; i++)
		if (tls_complaints[i].error == error)
			return &tls_complaints[i];
	return NULL;
}

/* A certificate that says where its issuer's is kept, and that one did not
 * come. */
static bool
tls_verdict_gap(const struct tls_fault *f, struct buf *at)
{
	return f->cert != NULL &&
	       (f->error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
		   f->error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
		   f->error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT) &&
	       tls_cert_issuer_at(f->cert, at);
}

enum err_why
tls_verdict_why(const struct tls *t)
{
	struct buf at = BUF_INIT;
	for (size_t i = 0; i < t->nfault; i++) {
		const struct tls_complaint *c =
		    tls_complaint(t->fault[i].error);
		bool gap = tls_verdict_gap(&t->fault[i], &at);
		buf_release(&at);
		if (gap)
			return WHY_CERT_CHAIN;
		if (c != NULL && c->why != WHY_NONE)
			return c->why;
	}
	return WHY_CERT_ISSUER;
}

static void
tls_verdict_mismatch(const struct tls *t, X509 *cert, struct buf *b)
{
	struct buf names = BUF_INIT;
	size_t n = tls_cert_names(cert, ", ", TLS_NAMES_MAX, &names);

	buf_addf(b, ": expected %s%.255s, the certificate ",
	    t->literal ? "IP:" : "", t->name == NULL ? "" : t->name);
	if (n > 0)
		buf_addf(b, "has %s", buf_str(&names));
	else
		buf_adds(b,
		    "has no subjectAltName (a common name does not count,"
		    " RFC 9525)");
	buf_release(&names);
}

/* Which of the two says so: extended key usage, or key usage. */
static void
tls_verdict_purpose(const struct tls *t, X509 *cert, struct buf *b)
{
	bool client = t->ctx->role == TLS_SERVER;
	uint32_t want = client ? XKU_SSL_CLIENT : XKU_SSL_SERVER | XKU_SGC;
	uint32_t key = KU_DIGITAL_SIGNATURE | KU_KEY_AGREEMENT |
		       (client ? 0 : KU_KEY_ENCIPHERMENT);

	if ((X509_get_extended_key_usage(cert) & want) == 0)
		buf_addf(b, ": its extended key usage lacks %s",
		    client ? "clientAuth" : "serverAuth");
	else if ((X509_get_key_usage(cert) & key) == 0)
		buf_addf(b,
		    ": its key usage has neither digitalSignature nor %s",
		    client ? "keyAgreement"
			   : "keyEncipherment or keyAgreement");
}

static void
tls_verdict_fault(const struct tls *t, const struct tls_fault *f, struct buf *b)
{
	const struct tls_complaint *c = tls_complaint(f->error);
	struct buf at = BUF_INIT;

	if (tls_verdict_gap(f, &at)) {
		buf_addf(b,
		    "at depth %d: the chain is incomplete: the certificate of ",
		    f->depth);
		tls_cert_dn(X509_get_issuer_name(f->cert), 120, b);
		buf_addf(
		    b, " was not sent (it is kept at %.200s)", buf_str(&at));
		buf_release(&at);
		return;
	}
	buf_addf(b, "at depth %d: %s", f->depth,
	    c != NULL ? c->text : X509_verify_cert_error_string(f->error));
	if (f->cert == NULL)
		return;
	switch (f->error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		buf_adds(b, " since ");
		tls_cert_time(X509_get0_notAfter(f->cert), b);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		buf_adds(b, ", only from ");
		tls_cert_time(X509_get0_notBefore(f->cert), b);
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		tls_verdict_mismatch(t, f->cert, b);
		break;
	case X509_V_ERR_INVALID_PURPOSE:
		tls_verdict_purpose(t, f->cert, b);
		break;
	default:
		break;
	}
}

static void
tls_verdict_mend(const struct tls *t, struct buf *b)
{
	const struct tls_complaint *c;
	int mend = 0;
	size_t i;

	for (i = 0; i < t->nfault; i++)
		if ((c = tls_complaint(t->fault[i].error)) != NULL)
			mend |= c->mend;
	/* What who runs the server must mend is not to be waved through. */
	if (t->level >= TLS_VERIFY && mend != 0)
		mend |= TLS_MEND_LEVEL;
	bool dane = t->dane && t->level == TLS_DANE;
	if ((mend == 0 && !dane) || t->ctx->role == TLS_SERVER)
		return;
	/* Authorities have no say, and --tls-verify no does not count. */
	if (dane) {
		buf_adds(b,
		    "; its TLSA records and its certificate must be brought "
		    "together by who runs it; without --dane they do not "
		    "count");
		return;
	}
	buf_adds(b, "; to accept it:");
	if ((mend & TLS_MEND_CA) != 0)
		buf_adds(b, " --tls-ca FILE with it or its issuer,");
	if ((mend & TLS_MEND_NAME) != 0)
		buf_adds(b, " --tls-verify-host NAME,");
	if ((mend & TLS_MEND_WEAK) != 0)
		buf_adds(b, " --tls-cipher DEFAULT@SECLEVEL=0,");
	if ((mend & TLS_MEND_LEVEL) != 0)
		buf_adds(b, " --tls-verify no,");
	buf_truncate(b, buf_len(b) - 1);
}

void
tls_verdict_refusal(const struct tls *t, struct buf *b)
{
	X509 *cert = t->chain == NULL ? NULL : sk_X509_value(t->chain, 0);
	size_t i;

	for (i = 0; i < t->nfault; i++) {
		buf_adds(b, i > 0 ? "; " : "");
		tls_verdict_fault(t, &t->fault[i], b);
	}
	if (cert != NULL) {
		buf_adds(b, "; subject ");
		tls_cert_dn(X509_get_subject_name(cert), 120, b);
		buf_adds(b, ", issuer ");
		tls_cert_dn(X509_get_issuer_name(cert), 120, b);
	}
	tls_verdict_mend(t, b);
}

/* The record that matched, and what it makes of names and dates. */
static void
tls_verdict_dane(const struct tls *t, struct buf *b)
{
	uint8_t usage, selector, mtype;
	const unsigned char *data;
	size_t len, i;
	int depth = SSL_get0_dane_authority(t->ssl, NULL, NULL);

	if (SSL_get0_dane_tlsa(t->ssl, &usage, &selector, &mtype, &data, &len) <
	    0)
		return;
	buf_addf(b, "TLSA %d %d %d ", usage, selector, mtype);
	for (i = 0; i < len && i < 8; i++)
		buf_addf(b, "%02x", data[i]);
	buf_addf(b, "%s matches the certificate at depth %d",
	    len > 8 ? "..." : "", depth);
	if (usage == 3)
		buf_adds(b, " (DANE-EE: names and dates do not count)");
	else
		buf_addf(b, " (DANE-TA), which has %s",
		    SSL_get0_peername(t->ssl) == NULL
			? "the name"
			: SSL_get0_peername(t->ssl));
}

static void
tls_verdict_pass(const struct tls *t, struct buf *b)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(t->ssl);
	int n = chain == NULL ? 0 : sk_X509_num(chain);
	const char *name = SSL_get0_peername(t->ssl);

	if (t->dane) {
		tls_verdict_dane(t, b);
		return;
	}
	if (t->ctx->role == TLS_SERVER)
		buf_adds(b, "the client's certificate");
	else if (name != NULL && strcmp(name, t->name) != 0)
		buf_addf(b, "%s (as %s)", t->name, name);
	else
		buf_addf(b, "%s%s", t->literal ? "IP:" : "", t->name);
	if (n > 0) {
		buf_adds(b, ", trusted by ");
		tls_cert_dn(
		    X509_get_subject_name(sk_X509_value(chain, n - 1)), 120, b);
	}
}

static void
tls_verdict_make(const struct tls *t, struct buf *b)
{
	if (tls_verified(t)) {
		buf_adds(b, "verified: ");
		tls_verdict_pass(t, b);
		return;
	}
	buf_adds(b, "not verified: ");
	if (t->nfault > 0)
		tls_verdict_refusal(t, b);
	else if (!t->checked)
		buf_adds(b, t->ctx->role == TLS_SERVER
				? "the client showed no certificate"
				: "the server showed no certificate");
	else if (t->dane)
		buf_adds(b, "no TLSA record was usable");
	else if (t->name == NULL)
		buf_adds(
		    b, "a trusted chain, but no host name to check it against");
	else
		buf_adds(b, "its name could not be read back");
}

const char *
tls_verdict(struct tls *t)
{
	struct buf b = BUF_INIT;

	tls_verdict_make(t, &b);
	free(t->verdict);
	t->verdict = buf_detach(&b);
	return t->verdict;
}
