/* MAIL, RFC 821's SEND SOML SAML, and RCPT, with the parameters of what was
 * offered: SIZE BODY SMTPUTF8 RET ENVID AUTH, NOTIFY ORCPT. A parameter that
 * is not on offer here is 555, a value that its RFC does not allow 501. */
#include "smtpd_priv.h"

#include <string.h>

struct smtpd_param {
	const char *name;
	size_t name_len;
	const char *value; /* NULL: no "=" */
	size_t len;
};

/* Seen so far: which of the table, and what they say. */
struct smtpd_params {
	unsigned seen;
	bool utf8, too_big;
};

bool
smtpd_is_xtext(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '+') {
			for (size_t k = i + 1; k < i + 3; k++)
				if (k >= len || p[k] == '\0' ||
				    memchr("0123456789ABCDEF", p[k], 16) ==
					NULL)
					return false;
			i += 2;
		} else if (p[i] < 33 || p[i] > 126 || p[i] == '=') {
			return false;
		}
	}
	return true;
}

static bool
smtpd_check_size(
    struct smtpd *d, const struct smtpd_param *p, struct smtpd_params *all)
{
	uint64_t n = 0;
	if (p->value == NULL || p->len == 0 || p->len > 20)
		return false;
	for (size_t i = 0; i < p->len; i++) {
		if (p->value[i] < '0' || p->value[i] > '9')
			return false;
		unsigned digit = (unsigned)(p->value[i] - '0');
		n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
	}
	all->too_big = n > d->size_max;
	return true;
}

static bool
smtpd_check_body(
    struct smtpd *d, const struct smtpd_param *p, struct smtpd_params *all)
{
	(void)d;
	(void)all;
	return p->value != NULL && (smtpd_is("7BIT", p->value, p->len) ||
				       smtpd_is("8BITMIME", p->value, p->len));
}

static bool
smtpd_check_utf8(
    struct smtpd *d, const struct smtpd_param *p, struct smtpd_params *all)
{
	(void)d;
	all->utf8 = true;
	return p->value == NULL;
}

static bool
smtpd_check_ret(
    struct smtpd *d, const struct smtpd_param *p, struct smtpd_params *all)
{
	(void)d;
	(void)all;
	return p->value != NULL && (smtpd_is("FULL", p->value, p->len) ||
				       smtpd_is("HDRS", p->value, p->len));
}

static bool
smtpd_check_envid(
    struct smtpd *d, const struct smtpd_param *p, struct smtpd_params *all)
{
	(void)d;
	(void)all;
	return p->value != NULL && p->len > 0 && p->len <= 100 &&
	       smtpd_is_xtext(p->value, p->len);
}

static bool
smtpd_check_auth(
    struct smtpd *d, const struct smtpd_param *p, struct smtpd_params *all)
{
	(void)d;
	(void)all;
	return p->value != NULL && p->len > 0 && p->len <= 500 &&
	       smtpd_is_xtext(p->value, p->len);
}

/* NEVER, or some of the others in any order. */
static bool
smtpd_check_notify(
    struct smtpd *d, const struct smtpd_param *p, struct smtpd_params *all)
{
	(void)d;
	(void)all;
	if (p->value == NULL)
		return false;
	if (smtpd_is("NEVER", p->value, p->len))
		return true;
	for (size_t at = 0; at <= p->len;) {
		const char *w = p->value + at;
		const char *comma =
		    at < p->len ? memchr(w, ',', p->len - at) : NULL;
		size_t n = comma != NULL ? (size_t)(comma - w) : p->len - at;
		if (!smtpd_is("SUCCESS", w, n) && !smtpd_is("FAILURE", w, n) &&
		    !smtpd_is("DELAY", w, n))
			return false;
		at += n + 1;
	}
	return true;
}

/* type;xtext, or for UTF-8 utf-8;octets (RFC 6533 3). */
static bool
smtpd_check_orcpt(
    struct smtpd *d, const struct smtpd_param *p, struct smtpd_params *all)
{
	(void)all;
	if (p->value == NULL || p->len > 500)
		return false;
	const char *semi = memchr(p->value, ';', p->len);
	if (semi == NULL || semi == p->value)
		return false;
	size_t type = (size_t)(semi - p->value);
	if (verb_word(p->value, type) != type)
		return false;
	if (smtpd_is("UTF-8", p->value, type) && d->utf8)
		return true;
	return smtpd_is_xtext(semi + 1, p->len - type - 1);
}

static const struct smtpd_param_row {
	const char *name;
	bool rcpt;
	bool (*check)(struct smtpd *d, const struct smtpd_param *p,
	    struct smtpd_params *all);
} smtpd_param_rows[] = {
	{ "SIZE", false, smtpd_check_size },
	{ "BODY", false, smtpd_check_body },
	{ "SMTPUTF8", false, smtpd_check_utf8 },
	{ "RET", false, smtpd_check_ret },
	{ "ENVID", false, smtpd_check_envid },
	{ "AUTH", false, smtpd_check_auth },
	{ "NOTIFY", true, smtpd_check_notify },
	{ "ORCPT", true, smtpd_check_orcpt },
};

