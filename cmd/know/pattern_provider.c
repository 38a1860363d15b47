/* Providers and sending services, by words and codes of their own. Their order counts:
 * pattern.c. */
#include "cmd/know/pattern_priv.h"

const struct pattern pattern_provider[] = {
	{ "account.suspended",
	    "bad outbound sender|sending (is |has been |was "
	    ")?(suspended|paused|disabled)|account (is |has been "
	    ")?(paused|suspended)(?!.{0,40}(recipient|deliver))|^525\\b|"
	    "Unusual sending activity|max defers and "
	    "failures|sandbox.{0,40}not allowed to send|Free accounts are for "
	    "test",
	    "the account that sends is stopped by its own provider: for "
	    "complaints, bounces, an odd volume, payment, or since it is on "
	    "trial",
	    "log in at the provider's site: its notices say why and how to "
	    "lift it; change the password if somebody else has mailed, and "
	    "clean the list of addresses",
	    "Amazon SES, Mailgun, Microsoft NDR 5.1.8" },
	{ "account.rights", "not authorized to perform",
	    "the login is right and has no leave to send (a policy of the "
	    "cloud provider, IAM)",
	    "let its policy allow ses:SendRawEmail for that identity and "
	    "region",
	    "AWS, SES" },
	{ "account.credits",
	    "credits (are )?exceeded|out of credits|(insufficient|no) "
	    "(credits?|balance)|over (the|your) plan",
	    "a rate limit of the account: what it has paid for is used up",
	    "wait for the next period, or enlarge the plan at the provider",
	    "SendGrid, SMTP errors" },
	{ "sender.identity",
	    "^(?!.*Email address is not verified).*(verified Sender "
	    "Identity|domain is unverified|(domain|sender|address).{0,40}(is "
	    ")?not (verified|confirmed|authori[sz]ed to "
	    "send)(?!.{0,40}(SPF|IP))|Unauthenticated senders)",
	    "the sending service takes only senders and domains that were "
	    "verified in its account, and {from} is none",
	    "verify the address or the domain (its DNS records) at the "
	    "service, or use a sender that is (--from, and the From header)",
	    "SendGrid, Sender Identity; Mailgun" },
	{ "sender.unregistered", "5\\.7\\.750\\b|from unregistered domains",
	    "the tenant mails for a domain that is not registered in it, so "
	    "Microsoft stops its mail",
	    "its administrator adds and verifies the sender's domain as an "
	    "accepted domain, and lets connectors send only such",
	    "Microsoft, NDR 5.7.750" },
	{ "relay.direct-send", "Direct Send not allowed|\\b5\\.7\\.68\\b",
	    "the tenant rejects Direct Send: mail from its own domain without "
	    "a login or a connector",
	    "log in (--tls --auth on port 587), or have its administrator make "
	    "a connector for this client's address or certificate",
	    "Microsoft, RejectDirectSend" },
	{ "route.region", "wrong Office 365 region",
	    "the MX of the domain names an Office 365 region that its tenant "
	    "has left",
	    "its owner sets the MX to the name that the admin centre shows "
	    "(dig "
	    "MX {domain}); its time to live must run out",
	    "Microsoft, NDR 4.4.62" },
	{ "tls.client-old",
	    "TLS ?(v|version)? ?1\\.[01].{0,40}(not supported|no longer|"
	    "deprecated|disabled)|(upgrade|update).{0,40}TLS ?1\\.[23]",
	    "the client's TLS is too old: the server wants TLS 1.2 or newer",
	    "let the client speak TLS 1.2 or 1.3 (--tls-protocol must not "
	    "limit it; an old device: send through a relay host)",
	    "Microsoft, 4.7.66; RFC 8996" },
	{ "rcpt.suppressed", "suppression list|suppressed",
	    "the sending service mails that address no more: an earlier mail "
	    "to it bounced or was complained of",
	    "check the address; take it off the suppression list at the "
	    "service if it is right",
	    "Postmark, SES, Mailgun" },
	{ "rate.163", "\\b(MI:(DMC|SFQ|STC)|RP:(QRC|DRC)|HL:(ICC|IFC))\\b",
	    "a rate limit of NetEase (163.com, 126.com): too many messages, "
	    "recipients or connections in a short time",
	    "wait some hours, send fewer at once by fewer connections",
	    "mail.163.com/help/help_spam_16.htm" },
	{ "list.163", "\\b(HL:(REP|MEP|IHU|IPB)|DT:RBL|WM:BL[IU]|MI:SPB)\\b",
	    "NetEase (163.com, 126.com) blocks the client's address or the "
	    "sender: its list, a public block list, or odd conduct before",
	    "open the address (URL) in the reply; look the client up at "
	    "check.spamhaus.org; mend the cause and send little for some days",
	    "mail.163.com/help/help_spam_16.htm" },
	{ "sender.mismatch",
	    "\\bDT:SUM\\b|envelope (sender|from).{0,40}(not "
	    "match|mismatch|differ)",
	    "the sender of MAIL, {from}, and the one in the From header are "
	    "not the same, and the server wants them to be",
	    "use the same address in --from and in the From header",
	    "mail.163.com/help/help_spam_16.htm" },
	{ "list.orange",
	    "\\b(OFR_?|LPN)\\w*_?(506|510|999|10[389])\\b|A?bus detecte",
	    "Orange, laposte.net or SFR refuses this address, for its "
	    "reputation or for a time",
	    "send little for some hours and authenticate the mail (SPF, DKIM, "
	    "PTR); it goes on: ask by the form at postmaster.orange.fr (LPN: "
	    "postmaster.laposte.net)",
	    "postmaster.orange.fr" },
	{ "list.proofpoint",
	    "(support|ipcheck)\\.proofpoint\\.com|pphosted\\.com.{0,60}(block|"
	    "listed)",
	    "a reputation service (Proofpoint, which iCloud uses too) blocks "
	    "the client's address",
	    "look it up and ask for removal at ipcheck.proofpoint.com; the "
	    "cause first: unwanted mail, a hacked account, no PTR record",
	    "Proofpoint, Dynamic Reputation" },
	{ "list.provider",
	    "too many spams? from your ip|block for spam|_is_blocked|blocked "
	    "by (EarthLink|att)|abuse_rbl@|blocked for abuse|(currently "
	    ")?sending spam\\b.{0,20}see|extreme bad ip|(?<!listed )in our "
	    "(own )?(block|black) ?list|(on|by) our (own )?(block|black) "
	    "?list(?! \\()",
	    "the provider's own block list has this address; no public list "
	    "shows that",
	    "open the address (URL) in the reply, or ask its postmaster page "
	    "for removal, when what mailed unwanted is stopped",
	    "Free, Comcast, AT&T, postmaster pages" },
	{ "rate.submission", "SubmissionQuotaExceeded|submission quota",
	    "a rate limit: the sender has used up what Exchange lets a mailbox "
	    "send",
	    "wait 24 hours, or use a service that is made for many recipients",
	    "Microsoft, Exchange Online limits" },
	{ "rcpt.forward", "5\\.7\\.520\\b|external forwarding",
	    "the tenant's outbound policy forbids that mail is forwarded to "
	    "other domains",
	    "its administrator allows it (outbound spam policy, automatic "
	    "forwarding), or delivers another way",
	    "Microsoft, NDR 5.7.520" },
	{ "name.bogus",
	    "DNSSEC "
	    "(invalid|bogus|fail|validation)|dnssec-invalid|\\b[45]\\.7\\."
	    "324\\b",
	    "DNSSEC: the signatures of the recipient's domain do not hold, so "
	    "the sending server does not trust its MX records",
	    "its operator must sign the zone anew or mend the DS record; "
	    "smtpsh --diagnose {domain} shows it",
	    "Microsoft, NDR 4.7.324" },
	{ "cert.tlsa",
	    "tlsa-invalid|DANE (validation|verification|check)|failed "
	    "DANE|\\b[45]\\.7\\.323\\b",
	    "DANE: no TLSA record of the recipient's host matches its "
	    "certificate, so the sending server does not deliver",
	    "who runs that host publishes a TLSA record of its new key (3 1 "
	    "1); smtpsh --dane --diagnose {domain} shows it",
	    "Microsoft, NDR 4.7.323" },
	{ "cert.expired", "certificate-expired|\\b[45]\\.7\\.322\\b",
	    "the certificate of the recipient's host has expired",
	    "who runs that host renews it and reloads the server",
	    "Microsoft, NDR 4.7.322" },
	{ "tls.mta-sts",
	    "\\bMTA-?STS\\b|sts-(policy|webpki)|webpki-invalid|\\b[45]\\.7\\."
	    "8\\.0[0-9]\\b",
	    "MTA-STS: the domain's published policy does not fit its MX hosts "
	    "or their certificates",
	    "who runs the domain mends the policy "
	    "(https://mta-sts.{domain}/.well-known/mta-sts.txt): its mx lines "
	    "must name the hosts, and their certificates those names",
	    "RFC 8461 4" },
	{ "tls.not-offered",
	    "starttls-not-supported|must support TLS to receive|(TLS|STARTTLS) "
	    "is required, but was not offered|\\b[45]\\.7\\.321\\b",
	    "the recipient's host offers no STARTTLS, and the sending server "
	    "insists on TLS",
	    "who runs that host switches STARTTLS on (its certificate), and no "
	    "firewall on the way takes it out",
	    "RFC 3207 6" },
	{ NULL, NULL, NULL, NULL, NULL },
};
