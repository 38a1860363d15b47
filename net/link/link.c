/* The loop of one session. Writing comes first and costs one call for all that
 * is queued; only when the socket takes no more are both directions watched.
 * Reading comes after poll(2) said that there is something, so a command in
 * lock-step costs a write, a poll and a read. What a reply's arrival is worth
 * is measured from marks: after how many octets in all, at what time. */
#include "net/link/link.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/buf.h"
#include "net/tls/tls.h"

#define LINK_READ_MAX	 65536
#define LINK_FLUSH_MIN	 65536	 /* link_flush_some() */
#define LINK_BLOCK_MAX	 65536	 /* octets that times.block is for */
#define LINK_PENDING_MAX 1048576 /* unparsed: no more is read */
#define LINK_MARKS	 64
#define LINK_QUIT_MS	 5000
#define LINK_DRAINED_NS	 100000 /* 0.1 ms */

struct link_mark {
	uint64_t upto; /* octets read in all */
	int64_t at_ns;
};

struct link {
	struct smtp *smtp;
	struct conn *conn;
	struct loop *loop;
	struct link_times times;
	int64_t opened_ns;
	bool ended;    /* nothing more will come */
	bool said;     /* a line end has come since the last event */
	char *lost;    /* why, NULL while it stands */
	uint64_t read; /* octets in all */
	struct link_mark mark[LINK_MARKS]; /* oldest first */
	size_t nmarks;
	/* The wait for one reply goes on over several calls. */
	int64_t drained_ns; /* when a read took all there was */
	uint64_t wait_seq;
	int64_t wait_until;
};

int
link_open(struct link **out, const struct conn_target *t,
    const struct link_times *times, struct loop *l, conn_report *report,
    void *arg, struct err *e)
{
	struct conn *c;
	struct link *k;

	*out = NULL;
	if (conn_open(
		&c, t, l, loop_deadline(times->connect), report, arg, e) != 0)
		return -1;
	k = mem_zalloc(sizeof(*k));
	k->conn = c;
	k->loop = l;
	k->times = *times;
	k->opened_ns = loop_now_ns();
	k->smtp = smtp_new();
	smtp_connected(k->smtp);
	*out = k;
	return 0;
}

void
link_free(struct link *k)
{
	if (k == NULL)
		return;
	conn_free(k->conn);
	smtp_free(k->smtp);
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
	return !k->ended;
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
	k->ended = true;
	k->lost = mem_dup(why);
	smtp_eof(k->smtp);
}

static void
link_mark_add(struct link *k)
{
	if (k->nmarks == LINK_MARKS)
		k->nmarks--;
	k->mark[k->nmarks++] = (struct link_mark){ k->read, loop_now_ns() };
}

/* When the last octet of what has been taken so far had come; drops what is
 * older. */
static int64_t
link_mark_time(struct link *k)
{
	uint64_t taken = k->read - smtp_pending(k->smtp);
	size_t i = 0;

	while (i + 1 < k->nmarks && k->mark[i].upto < taken)
		i++;
	k->nmarks -= i;
	memmove(k->mark, k->mark + i, k->nmarks * sizeof(*k->mark));
	return k->nmarks > 0 ? k->mark[0].at_ns : loop_now_ns();
}

/* conn_read() or conn_read_sleep(). */
typedef ssize_t link_read(struct conn *c, char *p, size_t n, struct err *e);

/* One read into the core: what it gave. An error ends the session as the end
 * of the stream does. */
static ssize_t
link_fill_by(struct link *k, link_read *how)
{
	char data[LINK_READ_MAX];
	struct err why;
	ssize_t n = how(k->conn, data, sizeof(data), &why);

	if (n > 0) {
		k->read += (size_t)n;
		link_mark_add(k);
		if ((size_t)n < sizeof(data))
			k->drained_ns = k->mark[k->nmarks - 1].at_ns;
		if (memchr(data, '\n', (size_t)n) != NULL)
			k->said = true;
		smtp_feed(k->smtp, data, (size_t)n);
	} else if (n == 0) {
		link_end(k, "closed by the server");
	} else if (n == CONN_ERR) {
		link_end(k, why.text);
	}
	return n;
}

static ssize_t
link_fill(struct link *k)
{
	return link_fill_by(k, conn_read);
}

