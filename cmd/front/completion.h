/* Completion scripts for other shells, made from the tables. */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "net/core/buf.h"

/* The script for "bash", "zsh" or "fish"; what completions/ holds. */
void completion_script(struct buf *b, const char *shell);
/* One name a line: "verbs", "commands", "settings", "options", "words". */
void completion_list(struct buf *b, const char *what);

#endif
