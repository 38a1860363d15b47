/* TLS (RFC 8446, RFC 5246) between two buffers: ciphertext in and out on one
 * side, plain octets on the other. No system call but the files that
 * tls_ctx_new() reads and the key log, and the wall clock for the dates of
 * certificates. OpenSSL 3, loaded when the first context is made. */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "net/core/buf.h"
#include "net/core/err.h"

enum tls_role { TLS_CLIENT, TLS_SERVER };

/* What is asked of a session, fixed before it connects. This module never
 * steps down; TLS_NONE and TLS_MAY concern whoever decides on STARTTLS. */
enum tls_level {
	TLS_NONE, /* clear text */
	TLS_MAY,  /* TLS when offered; the peer is checked, the verdict kept */
	TLS_MUST, /* TLS; the peer is checked, the verdict kept */
	TLS_VERIFY, /* and the handshake fails when the certificate does */
	TLS_DANE    /* and it is checked by TLSA records (RFC 7672) */
};

/* What many sessions have in common. Strings are borrowed during the call;
 * NULL means the default. */
struct tls_config {
	enum tls_role role;
	const char *ca;	      /* file or folder of PEM; NULL: the system's */
	const char *cert;     /* PEM: own certificate, then its chain */
	const char *key;      /* PEM; NULL: it is in cert */
	const char *protocol; /* "tlsv1_2,tlsv1_3", "no_tlsv1_3", "1.2" */
	const char *cipher;   /* OpenSSL's list; TLS_... names are TLS 1.3's */
	const char *alpn;     /* protocol names, a comma between them */
	const char *keylog;   /* SSLKEYLOGFILE: appended to, made 0600; ours and
				 no link; NULL or "": none */
	bool resume; /* client: a session takes up the newest one that the same
			name had, and its verdict, where the server lets */
	bool self_signed; /* server: a certificate made now, in memory ... */
	const char *self_name; /* ... for this host and localhost */
	/* Server: TLS_NONE asks no certificate of the client, TLS_MAY asks,
	 * TLS_VERIFY wants one that ca vouches for. */
	enum tls_level client;
};

struct tls_ctx;

/* Reads and checks all of it; the system's certificates may take 40 ms, so
 * make one for many sessions. TLS 1.2 at least and security level 2 unless
 * protocol or cipher ("DEFAULT@SECLEVEL=0") say otherwise. -1: ERR_NOINPUT (a
 * file cannot be read; OpenSSL cannot be loaded), ERR_OUTPUT (the key log),
 * ERR_USAGE (no certificate in it, key of another certificate, encrypted
 * key, unknown protocol or cipher). */
CHECKED int tls_ctx_new(
    struct tls_ctx **out, const struct tls_config *c, struct err *e);
/* The file that the keys of every session go to, to be told; NULL: none. */
const char *tls_ctx_keys(const struct tls_ctx *ctx);
/* After every session made from it is freed. NULL is well. */
void tls_ctx_free(struct tls_ctx *ctx);

/* One TLSA record (RFC 6698). */
struct tls_tlsa {
	uint8_t usage, selector, mtype;
	const unsigned char *data;
	size_t len;
};

/* The other end of one session. Strings and records are borrowed during the
 * call. Names are A-labels ("xn--..."); a last dot is ignored. */
struct tls_target {
	enum tls_level level;
	const char *verify_name; /* host, or IP literal without brackets;
				    ".example.org": any host below it */
	const char *sni; /* NULL: verify_name, "": none. Never an IP, nor
			    what begins with a period */
	/* Reference names for DANE-TA beside verify_name, which is the TLSA
	 * base domain then (RFC 7672 3.2.2): the next-hop domain, say. */
	const char *const *dane_name;
	size_t ndane_name;
	const struct tls_tlsa *tlsa; /* where there are any, they decide */
	size_t ntlsa;		     /* instead of the CAs, at each level */
};

struct tls;

/* t may be NULL for a server. -1: ERR_USAGE (TLS_VERIFY without a
 * verify_name, TLS_DANE without records, a name that is none), ERR_AUTH
 * (TLS_DANE and no record is usable: usages 2 and 3 with known selector and
 * matching type; RFC 7672 2.2 then has TLS_MUST). */
CHECKED int tls_new(struct tls **out, struct tls_ctx *ctx,
    const struct tls_target *t, struct err *e);
void tls_free(struct tls *t);

