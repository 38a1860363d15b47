/* What commands are answered, and in which order. */
#include "cmd/know/lint_priv.h"

#include <string.h>
#include <strings.h>
#include "net/core/base64.h"
#include "cmd/lang/match.h"

static bool
dialog_unasked(const struct lint_look *k)
{
	return k->unasked && k->r->code != 421 && !k->in_text &&
	       k->was->last != VERB_BDAT;
}

static bool
dialog_early_text(const struct lint_look *k)
{
	return k->unasked && k->in_text && k->r->code / 100 == 2;
}

static bool
dialog_bdat_left(const struct lint_look *k)
{
	return k->unasked && k->was->last == VERB_BDAT &&
	       k->was->last_code >= 400 && k->r->code / 100 == 5;
}

/* A success that no RFC has for that command. */
static bool
dialog_success(const struct lint_look *k)
{
	return lint_ok(k) && k->v->id != VERB_QUIT &&
	       k->v->id != VERB_STARTTLS && k->v->id != VERB_DATA &&
	       k->v->id != VERB_GREETING && !(k->v->is & VERB_IS_GREETING) &&
	       k->v->id != VERB_RAW && k->v->id != VERB_UNKNOWN &&
	       verb_lists(k->v, k->r->code) == VERB_NOT_LISTED;
}

static bool
dialog_interim(const struct lint_look *k)
{
	return !k->unasked && k->r->code / 100 == 3 && k->r->code != 353 &&
	       k->v->id != VERB_DATA && k->v->id != VERB_RAW &&
	       k->v->id != VERB_UNKNOWN && k->v->id != VERB_AUTH &&
	       k->v->id != VERB_RESPONSE;
}

static bool
dialog_data(const struct lint_look *k)
{
	return lint_is(k, VERB_DATA) &&
	       (k->r->code / 100 == 2 ||
		   (k->r->code / 100 == 3 && k->r->code != 354));
}

static bool
dialog_quit(const struct lint_look *k)
{
	return lint_is(k, VERB_QUIT) && k->r->code != 221 &&
	       k->r->code != 421 && strcasecmp(k->line, "QUIT") == 0;
}

static bool
dialog_rset(const struct lint_look *k)
{
	return lint_is(k, VERB_RSET) && k->r->code != 250 && k->was->hello &&
	       strcasecmp(k->line, "RSET") == 0 && k->r->code != 421;
}

static bool
dialog_noop(const struct lint_look *k)
{
	return lint_is(k, VERB_NOOP) && k->r->code != 250 && k->was->hello &&
	       k->r->code != 421 && k->r->code / 100 != 5;
}

static bool
dialog_starttls(const struct lint_look *k)
{
	return lint_is(k, VERB_STARTTLS) && k->r->code / 100 <= 3 &&
	       k->r->code != 220;
}

static bool
dialog_has_path(const struct lint_look *k)
{
	size_t len;
	for (size_t i = 0; i < k->r->nlines; i++) {
		const char *p = lint_line(k, i, &len);
		if (len > 0 && memchr(p, '@', len) != NULL)
			return true;
	}
	return false;
}

static bool
dialog_vrfy(const struct lint_look *k)
{
	return (lint_is(k, VERB_VRFY) || lint_is(k, VERB_EXPN)) &&
	       (k->r->code == 250 || k->r->code == 251) && !dialog_has_path(k);
}

static bool
dialog_forward(const struct lint_look *k)
{
	return (k->r->code == 251 || k->r->code == 551) &&
	       lint_is(k, VERB_RCPT) && !dialog_has_path(k);
}

static bool
dialog_help(const struct lint_look *k)
{
	return lint_is(k, VERB_HELP) && lint_ok(k) && k->r->code != 211 &&
	       k->r->code != 214;
}

static bool
dialog_lower(const char *line)
{
	for (; *line != '\0' && *line != ' '; line++)
		if (*line >= 'a' && *line <= 'z')
			return true;
	return false;
}

static bool
dialog_must(const struct lint_look *k)
{
	switch (k->v->id) {
	case VERB_HELO:
	case VERB_EHLO:
	case VERB_MAIL:
	case VERB_RCPT:
	case VERB_DATA:
	case VERB_RSET:
	case VERB_NOOP:
	case VERB_QUIT:
		return !k->unasked;
	default:
		return false;
	}
}

