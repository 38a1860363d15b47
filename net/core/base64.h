/* Base64 (RFC 4648 4), the strict kind: padded, no blanks, no line ends. */
#ifndef NET_BASE64_H
#define NET_BASE64_H

#include <stddef.h>
#include "net/core/buf.h"

/* Characters that n octets take. */
#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* Adds the text of n octets to b, which grows once at most. */
void base64_encode(struct buf *b, const void *p, size_t n);

/* Adds the octets that p stands for to b, which grows once at most. -1, and
 * nothing is added: *at (which may be NULL) is the offset of the first
 * character that is wrong, or n when the text ends too soon. Wrong are a
 * character outside the alphabet, padding anywhere but at the end, and one
 * before the padding whose unused bits are not 0. */
int base64_decode(struct buf *b, const char *p, size_t n, size_t *at);

#endif
