/* Between the files of a script: for these only. */
#ifndef CMD_SCRIPT_PRIV_H
#define CMD_SCRIPT_PRIV_H

#include "cmd/lang/lang.h"

/* Parses len octets of s->octets, which s owns, and the NUL behind them. from:
 * the transcript that they were made of, whose lines are named; NULL: none.
 * ERR_DATA; what s has got by then is released by the caller. */
CHECKED int script_take(struct script *s, size_t len, const struct import *from,
    lang_word *word, struct err *e);

#endif
