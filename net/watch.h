/* Which of many descriptors are ready, by epoll(7) or kqueue(2): a wait costs
 * what is ready, not what is watched. One watch belongs to one thread. */
#ifndef NET_WATCH_H
#define NET_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/err.h"

enum {
	WATCH_IN = 1,
	WATCH_OUT = 2,
	WATCH_GONE = 4,	 /* found, never asked for: failed, or hung up both
			    ways */
	WATCH_SHARED = 8 /* with watch_add() of WATCH_IN alone: others watch
			    it, too, and one of them is woken */
};

#define WATCH_MAX 512 /* found by one wait */

struct watch {
	int fd;
};

struct watch_found {
	void *arg;
	unsigned what;
};

/* -1: ERR_TEMP, no descriptor is left. */
CHECKED int watch_init(struct watch *w, struct err *e);
void watch_release(struct watch *w);
/* arg comes with what is found. 0, or -1 with errno. */
CHECKED int watch_add(struct watch *w, int fd, void *arg, unsigned want);
/* had: what was asked for so far. 0, or -1 with errno. */
CHECKED int watch_change(
    struct watch *w, int fd, void *arg, unsigned had, unsigned want);
/* One that is closed, and was never duplicated, need not be. */
void watch_drop(struct watch *w, int fd, unsigned had);
/* At most WATCH_MAX of them, the same arg may come twice. Waits until then at
 * most, by loop_now_ns() and to the fraction of a millisecond, or for ever
 * (LOOP_FOREVER); may return 0 sooner. -1 with errno. */
int watch_wait(
    struct watch *w, struct watch_found found[WATCH_MAX], int64_t until_ns);

#endif
