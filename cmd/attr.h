/* Attributes of XCLIENT and XFORWARD: NAME=VALUE as Postfix's documents have
 * them, values as xtext (RFC 3461 4). Pure. */
#ifndef CMD_ATTR_H
#define CMD_ATTR_H

#include "net/core/buf.h"
#include "net/core/err.h"

/* What a value must look like. */
enum attr_form {
	ATTR_TEXT,     /* printable, 1 to 255 octets */
	ATTR_ADDRESS,  /* IPv4, or IPv6 which goes with "IPV6:" before it */
	ATTR_PORT,     /* 1 to 65535 */
	ATTR_PROTOCOL, /* SMTP, ESMTP */
	ATTR_SOURCE    /* LOCAL, REMOTE */
};

struct attr {
	const char *name;
	enum attr_form form;
};

/* Appends " NAME=xtext" for a word "name=value", one of those in list (whose
 * last name is NULL). [UNAVAILABLE] always fits, [TEMPUNAVAIL] for NAME, and
 * both go as they are. -1: ERR_USAGE. */
CHECKED int attr_add(
    struct buf *b, const struct attr *list, const char *word, struct err *e);

#endif
