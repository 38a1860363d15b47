/* The handler's octet in the pipe closes the gap between looking at `raised`
 * and going to sleep in poll(2); it stays there until loop_clear(), so that
 * every wait in between ends at once. */
#include "net/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "net/core/buf.h"

#define LOOP_FEW   8 /* for more it takes memory */
#define LOOP_NS_MS INT64_C(1000000)

int64_t
loop_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 * LOOP_NS_MS + ts.tv_nsec;
}

int64_t
loop_deadline(int64_t ms)
{
	int64_t now = loop_now_ns();

	if (ms <= 0)
		return now;
	if (ms >= (LOOP_FOREVER - now) / LOOP_NS_MS)
		return LOOP_FOREVER;
	return now + ms * LOOP_NS_MS;
}

int
loop_init(struct loop *l)
{
	l->raised = 0;
	l->wake[0] = l->wake[1] = -1;
	return pipe2(l->wake, O_CLOEXEC | O_NONBLOCK);
}

void
loop_release(struct loop *l)
{
	for (int i = 0; i < 2; i++) {
		if (l->wake[i] >= 0)
			close(l->wake[i]);
		l->wake[i] = -1;
	}
}

void
loop_raise(struct loop *l, int sig)
{
	int saved = errno;
	ssize_t n;

	__atomic_store_n(&l->raised, sig, __ATOMIC_RELEASE);
	/* A full pipe has woken the sleeper already. */
	n = write(l->wake[1], "", 1);
	(void)n;
	errno = saved;
}

void
loop_clear(struct loop *l)
{
	char drop[64];

	__atomic_store_n(&l->raised, 0, __ATOMIC_RELEASE);
	while (read(l->wake[0], drop, sizeof(drop)) > 0)
		;
}

/* Milliseconds for poll(2), rounded up so that it never wakes too early. */
static int
loop_poll_ms(int64_t deadline_ns)
{
	int64_t left;

	if (deadline_ns == LOOP_FOREVER)
		return -1;
	left = deadline_ns - loop_now_ns();
	if (left <= 0)
		return 0;
	left = left / LOOP_NS_MS + (left % LOOP_NS_MS != 0);
	return left > INT_MAX ? INT_MAX : (int)left;
}

/* all has room for one more, which wakes it. */
static enum loop_result
loop_poll(struct loop *l, struct pollfd *all, size_t n, int64_t deadline_ns)
{
	all[n] = (struct pollfd){ .fd = l->wake[0], .events = POLLIN };
	for (;;) {
		if (__atomic_load_n(&l->raised, __ATOMIC_ACQUIRE))
			return LOOP_INTR;
		int ready = poll(all, (nfds_t)n + 1, loop_poll_ms(deadline_ns));
		if (ready > 0 && !all[n].revents)
			return LOOP_READY;
		if (ready == 0 && loop_now_ns() >= deadline_ns)
			return LOOP_TIMEOUT;
		if (ready > 0 && !__atomic_load_n(&l->raised, __ATOMIC_ACQUIRE))
			/* An octet that was left over from before. */
			loop_clear(l);
	}
}

enum loop_result
loop_wait(struct loop *l, struct pollfd *fd, size_t n, int64_t deadline_ns)
{
	struct pollfd few[LOOP_FEW + 1], *all = few;
	if (n > LOOP_FEW)
		all = mem_alloc((n + 1) * sizeof *all);
	for (size_t i = 0; i < n; i++)
		all[i] = fd[i];
	enum loop_result r = loop_poll(l, all, n, deadline_ns);
	for (size_t i = 0; i < n && r == LOOP_READY; i++)
		fd[i].revents = all[i].revents;
	if (all != few)
		free(all);
	return r;
}
