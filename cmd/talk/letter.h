/* A message made from a draft: text, HTML, files. */
#ifndef CMD_TALK_LETTER_H
#define CMD_TALK_LETTER_H

#include "cmd/lang/draft.h"
#include "cmd/talk/text.h"

/* Makes it into x, to be loaded; path: the reverse-path, in whose domain the
 * Message-ID is and which stands for a From that was not said. Body and HTML
 * are texts, paths of files as they are opened. ERR_USAGE, ERR_NOINPUT,
 * ERR_DATA. */
CHECKED int letter_make(struct talk *t, const struct draft *d, const char *path,
    struct text *x, struct err *e);
/* The text that an option says: its value, or of "@FILE" what the file holds.
 * The caller's to free; NULL: ERR_NOINPUT, ERR_DATA. */
char *letter_text(const char *option, const char *value, struct err *e);
/* Date, and a Message-ID in the domain of the reverse-path. */
CHECKED int letter_stamp(struct talk *t, const char *path, struct buf *date,
    struct buf *msgid, struct err *e);

#endif
