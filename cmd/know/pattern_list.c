/* Block lists, and the names that servers want of a client. Their order counts:
 * pattern.c. */
#include "cmd/know/pattern_priv.h"

const struct pattern pattern_list[] = {
	{ "list.resolver", "open resolver|127\\.255\\.255\\.25[0-9]",
	    "the block list has not listed the client: it refused the server's "
	    "own question, and the server takes that for a listing",
	    "tell the server's operator, whose resolver may not ask that list: "
	    "one of its own, or Spamhaus DQS, and only real answers may count "
	    "(zen.spamhaus.org=127.0.0.[2..11])",
	    "Spamhaus, return codes" },
	{ "list.yahoo", "\\[BL2[0-9]\\]",
	    "Yahoo found the address on a block list of Spamhaus",
	    "look it up at check.spamhaus.org, mend the cause, ask for removal "
	    "there",
	    "Yahoo sender hub" },
	{ "list.domain",
	    "(MailFrom|Helo) domain is listed|Spamhaus DBL|SpamHaus.*DBL|spam "
	    "URL|banned content|(Sender address|Helo command).{0,60}blocked "
	    "using|dbl\\.spamhaus|\\b(URI|SUR|UR)BL\\b|blacklisted URL|sender "
	    "domain listed|local uribl",
	    "a domain is on a block list, not the address: that of MAIL, of "
	    "EHLO, or of a link in the text",
	    "look the domains up at check.spamhaus.org; take the links out one "
	    "by one to find which it is",
	    "ActiveCampaign/smtp-field-manual" },
	{ "list.dnsbl",
	    "blocked using ([\\w.-]+)|in a black ?list at|listed (by|in|at|on) "
	    "([\\w-]+\\.)+\\w+|\\bRBL\\b|\\bDNSBL\\b|blocked (by|at) "
	    "([\\w-]+\\.)+\\w+|(is|are|was) (found )?(in|on|listed (on|in|by)) "
	    "(an? |the |one or more )?(RBL|black ?list "
	    "at|DNSBL|Spamhaus|SpamCop|SORBS|Barracuda)|spamcop\\.net|"
	    "spamhaus\\.org|barracuda(central|networks)\\.(org|com)/|in "
	    "Spamhaus|abuseat\\.org|uceprotect|listed as abusive",
	    "the client's address is on the DNS block list that the reply "
	    "names",
	    "look the address up at {lookup}, mend what brought it there (a "
	    "home line, a hacked host or account), then ask for removal there; "
	    "until then send through a relay host",
	    "Postfix default_rbl_reply" },
	{ "list.outlook",
	    "block list \\(A?S\\d{4}\\)|weren.t sent\\. Please contact your "
	    "Internet service provider",
	    "Microsoft's consumer mail blocks this address or its network; no "
	    "public block list shows that",
	    "ask for delisting at the Outlook.com postmaster site and join "
	    "SNDS; if all the network is blocked, its provider must ask, or "
	    "use another address",
	    "simple-login/app 1875" },
	{ "list.eop",
	    "5\\.7\\.60[6-9]\\b|5\\.7\\.6[1-4]\\d\\b|banned sending IP|^\\d{3} "
	    "5\\.7\\.511(?![.\\d])|banned sender",
	    "Microsoft has put this address on its block list for business "
	    "customers",
	    "5.7.606 to 5.7.649: ask for removal at sender.office.com; "
	    "5.7.511: write to delist@microsoft.com with the whole reply",
	    "MicrosoftDocs/microsoft-365-docs 7518" },
	{ "list.tenant",
	    "traffic not accepted from this IP|5\\.7\\.70[58]\\b|exceeded "
	    "(its|the).{0,20}threshold",
	    "Microsoft takes no mail from this tenant or address: it is new, "
	    "on trial, or mailed too much",
	    "a new tenant waits or buys a licence; else its administrator asks "
	    "Microsoft's support to lift it, when what mailed is stopped",
	    "Microsoft, NDR 5.7.705 and 5.7.708" },
	{ "list.gmail-direct", "IP you.re using to send mail is not authorized",
	    "the client's address is of a range (a home line) that should not "
	    "mail directly, so Gmail blocks it",
	    "send through the provider's relay host or as a user (--tls --auth "
	    "on port 587); the owner of a fixed address can take it off the "
	    "Spamhaus PBL",
	    "spamresource.com 2024/04" },
	{ "list.gmx",
	    "IP address is block listed|Nemesis ESMTP Service not available",
	    "GMX, WEB.DE and mail.com block this address; the address (URL) at "
	    "the end of the reply says why",
	    "open that address in a browser: it gives the reason and has the "
	    "form to ask for removal",
	    "postmaster.gmx.com" },
	{ "list.t-online",
	    "t-online\\.de|None/bad reputation|A problem occurred\\. \\(Ask "
	    "your postmaster",
	    "T-Online knows nothing good of this address and blocks it, as it "
	    "does with all new ones until their operator asks",
	    "write to the address in the reply as the server's operator; the "
	    "host needs an imprint page and a matching PTR record",
	    "spamresource.com 2020/06" },
	{ "list.reputation",
	    "(poor|low|bad)\\b.{0,12} reputation|reputation of the sending "
	    "(domain|IP)|SenderBase|prs\\.proofpoint|Cloudmark Sender "
	    "Intelligence|csi\\.cloudmark",
	    "a reputation service gives this address or domain a bad mark, so "
	    "it is blocked",
	    "look it up where the reply says (Cisco Talos, Proofpoint, "
	    "Cloudmark, Gmail Postmaster Tools), stop unwanted mail, ask for a "
	    "new look there",
	    "ActiveCampaign/smtp-field-manual" },
	{ "list.apple", "\\[(CS|HM)\\d\\d\\]",
	    "iCloud's filter takes the message for spam: reputation, "
	    "authentication or a link in it",
	    "send the plainest text to see whether it is the content; check "
	    "SPF, DKIM and DMARC; then write to Apple's postmaster with the "
	    "whole reply",
	    "Apple, postmaster information for iCloud Mail" },
	{ "list.dynamic",
	    "dynamic(/\\w+)* (IP|address|range|pool)|dynamic "
	    "IP|dial-?up|residential (IP|addr)|generic "
	    "(rDNS|reverse|PTR|DNS)|use (your|the) (own )?(ISP|provider|smtp "
	    "server of your)",
	    "the client's address is of a home or dial-up range, or its PTR "
	    "record looks like one: the server takes no mail directly from "
	    "such",
	    "send through your provider's relay host, or as a user (--tls "
	    "--auth on port 587); a fixed address gets a PTR record of its "
	    "own, then leaves the Spamhaus PBL",
	    "mail.ru; Spamhaus PBL" },
	{ "list.country",
	    "(from|in) (your|this|that) "
	    "country|geo-?(IP|block|fenc|restrict)|country.{0,20}(block|not "
	    "(allowed|accepted))",
	    "the server takes no mail from the country of the client's address",
	    "send from an address elsewhere (a relay host), or ask its "
	    "operator to permit this one",
	    "policy of that server" },
	{ "name.gmail-ipv6", "IPv6 sending guidelines",
	    "by IPv6 Gmail wants a PTR record and SPF or DKIM without "
	    "exception",
	    "give the IPv6 address a PTR record that leads back and "
	    "authenticate the mail, or send by IPv4 (-4)",
	    "Google, Email sender guidelines" },
	{ "name.ptr",
	    "cannot find your (reverse )?hostname|\\bPTR\\b|no (DNS "
	    "reverse|reverse DNS|reverse hostname)|fix reverse DNS|reverse "
	    "(DNS )?lookup|reverse (DNS|mapping)|^\\d{3} "
	    "[45]\\.7\\.25(?![.\\d])|servers without a valid sender "
	    "domain|does not resolve to an existing hostname|\\brDNS\\b|DNS "
	    "PTR|missing PTR|PTR[- ]record|reverse hostname",
	    "the client's address has no PTR record (reverse DNS), or its name "
	    "does not lead back to the address",
	    "ask the owner of the address (provider, hoster) to set the PTR "
	    "record to the host's name, and give that name an A or AAAA record "
	    "of the address; dig -x ADDRESS shows it; your server: is its "
	    "resolver well? else reject_unknown_client_hostname is too strict",
	    "Postfix smtpd_check.c; RFC 1912 2.1" },
	{ "helo.fqdn",
	    "Helo command rejected: need fully-qualified "
	    "hostname|need.{0,20}fully.qualified (host|domain)",
	    "the name in EHLO, {helo}, is not a full host name: it has no dot",
	    "say a real host name with --helo mail.example.org (a Postfix "
	    "client: myhostname, smtp_helo_name; Docker: --hostname)",
	    "Postfix smtpd_check.c" },
	{ "helo.unknown", "Helo command rejected: Host not found",
	    "the name in EHLO, {helo}, has neither an address nor an MX record "
	    "in DNS",
	    "say a name that exists in DNS (--helo), or add an address record "
	    "for it",
	    "Postfix smtpd_check.c" },
	{ "helo.syntax",
	    "Syntactically invalid (EHLO|HELO) "
	    "argument|(EHLO|HELO).{0,30}(invalid|malformed|Invalid "
	    "name|invalid ip address)|^501 (5\\.\\d\\.\\d )?Invalid domain "
	    "name",
	    "the name in EHLO, {helo}, has a character that the server takes "
	    "in no "
	    "host name (an underscore, a blank)",
	    "say a plain host name with --helo mail.example.org (Exim: "
	    "helo_allow_chars = _ lets underscores pass)",
	    "Exim smtp_in.c" },
	{ "helo.other",
	    "\\b(helo|ehlo)\\b.{0,60}(rejected|refused|blocked|denied|spoof|my "
	    "(own )?name)|\\b(invalid|bad|malformed|unacceptable|bogus) "
	    "(helo|ehlo)\\b"
	    "|\\b(helo|ehlo)\\b.{0,30}(forged|should be|must "
	    "be|mismatch|not match)",
	    "the server does not like the name in EHLO, {helo}: its own name, "
	    "a bare address, or one known from spam",
	    "say the host's real name with --helo, best the one that its PTR "
	    "record has",
	    "RFC 5321 4.1.4" },
	{ NULL, NULL, NULL, NULL, NULL },
};
