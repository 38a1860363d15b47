/* The sockets that the server listens on. */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include <stddef.h>
#include <sys/stat.h>
#include "net/core/err.h"

#define LISTENER_MAX 8

struct listener {
	int fd[LISTENER_MAX]; /* non-blocking, close-on-exec */
	size_t n;
	char *path; /* of a Unix socket; removed at the end if still ours */
	dev_t dev;
	ino_t ino;
};

/* address NULL: 127.0.0.1, and ::1 where there is IPv6; else the addresses
 * that the name has. port: service or number; "0": the kernel picks one, the
 * same for all. -1: ERR_USAGE (no such address or port), ERR_TEMP (in use). */
CHECKED int listener_tcp(
    struct listener *l, const char *address, const char *port, struct err *e);
/* A socket file; one that nobody listens on any more is replaced. */
CHECKED int listener_unix(struct listener *l, const char *path, struct err *e);
void listener_release(struct listener *l);
/* What fd i is bound to: numeric address (a path) and port ("" for a path).
 * -1: ERR_TEMP. */
CHECKED int listener_name(const struct listener *l, size_t i, char address[256],
    char port[16], struct err *e);

#endif
