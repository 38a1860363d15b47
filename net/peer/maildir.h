/* Delivery to a Maildir: written to tmp, fsync'ed, linked into new, new
 * fsync'ed; only then is it delivered. */
#ifndef NET_MAILDIR_H
#define NET_MAILDIR_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"

struct maildir; /* one message under way */

/* Opens a message in DIR/MAILBOX/tmp, making the folders (0700) when they are
 * not there. A '/' or leading '.' in the mailbox's name, and every octet that
 * is not a letter, digit or one of "@._+-", is written as %XX. O_EXCL and
 * O_NOFOLLOW, mode 0600. -1: ERR_OUTPUT; here and below ERR_TEMP when there
 * is no room: a disk, a quota or a limit on the size of files is full. */
CHECKED int maildir_open(
    struct maildir **out, const char *dir, const char *mailbox, struct err *e);
CHECKED int maildir_write(
    struct maildir *m, const char *p, size_t len, struct err *e);
/* Delivers and frees; on -1 nothing is left in tmp or new. */
CHECKED int maildir_commit(struct maildir *m, struct err *e);
void maildir_abort(struct maildir *m);
/* Can a folder have that mailbox's name? name_max: what the file system takes,
 * 0 for 255 octets. */
bool maildir_storable(size_t name_max, const char *mailbox);
/* The file's name, unique; borrowed. */
const char *maildir_id(const struct maildir *m);
/* Another such name; the caller's. */
char *maildir_unique(void);

#endif
