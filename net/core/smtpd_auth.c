/* AUTH (RFC 4954) and STARTTLS (RFC 3207). The core keeps the order and the
 * form of an exchange; what the base64 means is the driver's. */
#include "net/core/smtpd_priv.h"

#include <stdlib.h>
#include <string.h>

bool
smtpd_offers_auth(const struct smtpd *d)
{
	return d->mechs != NULL && d->mechs[0] != '\0' &&
	       (d->tls || d->c->auth_insecure);
}

void
smtpd_auth_offer(struct smtpd *d, const char *mechs)
{
	d->mechs = mechs;
}

void
smtpd_starttls(struct smtpd *d, const struct smtpd_args *a)
{
	(void)a;
	if (d->tls) {
		smtpd_reply(d, 503, "5.5.1", "TLS is active already");
	} else if (!d->c->starttls) {
		smtpd_reply(d, 502, "5.5.1", "Command not implemented");
	} else {
		smtpd_reset(d);
		smtpd_reply(d, 220, "2.0.0", "Ready to start TLS");
		smtpd_event(d, SMTPD_STARTTLS, NULL, 0);
		d->wait = SMTPD_WAIT_TLS;
	}
}

static bool
smtpd_has_mech(const struct smtpd *d)
{
	size_t len = strlen(d->mech);
	const char *p = d->mechs;
	while (*p != '\0') {
		size_t n = strcspn(p, " ");
		if (n == len && smtpd_is(d->mech, p, n))
			return true;
		p += n;
		p += strspn(p, " ");
	}
	return false;
}

/* RFC 4648 4, padded, nothing else. */
static bool
smtpd_is_base64(const char *p, size_t len)
{
	size_t pad = 0;
	if (len % 4 != 0)
		return false;
	while (pad < 2 && pad < len && p[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len - pad; i++) {
		char c = p[i];
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			(c >= '0' && c <= '9') || c == '+' || c == '/'))
			return false;
	}
	return true;
}

/* Hands a line to the driver; p NULL: there was no initial response. */
static void
smtpd_auth_pass(struct smtpd *d, const char *p, size_t len, bool first)
{
	if (p != NULL && !smtpd_is_base64(p, len)) {
		d->state = SMTP_READY;
		smtpd_reply(d, 501, "5.5.2", "That is not base64");
		return;
	}
	if (first)
		d->ruled.asks = false;
	smtpd_event(d, SMTPD_AUTH, p, len);
	d->queue[d->nqueue - 1].mech = first;
	d->state = SMTP_AUTHING;
	d->wait = SMTPD_WAIT_AUTH;
}

/* NULL when AUTH may be run now. */
static const struct smtpd_refusal *
smtpd_auth_refusal(const struct smtpd *d)
{
	static const struct smtpd_refusal none = { 502, "5.5.1",
		"Command not implemented" };
	static const struct smtpd_refusal hello = { 503, "5.5.1",
		"Send EHLO first" };
	static const struct smtpd_refusal twice = { 503, "5.5.1",
		"Authenticated already" };
	static const struct smtpd_refusal order = { 503, "5.5.1",
		"Not in a mail transaction" };
	static const struct smtpd_refusal starttls = { 530, "5.7.0",
		"Must issue a STARTTLS command first" };
	static const struct smtpd_refusal clear = { 538, "5.7.11",
		"Encryption required for requested authentication mechanism" };
	if (d->mechs == NULL || d->mechs[0] == '\0')
		return &none;
	if (d->authed)
		return &twice;
	if (!d->extended)
		return &hello;
	if (d->state != SMTP_READY)
		return &order;
	if (!smtpd_offers_auth(d))
		return d->c->starttls ? &starttls : &clear;
	return NULL;
}

void
smtpd_auth(struct smtpd *d, const struct smtpd_args *a)
{
	const struct smtpd_refusal *no = smtpd_auth_refusal(d);
	if (no != NULL) {
		smtpd_refuse(d, no);
		return;
	}
	size_t n = 0;
	while (n < a->len && a->p[n] != ' ')
		n++;
	size_t keep = n < SMTPD_MECH_MAX ? n : SMTPD_MECH_MAX;
	for (size_t i = 0; i < keep; i++) {
		char c = a->p[i];
		d->mech[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	d->mech[keep] = '\0';
	if (n > keep || !smtpd_has_mech(d)) {
		smtpd_reply(d, 504, "5.5.4", "Mechanism is not offered");
		return;
	}
	while (n < a->len && a->p[n] == ' ')
		n++;
	if (n == a->len)
		smtpd_auth_pass(d, NULL, 0, true);
	else if (a->len - n == 1 && a->p[n] == '=')
		smtpd_auth_pass(d, "", 0, true);
	else
		smtpd_auth_pass(d, a->p + n, a->len - n, true);
}

void
smtpd_auth_response(struct smtpd *d, const char *p, size_t len)
{
	if (len == 1 && p[0] == '*') {
		d->state = SMTP_READY;
		smtpd_reply(d, 501, "5.0.0", "Authentication cancelled");
		return;
	}
	if (d->ruled.asks) {
		d->wait = SMTPD_WAIT_AUTH;
		smtpd_auth_done(d, false, NULL);
		return;
	}
	smtpd_auth_pass(d, p, len, false);
}

void
smtpd_auth_challenge(struct smtpd *d, const char *b64)
{
	if (d->wait != SMTPD_WAIT_AUTH)
		return;
	d->wait = SMTPD_WAIT_CLIENT;
	smtpd_rule_mute(d);
	smtpd_say(d, 334, NULL, "%s", b64);
	smtpd_rule_late(d);
}

void
smtpd_auth_done(struct smtpd *d, bool ok, const char *user)
{
	if (d->wait != SMTPD_WAIT_AUTH)
		return;
	d->wait = SMTPD_WAIT_CLIENT;
	d->state = SMTP_READY;
	d->authed = ok;
	free(d->user);
	d->user = ok && user != NULL ? mem_dup(user) : NULL;
	smtpd_rule_mute(d);
	if (ok)
		smtpd_say(d, 235, "2.7.0", "Authentication successful");
	else if (++d->guesses > d->guess_max)
		smtpd_hang_up(d, "4.7.0", "Too many failed logins");
	else
		smtpd_reply(
		    d, 535, "5.7.8", "Authentication credentials invalid");
	smtpd_rule_late(d);
}
