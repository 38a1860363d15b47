/* When a session is to be looked at though nothing comes: the times of RFC
 * 5321, of a blocked write, of the handshake. */
#include "net/link/link_priv.h"

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
