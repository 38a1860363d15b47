/* A play's pauses and complaints, for which its core has neither clock nor
 * log. */
#include "net/peer/peer_priv.h"

#include <string.h>
#include "net/loop.h"

void
peer_tell(struct peer *p)
{
	const char *s = mock_log(p->m);
	for (const char *lf; (lf = strchr(s, '\n')) != NULL; s = lf + 1)
		peer_log(p, *s, s + 1, (size_t)(lf - s) - 1);
	mock_log_done(p->m);
	s = mock_complaints(p->m) + p->told;
	for (const char *lf; (lf = strchr(s, '\n')) != NULL; s = lf + 1) {
		peer_log(p, '#', s, (size_t)(lf - s));
		p->told += (size_t)(lf - s) + 1;
		p->complaints++;
	}
}

void
peer_pump_mock(struct peer *p)
{
	size_t len;
	if (p->pause_ns != 0 || p->ended)
		return;
	uint64_t ms = mock_run(p->m);
	if (ms > INT64_MAX)
		ms = INT64_MAX;
	if (ms > 0)
		p->pause_ns = loop_deadline((int64_t)ms);
	p->ended = mock_ended(p->m);
	p->reset = mock_is_reset(p->m);
	peer_tell(p);
	mock_out(p->m, &len);
	p->stalled = !p->ended && len >= PEER_OUT_MAX;
	if (!p->ended && mock_tls_wanted(p->m) && p->tls == NULL)
		peer_tls_begin(p);
}
