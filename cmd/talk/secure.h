/* TLS for a session: what the command line asks for, fixed before connecting;
 * when it is started; what it is worth. Acts: talk.h. */
#ifndef CMD_TALK_SECURE_H
#define CMD_TALK_SECURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/tls/tls.h"

/* Told when it begins, whatever is shown: whoever has them reads all. */
#define SECURE_KEYS "the keys of TLS sessions go to %s (SSLKEYLOGFILE)"

/* Strings are the command line's. */
struct secure {
	enum tls_level level; /* what the session must have; TLS_NONE: what is
				 typed decides */
	bool unverified;      /* here the certificate is not checked */
	bool on_connect;
	bool save_peer;	   /* --tls-save-peer-cert */
	int64_t expires_s; /* --tls-expires-within; 0: not asked */
	const char *sni, *verify_host;
	/* DANE: the records and the names they go with, for this host. */
	const struct tls_tlsa *tlsa;
	size_t ntlsa;
	const char *dane_name;
	const char *const *more_names; /* beside it (RFC 7672 3.2.2) */
	size_t nmore;
};

#endif
