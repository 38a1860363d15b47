/* UTF-8 (RFC 3629 4). */
#ifndef NET_UTF8_H
#define NET_UTF8_H

#include <stddef.h>

/* Octets of the character at text, if it is not ASCII; 0 if there is none. */
size_t utf8_wide(const char *text, size_t len);

#endif
