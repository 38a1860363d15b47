/* Both ways report a state for as long as it lasts (level-triggered): who reads
 * one block of many is found again. epoll_wait(2) knows milliseconds only, so
 * the last of a wait is slept in poll(2) on the epoll's own descriptor.
 * kqueue(2) knows reading and writing as two filters, so a descriptor may be
 * found twice. */
#include "net/watch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "net/loop.h"

#define WATCH_MS_NS INT64_C(1000000)
#define WATCH_S_NS  INT64_C(1000000000)
#define WATCH_MOST  (60 * WATCH_S_NS) /* of one sleep */

static struct timespec
watch_timespec(int64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / WATCH_S_NS),
		.tv_nsec = (long)(ns % WATCH_S_NS) };
}

/* How long to sleep: 0 to WATCH_MOST, -1 for ever. */
static int64_t
watch_left(int64_t until_ns)
{
	if (until_ns == LOOP_FOREVER)
		return -1;
	int64_t ns = until_ns - loop_now_ns();
	return ns <= 0 ? 0 : ns < WATCH_MOST ? ns : WATCH_MOST;
}

#if defined(__linux__) && !defined(WATCH_KQUEUE)
#include <sys/epoll.h>
#ifndef EPOLLEXCLUSIVE
#define EPOLLEXCLUSIVE 0
#endif

#define WATCH_FINE_NS (100 * WATCH_MS_NS) /* sooner is slept to the point */

static int
watch_open(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

static int
watch_do(struct watch *w, int op, int fd, void *arg, unsigned want)
{
	struct epoll_event ev = { .data.ptr = arg };
	ev.events = ((want & WATCH_IN) != 0 ? (unsigned)EPOLLIN : 0) |
		    ((want & WATCH_OUT) != 0 ? (unsigned)EPOLLOUT : 0) |
		    ((want & WATCH_SHARED) != 0 ? (unsigned)EPOLLEXCLUSIVE : 0);
	return epoll_ctl(w->fd, op, fd, &ev);
}

int
watch_add(struct watch *w, int fd, void *arg, unsigned want)
{
	return watch_do(w, EPOLL_CTL_ADD, fd, arg, want);
}

int
watch_change(struct watch *w, int fd, void *arg, unsigned had, unsigned want)
{
	return had == want ? 0 : watch_do(w, EPOLL_CTL_MOD, fd, arg, want);
}

void
watch_drop(struct watch *w, int fd, unsigned had)
{
	(void)had;
	epoll_ctl(w->fd, EPOLL_CTL_DEL, fd, &(struct epoll_event){ 0 });
}

/* Milliseconds for epoll_wait(2), none too many. */
static int
watch_nap(struct watch *w, int64_t until_ns)
{
	int64_t ns = watch_left(until_ns);
	if (ns <= 0 || ns >= WATCH_FINE_NS)
		return ns < 0 ? -1 : (int)(ns / WATCH_MS_NS);
	struct pollfd fd = { .fd = w->fd, .events = POLLIN };
	struct timespec t = watch_timespec(ns);
	ppoll(&fd, 1, &t, NULL);
	return 0;
}

int
watch_wait(
    struct watch *w, struct watch_found found[WATCH_MAX], int64_t until_ns)
{
	struct epoll_event ev[WATCH_MAX];
	int n = epoll_wait(w->fd, ev, WATCH_MAX, watch_nap(w, until_ns));
	for (int i = 0; i < n; i++) {
		unsigned got = ev[i].events;
		bool in = (got & EPOLLIN) != 0;
		bool gone =
		    (got & EPOLLERR) != 0 || ((got & EPOLLHUP) != 0 && !in);
		found[i].arg = ev[i].data.ptr;
		found[i].what =
		    (in ? (unsigned)WATCH_IN : 0) |
		    ((got & EPOLLOUT) != 0 ? (unsigned)WATCH_OUT : 0) |
		    (gone ? (unsigned)WATCH_GONE : 0);
	}
	return n;
}

#else
#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>
#include <fcntl.h>

static int
watch_open(void)
{
	int fd = kqueue();
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* One filter on or off, if that is a change. */
static int
watch_filter(
    struct watch *w, int fd, void *arg, int filter, bool had, bool want)
{
	struct kevent ev;
	if (had == want)
		return 0;
	EV_SET(&ev, (uintptr_t)fd, (short)filter, want ? EV_ADD : EV_DELETE, 0,
	    0, arg);
	return kevent(w->fd, &ev, 1, NULL, 0, NULL) < 0 ? -1 : 0;
}

int
watch_change(struct watch *w, int fd, void *arg, unsigned had, unsigned want)
{
	if (watch_filter(w, fd, arg, EVFILT_READ, (had & WATCH_IN) != 0,
		(want & WATCH_IN) != 0) < 0)
		return -1;
	return watch_filter(w, fd, arg, EVFILT_WRITE, (had & WATCH_OUT) != 0,
	    (want & WATCH_OUT) != 0);
}

int
watch_add(struct watch *w, int fd, void *arg, unsigned want)
{
	return watch_change(w, fd, arg, 0, want);
}

void
watch_drop(struct watch *w, int fd, unsigned had)
{
	int r = watch_change(w, fd, NULL, had, 0);
	(void)r;
}

int
watch_wait(
    struct watch *w, struct watch_found found[WATCH_MAX], int64_t until_ns)
{
	struct kevent ev[WATCH_MAX];
	int64_t ns = watch_left(until_ns);
	struct timespec t = watch_timespec(ns < 0 ? 0 : ns);
	int n = kevent(w->fd, NULL, 0, ev, WATCH_MAX, ns < 0 ? NULL : &t);
	for (int i = 0; i < n; i++) {
		bool in = ev[i].filter == EVFILT_READ;
		bool gone = !in && (ev[i].flags & EV_EOF) != 0;
		found[i].arg = (void *)ev[i].udata;
		found[i].what = in ? WATCH_IN : gone ? WATCH_GONE : WATCH_OUT;
	}
	return n;
}

#endif

int
watch_init(struct watch *w, struct err *e)
{
	w->fd = watch_open();
	return w->fd >= 0 ? 0
			  : err_set(e, ERR_TEMP, "cannot watch descriptors: %s",
				strerror(errno));
}

void
watch_release(struct watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}
