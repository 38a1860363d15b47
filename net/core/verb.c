/* One row a verb. The four lists of a row are STD 10 4.3's, letter by letter;
 * what other RFCs let the receiver answer stands in later[]. Codes that may
 * answer nearly any command are not repeated in the rows: see verb_any(). */
#include <string.h>
#include <strings.h>
#include "net/core/verb.h"

#define IN(s)	   (1u << SMTP_##s)
#define OUTSIDE	   (IN(GREETED) | IN(READY))
#define WITHIN	   (IN(MAIL) | IN(RCPT))
#define ANYWHERE   (OUTSIDE | WITHIN)
#define CHUNKING   (ANYWHERE | IN(CHUNKS))
#define CONNECTION (CHUNKING | IN(CONNECTED) | IN(TEXT) | IN(AUTHING))

#define AUTH_REPLIES                                                           \
	{                                                                      \
		235, 334, 432, 454, 500, 501, 503, 504, 534, 535, 538, 422,    \
		    523, 524, 525                                              \
	}

static const struct verb verb_table[] = {
	[VERB_UNKNOWN] = { .id = VERB_UNKNOWN,
	    .name = "(unknown)",
	    .syntax = "(unknown)",
	    .text = "a word that no table has; sent as it is",
	    .source = "",
	    .when = CONNECTION },
	[VERB_GREETING] = { .id = VERB_GREETING,
	    .name = "(greeting)",
	    .syntax = "(greeting)",
	    .text = "what the receiver says first, before any command",
	    .source = "RFC 821 3.5, RFC 5321 3.1",
	    .when = IN(CONNECTED),
	    .success = { 220 },
	    .failure = { 421 },
	    .later = { 554, 521 } },
	[VERB_TEXT_END] = { .id = VERB_TEXT_END,
	    .name = "(end of mail text)",
	    .syntax = "(end of mail text)",
	    .text = "the line \".\" ends the mail text; the receiver takes "
		    "the mail or refuses it",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.4",
	    .when = IN(TEXT),
	    .success = { 250 },
	    .failure = { 552, 554, 451, 452 },
	    .later = { 353, 450, 550 } },
	[VERB_RESPONSE] = { .id = VERB_RESPONSE,
	    .name = "(response)",
	    .syntax = "(response)",
	    .text = "a base64 line that answers a 334 of AUTH; \"*\" cancels",
	    .source = "RFC 4954 4, RFC 2554",
	    .keyword = "AUTH",
	    .when = IN(AUTHING),
	    .later = AUTH_REPLIES },
	[VERB_RAW] = { .id = VERB_RAW,
	    .name = "(raw)",
	    .syntax = "(raw)",
	    .text = "bytes sent as they are; what they ask is not looked at",
	    .source = "",
	    .when = CONNECTION },

	[VERB_HELO] = { .id = VERB_HELO,
	    .is = VERB_IS_GREETING,
	    .name = "HELO",
	    .syntax = "HELO <domain>",
	    .text = "says who the sender is and opens the session",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.1",
	    .when = OUTSIDE,
	    .std10 = true,
	    .success = { 250 },
	    .error = { 500, 501, 504, 421 },
	    .later = { 502, 550 } },
	[VERB_EHLO] = { .id = VERB_EHLO,
	    .is = VERB_IS_GREETING,
	    .name = "EHLO",
	    .syntax = "EHLO <domain>",
	    .text = "like HELO, and asks for the list of extensions",
	    .source = "RFC 5321 4.1.1.1, RFC 1869 4",
	    .when = OUTSIDE,
	    .later = { 250, 500, 501, 502, 504, 550 } },
	[VERB_LHLO] = { .id = VERB_LHLO,
	    .is = VERB_IS_GREETING,
	    .name = "LHLO",
	    .syntax = "LHLO <domain>",
	    .text = "EHLO of LMTP: one reply per recipient after mail text",
	    .source = "RFC 2033 4.1",
	    .when = OUTSIDE,
	    .later = { 250, 500, 501, 502, 504, 550 } },
	[VERB_MAIL] = { .id = VERB_MAIL,
	    .is = VERB_IS_TRANSACTION,
	    .name = "MAIL",
	    .syntax = "MAIL FROM:<reverse-path> [PARAMETER...]",
	    .text = "starts a transaction; errors are reported to the "
		    "reverse-path",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.2",
	    .when = IN(READY),
	    .std10 = true,
	    .success = { 250 },
	    .failure = { 552, 451, 452 },
	    .error = { 500, 501, 421 },
	    .later = { 550, 553, 503, 455, 555, 355, 504 } },
	[VERB_RCPT] = { .id = VERB_RCPT,
	    .name = "RCPT",
	    .syntax = "RCPT TO:<forward-path> [PARAMETER...]",
	    .text = "names one recipient; once for each of them",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.3",
	    .when = WITHIN,
	    .std10 = true,
	    .success = { 250, 251 },
	    .failure = { 550, 551, 552, 553, 450, 451, 452 },
	    .error = { 500, 501, 503, 421 },
	    .later = { 455, 555, 556 } },
	[VERB_DATA] = { .id = VERB_DATA,
	    .is = VERB_ENDS_GROUP | VERB_OPENS_TEXT,
	    .name = "DATA",
	    .syntax = "DATA",
	    .text = "asks to send the mail text, which a line \".\" ends",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.4",
	    .when = IN(RCPT),
	    .std10 = true,
	    .interim = { 354 },
	    .failure = { 451, 554 },
	    .error = { 500, 501, 503, 421 } },
	[VERB_BDAT] = { .id = VERB_BDAT,
	    .name = "BDAT",
	    .syntax = "BDAT <octets> [LAST]",
	    .text = "sends that many octets of mail text at once, no \".\"",
	    .source = "RFC 3030 2, RFC 1830",
	    .keyword = "CHUNKING",
	    .when = IN(RCPT) | IN(CHUNKS),
	    .later = { 250, 353, 450, 451, 452, 501, 503, 550, 552, 554 } },
	[VERB_RSET] = { .id = VERB_RSET,
	    .name = "RSET",
	    .syntax = "RSET",
	    .text = "drops the transaction: paths, recipients, mail text",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.5",
	    .when = CHUNKING,
	    .std10 = true,
	    .success = { 250 },
	    .error = { 500, 501, 504, 421 } },
	[VERB_SEND] = { .id = VERB_SEND,
	    .is = VERB_IS_TRANSACTION,
	    .name = "SEND",
	    .syntax = "SEND FROM:<reverse-path>",
	    .text = "starts a transaction that writes to users' terminals",
	    .source = "RFC 821 4.1.1, RFC 5321 F.6",
	    .keyword = "SEND",
	    .when = IN(READY),
	    .std10 = true,
	    .success = { 250 },
	    .failure = { 552, 451, 452 },
	    .error = { 500, 501, 502, 421 } },
	[VERB_SOML] = { .id = VERB_SOML,
	    .is = VERB_IS_TRANSACTION,
	    .name = "SOML",
	    .syntax = "SOML FROM:<reverse-path>",
	    .text = "send or mail: terminal if the user is there, else mailbox",
	    .source = "RFC 821 4.1.1, RFC 5321 F.6",
	    .keyword = "SOML",
	    .when = IN(READY),
	    .std10 = true,
	    .success = { 250 },
	    .failure = { 552, 451, 452 },
	    .error = { 500, 501, 502, 421 } },
	[VERB_SAML] = { .id = VERB_SAML,
	    .is = VERB_IS_TRANSACTION,
	    .name = "SAML",
	    .syntax = "SAML FROM:<reverse-path>",
	    .text = "send and mail: terminal if the user is there, and mailbox",
	    .source = "RFC 821 4.1.1, RFC 5321 F.6",
	    .keyword = "SAML",
	    .when = IN(READY),
	    .std10 = true,
	    .success = { 250 },
	    .failure = { 552, 451, 452 },
	    .error = { 500, 501, 502, 421 } },
	[VERB_VRFY] = { .id = VERB_VRFY,
	    .name = "VRFY",
	    .syntax = "VRFY <user>",
	    .text = "asks whether a user exists, and for the mailbox",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.6",
	    .keyword = "VRFY",
	    .when = ANYWHERE,
	    .std10 = true,
	    .success = { 250, 251 },
	    .failure = { 550, 551, 553 },
	    .error = { 500, 501, 502, 504, 421 },
	    .later = { 252 } },
	[VERB_EXPN] = { .id = VERB_EXPN,
	    .name = "EXPN",
	    .syntax = "EXPN <list>",
	    .text = "asks for the members of a mailing list",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.7",
	    .keyword = "EXPN",
	    .when = ANYWHERE,
	    .std10 = true,
	    .success = { 250 },
	    .failure = { 550 },
	    .error = { 500, 501, 502, 504, 421 },
	    .later = { 252 } },
	[VERB_HELP] = { .id = VERB_HELP,
	    .name = "HELP",
	    .syntax = "HELP [COMMAND]",
	    .text = "asks for help, in words for people",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.8",
	    .keyword = "HELP",
	    .when = ANYWHERE,
	    .std10 = true,
	    .success = { 211, 214 },
	    .error = { 500, 501, 502, 504, 421 } },
	[VERB_NOOP] = { .id = VERB_NOOP,
	    .name = "NOOP",
	    .syntax = "NOOP [STRING]",
	    .text = "does nothing but get a reply",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.9",
	    .when = CHUNKING,
	    .std10 = true,
	    .success = { 250 },
	    .error = { 500, 421 } },
	[VERB_QUIT] = { .id = VERB_QUIT,
	    .name = "QUIT",
	    .syntax = "QUIT",
	    .text = "ends the session; the receiver replies, then closes",
	    .source = "RFC 821 4.1.1, RFC 5321 4.1.1.10",
	    .when = CHUNKING,
	    .std10 = true,
	    .success = { 221 },
	    .error = { 500 } },
	[VERB_TURN] = { .id = VERB_TURN,
	    .name = "TURN",
	    .syntax = "TURN",
	    .text = "swaps the roles of sender and receiver; never offered "
		    "today, as it asks for no proof",
	    .source = "RFC 821 4.1.1, RFC 5321 F.1",
	    .keyword = "TURN",
	    .when = IN(READY),
	    .std10 = true,
	    .success = { 250 },
	    .failure = { 502 },
	    .error = { 500, 503 } },

	[VERB_ETRN] = { .id = VERB_ETRN,
	    .name = "ETRN",
	    .syntax = "ETRN <node>",
	    .text = "asks the receiver to send what it has queued for a node; "
		    "@ before it takes its subdomains too, # names a queue",
	    .source = "RFC 1985 5",
	    .keyword = "ETRN",
	    .when = IN(READY),
	    .later = { 250, 251, 252, 253, 458, 459, 500, 501 } },
	[VERB_STARTTLS] = { .id = VERB_STARTTLS,
	    .is = VERB_ENDS_GROUP,
	    .name = "STARTTLS",
	    .syntax = "STARTTLS",
	    .text = "starts TLS; after it the session begins anew with EHLO",
	    .source = "RFC 3207 4, RFC 2487",
	    .keyword = "STARTTLS",
	    .when = IN(READY),
	    .later = { 220, 454, 501 } },
	[VERB_AUTH] = { .id = VERB_AUTH,
	    .is = VERB_ENDS_GROUP | VERB_HAS_SECRET,
	    .name = "AUTH",
	    .syntax = "AUTH <mechanism> [INITIAL-RESPONSE]",
	    .text = "logs in with a SASL mechanism; the response is base64, "
		    "\"=\" an empty one",
	    .source = "RFC 4954 4, RFC 2554",
	    .keyword = "AUTH",
	    .when = IN(READY),
	    .later = AUTH_REPLIES },
	[VERB_ATRN] = { .id = VERB_ATRN,
	    .name = "ATRN",
	    .syntax = "ATRN [DOMAIN,...]",
	    .text = "swaps the roles and takes the mail that waits for the "
		    "domains (port 366, after AUTH)",
	    .source = "RFC 2645 5.2.1",
	    .keyword = "ATRN",
	    .when = IN(READY),
	    .later = { 250, 450, 451, 453, 502 } },
	[VERB_BURL] = { .id = VERB_BURL,
	    .name = "BURL",
	    .syntax = "BURL <imap-url> [LAST]",
	    .text = "has the receiver fetch mail text from an IMAP server",
	    .source = "RFC 4468 3",
	    .keyword = "BURL",
	    .when = IN(RCPT) | IN(CHUNKS),
	    .later = { 250, 451, 452, 501, 503, 552, 554 } },
	[VERB_XCLIENT] = { .id = VERB_XCLIENT,
	    .name = "XCLIENT",
	    .syntax = "XCLIENT ATTRIBUTE=VALUE...",
	    .text = "takes the place of another client: NAME ADDR PORT PROTO "
		    "HELO LOGIN DESTADDR DESTPORT",
	    .source = "Postfix XCLIENT_README",
	    .keyword = "XCLIENT",
	    .when = IN(READY),
	    .later = { 220, 501, 503, 550 } },
	[VERB_XFORWARD] = { .id = VERB_XFORWARD,
	    .name = "XFORWARD",
	    .syntax = "XFORWARD ATTRIBUTE=VALUE...",
	    .text = "says, for the log, which client the mail came from: NAME "
		    "ADDR PORT PROTO HELO IDENT SOURCE",
	    .source = "Postfix XFORWARD_README",
	    .keyword = "XFORWARD",
	    .when = IN(READY),
	    .later = { 250, 501, 503, 550 } },
	[VERB_VERB] = { .id = VERB_VERB,
	    .name = "VERB",
	    .syntax = "VERB [ON|OFF]",
	    .text = "asks for verbose replies",
	    .source = "sendmail",
	    .keyword = "VERB",
	    .when = ANYWHERE },
	[VERB_ONEX] = { .id = VERB_ONEX,
	    .name = "ONEX",
	    .syntax = "ONEX",
	    .text = "promises one transaction only",
	    .source = "sendmail",
	    .keyword = "ONEX",
	    .when = ANYWHERE },
};