/* One step: 1 when TLS stands, 0 when it needs more octets. In both cases and
 * on failure there may be octets to send (tls_out(): an alert, on failure).
 * -1, now and ever after: ERR_AUTH (the certificate is refused: each check
 * that failed, at which depth, the name expected and those presented, what
 * would make it pass; no version or cipher is common, or one refuses what the
 * other shows), ERR_USAGE (what was configured leaves us no cipher), ERR_PROTO
 * (the peer does not speak TLS, or not as it should), ERR_LOST (after
 * tls_eof()), ERR_OUTPUT (the key log), ERR_BUG (no memory). */
CHECKED int tls_handshake(struct tls *t, struct err *e);

/* What came from the peer. Takes up to 1 MiB that is not read yet; returns how
 * much it took. */
size_t tls_feed(struct tls *t, const char *p, size_t n);
/* Nothing will come any more. */
void tls_eof(struct tls *t);
/* What must be sent; *n octets, borrowed until the next call with t. */
const char *tls_out(const struct tls *t, size_t *n);
/* The first n of them have been sent. */
void tls_out_done(struct tls *t, size_t n);

/* The results of conn_read(). */
#define TLS_AGAIN (-1)
#define TLS_ERR	  (-2)
/* Octets read; 0: the peer ended the stream by close_notify; TLS_AGAIN: feed
 * more (tls_out() may have octets all the same); TLS_ERR: ERR_LOST (after
 * tls_eof(), cut off without close_notify: what came last may be missing),
 * ERR_PROTO. Only after the handshake. */
ssize_t tls_read(struct tls *t, char *p, size_t n, struct err *e);
/* Octets taken, perhaps fewer than n; TLS_AGAIN: more than 256 KiB wait in
 * tls_out(). */
ssize_t tls_write(struct tls *t, const char *p, size_t n, struct err *e);
/* tls_read() may give something without another tls_feed(): read on before
 * waiting for the socket. */
bool tls_pending(const struct tls *t);
/* Ends our side of the stream; then send what tls_out() has. */
void tls_close_notify(struct tls *t);
/* At a quiet moment: gives back what its buffers took, if they are empty. */
void tls_trim(struct tls *t);
/* The peer's close_notify has come. */
bool tls_closed(const struct tls *t);

/* TLS stands. */
bool tls_is_up(const struct tls *t);
/* The peer's certificate passed every check, a name or TLSA among them, each
 * read back from the library. */
bool tls_verified(const struct tls *t);
/* One line: "verified: ...", "not verified: ..." with the text that a
 * refusal has. Borrowed from t; after the handshake or its failure. May hold
 * UTF-8 of the certificate; control octets show as "\xNN" or "\NN". */
const char *tls_verdict(struct tls *t);
/* It took up an earlier session, without another look at certificates. */
bool tls_resumed(const struct tls *t);
/* "TLSv1.3"; "" before the handshake. */
const char *tls_version(const struct tls *t);
/* "TLS_AES_256_GCM_SHA384"; "" before the handshake. */
const char *tls_cipher(const struct tls *t);

/* Seconds until the first of the peer's certificates expires, its own or one
 * that it was signed by, negative if it has; that moment is appended to *when,
 * and where it is not the peer's own its subject to *whose. INT64_MAX: it
 * showed none. */
int64_t tls_expires_s(const struct tls *t, struct buf *when, struct buf *whose);

/* Adds lines "key: value" to b, each ended by LF: protocol, cipher, group,
 * alpn, sni, verify (the verdict), verified (yes or no); then for each certificate of the peer "certificate:
 * 0" and its subject, name (one line for each), issuer, issuer-at (where its
 * certificate is kept, if that is told), serial, not-before, not-after, days-left, key, signature, sha256, spki-sha256. */
void tls_info(struct tls *t, struct buf *b);
/* Adds the chain that the peer sent as PEM, its own certificate first.
 * Returns the number of certificates. Works after a refusal, too. */
size_t tls_peer_pem(const struct tls *t, struct buf *b);
/* Adds channel binding octets to b: "tls-exporter" (RFC 9266), "tls-unique"
 * (RFC 5929, TLS 1.2). -1: ERR_USAGE, the type is unknown or this session has
 * none; ERR_BUG: it has, but they could not be worked out. */
CHECKED int tls_channel_binding(
    const struct tls *t, const char *type, struct buf *b, struct err *e);

/* Octets that begin as a TLS record does: a server that answers clear text
 * with them wants TLS at once. Looks at the first 3 octets at most. */
bool tls_is_record(const char *p, size_t len);

#endif
