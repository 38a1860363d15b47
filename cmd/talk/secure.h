/* TLS for a session: what the command line asks for, fixed before connecting;
 * when it is started; what it is worth. */
#ifndef CMD_SECURE_H
#define CMD_SECURE_H

#include <stdbool.h>
#include "net/core/buf.h"
#include "net/core/err.h"
#include "net/tls/tls.h"

struct shell;

/* Told when it begins, whatever is shown: whoever has them reads all. */
#define SECURE_KEYS "the keys of TLS sessions go to %s (SSLKEYLOGFILE)"

/* Strings are the command line's. */
struct secure {
	enum tls_level level; /* what the session must have; TLS_NONE: what is
				 typed decides */
	bool verify_off;      /* --tls-verify no */
	bool unverified;      /* and here: the certificate is not checked */
	bool on_connect;
	const char *ca, *cert, *key, *sni, *verify_host, *protocol, *cipher,
	    *save_peer;
	struct tls_ctx *ctx; /* made when first needed */
	/* DANE: the records and the names they go with, for this host. */
	const struct tls_tlsa *tlsa;
	size_t ntlsa;
	const char *dane_name;
	const char *const *more_names; /* beside it (RFC 7672 3.2.2) */
	size_t nmore;
};

void secure_release(struct secure *s);
/* TLS on the link: behind a 220 to STARTTLS, or from the start. On failure the
 * connection is closed: there is no way back to clear text. */
int shell_tls(struct shell *sh, struct err *e);
/* Sends STARTTLS and starts TLS on its 220; ERR_AUTH when it is refused.
 * implied: nobody wrote it. */
int shell_starttls(struct shell *sh, bool implied, struct err *e);
/* What the options ask for behind the greeting, once a connection: EHLO and
 * STARTTLS, then AUTH. ERR_AUTH when it must be and cannot. */
int shell_secure(struct shell *sh, struct err *e);

#endif
