/* What a receiver core's events come to: storage, the log, TLS, AUTH. The
 * pump stops when nobody takes the output, so a client that sends and never
 * reads costs at most PEER_OUT_MAX and what one feed brings. */
#include "net/peer/peer_priv.h"

#include <stdlib.h>
#include <string.h>

/* SMTPD_END: the mailboxes that did not fail have the message. */
static void
peer_keep(struct peer *p)
{
	struct delivery *dl = &p->delivery;
	for (size_t i = 0; i < dl->nbox; i++) {
		if (dl->box[i].failed)
			continue;
		struct peer_message *msg = mem_zalloc(sizeof *msg);
		msg->sender = mem_dup(smtpd_sender(p->d));
		msg->mailbox = mem_dup(dl->box[i].mailbox);
		msg->len = buf_len(&dl->text);
		msg->text = mem_dupn(buf_data(&dl->text), msg->len);
		*p->last = msg;
		p->last = &msg->next;
	}
}

/* Written by this thread alone. */
static void
peer_count(struct peer *p)
{
	struct peer_tally *t = p->c->tally;
	if (t == NULL)
		return;
	__atomic_store_n(&t->messages, t->messages + 1, __ATOMIC_RELAXED);
	__atomic_store_n(
	    &t->octets, t->octets + smtpd_text_len(p->d), __ATOMIC_RELAXED);
}

static void
peer_taken(struct peer *p)
{
	const struct delivery *dl = &p->delivery;
	const struct peer_taken t = { .session = p->session,
		.client = p->from,
		.helo = smtpd_helo(p->d),
		.with = smtpd_with(p->d),
		.tls = p->tls == NULL ? NULL : tls_version(p->tls),
		.cipher = p->tls == NULL ? NULL : tls_cipher(p->tls),
		.user = smtpd_user(p->d),
		.id = dl->id,
		.envelope = p->d,
		.text = buf_data(&dl->text),
		.len = buf_len(&dl->text) };
	p->c->taken(p->c->taken_arg, &t);
}

static void
peer_store(struct peer *p)
{
	size_t *failed;
	if (p->c->smtpd.discard) {
		peer_count(p);
		smtpd_stored(p->d, NULL, 0, false, NULL);
		return;
	}
	size_t n = delivery_end(&p->delivery, !p->c->smtpd.lmtp, &failed);
	if (n > 0)
		peer_remark(p, p->delivery.err.text);
	if (p->c->keep)
		peer_keep(p);
	if (n < smtpd_nrcpt(p->d))
		peer_count(p);
	if (n < smtpd_nrcpt(p->d) && p->c->taken != NULL)
		peer_taken(p);
	smtpd_stored(
	    p->d, failed, n, p->delivery.err.kind == ERR_TEMP, p->delivery.id);
	free(failed);
	delivery_abort(&p->delivery);
}

static void
peer_handle(struct peer *p, const struct smtpd_event *ev)
{
	switch (ev->kind) {
	case SMTPD_NONE:
		break;
	case SMTPD_COMMAND:
		peer_log(p, 'C', ev->text, ev->len);
		break;
	case SMTPD_ANSWERED:
		peer_log(p, 'S', ev->text, ev->len);
		break;
	case SMTPD_BEGIN:
		delivery_begin(
		    &p->delivery, p->d, world_host(p->c->smtpd.world), p->from);
		break;
	case SMTPD_DATA:
		delivery_write(&p->delivery, ev->text, ev->len);
		break;
	case SMTPD_END:
		peer_store(p);
		break;
	case SMTPD_ABORT:
		delivery_abort(&p->delivery);
		break;
	case SMTPD_STARTTLS:
		p->tls_doomed = smtpd_tls_fails(p->d);
		if (!p->tls_doomed)
			peer_tls_begin(p);
		break;
	case SMTPD_AUTH:
		peer_auth(p, ev);
		break;
	case SMTPD_RULE:
		peer_remark(p, ev->text);
		break;
	case SMTPD_DELAY:
	case SMTPD_SLOW:
	case SMTPD_SLOW_TEXT:
		peer_slow(p, ev);
		break;
	case SMTPD_RESET:
		p->reset = true;
		peer_end(p);
		break;
	case SMTPD_CLOSE:
		peer_end(p);
		break;
	}
}

void
peer_pump_smtpd(struct peer *p)
{
	struct smtpd_event ev;
	while (!p->ended) {
		size_t len;
		smtpd_out(p->d, &len);
		if (len >= PEER_OUT_MAX) {
			p->stalled = true;
			return;
		}
		smtpd_next(p->d, &ev);
		if (ev.kind == SMTPD_NONE)
			break;
		peer_handle(p, &ev);
	}
	if (p->eof && p->pause_ns == 0 && p->rate == 0)
		peer_end(p);
}
