/* A descriptor's owner stands in a table by its number: the kernel forgets a
 * closed descriptor by itself, and its number may be another's by then. */
#include "net/link/many.h"

#include <stdlib.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/loop.h"

#define MANY_MS_NS INT64_C(1000000)

struct many_of {
	void *who;
	short events;
	size_t at; /* poll(2): index into fd[] */
};

#ifdef __linux__
#include <sys/epoll.h>
#include <time.h>

#define MANY_BATCH   512
#define MANY_FINE_MS 100 /* sooner is waited for to the nanosecond */
#define MANY_S_NS    INT64_C(1000000000)

struct many {
	int fd;
	struct many_of *of; /* by descriptor */
	size_t n;
	struct epoll_event ready[MANY_BATCH];
};

static void
many_room(struct many *w, int fd)
{
	size_t n = w->n;
	if ((size_t)fd < n)
		return;
	while (n <= (size_t)fd)
		n = n == 0 ? 64 : n * 2;
	w->of = mem_grow(w->of, n, sizeof *w->of);
	for (; w->n < n; w->n++)
		w->of[w->n] = (struct many_of){ 0 };
}

int
many_new(struct many **out)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd < 0)
		return -1;
	*out = mem_zalloc(sizeof **out);
	(*out)->fd = fd;
	return 0;
}

void
many_free(struct many *w)
{
	if (w == NULL)
		return;
	close(w->fd);
	free(w->of);
	free(w);
}

/* POLLIN and its like are EPOLLIN and its like. */
void
many_set(struct many *w, int fd, short events, void *who, bool fresh)
{
	struct epoll_event ev = { .events = (uint32_t)events, .data.fd = fd };
	many_room(w, fd);
	struct many_of *of = &w->of[fd];
	bool known = of->who == who && !fresh;
	if (known && of->events == events)
		return;
	*of = (struct many_of){ .who = who, .events = events };
	if (epoll_ctl(w->fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev) !=
	    0)
		epoll_ctl(
		    w->fd, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &ev);
}

void
many_drop(struct many *w, int fd, const void *who)
{
	if (fd < 0 || (size_t)fd >= w->n || w->of[fd].who != who)
		return;
	w->of[fd].who = NULL;
	epoll_ctl(w->fd, EPOLL_CTL_DEL, fd, NULL);
}

void
many_forget(struct many *w, int fd, const void *who)
{
	if (fd >= 0 && (size_t)fd < w->n && w->of[fd].who == who)
		w->of[fd].who = NULL;
}

/* epoll_wait(2) knows milliseconds only; a schedule wants better. */
static void
many_nap(struct many *w, int64_t ns)
{
	struct pollfd fd = { .fd = w->fd, .events = POLLIN };
	const struct timespec t = { .tv_sec = (time_t)(ns / MANY_S_NS),
		.tv_nsec = (long)(ns % MANY_S_NS) };
	ppoll(&fd, 1, &t, NULL);
}

size_t
many_wait(struct many *w, int64_t deadline_ns)
{
	int ms = -1;
	if (deadline_ns != LOOP_FOREVER) {
		int64_t ns = deadline_ns - loop_now_ns();
		ms = ns <= 0 ? 0
			     : (int)(ns / MANY_MS_NS < 1000 ? ns / MANY_MS_NS
							    : 1000);
		if (ns > 0 && ms < MANY_FINE_MS) {
			many_nap(w, ns);
			ms = 0;
		}
	}
	int n = epoll_wait(w->fd, w->ready, MANY_BATCH, ms);
	return n < 0 ? 0 : (size_t)n;
}

void *
many_ready(const struct many *w, size_t i, short *events)
{
	*events = (short)w->ready[i].events;
	return w->of[w->ready[i].data.fd].who;
}

#else

struct many {
	struct many_of *of; /* by descriptor */
	size_t n;
	struct pollfd *fd;
	size_t nfds, cap;
	size_t *ready;
};

int
many_new(struct many **out)
{
	*out = mem_zalloc(sizeof **out);
	return 0;
}

void
many_free(struct many *w)
{
	if (w == NULL)
		return;
	free(w->of);
	free(w->fd);
	free(w->ready);
	free(w);
}

void
many_set(struct many *w, int fd, short events, void *who, bool fresh)
{
	size_t n = w->n;
	(void)fresh;
	while (n <= (size_t)fd)
		n = n == 0 ? 64 : n * 2;
	w->of = mem_grow(w->of, n, sizeof *w->of);
	for (; w->n < n; w->n++)
		w->of[w->n] = (struct many_of){ 0 };
	struct many_of *of = &w->of[fd];
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
many_take(struct many *w, int fd)
{
	size_t at = w->of[fd].at;
	w->of[fd].who = NULL;
	w->fd[at] = w->fd[--w->nfds];
	if (at < w->nfds)
		w->of[w->fd[at].fd].at = at;
}

void
many_drop(struct many *w, int fd, const void *who)
{
	if (fd >= 0 && (size_t)fd < w->n && w->of[fd].who != NULL &&
	    w->of[fd].who == who)
		many_take(w, fd);
}

void
many_forget(struct many *w, int fd, const void *who)
{
	many_drop(w, fd, who);
}

size_t
many_wait(struct many *w, int64_t deadline_ns)
{
	int64_t ns = deadline_ns == LOOP_FOREVER ? 1000 * MANY_MS_NS
						 : deadline_ns - loop_now_ns();
	int ms = ns <= 0 ? 0
		 : ns > 1000 * MANY_MS_NS
		     ? 1000
		     : (int)((ns + MANY_MS_NS - 1) / MANY_MS_NS);
	size_t n = 0;
	if (poll(w->fd, (nfds_t)w->nfds, ms) <= 0)
		return 0;
	for (size_t i = w->nfds; i-- > 0;)
		if (w->fd[i].revents & POLLNVAL)
			many_take(w, w->fd[i].fd);
	for (size_t i = 0; i < w->nfds; i++)
		if (w->fd[i].revents != 0)
			w->ready[n++] = i;
	return n;
}

void *
many_ready(const struct many *w, size_t i, short *events)
{
	const struct pollfd *fd = &w->fd[w->ready[i]];
	*events = fd->revents;
	return w->of[fd->fd].who;
}

#endif
