/* Waiting: monotonic time, poll(2) with a deadline, and the interrupt that a
 * signal handler raises. */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#define LOOP_FOREVER INT64_MAX

struct loop {
	int wake[2];	     /* a pipe; the handler writes to it */
	volatile int raised; /* signal number, 0 if none */
};

enum loop_result {
	LOOP_READY,
	LOOP_TIMEOUT,
	LOOP_INTR /* loop_raise() was called; cleared by loop_clear() */
};

int64_t loop_now_ns(void); /* CLOCK_MONOTONIC */
/* ms from now as a deadline; never overflows. */
int64_t loop_deadline(int64_t ms);

/* 0, or -1 with errno. */
int loop_init(struct loop *l);
void loop_release(struct loop *l);
/* Async-signal-safe. */
void loop_raise(struct loop *l, int sig);
void loop_clear(struct loop *l);
/* poll(2) on n descriptors until deadline. EINTR goes on. */
enum loop_result loop_wait(
    struct loop *l, struct pollfd *fd, size_t n, int64_t deadline_ns);

#endif
