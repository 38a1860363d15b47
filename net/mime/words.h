/* Encoded words (RFC 2047) of a text that is UTF-8. Pure. */
#ifndef NET_MIME_WORDS_H
#define NET_MIME_WORDS_H

#include <stdbool.h>
#include "net/core/buf.h"

/* Must it be encoded: is it not ASCII, or would it be taken for encoded? */
bool words_need(const char *text);
/* Appends it, encoded from the first word that needs it to the last; each
 * encoded word at most 75 long and of whole characters, without padding where
 * another follows: some readers join them before they decode. */
void words_add(struct buf *b, const char *text);

#endif