static bool
dialog_case(const struct lint_look *k)
{
	return dialog_must(k) && dialog_lower(k->line) &&
	       (k->r->code == 500 || k->r->code == 502);
}

static bool
dialog_lacks(const struct lint_look *k)
{
	return dialog_must(k) && !dialog_lower(k->line) &&
	       k->v->id != VERB_EHLO && k->r->code == 502 && k->was->hello;
}

static bool
dialog_nested(const struct lint_look *k)
{
	return lint_is(k, VERB_MAIL) && lint_ok(k) && k->was->mail;
}

static bool
dialog_no_mail(const struct lint_look *k)
{
	return lint_is(k, VERB_RCPT) && lint_ok(k) && !k->was->mail;
}

static bool
dialog_no_rcpt(const struct lint_look *k)
{
	return lint_is(k, VERB_DATA) && k->r->code == 354 && k->was->rcpts == 0;
}

static bool
dialog_text(const struct lint_look *k, const char *regex)
{
	size_t len;
	for (size_t i = 0; i < k->r->nlines; i++) {
		const char *p = lint_line(k, i, &len);
		if (match_text(regex, p, len))
			return true;
	}
	return false;
}

static bool
dialog_pipelining(const struct lint_look *k)
{
	return k->r->code >= 500 &&
	       lint_offers(&k->was->offered, "PIPELINING") &&
	       dialog_text(k, "pipelining|synchroni[sz]ation");
}

static bool
dialog_param(const struct lint_look *k, const char *param)
{
	return !k->unasked &&
	       (k->r->code == 555 || k->r->code == 501 || k->r->code == 504) &&
	       strcasestr(k->line, param) != NULL;
}

static bool
dialog_8bit(const struct lint_look *k)
{
	if (!lint_offers(&k->was->offered, "8BITMIME"))
		return false;
	return (lint_is(k, VERB_MAIL) && dialog_param(k, " BODY=8BITMIME")) ||
	       (lint_is(k, VERB_TEXT_END) && k->was->mail_8bit &&
		   k->r->code >= 500 && dialog_text(k, "8-?bit|eight.?bit"));
}

static bool
dialog_utf8(const struct lint_look *k)
{
	return lint_is(k, VERB_MAIL) && dialog_param(k, " SMTPUTF8") &&
	       lint_offers(&k->was->offered, "SMTPUTF8");
}

static bool
dialog_dsn(const struct lint_look *k)
{
	return (dialog_param(k, " NOTIFY=") || dialog_param(k, " RET=")) &&
	       lint_offers(&k->was->offered, "DSN");
}

static bool
dialog_size(const struct lint_look *k)
{
	return lint_is(k, VERB_MAIL) && dialog_param(k, " SIZE=") &&
	       lint_offers(&k->was->offered, "SIZE");
}

static bool
dialog_chunking(const struct lint_look *k)
{
	return lint_is(k, VERB_BDAT) &&
	       (k->r->code == 500 || k->r->code == 502) &&
	       lint_offers(&k->was->offered, "CHUNKING");
}

static bool
dialog_tls_lie(const struct lint_look *k)
{
	return lint_is(k, VERB_STARTTLS) &&
	       (k->r->code == 500 || k->r->code == 502) &&
	       lint_offers(&k->was->offered, "STARTTLS");
}

static bool
dialog_challenge(const struct lint_look *k)
{
	size_t len;
	struct buf b = BUF_INIT;
	const char *p = lint_line(k, 0, &len);
	if (k->unasked || k->r->code != 334 ||
	    (k->v->id != VERB_AUTH && k->v->id != VERB_RESPONSE))
		return false;
	bool bad = k->r->nlines > 1 || base64_decode(&b, p, len, NULL) != 0;
	buf_wipe(&b);
	return bad;
}

static bool
dialog_auth_code(const struct lint_look *k)
{
	return (lint_is(k, VERB_AUTH) || lint_is(k, VERB_RESPONSE)) &&
	       k->r->code / 100 <= 3 && k->r->code != 235 && k->r->code != 334;
}

static bool
dialog_auth_twice(const struct lint_look *k)
{
	return lint_is(k, VERB_AUTH) && k->was->authed &&
	       (k->r->code == 334 || k->r->code == 235);
}

