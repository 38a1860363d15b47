/* The prompt's words: where one is. Pure. */
#ifndef CMD_WHERE_AT_H
#define CMD_WHERE_AT_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "cmd/lang/lang.h"
#include "cmd/shell/shell.h"

/* Appends "host> ", "host TLS [mail] > ", "host TLS unverified> ", "data> ",
 * "auth> ", "template> ", "smtpsh> ". The host's name is the server's own word: escaped, and cut to
 * half of width. Colour stands between \001 and \002, as readline wants it.
 * Returns its columns. */
size_t where_at(
    const struct shell *sh, const struct lang *l, size_t width, struct buf *b);
/* Is what will be typed now a password (its base64)? The server's challenge
 * says so, or is empty as AUTH PLAIN's is. */
bool where_at_password(const struct shell *sh);

#endif
