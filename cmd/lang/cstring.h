/* C's escapes in text. */
#ifndef CMD_CSTRING_H
#define CMD_CSTRING_H

#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

/* Appends p with \r \n \t \a \b \e \f \v \0 \NNN \xNN \\ \" as the octets that
 * they stand for. ERR_USAGE names an escape that is none. */
CHECKED int cstring_parse(
    struct buf *b, const char *p, size_t len, struct err *e);

/* Appends octets so that cstring_parse() gives them back: printable ASCII as it
 * is, a blank at the start and all else escaped. */
void cstring_add(struct buf *b, const char *p, size_t len);

#endif
