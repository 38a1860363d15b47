/* What the server gives up before it lets anybody in: another user's rights,
 * and on Linux all system calls that would start a program, connect to
 * somewhere or reach another process (seccomp), and all files but those below
 * a folder or two (Landlock). Where a kernel or a machine has neither, nothing
 * happens: both are a second wall. */
#ifndef NET_CONFINE_H
#define NET_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>
#include "net/core/err.h"

struct confine_user {
	char *name;
	uid_t uid;
	gid_t gid;
};

/* -1: ERR_USAGE, there is no such user, or it is another's and we are not
 * root. */
CHECKED int confine_find(
    struct confine_user *u, const char *name, struct err *e);
void confine_release(struct confine_user *u);
/* Becomes that user, for good. -1: ERR_BUG. */
CHECKED int confine_become(const struct confine_user *u, struct err *e);

enum {
	CONFINE_FILES = 1,   /* Landlock holds */
	CONFINE_SYSCALLS = 2 /* seccomp holds */
};

/* folder, store: mail is stored below them, or NULL. sockets: a folder where socket
 * files may be removed, or NULL. Returns which of the above hold now, for this
 * thread and those that it starts, for ever. What is to be loaded, looked up
 * or opened must have been. -1: ERR_OUTPUT, one of the folders would be shut
 * out. */
CHECKED int confine_run(
    const char *folder, const char *store, const char *sockets, struct err *e);

#endif
