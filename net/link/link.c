/* A session's steps. Writing comes first and costs one call for all that is
 * queued; only when the socket takes no more are both directions watched. What
 * a reply's arrival is worth is measured from marks: after how many octets in
 * all, at what time. */
#include "net/link/link_priv.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/buf.h"
#include "net/tls/tls.h"

#define LINK_READ_MAX  65536
#define LINK_BLOCK_MAX 65536 /* octets that times.block is for */
#define LINK_MARKS     64
#define LINK_SMALL     4096 /* octets at once that leave no large buffer */

int
link_start(struct link **out, const struct conn_target *t,
    const struct link_times *times, conn_report *report, void *arg,
    struct err *e)
{
	struct conn_dial *d;

	*out = NULL;
	if (conn_start(&d, t, loop_deadline(times->connect), report, arg, e) !=
	    0)
		return -1;
	struct link *k = mem_zalloc(sizeof *k);
	k->dial = d;
	k->began_ns = loop_now_ns();
	k->tls_ns = -1;
	k->times = *times;
	k->smtp = smtp_new();
	*out = k;
	return 0;
}

int
link_step_open(struct link *k, struct err *e)
{
	if (k->dial == NULL)
		return 1;
	int r = conn_step(k->dial, &k->conn, e);
	if (r <= 0)
		return r;
	conn_dial_free(k->dial);
	k->dial = NULL;
	k->opened_ns = loop_now_ns();
	smtp_connected(k->smtp);
	return 1;
}

void
link_free(struct link *k)
{
	if (k == NULL)
		return;
	conn_dial_free(k->dial);
	conn_free(k->conn);
	smtp_free(k->smtp);
	free(k->mark);
	free(k->lost);
	free(k);
}

struct smtp *
link_smtp(struct link *k)
{
	return k->smtp;
}

struct conn *
link_conn(struct link *k)
{
	return k->conn;
}

bool
link_is_open(const struct link *k)
{
	return k->conn != NULL && !k->ended;
}

const char *
link_lost(const struct link *k)
{
	return k->lost != NULL ? k->lost : "";
}

/* The first reason stays. */
static void
link_end(struct link *k, const char *why)
{
	if (k->ended)
		return;
	k->ended = k->fresh = true;
	k->lost = mem_dup(why);
	smtp_eof(k->smtp);
}

static void
link_mark_add(struct link *k, int64_t now)
{
	int64_t noted = conn_noted(k->conn);

	if (smtp_pending(k->smtp) == 0)
		k->nmarks = 0;
	if (k->nmarks == LINK_MARKS)
		k->nmarks--;
	if (k->nmarks == k->mark_cap) {
		k->mark_cap = k->mark_cap > 0 ? k->mark_cap * 4 : 1;
		k->mark = mem_grow(k->mark, k->mark_cap, sizeof *k->mark);
	}
	k->mark[k->nmarks++] =
	    (struct link_mark){ k->read, noted > 0 ? noted : now };
}

/* When the last octet of what has been taken so far had come; drops what is
 * older. */
static int64_t
link_mark_time(struct link *k)
{
	uint64_t taken = k->read - smtp_pending(k->smtp);
	size_t i = 0;

	if (k->nmarks == 0)
		return loop_now_ns();
	while (i + 1 < k->nmarks && k->mark[i].upto < taken)
		i++;
	k->nmarks -= i;
	memmove(k->mark, k->mark + i, k->nmarks * sizeof *k->mark);
	return k->mark[0].at_ns;
}

/* What a read gave: n octets of room at data. */
static void
link_fed(struct link *k, const char *data, ssize_t n, size_t room,
    const struct err *why)
{
	if (n > 0) {
		k->read += (size_t)n;
		int64_t now = loop_now_ns();
		link_mark_add(k, now);
		if ((size_t)n < room)
			k->drained_ns = now;
		if (memchr(data, '\n', (size_t)n) != NULL)
			k->said = true;
		k->fresh = true;
		k->grown |= n > LINK_SMALL;
		k->much = n >= LINK_SMALL;
		smtp_feed(k->smtp, data, (size_t)n);
	} else if (n == 0) {
		link_end(k, "closed by the server");
	} else if (n == CONN_ERR) {
		link_end(k, why->text);
	}
}

/* Apart from link_fill(), whose frame stays small: the compiler probes each
 * page of a frame (-fstack-clash-protection), used or not. */
static __attribute__((noinline)) ssize_t
link_fill_much(struct link *k, link_read *how)
{
	char data[LINK_READ_MAX];
	struct err why;
	ssize_t n = how(k->conn, data, sizeof data, &why);

	link_fed(k, data, n, sizeof data, &why);
	return n;
}

ssize_t
link_fill(struct link *k, link_read *how)
{
	if (k->much)
		return link_fill_much(k, how);
	char data[LINK_SMALL];
	struct err why;
	ssize_t n = how(k->conn, data, sizeof data, &why);

	link_fed(k, data, n, sizeof data, &why);
	return n;
}

