/* The table of patterns, in parts. For cmd/know/pattern*.c only. Each part
 * ends with id NULL. */
#ifndef CMD_PATTERN_PRIV_H
#define CMD_PATTERN_PRIV_H

#include "cmd/know/pattern.h"

extern const struct pattern pattern_provider[], pattern_who[], pattern_list[],
    pattern_sender[], pattern_rcpt[], pattern_text[], pattern_login[],
    pattern_state[];

#endif
