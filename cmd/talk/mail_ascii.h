/* What of a message is beyond ASCII, and how its addresses go where the server
 * does not take them so. */
#ifndef CMD_TALK_MAIL_ASCII_H
#define CMD_TALK_MAIL_ASCII_H

#include "cmd/talk/mail.h"

enum beyond {
	BEYOND_NOTHING,
	BEYOND_UTF8,
	BEYOND_OTHER /* octets above 127 that are no UTF-8 */
};

/* Of the header that the text begins with, if it does. */
enum beyond ascii_header(const char *p, size_t len);

/* The paths of a mail; NULL: as they were given. */
struct ascii_paths {
	char *from;
	char **to;
	size_t nto;
};

/* Is one of them beyond ASCII? */
bool ascii_needs_utf8(const struct mail *m);
/* With domains as A-labels (RFC 5891), each told. ERR_REFUSED: a local part is
 * beyond ASCII; ERR_USAGE, ERR_NOINPUT: as idn_to_ascii(). */
CHECKED int ascii_paths(
    struct talk *t, const struct mail *m, struct ascii_paths *a, struct err *e);
void ascii_paths_release(struct ascii_paths *a);

#endif
