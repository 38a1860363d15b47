/* What the pages share. */
#ifndef CMD_SINK_HTML_H
#define CMD_SINK_HTML_H

#include <stddef.h>
#include "net/core/buf.h"

/* Appends text that is escaped for people already; what HTML reads as markup,
 * in an element or an attribute's double quotes, is taken out. */
void html_add(struct buf *b, const char *p, size_t len);
/* The same of any text. */
void html_text(struct buf *b, const char *s);

#endif
