/* A receiver in this process, spoken to without a socket. Its pauses pass only
 * when somebody says so (peer_tick()): each write does, and link while it
 * waits. */
#include "net/conn/conn_priv.h"

#include <string.h>
#include "net/core/buf.h"

#define CONN_FEED_MAX 65536

static ssize_t
conn_inproc_read(struct conn *c, char *p, size_t n, struct err *e)
{
	const char *data;
	size_t len;

	data = peer_out(c->peer, &len);
	if (len == 0 && peer_is_reset(c->peer)) {
		err_set(e, ERR_LOST, "the server has reset the connection");
		return CONN_ERR;
	}
	if (len == 0)
		return peer_ended(c->peer) ? 0 : CONN_AGAIN;
	if (len > n)
		len = n;
	memcpy(p, data, len);
	peer_out_done(c->peer, len);
	return (ssize_t)len;
}

static ssize_t
conn_inproc_write(struct conn *c, const char *p, size_t n, struct err *e)
{
	peer_tick(c->peer, loop_now_ns());
	if (peer_ended(c->peer)) {
		err_set(e, ERR_LOST, "closed by the server");
		return CONN_ERR;
	}
	if (!peer_wants(c->peer))
		return CONN_AGAIN;
	if (n > CONN_FEED_MAX)
		n = CONN_FEED_MAX;
	peer_feed(c->peer, p, n);
	return (ssize_t)n;
}

static size_t
conn_inproc_poll(const struct conn *c, bool want_write, struct pollfd *fd)
{
	(void)c;
	(void)want_write;
	(void)fd;
	return 0;
}

static size_t
conn_inproc_peek(struct conn *c)
{
	size_t len;

	peer_out(c->peer, &len);
	return len;
}

static bool
conn_inproc_ready(const struct conn *c)
{
	size_t len;

	peer_out(c->peer, &len);
	return len > 0 || peer_ended(c->peer);
}

static void
conn_inproc_close(struct conn *c)
{
	peer_lost(c->peer);
	peer_free(c->peer);
	c->peer = NULL;
}

static const struct conn_ops conn_inproc_ops = {
	.read = conn_inproc_read,
	.write = conn_inproc_write,
	.poll = conn_inproc_poll,
	.ready = conn_inproc_ready,
	.peek = conn_inproc_peek,
	.close = conn_inproc_close,
};

struct conn *
conn_open_inproc(struct peer *peer)
{
	struct conn *c =
	    conn_new(&conn_inproc_ops, -1, mem_dup("the sandbox"), NULL);

	c->peer = peer;
	return c;
}
