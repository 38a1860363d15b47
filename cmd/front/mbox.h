/* An mbox taken apart (RFC 4155; mboxrd: a line that begins with From_ behind
 * any number of > has lost one). */
#ifndef CMD_MBOX_H
#define CMD_MBOX_H

#include "cmd/talk/text.h"

struct mbox;

/* NULL: ERR_NOINPUT. */
struct mbox *mbox_open(const char *path, struct err *e);
/* The next message, without its From_ line, into x, which is called name. 1;
 * 0: there is none; -1: ERR_DATA (it is no mbox), ERR_NOINPUT. What is larger
 * than 256 KiB is in a file of its own meanwhile. */
CHECKED int mbox_next(
    struct mbox *m, const char *name, struct text *x, struct err *e);
void mbox_free(struct mbox *m);

#endif
