/* What enhanced status codes, and codes without one, say of the cause, where
 * the text says nothing that is known. */
#include "cmd/know/cause_priv.h"

static bool
code_no_tls(const struct sight *s)
{
	return !s->tls && (s->starttls || s->mechs == NULL);
}

static bool
code_tls_offered(const struct sight *s)
{
	return !s->tls && s->starttls;
}

const struct cause_enh cause_later[] = {
	{ 7, 1, "denied.later",
	    "a rule of the server puts this client, sender or recipient off: "
	    "mostly greylisting, or a limit",
	    "send it again in some minutes with the same envelope; the "
	    "server's log says which rule" },
	{ 0, 0, NULL, NULL, NULL },
};

const struct cause_enh cause_enhs[] = {
	{ 1, 1, "rcpt.unknown", "there is no such mailbox: {to}",
	    "check the spelling of the address" },
	{ 1, 2, "rcpt.domain",
	    "the domain of the recipient, {to}, is not right",
	    "check the domain of the address; dig MX {domain}" },
	{ 1, 3, "rcpt.syntax", "the address cannot be parsed",
	    "look at the RCPT line as it was sent" },
	{ 1, 6, "rcpt.moved", "the recipient has moved and left no address",
	    "ask for the new address" },
	{ 1, 7, "sender.syntax", "the sender's address cannot be parsed",
	    "look at the MAIL line as it was sent (--from)" },
	{ 1, 8, "sender.domain",
	    "the domain of the sender, {from}, does not exist, as the server "
	    "sees it",
	    "correct --from, or give that domain an MX or A record" },
	{ 1, 10, "rcpt.nullmx",
	    "the recipient's domain takes no mail (null MX)",
	    "check the domain of the address" },
	{ 2, 1, "rcpt.disabled", "the mailbox is there and takes no mail",
	    "reach the person by another way" },
	{ 2, 2, "rcpt.full", "the recipient's mailbox is full",
	    "tell the recipient by another way to make room; try again later" },
	{ 2, 3, "size.message",
	    "the message is too large for that mailbox{size}",
	    "send a smaller one, or a link to it" },
	{ 3, 1, "size.disk", "the server's own disk is full",
	    "tell its administrator; try again later" },
	{ 3, 2, "state.unavailable", "the server takes no mail now",
	    "try again later" },
	{ 3, 4, "size.message", "the message is too large for the server{size}",
	    "send a smaller one, or a link to it" },
	{ 3, 5, "state.config", "the server's own configuration is broken",
	    "tell its operator: its log has the line" },
	{ 4, 1, "route.silent", "the host behind the server does not answer it",
	    "try again later; the server's log names that host" },
	{ 4, 3, "route.lookup",
	    "a directory or name server that the server "
	    "needs does not answer it",
	    "try again later; your server: its resolver, LDAP, SQL" },
	{ 4, 4, "route.none", "the server knows no way to that domain",
	    "check the domain of the address; your server: its transport "
	    "tables and DNS" },
	{ 4, 6, "loop", "the mail goes in a circle between servers",
	    "read its Received headers from the lowest up" },
	{ 4, 7, "state.expired", "the server has tried for too long",
	    "its queue and log show why it was late" },
	{ 5, 3, "rcpt.too-many",
	    "there are more recipients than it takes at "
	    "once",
	    "send to fewer in one transaction" },
	{ 6, 1, "text.8bit", "the server does not take that kind of content",
	    "encode it as quoted-printable or base64" },
	{ 6, 3, "text.8bit", "the text needs a conversion that is not done",
	    "encode it as quoted-printable or base64" },
	{ 6, 7, "text.utf8",
	    "an address is not ASCII, and SMTPUTF8 was not "
	    "declared",
	    "use the ASCII form of the address" },
	{ 7, 1, "denied.client",
	    "a rule of the server refuses this client, "
	    "sender or recipient",
	    "its log says which: ask its operator with the time and your "
	    "address" },
	{ 7, 8, "login.failed", "the login failed: user or password is wrong",
	    "try the whole address as user; type the password anew" },
	{ 7, 9, "login.weak",
	    "the server does not take that mechanism for "
	    "this account",
	    "name another one (--auth MECHANISM)" },
	{ 7, 11, "tls.first", "the server wants TLS for that login",
	    "add --tls (at the prompt \\starttls)" },
	{ 7, 20, "auth.dkim", "there is no DKIM signature that passes",
	    "sign the message for the domain of From" },
	{ 7, 23, "auth.spf",
	    "SPF has failed: the sender's domain does not "
	    "list this client",
	    "add this client to the domain's SPF record" },
	{ 7, 25, "name.ptr",
	    "the client's address has no PTR record (reverse "
	    "DNS)",
	    "ask the owner of the address (provider, hoster) to set it" },
	{ 7, 26, "auth.gmail", "several authentication checks have failed",
	    "publish SPF, sign with DKIM" },
	{ 7, 27, "sender.nullmx", "the sender's domain takes no mail (null MX)",
	    "use a sender whose domain takes mail" },
	{ 7, 28, "rate.other", "a rate limit: too much mail from here",
	    "send more slowly" },
	{ 0, 0, NULL, NULL, NULL },
};

