/* One question on the terminal, by its own name: standard input may carry the
 * script. */
#ifndef CMD_TTY_H
#define CMD_TTY_H

#include <stdbool.h>
#include "net/core/buf.h"
#include "net/loop.h"
#include "net/sasl/sasl.h"

/* Asks and takes the line that is typed, shown or not. However it ends, by
 * whatever signal, the terminal shows again what is typed; Ctrl-Z stops and the
 * question is asked again. l may be NULL. -1: ERR_USAGE (no terminal),
 * ERR_INTR (a signal, or nothing typed). */
CHECKED int tty_ask(struct loop *l, const char *question, bool shown,
    struct sasl_secret *out, struct err *e);

/* The same for what is no secret: the line in place of what answer held; it may
 * be empty. ERR_INTR: a signal, or the end of input. */
CHECKED int tty_answer(
    struct loop *l, const char *question, struct buf *answer, struct err *e);

#endif
