/* A connection's turn. At the end our side is shut down and what still comes
 * is read and dropped for a moment: closing over unread octets would reset the
 * connection, and the client might never see the last reply. An alarm may be
 * early, never late: most turns put it off, and that is done when it rings. */
#include "net/serve/serve_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "net/core/buf.h"

#define SERVE_LINGER_MS 2000
#define SERVE_LAST_MS	30000

static int64_t
serve_conn_deadline(const struct serve_conn *k)
{
	return k->until_ns != 0 ? k->until_ns : peer_deadline(k->peer);
}

static unsigned
serve_conn_want(const struct serve_conn *k)
{
	size_t len;
	unsigned want = 0;
	peer_out(k->peer, &len);
	if (len > 0)
		want |= WATCH_OUT;
	if (!k->eof && (k->until_ns != 0 || peer_wants(k->peer)))
		want |= WATCH_IN;
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
serve_conn_read(struct crew *w, struct serve_conn *k)
{
	size_t len = peer_counts(k->peer) ? w->block_len : SERVE_BLOCK;
	ssize_t n = recv(k->mark.fd, w->block, len, 0);
	if (n > 0 && k->until_ns == 0)
		peer_feed(k->peer, w->block, (size_t)n);
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
serve_conn_write(struct crew *w, struct serve_conn *k)
{
	size_t len;
	const char *p = peer_out(k->peer, &len);
	if (len == 0)
		return;
	/* Who reads a reply may look for it in the log. */
	serve_log(w);
	if (len > SERVE_BLOCK)
		len = SERVE_BLOCK;
	ssize_t n = send(k->mark.fd, p, len, MSG_NOSIGNAL);
	if (n >= 0) {
		peer_out_done(k->peer, (size_t)n);
		if (k->until_ns != 0)
			k->until_ns = loop_deadline(SERVE_LINGER_MS);
	} else if (errno != EAGAIN && errno != EINTR) {
		serve_conn_drop(k);
	}
}

/* Closes when the last reply is out and the client has ended its side, too,
 * or does not. */
static void
serve_conn_finish(struct serve_conn *k, int64_t now)
{
	static const struct linger hard = { 1, 0 };
	size_t len;
	if (k->gone || !peer_ended(k->peer))
		return;
	if (k->until_ns == 0) {
		k->until_ns = loop_deadline(SERVE_LINGER_MS);
		k->last_ns = loop_deadline(SERVE_LAST_MS);
	}
	peer_out(k->peer, &len);
	if (len == 0 && peer_is_reset(k->peer)) {
		setsockopt(
		    k->mark.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		k->gone = true;
		return;
	}
	if (len == 0 && !k->shut) {
		k->shut = true;
		shutdown(k->mark.fd, SHUT_WR);
	}
	if ((k->shut && k->eof) || now >= k->until_ns || now >= k->last_ns)
		k->gone = true;
}

/* What is looked for from now on, and when at the latest. */
static void
serve_conn_settle(struct crew *w, struct serve_conn *k, int64_t now)
{
	unsigned want = serve_conn_want(k);
	if (want != k->want) {
		if (watch_change(
			&w->watch, k->mark.fd, &k->mark, k->want, want) < 0) {
			serve_conn_drop(k);
			return;
		}
		k->want = want;
	}
	int64_t at = serve_conn_deadline(k);
	if (k->alarm.place == 0 || at < k->alarm.at_ns || k->alarm.at_ns <= now)
		alarms_set(&w->alarms, &k->alarm, at);
}

static void
serve_conn_gone(struct crew *w, struct serve_conn *k)
{
	if (w->ngone == w->gone_cap) {
		w->gone_cap = w->gone_cap == 0 ? 16 : w->gone_cap * 2;
		w->gone = mem_grow(w->gone, w->gone_cap, sizeof(*w->gone));
	}
	w->gone[w->ngone++] = k;
}

static void
serve_conn_do(struct crew *w, struct serve_conn *k, unsigned got, int64_t now)
{
	struct serve *s = w->s;
	if ((got & WATCH_GONE) != 0) {
		serve_conn_drop(k);
		return;
	}
	if (atomic_load(&s->ending))
		peer_shut_next(k->peer);
	if ((got & WATCH_IN) != 0)
		serve_conn_read(w, k);
	if (!k->gone && k->until_ns == 0)
		peer_tick(k->peer, now);
	if (!k->gone && atomic_load(&s->ending) &&
	    (now >= s->text_ns || !peer_is_busy(k->peer)))
		peer_shut(k->peer);
	if (!k->gone)
		serve_conn_write(w, k);
	serve_conn_finish(k, now);
}

void
serve_conn_turn(struct crew *w, struct serve_conn *k, unsigned got, int64_t now)
{
	if (k->gone)
		return;
	serve_conn_do(w, k, got, now);
	if (!k->gone)
		serve_conn_settle(w, k, now);
	if (k->gone)
		serve_conn_gone(w, k);
}

void
serve_conn_add(struct crew *w, const struct serve_guest *g)
{
	struct serve_conn *k = mem_zalloc(sizeof *k);
	if (w->nconn == w->cap) {
		w->cap = w->cap == 0 ? 16 : w->cap * 2;
		w->conn = mem_grow(w->conn, w->cap, sizeof(*w->conn));
	}
	k->mark = (struct serve_mark){ SERVE_CLIENT, g->fd };
	k->session = g->session;
	k->client = g->client;
	k->at = w->nconn;
	w->conn[w->nconn++] = k;
	k->peer = peer_new(&w->peer, g->session, g->from);
	/* Without room to watch it nobody could wait for it. */
	if (watch_add(&w->watch, g->fd, &k->mark, WATCH_IN) < 0)
		serve_conn_drop(k);
	k->want = WATCH_IN;
	if (k->gone)
		serve_conn_gone(w, k);
	else
		serve_conn_turn(w, k, 0, loop_now_ns());
}

void
serve_conn_release(struct crew *w, struct serve_conn *k)
{
	struct serve *s = w->s;
	atomic_fetch_add(&s->complaints, peer_complaints(k->peer));
	peer_free(k->peer);
	alarms_drop(&w->alarms, &k->alarm);
	close(k->mark.fd); /* which takes it out of the watch */
	w->conn[k->at] = w->conn[--w->nconn];
	w->conn[k->at]->at = k->at;
	pthread_mutex_lock(&s->lock);
	clients_leave(&s->clients, &k->client);
	pthread_mutex_unlock(&s->lock);
	if (atomic_fetch_sub(&s->open, 1) == 1 && serve_done(s))
		serve_nudge(&s->crew[0]);
	free(k);
}
