/* SMTP service extensions: EHLO keywords, their parameters for MAIL and RCPT,
 * in a few words with their RFC. One table. */
#ifndef NET_EXT_H
#define NET_EXT_H

#include <stddef.h>
#include "net/core/verb.h"

struct ext {
	const char *keyword; /* "SIZE" */
	const char *args;    /* what may follow it in EHLO's reply, or NULL */
	const char
	    *text; /* a few words: "the size of a message can be declared" */
	const char *source; /* "RFC 1870" */
	const char *mail; /* "SIZE=octets", several with SP between, or NULL */
	const char
	    *rcpt; /* "NOTIFY=NEVER|SUCCESS,FAILURE,DELAY ORCPT=type;xtext" */
	const char *verbs; /* new verbs: "BDAT", or NULL */
};

/* By keyword, any case, or NULL. "X..." that has no row of its own gives the
 * row "X" (RFC 1869 4.1.2.1), "AUTH=..." the row "AUTH". */
const struct ext *ext_find(const char *word, size_t len);
const struct ext *ext_at(size_t i);

#endif
