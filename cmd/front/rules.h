/* Rules for the receiver, from text: "RCPT <*@full.example> 452 4.2.2 full". */
#ifndef CMD_RULES_H
#define CMD_RULES_H

#include "net/core/err.h"
#include "net/core/rule.h"

/* WHEN [PATTERN] [CONDITION...] ACTION..., as the manual has them. place and
 * line are for messages; place is borrowed for the rules' life. -1: kind, which
 * says what was found, expected, and where. */
CHECKED int rules_add(struct rules *r, const char *place, unsigned line,
    const char *text, enum err_kind kind, struct err *e);
/* A rule a line; empty lines and those that begin with '#' are none. -1:
 * ERR_NOINPUT, or ERR_DATA at FILE:LINE. */
CHECKED int rules_read(struct rules *r, const char *file, struct err *e);
/* Expressions, too. */
void rules_free(struct rules *r);

#endif
