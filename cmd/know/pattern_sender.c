/* Senders, their authentication, recipients. Their order counts:
 * pattern.c. */
#include "cmd/know/pattern_priv.h"

const struct pattern pattern_sender[] = {
	{ "sender.nullmx",
	    "Sender address rejected: Domain \\S+ does not accept mail",
	    "the domain of the sender, {from}, says by a null MX that it takes "
	    "no mail, so nothing could ever be returned to it",
	    "use a sender whose domain takes mail, or --from '<>'; a domain "
	    "that sends mail should have no null MX",
	    "Postfix smtpd_check.c; RFC 7505 4.2" },
	{ "sender.domain",
	    "Sender address rejected: (Domain not found|Malformed DNS)|Domain "
	    "of sender address .{0,80}does not (exist|resolve)|Invalid DNS MX "
	    "or A/AAAA|^\\d{3} [45]\\.1\\.8(?![.\\d])|sender domain "
	    ".{0,40}(not (exist|found|resolve)|no (MX|A))",
	    "the domain of the sender, {from}, does not exist in DNS or has no "
	    "MX and no address record, as the server sees it",
	    "correct --from, or give that domain an MX or A record (dig MX "
	    "DOMAIN); hosts that mail as root@host must masquerade (myorigin, "
	    "smtp_generic_maps); behind a 4yz it may be the server's own "
	    "resolver",
	    "Postfix smtpd_check.c" },
	{ "sender.verify",
	    "Sender verify failed|Verification failed for|sender "
	    "(callout|verification) (failed|error)|Could not complete sender "
	    "verify callout",
	    "the server has checked whether the sender, {from}, can take mail, "
	    "and found that it cannot",
	    "use a sender address that exists (--from); smtpsh --mx DOMAIN "
	    "--from '<>' --to SENDER --quit-after rcpt asks its own host as "
	    "this server did",
	    "Exim smtp_in.c" },
	{ "sender.fqdn",
	    "(Sender|Recipient) address rejected: need fully-qualified "
	    "address|must contain a domain",
	    "an address has no domain, or one without a dot",
	    "write the whole address in --from and --to",
	    "Postfix smtpd_check.c" },
	{ "sender.owned", "Sender address rejected: not owned by user (\\S+)",
	    "this login may not send as {from}",
	    "send with the login's own address (--from); your server: "
	    "smtpd_sender_login_maps",
	    "Postfix smtpd_check.c" },
	{ "sender.not-logged-in", "Sender address rejected: not logged in",
	    "the sender address {from} belongs to a user, and nobody has "
	    "logged in",
	    "log in (--tls --auth --auth-user USER), or use another --from",
	    "Postfix smtpd_check.c" },
	{ "sender.sendas",
	    "SendAsDenied|permissions? to send as|^\\d{3} "
	    "5\\.7\\.60(?![.\\d])|^\\d{3} 5\\.2\\.252(?![.\\d])",
	    "the login has no right to send as the address in From or MAIL",
	    "send with the login's own address, in --from and in the From "
	    "header, or have the administrator grant Send As on that mailbox",
	    "Microsoft, NDRs in Exchange Online" },
	{ "sender.refused",
	    "Sender address is not allowed|sender (address )?(is )?(not "
	    "allowed|denied|rejected|blocked)|Sender "
	    "denied|badmailfrom|Blocked Senders",
	    "the server does not take the sender {from}: it is not the login's "
	    "own, or on a deny list",
	    "send with the login's own address (--from); if it is a deny list, "
	    "ask the recipient's administrator",
	    "ActiveCampaign/smtp-field-manual" },
	{ "sender.ses", "Email address is not verified",
	    "Amazon SES sends only for addresses and domains that were "
	    "verified in its region (in the sandbox recipients too)",
	    "verify the address in the SES console of that region, or have the "
	    "account taken out of the sandbox",
	    "AWS, SES" },
	{ "auth.spf",
	    "\\bSPF\\b.{0,60}(fail|not "
	    "(authori[sz]ed|permitted|pass)|reject|den)|Reject due to "
	    "SPF|^\\d{3} 5\\.7\\.23(?![.\\d])|does not designate|DMARC Sender "
	    "Invalid",
	    "the SPF record of the sender's domain does not list this client",
	    "dig TXT DOMAIN shows the record: add this client to v=spf1 (ip4:, "
	    "ip6:, include:), or send through a server that is listed; what is "
	    "forwarded needs SRS",
	    "RFC 7208 8.4" },
	{ "auth.ms515", "^\\d{3} 5\\.7\\.515(?![.\\d])",
	    "to mail Microsoft's consumers in numbers the domain of From must "
	    "pass SPF, DKIM and DMARC together",
	    "publish SPF, sign with DKIM, publish _dmarc with p=none at least, "
	    "and let one of them be aligned with From",
	    "Microsoft, 5.7.515" },
	{ "auth.dmarc",
	    "\\bDMARC\\b|^\\d{3} 5\\.7\\.509(?![.\\d])|Unauthenticated email "
	    "from",
	    "neither SPF nor DKIM has passed for the domain of the From "
	    "header, whose DMARC policy refuses such mail",
	    "send through the domain's own server, which signs with DKIM, or "
	    "sign for that domain, or put this client into its SPF record with "
	    "the same domain in MAIL (dig TXT _dmarc.DOMAIN shows the policy)",
	    "RFC 7489 6.6" },
	{ "auth.gmail",
	    "^\\d{3} 5\\.7\\.26(?![.\\d])|^\\d{3} 5\\.7\\.27(?![.\\d])|^\\d{3} "
	    "5\\.7\\.30(?![.\\d])|not authenticated.*(SPF|DKIM)|required to "
	    "authenticate",
	    "Gmail wants the sender's domain authenticated by SPF or DKIM "
	    "(5.7.27: SPF has failed, 5.7.30: DKIM has)",
	    "add this client to the domain's SPF record and sign with DKIM; "
	    "Show original at a Gmail mailbox tells what passed",
	    "Google, Email sender guidelines" },
	{ "auth.yahoo", "554 5\\.7\\.9 Message not accepted for policy reasons",
	    "the message did not pass the DMARC policy (SPF, DKIM) of its own "
	    "domain, says Yahoo",
	    "sign with DKIM for the domain of From and align SPF; dig TXT "
	    "_dmarc.DOMAIN shows the policy",
	    "Yahoo sender hub" },
	{ "auth.dkim",
	    "\\bDKIM\\b.{0,40}(fail|invalid|bad|missing|reject)|5\\.7\\.2[0-2]"
	    "\\b",
	    "the DKIM signature is missing or does not verify",
	    "dig TXT SELECTOR._domainkey.DOMAIN must give the key, and nothing "
	    "behind the signer may change the text (footers, line ends, "
	    "encodings)",
	    "RFC 7372 3.1" },
	{ "auth.spoof", "Anti-?Spoofing|rejecting spoofed",
	    "the From header has the recipient's own domain, and the mail "
	    "comes from outside",
	    "use another From, or have the recipient's administrator permit "
	    "this client",
	    "ActiveCampaign/smtp-field-manual" },
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
	{ "rcpt.unknown-postfix", "User unknown in (local|virtual|relay)",
	    "there is no such user {to} on the server, in the table that the "
	    "reply names",
	    "check the spelling of the address; your server: add the user or "
	    "an alias (local_recipient_maps, virtual_mailbox_maps, "
	    "relay_recipient_maps; postmap -q ADDRESS TABLE); a domain hosted "
	    "elsewhere must not be in mydestination",
	    "Postfix smtpd_check.c" },
	{ "rcpt.unrouteable", "Unrouteable address",
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
	    "home directory|quota violation",
	    "the recipient's mailbox is full (over its quota)",
	    "tell the recipient by another way to make room, and behind a 4yz "
	    "try again later; your server: raise the quota (doveadm quota get "
	    "-u USER)",
	    "RFC 3463 3.3" },
	{ "rcpt.disabled",
	    "(account|mailbox|user|recipient).{0,60}(disabled|inactive|"
	    "suspended|blocked due to inactivity)",
	    "the recipient's mailbox exists, but it is switched off",
	    "reach the person by another way, and take the address off your "
	    "lists",
	    "ActiveCampaign/smtp-field-manual" },
	{ "rcpt.denied",
	    "Recipient address rejected: Access denied|Administrative "
	    "prohibition|Envelope blocked|Policy "
	    "Rejection|RESOLVER\\.RST\\.(AuthRequired|NotAuthorized)|delivery "
	    "restricted",
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
	{ "rcpt.unknown",
	    "(user|mailbox|recipient|account|address)\\b.{0,40}\\b(unknown|not "
	    "found|does ?n.t exist|does not exist|invalid|unallocated)|no such "
	    "(user|mailbox|recipient|person|address)|unknown "
	    "(user|recipient|mailbox|local part)|invalid "
	    "(mailbox|recipient)|no mailbox here|Not our "
	    "Customer|NoSuchUser|Addressee unknown|does ?n.t have an? "
	    ".{0,60}account|no longer valid|could not be found|Not in "
	    "recipient list|^\\d{3} [45]\\.1\\.1(?![.\\d])",
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
	    "5\\.5\\.3(?![.\\d])|multiple destination domains",
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
