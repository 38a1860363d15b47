/* Many descriptors in one wait: epoll(7) where there is one, poll(2)
 * elsewhere. Each belongs to somebody, who is told. */
#ifndef NET_LINK_MANY_H
#define NET_LINK_MANY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/err.h"

struct many;

/* -1: errno. */
CHECKED int many_new(struct many **out);
void many_free(struct many *w);
/* Watches fd for POLLIN and POLLOUT (together; 0: for its end) on behalf of
 * who, from now on; whoever had it has closed it. Costs nothing when it is
 * watched so already, unless it is fresh: a new descriptor of that number. */
void many_set(struct many *w, int fd, short events, void *who, bool fresh);
/* Not any more, if it is still who's. */
void many_drop(struct many *w, int fd, const void *who);
/* The same for one that is about to be closed. */
void many_forget(struct many *w, int fd, const void *who);
/* Sleeps until something is ready or that moment has come; a signal may end
 * it sooner. How many are ready: see many_ready(). */
size_t many_wait(struct many *w, int64_t deadline_ns);
/* Whose i-th it is; events as poll(2) has them. */
void *many_ready(const struct many *w, size_t i, short *events);

#endif
