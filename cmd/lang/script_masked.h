/* Logins whose secrets a record shows as ***. */
#ifndef CMD_SCRIPT_MASKED_H
#define CMD_SCRIPT_MASKED_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"

/* AUTH exchanges in which "***" is said; others that answer a challenge. */
struct masked {
	size_t masked, answered;
};

/* A conversation in the language. login: \\auth in place of each such exchange
 * (command, answers, replies); else the 334 before an answer asks for that very
 * challenge. As many lines as before. Mail text stays. None: b is as it was. p
 * has a NUL behind len. */
struct masked script_unmask(
    struct buf *b, const char *p, size_t len, bool login);

#endif
