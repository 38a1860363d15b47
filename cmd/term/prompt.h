/* The terminal: readline, its history, completion and hints. */
#ifndef CMD_PROMPT_H
#define CMD_PROMPT_H

#include "cmd/shell/shell.h"

/* Reads lines from the terminal and runs them until Ctrl-D or \quit. */
CHECKED int prompt_run(struct shell *sh, struct err *e);

#endif
