/* One row an EHLO keyword, the registry's, Postfix's and Exim's. RFC 1869 leaves
 * what begins with X to local use: those share the last row. */
#include <string.h>
#include <strings.h>
#include "net/core/ext.h"

static const struct ext ext_table[] = {
	{ "8BITMIME", NULL, "mail text may have octets over 127", "RFC 6152",
	    "BODY=7BIT|8BITMIME", NULL, NULL },
	{ "SIZE", "[octets]", "the size of a message can be declared",
	    "RFC 1870", "SIZE=octets", NULL, NULL },
	{ "PIPELINING", NULL, "commands may be sent in groups", "RFC 2920",
	    NULL, NULL, NULL },
	{ "STARTTLS", NULL, "TLS can be started", "RFC 3207", NULL, NULL,
	    "STARTTLS" },
	{ "AUTH", "mechanism...", "the client can log in by SASL", "RFC 4954",
	    "AUTH=xtext", NULL, "AUTH" },
	{ "DSN", NULL, "delivery reports can be asked for", "RFC 3461",
	    "RET=FULL|HDRS ENVID=xtext",
	    "NOTIFY=NEVER|SUCCESS,FAILURE,DELAY ORCPT=type;xtext", NULL },
	{ "ENHANCEDSTATUSCODES", NULL, "replies carry codes such as 5.1.1",
	    "RFC 2034", NULL, NULL, NULL },
	{ "SMTPUTF8", NULL, "addresses and headers may be UTF-8", "RFC 6531",
	    "SMTPUTF8", NULL, NULL },
	{ "CHUNKING", NULL, "mail text can be sent in chunks, by BDAT",
	    "RFC 3030", NULL, NULL, "BDAT" },
	{ "BINARYMIME", NULL, "mail text may be any octets, by BDAT",
	    "RFC 3030", "BODY=BINARYMIME", NULL, NULL },
	{ "VRFY", NULL, "users can be verified", "RFC 5321", NULL, NULL,
	    "VRFY" },
	{ "EXPN", NULL, "mailing lists can be expanded", "RFC 5321", NULL, NULL,
	    "EXPN" },
	{ "HELP", NULL, "help can be asked for", "RFC 5321", NULL, NULL,
	    "HELP" },
	{ "ETRN", NULL, "queued mail can be called for, by node", "RFC 1985",
	    NULL, NULL, "ETRN" },
	{ "ATRN", NULL, "queued mail can be taken by turning the connection",
	    "RFC 2645", NULL, NULL, "ATRN" },
	{ "TURN", NULL, "sender and receiver can swap roles", "RFC 821", NULL,
	    NULL, "TURN" },
	{ "SEND", NULL, "mail can go to a user's terminal", "RFC 821", NULL,
	    NULL, "SEND" },
	{ "SOML", NULL, "mail can go to a terminal or else a mailbox",
	    "RFC 821", NULL, NULL, "SOML" },
	{ "SAML", NULL, "mail can go to a terminal and a mailbox", "RFC 821",
	    NULL, NULL, "SAML" },
	{ "DELIVERBY", "[seconds]", "a time limit for delivery can be set",
	    "RFC 2852", "BY=seconds;R|N[T]", NULL, NULL },
	{ "FUTURERELEASE", "seconds date-time",
	    "mail can be held for later release", "RFC 4865",
	    "HOLDFOR=seconds HOLDUNTIL=date-time", NULL, NULL },
	{ "MT-PRIORITY", "[policy]", "mail can be given a priority", "RFC 6710",
	    "MT-PRIORITY=-9..9", NULL, NULL },
	{ "REQUIRETLS", NULL, "TLS can be required on the whole way",
	    "RFC 8689", "REQUIRETLS", NULL, NULL },
	{ "RRVS", NULL, "a mailbox can be required to have the same owner",
	    "RFC 7293", NULL, "RRVS=date-time[;C|R]", NULL },
	{ "LIMITS", "name=value...", "limits: MAILMAX, RCPTMAX, RCPTDOMAINMAX",
	    "RFC 9422", NULL, NULL, NULL },
	{ "BURL", "[imap] [url...]",
	    "mail text can be fetched from an IMAP server", "RFC 4468", NULL,
	    NULL, "BURL" },
	{ "MTRK", NULL, "messages can be tracked", "RFC 3885",
	    "MTRK=certifier[:timeout]", NULL, NULL },
	{ "NO-SOLICITING", "[class...]", "kinds of solicitation are refused",
	    "RFC 3865", "SOLICIT=class[:class...]", NULL, NULL },
	{ "CHECKPOINT", NULL, "a broken transaction can be taken up again",
	    "RFC 1845", "TRANSID=<id>", NULL, NULL },
	{ "CONPERM", NULL, "the server may be allowed to convert content",
	    "RFC 4141", "CONPERM", NULL, NULL },
	{ "CONNEG", NULL, "the server tells what a recipient can show",
	    "RFC 4141", NULL, "CONNEG", NULL },
	{ "SUBMITTER", NULL, "the responsible submitter can be named",
	    "RFC 4405", "SUBMITTER=xtext", NULL, NULL },
	{ "UTF8SMTP", NULL, "UTF-8 addresses, superseded by SMTPUTF8",
	    "RFC 5336", "ALT-ADDRESS=xtext", "ALT-ADDRESS=xtext", NULL },
	{ "VERB", NULL, "replies can be made verbose", "sendmail", NULL, NULL,
	    "VERB" },
	{ "ONEX", NULL, "one transaction only can be promised", "sendmail",
	    NULL, NULL, "ONEX" },
	{ "XCLIENT", "attribute...", "a client's attributes can be overridden",
	    "Postfix XCLIENT_README", NULL, NULL, "XCLIENT" },
	{ "XFORWARD", "attribute...",
	    "a client's attributes can be passed on, for the log",
	    "Postfix XFORWARD_README", NULL, NULL, "XFORWARD" },
	{ "PRDR", NULL,
	    "each recipient gets a reply behind the mail text, as in LMTP",
	    "Exim, draft-hall-prdr", "PRDR", NULL, NULL },
	{ "PIPECONNECT", NULL,
	    "who knows the server may send EHLO and more before the greeting",
	    "Exim, draft-harris-early-pipe", NULL, NULL, NULL },
	{ "X_PIPE_CONNECT", NULL,
	    "PIPECONNECT, by its first name; no keyword by RFC 5321 4.1.1.1",
	    "Exim 4.92 to 4.94", NULL, NULL, NULL },
	{ "X", NULL, "a local extension of that server", "RFC 1869", NULL, NULL,
	    NULL },
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