#define SMTPD_PARAMS (sizeof(smtpd_param_rows) / sizeof(smtpd_param_rows[0]))

/* One parameter: false when it was refused. */
static bool
smtpd_param(struct smtpd *d, bool rcpt, const struct smtpd_param *p,
    struct smtpd_params *all)
{
	size_t i = 0;
	while (i < SMTPD_PARAMS &&
	       (smtpd_param_rows[i].rcpt != rcpt ||
		   !smtpd_is(smtpd_param_rows[i].name, p->name, p->name_len)))
		i++;
	if (i == SMTPD_PARAMS || !d->extended ||
	    (smtpd_param_rows[i].check == smtpd_check_auth &&
		!smtpd_offers_auth(d) && !d->authed)) {
		smtpd_reply(d, 555, "5.5.4",
		    "%s parameters not recognized or not implemented: %.*s",
		    rcpt ? "RCPT TO" : "MAIL FROM", (int)p->name_len, p->name);
		return false;
	}
	const char *name = smtpd_param_rows[i].name;
	if (all->seen & 1u << i)
		smtpd_reply(d, 501, "5.5.4", "%s is given twice", name);
	else if (!smtpd_param_rows[i].check(d, p, all))
		smtpd_reply(d, 501, "5.5.4", "Bad value of %s", name);
	else
		return all->seen |= 1u << i, true;
	return false;
}

/* What stands behind a path: *( SP keyword [ "=" value ] ). */
static bool
smtpd_parse_params(struct smtpd *d, bool rcpt, const char *s, size_t len,
    struct smtpd_params *all)
{
	memset(all, 0, sizeof(*all));
	for (size_t at = 0; at < len;) {
		size_t n = 0;
		if (s[at] != ' ') {
			smtpd_reply(d, 501, "5.5.4",
			    "A blank or the end is wanted behind the path");
			return false;
		}
		while (at < len && s[at] == ' ')
			at++;
		while (at + n < len && s[at + n] != ' ')
			n++;
		struct smtpd_param p = { s + at, verb_word(s + at, n), NULL,
			0 };
		if (p.name_len < n && s[at + p.name_len] == '=') {
			p.value = s + at + p.name_len + 1;
			p.len = n - p.name_len - 1;
		}
		if (p.name_len == 0 || (p.value == NULL && p.name_len < n)) {
			smtpd_reply(d, 501, "5.5.4",
			    "A parameter is KEYWORD or KEYWORD=value");
			return false;
		}
		if (!smtpd_param(d, rcpt, &p, all))
			return false;
		at += n;
	}
	return true;
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
	if (addr_parse(addr, a->p + n, a->len - n, &e) < 0) {
		smtpd_reply(d, 501, a->id == VERB_RCPT ? "5.1.3" : "5.1.7",
		    "%s", e.text);
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
	d->state = SMTP_MAIL;
	smtpd_reply(d, 250, "2.1.0", "OK");
}

static void
smtpd_rcpt_take(struct smtpd *d, const char *path, size_t len, struct buf *box)
{
	d->rcpt = mem_grow(d->rcpt, d->nrcpt + 1, sizeof(*d->rcpt));
	d->rcpt[d->nrcpt].path = mem_dupn(path, len);
	d->rcpt[d->nrcpt].box = mem_dupn(buf_data(box), buf_len(box));
	d->nrcpt++;
	d->state = SMTP_RCPT;
}

/* The world's word on it: what SEND and SOML make of a user who is not
 * active is RFC 821 3.4. */
static void
smtpd_rcpt_ask(struct smtpd *d, const char *path, const struct addr *addr)
{
	struct buf text = BUF_INIT, box = BUF_INIT;
	int code = 250;
	const char *enh = "2.1.5";
	enum world_verdict v = world_rcpt(d->c->world, path, addr, &text, &box);
	const char *say = buf_str(&text);
	if (v == WORLD_FORWARD) {
		code = 251;
	} else if (v == WORLD_ELSEWHERE) {
		code = 551, enh = "5.1.6";
	} else if (v == WORLD_NONE) {
		code = 550, enh = "5.1.1";
	} else if (v == WORLD_DENIED) {
		code = 550, enh = "5.7.1";
	} else if (v == WORLD_AMBIGUOUS) {
		code = 553, enh = "5.1.4";
	} else if (v == WORLD_INACTIVE && d->how == VERB_SEND) {
		code = 450, enh = "4.2.1", say = "User not active now";
	} else if (v == WORLD_INACTIVE && d->how == VERB_SOML) {
		say = "User not active now, so will do mail.";
	} else if (v == WORLD_ALONE && d->nrcpt > 0) {
		code = 552, enh = "5.2.2";
		say = "Recipient storage full, try again in another "
		      "transaction";
	}
	if (code < 300)
		smtpd_rcpt_take(d, path, addr->len, &box);
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
		smtpd_rcpt_ask(d, a->p + off, &addr);
		return;
	}
	d->nrefused++;
}
