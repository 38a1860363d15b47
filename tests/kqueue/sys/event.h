/* kqueue(2) for Linux, as much of it as net/watch.c asks for, upon epoll(7): so
 * that its other half is compiled, and runs, where there is none.
 *   make MODE=kqueue check
 * Filters are kept by descriptor; a closed one is found out when the next of
 * that number is added. */
#ifndef TESTS_KQUEUE_EVENT_H
#define TESTS_KQUEUE_EVENT_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>
#include <poll.h>

#define EVFILT_READ  (-1)
#define EVFILT_WRITE (-2)
#define EV_ADD	     0x1
#define EV_DELETE    0x2
#define EV_EOF	     0x8000

struct kevent {
	uintptr_t ident;
	short filter;
	unsigned short flags;
	unsigned fflags;
	intptr_t data;
	void *udata;
};

#define EV_SET(k, i, fi, fl, ff, d, u)                                         \
	(*(k) = (struct kevent){                                               \
	     (i), (fi), (unsigned short)(fl), (ff), (d), (u) })

#define KQUEUE_FDS 20480

#define KQUEUE_QUEUES 256

static struct kqueue {
	unsigned char want[KQUEUE_FDS];
	void *udata[KQUEUE_FDS];
} * kqueue_by_fd[KQUEUE_QUEUES];

static int
kqueue(void)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd >= KQUEUE_QUEUES) {
		close(fd);
		return errno = EMFILE, -1;
	}
	if (fd >= 0) {
		free(kqueue_by_fd[fd]);
		kqueue_by_fd[fd] = calloc(1, sizeof(struct kqueue));
	}
	return fd;
}

static int
kqueue_change(int kq, const struct kevent *c)
{
	unsigned bit = c->filter == EVFILT_READ ? EPOLLIN : EPOLLOUT;
	int fd = (int)c->ident;
	struct kqueue *q = kqueue_by_fd[kq];
	if (fd >= KQUEUE_FDS)
		return errno = EINVAL, -1;
	struct epoll_event ev = { .data.fd = fd };
	/* Is it still that one? */
	ev.events = q->want[fd];
	if (epoll_ctl(kq, EPOLL_CTL_MOD, fd, &ev) < 0)
		q->want[fd] = 0;
	if ((c->flags & EV_DELETE) != 0 && (q->want[fd] & bit) == 0)
		return errno = ENOENT, -1;
	unsigned had = q->want[fd];
	unsigned want = (c->flags & EV_ADD) != 0 ? had | bit : had & ~bit;
	ev.events = want;
	if (epoll_ctl(kq,
		want == 0  ? EPOLL_CTL_DEL
		: had == 0 ? EPOLL_CTL_ADD
			   : EPOLL_CTL_MOD,
		fd, &ev) < 0)
		return -1;
	q->want[fd] = (unsigned char)want;
	if ((c->flags & EV_ADD) != 0)
		q->udata[fd] = c->udata;
	return 0;
}

static int
kqueue_found(struct kqueue *q, struct kevent *out, const struct epoll_event *ev)
{
	int fd = ev->data.fd, n = 0;
	bool end = (ev->events & (EPOLLHUP | EPOLLERR)) != 0;
	if ((ev->events & EPOLLIN) != 0 ||
	    (end && (q->want[fd] & EPOLLIN) != 0))
		EV_SET(&out[n++], (uintptr_t)fd, EVFILT_READ, end ? EV_EOF : 0,
		    0, 0, q->udata[fd]);
	if ((ev->events & EPOLLOUT) != 0 ||
	    (end && (q->want[fd] & EPOLLOUT) != 0))
		EV_SET(&out[n++], (uintptr_t)fd, EVFILT_WRITE, end ? EV_EOF : 0,
		    0, 0, q->udata[fd]);
	return n;
}

static int
kevent(int kq, const struct kevent *changes, int nchanges, struct kevent *out,
    int most, const struct timespec *t)
{
	struct epoll_event ev[64];
	int n = 0;
	for (int i = 0; i < nchanges; i++)
		if (kqueue_change(kq, &changes[i]) < 0)
			return -1;
	if (most == 0)
		return 0;
	struct pollfd fd = { .fd = kq, .events = POLLIN };
	if (ppoll(&fd, 1, t, NULL) < 0)
		return -1;
	int found = epoll_wait(kq, ev, most / 2 < 64 ? most / 2 : 64, 0);
	for (int i = 0; i < found; i++)
		n += kqueue_found(kqueue_by_fd[kq], out + n, &ev[i]);
	return found < 0 ? -1 : n;
}

#endif
