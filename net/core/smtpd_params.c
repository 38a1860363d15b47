/* Parameters of MAIL and RCPT, for what was offered: SIZE BODY SMTPUTF8 RET
 * ENVID AUTH, NOTIFY ORCPT. One row each with its check. A parameter that is
 * not on offer here is 555, a value that its RFC does not allow 501. */
#include "net/core/smtpd_priv.h"

#include <string.h>

struct smtpd_param {
	const char *name;
	size_t name_len;
	const char *value; /* NULL: no "=" */
	size_t len;
};

/* RFC 3461 4. */
static bool
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
	if (all->seen & 1u << i) {
		smtpd_reply(d, 501, "5.5.4", "%s is given twice", name);
		return false;
	}
	if (!smtpd_param_rows[i].check(d, p, all)) {
		smtpd_reply(d, 501, "5.5.4", "Bad value of %s", name);
		return false;
	}
	all->seen |= 1u << i;
	return true;
}

bool
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
