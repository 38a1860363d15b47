/* What the texts of refusals mean: how servers word them, what is meant by it,
 * what to do. One table; each row is tried in order, and the first that is
 * found decides. */
#ifndef CMD_PATTERN_H
#define CMD_PATTERN_H

#include <stddef.h>

/* what and next may hold {names} that cause.c fills in. */
struct pattern {
	const char *id;
	const char *regex;  /* of a whole reply, see below; any case */
	const char *what;   /* the cause: lower case, no full stop */
	const char *next;   /* what to do */
	const char *source; /* whose words, or which RFC */
};

/* The first row that is found in a reply: its code, SP, and the texts of its
 * lines with SP between. An enhanced code that all lines repeat stands once.
 * A line that is no reply goes as it came. NULL: none is. */
const struct pattern *pattern_find(const char *text, size_t len);
/* Row i, in order; NULL past the last. */
const struct pattern *pattern_at(size_t i);

#endif
