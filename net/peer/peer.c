/* The way of octets between wire and core, with or without an engine in
 * between, and time: the clock is read when octets move. */
#include "net/peer/peer.h"

#include <stdlib.h>
#include <string.h>
#include "net/loop.h"
#include "net/peer/peer_priv.h"

#define PEER_HELD_MAX 65536
/* A mock waits as long as RFC 5321 4.5.3.2.7 has a receiver wait. */
#define PEER_MOCK_PATIENCE_S 300

void
peer_log(struct peer *p, char dir, const char *text, size_t len)
{
	if (p->c->log != NULL)
		p->c->log(p->c->log_arg, p->session, dir, text, len);
}

void
peer_remark(struct peer *p, const char *text)
{
	peer_log(p, '#', text, strlen(text));
}

void
peer_end(struct peer *p)
{
	p->ended = true;
	delivery_abort(&p->delivery);
}

void
peer_core_feed(struct peer *p, const char *data, size_t len)
{
	if (p->m != NULL)
		mock_feed(p->m, data, len);
	else
		smtpd_feed(p->d, data, len);
}

void
peer_core_eof(struct peer *p)
{
	if (p->m != NULL)
		mock_eof(p->m);
	else
		smtpd_eof(p->d);
}

const char *
peer_core_out(const struct peer *p, size_t *len)
{
	if (p->m != NULL)
		return mock_out(p->m, len);
	const char *out = smtpd_out(p->d, len);
	*len = peer_slow_share(p, *len);
	return out;
}

void
peer_core_out_done(struct peer *p, size_t n)
{
	if (p->m != NULL)
		mock_out_done(p->m, n);
	else
		smtpd_out_done(p->d, n);
	peer_slow_given(p, n);
}

void
peer_pump(struct peer *p)
{
	p->stalled = false;
	if (p->drained) {
		p->drained = false;
		smtpd_resume(p->d);
	}
	if (p->m != NULL)
		peer_pump_mock(p);
	else
		peer_pump_smtpd(p);
}

/* Something has changed on the wire's side. */
static void
peer_turn(struct peer *p)
{
	size_t len;
	peer_core_out(p, &len);
	if (p->tls != NULL)
		peer_tls_turn(p);
	else if (!p->stalled || len < PEER_OUT_MAX)
		peer_pump(p);
}

static const struct mock_play *
peer_play(const struct peer_config *c, unsigned long session)
{
	if (session < 2 || c->nnext == 0)
		return c->play;
	return &c->next[session - 2 < c->nnext ? session - 2 : c->nnext - 1];
}

struct peer *
peer_new(const struct peer_config *c, unsigned long session, const char *from)
{
	struct peer *p = mem_zalloc(sizeof *p);
	p->c = c;
	p->session = session;
	p->from = from == NULL ? NULL : mem_dup(from);
	p->last = &p->first;
	p->moved_ns = loop_now_ns();
	p->until_ns =
	    c->session_ns == 0 ? LOOP_FOREVER : p->moved_ns + c->session_ns;
	delivery_init(
	    &p->delivery, c->maildir, c->store, c->keep || c->taken != NULL);
	if (c->play != NULL)
		p->m = mock_new(peer_play(c, session));
	else
		p->d = smtpd_new_from(&c->smtpd, c->tls_on_connect, p->from);
	p->tls_doomed =
	    p->d != NULL && c->tls_on_connect && smtpd_tls_fails(p->d);
	if (c->tls_on_connect && !p->tls_doomed)
		peer_tls_join(p);
	else
		peer_auth_offer(p);
	if (from != NULL && c->log != NULL) {
		char *line = mem_printf("connection from %s", from);
		peer_log(p, '#', line, strlen(line));
		free(line);
	}
	peer_turn(p);
	return p;
}

void
peer_free(struct peer *p)
{
	if (p == NULL)
		return;
	if (p->from != NULL)
		peer_log(p, '#', "closed", 6);
	delivery_release(&p->delivery);
	sasl_server_free(p->auth);
	buf_wipe(&p->binding[0]);
	buf_wipe(&p->binding[1]);
	buf_release(&p->mechs);
	tls_free(p->tls);
	buf_release(&p->raw);
	buf_release(&p->clear);
	smtpd_free(p->d);
	mock_free(p->m);
	while (p->first != NULL) {
		struct peer_message *msg = p->first;
		p->first = msg->next;
		free(msg->sender);
		free(msg->mailbox);
		free(msg->text);
		free(msg);
	}
	free(p->from);
	free(p);
}

/* To the client's first octets: alert, fatal, handshake_failure (RFC 8446 6.2),
 * and the end. Nothing that was to go under TLS goes out. */
static void
peer_doom(struct peer *p)
{
	static const char alert[] = { 21, 3, 3, 0, 2, 2, 40 };
	size_t len;
	smtpd_out(p->d, &len);
	smtpd_out_done(p->d, len);
	buf_add(&p->clear, alert, sizeof alert);
	peer_remark(p, "the handshake fails as a rule has it");
	peer_end(p);
}

void
peer_feed(struct peer *p, const char *data, size_t len)
{
	if (p->ended || p->eof || len == 0)
		return;
	p->moved_ns = loop_now_ns();
	if (p->tls_doomed) {
		peer_doom(p);
		return;
	}
	peer_slow_came(p, len);
	if (p->tls != NULL)
		buf_add(&p->raw, data, len);
	else
		peer_core_feed(p, data, len);
	peer_turn(p);
}

