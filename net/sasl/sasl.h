/* SASL (RFC 4422) as SMTP carries it (RFC 4954): both roles, texts in and out.
 * No I/O of its own, no clock; GSSAPI alone talks to others, inside its
 * library. libgsasl and, for SCRAM's client, OpenSSL's hashes are loaded when
 * first needed.
 *
 * A client: sasl_choose() says what to ask the user for, sasl_client_new(),
 * "AUTH MECH [initial response]" by sasl_client_first(), for each 334 an
 * answer by sasl_client_step() ("*" when it fails), and sasl_client_done()
 * with the reply that ends it. After a refusal nothing weaker is tried:
 * there is no call for it. */
#ifndef NET_SASL_H
#define NET_SASL_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

/* A password or token: octets, and a NUL behind them that does not count. */
struct sasl_secret {
	char *p; /* NULL: none */
	size_t len;
};

#define SASL_SECRET_INIT                                                       \
	{                                                                      \
		NULL, 0                                                        \
	}

/* Copies n octets; what s had before is wiped. */
void sasl_secret_set(struct sasl_secret *s, const char *p, size_t n);
/* Overwrites and releases it. */
void sasl_secret_wipe(struct sasl_secret *s);

/* What a mechanism is. */
enum {
	SASL_USER = 1,	   /* wants a user name */
	SASL_PASSWORD = 2, /* wants a password */
	SASL_TOKEN = 4,	   /* wants a token instead */
	SASL_BARE = 8,	   /* the secret goes over as it is: under TLS only */
	SASL_FIRST = 16,   /* the client speaks first */
	SASL_MUTUAL = 32,  /* the server proves that it knows the password */
	SASL_PLUS = 64,	   /* bound to the TLS session */
	SASL_SERVES = 128  /* struct sasl_server has it, too */
};

struct sasl_mech {
	const char *name; /* upper case */
	unsigned is;	  /* of the above */
};

/* The i-th mechanism, strongest first; NULL behind the last. */
const struct sasl_mech *sasl_mech_at(size_t i);
/* By name, in any case of letters; NULL when there is none. */
const struct sasl_mech *sasl_mech_find(const char *name);

/* The same, or NULL with ERR_USAGE: there is none, and which there are. */
const struct sasl_mech *sasl_mech_named(const char *name, struct err *e);

/* Channel binding octets (tls_channel_binding()); p NULL: none. With both
 * tls-unique is used, which there is under TLS 1.2 only and which is the
 * default there (RFC 9266 3). */
struct sasl_binding {
	const char *exporter_p; /* "tls-exporter" */
	size_t exporter_len;
	const char *unique_p; /* "tls-unique" */
	size_t unique_len;
};

enum sasl_initial {
	SASL_INITIAL_AUTO, /* where the mechanism has one and the line stays
			      within 512 octets (RFC 4954 4) */
	SASL_INITIAL_YES,  /* also a long one, and LOGIN's user name */
	SASL_INITIAL_NO
};

/* Everything is borrowed during the call. NULL: none. */
struct sasl_config {
	const char *mech;    /* as named by the user; NULL: the best offered */
	const char *offered; /* EHLO's words behind AUTH; NULL: not known */
	const char *user;    /* EXTERNAL: authzid's stand-in */
	const char *authzid; /* act as that user */
	const struct sasl_secret *password;
	const struct sasl_secret *token; /* XOAUTH2, OAUTHBEARER */
	const char *host;		 /* as the user named it */
	unsigned port;			 /* 0: none */
	bool tls;			 /* the session is encrypted */
	bool insecure; /* secrets may go in clear (--auth-insecure) */
	struct sasl_binding binding;
	enum sasl_initial initial;
	const char *nonce; /* SCRAM: NULL for a new one; known answers need
			      a known one */
};

/* The mechanism that sasl_client_new() would take. mech is never changed and
 * need not be offered. Otherwise the first of offered in the order of
 * sasl_mech_at(): with a token those that take one, before or (when there is
 * no password) instead of the others; -PLUS where there is a binding; never
 * EXTERNAL ANONYMOUS GSSAPI. user and password need not be there yet. NULL:
 * ERR_USAGE (no such mechanism here), ERR_AUTH (nothing offered will do; the
 * mechanism would show the secret to the network; -PLUS without a binding).
 */
