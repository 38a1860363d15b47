/* What an error quotes of a line. */
#ifndef CMD_QUOTE_H
#define CMD_QUOTE_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

#define QUOTE_MAX 60 /* octets of a line that are enough to know it by */

/* Appends its beginning. Behind the word AUTH, wherever it stands, and the
 * mechanism all is a secret: "=> AUTH PLAIN ***". */
void quote_add(struct buf *b, const char *p, size_t len);
/* Does the word AUTH stand in it? */
bool quote_has_auth(const char *p, size_t len);

/* "found 'p', WHAT": ERR_DATA, -1. */
CHECKED int quote_slip(
    const char *p, size_t len, const char *what, struct err *e);

#endif