void
peer_eof(struct peer *p)
{
	if (p->ended || p->eof)
		return;
	if (p->tls != NULL) {
		tls_eof(p->tls);
	} else {
		p->eof = true;
		peer_core_eof(p);
	}
	peer_turn(p);
}

const char *
peer_out(struct peer *p, size_t *len)
{
	*len = buf_len(&p->clear);
	if (*len > 0)
		return buf_data(&p->clear);
	if (p->tls_doomed && p->c->tls_on_connect)
		return "";
	return p->tls != NULL ? tls_out(p->tls, len) : peer_core_out(p, len);
}

void
peer_out_done(struct peer *p, size_t n)
{
	if (n == 0)
		return;
	p->moved_ns = loop_now_ns();
	if (buf_len(&p->clear) > 0)
		buf_consume(&p->clear, n);
	else if (p->tls != NULL)
		tls_out_done(p->tls, n);
	else
		peer_core_out_done(p, n);
	if (p->stalled || p->drained || p->tls != NULL)
		peer_turn(p);
}

bool
peer_is_reset(const struct peer *p)
{
	return p->reset;
}

bool
peer_ended(const struct peer *p)
{
	return p->ended;
}

bool
peer_wants(const struct peer *p)
{
	if (p->ended || p->eof || p->stalled || p->owed_ns != 0 ||
	    p->read_ns != 0 || p->rate > 0)
		return false;
	return p->pause_ns == 0 ||
	       (p->m != NULL && mock_pending(p->m) < PEER_HELD_MAX);
}

bool
peer_counts(const struct peer *p)
{
	return p->d != NULL && p->tls == NULL && smtpd_passes(p->d);
}

void
peer_lost(struct peer *p)
{
	if (p->m != NULL) {
		size_t len;
		mock_eof(p->m);
		while (!mock_ended(p->m)) {
			mock_run(p->m);
			mock_out(p->m, &len);
			mock_out_done(p->m, len);
		}
		peer_tell(p);
	}
	peer_end(p);
}

unsigned long
peer_complaints(const struct peer *p)
{
	return p->complaints;
}

int64_t
peer_deadline(const struct peer *p)
{
	if (p->ended)
		return LOOP_FOREVER;
	int64_t s = p->m != NULL ? PEER_MOCK_PATIENCE_S
				 : (int64_t)smtpd_patience_s(p->d);
	int64_t at = p->pause_ns != 0  ? p->pause_ns
		     : p->owed_ns != 0 ? p->owed_ns
		     : p->rate > 0     ? peer_slow_next(p)
		     : p->read_ns != 0 ? p->read_ns
				       : p->moved_ns + s * 1000000000;
	return at < p->until_ns ? at : p->until_ns;
}

/* 421, which may find no reader; a mock complains of what its client owes. */
static void
peer_hang_up(struct peer *p, const char *enh, const char *why)
{
	if (p->m != NULL) {
		peer_remark(p, why);
		peer_lost(p);
	} else {
		smtpd_hang_up(p->d, enh, why);
		peer_pump(p);
		peer_end(p);
	}
	if (p->tls != NULL)
		peer_tls_turn(p);
}

void
peer_shut(struct peer *p)
{
	if (p->ended)
		return;
	if (p->m == NULL) {
		peer_hang_up(p, "4.3.2", "Service shutting down");
		return;
	}
	peer_end(p);
	if (p->tls != NULL)
		peer_tls_turn(p);
}

void
peer_shut_next(struct peer *p)
{
	if (p->d != NULL)
		smtpd_close_next(p->d);
}

bool
peer_is_busy(const struct peer *p)
{
	return !p->ended && p->d != NULL && smtpd_is_busy(p->d);
}

uint64_t
peer_tally_get(const uint64_t *figure)
{
	return __atomic_load_n(figure, __ATOMIC_RELAXED);
}

/* A pause is over, or an answer was held back for long enough. */
static void
peer_resume(struct peer *p, int64_t now_ns)
{
	bool ruled = p->pause_ns != 0 && p->d != NULL;
	p->moved_ns = now_ns;
	if (p->owed_ns != 0)
		smtpd_auth_done(p->d, false, NULL);
	p->pause_ns = p->owed_ns = 0;
	if (ruled)
		smtpd_resume(p->d);
	peer_pump(p);
	if (p->tls != NULL)
		peer_tls_turn(p);
}

/* More of a slow answer may go, or more be read. */
static void
peer_go_on(struct peer *p)
{
	p->read_ns = 0;
	if (p->tls != NULL)
		peer_tls_turn(p);
}

void
peer_tick(struct peer *p, int64_t now_ns)
{
	if (now_ns < peer_deadline(p))
		return;
	if (now_ns >= p->until_ns)
		peer_hang_up(p, "4.4.2", "Too long a session");
	else if (p->pause_ns != 0 || p->owed_ns != 0)
		peer_resume(p, now_ns);
	else if (p->rate > 0 || p->read_ns != 0)
		peer_go_on(p);
	else
		peer_hang_up(p, "4.4.2", "Timeout exceeded");
}

const struct peer_message *
peer_messages(const struct peer *p)
{
	return p->first;
}
