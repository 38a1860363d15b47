/* The core says what happened, this joins it to what can do something about
 * it: storage, a clock, the log. Everything goes through peer_pump(), which
 * stops when nobody takes the output, so a client that sends and never reads
 * costs at most PEER_OUT_MAX and what one feed brings. The clock is read
 * when octets move. */
#include "peer.h"

#include <stdlib.h>
#include <string.h>
#include "buf.h"
#include "delivery.h"
#include "loop.h"

#define PEER_OUT_MAX  262144
#define PEER_HELD_MAX 65536
/* A mock waits as long as RFC 5321 4.5.3.2.7 has a receiver wait. */
#define PEER_MOCK_PATIENCE_S 300

struct peer {
	const struct peer_config *c;
	unsigned long session;
	char *from;
	struct smtpd *d; /* or */
	struct mock *m;
	bool eof, ended;
	bool stalled;	  /* the pump stopped for too much output */
	int64_t moved_ns; /* octets moved last */
	int64_t pause_ns; /* a mock's pause ends; 0: none */
	size_t told;	  /* octets of complaints that the log has */
	unsigned long complaints;
	struct delivery delivery;
	struct peer_message *first, **last;
};

static void
peer_log(struct peer *p, char dir, const char *text, size_t len)
{
	if (p->c->log != NULL)
		p->c->log(p->c->log_arg, p->session, dir, text, len);
}

void
peer_free(struct peer *p)
{
	if (p == NULL)
		return;
	delivery_release(&p->delivery);
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

static size_t
peer_out_len(const struct peer *p)
{
	size_t len;
	if (p->m != NULL)
		mock_out(p->m, &len);
	else
		smtpd_out(p->d, &len);
	return len;
}

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

static void
peer_store(struct peer *p)
{
	size_t *failed;
	size_t n = delivery_end(&p->delivery, !p->c->smtpd.lmtp, &failed);
	if (n > 0)
		peer_log(
		    p, '#', p->delivery.err.text, strlen(p->delivery.err.text));
	if (p->c->keep)
		peer_keep(p);
	smtpd_stored(p->d, failed, n, p->delivery.id);
	free(failed);
	delivery_abort(&p->delivery);
}

/* 220 to STARTTLS is queued. No engine is joined yet, so no such session may
 * go on in clear. */
static void
peer_starttls(struct peer *p)
{
	static const char text[] = "STARTTLS without a TLS engine: closed";
	peer_log(p, '#', text, sizeof text - 1);
	p->ended = true;
}

/* A line of an AUTH exchange. Nobody is let in yet. */
static void
peer_auth(struct peer *p, const struct smtpd_event *ev)
{
	(void)ev;
	smtpd_auth_done(p->d, false, NULL);
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
		peer_starttls(p);
		break;
	case SMTPD_AUTH:
		peer_auth(p, ev);
		break;
	case SMTPD_CLOSE:
		p->ended = true;
		break;
	}
}

static void
peer_pump_smtpd(struct peer *p)
{
	struct smtpd_event ev;
	while (!p->ended) {
		if (peer_out_len(p) >= PEER_OUT_MAX) {
			p->stalled = true;
			return;
		}
		smtpd_next(p->d, &ev);
		if (ev.kind == SMTPD_NONE)
			break;
		peer_handle(p, &ev);
	}
	p->ended |= p->eof;
	if (p->ended)
		delivery_abort(&p->delivery);
}

/* Tells the log what a mock has complained about since it was last told. */
static void
peer_tell(struct peer *p)
{
	const char *s = mock_complaints(p->m) + p->told;
	for (const char *lf; (lf = strchr(s, '\n')) != NULL; s = lf + 1) {
		peer_log(p, '#', s, (size_t)(lf - s));
		p->told += (size_t)(lf - s) + 1;
		p->complaints++;
	}
}

static void
peer_pump_mock(struct peer *p)
{
	if (p->pause_ns != 0 || p->ended)
		return;
	uint64_t ms = mock_run(p->m);
	if (ms > INT64_MAX)
		ms = INT64_MAX;
	if (ms > 0)
		p->pause_ns = loop_deadline((int64_t)ms);
	p->ended = mock_ended(p->m);
	p->stalled = !p->ended && peer_out_len(p) >= PEER_OUT_MAX;
	peer_tell(p);
}

static void
peer_pump(struct peer *p)
{
	p->stalled = false;
	if (p->m != NULL)
		peer_pump_mock(p);
	else
		peer_pump_smtpd(p);
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
	delivery_init(&p->delivery, c->maildir, c->keep);
	if (c->play != NULL)
		p->m = mock_new(c->play);
	else
		p->d = smtpd_new(&c->smtpd, false);
	peer_pump(p);
	return p;
}

void
peer_feed(struct peer *p, const char *data, size_t len)
{
	if (p->ended || p->eof || len == 0)
		return;
	p->moved_ns = loop_now_ns();
	if (p->m != NULL)
		mock_feed(p->m, data, len);
	else
		smtpd_feed(p->d, data, len);
	if (!p->stalled)
		peer_pump(p);
}

void
peer_eof(struct peer *p)
{
	if (p->ended || p->eof)
		return;
	p->eof = true;
	if (p->m != NULL)
		mock_eof(p->m);
	else
		smtpd_eof(p->d);
	if (!p->stalled)
		peer_pump(p);
}

const char *
peer_out(struct peer *p, size_t *len)
{
	return p->m != NULL ? mock_out(p->m, len) : smtpd_out(p->d, len);
}

void
peer_out_done(struct peer *p, size_t n)
{
	if (n == 0)
		return;
	p->moved_ns = loop_now_ns();
	if (p->m != NULL)
		mock_out_done(p->m, n);
	else
		smtpd_out_done(p->d, n);
	if (p->stalled && peer_out_len(p) < PEER_OUT_MAX)
		peer_pump(p);
}

bool
peer_ended(const struct peer *p)
{
	return p->ended;
}

bool
peer_wants(const struct peer *p)
{
	if (p->ended || p->eof || p->stalled)
		return false;
	return p->pause_ns == 0 || mock_pending(p->m) < PEER_HELD_MAX;
}

void
peer_lost(struct peer *p)
{
	if (p->m != NULL) {
		size_t len;
		p->eof = true;
		mock_eof(p->m);
		while (!mock_ended(p->m)) {
			mock_run(p->m);
			mock_out(p->m, &len);
			mock_out_done(p->m, len);
		}
		peer_tell(p);
	}
	p->ended = true;
	delivery_abort(&p->delivery);
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
	if (p->pause_ns != 0)
		return p->pause_ns;
	int64_t s = p->m != NULL ? PEER_MOCK_PATIENCE_S
				 : (int64_t)smtpd_patience_s(p->d);
	return p->moved_ns + s * 1000000000;
}

/* Nothing moved for too long. */
static void
peer_impatient(struct peer *p)
{
	if (p->m != NULL) {
		peer_lost(p);
		return;
	}
	smtpd_timeout(p->d);
	/* Whatever is said to a client that does not read. */
	peer_pump(p);
	p->ended = true;
	delivery_abort(&p->delivery);
}

void
peer_tick(struct peer *p, int64_t now_ns)
{
	if (now_ns < peer_deadline(p))
		return;
	if (p->pause_ns != 0) {
		p->pause_ns = 0;
		p->moved_ns = now_ns;
		peer_pump(p);
	} else {
		peer_impatient(p);
	}
}

const struct peer_message *
peer_messages(const struct peer *p)
{
	return p->first;
}
