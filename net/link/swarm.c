/* A descriptor's owner stands in a table by its number: the kernel forgets a
 * closed descriptor by itself, and its number may be another's by then. */
#include "net/link/swarm.h"

#include <stdlib.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/loop.h"

#define WATCH_MS_NS INT64_C(1000000)

struct watched {
	void *who;
	short events;
	size_t at; /* poll(2): index into fd[] */
};

#ifdef __linux__
#include <sys/epoll.h>
#include <time.h>

#define WATCH_BATCH   512
#define WATCH_FINE_MS 100 /* sooner is waited for to the nanosecond */
#define WATCH_S_NS    INT64_C(1000000000)

struct swarm {
	int fd;
	struct watched *of; /* by descriptor */
	size_t n;
	struct epoll_event ready[WATCH_BATCH];
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
		w->of[w->n] = (struct watched){ 0 };
}

int
swarm_new(struct swarm **out)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd < 0)
		return -1;
	*out = mem_zalloc(sizeof **out);
	(*out)->fd = fd;
	return 0;
}

void
swarm_free(struct swarm *w)
{
	if (w == NULL)
		return;
	close(w->fd);
	free(w->of);
	free(w);
}

/* POLLIN and its like are EPOLLIN and its like. */
void
swarm_set(struct swarm *w, int fd, short events, void *who, bool fresh)
{
	struct epoll_event ev = { .events = (uint32_t)events, .data.fd = fd };
	swarm_room(w, fd);
	struct watched *of = &w->of[fd];
	bool known = of->who == who && !fresh;
	if (known && of->events == events)
		return;
	*of = (struct watched){ .who = who, .events = events };
	if (epoll_ctl(w->fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev) !=
	    0)
		epoll_ctl(
		    w->fd, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &ev);
}

void
swarm_drop(struct swarm *w, int fd, const void *who)
{
	if (fd < 0 || (size_t)fd >= w->n || w->of[fd].who != who)
		return;
	w->of[fd].who = NULL;
	epoll_ctl(w->fd, EPOLL_CTL_DEL, fd, NULL);
}

void
swarm_forget(struct swarm *w, int fd, const void *who)
{
	if (fd >= 0 && (size_t)fd < w->n && w->of[fd].who == who)
		w->of[fd].who = NULL;
}

/* epoll_wait(2) knows milliseconds only; a schedule wants better. */
static void
swarm_nap(struct swarm *w, int64_t ns)
{
	struct pollfd fd = { .fd = w->fd, .events = POLLIN };
	const struct timespec t = { .tv_sec = (time_t)(ns / WATCH_S_NS),
		.tv_nsec = (long)(ns % WATCH_S_NS) };
	ppoll(&fd, 1, &t, NULL);
}

size_t
swarm_wait(struct swarm *w, int64_t deadline_ns)
{
	int ms = -1;
	if (deadline_ns != LOOP_FOREVER) {
		int64_t ns = deadline_ns - loop_now_ns();
		ms = ns <= 0 ? 0
			     : (int)(ns / WATCH_MS_NS < 1000 ? ns / WATCH_MS_NS
							     : 1000);
		if (ns > 0 && ms < WATCH_FINE_MS) {
			swarm_nap(w, ns);
			ms = 0;
		}
	}
	int n = epoll_wait(w->fd, w->ready, WATCH_BATCH, ms);
	return n < 0 ? 0 : (size_t)n;
}

void *
swarm_ready(const struct swarm *w, size_t i, short *events)
{
	*events = (short)w->ready[i].events;
	return w->of[w->ready[i].data.fd].who;
}

#else

struct swarm {
	struct watched *of; /* by descriptor */
	size_t n;
	struct pollfd *fd;
	size_t nfds, cap;
	size_t *ready;
};

int
swarm_new(struct swarm **out)
{
	*out = mem_zalloc(sizeof **out);
	return 0;
}

void
swarm_free(struct swarm *w)
{
	if (w == NULL)
		return;
	free(w->of);
	free(w->fd);
	free(w->ready);
	free(w);
}

void
swarm_set(struct swarm *w, int fd, short events, void *who, bool fresh)
{
	size_t n = w->n;
	(void)fresh;
	while (n <= (size_t)fd)
		n = n == 0 ? 64 : n * 2;
	w->of = mem_grow(w->of, n, sizeof *w->of);
	for (; w->n < n; w->n++)
		w->of[w->n] = (struct watched){ 0 };
	struct watched *of = &w->of[fd];
	if (of->who == NULL) {
		if (w->nfds == w->cap) {
			w->cap = w->cap == 0 ? 64 : w->cap * 2;
			w->fd = mem_grow(w->fd, w->cap, sizeof *w->fd);
			w->ready = mem_grow(w->ready, w->cap, sizeof *w->ready);
		}
		of->at = w->nfds++;
	}
	of->who = who;
	of->events = events;
	w->fd[of->at] = (struct pollfd){ .fd = fd, .events = events };
}

static void
swarm_take(struct swarm *w, int fd)
{
	size_t at = w->of[fd].at;
	w->of[fd].who = NULL;
	w->fd[at] = w->fd[--w->nfds];
	if (at < w->nfds)
		w->of[w->fd[at].fd].at = at;
}

void
swarm_drop(struct swarm *w, int fd, const void *who)
{
	if (fd >= 0 && (size_t)fd < w->n && w->of[fd].who != NULL &&
	    w->of[fd].who == who)
		swarm_take(w, fd);
}

void
swarm_forget(struct swarm *w, int fd, const void *who)
{
	swarm_drop(w, fd, who);
}

size_t
swarm_wait(struct swarm *w, int64_t deadline_ns)
{
	int64_t ns = deadline_ns == LOOP_FOREVER ? 1000 * WATCH_MS_NS
						 : deadline_ns - loop_now_ns();
	int ms = ns <= 0 ? 0
		 : ns > 1000 * WATCH_MS_NS
		     ? 1000
		     : (int)((ns + WATCH_MS_NS - 1) / WATCH_MS_NS);
	size_t n = 0;
	if (poll(w->fd, (nfds_t)w->nfds, ms) <= 0)
		return 0;
	for (size_t i = w->nfds; i-- > 0;)
		if (w->fd[i].revents & POLLNVAL)
			swarm_take(w, w->fd[i].fd);
	for (size_t i = 0; i < w->nfds; i++)
		if (w->fd[i].revents != 0)
			w->ready[n++] = i;
	return n;
}

void *
swarm_ready(const struct swarm *w, size_t i, short *events)
{
	const struct pollfd *fd = &w->fd[w->ready[i]];
	*events = fd->revents;
	return w->of[fd->fd].who;
}

#endif
