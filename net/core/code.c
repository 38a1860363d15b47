/* The rows stand in order of code, STD 10's first where a code has several.
 * STD 10 prints 451 twice, as "error in processing" (4.2.1) and as "local
 * error in processing" (4.2.2): the second, longer one is taken. */
#include "net/core/code.h"

#define STD10_SOURCE "STD 10 (RFC 821) 4.2"

static const struct code code_table[] = {
	{ 211, "System status, or system help reply", "", STD10_SOURCE, { 0 },
	    true },
	{ 214, "Help message",
	    "Information on how to use the receiver or the meaning of a "
	    "particular non-standard command; this reply is useful only to the "
	    "human user",
	    STD10_SOURCE, { 0 }, true },
	{ 220, "<domain> Service ready", "", STD10_SOURCE, { 0 }, true },
	{ 220, "Ready to start TLS", "", "RFC 3207 4, RFC 2487",
	    { VERB_STARTTLS }, false },
	{ 221, "<domain> Service closing transmission channel", "",
	    STD10_SOURCE, { 0 }, true },
	{ 235, "Authentication Succeeded", "", "RFC 4954 6, RFC 2554",
	    { VERB_AUTH, VERB_RESPONSE }, false },
	{ 250, "Requested mail action okay, completed", "", STD10_SOURCE, { 0 },
	    true },
	{ 250, "OK, queuing for node <x> started", "", "RFC 1985 5",
	    { VERB_ETRN }, false },
	{ 251, "User not local; will forward to <forward-path>", "",
	    STD10_SOURCE, { 0 }, true },
	{ 251, "OK, no messages waiting for node <x>", "", "RFC 1985 5",
	    { VERB_ETRN }, false },
	{ 252, "Cannot VRFY user, but will accept message and attempt delivery",
	    "", "RFC 5321 4.2.2, RFC 1123 5.2.3", { VERB_VRFY, VERB_EXPN },
	    false },
	{ 252, "OK, pending messages for node <x> started", "", "RFC 1985 5",
	    { VERB_ETRN }, false },
	{ 253, "OK, <n> pending messages for node <x> started", "",
	    "RFC 1985 5", { VERB_ETRN }, false },
	{ 334, "Server challenge", "the text is base64, and may be empty",
	    "RFC 4954 4, RFC 2554", { VERB_AUTH, VERB_RESPONSE }, false },
	{ 353, "Replies for each recipient follow",
	    "one for each accepted RCPT, in their order, and one for the "
	    "message",
	    "draft-hall-prdr, Exim", { VERB_TEXT_END, VERB_BDAT }, false },
	{ 354, "Start mail input; end with <CRLF>.<CRLF>", "", STD10_SOURCE,
	    { 0 }, true },
	{ 355, "<n> is the transaction offset",
	    "octets that the server has already; go on from there", "RFC 1845",
	    { VERB_MAIL }, false },
	{ 421, "<domain> Service not available, closing transmission channel",
	    "This may be a reply to any command if the service knows it must "
	    "shut down",
	    STD10_SOURCE, { 0 }, true },
	{ 422, "A password transition is needed", "", "RFC 5248",
	    { VERB_AUTH, VERB_RESPONSE }, false },
	{ 430, "Invalid command", "", "RFC 5248", { 0 }, false },
	{ 432, "A password transition is needed", "", "RFC 4954 6, RFC 2554",
	    { VERB_AUTH, VERB_RESPONSE }, false },
	{ 450, "Requested mail action not taken: mailbox unavailable",
	    "E.g., mailbox busy", STD10_SOURCE, { 0 }, true },
	{ 450, "Requested mail action not taken: mailbox unavailable",
	    "e.g., mailbox busy or temporarily blocked for policy reasons",
	    "RFC 5321 4.2.2", { 0 }, false },
	{ 450, "ATRN request refused", "", "RFC 2645", { VERB_ATRN }, false },
	{ 451, "Requested action aborted: local error in processing", "",
	    STD10_SOURCE, { 0 }, true },
	{ 451, "Unable to process ATRN request now", "", "RFC 2645",
	    { VERB_ATRN }, false },
	{ 452, "Requested action not taken: insufficient system storage", "",
	    STD10_SOURCE, { 0 }, true },
	{ 452, "Too many recipients",
	    "STD 10 had 552 for this; send the rest in another transaction",
	    "RFC 5321 4.5.3.1.10", { VERB_RCPT }, false },
	{ 453, "You have no mail", "", "RFC 2645", { VERB_ATRN }, false },
	{ 454, "Temporary authentication failure", "", "RFC 4954 6, RFC 2554",
	    { VERB_AUTH, VERB_RESPONSE }, false },
	{ 454, "TLS not available due to temporary reason", "",
	    "RFC 3207 4, RFC 2487", { VERB_STARTTLS }, false },
	{ 455, "Server unable to accommodate parameters", "",
	    "RFC 5321 4.2.2, RFC 1869 6", { VERB_MAIL, VERB_RCPT }, false },
	{ 458, "Unable to queue messages for node <x>", "", "RFC 1985 5",
	    { VERB_ETRN }, false },
	{ 459, "Node <x> not allowed: <reason>", "", "RFC 1985 5",
	    { VERB_ETRN }, false },
	{ 500, "Syntax error, command unrecognized",
	    "This may include errors such as command line too long",
	    STD10_SOURCE, { 0 }, true },
	{ 500, "Authentication Exchange line is too long", "", "RFC 4954 6",
	    { VERB_RESPONSE }, false },
	{ 501, "Syntax error in parameters or arguments", "", STD10_SOURCE,
	    { 0 }, true },
	{ 501, "Syntax error (no parameters allowed)", "",
	    "RFC 3207 4, RFC 2487", { VERB_STARTTLS }, false },
	{ 501, "Authentication exchange cancelled, or bad base64", "",
	    "RFC 4954 4, RFC 2554", { VERB_RESPONSE }, false },
	{ 502, "Command not implemented", "", STD10_SOURCE, { 0 }, true },
	{ 503, "Bad sequence of commands", "", STD10_SOURCE, { 0 }, true },
	{ 504, "Command parameter not implemented", "", STD10_SOURCE, { 0 },
	    true },
	{ 504, "Unrecognized authentication type", "", "RFC 4954 4, RFC 2554",
	    { VERB_AUTH }, false },
	{ 521, "Host does not accept mail", "", "RFC 7504, RFC 1846", { 0 },
	    false },
	{ 523, "Encryption Needed", "", "RFC 5248",
	    { VERB_AUTH, VERB_RESPONSE }, false },
	{ 524, "Encryption required for requested authentication mechanism", "",
	    "RFC 5248", { VERB_AUTH, VERB_RESPONSE }, false },
	{ 525, "User Account Disabled", "", "RFC 5248",
	    { VERB_AUTH, VERB_RESPONSE }, false },
	{ 530, "Must issue a STARTTLS command first", "",
	    "RFC 3207 4, RFC 2487", { 0 }, false },
	{ 530, "Authentication required", "", "RFC 4954 6, RFC 2554", { 0 },
	    false },
	{ 533, "Delivery not authorized, message refused", "", "RFC 5248",
	    { 0 }, false },
	{ 534, "Authentication mechanism is too weak", "",
	    "RFC 4954 6, RFC 2554", { VERB_AUTH, VERB_RESPONSE }, false },
	{ 535, "Authentication credentials invalid", "", "RFC 4954 6",
	    { VERB_AUTH, VERB_RESPONSE }, false },
	{ 538, "Encryption required for requested authentication mechanism", "",
	    "RFC 4954 6, RFC 2554", { VERB_AUTH, VERB_RESPONSE }, false },
	{ 550, "Requested action not taken: mailbox unavailable",
	    "E.g., mailbox not found, no access", STD10_SOURCE, { 0 }, true },
	{ 550, "Requested action not taken: mailbox unavailable",
	    "e.g., mailbox not found, no access, or command rejected for "
	    "policy reasons",
	    "RFC 5321 4.2.2", { 0 }, false },
	{ 551, "User not local; please try <forward-path>", "", STD10_SOURCE,
	    { 0 }, true },
	{ 552, "Requested mail action aborted: exceeded storage allocation", "",
	    STD10_SOURCE, { 0 }, true },
	{ 552, "Message size exceeds fixed maximum message size", "",
	    "RFC 1870 6", { VERB_MAIL, VERB_RCPT, VERB_TEXT_END }, false },
	{ 553, "Requested action not taken: mailbox name not allowed",
	    "E.g., mailbox syntax incorrect", STD10_SOURCE, { 0 }, true },
	{ 554, "Transaction failed", "", STD10_SOURCE, { 0 }, true },
	{ 554, "No SMTP service here", "", "RFC 5321 3.1", { VERB_GREETING },
	    false },
	{ 555, "MAIL FROM/RCPT TO parameters not recognized or not implemented",
	    "", "RFC 5321 4.2.2, RFC 1869 6", { VERB_MAIL, VERB_RCPT }, false },
	{ 556, "Domain does not accept mail", "", "RFC 7504 5.2", { VERB_RCPT },
	    false },
};

