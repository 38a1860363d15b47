/* Rules on what is not answered at once: a chunk follows its command whatever
 * is said of it, and is answered when it has come; AUTH when the driver has
 * looked at it. Until then the verdict is kept. */
#include "net/core/smtpd_priv.h"

void
smtpd_rule_mute(struct smtpd *d)
{
	d->ruled.muted = d->ruled.late.reply != NULL;
}

void
smtpd_rule_late(struct smtpd *d)
{
	const struct rule_verdict v = d->ruled.late;
	const struct rule *x = v.reply;
	d->ruled.late = (struct rule_verdict){ 0 };
	d->ruled.muted = false;
	if (v.fired == NULL)
		return;
	if (x != NULL && x->says)
		smtpd_say_octets(d, x->say, x->say_len);
	/* Refused: the message lacks a piece (RFC 3030 2). */
	if (x != NULL && !smtpd_rule_is_good(x))
		smtpd_reset(d);
	smtpd_rule_after(d, &v);
}

bool
smtpd_rule_waits(const struct rule *x, enum verb_id verb)
{
	if (x != NULL && !x->says && !x->silent)
		return false;
	return verb == VERB_BDAT ||
	       (verb == VERB_AUTH && (x == NULL || !x->says));
}

void
smtpd_rule_run_late(
    struct smtpd *d, const struct rule_verdict *v, const char *p, size_t len)
{
	d->ruled.late = *v;
	smtpd_rule_mute(d);
	smtpd_run(d, p, len);
	d->ruled.muted = false;
	if (!d->in_chunk && d->wait != SMTPD_WAIT_AUTH)
		smtpd_rule_late(d);
}

void
smtpd_rule_auth(struct smtpd *d, const struct rule *x)
{
	d->authed = d->authed || x->code == 235;
	d->ruled.asks = x->code == 334 && d->state == SMTP_READY;
	if (d->ruled.asks)
		d->state = SMTP_AUTHING;
}
