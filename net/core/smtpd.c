/* The receiver core is pulled: smtpd_next() takes one step (a command line, a
 * piece of mail text) when no event is queued, and a step queues what it
 * caused. So commands are run in order however they came, and none is run
 * while the driver owes an answer (stored, TLS, AUTH) or after QUIT. */
#include "net/core/smtpd_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "net/core/span.h"

void
smtpd_greet(struct smtpd *d)
{
	smtpd_say(d, 220, NULL, "%s %s Ready", smtpd_host(d),
	    d->c->lmtp ? "LMTP Service" : "Simple Mail Transfer Service");
}

struct smtpd *
smtpd_new_from(const struct smtpd_config *c, bool tls, const char *client)
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
	d->ruled.client = client;
	if (c->rules != NULL)
		smtpd_rule_greet(d);
	else
		smtpd_greet(d);
	return d;
}

struct smtpd *
smtpd_new(const struct smtpd_config *c, bool tls)
{
	return smtpd_new_from(c, tls, NULL);
}

static void
smtpd_forget(struct smtpd *d)
{
	for (size_t i = 0; i < d->nrcpt; i++) {
		free(d->rcpt[i].path);
		free(d->rcpt[i].box);
		free(d->rcpt[i].params);
	}
	free(d->rcpt);
	free(d->sender);
	free(d->params);
	d->rcpt = NULL;
	d->sender = d->params = NULL;
	d->nrcpt = d->nrefused = 0;
	d->utf8 = false;
	d->fail = NULL;
	d->text_len = 0;
	d->ruled.drop = d->ruled.end = NULL;
	buf_release(&d->ruled.text);
}

void
smtpd_free(struct smtpd *d)
{
	if (d == NULL)
		return;
	smtpd_forget(d);
	smtpd_rule_release(d);
	free(d->helo);
	free(d->user);
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
	bool talk = kind == SMTPD_COMMAND || kind == SMTPD_ANSWERED;
	bool text =
	    kind == SMTPD_BEGIN || kind == SMTPD_DATA || kind == SMTPD_ABORT;
	if ((talk && d->c->unlogged) || (text && d->c->discard))
		return;
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
	ev->n = q->n;
	return true;
}

/* One line of a reply. What a client sent may stand in it: its 8-bit octets
 * are for clients that asked for UTF-8 (RFC 6531 3.7.4.2), and no line is
 * longer than RFC 5321 4.5.3.1.5 allows. */
static void
smtpd_say_line(
    struct smtpd *d, int code, char sep, const char *enh, struct span text)
{
	char *line = buf_space(&d->out, SMTPD_REPLY_LINE_MAX);
	size_t n = 0;
	line[n++] = (char)('0' + code / 100);
	line[n++] = (char)('0' + code / 10 % 10);
	line[n++] = (char)('0' + code % 10);
	line[n++] = sep;
	for (; enh != NULL && *enh != '\0'; enh++)
		line[n++] = *enh;
	if (enh != NULL)
		line[n++] = ' ';
	size_t i = 0;
	if (text.len <= SMTPD_REPLY_LINE_MAX - 2 - n) {
		i = span_plain(text.p, text.len);
		memcpy(line + n, text.p, i);
		n += i;
	}
	for (; i < text.len && n < SMTPD_REPLY_LINE_MAX - 2; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool plain = (c >= 32 && c < 127) || (c > 127 && d->utf8);
		line[n++] = plain ? text.p[i] : '?';
	}
	smtpd_event(d, SMTPD_ANSWERED, line, n);
	line[n++] = '\r';
	line[n++] = '\n';
	buf_commit(&d->out, n);
}

static void
smtpd_say_lines(
    struct smtpd *d, int code, const char *enh, const char *p, size_t len)
{
	const char *lf;
	if (d->ruled.muted)
		return;
	if (!d->extended)
		enh = NULL;
	while (len > 0 && (lf = memchr(p, '\n', len)) != NULL) {
		size_t n = (size_t)(lf - p);
		smtpd_say_line(d, code, '-', enh, (struct span){ p, n });
		p += n + 1;
		len -= n + 1;
	}
	smtpd_say_line(d, code, ' ', enh, (struct span){ p, len });
}

/* Nearly every reply is a text as it is, for which printf(3) is dear. */
static void
smtpd_sayv(
    struct smtpd *d, int code, const char *enh, const char *fmt, va_list ap)
{
	char few[SMTPD_REPLY_LINE_MAX];
	const char *percent = strchr(fmt, '%');
	if (percent == NULL) {
		smtpd_say_lines(d, code, enh, fmt, strlen(fmt));
		return;
	}
	if (percent == fmt && fmt[1] == 's' && fmt[2] == '\0') {
		const char *text = va_arg(ap, const char *);
		smtpd_say_lines(d, code, enh, text, strlen(text));
		return;
	}
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(few, sizeof few, fmt, ap);
	if (n >= 0 && (size_t)n < sizeof few) {
		smtpd_say_lines(d, code, enh, few, (size_t)n);
	} else {
		struct buf text = BUF_INIT;
		buf_addv(&text, fmt, again);
		smtpd_say_lines(d, code, enh, buf_data(&text), buf_len(&text));
		buf_release(&text);
	}
	va_end(again);
}

void
smtpd_say_octets(struct smtpd *d, const char *p, size_t len)
{
	buf_add(&d->out, p, len);
	while (len > 0) {
		const char *lf = memchr(p, '\n', len);
		size_t n = lf == NULL ? len : (size_t)(lf - p) + 1;
		size_t text = n;
		while (text > 0 && (p[text - 1] == '\n' || p[text - 1] == '\r'))
			text--;
		smtpd_event(d, SMTPD_ANSWERED, p, text);
		p += n;
		len -= n;
	}
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
	if (d->state == SMTP_LEAVING || d->eof || d->wait == SMTPD_WAIT_NEVER)
		return;
	if (smtpd_passes(d)) {
		size_t used = smtpd_pass(d, p, len);
		p += used;
		len -= used;
	}
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
	free(d->user);
	d->helo = d->user = NULL;
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
	if (d->wait != SMTPD_WAIT_NEVER)
		smtpd_say(d, 421, enh, "%s %s, closing transmission channel",
		    smtpd_host(d), why);
	smtpd_leave(d);
}

void
smtpd_close_next(struct smtpd *d)
{
	d->closing = true;
}

bool
smtpd_is_busy(const struct smtpd *d)
{
	return d->in_chunk ||
	       (d->state > SMTP_READY && d->state != SMTP_LEAVING &&
		   d->state != SMTP_AUTHING);
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

const char *
smtpd_sender_params(const struct smtpd *d)
{
	return d->params != NULL ? d->params : "";
}

const char *
smtpd_rcpt_params(const struct smtpd *d, size_t i)
{
	return i < d->nrcpt ? d->rcpt[i].params : "";
}

const char *
smtpd_user(const struct smtpd *d)
{
	return d->authed ? d->user : NULL;
}

uint64_t
smtpd_text_len(const struct smtpd *d)
{
	return d->text_len;
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