/* Most replies come at once: the first wait for one is the read itself.
 * Whether it read something, or the end. */
static bool
link_nap(struct link *k, int64_t until)
{
	if (k->loop->raised ||
	    until - loop_now_ns() < CONN_SLEEP_MS * INT64_C(1000000))
		return false;
	return link_fill_by(k, conn_read_sleep) != CONN_AGAIN;
}

/* Sleeps until the connection is ready or, in this process, its receiver has
 * something to do. *in: there is something to read. */
static enum loop_result
link_wait(struct link *k, bool want_write, int64_t deadline_ns, bool *in)
{
	struct peer *peer = conn_peer(k->conn);
	struct pollfd fd[2];
	int64_t until = deadline_ns;
	size_t n;
	enum loop_result r;

	*in = true;
	if (conn_ready(k->conn))
		return k->loop->raised ? LOOP_INTR : LOOP_READY;
	if (peer != NULL && peer_deadline(peer) < until)
		until = peer_deadline(peer);
	n = conn_poll(k->conn, want_write, fd);
	r = loop_wait(k->loop, fd, n, until);
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

/* A write failed: what the server said before it closed comes first. */
static int
link_broken(struct link *k, const char *why, struct err *e)
{
	while (!k->ended && smtp_pending(k->smtp) <= LINK_PENDING_MAX &&
	       link_fill(k) > 0)
		;
	if (k->ended) {
		/* The end was read: the write knows better why. */
		free(k->lost);
		k->lost = mem_dup(why);
	}
	link_end(k, why);
	return err_set(e, ERR_LOST, "%s: %s", conn_name(k->conn), why);
}

static bool
link_in_text(const struct link *k)
{
	enum smtp_state state = smtp_state(k->smtp);

	return state == SMTP_TEXT || state == SMTP_CHUNKS;
}

/* The caller had better take events before more is written. */
static bool
link_interrupts(const struct link *k)
{
	return (k->said && link_in_text(k)) ||
	       smtp_pending(k->smtp) > LINK_PENDING_MAX;
}

/* The socket takes no more: waits (a deadline below 0 begins now), reads. 0 to
 * write on, else as link_flush(). */
static int
link_flush_wait(struct link *k, int64_t *deadline_ns, struct err *e)
{
	bool in;

	if (*deadline_ns < 0)
		*deadline_ns = loop_deadline(k->times.block);

	switch (link_wait(k, true, *deadline_ns, &in)) {
	case LOOP_INTR:
		return err_set(e, ERR_INTR, "interrupted");
	case LOOP_TIMEOUT:
		return err_set(e, ERR_TEMP,
		    "%s: took too little in %lld s of writing",
		    conn_name(k->conn), (long long)k->times.block / 1000);
	case LOOP_READY:
		break;
	}
	if (in)
		link_fill(k);
	if (k->ended)
		return err_set(
		    e, ERR_LOST, "%s: %s", conn_name(k->conn), k->lost);
	return link_interrupts(k) ? 1 : 0;
}

int
link_flush(struct link *k, struct err *e)
{
	int64_t deadline = -1; /* from the first wait on */
	size_t len, block = 0;
	struct err why;

	for (;;) {
		const char *p = smtp_out(k->smtp, &len);
		int64_t now;
		ssize_t n;
		int rc;

		if (len == 0 && !k->ended) {
			n = conn_flush(k->conn, &why);
			if (n == CONN_ERR)
				return link_broken(k, why.text, e);
			if (n == 0)
				return 0;
			rc = link_flush_wait(k, &deadline, e);
			if (rc != 0)
				return rc;
			continue;
		}
		if (len == 0)
			return 0;
		if (k->ended)
			return err_set(
			    e, ERR_LOST, "%s: %s", conn_name(k->conn), k->lost);
		now = loop_now_ns();
		n = conn_write(k->conn, p, len, &why);
		if (n == CONN_ERR)
			return link_broken(k, why.text, e);
		if (n > 0) {
			smtp_out_done(k->smtp, (size_t)n, now);
			block += (size_t)n;
		}
		if (block >= LINK_BLOCK_MAX) {
			deadline = -1;
			block = 0;
		}
		/* A socket that took a part is full. */
		if (n > 0 && ((size_t)n == len || conn_peer(k->conn) != NULL))
			continue;
		rc = link_flush_wait(k, &deadline, e);
		if (rc != 0)
			return rc;
	}
}

int
link_flush_some(struct link *k, struct err *e)
{
	size_t len;
	int rc;

	smtp_out(k->smtp, &len);
	if (len < LINK_FLUSH_MIN)
		return 0;
	rc = link_flush(k, e);
	if (rc != 0)
		return rc;
	/* A fast socket never made us look: an early reply may be there. */
	link_fill(k);
	if (k->ended)
		return err_set(
		    e, ERR_LOST, "%s: %s", conn_name(k->conn), k->lost);
	return link_interrupts(k) ? 1 : 0;
}

/* An event of the core, with its time. */
static bool
link_take(struct link *k, struct link_event *out)
{
	const struct smtp_sent *sent;

	smtp_next(k->smtp, &out->ev);
	if (out->ev.kind == SMTP_EV_NONE)
		return false;
	k->said = false;
	out->took_ns = -1;
	sent = out->ev.sent;
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

/* The connection has ended and the core has told all. */
static int
link_take_end(struct link_event *out)
{
	memset(out, 0, sizeof(*out));
	out->ev.kind = SMTP_EV_EOF;
	out->ev.text = "";
	out->took_ns = -1;
	return 1;
}

/* Until when the reply that is due next may come: fixed when the wait for it
 * begins, whatever drips in. */
static int64_t
link_wait_until(struct link *k)
{
	const struct smtp_sent *sent = smtp_oldest(k->smtp);
	uint64_t seq = sent != NULL ? sent->seq : 0;

	if (sent == NULL)
		return loop_deadline(k->times.other);
	if (seq != k->wait_seq) {
		k->wait_seq = seq;
		k->wait_until =
		    loop_deadline(link_times_of(&k->times, sent->verb->id));
	}
	return k->wait_until;
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
			until = link_wait_until(k);
			if (until > deadline_ns)
				until = deadline_ns;
			if (link_nap(k, until))
				continue;
		}
		switch (link_wait(k, false, until, &in)) {
		case LOOP_INTR:
			return err_set(e, ERR_INTR, "interrupted");
		case LOOP_TIMEOUT:
			if (until < deadline_ns)
				/* Who goes on waiting gets a new time. */
				k->wait_seq = 0;
			return 0;
		case LOOP_READY:
			break;
		}
		if (in)
			link_fill(k);
	}
}

