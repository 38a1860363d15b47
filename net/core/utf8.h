/* UTF-8 (RFC 3629 4). */
#ifndef NET_UTF8_H
#define NET_UTF8_H

#include <stddef.h>

/* Octets of the character at p that is not ASCII; 0 if none is there. */
size_t utf8_wide(const char *p, size_t len);

#endif