#define VERB_ROWS (sizeof(verb_table) / sizeof(verb_table[0]))

const char *
smtp_state_name(enum smtp_state s)
{
	static const char *const names[] = {
		[SMTP_CLOSED] = "closed",
		[SMTP_CONNECTED] = "connected",
		[SMTP_GREETED] = "greeted",
		[SMTP_READY] = "ready",
		[SMTP_MAIL] = "mail",
		[SMTP_RCPT] = "rcpt",
		[SMTP_TEXT] = "text",
		[SMTP_CHUNKS] = "chunks",
		[SMTP_AUTHING] = "auth",
		[SMTP_LEAVING] = "leaving",
	};
	size_t i = (size_t)s;

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : "unknown";
}

const struct verb *
verb_at(size_t i)
{
	return i < VERB_ROWS ? &verb_table[i] : NULL;
}

const struct verb *
verb_get(enum verb_id id)
{
	return &verb_table[(size_t)id < VERB_ROWS ? id : VERB_UNKNOWN];
}

const struct verb *
verb_find(const char *word, size_t len)
{
	const struct verb *v;
	size_t i;

	if (len == 0)
		return NULL;
	for (i = VERB_HELO; i < VERB_ROWS; i++) {
		v = &verb_table[i];
		/* The first letter parts nearly all: this runs a few times for
		 * every line that is sent. */
		if ((v->name[0] ^ word[0]) & ~0x20)
			continue;
		/* The length first: a NUL in word would end the comparison
		 * before the name is over. */
		if (strnlen(v->name, len + 1) == len &&
		    strncasecmp(v->name, word, len) == 0)
			return v;
	}
	return NULL;
}

