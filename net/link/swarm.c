/* A descriptor's owner stands in a table by its number: the system forgets a
 * closed descriptor by itself, and its number may be another's by then. So what
 * the watch hands out is a number, too. */
#include "net/link/swarm.h"

#include <poll.h>
#include <stdlib.h>
#include "net/core/buf.h"
#include "net/watch.h"

struct swarm_of {
	void *who;
	unsigned want; /* WATCH_IN, WATCH_OUT */
};

struct swarm {
	struct watch watch;
	struct swarm_of *of; /* by descriptor */
	size_t n;
	struct watch_found found[WATCH_MAX];
};

static void
swarm_room(struct swarm *w, int fd)
{
	size_t n = w->n;
	if ((size_t)fd < n)
		return;
	while (n <= (size_t)fd)
		n = n == 0 ? 64 : n * 2;
	w->of = mem_grow(w->of, n, sizeof *w->of);
	for (; w->n < n; w->n++)
		w->of[w->n] = (struct swarm_of){ 0 };
}

int
swarm_new(struct swarm **out, struct err *e)
{
	struct swarm *w = mem_zalloc(sizeof *w);
	if (watch_init(&w->watch, e) < 0) {
		free(w);
		return -1;
	}
	*out = w;
	return 0;
}

void
swarm_free(struct swarm *w)
{
	if (w == NULL)
		return;
	watch_release(&w->watch);
	free(w->of);
	free(w);
}

void
swarm_set(struct swarm *w, int fd, short events, void *who, bool fresh)
{
	unsigned want = ((events & POLLIN) != 0 ? (unsigned)WATCH_IN : 0) |
			((events & POLLOUT) != 0 ? (unsigned)WATCH_OUT : 0);
	void *arg = (void *)(uintptr_t)(unsigned)fd;
	swarm_room(w, fd);
	struct swarm_of *of = &w->of[fd];
	bool known = of->who == who && !fresh;
	unsigned had = of->want;
	if (known && had == want)
		return;
	*of = (struct swarm_of){ who, want };
	/* It may be there from before, or have gone. */
	if (known && watch_change(&w->watch, fd, arg, had, want) == 0)
		return;
	if (watch_add(&w->watch, fd, arg, want) < 0 && !known &&
	    watch_change(&w->watch, fd, arg, ~want, want) < 0)
		of->who = NULL;
}

void
swarm_forget(struct swarm *w, int fd, const void *who)
{
	if (fd >= 0 && (size_t)fd < w->n && w->of[fd].who == who)
		w->of[fd] = (struct swarm_of){ 0 };
}

void
swarm_drop(struct swarm *w, int fd, const void *who)
{
	if (fd < 0 || (size_t)fd >= w->n || w->of[fd].who != who)
		return;
	watch_drop(&w->watch, fd, w->of[fd].want);
	swarm_forget(w, fd, who);
}

size_t
swarm_wait(struct swarm *w, int64_t deadline_ns)
{
	int n = watch_wait(&w->watch, w->found, deadline_ns);
	return n < 0 ? 0 : (size_t)n;
}

void *
swarm_ready(const struct swarm *w, size_t i, short *events)
{
	const struct watch_found *f = &w->found[i];
	*events = (short)(((f->what & WATCH_IN) != 0 ? POLLIN : 0) |
			  ((f->what & WATCH_OUT) != 0 ? POLLOUT : 0) |
			  ((f->what & WATCH_GONE) != 0 ? POLLHUP : 0));
	return w->of[(uintptr_t)f->arg].who;
}
