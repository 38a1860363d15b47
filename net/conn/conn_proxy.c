/* What is said on a socket before the server's session begins. The proxy's
 * octets are looked at before they are taken, so that what the server sends
 * right behind them stays in the socket for whoever reads the session. */
#include "net/conn/conn_priv.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "net/core/buf.h"
#include "net/conn/proxy.h"

/* One socket under way. what: who is at the other end. */
struct conn_intro {
	int fd;
	const struct conn_try *try;
	const char *what;
};

static int
conn_intro_wait(const struct conn_intro *i, short events, struct err *e)
{
	struct pollfd fd = { .fd = i->fd, .events = events };

	switch (loop_wait(i->try->loop, &fd, 1, i->try->deadline_ns)) {
	case LOOP_READY:
		return 0;
	case LOOP_INTR:
		return err_set(e, ERR_INTR, "interrupted");
	case LOOP_TIMEOUT:
		break;
	}
	return err_set(e, ERR_TEMP, "%s does not answer in time", i->what);
}

static int
conn_intro_lost(const struct conn_intro *i, struct err *e)
{
	char buf[CONN_REASON_MAX];

	return err_set(e, ERR_LOST, "%s has closed the connection: %s", i->what,
	    conn_reason(errno, buf));
}

static bool
conn_intro_later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Octets sent, perhaps none yet; -1. */
static ssize_t
conn_intro_send(
    const struct conn_intro *i, const char *p, size_t n, struct err *e)
{
	ssize_t put = send(i->fd, p, n, MSG_NOSIGNAL);

	if (put >= 0)
		return put;
	return conn_intro_later() ? 0 : conn_intro_lost(i, e);
}

/* Gives the proxy's octets, and no others, to p. */
static int
conn_intro_feed(const struct conn_intro *i, struct proxy *p, struct err *e)
{
	char data[1024];
	ssize_t got = recv(i->fd, data, sizeof(data), MSG_PEEK);
	size_t used;

	if (got < 0)
		return conn_intro_later() ? 0 : conn_intro_lost(i, e);
	if (got == 0)
		return err_set(
		    e, ERR_LOST, "%s has closed the connection", i->what);
	used = proxy_feed(p, data, (size_t)got);
	if (used > 0 && recv(i->fd, data, used, 0) != (ssize_t)used)
		return conn_intro_lost(i, e);
	return 0;
}

static int
conn_tunnel(const struct conn_intro *i, struct proxy *p, struct err *e)
{
	const char *out;
	ssize_t put;
	size_t n;
	int rc;

	for (;;) {
		rc = proxy_step(p, e);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
		out = proxy_out(p, &n);
		put = n == 0 ? 0 : conn_intro_send(i, out, n, e);
		if (put < 0)
			return -1;
		proxy_out_done(p, (size_t)put);
		n -= (size_t)put;
		if (conn_intro_wait(i, n > 0 ? POLLIN | POLLOUT : POLLIN, e) !=
			0 ||
		    conn_intro_feed(i, p, e) != 0)
			return -1;
	}
}

static int
conn_by_proxy(
    struct conn *c, const struct conn_try *try, unsigned port, struct err *e)
{
	const struct conn_target *t = try->target;
	struct conn_intro i = { c->fd, try, "the proxy" };
	struct proxy *p;
	char *name;
	int rc;

	if (proxy_new(&p, t->proxy, t->host, port, e) != 0)
		return -1;
	conn_tell(try, "asking the proxy for %s port %u", t->host, port);
	rc = conn_tunnel(&i, p, e);
	proxy_free(p);
	if (rc != 0)
		return -1;
	name = mem_printf("%s port %u through %s", t->host, port, c->name);
	free(c->name);
	c->name = name;
	/* The far address is known to the proxy alone. */
	c->address[0] = '\0';
	return 0;
}

static int
conn_send_header(struct conn *c, const struct conn_try *try, struct err *e)
{
	struct conn_intro i = { c->fd, try, "the server" };
	struct sockaddr_storage own = { 0 }, far = { 0 };
	socklen_t own_len = sizeof(own), far_len = sizeof(far);
	struct buf b = BUF_INIT;
	bool known =
	    try->target->proxy == NULL &&
	    getsockname(c->fd, (struct sockaddr *)&own, &own_len) == 0 &&
	    getpeername(c->fd, (struct sockaddr *)&far, &far_len) == 0;
	ssize_t put = 0;

	proxy_header(&b, try->target->proxy_protocol,
	    known ? (struct sockaddr *)&own : NULL,
	    known ? (struct sockaddr *)&far : NULL);
	conn_tell(try, "sending the PROXY header, version %d",
	    try->target->proxy_protocol);
	while (buf_len(&b) > 0 && put >= 0) {
		put = conn_intro_send(&i, buf_data(&b), buf_len(&b), e);
		if (put > 0)
			buf_consume(&b, (size_t)put);
		if (put == 0 && conn_intro_wait(&i, POLLOUT, e) != 0)
			put = -1;
	}
	buf_release(&b);
	return put < 0 ? -1 : 0;
}

int
conn_introduce(
    struct conn *c, const struct conn_try *try, unsigned port, struct err *e)
{
	const struct conn_target *t = try->target;

	if (t->proxy != NULL && t->kind == CONN_TCP &&
	    conn_by_proxy(c, try, port, e) != 0)
		return -1;
	if (t->proxy_protocol != 0 && conn_send_header(c, try, e) != 0)
		return -1;
	return 0;
}
