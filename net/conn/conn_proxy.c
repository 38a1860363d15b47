/* What is said on a socket before the server's session begins. The proxy's
 * octets are looked at before they are taken, so that what the server sends
 * right behind them stays in the socket for whoever reads the session. */
#include "net/conn/conn_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
conn_intro_lost(const char *who, struct err *e)
{

	err_set(e, ERR_LOST, "%s has closed the connection: %s", who,
	    strerror(errno));
	return err_why(e, WHY_PROXY);
}

static bool
conn_intro_later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Nothing moved: 0 to wait, or time is up. */
static int
conn_intro_wait(const struct conn_dial *d, const char *who, struct err *e)
{
	if (loop_now_ns() < d->deadline_ns)
		return 0;
	err_set(e, ERR_TEMP, "%s does not answer in time", who);
	return err_why(e, WHY_PROXY);
}

/* Octets sent, perhaps none yet; -1. */
static ssize_t
conn_intro_send(int fd, const char *p, size_t n, const char *who, struct err *e)
{
	ssize_t put = send(fd, p, n, MSG_NOSIGNAL);

	if (put >= 0)
		return put;
	return conn_intro_later() ? 0 : conn_intro_lost(who, e);
}

/* Gives the proxy's octets, and no others, to p. 1: there were some. */
static int
conn_tunnel_feed(int fd, struct proxy *p, struct err *e)
{
	char data[1024];
	ssize_t got = recv(fd, data, sizeof data, MSG_PEEK);

	if (got < 0)
		return conn_intro_later() ? 0 : conn_intro_lost("the proxy", e);
	if (got == 0) {
		err_set(e, ERR_LOST, "the proxy has closed the connection");
		return err_why(e, WHY_PROXY);
	}
	size_t used = proxy_feed(p, data, (size_t)got);
	if (used > 0 && recv(fd, data, used, 0) != (ssize_t)used)
		return conn_intro_lost("the proxy", e);
	return 1;
}

static void
conn_header_begin(struct conn_dial *d)
{
	d->stage = d->version != 0 ? CONN_HEADER : CONN_STANDS;
	if (d->version == 0)
		return;
	struct sockaddr_storage own = { 0 }, far = { 0 };
	socklen_t own_len = sizeof own, far_len = sizeof far;
	int fd = d->conn->fd;
	bool known = !d->proxied &&
		     getsockname(fd, (struct sockaddr *)&own, &own_len) == 0 &&
		     getpeername(fd, (struct sockaddr *)&far, &far_len) == 0;
	proxy_header(&d->header, d->version,
	    known ? (struct sockaddr *)&own : NULL,
	    known ? (struct sockaddr *)&far : NULL);
	conn_tell(d, "sending the PROXY header, version %d", d->version);
}

void
conn_intro_begin(struct conn_dial *d)
{
	if (d->proxy == NULL) {
		conn_header_begin(d);
		return;
	}
	conn_tell(d, "asking the proxy for %s port %u", d->host, d->port);
	d->stage = CONN_TUNNEL;
}

static void
conn_tunnel_stands(struct conn_dial *d)
{
	struct conn *c = d->conn;
	char *name =
	    mem_printf("%s port %u through %s", d->host, d->port, c->name);

	free(c->name);
	c->name = name;
	/* The far address is known to the proxy alone. */
	c->address[0] = '\0';
	proxy_free(d->proxy);
	d->proxy = NULL;
	conn_header_begin(d);
}

int
conn_tunnel_step(struct conn_dial *d, struct err *e)
{
	for (;;) {
		int r = proxy_step(d->proxy, e);
		if (r < 0)
			return -1;
		if (r > 0)
			break;
		size_t n;
		const char *out = proxy_out(d->proxy, &n);
		ssize_t put = n == 0 ? 0
				     : conn_intro_send(
					   d->conn->fd, out, n, "the proxy", e);
		if (put < 0)
			return -1;
		proxy_out_done(d->proxy, (size_t)put);
		r = conn_tunnel_feed(d->conn->fd, d->proxy, e);
		if (r < 0)
			return -1;
		if (r == 0)
			return conn_intro_wait(d, "the proxy", e);
	}
	conn_tunnel_stands(d);
	return 1;
}

int
conn_header_step(struct conn_dial *d, struct err *e)
{
	while (buf_len(&d->header) > 0) {
		ssize_t put = conn_intro_send(d->conn->fd, buf_data(&d->header),
		    buf_len(&d->header), "the server", e);
		if (put < 0)
			return -1;
		if (put == 0)
			return conn_intro_wait(d, "the server", e);
		buf_consume(&d->header, (size_t)put);
	}
	d->stage = CONN_STANDS;
	return 1;
}
