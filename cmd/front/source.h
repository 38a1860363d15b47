/* The unattended fronts: files, a pipe, the words of -c. One conversation,
 * which waits as shell_drive() does. */
#ifndef CMD_FRONT_SOURCE_H
#define CMD_FRONT_SOURCE_H

#include "cmd/front/opts.h"
#include "cmd/shell/shell.h"

/* A conversation file with a connection of its own. What it sets is not the
 * next one's. -1: it stopped before its end (told and tallied). */
int source_file(struct shell *sh, const char *path);
/* Lines as they come until the end of fd. */
int source_stream(struct shell *sh, int fd, const char *name);
/* -c, n words behind each other: one conversation. */
int source_words(struct shell *sh, const struct opt_run *run, size_t n);
/* The start-up file: run before there is a session. */
int source_rc(struct shell *sh, const char *path);

#endif
