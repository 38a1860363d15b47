/* TLS as a layer on a connection: the engine of tls.h between the transport
 * and whoever reads and writes. What the engine has to send goes out before
 * and after everything else; what a full socket did not take waits in it. */
#include "net/conn/conn_priv.h"

#include "net/tls/tls.h"

/* Sends what the engine has. 0: all; CONN_AGAIN: the socket is full; or
 * CONN_ERR. */
static ssize_t
conn_tls_flush(struct conn *c, struct err *e)
{
	size_t n;

	for (;;) {
		const char *p = tls_out(c->tls, &n);
		if (n == 0)
			return 0;
		ssize_t sent = c->raw->write(c, p, n, e);
		if (sent < 0)
			return sent;
		tls_out_done(c->tls, (size_t)sent);
	}
}

/* One read of the transport into the engine: as conn_read(). */
static ssize_t
conn_tls_fill(struct conn *c, struct err *e)
{
	char data[16384 + 512];
	ssize_t n = c->raw->read(c, data, sizeof(data), e);

	if (n > 0)
		tls_feed(c->tls, data, (size_t)n);
	else if (n == 0)
		tls_eof(c->tls);
	return n;
}

static ssize_t
conn_tls_read(struct conn *c, char *p, size_t n, struct err *e)
{
	for (;;) {
		ssize_t got = tls_read(c->tls, p, n, e);
		struct err ignored;
		/* Answers to key updates; a failure to send shows later. */
		conn_tls_flush(c, &ignored);
		if (got != TLS_AGAIN)
			return got == TLS_ERR ? CONN_ERR : got;
		got = conn_tls_fill(c, e);
		if (got < 0)
			return got;
	}
}

static ssize_t
conn_tls_write(struct conn *c, const char *p, size_t n, struct err *e)
{
	ssize_t r = conn_tls_flush(c, e);

	if (r < 0)
		return r;
	r = tls_write(c->tls, p, n, e);
	if (r < 0)
		return r == TLS_ERR ? CONN_ERR : CONN_AGAIN;
	if (conn_tls_flush(c, e) == CONN_ERR)
		return CONN_ERR;
	return r;
}

static size_t
conn_tls_poll(const struct conn *c, bool want_write, struct pollfd *fd)
{
	size_t n;

	tls_out(c->tls, &n);
	return c->raw->poll(c, want_write || n > 0, fd);
}

static bool
conn_tls_ready(const struct conn *c)
{
	return tls_pending(c->tls) || c->raw->ready(c);
}

static size_t
conn_tls_peek(struct conn *c)
{
	return c->raw->peek(c);
}

static void
conn_tls_close(struct conn *c)
{
	struct err ignored;

	tls_close_notify(c->tls);
	conn_tls_flush(c, &ignored);
	tls_free(c->tls);
	c->tls = NULL;
}

static const struct conn_ops conn_tls_ops = {
	.read = conn_tls_read,
	.write = conn_tls_write,
	.poll = conn_tls_poll,
	.ready = conn_tls_ready,
	.peek = conn_tls_peek,
	.close = conn_tls_close,
};

void
conn_tls_start(struct conn *c, struct tls *t)
{
	c->tls = t;
	c->top = &conn_tls_ops;
}

struct tls *
conn_tls(struct conn *c)
{
	return c->tls;
}

ssize_t
conn_flush(struct conn *c, struct err *e)
{
	return c->tls == NULL ? 0 : conn_tls_flush(c, e);
}

void
conn_trim(struct conn *c)
{
	if (c->tls != NULL)
		tls_trim(c->tls);
}

int
conn_tls_step(struct conn *c, struct err *e)
{
	for (;;) {
		struct err io;
		int done = tls_handshake(c->tls, e);
		ssize_t r = conn_tls_flush(c, &io);
		if (done != 0)
			return done;
		if (r == CONN_ERR)
			return err_set(e, ERR_LOST,
			    "%s during the TLS handshake", io.text);
		r = conn_tls_fill(c, &io);
		if (r == CONN_AGAIN)
			return 0;
		if (r == CONN_ERR)
			return err_set(e, ERR_LOST,
			    "%s during the TLS handshake", io.text);
	}
}
