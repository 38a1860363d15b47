/* Senders and their authentication. Their order counts:
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
	    "address|must contain a domain|Missing final|Domain name "
	    "required|fully qualified (e-?mail )?address",
	    "an address has no domain, or one without a dot",
	    "write the whole address in --from and --to",
	    "Postfix smtpd_check.c" },
	{ "sender.owned",
	    "Sender address rejected: not owned by (authori[sz]ed )?user|not "
	    "owned by (auth|user)|must (equal|be( the)? same as) "
	    "authori[sz]|not authori[sz]ed to send from|Sender address "
	    "rejected: not owned",
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
	{ "sender.null",
	    "null sender|empty (envelope )?senders?\\b|bogus mail from|no "
	    "third-party dsns|\\bBATV\\b|unsigned dsn|bounce "
	    "attacks|backscatter|returned mail not accepted",
	    "the server takes no mail with the empty sender <>, or only what "
	    "answers mail of its own (it wards off false bounces)",
	    "use a real sender (--from ADDRESS); bounces are sent by servers, "
	    "to whom the mail came from",
	    "RFC 5321 4.5.5" },
	{ "sender.syntax",
	    "(bad|invalid) sender address (syntax|format)|Invalid MAIL "
	    "FROM|Syntax: MAIL FROM|syntax error.{0,20}MAIL FROM",
	    "the sender's address, {from}, cannot be parsed",
	    "look at the MAIL line as it was sent: the address stands in <>, "
	    "has no display name, blank or second @",
	    "RFC 5321 4.1.2" },
	{ "sender.refused",
	    "Sender address is not allowed|sender (address )?(is )?(not "
	    "allowed|denied|rejected|blocked)|Sender "
	    "denied|badmailfrom|Blocked Senders|sender.{0,40}(black ?list|is "
	    "spammer)|Emetteur invalide|invalid sender(?! (address "
	    ")?(syntax|format))|sender (e-?mail )?address rejected",
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
	{ "auth.ms515", "^\\d{3} 5\\.7\\.515(?![.\\d])",
	    "to mail Microsoft's consumers in numbers the domain of From must "
	    "pass SPF, DKIM and DMARC together",
	    "publish SPF, sign with DKIM, publish _dmarc with p=none at least, "
	    "and let one of them be aligned with From",
	    "Microsoft, 5.7.515" },
	{ "auth.gmail",
	    "^(?!.*(DMARC policy|Basic auth))\\d{3} "
	    "[45]\\.7\\.(2[67]|3[0-5]|40)(?![.\\d])|\\[UNAUTH\\d\\d\\]|sender "
	    "is unauthenticated|not authenticated.*(SPF|DKIM)|required to "
	    "authenticate",
	    "the provider (Gmail, Yahoo) wants the sender's domain "
	    "authenticated: SPF or DKIM must pass, and for many mails both, "
	    "with DMARC",
	    "add this client to the domain's SPF record, sign with DKIM, "
	    "publish _dmarc (p=none will do) with From in the same domain; "
	    "Show original at a Gmail mailbox tells what passed",
	    "Google, Email sender guidelines" },
	{ "auth.spf",
	    "^(?!.*(DMARC "
	    "(Sender|policy|check|fail)|_dmarc)).*(\\bSPF\\b.{0,60}(fail|not "
	    "(authori[sz]ed|permitted|pass|allowed)|reject|den)|Reject due to "
	    "SPF|^\\d{3} 5\\.7\\.23(?![.\\d])|does not designate|Sender Policy "
	    "Framework|\\bSPF\\b.{0,20}(check|validation|denied|error|invalid|"
	    "violation|policy)|SPF record|openspf\\.(org|net)|spf\\.pobox|SPF "
	    "Sender Invalid|\\bMI:SPF\\b|^\\d{3} [45]\\.7\\.24(?![.\\d]))",
	    "the SPF record of the sender's domain does not list this client",
	    "dig TXT DOMAIN shows the record: add this client to v=spf1 (ip4:, "
	    "ip6:, include:), or send through a server that is listed; what is "
	    "forwarded needs SRS",
	    "RFC 7208 8.4" },
	{ "auth.dmarc-record",
	    "(permanent error|permerror|error evaluating|invalid|malformed|"
	    "syntax error|(multiple|several|two)).{0,30}\\bDMARC\\b|\\bDMARC "
	    "(record|policy).{0,30}(invalid|malformed|multiple|syntax|cannot "
	    "be "
	    "(parsed|read))",
	    "the DMARC record of the sender's domain cannot be used: it has a "
	    "slip, or there are two",
	    "dig TXT _dmarc.DOMAIN must give one record that begins with "
	    "v=DMARC1; p= (none, quarantine or reject); who runs that domain "
	    "mends it",
	    "RFC 7489 6.6.3" },
	{ "auth.dmarc",
	    "\\bDMARC\\b|^\\d{3} 5\\.7\\.509(?![.\\d])|Unauthenticated email "
	    "from",
	    "neither SPF nor DKIM has passed for the domain of the From "
	    "header, whose DMARC policy refuses such mail",
	    "send through the domain's own server, which signs with DKIM, or "
	    "sign for that domain, or put this client into its SPF record with "
	    "the same domain in MAIL (dig TXT _dmarc.DOMAIN shows the policy)",
	    "RFC 7489 6.6" },
	{ "auth.yahoo", "554 5\\.7\\.9 Message not accepted for policy reasons",
	    "the message did not pass the DMARC policy (SPF, DKIM) of its own "
	    "domain, says Yahoo",
	    "sign with DKIM for the domain of From and align SPF; dig TXT "
	    "_dmarc.DOMAIN shows the policy",
	    "Yahoo sender hub" },
	{ "auth.dkim",
	    "\\bDKIM\\b.{0,40}(fail|invalid|bad|missing|reject)|5\\.7\\.2[0-2]"
	    "\\b|DKIM signature",
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
	{ NULL, NULL, NULL, NULL, NULL },
};
