/* Words that are one slip apart. */
#ifndef CMD_NEAR_H
#define CMD_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/* Letter case aside: a letter too many, missing or wrong, or two neighbours
 * exchanged. False for the same word and for words of less than three
 * letters. */
bool near_word(const char *a, size_t alen, const char *b, size_t blen);

#endif