const struct lint_rule lint_dialog[] = {
	{ "order.unasked", LINT_HIGH, "RFC 5321 4.3.1", dialog_unasked,
	    "no command asked for this reply" },
	{ "text.early", LINT_HIGH, "RFC 5321 4.1.1.4", dialog_early_text,
	    "the text is said to be taken before its end" },
	{ "bdat.left-over", LINT_HIGH, "RFC 3030 4.1", dialog_bdat_left,
	    "the octets of a refused chunk are read as commands" },
	{ "code.success", LINT_MID, "RFC 5321 4.3.2", dialog_success,
	    "the command has no such success" },
	{ "code.interim", LINT_HIGH, "RFC 5321 4.3.2", dialog_interim,
	    "a 3yz to a command that waits for nothing" },
	{ "data.code", LINT_HIGH, "RFC 5321 4.3.2", dialog_data,
	    "DATA is answered 354 where it is taken" },
	{ "quit.code", LINT_MID, "RFC 5321 4.1.1.10", dialog_quit,
	    "QUIT is answered 221" },
	{ "rset.code", LINT_MID, "RFC 5321 4.1.1.5", dialog_rset,
	    "RSET is answered 250" },
	{ "noop.code", LINT_LOW, "RFC 5321 4.1.1.9", dialog_noop,
	    "NOOP is answered 250" },
	{ "help.code", LINT_LOW, "RFC 5321 4.3.2", dialog_help,
	    "HELP is answered 211 or 214" },
	{ "starttls.code", LINT_HIGH, "RFC 3207 4", dialog_starttls,
	    "STARTTLS is answered 220 where it is taken" },
	{ "auth.code", LINT_HIGH, "RFC 4954 4", dialog_auth_code,
	    "AUTH is answered 334 or 235" },
	{ "auth.challenge", LINT_MID, "RFC 4954 4", dialog_challenge,
	    "a challenge is no line of base64" },
	{ "auth.twice", LINT_LOW, "RFC 4954 4", dialog_auth_twice,
	    "a second AUTH is taken" },
	{ "vrfy.nonsense", LINT_LOW, "RFC 5321 3.5.1", dialog_vrfy,
	    "250 to VRFY or EXPN names no mailbox" },
	{ "forward.path", LINT_LOW, "RFC 5321 3.4", dialog_forward,
	    "251 or 551 names no path" },
	{ "verb.case", LINT_HIGH, "RFC 5321 2.4", dialog_case,
	    "a verb in small letters is not known" },
	{ "verb.missing", LINT_HIGH, "RFC 5321 4.5.1", dialog_lacks,
	    "a command that every server has is not implemented" },
	{ "order.nested", LINT_MID, "RFC 5321 4.1.4", dialog_nested,
	    "MAIL is taken inside a transaction" },
	{ "order.no-mail", LINT_MID, "RFC 5321 3.3", dialog_no_mail,
	    "RCPT is taken without MAIL" },
	{ "order.no-rcpt", LINT_MID, "RFC 5321 3.3", dialog_no_rcpt,
	    "DATA is taken without a recipient" },
	{ "pipelining.lie", LINT_HIGH, "RFC 2920 3.2", dialog_pipelining,
	    "PIPELINING is offered and not kept" },
	{ "8bitmime.lie", LINT_HIGH, "RFC 6152 3", dialog_8bit,
	    "8BITMIME is offered and not kept" },
	{ "smtputf8.lie", LINT_HIGH, "RFC 6531 3.1", dialog_utf8,
	    "SMTPUTF8 is offered and its parameter refused" },
	{ "dsn.lie", LINT_MID, "RFC 3461 4", dialog_dsn,
	    "DSN is offered and its parameters refused" },
	{ "size.lie", LINT_MID, "RFC 1870 6", dialog_size,
	    "SIZE is offered and its parameter refused" },
	{ "chunking.lie", LINT_HIGH, "RFC 3030 2", dialog_chunking,
	    "CHUNKING is offered and BDAT not known" },
	{ "starttls.lie", LINT_HIGH, "RFC 3207 4", dialog_tls_lie,
	    "STARTTLS is offered and not known" },
	{ NULL, LINT_LOW, NULL, NULL, NULL },
};
