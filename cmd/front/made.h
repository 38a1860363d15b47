/* A message that the options make. */
#ifndef CMD_MADE_H
#define CMD_MADE_H

#include <stdbool.h>
#include "cmd/front/opts.h"
#include "cmd/talk/letter.h"

/* Do they make one, beyond a test message? */
bool made_is_asked(const struct opts *o);
/* Makes it into x; path: the reverse-path, text: of standard input, or NULL.
 * As letter_make(). */
CHECKED int made_letter(struct talk *t, const struct opts *o, const char *path,
    const char *text, struct text *x, struct err *e);

#endif
