/* Argument grammars: "HOST[:PORT] [SECONDS]", "on|off", "FILE...". Placeholders
 * are upper case, words to type lower case with | between choices, [] is
 * optional, ... repeats. One text feeds usage, counting, hint and completion. */
#ifndef CMD_GRAMMAR_H
#define CMD_GRAMMAR_H

#include <stddef.h>
#include "net/core/buf.h"

/* How few and how many words it takes; *max is SIZE_MAX for "...". */
void grammar_count(const char *grammar, size_t *min, size_t *max);
/* What word i is: its placeholder or choices ("on|off") without brackets,
 * appended; nothing when there can be no such word. */
void grammar_item(const char *grammar, size_t i, struct buf *b);
/* What is still to come after n complete words: for the hint line. */
void grammar_rest(const char *grammar, size_t n, struct buf *b);

#endif
