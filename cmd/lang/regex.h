/* Regular expressions that are kept. */
#ifndef CMD_REGEX_H
#define CMD_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"

struct regex;

/* p begins with '/'; behind the one that closes stand flags (i m s x), then a
 * blank or the end. *used: octets up to there. -1: ERR_DATA. */
CHECKED int regex_parse(
    struct regex **out, const char *p, size_t len, size_t *used, struct err *e);
void regex_free(struct regex *x);
/* Where a group begins and ends; SIZE_MAX: it took no part. */
struct regex_group {
	size_t from, to;
};
/* How many groups are known then, the whole one among them, at most max; 0: no
 * match. Any thread may ask. */
size_t regex_match(const struct regex *x, const char *p, size_t len,
    struct regex_group *group, size_t max);
/* The number of a named group; 0: there is none. */
size_t regex_number(const struct regex *x, const char *name);

#endif
