/* Between lint.c and its tables. */
#ifndef CMD_LINT_PRIV_H
#define CMD_LINT_PRIV_H

#include "cmd/know/lint.h"

/* Each ends with id NULL. */
extern const struct lint_rule lint_form[], lint_hello[], lint_dialog[];

bool lint_is(const struct lint_look *k, enum verb_id id);
bool lint_ok(const struct lint_look *k); /* 2yz, asked for */
/* Whether that keyword was offered, in any case. */
bool lint_offers(const struct buf *list, const char *keyword);
/* Text of a reply's line. */
const char *lint_line(const struct lint_look *k, size_t i, size_t *len);

#endif
