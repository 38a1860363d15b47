/* MAIL, RFC 821's SEND SOML SAML, and RCPT. What is wrong with a line is told
 * in the order it is read: when it may come, its path, its parameters, then
 * what the world says of the recipient. */
#include "net/core/smtpd_priv.h"

#include <string.h>

/* What stands behind the path. */
static char *
smtpd_behind(const struct smtpd_args *a, size_t at)
{
	while (at < a->len && a->p[at] == ' ')
		at++;
	return mem_dupn(a->p + at, a->len - at);
}

/* Behind the verb: the word ("FROM:"), and a path. The path is at a->p +
 * *off. */
static bool
smtpd_path(struct smtpd *d, const struct smtpd_args *a, const char *word,
    struct addr *addr, size_t *off)
{
	size_t n = strlen(word);
	struct err e;
	if (a->len < n || !smtpd_is(word, a->p, n)) {
		smtpd_reply(
		    d, 501, "5.5.4", "Syntax: %s", verb_get(a->id)->syntax);
		return false;
	}
	*off = n;
	if (n < a->len && a->p[n] == ' ') {
		smtpd_reply(d, 501, "5.5.4",
		    "No blank may stand between %s and the path", word);
		return false;
	}
	const char *enh = a->id == VERB_RCPT ? "5.1.3" : "5.1.7";
	if (addr_parse(addr, a->p + n, a->len - n, &e) < 0) {
		smtpd_reply(d, 501, enh, "%s", e.text);
		return false;
	}
	if (addr->len > SMTPD_PATH_MAX) {
		smtpd_reply(d, 501, enh, "A path has at most %d octets",
		    SMTPD_PATH_MAX);
		return false;
	}
	return true;
}

void
smtpd_mail(struct smtpd *d, const struct smtpd_args *a)
{
	struct addr addr;
	struct smtpd_params all;
	size_t off;
	if (d->state != SMTP_READY) {
		smtpd_reply(d, 503, "5.5.1", "%s",
		    d->state > SMTP_READY ? "A transaction is open already"
		    : d->c->lmtp	  ? "Send LHLO first"
					  : "Send HELO or EHLO first");
		return;
	}
	if (!smtpd_path(d, a, "FROM:", &addr, &off) ||
	    !smtpd_parse_params(
		d, false, a->p + off + addr.len, a->len - off - addr.len, &all))
		return;
	if (all.too_big) {
		smtpd_reply(d, 552, "5.3.4",
		    "Message size exceeds the limit of %llu octets",
		    (unsigned long long)d->size_max);
		return;
	}
	if (addr.utf8 && !all.utf8) {
		smtpd_reply(d, 550, "5.6.7", "UTF-8 address without SMTPUTF8");
		return;
	}
	d->how = a->id;
	d->utf8 = all.utf8;
	d->sender = mem_dupn(a->p + off, addr.len);
	d->params = smtpd_behind(a, off + addr.len);
	d->state = SMTP_MAIL;
	smtpd_reply(d, 250, "2.1.0", "OK");
}

/* One whose mail could never be stored is refused here, and alone: at the end
 * of mail text one reply speaks for all. */
static bool
smtpd_storable(const struct smtpd *d, struct buf *box)
{
	return d->c->storable == NULL ||
	       d->c->storable(d->c->storable_arg, buf_str(box));
}

static void
smtpd_rcpt_take(struct smtpd *d, const struct smtpd_args *a, const char *path,
    size_t len, struct buf *box)
{
	d->rcpt = mem_grow(d->rcpt, d->nrcpt + 1, sizeof(*d->rcpt));
	d->rcpt[d->nrcpt].path = mem_dupn(path, len);
	d->rcpt[d->nrcpt].box = mem_dupn(buf_data(box), buf_len(box));
	d->rcpt[d->nrcpt].params = smtpd_behind(a, (size_t)(path - a->p) + len);
	d->nrcpt++;
	d->state = SMTP_RCPT;
}

/* The world's word on it: what SEND and SOML make of a user who is not
 * active is RFC 821 3.4. */
static void
smtpd_rcpt_ask(struct smtpd *d, const struct smtpd_args *a, const char *path,
    const struct addr *addr)
{
	struct buf text = BUF_INIT, box = BUF_INIT;
	const char *enh, *say;
	enum world_verdict v = world_rcpt(d->c->world, path, addr, &text, &box);
	int code = smtpd_verdict(v, &enh);
	say = buf_str(&text);
	if (v == WORLD_INACTIVE && d->how == VERB_SEND) {
		code = 450;
		enh = "4.2.1";
		say = "User not active now";
	} else if (v == WORLD_INACTIVE && d->how == VERB_SOML) {
		say = "User not active now, so will do mail.";
	} else if (v == WORLD_ALONE && d->nrcpt > 0) {
		code = 552;
		enh = "5.2.2";
		say = "Recipient storage full, try again in another "
		      "transaction";
	}
	if (code < 300 && !smtpd_storable(d, &box)) {
		code = 553;
		enh = "5.1.3";
		say = "No mailbox can have such a name here";
	}
	if (code < 300)
		smtpd_rcpt_take(d, a, path, addr->len, &box);
	else
		d->nrefused++;
	smtpd_reply(d, code, enh, "%s", say);
	buf_release(&text);
	buf_release(&box);
}

void
smtpd_rcpt_to(struct smtpd *d, const struct smtpd_args *a)
{
	struct addr addr;
	struct smtpd_params all;
	size_t off;
	if (d->state != SMTP_MAIL && d->state != SMTP_RCPT) {
		smtpd_reply(d, 503, "5.5.1", "%s",
		    d->state == SMTP_CHUNKS ? "BDAT has begun"
					    : "Need MAIL before RCPT");
		return;
	}
	d->nrefused++; /* until it is known to be good */
	if (!smtpd_path(d, a, "TO:", &addr, &off) ||
	    !smtpd_parse_params(
		d, true, a->p + off + addr.len, a->len - off - addr.len, &all))
		return;
	d->nrefused--;
	if (addr.null)
		smtpd_reply(d, 501, "5.1.3", "<> is no recipient");
	else if (addr.utf8 && !d->utf8)
		smtpd_reply(d, 553, "5.6.7", "UTF-8 address without SMTPUTF8");
	else if (d->nrcpt >= d->rcpt_max)
		smtpd_reply(d, 452, "4.5.3", "Too many recipients");
	else {
		smtpd_rcpt_ask(d, a, a->p + off, &addr);
		return;
	}
	d->nrefused++;
}