const struct sasl_mech *sasl_choose(const struct sasl_config *c, struct err *e);

struct sasl_client;

/* -1: as sasl_choose(), and ERR_USAGE (user, password or token is missing or
 * has a character the mechanism cannot carry: NUL, ^A in OAuth), ERR_AUTH (a
 * user name or password that SASLprep, RFC 4013, forbids), ERR_NOINPUT (a
 * library cannot be loaded). */
CHECKED int sasl_client_new(
    struct sasl_client **out, const struct sasl_config *c, struct err *e);
/* Wipes what was secret. NULL is well. */
void sasl_client_free(struct sasl_client *c);
const char *sasl_client_mech(const struct sasl_client *c);

/* Call once, first. 1: *b64 is the initial response, "=" for an empty one; 0:
 * send "AUTH MECH" alone, *b64 is NULL. -1: send nothing; ERR_AUTH (GSSAPI has
 * no credentials). Texts here and below are NUL-ended and borrowed until the
 * next call with c. */
CHECKED int sasl_client_first(
    struct sasl_client *c, const char **b64, struct err *e);

/* The text behind "334 " and *b64, the line that answers it ("" may be). -1:
 * send "*", and after another 334 close; ERR_AUTH with what is wrong: not
 * base64, more than 12288 characters, the 21st round, a SCRAM nonce, salt or
 * count out of bounds (4096 to 1000000), "e=", a wrong server signature, a
 * challenge where none is due. Every later call fails with the same error. */
CHECKED int sasl_client_step(struct sasl_client *c, const char *p, size_t n,
    const char **b64, struct err *e);

/* The reply that ended the exchange. 1: logged in. 0: refused; the reply says
 * why, or the step that failed before has. -1: a 235 that means nothing,
 * ERR_AUTH: the exchange was not complete, the server's signature is missing
 * or wrong. Any code at any time. */
CHECKED int sasl_client_done(
    struct sasl_client *c, unsigned code, struct err *e);

/* A remark on the last step ("the server asks for 200000 iterations ..."),
 * or NULL. */
const char *sasl_client_warning(const struct sasl_client *c);

/* The last challenge and the last response, decoded, *n octets with "***" for
 * the password and the token; NULL when there was none, or no base64. Any
 * octets: escape them. In a challenge secrets are found by value, from 4
 * octets on, and in base64, too. */
const char *sasl_client_challenge(const struct sasl_client *c, size_t *n);
const char *sasl_client_response(const struct sasl_client *c, size_t *n);

/* One user who may log in. Borrowed for the server's life. */
struct sasl_server_config {
	const char *user;
	const struct sasl_secret *password;
	bool tls, insecure;
	struct sasl_binding binding;
	const char *allowed; /* these words only, a blank between; NULL: all */
};

/* Adds the words behind "AUTH" for EHLO to b, a blank between: PLAIN and
 * LOGIN under TLS or with insecure, -PLUS with a binding, and of those what is
 * allowed. May add none. */
void sasl_server_mechs(const struct sasl_server_config *c, struct buf *b);

struct sasl_server;

/* Loads the library, and has it open what it opens, so that servers work
 * where files cannot be opened any more. 1: every mechanism works for that
 * user; 0: PLAIN and LOGIN do, since the name or the password is nothing that
 * SASLprep takes. -1: ERR_NOINPUT. */
CHECKED int sasl_server_ready(
    const char *user, const struct sasl_secret *password, struct err *e);
/* mech: one of sasl_server_mechs(). -1: ERR_USAGE (it is not), ERR_NOINPUT
 * (libgsasl cannot be loaded). */
CHECKED int sasl_server_new(struct sasl_server **out, const char *mech,
    const struct sasl_server_config *c, struct err *e);
void sasl_server_free(struct sasl_server *s);

/* p: the text of the AUTH line's initial response ("" for "="), NULL when it
 * had none; later each line that came. 0: answer "334 *b64"; 1: 235; -1: 535,
 * ERR_AUTH with why, which is for a log and not for the client. */
CHECKED int sasl_server_step(struct sasl_server *s, const char *p, size_t n,
    const char **b64, struct err *e);
/* Who logged in; "" before. */
const char *sasl_server_user(const struct sasl_server *s);

#endif