size_t
verb_word(const char *line, size_t len)
{
	size_t i;
	char c;

	for (i = 0; i < len; i++) {
		c = line[i];
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			(c >= '0' && c <= '9') || c == '-'))
			break;
	}
	return i;
}

static bool
verb_has(const short *list, int code)
{
	for (; *list != 0; list++)
		if (*list == code)
			return true;
	return false;
}

/* What RFCs allow for any command: 500 and 501 (RFC 5321 4.3.2), 521 of a
 * host that takes no mail, but for QUIT (RFC 7504), 530 where STARTTLS or
 * AUTH must come first (RFC 3207 4, RFC 4954 6). */
static bool
verb_any(enum verb_id id, int code)
{
	switch (code) {
	case 500:
	case 501:
		return true;
	case 521:
		return id != VERB_QUIT;
	case 530:
		return id != VERB_QUIT && id != VERB_NOOP && id != VERB_EHLO &&
		       id != VERB_LHLO;
	default:
		return false;
	}
}

enum verb_listing
verb_lists(const struct verb *v, int code)
{
	if (v == NULL)
		return VERB_NO_LIST;
	if (code == 421 || verb_has(v->success, code) ||
	    verb_has(v->interim, code) || verb_has(v->failure, code) ||
	    verb_has(v->error, code))
		return VERB_LISTED;
	if (verb_has(v->later, code))
		return VERB_LATER;
	if (v->success[0] == 0 && v->interim[0] == 0 && v->later[0] == 0)
		return VERB_NO_LIST;
	if (v->id >= VERB_HELO && verb_any(v->id, code))
		return VERB_LATER;
	return VERB_NOT_LISTED;
}
