/* Waiting for one session. Reading comes after poll(2) said that there is
 * something, but most replies come at once: the first wait for one is the read
 * itself. */
#include "net/link/link_priv.h"

#include <string.h>
#include "net/tls/tls.h"

#define LINK_FLUSH_MIN	65536  /* link_flush_some() */
#define LINK_DRAINED_NS 100000 /* 0.1 ms */

/* Whether it read something, or the end. */
static bool
link_nap(struct link *k, struct loop *l, int64_t until)
{
	if (l->raised ||
	    until - loop_now_ns() < CONN_SLEEP_MS * INT64_C(1000000))
		return false;
	return link_fill(k, conn_read_sleep) != CONN_AGAIN;
}

enum loop_result
link_await(struct link *k, struct loop *l, bool want_write, int64_t deadline_ns)
{
	struct pollfd fd[LINK_FDS];
	int64_t until = link_deadline(k);

	if (until == 0)
		return l->raised ? LOOP_INTR : LOOP_READY;
	if (until > deadline_ns)
		until = deadline_ns;
	if (!want_write && link_is_open(k) && !k->shaking &&
	    !smtp_tls_wanted(k->smtp) && link_nap(k, l, until))
		return LOOP_READY;
	size_t n = link_wants(k, want_write, fd);
	enum loop_result r = loop_wait(l, fd, n, until);
	return r == LOOP_TIMEOUT && until < deadline_ns ? LOOP_READY : r;
}

int
link_open(struct link **out, const struct conn_target *t,
    const struct link_times *times, struct loop *l, conn_report *report,
    void *arg, struct err *e)
{
	int r = link_start(out, t, times, report, arg, e);

	if (r < 0)
		return -1;
	(*out)->loop = l;
	while ((r = link_step_open(*out, e)) == 0)
		if (link_await(*out, l, false, LOOP_FOREVER) == LOOP_INTR) {
			r = err_set(e, ERR_INTR, "interrupted");
			break;
		}
	if (r > 0)
		return 0;
	link_free(*out);
	*out = NULL;
	return -1;
}

int
link_tls(struct link *k, struct tls_ctx *ctx, const struct tls_target *t,
    struct err *e)
{
	int r = link_tls_begin(k, ctx, t, e);

	if (r < 0)
		return -1;
	while ((r = link_tls_step(k, e)) == 0)
		if (link_await(k, k->loop, false, LOOP_FOREVER) == LOOP_INTR)
			return err_set(e, ERR_INTR, "interrupted");
	return r > 0 ? 0 : -1;
}

/* Sleeps until the connection is ready or, in this process, its receiver has
 * something to do. *in: there is something to read. */
static enum loop_result
link_wait(struct link *k, bool want_write, int64_t deadline_ns, bool *in)
{
	struct peer *peer = conn_peer(k->conn);
	struct pollfd fd[LINK_FDS];
	int64_t until = deadline_ns;

	*in = true;
	if (conn_ready(k->conn))
		return k->loop->raised ? LOOP_INTR : LOOP_READY;
	if (peer != NULL && peer_deadline(peer) < until)
		until = peer_deadline(peer);
	size_t n = link_wants(k, want_write, fd);
	enum loop_result r = loop_wait(k->loop, fd, n, until);
	if (peer != NULL) {
		peer_tick(peer, loop_now_ns());
		if (r == LOOP_TIMEOUT && until < deadline_ns)
			r = LOOP_READY;
	}
	if (r == LOOP_READY) {
		/* A failure to send shows at the next read. */
		struct err ignored;
		conn_flush(k->conn, &ignored);
	}
	*in = n == 0;
	for (size_t i = 0; i < n && r == LOOP_READY; i++)
		*in |= (fd[i].revents & ~POLLOUT) != 0;
	return r;
}

/* The caller had better take events before more is written. */
static bool
link_interrupts(const struct link *k)
{
	enum smtp_state state = smtp_state(k->smtp);

	return (k->said && (state == SMTP_TEXT || state == SMTP_CHUNKS)) ||
	       smtp_pending(k->smtp) > LINK_PENDING_MAX;
}

/* What was read ends the session, or the caller's writing: -1, 1; or 0. */
static int
link_flush_seen(struct link *k, struct err *e)
{
	if (k->ended)
		return err_set(
		    e, ERR_LOST, "%s: %s", conn_name(k->conn), k->lost);
	return link_interrupts(k) ? 1 : 0;
}

int
link_flush(struct link *k, struct err *e)
{
	int r;

	while ((r = link_write(k, e)) == 1) {
		bool in;
		if (link_wait(k, true, k->block_until, &in) == LOOP_INTR)
			return err_set(e, ERR_INTR, "interrupted");
		if (in)
			link_fill(k, conn_read);
		r = link_flush_seen(k, e);
		if (r != 0)
			return r;
	}
	return r;
}

int
link_flush_some(struct link *k, struct err *e)
{
	size_t len;

	smtp_out(k->smtp, &len);
	if (len < LINK_FLUSH_MIN)
		return 0;
	int r = link_flush(k, e);
	if (r != 0)
		return r;
	/* A fast socket never made us look: an early reply may be there. */
	link_fill(k, conn_read);
	return link_flush_seen(k, e);
}

/* The connection has ended and the core has told all. */
static int
link_take_end(struct link_event *out)
{
	memset(out, 0, sizeof *out);
	out->ev.kind = SMTP_EV_EOF;
	out->ev.text = "";
	out->took_ns = -1;
	return 1;
}

static int64_t
link_next_until(struct link *k, int64_t deadline_ns)
{
	int64_t until = smtp_oldest(k->smtp) != NULL
			    ? link_reply_until(k)
			    : loop_deadline(k->times.other);

	return until < deadline_ns ? until : deadline_ns;
}

int
link_next(
    struct link *k, int64_t deadline_ns, struct link_event *ev, struct err *e)
{
	int64_t until = LOOP_FOREVER;
	bool in, first = true;

	for (;;) {
		if (link_take(k, ev))
			return 1;
		if (k->ended)
			return link_take_end(ev);
		if (smtp_tls_wanted(k->smtp))
			/* What comes now is no reply. */
			return 0;
		if (first) {
			first = false;
			until = link_next_until(k, deadline_ns);
			if (link_nap(k, k->loop, until))
				continue;
		}
		switch (link_wait(k, false, until, &in)) {
		case LOOP_INTR:
			return err_set(e, ERR_INTR, "interrupted");
		case LOOP_TIMEOUT:
			if (until < deadline_ns)
				/* Who goes on waiting gets a new time. */
				link_renew(k);
			return 0;
		case LOOP_READY:
			break;
		}
		if (in)
			link_fill(k, conn_read);
	}
}

int
link_poll(struct link *k, struct link_event *ev)
{
	if (link_take(k, ev))
		return 1;
	if (k->pumped)
		return link_get(k, ev);
	if (conn_peer(k->conn) == NULL && !conn_ready(k->conn) &&
	    loop_now_ns() - k->drained_ns < LINK_DRAINED_NS)
		return 0;
	return link_get(k, ev);
}

size_t
link_fds(const struct link *k, struct pollfd *fd)
{
	return link_wants(k, false, fd);
}
