/* SMTP service extensions: EHLO keywords, their parameters for MAIL and RCPT,
 * in a few words with their RFC. One table. */
#ifndef NET_EXT_H
#define NET_EXT_H

#include <stddef.h>
#include "net/core/verb.h"

struct ext {
	char keyword[24]; /* "SIZE" */
	char args[24];	  /* what may follow it in EHLO's reply, or "" */
	char text[68];	  /* "the size of a message can be declared" */
	char source[64];  /* "RFC 1870" */
	char mail[40];	  /* "SIZE=octets", several with SP between, or "" */
	char rcpt[56];	  /* "NOTIFY=NEVER|SUCCESS,FAILURE,DELAY ORCPT=..." */
	char verbs[24];	  /* new verbs: "BDAT", or "" */
};

/* By keyword, any case, or NULL. "X..." that has no row of its own gives the
 * row "X" (RFC 1869 4.1.2.1), "AUTH=..." the row "AUTH". */
const struct ext *ext_find(const char *word, size_t len);
const struct ext *ext_at(size_t i);

#endif
