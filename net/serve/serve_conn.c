/* A connection's turn. At the end our side is shut down and what still comes
 * is read and dropped for a moment: closing over unread octets would reset the
 * connection, and the client might never see the last reply. */
#include "net/serve/serve_priv.h"

#include <errno.h>
#include <sys/socket.h>

#define SERVE_LINGER_MS 2000
#define SERVE_LAST_MS	30000

int64_t
serve_conn_deadline(const struct serve_conn *k)
{
	return k->until_ns != 0 ? k->until_ns : peer_deadline(k->peer);
}

short
serve_conn_events(const struct serve_conn *k)
{
	size_t len;
	short want = 0;
	peer_out(k->peer, &len);
	if (len > 0)
		want |= POLLOUT;
	if (!k->eof && (k->until_ns != 0 || peer_wants(k->peer)))
		want |= POLLIN;
	return want;
}

/* The connection is of no more use. */
static void
serve_conn_drop(struct serve_conn *k)
{
	if (!peer_ended(k->peer))
		peer_lost(k->peer);
	k->gone = true;
}

static void
serve_conn_read(struct serve *s, struct serve_conn *k)
{
	ssize_t n = recv(k->fd, s->block, sizeof s->block, 0);
	if (n > 0 && k->until_ns == 0)
		peer_feed(k->peer, s->block, (size_t)n);
	if (n > 0)
		return;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0 || k->shut) {
		serve_conn_drop(k);
		return;
	}
	k->eof = true;
	peer_eof(k->peer);
}

static void
serve_conn_write(struct serve *s, struct serve_conn *k)
{
	size_t len;
	const char *p = peer_out(k->peer, &len);
	if (len == 0)
		return;
	/* Who reads a reply may look for it in the log. */
	serve_log(s);
	if (len > SERVE_BLOCK)
		len = SERVE_BLOCK;
	ssize_t n = send(k->fd, p, len, MSG_NOSIGNAL);
	if (n >= 0) {
		peer_out_done(k->peer, (size_t)n);
		if (k->until_ns != 0)
			k->until_ns = loop_deadline(SERVE_LINGER_MS);
	} else if (errno != EAGAIN && errno != EINTR) {
		serve_conn_drop(k);
	}
}

/* The peer has ended: flush, shut down, wait for the client to go. */
static void
serve_conn_finish(struct serve_conn *k, int64_t now)
{
	size_t len;
	if (k->gone || !peer_ended(k->peer))
		return;
	if (k->until_ns == 0) {
		k->until_ns = loop_deadline(SERVE_LINGER_MS);
		k->last_ns = loop_deadline(SERVE_LAST_MS);
	}
	peer_out(k->peer, &len);
	if (len == 0 && !k->shut) {
		k->shut = true;
		shutdown(k->fd, SHUT_WR);
	}
	if ((k->shut && k->eof) || now >= k->until_ns || now >= k->last_ns)
		k->gone = true;
}

void
serve_conn_turn(struct serve *s, struct serve_conn *k, short got, int64_t now)
{
	/* Hung up, and all that it sent was read: nobody is there. */
	if ((got & (POLLERR | POLLNVAL)) != 0 ||
	    ((got & POLLHUP) != 0 && (got & POLLIN) == 0)) {
		serve_conn_drop(k);
		return;
	}
	if ((got & POLLIN) != 0)
		serve_conn_read(s, k);
	if (!k->gone && k->until_ns == 0)
		peer_tick(k->peer, now);
	if (!k->gone && s->ending &&
	    (now >= s->text_ns || !peer_in_text(k->peer)))
		peer_shut(k->peer);
	if (!k->gone)
		serve_conn_write(s, k);
	serve_conn_finish(k, now);
}
