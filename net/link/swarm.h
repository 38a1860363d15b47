/* Many descriptors in one wait (net/watch.h). Each belongs to somebody, who is
 * told. */
#ifndef NET_LINK_SWARM_H
#define NET_LINK_SWARM_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/err.h"

struct swarm;

/* -1: ERR_TEMP, no descriptor is left. */
CHECKED int swarm_new(struct swarm **out, struct err *e);
void swarm_free(struct swarm *w);
/* Watches fd for POLLIN and POLLOUT (together; 0: for its end, where the system tells it) on behalf of
 * who, from now on; whoever had it has closed it. Costs nothing when it is
 * watched so already, unless it is fresh: a new descriptor of that number. */
void swarm_set(struct swarm *w, int fd, short events, void *who, bool fresh);
/* Not any more, if it is still who's. */
void swarm_drop(struct swarm *w, int fd, const void *who);
/* The same for one that is about to be closed. */
void swarm_forget(struct swarm *w, int fd, const void *who);
/* Sleeps until something is ready or that moment has come; a signal may end
 * it sooner. How many are ready: see swarm_ready(). */
size_t swarm_wait(struct swarm *w, int64_t deadline_ns);
/* Whose i-th it is; events as poll(2) has them. */
void *swarm_ready(const struct swarm *w, size_t i, short *events);

#endif
