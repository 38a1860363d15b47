/* One row an EHLO keyword, the registry's, Postfix's and Exim's. RFC 1869 leaves
 * what begins with X to local use: those share the last row. */
#include <string.h>
#include <strings.h>
#include "net/core/ext.h"

static const struct ext ext_table[] = {
	{ "8BITMIME", "", "mail text may have octets over 127", "RFC 6152",
	    "BODY=7BIT|8BITMIME", "", "" },
	{ "SIZE", "[octets]", "the size of a message can be declared",
	    "RFC 1870", "SIZE=octets", "", "" },
	{ "PIPELINING", "", "commands may be sent in groups", "RFC 2920", "",
	    "", "" },
	{ "STARTTLS", "", "TLS can be started", "RFC 3207", "", "",
	    "STARTTLS" },
	{ "AUTH", "mechanism...", "the client can log in by SASL", "RFC 4954",
	    "AUTH=xtext", "", "AUTH" },
	{ "DSN", "", "delivery reports can be asked for", "RFC 3461",
	    "RET=FULL|HDRS ENVID=xtext",
	    "NOTIFY=NEVER|SUCCESS,FAILURE,DELAY ORCPT=type;xtext", "" },
	{ "ENHANCEDSTATUSCODES", "", "replies carry codes such as 5.1.1",
	    "RFC 2034", "", "", "" },
	{ "SMTPUTF8", "", "addresses and headers may be UTF-8", "RFC 6531",
	    "SMTPUTF8", "", "" },
	{ "CHUNKING", "", "mail text can be sent in chunks, by BDAT",
	    "RFC 3030", "", "", "BDAT" },
	{ "BINARYMIME", "", "mail text may be any octets, by BDAT", "RFC 3030",
	    "BODY=BINARYMIME", "", "" },
	{ "VRFY", "", "users can be verified", "RFC 5321", "", "", "VRFY" },
	{ "EXPN", "", "mailing lists can be expanded", "RFC 5321", "", "",
	    "EXPN" },
	{ "HELP", "", "help can be asked for", "RFC 5321", "", "", "HELP" },
	{ "ETRN", "", "queued mail can be called for, by node", "RFC 1985", "",
	    "", "ETRN" },
	{ "ATRN", "", "queued mail can be taken by turning the connection",
	    "RFC 2645", "", "", "ATRN" },
	{ "TURN", "", "sender and receiver can swap roles", "RFC 821", "", "",
	    "TURN" },
	{ "SEND", "", "mail can go to a user's terminal", "RFC 821", "", "",
	    "SEND" },
	{ "SOML", "", "mail can go to a terminal or else a mailbox", "RFC 821",
	    "", "", "SOML" },
	{ "SAML", "", "mail can go to a terminal and a mailbox", "RFC 821", "",
	    "", "SAML" },
	{ "DELIVERBY", "[seconds]", "a time limit for delivery can be set",
	    "RFC 2852", "BY=seconds;R|N[T]", "", "" },
	{ "FUTURERELEASE", "seconds date-time",
	    "mail can be held for later release", "RFC 4865",
	    "HOLDFOR=seconds HOLDUNTIL=date-time", "", "" },
	{ "MT-PRIORITY", "[policy]", "mail can be given a priority", "RFC 6710",
	    "MT-PRIORITY=-9..9", "", "" },
	{ "REQUIRETLS", "", "TLS can be required on the whole way", "RFC 8689",
	    "REQUIRETLS", "", "" },
	{ "RRVS", "", "a mailbox can be required to have the same owner",
	    "RFC 7293", "", "RRVS=date-time[;C|R]", "" },
	{ "LIMITS", "name=value...", "limits: MAILMAX, RCPTMAX, RCPTDOMAINMAX",
	    "RFC 9422", "", "", "" },
	{ "BURL", "[imap] [url...]",
	    "mail text can be fetched from an IMAP server", "RFC 4468", "", "",
	    "BURL" },
	{ "MTRK", "", "messages can be tracked", "RFC 3885",
	    "MTRK=certifier[:timeout]", "", "" },
	{ "NO-SOLICITING", "[class...]", "kinds of solicitation are refused",
	    "RFC 3865", "SOLICIT=class[:class...]", "", "" },
	{ "CHECKPOINT", "", "a broken transaction can be taken up again",
	    "RFC 1845", "TRANSID=<id>", "", "" },
	{ "CONPERM", "", "the server may be allowed to convert content",
	    "RFC 4141", "CONPERM", "", "" },
	{ "CONNEG", "", "the server tells what a recipient can show",
	    "RFC 4141", "", "CONNEG", "" },
	{ "SUBMITTER", "", "the responsible submitter can be named", "RFC 4405",
	    "SUBMITTER=xtext", "", "" },
	{ "UTF8SMTP", "", "UTF-8 addresses, superseded by SMTPUTF8", "RFC 5336",
	    "ALT-ADDRESS=xtext", "ALT-ADDRESS=xtext", "" },
	{ "VERB", "", "replies can be made verbose", "sendmail", "", "",
	    "VERB" },
	{ "ONEX", "", "one transaction only can be promised", "sendmail", "",
	    "", "ONEX" },
	{ "XCLIENT", "attribute...", "a client's attributes can be overridden",
	    "Postfix XCLIENT_README", "", "", "XCLIENT" },
	{ "XFORWARD", "attribute...",
	    "a client's attributes can be passed on, for the log",
	    "Postfix XFORWARD_README", "", "", "XFORWARD" },
	{ "PRDR", "",
	    "each recipient gets a reply behind the mail text, as in LMTP",
	    "Exim, draft-hall-prdr", "PRDR", "", "" },
	{ "PIPECONNECT", "",
	    "who knows the server may send EHLO and more before the greeting",
	    "Exim, draft-harris-early-pipe", "", "", "" },
	{ "X_PIPE_CONNECT", "",
	    "PIPECONNECT, by its first name; no keyword by RFC 5321 4.1.1.1",
	    "Exim 4.92 to 4.94", "", "", "" },
	{ "X", "", "a local extension of that server", "RFC 1869", "", "", "" },
};

const struct ext *
ext_at(size_t i)
{
	return i < sizeof(ext_table) / sizeof(ext_table[0]) ? &ext_table[i]
							    : NULL;
}

const struct ext *
ext_find(const char *word, size_t len)
{
	const struct ext *x, *last = NULL;
	size_t i;

	/* Servers from before RFC 2554 say "AUTH=LOGIN". */
	if (len >= 5 && strncasecmp(word, "AUTH=", 5) == 0)
		len = 4;
	for (i = 0; (x = ext_at(i)) != NULL; i++) {
		if (strlen(x->keyword) == len &&
		    strncasecmp(x->keyword, word, len) == 0)
			return x;
		last = x;
	}
	return len > 0 && (word[0] == 'X' || word[0] == 'x') ? last : NULL;
}
