/* Many descriptors in one wait: epoll(7) where there is one, poll(2)
 * elsewhere. Each belongs to somebody, who is told. */
#ifndef NET_LINK_WATCH_H
#define NET_LINK_WATCH_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/err.h"

struct watch;

/* -1: errno. */
CHECKED int watch_new(struct watch **out);
void watch_free(struct watch *w);
/* Watches fd for POLLIN and POLLOUT (together; 0: for its end) on behalf of
 * who, from now on; whoever had it has closed it. Costs nothing when it is
 * watched so already, unless it is fresh: a new descriptor of that number. */
void watch_set(struct watch *w, int fd, short events, void *who, bool fresh);
/* Not any more, if it is still who's. */
void watch_drop(struct watch *w, int fd, const void *who);
/* The same for one that is about to be closed. */
void watch_forget(struct watch *w, int fd, const void *who);
/* Sleeps until something is ready or that moment has come; a signal may end
 * it sooner. How many are ready: see watch_ready(). */
size_t watch_wait(struct watch *w, int64_t deadline_ns);
/* Whose i-th it is; events as poll(2) has them. */
void *watch_ready(const struct watch *w, size_t i, short *events);

#endif
