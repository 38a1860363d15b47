/* A message that the command line makes: text, HTML, files. */
#ifndef CMD_LETTER_H
#define CMD_LETTER_H

#include <stdbool.h>
#include "cmd/front/opts.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/text.h"

/* Do the options make one, beyond a test message? */
bool letter_is_made(const struct opts *o);
/* Makes it into x; from: the reverse-path, text: of standard input, or NULL.
 * ERR_USAGE, ERR_NOINPUT, ERR_DATA. */
CHECKED int letter_make(struct shell *sh, const struct opts *o,
    const char *from, const char *text, struct text *x, struct err *e);
/* The text that an option says: its value, or of "@FILE" what the file holds.
 * The caller's to free; NULL: ERR_NOINPUT, ERR_DATA. */
char *letter_text(const char *option, const char *value, struct err *e);

#endif
