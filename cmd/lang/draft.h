/* A message as people name its parts: by options, behind \mail-new, in the
 * file that an editor had. Pure. */
#ifndef CMD_LANG_DRAFT_H
#define CMD_LANG_DRAFT_H

#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

struct draft_list {
	char **item;
	size_t n;
};

/* Strings are its own; NULL where nothing was said. */
struct draft {
	char *from, *reply_to, *subject; /* as a header has them */
	char *body, *html;		 /* texts, or "@FILE" */
	struct draft_list to, cc, bcc;
	struct draft_list attach, inlined; /* "FILE;type=TYPE;name=NAME" */
	struct draft_list header;	   /* "NAME: VALUE" */
};

void draft_release(struct draft *d);
/* One more part, "to=a@x", named as the option is. ERR_USAGE: no such name;
 * twice what there is one of. */
CHECKED int draft_word(struct draft *d, const char *word, struct err *e);
/* The same for name and value. */
CHECKED int draft_set(
    struct draft *d, const char *name, const char *value, struct err *e);
/* What the parts are called, from i = 0 on; NULL: no more. */
const char *draft_name(size_t i);
/* From a text: header lines, an empty line, the body. "Attach: FILE" and
 * "Inline: FILE" name files, lines that begin with # say nothing, and so does a
 * field without a value. ERR_DATA names the line. */
CHECKED int draft_parse(
    struct draft *d, const char *p, size_t len, struct err *e);
/* Appends the text that an editor begins with. */
void draft_write(const struct draft *d, struct buf *b);
/* Octets of the path that an item of attach or inlined begins with. */
size_t draft_path(const char *item);

#endif
