/* The receiver core is pulled: smtpd_next() takes one step (a command line, a
 * piece of mail text) when no event is queued, and a step queues what it
 * caused. So commands are run in order however they came, and none is run
 * while the driver owes an answer (stored, TLS, AUTH) or after QUIT. */
#include "net/core/smtpd_priv.h"

#include <stdlib.h>
#include <string.h>

struct smtpd *
smtpd_new(const struct smtpd_config *c, bool tls)
{
	struct smtpd *d = mem_zalloc(sizeof(*d));
	d->c = c;
	d->tls = tls;
	d->size_max = c->size_max != 0 ? c->size_max : (uint64_t)50 << 20;
	d->rcpt_max = c->rcpt_max != 0 ? c->rcpt_max : 100;
	d->error_max = c->error_max != 0 ? c->error_max : 20;
	d->guess_max = c->guess_max != 0 ? c->guess_max : 5;
	d->line_max = c->line_max != 0 ? c->line_max : 2048;
	d->mechs = c->auth_mechs;
	d->state = SMTP_GREETED;
	smtpd_say(d, 220, NULL, "%s %s Ready", smtpd_host(d),
	    c->lmtp ? "LMTP Service" : "Simple Mail Transfer Service");
	return d;
}

static void
smtpd_forget(struct smtpd *d)
{
	for (size_t i = 0; i < d->nrcpt; i++) {
		free(d->rcpt[i].path);
		free(d->rcpt[i].box);
	}
	free(d->rcpt);
	free(d->sender);
	d->rcpt = NULL;
	d->sender = NULL;
	d->nrcpt = d->nrefused = 0;
	d->utf8 = false;
	d->fail = NULL;
	d->text_len = 0;
}

void
smtpd_free(struct smtpd *d)
{
	if (d == NULL)
		return;
	smtpd_forget(d);
	free(d->helo);
	free(d->queue);
	buf_wipe(&d->in); /* may hold a password */
	buf_wipe(&d->log);
	buf_release(&d->out);
	buf_release(&d->text);
	free(d);
}

const char *
smtpd_host(const struct smtpd *d)
{
	return world_host(d->c->world);
}

void
smtpd_event(
    struct smtpd *d, enum smtpd_event_kind kind, const char *p, size_t len)
{
	if (d->nqueue == d->queue_cap) {
		d->queue_cap = d->queue_cap * 2 + 8;
		d->queue = mem_grow(d->queue, d->queue_cap, sizeof(*d->queue));
	}
	struct smtpd_queued *q = &d->queue[d->nqueue++];
	*q = (struct smtpd_queued){
		.kind = kind,
		.off = buf_len(&d->log),
		.len = len,
		.no_text = p == NULL,
	};
	if (p != NULL) {
		buf_add(&d->log, p, len);
		buf_addc(&d->log, '\0');
	}
}

static bool
smtpd_pop(struct smtpd *d, struct smtpd_event *ev)
{
	if (d->queue_at == d->nqueue)
		return false;
	const struct smtpd_queued *q = &d->queue[d->queue_at++];
	ev->kind = q->kind;
	ev->len = q->len;
	if (q->kind == SMTPD_DATA)
		ev->text = buf_data(&d->text);
	else if (!q->no_text)
		ev->text = buf_data(&d->log) + q->off;
	else if (q->kind == SMTPD_AUTH)
		ev->text = NULL;
	ev->mech = q->mech ? d->mech : NULL;
	return true;
}

/* One line of a reply. What a client sent may stand in it: its 8-bit octets
 * are for clients that asked for UTF-8 (RFC 6531 3.7.4.2), and no line is
 * longer than RFC 5321 4.5.3.1.5 allows. */
static void
smtpd_say_line(struct smtpd *d, struct buf *line, const char *p, size_t len)
{
	size_t room = SMTPD_REPLY_LINE_MAX - 2 - buf_len(line);
	if (len > room)
		len = room;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];
		bool plain = (c >= 32 && c < 127) || (c > 127 && d->utf8);
		buf_addc(line, plain ? p[i] : '?');
	}
	smtpd_event(d, SMTPD_ANSWERED, buf_data(line), buf_len(line));
	buf_adds(line, "\r\n");
	buf_add(&d->out, buf_data(line), buf_len(line));
}

static void
smtpd_sayv(
    struct smtpd *d, int code, const char *enh, const char *fmt, va_list ap)
{
	struct buf text = BUF_INIT, line = BUF_INIT;
	buf_addv(&text, fmt, ap);
	for (;;) {
		const char *p = buf_data(&text);
		size_t len = buf_len(&text);
		const char *lf = len > 0 ? memchr(p, '\n', len) : NULL;
		size_t n = lf != NULL ? (size_t)(lf - p) : len;
		buf_clear(&line);
		buf_addf(&line, "%d%c", code, lf != NULL ? '-' : ' ');
		if (enh != NULL && d->extended)
			buf_addf(&line, "%s ", enh);
		smtpd_say_line(d, &line, p, n);
		if (lf == NULL)
			break;
		buf_consume(&text, n + 1);
	}
	buf_release(&text);
	buf_release(&line);
}

void
smtpd_say(struct smtpd *d, int code, const char *enh, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	smtpd_sayv(d, code, enh, fmt, ap);
	va_end(ap);
}