int
link_poll(struct link *k, struct link_event *ev)
{
	struct peer *peer = conn_peer(k->conn);

	if (link_take(k, ev))
		return 1;
	if (k->ended || smtp_tls_wanted(k->smtp))
		return 0;
	/* Who has just emptied the socket need not ask it again: in lock-step
	 * that would be a call for every command. */
	if (peer == NULL && !conn_ready(k->conn) &&
	    loop_now_ns() - k->drained_ns < LINK_DRAINED_NS)
		return 0;
	if (peer != NULL)
		peer_tick(peer, loop_now_ns());
	link_fill(k);
	return link_take(k, ev);
}

size_t
link_fds(const struct link *k, struct pollfd *fd)
{
	return k->ended ? 0 : conn_poll(k->conn, false, fd);
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

static int
link_tls_shake(struct link *k, struct err *e)
{
	int64_t until = loop_deadline(k->times.helo);
	bool in;

	for (;;) {
		int done = conn_tls_step(k->conn, e);
		if (done != 0)
			return done;
		switch (link_wait(k, false, until, &in)) {
		case LOOP_INTR:
			return err_set(e, ERR_INTR, "interrupted");
		case LOOP_TIMEOUT:
			return err_set(e, ERR_TEMP,
			    "the TLS handshake did not end in time");
		case LOOP_READY:
			break;
		}
	}
}

int
link_tls(struct link *k, struct tls_ctx *ctx, const struct tls_target *t,
    struct err *e)
{
	struct tls *tls;

	if (smtp_tls_wanted(k->smtp) && link_tls_clear(k, e) < 0)
		return -1;
	if (tls_new(&tls, ctx, t, e) < 0)
		return -1;
	conn_tls_start(k->conn, tls);
	if (link_tls_shake(k, e) < 0)
		return -1;
	smtp_tls_started(k->smtp);
	return 0;
}
