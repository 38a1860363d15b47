/* Both report a state for as long as it lasts (level-triggered): who reads one
 * block of many is found again. kqueue(2) knows reading and writing as two
 * filters, so a descriptor may be found twice. */
#include "net/serve/watch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__) && !defined(WATCH_KQUEUE)
#include <sys/epoll.h>
#ifndef EPOLLEXCLUSIVE
#define EPOLLEXCLUSIVE 0
#endif

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

int
watch_wait(struct watch *w, struct watch_found found[WATCH_MAX], int ms)
{
	struct epoll_event ev[WATCH_MAX];
	int n = epoll_wait(w->fd, ev, WATCH_MAX, ms);
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
#include <time.h>

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
watch_wait(struct watch *w, struct watch_found found[WATCH_MAX], int ms)
{
	struct kevent ev[WATCH_MAX];
	struct timespec ts = { ms / 1000, (long)(ms % 1000) * 1000000 };
	int n = kevent(w->fd, NULL, 0, ev, WATCH_MAX, ms < 0 ? NULL : &ts);
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
			  : err_set(e, ERR_TEMP, "cannot wait for clients: %s",
				strerror(errno));
}

void
watch_release(struct watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}
