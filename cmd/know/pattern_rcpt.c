/* Recipients. Their order counts:
 * pattern.c. */
#include "cmd/know/pattern_priv.h"

const struct pattern pattern_rcpt[] = {
	{ "rcpt.list",
	    "mailing list|send (mail |messages? )?to this "
	    "(group|list)|members-only|not "
	    "subscribed|RESOLVER\\.RST\\.SenderNotAuthenticatedForGroup|^\\d{3}"
	    " 5\\.7\\.2(?![.\\d])|^\\d{3} 5\\.7\\.133(?![.\\d])",
	    "the recipient is a list or a group that takes mail only from its "
	    "members, or only from inside",
	    "ask its owner to join, or to permit outside senders",
	    "RFC 3463 3.8; Microsoft NDR 5.7.133" },
	{ "rcpt.eop",
	    "5\\.4\\.1\\b.{0,80}Recipient address(es)? rejected ?: ?Access "
	    "denied|All recipient addresses rejected ?: ?Access denied",
	    "Exchange Online has no such recipient (directory based edge "
	    "blocking); neither rights nor routing are the matter, whatever "
	    "5.4.1 is registered for",
	    "check the spelling of the address; your tenant: does the mailbox "
	    "exist, is the domain authoritative and not internal relay, is the "
	    "change an hour old?",
	    "ActiveCampaign/smtp-field-manual" },
	{ "rcpt.rule",
	    "user rules|recipient preferences|blocked by the recipient|only "
	    "accepting mail from|(isn.t|is not) on the recipient.s list|not "
	    "pre-approved|refuses? to (accept|receive) (your )?mail|rejected "
	    "by (the )?(recipient|user)\\b|User reject",
	    "the recipient's own rules refuse this sender",
	    "reach the person by another way and ask to be let through",
	    "RFC 3463 3.8" },
	{ "rcpt.unknown-postfix", "User unknown in (local|virtual|relay)",
	    "there is no such user {to} on the server, in the table that the "
	    "reply names",
	    "check the spelling of the address; your server: add the user or "
	    "an alias (local_recipient_maps, virtual_mailbox_maps, "
	    "relay_recipient_maps; postmap -q ADDRESS TABLE); a domain hosted "
	    "elsewhere must not be in mydestination",
	    "Postfix smtpd_check.c" },
	{ "rcpt.unrouteable", "Unrouteable address|unroutable address",
	    "no router of Exim takes that address: there is no such user, or "
	    "no way to its domain",
	    "check the spelling of the address; your server: exim -bt ADDRESS "
	    "shows which routers were tried",
	    "Exim" },
	{ "rcpt.verify",
	    "(unverified|undeliverable) address|Address verification in "
	    "progress|Callback setup failed|recipient callout",
	    "the server asks the host behind it whether the recipient exists: "
	    "undeliverable is that host's no, unverified and in progress that "
	    "it has not answered yet",
	    "in progress: try again in a minute; else see what the host behind "
	    "says, which the reply quotes",
	    "Postfix ADDRESS_VERIFICATION_README" },
	{ "rcpt.full",
	    "over ?quota|quota (is "
	    ")?exceeded|exceeded.{0,20}quota|(mailbox|inbox|account)\\b.{0,40}"
	    "\\b(is )?full|out of storage|Mailbox size limit|^\\d{3} "
	    "[45]\\.2\\.2(?![.\\d])|Boite du destinataire pleine|trouble in "
	    "home directory|quota violation|full mailbox|mail(folder|box) (is "
	    ")?full|(is|are) (over|exceeding) (their|its|the|disk|allowed)? "
	    "?.{0,20}quota|over the allowed "
	    "quota|(mailbox|user|recipient|account).{0,60}(exceed|reached).{0,"
	    "40}(quota|storage|space|limit)|enough (storage "
	    ")?space|space.{0,12}used up|too many messages on the server|disk "
	    "?quota|too much mail data|Speichervolumen|mailbox "
	    "quota|exceed\\w* .{0,20}quota",
	    "the recipient's mailbox is full (over its quota)",
	    "tell the recipient by another way to make room, and behind a 4yz "
	    "try again later; your server: raise the quota (doveadm quota get "
	    "-u USER)",
	    "RFC 3463 3.3" },
	{ "rcpt.disabled",
	    "(account|mailbox|user|recipient).{0,60}(disabled|inactive|"
	    "suspended|blocked due to "
	    "inactivity)|(mailbox|account|user|recipient).{0,40}(frozen|"
	    "deactivated|closed|is locked|terminated)|deactivated "
	    "mailbox|frozen mailbox|archived recipient|destinataire "
	    "archivee|invalid/inactive|is not accepting any mail|(no "
	    "longer|not) (an )?active|extended inactivity|recipient suspend|no "
	    "longer accepts mail|is currently suspended|(?<!ending )has been "
	    "suspended",
	    "the recipient's mailbox exists, but it is switched off",
	    "reach the person by another way, and take the address off your "
	    "lists",
	    "ActiveCampaign/smtp-field-manual" },
	{ "rcpt.denied",
	    "Recipient address rejected: Access denied|Administrative "
	    "prohibition|Envelope blocked|Policy "
	    "Rejection|RESOLVER\\.RST\\.(AuthRequired|NotAuthorized)|delivery "
	    "restricted|access to submit messages",
	    "a rule refuses mail to that recipient from this sender or client, "
	    "whether or not it exists",
	    "ask the recipient's administrator which rule it is (Postfix: "
	    "check_recipient_access and its kin; Exchange: delivery "
	    "restrictions)",
	    "Postfix smtpd_check.c" },
	{ "rcpt.nullmx",
	    "does not accept mail \\(nullMX\\)|null "
	    "MX|^(?!.*(RecipientNotFound|not found))\\d{3} "
	    "[45]\\.1\\.10(?![.\\d])|^556[ -]",
	    "the recipient's domain says by a null MX that it takes no mail",
	    "check the domain of the address: no other way leads to it by mail",
	    "RFC 7505 4.1" },
	{ "rcpt.moved",
	    "(user|recipient) has moved|no longer on (this )?server|has been "
	    "replaced by|^\\d{3} [45]\\.1\\.6(?![.\\d])",
	    "the recipient has moved to another address",
	    "the reply may name it; else ask for the new address",
	    "RFC 3463 3.2" },
	{ "rcpt.domain",
	    "^(?!.*([45]\\.1\\.8|sender)).*((?<!sender )domain (must exist|is "
	    "not reachable|does not exist)(?!.{0,30}sender)|DNS domain \\S+ "
	    "does not exist|dead domain|domain has expired|hosting has "
	    "expired|domain is suspended|no such domain|unrouteable mail "
	    "domain|host (is )?unknown|unknown host|^\\d{3} "
	    "[45]\\.1\\.2(?![.\\d]))",
	    "the domain of the recipient, {to}, does not exist or takes no "
	    "mail there",
	    "check the domain of the address; dig MX {domain} shows where its "
	    "mail goes",
	    "RFC 3463 3.2" },
	{ "host.no-mail",
	    "(host|server|\\bmx[\\w.-]*) does not accept (any )?mail|^521 "
	    "(?!.*(bare|Protocol))",
	    "the host takes no mail",
	    "check the domain of the address: another host (its MX) may take "
	    "it, or none",
	    "RFC 7504" },
	{ "rcpt.unknown",
	    "^(?!.*(DNS "
	    "domain)).*((user|mailbox|recipient|account|address)\\b.{0,40}\\b("
	    "unknown|not found|does ?n.t exist|does not "
	    "exist|invalid|unallocated)|no such "
	    "(user|mailbox|recipient|person|address)|unknown "
	    "(user|recipient|mailbox|local part)|invalid "
	    "(mailbox|recipient)|no mailbox here|Not our "
	    "Customer|NoSuchUser|Addressee unknown|does ?n.t have an? "
	    ".{0,60}account|no longer valid|could not be found|Not in "
	    "recipient list|^\\d{3} [45]\\.1\\.1(?![.\\d])|^\\d{3} #?5\\.1\\.0 "
	    "(.{0,60})?Address rejected|address "
	    "rejected\\W*$|non-?existent|account by that name|no one at this "
	    "address|not an? (valid|known) (mailbox|user|recipient)|not "
	    "(present|listed) in|Utilisateur inconnu|no existe|Nessun "
	    "utente|nicht bekannt|Empf.nger (ist "
	    ")?unbekannt|bad.?rcptto|bad.recipient(?! address syntax)|not in "
	    "my validrcptto|addresses? (was|were) unknown|email address (does "
	    "not|could not|is wrong)|no such address)",
	    "there is no such mailbox: {to}",
	    "check the spelling of the address, ask the recipient for the "
	    "right one; your server: create the mailbox or an alias",
	    "RFC 3463 3.2" },
	{ "rcpt.syntax",
	    "(bad|invalid) (recipient |sender |destination "
	    ")?(address|mailbox)\\b|valid RFC-?5321 address|address "
	    "syntax|^\\d{3} [45]\\.1\\.[37](?![.\\d])",
	    "an address cannot be parsed: a blank, no @, two dots, brackets "
	    "within brackets, or letters beyond ASCII where SMTPUTF8 is not "
	    "offered",
	    "look at the MAIL and RCPT lines as they were sent: an address "
	    "stands in <> without a display name",
	    "RFC 5321 4.1.2" },
	{ "rcpt.too-many",
	    "too many recipients|^\\d{3} 4\\.5\\.3(?![.\\d])|^\\d{3} "
	    "5\\.5\\.3(?![.\\d])|multiple destination domains|recipient count "
	    "exceeds|multiple (recipients|addresses) (not|are not)|messages "
	    "with multiple addresses",
	    "there are more recipients than the server takes in one "
	    "transaction",
	    "send to fewer at once and the rest in a further transaction (100 "
	    "are what RFC 5321 asks of servers)",
	    "RFC 5321 4.5.3.1.8" },
	{ "rcpt.none",
	    "no valid recipients|Valid RCPT command must precede|need RCPT",
	    "DATA was said though every recipient had been refused, or none "
	    "was named",
	    "look at what RCPT was answered before it", "RFC 5321 3.3" },
	{ NULL, NULL, NULL, NULL, NULL },
};