const struct code *
code_at(size_t i)
{
	return i < sizeof(code_table) / sizeof(code_table[0]) ? &code_table[i]
							      : NULL;
}

static bool
code_names(const struct code *c, enum verb_id v)
{
	size_t i;

	for (i = 0; c->verbs[i] != 0; i++)
		if (c->verbs[i] == (short)v)
			return true;
	return false;
}

const struct code *
code_find(int code, enum verb_id v)
{
	const struct code *c, *std10 = NULL, *named = NULL, *other = NULL;
	size_t i;

	for (i = 0; (c = code_at(i)) != NULL; i++) {
		if (c->code != code)
			continue;
		if (c->std10)
			std10 = c;
		else if (code_names(c, v))
			named = c;
		else if (other == NULL)
			other = c;
	}
	if (std10 != NULL &&
	    (named == NULL || verb_lists(verb_get(v), code) == VERB_LISTED))
		return std10;
	return named != NULL ? named : other;
}

const char *
code_first_digit(int code)
{
	static const char *const texts[] = { NULL, "Positive Preliminary",
		"Positive Completion", "Positive Intermediate",
		"Transient Negative Completion",
		"Permanent Negative Completion" };

	return code >= 100 && code <= 599 ? texts[code / 100] : NULL;
}

const char *
code_second_digit(int code)
{
	static const char *const texts[] = { "Syntax", "Information",
		"Connections", "Unspecified as yet", "Unspecified as yet",
		"Mail system" };
	int digit = code / 10 % 10;

	return code >= 100 && code <= 599 && digit <= 5 ? texts[digit] : NULL;
}
