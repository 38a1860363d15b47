/* Landlock (Linux 5.13): from then on this thread, and what it starts, reaches
 * files only where it was said, for ever. A second wall behind the program's
 * own rules: where a kernel has none, or a debugging tool has to write where it
 * likes, nothing happens. */
#ifndef NET_LANDLOCK_H
#define NET_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"

enum landlock_may {
	LANDLOCK_READ = 1,  /* files and folders */
	LANDLOCK_WRITE = 2, /* files that are there */
	LANDLOCK_MAKE = 4,  /* files and folders; and move files within */
	LANDLOCK_REMOVE = 8 /* files */
};

struct landlock_path {
	const char *path; /* a file, or a folder and all below it */
	unsigned may;
	bool must; /* without it nothing would work; else it may be missing */
};

/* connects: TCP, abstract sockets and signals stay allowed. Nothing may be
 * executed. Returns 1 where it holds now, 0 where there is no such thing. -1:
 * ERR_OUTPUT, one that must be there would be shut out. */
CHECKED int landlock_hold(
    const struct landlock_path *path, size_t n, bool connects, struct err *e);

#endif
