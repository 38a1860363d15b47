/* A connection is a transport (sockets here; a child process and a receiver
 * in this process in files of their own) and perhaps a layer on top. Sockets
 * are written with MSG_NOSIGNAL: no SIGPIPE, whatever the program did with
 * it. */
#include "net/conn/conn_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "net/core/buf.h"

const struct conn_ops conn_socket_ops = {
	.read = conn_socket_read,
	.write = conn_socket_write,
	.poll = conn_socket_poll,
	.ready = conn_socket_ready,
	.peek = conn_socket_peek,
	.close = conn_socket_close,
};

struct conn *
conn_new(const struct conn_ops *raw, int fd, char *name, const char *address)
{
	struct conn *c = mem_zalloc(sizeof(*c));

	c->raw = c->top = raw;
	c->fd = fd;
	c->pid = -1;
	c->name = name;
	c->address = mem_dup(address != NULL ? address : "");
	return c;
}

int
conn_open(struct conn **out, const struct conn_target *t, struct loop *l,
    int64_t deadline_ns, conn_report *report, void *arg, struct err *e)
{
	struct pollfd fd[CONN_DIAL_FDS];
	struct conn_dial *d;
	int r;

	*out = NULL;
	if (conn_start(&d, t, deadline_ns, report, arg, e) != 0)
		return -1;
	while ((r = conn_step(d, out, e)) == 0) {
		size_t n = conn_dial_fds(d, fd);
		if (loop_wait(l, fd, n, conn_dial_deadline(d)) == LOOP_INTR) {
			r = err_set(e, ERR_INTR, "interrupted");
			break;
		}
	}
	conn_dial_free(d);
	return r > 0 ? 0 : -1;
}

void
conn_free(struct conn *c)
{
	if (c == NULL)
		return;
	if (c->top != c->raw)
		c->top->close(c);
	c->raw->close(c);
	free(c->name);
	free(c->address);
	free(c);
}

ssize_t
conn_read(struct conn *c, char *p, size_t n, struct err *e)
{
	return c->top->read(c, p, n, e);
}

ssize_t
conn_write(struct conn *c, const char *p, size_t n, struct err *e)
{
	return c->top->write(c, p, n, e);
}

size_t
conn_poll(const struct conn *c, bool want_write, struct pollfd *fd)
{
	return c->top->poll(c, want_write, fd);
}

bool
conn_ready(const struct conn *c)
{
	return c->top->ready(c);
}

size_t
conn_peek(struct conn *c)
{
	return c->raw->peek(c);
}

size_t
conn_unsent(const struct conn *c)
{
#ifdef __linux__
	int n = 0;
	if (c->fd >= 0 && ioctl(c->fd, TIOCOUTQ, &n) == 0 && n > 0)
		return (size_t)n;
#else
	(void)c;
#endif
	return 0;
}

const char *
conn_name(const struct conn *c)
{
	return c->name;
}

const char *
conn_address(const struct conn *c)
{
	return c->address;
}

struct peer *
conn_peer(struct conn *c)
{
	return c->peer;
}

/* What a failed call means to conn_read() and conn_write(). */
static ssize_t
conn_socket_error(struct err *e)
{

	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return CONN_AGAIN;
	/* EPIPE only says that the other side has closed. */
	err_set(e, ERR_LOST, "%s",
	    errno == EPIPE ? "closed by the server" : strerror(errno));
	return CONN_ERR;
}

#ifdef SO_TIMESTAMPNS
#define CONN_NOTE_MOST INT64_C(1000000000) /* older: the wall clock was set */

/* How long ago that was. -1: nobody knows. */
static int64_t
conn_note_age(struct msghdr *m)
{
	struct cmsghdr *h = CMSG_FIRSTHDR(m);
	struct timespec at, now;
	if (h == NULL || h->cmsg_level != SOL_SOCKET ||
	    h->cmsg_type != SCM_TIMESTAMPNS)
		return -1;
	memcpy(&at, CMSG_DATA(h), sizeof at);
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t age = ((int64_t)now.tv_sec - at.tv_sec) * 1000000000 +
		      (now.tv_nsec - at.tv_nsec);
	return age > CONN_NOTE_MOST ? -1 : age;
}

static ssize_t
conn_note_read(struct conn *c, char *p, size_t n)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(struct timespec))];
	} control;
	struct iovec part = { p, n };
	struct msghdr m = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	ssize_t got = recvmsg(c->fd, &m, MSG_DONTWAIT);

	if (got <= 0)
		return got;
	int64_t age = conn_note_age(&m);
	c->noted_ns = age < 0 ? 0 : loop_now_ns() - age;
	return got;
}

void
conn_note(struct conn *c)
{
	int one = 1;

	c->notes = c->raw == &conn_socket_ops &&
		   setsockopt(c->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one,
		       sizeof one) == 0;
}
#else
static ssize_t
conn_note_read(struct conn *c, char *p, size_t n)
{
	return recv(c->fd, p, n, MSG_DONTWAIT);
}

void
conn_note(struct conn *c)
{
	c->notes = false;
}
#endif

int64_t
conn_noted(const struct conn *c)
{
	return c->noted_ns;
}

ssize_t
conn_socket_read(struct conn *c, char *p, size_t n, struct err *e)
{
	ssize_t got;

	do
		got = c->notes ? conn_note_read(c, p, n)
			       : recv(c->fd, p, n, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	return got < 0 ? conn_socket_error(e) : got;
}

/* Not before somebody asks for it: of many sessions none does. */
static bool
conn_socket_sleeps(struct conn *c)
{
	struct timeval most = { .tv_usec = CONN_SLEEP_MS * 1000 };

	if (c->sleep == CONN_SLEEP_ABLE)
		c->sleep = setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &most,
			       sizeof most) == 0 &&
				   fcntl(c->fd, F_SETFL, 0) == 0
			       ? CONN_SLEEP_SET
			       : CONN_SLEEP_NEVER;
	return c->sleep == CONN_SLEEP_SET;
}

ssize_t
conn_read_sleep(struct conn *c, char *p, size_t n, struct err *e)
{
	ssize_t got;

	if (c->top != c->raw || !conn_socket_sleeps(c))
		return CONN_AGAIN;
	got = recv(c->fd, p, n, 0);
	if (got < 0 && errno == EINTR)
		return CONN_AGAIN;
	return got < 0 ? conn_socket_error(e) : got;
}

ssize_t
conn_socket_write(struct conn *c, const char *p, size_t n, struct err *e)
{
	ssize_t put;

	do
		put = send(c->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (put < 0 && errno == EINTR);
	return put < 0 ? conn_socket_error(e) : put;
}

size_t
conn_socket_poll(const struct conn *c, bool want_write, struct pollfd *fd)
{
	fd[0] = (struct pollfd){
		.fd = c->fd,
		.events = (short)(want_write ? POLLIN | POLLOUT : POLLIN),
	};
	return 1;
}

bool
conn_socket_ready(const struct conn *c)
{
	(void)c;
	return false;
}

size_t
conn_socket_peek(struct conn *c)
{
	char buf[4096];
	ssize_t n = recv(c->fd, buf, sizeof(buf), MSG_PEEK | MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

void
conn_socket_close(struct conn *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}
