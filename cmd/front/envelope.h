/* The envelope that a message's own header says (RFC 5322 3.6.2, 3.6.3,
 * 3.6.6). */
#ifndef CMD_ENVELOPE_H
#define CMD_ENVELOPE_H

#include "cmd/lang/compose.h"

/* Of the header that text begins with, which may have more behind it: the
 * sender's address into *from (the caller's to free; untouched where it is not
 * NULL), recipients added to *to. Those of the newest Resent- fields where
 * there are any. Bcc fields are taken out. 1: the text has changed; 0; -1:
 * ERR_DATA: the header does not end within text, or says nobody. */
CHECKED int envelope_take(struct buf *text, bool ended, char **from,
    struct compose_paths *to, struct err *e);
/* The addresses of a field's body: display names, comments and groups are left
 * out. ERR_DATA. */
CHECKED int envelope_addresses(
    const char *p, size_t len, struct compose_paths *to, struct err *e);

#endif
