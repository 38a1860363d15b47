/* How a reply is written: lines, octets, codes. */
#include "cmd/know/lint_priv.h"

#include <string.h>
#include "net/core/code.h"

static bool
form_bare_lf(const struct lint_look *k)
{
	return (k->r->flaws & REPLY_BARE_LF) != 0;
}

static bool
form_bare_cr(const struct lint_look *k)
{
	return (k->r->flaws & REPLY_BARE_CR) != 0;
}

static bool
form_nul(const struct lint_look *k)
{
	return (k->r->flaws & REPLY_NUL) != 0;
}

static bool
form_long(const struct lint_look *k)
{
	return (k->r->flaws & REPLY_LONG) != 0;
}

static bool
form_no_text(const struct lint_look *k)
{
	return (k->r->flaws & REPLY_NO_TEXT) != 0;
}

static bool
form_class(const struct lint_look *k)
{
	return (k->r->flaws & REPLY_ENH_CLASS) != 0;
}

/* Octets that a reply's text has not: controls, and those above 126 where
 * nobody asked for UTF-8. */
static bool
form_octets(const struct lint_look *k)
{
	const char *p = buf_data(&k->r->text);
	for (size_t i = 0; i < buf_len(&k->r->text); i++) {
		unsigned char c = (unsigned char)p[i];
		if ((c < 32 && c != '\t' && c != '\r' && c != '\n' &&
			c != '\0') ||
		    c == 127)
			return true;
	}
	return false;
}

static bool
form_beyond(const struct lint_look *k)
{
	const char *p = buf_data(&k->r->text);
	if (lint_offers(&k->was->offered, "SMTPUTF8"))
		return false;
	for (size_t i = 0; i < buf_len(&k->r->text); i++)
		if ((unsigned char)p[i] > 127)
			return true;
	return false;
}

/* Where enhanced codes have no place, or need none (RFC 2034 3). */
static bool
form_exempt(const struct lint_look *k)
{
	return k->unasked || k->v->id == VERB_GREETING ||
	       (k->v->is & VERB_IS_GREETING) || k->r->code / 100 == 3;
}

static bool
form_enh_missing(const struct lint_look *k)
{
	return lint_offers(&k->was->offered, "ENHANCEDSTATUSCODES") &&
	       !form_exempt(k) && k->v->id != VERB_HELP && k->r->enh_class == 0;
}

static bool
form_enh_hello(const struct lint_look *k)
{
	int class, subject, detail;
	size_t len;
	const char *p = lint_line(k, 0, &len);
	return lint_ok(k) &&
	       (k->v->id == VERB_GREETING || (k->v->is & VERB_IS_GREETING)) &&
	       enh_parse(p, len, &class, &subject, &detail) > 0;
}

/* One code for all lines of a reply. */
static bool
form_enh_lines(const struct lint_look *k)
{
	int class, subject, detail;
	size_t len;
	if (k->r->enh_class == 0 || form_exempt(k))
		return false;
	for (size_t i = 0; i + 1 < k->r->nlines; i++) {
		const char *p = lint_line(k, i, &len);
		if (enh_parse(p, len, &class, &subject, &detail) == 0 ||
		    class != k->r->enh_class || subject != k->r->enh_subject ||
		    detail != k->r->enh_detail)
			return true;
	}
	return false;
}

/* "5.01.1": no leading zeros, three numbers of at most three digits. */
static bool
form_enh_form(const struct lint_look *k)
{
	size_t len, n = 0, dots = 0, i;
	const char *p = lint_line(k, k->r->nlines - 1, &len);
	int class, subject, detail;
	if (form_exempt(k) ||
	    !lint_offers(&k->was->offered, "ENHANCEDSTATUSCODES"))
		return false;
	while (n < len && (p[n] == '.' || (p[n] >= '0' && p[n] <= '9')))
		n++;
	for (i = 0; i < n; i++)
		dots += p[i] == '.';
	return n > 4 && dots == 2 && (n == len || p[n] == ' ') && p[0] >= '2' &&
	       p[0] <= '5' && enh_parse(p, len, &class, &subject, &detail) == 0;
}

static bool
form_unknown(const struct lint_look *k)
{
	return code_find(k->r->code, VERB_UNKNOWN) == NULL;
}

static bool
form_second_digit(const struct lint_look *k)
{
	return k->r->code / 10 % 10 > 5;
}

static bool
form_empty_line(const struct lint_look *k)
{
	size_t len;
	for (size_t i = 0; i + 1 < k->r->nlines; i++) {
		lint_line(k, i, &len);
		if (len == 0)
			return true;
	}
	return false;
}

const struct lint_rule lint_form[] = {
	{ "reply.bare-lf", LINT_HIGH, "RFC 5321 2.3.8", form_bare_lf,
	    "a line ends with LF alone, not CRLF" },
	{ "reply.bare-cr", LINT_MID, "RFC 5321 2.3.8", form_bare_cr,
	    "CR stands inside a line" },
	{ "reply.nul", LINT_MID, "RFC 5321 4.2", form_nul,
	    "NUL stands inside a line" },
	{ "reply.long", LINT_MID, "RFC 5321 4.5.3.1.5", form_long,
	    "a line has more than 512 octets" },
	{ "reply.no-text", LINT_LOW, "RFC 5321 4.2", form_no_text,
	    "a code stands alone, without blank and text" },
	{ "reply.control", LINT_MID, "RFC 5321 4.2", form_octets,
	    "control octets stand in the text" },
	{ "reply.not-ascii", LINT_LOW, "RFC 6531 3.7.4", form_beyond,
	    "the text is not ASCII, and SMTPUTF8 is not in use" },
	{ "reply.empty-line", LINT_LOW, "RFC 5321 4.2", form_empty_line,
	    "a line of the reply has no text" },
	{ "reply.mixed", LINT_HIGH, "RFC 5321 4.2.1", NULL,
	    "the lines of one reply have several codes" },
	{ "reply.malformed", LINT_HIGH, "RFC 5321 4.2", NULL,
	    "what came is no reply" },
	{ "code.unknown", LINT_LOW, "RFC 5321 4.2.3", form_unknown,
	    "no standard has this reply code" },
	{ "code.second-digit", LINT_MID, "RFC 5321 4.2.1", form_second_digit,
	    "the second digit of the code is none of 0 to 5" },
	{ "enhanced.class", LINT_HIGH, "RFC 2034 4", form_class,
	    "the class of the enhanced status code is not the first digit of "
	    "the reply code" },
	{ "enhanced.missing", LINT_LOW, "RFC 2034 3", form_enh_missing,
	    "ENHANCEDSTATUSCODES is offered, and the reply has none" },
	{ "enhanced.hello", LINT_LOW, "RFC 2034 3", form_enh_hello,
	    "a greeting, or a reply to HELO or EHLO, has an enhanced status "
	    "code" },
	{ "enhanced.lines", LINT_LOW, "RFC 2034 4", form_enh_lines,
	    "not all lines of the reply have the same enhanced status code" },
	{ "enhanced.form", LINT_MID, "RFC 3463 2", form_enh_form,
	    "the enhanced status code is malformed" },
	{ NULL, LINT_LOW, NULL, NULL, NULL },
};
