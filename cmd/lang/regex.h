/* Regular expressions: /.../, with flags i m s x behind. */
#ifndef CMD_REGEX_H
#define CMD_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

/* Octets of flags at p, up to a blank or the end; SIZE_MAX: they are none. */
size_t regex_letters(const char *p, size_t len, unsigned *flags);
/* The '/' that closes what stands behind an opening one: not behind a
 * backslash, and only flags follow up to a blank or the end. len: there is
 * none. */
size_t regex_close(const char *p, size_t len, size_t *used, unsigned *flags);
void regex_add_letters(struct buf *b, unsigned flags);
/* Would it compile? ERR_DATA; or there is no PCRE2. */
CHECKED int regex_check(
    const char *p, size_t len, unsigned flags, struct err *e);
/* Captured text, told for each named group. */
typedef void regex_capture(
    void *arg, const char *name, const char *p, size_t len);
/* Compiles, matches and forgets it. capture may be NULL. */
bool regex_run(const char *regex, unsigned flags, const char *p, size_t len,
    regex_capture *capture, void *arg);

/* One that is kept. */
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
