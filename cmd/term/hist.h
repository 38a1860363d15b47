/* Lines typed in earlier sessions: where they are kept, which may be. */
#ifndef CMD_HIST_H
#define CMD_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"
#include "cmd/lang/lang.h"
#include "cmd/shell/shell.h"

#define HIST_MAX 5000 /* lines in the file */

/* Lines of this session that may be kept, oldest first. */
struct hist {
	char **line;
	size_t n;
};

void hist_init(struct hist *h);
void hist_release(struct hist *h);
void hist_add(struct hist *h, const char *p, size_t len);

/* "$XDG_STATE_HOME/smtpsh/history", by default below ~/.local/state; the
 * caller's. NULL where neither variable says an absolute path. */
char *hist_path(void);
/* Tells each line, oldest first, at most HIST_MAX. No file: 0. ERR_NOINPUT for
 * what is no regular file of ours, a symbolic link above all. */
CHECKED int hist_read(const char *path,
    void (*line)(void *arg, const char *line), void *arg, struct err *e);
/* Adds h's lines and drops the oldest beyond HIST_MAX. Makes the folders (0700)
 * and the file (0600) at need; sessions that end at once wait for each other.
 * ERR_OUTPUT. */
CHECKED int hist_append(const char *path, const struct hist *h, struct err *e);

/* May this line, about to be run, be remembered? Not if it is mail text or an
 * AUTH response, begins with a blank, holds a secret or something that looks
 * like one, or repeats last (may be NULL). */
bool hist_keeps(const struct shell *sh, const struct lang *l, const char *p,
    size_t len, const char *last);
/* Drops lines that hold a secret which was not known when they came. */
void hist_forget(struct hist *h, const struct redact *r);

#endif
