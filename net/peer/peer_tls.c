/* The engine sits between core and wire. When the core says STARTTLS its
 * replies up to the 220 are set aside, to go out in clear; everything later,
 * in both directions, passes the engine. What the client had sent in clear
 * behind STARTTLS is dropped by the core when TLS stands (CVE-2011-0411). A
 * stream that ends without close_notify was cut: what is under way then is
 * dropped. */
#include "net/peer/peer_priv.h"

#include <string.h>

#define PEER_TLS_BLOCK 16384

/* Nothing of what the core still has to say goes out in clear. */
static void
peer_tls_refuse(struct peer *p, const char *why)
{
	size_t len;
	peer_remark(p, why);
	peer_end(p);
	peer_core_out(p, &len);
	peer_core_out_done(p, len);
}

void
peer_tls_join(struct peer *p)
{
	struct err e;
	if (p->c->tls == NULL) {
		peer_tls_refuse(p, "TLS is wanted, and no certificate is here");
	} else if (tls_new(&p->tls, p->c->tls, NULL, &e) != 0) {
		p->tls = NULL;
		peer_tls_refuse(p, e.text);
	}
}

void
peer_tls_begin(struct peer *p)
{
	size_t len;
	const char *out = peer_core_out(p, &len);
	buf_add(&p->clear, out, len);
	peer_core_out_done(p, len);
	peer_tls_join(p);
}

static void
peer_tls_remark_dropped(struct peer *p, size_t n)
{
	struct buf b = BUF_INIT;
	if (n > 0) {
		buf_addf(
		    &b, "dropped %zu octets sent in clear behind STARTTLS", n);
		peer_remark(p, buf_str(&b));
	}
	buf_release(&b);
}

static void
peer_tls_stands(struct peer *p)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s %s", tls_version(p->tls), tls_cipher(p->tls));
	peer_remark(p, buf_str(&b));
	buf_release(&b);
	peer_auth_offer(p);
	if (p->m == NULL && !p->c->tls_on_connect)
		peer_tls_remark_dropped(p, smtpd_tls(p->d));
	else if (p->m != NULL && mock_tls_wanted(p->m))
		peer_tls_remark_dropped(p, mock_tls_started(p->m));
	peer_pump(p);
}

/* Hands the core's output to the engine, and ends the stream behind the last
 * of it. */
static void
peer_tls_push(struct peer *p)
{
	size_t len;
	const char *out;
	if (!tls_is_up(p->tls))
		return;
	while ((out = peer_core_out(p, &len), len > 0)) {
		ssize_t n = tls_write(p->tls, out, len, NULL);
		if (n <= 0)
			return;
		peer_core_out_done(p, (size_t)n);
	}
	if (p->ended && !p->notified) {
		p->notified = true;
		tls_close_notify(p->tls);
	}
}

/* One piece from the engine to the core; false when there is none. */
static bool
peer_tls_pull(struct peer *p)
{
	char block[PEER_TLS_BLOCK];
	struct err e;
	ssize_t n = tls_read(p->tls, block, sizeof block, &e);
	if (n == TLS_AGAIN)
		return false;
	if (n > 0) {
		peer_core_feed(p, block, (size_t)n);
		explicit_bzero(block, (size_t)n);
	} else if (n == 0) {
		p->eof = true;
		peer_core_eof(p);
	} else {
		peer_remark(p, e.text);
		peer_lost(p);
		return false;
	}
	peer_pump(p);
	return true;
}

static bool
peer_tls_shake(struct peer *p)
{
	struct err e;
	if (tls_is_up(p->tls))
		return true;
	int rc = tls_handshake(p->tls, &e);
	if (rc > 0)
		peer_tls_stands(p);
	if (rc < 0) {
		peer_remark(p, e.text);
		peer_lost(p);
	}
	return rc > 0;
}

void
peer_tls_turn(struct peer *p)
{
	size_t len;
	if (buf_len(&p->raw) > 0)
		buf_consume(&p->raw,
		    tls_feed(p->tls, buf_data(&p->raw), buf_len(&p->raw)));
	if (p->ended || peer_tls_shake(p)) {
		do {
			peer_tls_push(p);
			peer_core_out(p, &len);
			if ((p->stalled && len < PEER_OUT_MAX) || p->drained)
				peer_pump(p);
		} while (
		    !p->ended && !p->eof && !p->stalled && peer_tls_pull(p));
	}
	peer_tls_push(p);
}
