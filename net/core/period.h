/* How mail text ends where it is written down: a line with a period, or the
 * notation of STD 10, <CRLF>.<CRLF>. */
#ifndef NET_CORE_PERIOD_H
#define NET_CORE_PERIOD_H

#include <stdbool.h>
#include <stddef.h>

/* Is that line the end? */
bool period_is(const char *p, size_t len);
/* Would it be, once the backslashes in front of it are taken away? To be text
 * it needs one more. */
bool period_is_behind(const char *p, size_t len);

#endif
