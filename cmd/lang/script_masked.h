/* Logins whose secrets a record shows as ***. */
#ifndef CMD_SCRIPT_MASKED_H
#define CMD_SCRIPT_MASKED_H

#include <stddef.h>
#include "net/core/buf.h"

/* A conversation in the language, with \\auth in place of each AUTH exchange
 * (command, answers, replies) in which "***" is said; as many lines as before.
 * Mail text stays. How many there were; 0: b is as it was. p has a NUL behind
 * len. */
size_t script_unmask(struct buf *b, const char *p, size_t len);

#endif
