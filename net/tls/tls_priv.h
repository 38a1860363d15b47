/* What the files of tls share: the only place that includes OpenSSL, whose
 * functions are called by their names through the table of tls_lib.h. */
#ifndef NET_TLS_PRIV_H
#define NET_TLS_PRIV_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include "net/tls/tls.h"
#include "net/tls/tls_lib.h"

struct tls_ctx {
	SSL_CTX *ssl;
	enum tls_role role;
	enum tls_level client;
	char *versions;		 /* "TLS 1.2, TLS 1.3" */
	unsigned char alpn[256]; /* each name with its length before it */
	size_t alpn_len;
	int keylog; /* descriptor or -1 */
	char *keylog_path;
	bool own_ca;
	/* The newest that can be resumed, or NULL; whose, and whether its
	 * certificate was proven. */
	bool resume;
	SSL_SESSION *last;
	const struct tls *last_of; /* the one whose verdict is still to come */
	char *last_name;
	bool last_proven;
};

/* One check that a certificate failed. */
struct tls_fault {
	int error; /* X509_V_ERR_... */
	int depth;
	X509 *cert; /* ours, or NULL */
};

#define TLS_NFAULT 8

struct tls {
	struct tls_ctx *ctx;
	SSL *ssl;
	struct buf out;
	enum tls_level level;
	char *name;   /* to verify, or NULL */
	bool literal; /* name is an address */
	char *sni;
	bool dane; /* TLSA records decide */
	bool up;
	bool eof;
	bool hungry;  /* nothing more without tls_feed() */
	bool checked; /* there was a certificate */
	bool offered; /* to resume one that was proven */
	bool proven;  /* and all that makes it the peer's was read back */
	int keylog_errno;
	struct tls_fault fault[TLS_NFAULT];
	size_t nfault;
	STACK_OF(X509) * chain; /* all that the peer sent */
	char *verdict;
	struct err err;		 /* what ended it */
	unsigned char first[48]; /* the first octets that came */
	size_t nfirst;
};

/* tls.c: a name without its last dot, the caller's; NULL for none. */
char *tls_host(const char *s);

/* tls_ctx.c: OpenSSL's reason for its last failure. */
const char *tls_reason(void);

/* tls_fail.c: OpenSSL has given up: says why in t->err. */
void tls_fail(struct tls *t);
/* That failure is for want of memory. */
bool tls_out_of_memory(void);
/* ERR_BUG then; else otherwise. */
enum err_kind tls_kind(enum err_kind otherwise);
/* Of a name that was not taken: too long, or else there was no memory for it
 * (which the library does not always say). */
enum err_kind tls_kind_of_name(const char *name);

/* tls_resume.c */
void tls_resume_setup(struct tls_ctx *ctx);
void tls_resume_release(struct tls_ctx *ctx);
/* Offers the newest session of the same name. */
void tls_resume_offer(struct tls *t);
/* It is known whether t was proven; t goes. */
void tls_resume_prove(const struct tls *t);
void tls_resume_forget(const struct tls *t);

/* tls_server.c: gives ctx a throw-away certificate for that host. */
CHECKED int tls_self_sign(SSL_CTX *ctx, const char *name, struct err *e);

/* tls_verify.c */
CHECKED int tls_verify_setup(
    struct tls *t, const struct tls_target *to, struct err *e);
void tls_verify_release(struct tls *t);
/* Behind the handshake: 0, or -1 when the session's level wants a certificate
 * that was verified and that cannot be shown to be so (t->err says why). */
int tls_prove(struct tls *t);
/* For SSL_CTX_set_cert_verify_callback(). */
int tls_verify_chain(X509_STORE_CTX *store, void *arg);

/* tls_verdict.c: what failed and what would make it pass. */
/* Of the first check that failed. */
enum err_why tls_verdict_why(const struct tls *t);
void tls_verdict_refusal(const struct tls *t, struct buf *b);

/* tls_cert.c: each adds to b. */
void tls_escape(struct buf *b, const unsigned char *p, size_t n);
/* A distinguished name, cut after max octets. */
void tls_cert_dn(const X509_NAME *name, size_t max, struct buf *b);
/* subjectAltNames, those that fit in max octets; returns how many there are. */
size_t tls_cert_names(
    const X509 *cert, const char *between, size_t max, struct buf *b);
/* Where its issuer's certificate is kept (RFC 5280 4.2.2.1), by HTTP; false:
 * it does not say. */
bool tls_cert_issuer_at(const X509 *cert, struct buf *b);
int64_t tls_cert_left_s(const X509 *cert); /* until it expires */
void tls_cert_time(const ASN1_TIME *when, struct buf *b);
void tls_cert_key(const X509 *cert, struct buf *b);
void tls_cert_sha256(const X509 *cert, struct buf *b);
void tls_cert_spki_sha256(const X509 *cert, struct buf *b);

#endif
