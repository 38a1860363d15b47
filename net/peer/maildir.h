/* Delivery to a Maildir: written to tmp, fsync'ed, linked into new, new
 * fsync'ed; only then is it delivered. */
#ifndef NET_MAILDIR_H
#define NET_MAILDIR_H

#include <stddef.h>
#include "net/core/err.h"

struct maildir; /* one message under way */

/* Opens a message in DIR/MAILBOX/tmp, making the folders (0700) when they are
 * not there. A '/' or leading '.' in the mailbox's name, and every octet that
 * is not a letter, digit or one of "@._+-", is written as %XX. O_EXCL and
 * O_NOFOLLOW, mode 0600. -1: ERR_OUTPUT. */
int maildir_open(
    struct maildir **out, const char *dir, const char *mailbox, struct err *e);
int maildir_write(struct maildir *m, const char *p, size_t len, struct err *e);
/* Delivers and frees; on -1 nothing is left in tmp or new. */
int maildir_commit(struct maildir *m, struct err *e);
void maildir_abort(struct maildir *m);
/* The file's name, unique; borrowed. */
const char *maildir_id(const struct maildir *m);

#endif