/* The session is under way: its octets may be read. */
static bool
link_reads(const struct link *k)
{
	return k->conn != NULL && !k->ended && !k->shaking &&
	       !smtp_tls_wanted(k->smtp);
}

/* A pause of a receiver in this process passes when somebody says so. */
static void
link_tick(struct link *k)
{
	struct peer *peer = conn_peer(k->conn);

	if (peer != NULL)
		peer_tick(peer, loop_now_ns());
}

bool
link_take(struct link *k, struct link_event *out)
{
	/* Most who ask come for nothing. */
	if (!k->fresh)
		return false;
	smtp_next(k->smtp, &out->ev);
	if (out->ev.kind == SMTP_EV_NONE) {
		k->fresh = false;
		return false;
	}
	k->fresh = k->ended || smtp_pending(k->smtp) > 0;
	k->said = false;
	out->took_ns = -1;
	const struct smtp_sent *sent = out->ev.sent;
	if (sent == NULL || out->ev.kind != SMTP_EV_REPLY)
		return true;
	if (sent->verb->id == VERB_GREETING)
		out->took_ns = link_mark_time(k) - k->opened_ns;
	else if (sent->at_ns > 0)
		out->took_ns = link_mark_time(k) - sent->at_ns;
	if (out->took_ns < -1)
		/* It came before its command was written. */
		out->took_ns = 0;
	return true;
}

/* Nothing large is under way: no mail text, no chunk, no group. */
static bool
link_rests(const struct link *k)
{
	const struct smtp_sent *sent = smtp_oldest(k->smtp);
	enum smtp_state state = smtp_state(k->smtp);
	size_t len;

	smtp_out(k->smtp, &len);
	if (len > 0 || smtp_owed(k->smtp) > 1)
		return false;
	if (state == SMTP_TEXT)
		return sent != NULL && sent->verb->id == VERB_TEXT_END;
	return state != SMTP_CHUNKS &&
	       (sent == NULL || sent->verb->id != VERB_BDAT);
}

static void
link_trim(struct link *k)
{
	smtp_trim(k->smtp);
	conn_trim(k->conn);
	k->grown = false;
}

int
link_get(struct link *k, struct link_event *ev)
{
	for (;;) {
		if (link_take(k, ev))
			return 1;
		if (!link_reads(k))
			return 0;
		link_tick(k);
		if (!k->pumped && link_fill(k, conn_read) != CONN_AGAIN)
			continue;
		if (k->grown && link_rests(k))
			link_trim(k);
		return 0;
	}
}

bool
link_said(struct link *k)
{
	if (!k->said && !k->pumped && link_reads(k)) {
		link_tick(k);
		link_fill(k, conn_read);
	}
	return k->said;
}

void
link_crowd(struct link *k)
{
	k->pumped = true;
	conn_note(k->conn);
}

int64_t
link_noted(const struct link *k)
{
	return k->conn == NULL ? 0 : conn_noted(k->conn);
}

void
link_pump(struct link *k)
{
	k->pumped = true;
	if (!link_reads(k))
		return;
	link_tick(k);
	/* Replies are small, and a small room stays in the cache. */
	char data[LINK_SMALL];
	struct err why;
	ssize_t n = conn_read(k->conn, data, sizeof data, &why);
	link_fed(k, data, n, sizeof data, &why);
}

int64_t
link_open_ns(const struct link *k)
{
	return k->conn == NULL ? -1 : k->opened_ns - k->began_ns;
}

int64_t
link_tls_ns(const struct link *k)
{
	return k->tls_ns;
}

/* A write failed: what the server said before it closed comes first. */
static int
link_broken(struct link *k, const char *why, struct err *e)
{
	while (!k->ended && smtp_pending(k->smtp) <= LINK_PENDING_MAX &&
	       link_fill(k, conn_read) > 0)
		;
	if (k->ended) {
		/* The end was read: the write knows better why. */
		free(k->lost);
		k->lost = mem_dup(why);
	}
	link_end(k, why);
	err_set(e, ERR_LOST, "%s: %s", conn_name(k->conn), why);
	return err_why(e, WHY_CLOSED);
}

/* The socket takes no more. */
static int
link_blocked(struct link *k, struct err *e)
{
	if (k->block >= LINK_BLOCK_MAX)
		k->block_until = 0;
	if (k->block_until == 0) {
		k->block_until = loop_deadline(k->times.block);
		k->block = 0;
	}
	if (loop_now_ns() < k->block_until)
		return 1;
	/* Who goes on all the same gets a new time. */
	k->block_until = 0;
	err_set(e, ERR_TEMP, "%s: took too little in %lld s of writing",
	    conn_name(k->conn), (long long)k->times.block / 1000);
	return err_why(e, WHY_STALLED);
}

/* Nothing is queued: what a layer keeps back. */
static int
link_write_rest(struct link *k, struct err *e)
{
	struct err why;
	ssize_t n = k->ended ? 0 : conn_flush(k->conn, &why);

	if (n == CONN_ERR)
		return link_broken(k, why.text, e);
	if (n == CONN_AGAIN)
		return link_blocked(k, e);
	k->block_until = 0;
	k->block = 0;
	return 0;
}

