/* Messages one after the other: files, folders of them, mboxes, Maildirs. */
#ifndef CMD_MAILS_H
#define CMD_MAILS_H

#include "cmd/front/opts.h"
#include "cmd/talk/text.h"

struct mails;

struct mails *mails_new(const struct opts *o);
void mails_free(struct mails *m);
/* How many there are, as far as that is known at once: 0 where an mbox is among
 * them, or a folder cannot be read. */
size_t mails_count(const struct mails *m);
/* The next into x, the caller's to release. 1; 0: there is none; -1:
 * ERR_NOINPUT, ERR_DATA: that one is left out, or all of an mbox or folder.
 * Its name is x->name. */
CHECKED int mails_next(struct mails *m, struct text *x, struct err *e);

#endif
