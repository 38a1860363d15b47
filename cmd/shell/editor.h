/* A person's editor on a file. */
#ifndef CMD_SHELL_EDITOR_H
#define CMD_SHELL_EDITOR_H

#include "net/core/err.h"

/* $VISUAL, $EDITOR or vi, with the terminal as its own; returns when it has
 * ended. Ctrl-C and Ctrl-Z are the editor's meanwhile. ERR_NOINPUT: it cannot
 * be run, or it failed. */
CHECKED int editor_run(const char *path, struct err *e);

#endif