void
smtpd_reply(struct smtpd *d, int code, const char *enh, const char *fmt, ...)
{
	if (code >= 500 && d->errors++ >= d->error_max) {
		smtpd_say(d, 421, "4.7.0",
		    "%s Too many errors, closing transmission channel",
		    smtpd_host(d));
		smtpd_leave(d);
		return;
	}
	va_list ap;
	va_start(ap, fmt);
	smtpd_sayv(d, code, enh, fmt, ap);
	va_end(ap);
}

void
smtpd_refuse(struct smtpd *d, const struct smtpd_refusal *r)
{
	smtpd_reply(d, r->code, r->enh, "%s", r->text);
}

void
smtpd_reset(struct smtpd *d)
{
	if (d->begun)
		smtpd_event(d, SMTPD_ABORT, NULL, 0);
	d->begun = false;
	smtpd_forget(d);
	if (d->state > SMTP_READY && d->state != SMTP_LEAVING)
		d->state = SMTP_READY;
}

void
smtpd_leave(struct smtpd *d)
{
	smtpd_reset(d);
	d->state = SMTP_LEAVING;
	d->wait = SMTPD_WAIT_CLIENT;
	d->in_chunk = false;
	buf_clear(&d->in);
}

void
smtpd_feed(struct smtpd *d, const char *p, size_t len)
{
	if (d->state != SMTP_LEAVING && !d->eof)
		buf_add(&d->in, p, len);
}

void
smtpd_eof(struct smtpd *d)
{
	d->eof = true;
}

static bool
smtpd_step(struct smtpd *d)
{
	if (d->state == SMTP_LEAVING)
		return false;
	if (d->in_chunk)
		return smtpd_step_chunk(d);
	if (d->state == SMTP_TEXT)
		return smtpd_step_text(d);
	return smtpd_step_line(d);
}

void
smtpd_next(struct smtpd *d, struct smtpd_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	ev->text = "";
	if (d->queue_at == d->nqueue) {
		d->queue_at = d->nqueue = 0;
		buf_clear(&d->log);
	}
	while (!smtpd_pop(d, ev)) {
		if (d->closed || d->wait != SMTPD_WAIT_CLIENT)
			return;
		if (smtpd_step(d))
			continue;
		if (d->state != SMTP_LEAVING && !d->eof)
			return;
		smtpd_leave(d);
		smtpd_event(d, SMTPD_CLOSE, NULL, 0);
		d->closed = true;
	}
}

const char *
smtpd_out(const struct smtpd *d, size_t *len)
{
	*len = buf_len(&d->out);
	return buf_data(&d->out);
}

void
smtpd_out_done(struct smtpd *d, size_t n)
{
	buf_consume(&d->out, n);
}

size_t
smtpd_tls(struct smtpd *d)
{
	size_t dropped = buf_len(&d->in);
	buf_clear(&d->in);
	d->scanned = 0;
	d->behind_lf = false;
	smtpd_reset(d);
	free(d->helo);
	d->helo = NULL;
	d->extended = d->authed = false;
	d->tls = true;
	d->state = SMTP_GREETED;
	d->wait = SMTPD_WAIT_CLIENT;
	return dropped;
}

void
smtpd_hang_up(struct smtpd *d, const char *enh, const char *why)
{
	if (d->state == SMTP_LEAVING)
		return;
	smtpd_say(d, 421, enh, "%s %s, closing transmission channel",
	    smtpd_host(d), why);
	smtpd_leave(d);
}

bool
smtpd_in_text(const struct smtpd *d)
{
	return d->in_chunk || d->state == SMTP_TEXT || d->state == SMTP_CHUNKS;
}

unsigned
smtpd_patience_s(const struct smtpd *d)
{
	return d->in_chunk || d->state == SMTP_TEXT ? 180 : 300;
}

const char *
smtpd_sender(const struct smtpd *d)
{
	return d->sender != NULL ? d->sender : "";
}

size_t
smtpd_nrcpt(const struct smtpd *d)
{
	return d->nrcpt;
}

const char *
smtpd_rcpt(const struct smtpd *d, size_t i)
{
	return i < d->nrcpt ? d->rcpt[i].path : "";
}

const char *
smtpd_mailbox(const struct smtpd *d, size_t i)
{
	return i < d->nrcpt ? d->rcpt[i].box : "";
}

const char *
smtpd_helo(const struct smtpd *d)
{
	return d->helo != NULL ? d->helo : "";
}

const char *
smtpd_with(const struct smtpd *d)
{
	/* RFC 3848, RFC 6531 4.3; the second index: TLS 1, AUTH 2 */
	static const char *const with[4][4] = {
		{ "ESMTP", "ESMTPS", "ESMTPA", "ESMTPSA" },
		{ "LMTP", "LMTPS", "LMTPA", "LMTPSA" },
		{ "UTF8SMTP", "UTF8SMTPS", "UTF8SMTPA", "UTF8SMTPSA" },
		{ "UTF8LMTP", "UTF8LMTPS", "UTF8LMTPA", "UTF8LMTPSA" },
	};
	if (!d->extended)
		return "SMTP";
	return with[(d->utf8 ? 2 : 0) + (d->c->lmtp ? 1 : 0)]
		   [(d->authed ? 2 : 0) + (d->tls ? 1 : 0)];
}
