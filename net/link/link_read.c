/* Reading: what comes goes into the core, and its events come out with their
 * times. What a reply's arrival is worth is measured from marks: after how many
 * octets in all, at what time. */
#include "net/link/link_priv.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/buf.h"

#define LINK_READ_MAX 65536
#define LINK_MARKS    64

void
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

bool
link_reads(const struct link *k)
{
	return k->conn != NULL && !k->ended && !k->shaking &&
	       !smtp_tls_wanted(k->smtp);
}

void
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