int
link_write(struct link *k, struct err *e)
{
	/* A socket that took a part is full; a layer takes it in parts. */
	bool parts = conn_peer(k->conn) != NULL || conn_tls(k->conn) != NULL;
	struct err why;

	for (;;) {
		size_t len;
		const char *p = smtp_out(k->smtp, &len);
		if (len == 0)
			return link_write_rest(k, e);
		if (k->ended)
			return err_set(
			    e, ERR_LOST, "%s: %s", conn_name(k->conn), k->lost);
		int64_t now = loop_now_ns();
		ssize_t n = conn_write(k->conn, p, len, &why);
		if (n == CONN_ERR)
			return link_broken(k, why.text, e);
		if (n > 0) {
			smtp_out_done(k->smtp, (size_t)n, now);
			k->block += (size_t)n;
			k->grown |= n > LINK_SMALL;
		}
		if (n < 0 || ((size_t)n < len && !parts))
			return link_blocked(k, e);
	}
}

/* Octets that came in clear behind the 220: whoever put them there wants them
 * taken for the server's words under TLS. */
static int
link_tls_clear(struct link *k, struct err *e)
{
	size_t n = smtp_pending(k->smtp) + conn_peek(k->conn);

	if (n == 0)
		return 0;
	return err_set(e, ERR_PROTO,
	    "%zu octet%s came in clear text behind the 220 to STARTTLS: "
	    "somebody may be injecting replies; TLS was not started",
	    n, n == 1 ? "" : "s");
}

int
link_tls_begin(struct link *k, struct tls_ctx *ctx, const struct tls_target *t,
    struct err *e)
{
	struct tls *tls;

	if (smtp_tls_wanted(k->smtp) && link_tls_clear(k, e) < 0)
		return -1;
	if (tls_new(&tls, ctx, t, e) < 0)
		return -1;
	conn_tls_start(k->conn, tls);
	/* The first step is ours: nothing comes before it. */
	k->shaking = k->fresh = true;
	k->tls_began_ns = loop_now_ns();
	k->shake_until = loop_deadline(k->times.helo);
	return 0;
}

int
link_tls_step(struct link *k, struct err *e)
{
	k->fresh = false;
	link_tick(k);
	int r = conn_tls_step(k->conn, e);
	if (r == 0 && loop_now_ns() >= k->shake_until) {
		err_set(e, ERR_TEMP, "the TLS handshake did not end in time");
		return err_why(e, WHY_LATE);
	}
	if (r <= 0)
		return r;
	k->shaking = false;
	k->tls_ns = loop_now_ns() - k->tls_began_ns;
	k->grown = true;
	smtp_tls_started(k->smtp);
	return 1;
}

size_t
link_wants(const struct link *k, bool want_write, struct pollfd *fd)
{
	if (k->dial != NULL)
		return conn_dial_fds(k->dial, fd);
	return k->conn == NULL || k->ended ? 0
					   : conn_poll(k->conn, want_write, fd);
}

int64_t
link_reply_until(struct link *k)
{
	const struct smtp_sent *sent = smtp_oldest(k->smtp);

	if (sent == NULL)
		return LOOP_FOREVER;
	if (sent->seq != k->wait_seq) {
		k->wait_seq = sent->seq;
		k->wait_until =
		    loop_deadline(link_times_of(&k->times, sent->verb->id));
	}
	return k->wait_until;
}

/* The reply that is owed longest may come: what asks for it is written. */
static bool
link_awaits(const struct link *k)
{
	const struct smtp_sent *sent = smtp_oldest(k->smtp);

	return sent != NULL &&
	       (sent->at_ns > 0 || sent->verb->id == VERB_GREETING);
}

bool
link_overdue(struct link *k)
{
	return link_reads(k) && link_awaits(k) &&
	       link_reply_until(k) <= loop_now_ns();
}

void
link_renew(struct link *k)
{
	k->wait_seq = 0;
}

/* Of the session: what there is to wait for. */
static int64_t
link_session_deadline(struct link *k)
{
	int64_t until = LOOP_FOREVER;

	if ((k->fresh && (k->ended || smtp_pending(k->smtp) > 0)) ||
	    (!k->ended && conn_ready(k->conn)))
		return 0;
	if (!k->ended && k->block_until != 0)
		until = k->block_until;
	if (!k->ended && link_awaits(k) && link_reply_until(k) < until)
		until = link_reply_until(k);
	return until;
}

int64_t
link_deadline(struct link *k)
{
	if (k->dial != NULL)
		return conn_dial_deadline(k->dial);
	if (k->conn == NULL || (smtp_tls_wanted(k->smtp) && !k->shaking))
		return LOOP_FOREVER;
	int64_t until = !k->shaking ? link_session_deadline(k)
			: k->fresh  ? 0
				    : k->shake_until;
	struct peer *peer = conn_peer(k->conn);
	if (peer != NULL && !k->ended && peer_deadline(peer) < until)
		until = peer_deadline(peer);
	return until;
}

size_t
link_unsent(const struct link *k)
{
	return k->conn == NULL ? 0 : conn_unsent(k->conn);
}
