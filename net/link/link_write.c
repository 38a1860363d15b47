/* Writing comes first and costs one call for all that is queued; only when the
 * socket takes no more are both directions watched. */
#include "net/link/link_priv.h"

#include <stdlib.h>
#include "net/core/buf.h"

#define LINK_BLOCK_MAX 65536 /* octets that times.block is for */

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

size_t
link_unsent(const struct link *k)
{
	return k->conn == NULL ? 0 : conn_unsent(k->conn);
}
