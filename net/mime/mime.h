/* A message made from its parts (RFC 5322, RFC 2045 to 2049, RFC 2231, RFC
 * 2047) by GMime, which is loaded then. Files are read when the message is. */
#ifndef NET_MIME_H
#define NET_MIME_H

#include "net/core/feed.h"

struct mime_file {
	const char *path;
	const char *type; /* "image/png", parameters too; NULL: by the name */
	const char *name; /* NULL: the path's last part */
	bool inlined;	  /* shown within the HTML, by its Content-ID */
};

/* Texts are UTF-8 (ERR_DATA if not); NULL where there is none. */
struct mime {
	const char *from, *to, *cc, *reply_to; /* as a header has them */
	const char *subject, *date, *msgid;    /* the last without <> */
	const char *text, *html;
	const struct mime_file *file;
	size_t nfile;
	const char *const *line; /* "NAME: VALUE", in place of their like */
	size_t nline;
};

/* The message; every line ends with CRLF, none is over 998 octets, none has an
 * octet above 127. In the HTML "cid:NAME" means the inlined file of that name.
 * The caller's to free by its free(). NULL: ERR_NOINPUT (a file, the library),
 * ERR_DATA, ERR_USAGE. */
struct feed *mime_new(const struct mime *m, struct err *e);
/* Of a list as a header has it: is it one? ERR_USAGE begins with the option. */
CHECKED int mime_check_addresses(
    const char *option, const char *list, struct err *e);
/* By the name's end: "image/png"; "application/octet-stream". */
const char *mime_type(const char *name);

#endif