const struct cause_code cause_codes[] = {
	{ 421, VERB_UNKNOWN, NULL, "state.closing",
	    "the server ends the session: it is overloaded, restarts, or has "
	    "waited too long",
	    "wait a minute and connect again" },
	{ 450, VERB_RCPT, NULL, "rcpt.later",
	    "the recipient cannot be served now: a busy mailbox, or "
	    "greylisting",
	    "send it again in some minutes with the same envelope" },
	{ 451, VERB_UNKNOWN, NULL, "state.error",
	    "an error in the server has stopped it, or it puts this client off "
	    "(greylisting)",
	    "try again in some minutes; the server's log has the reason" },
	{ 452, VERB_UNKNOWN, NULL, "size.disk",
	    "the server lacks storage, or there are too many recipients",
	    "try again later, with fewer recipients" },
	{ 454, VERB_STARTTLS, NULL, "tls.broken",
	    "the server offers STARTTLS and cannot do it: its certificate or "
	    "key cannot be used",
	    "tell its operator; the server's log names the file" },
	{ 454, VERB_AUTH, NULL, "login.backend",
	    "the server cannot check logins now", "try again later" },
	{ 5, VERB_STARTTLS, code_tls_offered, "tls.broken",
	    "the server offers STARTTLS and then refuses it: its TLS is not "
	    "set up (certificate, key), or something on the way takes it out",
	    "tell its operator: the server's log names the file or the "
	    "setting; compare from another network; port 465 with "
	    "--tls-on-connect may work" },
	{ 500, VERB_TEXT_END, NULL, "text.refused",
	    "the server does not take this text (a line that is too long, or "
	    "what it holds)",
	    "break lines at 998 octets; send the plainest text to see whether "
	    "it is the content" },
	{ 500, VERB_UNKNOWN, NULL, "command.unknown",
	    "the server does not know this command",
	    "check its spelling; HELP and the EHLO reply list what there is" },
	{ 501, VERB_EHLO, NULL, "helo.syntax",
	    "the server does not like the name in EHLO, {helo}",
	    "say a real host name with --helo mail.example.org" },
	{ 501, VERB_HELO, NULL, "helo.syntax",
	    "the server does not like the name in HELO, {helo}",
	    "say a real host name with --helo mail.example.org" },
	{ 501, VERB_UNKNOWN, NULL, "command.syntax",
	    "the command's argument is not as it should be",
	    "look at the line as it was sent" },
	{ 502, VERB_UNKNOWN, NULL, "command.off",
	    "the server does not do this command",
	    "its EHLO reply lists what it does" },
	{ 503, VERB_UNKNOWN, NULL, "proto.nested",
	    "the command came out of order",
	    "EHLO, MAIL, RCPT, DATA in that order; RSET begins anew" },
	{ 504, VERB_AUTH, NULL, "login.mechanism",
	    "the server does not know that mechanism of AUTH",
	    "name one of its EHLO reply (--auth MECHANISM)" },
	{ 521, VERB_UNKNOWN, NULL, "host.no-mail", "the host takes no mail",
	    "check the domain of the address" },
	{ 530, VERB_UNKNOWN, code_no_tls, "tls.first",
	    "the server wants TLS first (STARTTLS)",
	    "add --tls (at the prompt \\starttls)" },
	{ 530, VERB_UNKNOWN, NULL, "login.required",
	    "the server wants a login first: authentication is required",
	    "add --auth --auth-user USER" },
	{ 534, VERB_UNKNOWN, NULL, "login.weak",
	    "the server does not take that mechanism for this account",
	    "name another one (--auth MECHANISM)" },
	{ 535, VERB_UNKNOWN, NULL, "login.failed",
	    "the login failed: user or password is wrong",
	    "try the whole address as user; type the password anew" },
	{ 538, VERB_UNKNOWN, NULL, "tls.first",
	    "the server wants TLS for that login", "add --tls" },
	{ 550, VERB_RCPT, NULL, "rcpt.unavailable",
	    "the recipient {to} is refused: no such mailbox, or a rule; the "
	    "server does not say which",
	    "check the spelling first; then ask the recipient's "
	    "administrator" },
	{ 550, VERB_MAIL, NULL, "sender.refused",
	    "the sender {from} is refused",
	    "try another --from; ask the server's operator" },
	{ 551, VERB_RCPT, NULL, "rcpt.elsewhere",
	    "the recipient is not here; the reply may say where",
	    "send it to the address in the reply" },
	{ 552, VERB_UNKNOWN, NULL, "size.message",
	    "the message is too large, or the mailbox is full{size}",
	    "send a smaller one; ask the recipient" },
	{ 553, VERB_RCPT, NULL, "rcpt.syntax",
	    "the server does not allow that recipient's name",
	    "check the spelling of the address" },
	{ 553, VERB_MAIL, NULL, "sender.refused",
	    "the server does not allow the sender {from}",
	    "send with the login's own address (--from)" },
	{ 554, VERB_TEXT_END, NULL, "text.refused",
	    "the server does not take this text, and does not say why",
	    "send the plainest text to see whether it is the content; the "
	    "server's log" },
	{ 555, VERB_UNKNOWN, NULL, "command.parameter",
	    "the server does not know a parameter of the command",
	    "leave out what its EHLO reply does not offer" },
	{ 556, VERB_UNKNOWN, NULL, "rcpt.nullmx",
	    "the recipient's domain takes no mail",
	    "check the domain of the address" },
	{ 0, VERB_UNKNOWN, NULL, NULL, NULL, NULL },
};
