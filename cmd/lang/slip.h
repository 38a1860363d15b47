/* A line of a file or pipe that begins with no verb: what it was probably
 * meant to be. */
#ifndef CMD_SLIP_H
#define CMD_SLIP_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"

/* Appends "found '5..': a class of replies is written 5xx". A line that may be
 * a secret (base64, or secret: behind AUTH) is not quoted. is_command: of a
 * command to smtpsh itself, or NULL. */
void slip_tell(struct buf *b, const char *p, size_t len, bool secret,
    unsigned (*is_command)(const char *word, size_t len));
/* Is it a line that answers AUTH: base64, "*" or "="? */
bool slip_is_answer(const char *p, size_t len);

#endif
