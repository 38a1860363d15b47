/* Time that a rule wants to pass: before an answer, between the octets of one,
 * between those that are read. A client is kept from sending by not being
 * read. */
#include "net/peer/peer_priv.h"

#include "net/loop.h"

#define PEER_NS_S INT64_C(1000000000)

/* No rate is so low, nor a time so long, that this passes 2^63. */
static int64_t
peer_time_for(uint64_t octets, uint64_t rate)
{
	double ns = (double)octets * 1e9 / (double)rate;
	return ns > 1e17 ? (int64_t)1e17 : (int64_t)ns;
}

void
peer_slow(struct peer *p, const struct smtpd_event *ev)
{
	if (ev->kind == SMTPD_DELAY) {
		p->pause_ns = loop_deadline(
		    ev->n > INT64_MAX ? INT64_MAX : (int64_t)ev->n);
	} else if (ev->kind == SMTPD_SLOW_TEXT) {
		p->text_rate = ev->n;
	} else {
		p->rate = ev->n;
		p->slow_ns = loop_now_ns();
		p->slow_given = 0;
	}
}

size_t
peer_slow_share(const struct peer *p, size_t len)
{
	if (p->rate == 0 || len == 0)
		return len;
	double ns = (double)(loop_now_ns() - p->slow_ns);
	double due = ns * (double)p->rate / 1e9 - (double)p->slow_given;
	if (due < 1)
		return 0;
	return due < (double)len ? (size_t)due : len;
}

int64_t
peer_slow_next(const struct peer *p)
{
	/* A hair later: the share is an octet then, however it is rounded. */
	return p->rate == 0 ? LOOP_FOREVER
			    : p->slow_ns + 1000 +
				  peer_time_for(p->slow_given + 1, p->rate);
}

void
peer_slow_given(struct peer *p, size_t n)
{
	size_t len;
	if (p->rate == 0)
		return;
	p->slow_given += n;
	smtpd_out(p->d, &len);
	if (len > 0)
		return;
	p->rate = 0;
	p->drained = true;
}

void
peer_slow_came(struct peer *p, size_t n)
{
	if (p->text_rate == 0)
		return;
	if (!smtpd_is_busy(p->d))
		p->text_rate = 0;
	else if (p->pause_ns == 0)
		p->read_ns = loop_now_ns() + peer_time_for(n, p->text_rate);
}
