/* Other protocols on the port, relaying, greylisting, limits. Their order counts:
 * pattern.c. */
#include "cmd/know/pattern_priv.h"

const struct pattern pattern_who[] = {
	{ "other.ssh", "^SSH-\\d",
	    "an SSH server listens on that port, not a mail server",
	    "name the port of the mail server with --port: 25 between servers, "
	    "587 or 465 to hand mail in",
	    "RFC 4253 4.2" },
	{ "other.imap", "^\\* (OK|PREAUTH|BYE)\\b",
	    "an IMAP server listens on that port: mail is read there, not sent",
	    "for sending use port 587 or 465 of the same provider, or 25 "
	    "between servers (--port)",
	    "RFC 9051 7.1" },
	{ "other.pop3", "^(\\+OK|-ERR)(\\s|$)",
	    "a POP3 server listens on that port: mail is fetched there, not "
	    "sent",
	    "for sending use port 587 or 465 of the same provider, or 25 "
	    "between servers (--port)",
	    "RFC 1939 4" },
	{ "other.http", "^HTTP/\\d|^<(!DOCTYPE|html)",
	    "a web server (HTTP) listens on that port",
	    "name the port of the mail server with --port: 25, 587 or 465",
	    "RFC 9112 4" },
	{ "other.vnc", "^RFB \\d",
	    "a VNC server (remote desktop) listens on that port",
	    "name the port of the mail server with --port: 25, 587 or 465",
	    "RFC 6143 7.1" },
	{ "other.database",
	    "mysql_native_password|caching_sha2_password|MariaDB",
	    "a database server (MySQL or MariaDB) listens on that port",
	    "name the port of the mail server with --port: 25, 587 or 465",
	    "protocol of MySQL" },
	{ "other.nntp", "^20[01] .{0,60}\\b(NNTP|InterNetNews|INN)\\b",
	    "a news server (NNTP) listens on that port",
	    "name the port of the mail server with --port: 25, 587 or 465",
	    "RFC 3977 5.1" },
	{ "other.sieve", "^\"IMPLEMENTATION\" \"",
	    "a ManageSieve server listens on that port: filters are kept there",
	    "for sending use port 587 or 465 (--port)", "RFC 5804 1.7" },
	{ "other.ftp",
	    "^220[ -].{0,60}\\b(\\w*FTPd?|FileZilla)\\b|login with USER and "
	    "PASS|^530 .{0,20}(not logged in|Please login)|^220[ -].{0,60}File "
	    "Transfer",
	    "an FTP server listens on that port; it greets with 220 as a mail "
	    "server does",
	    "name the port of the mail server with --port: 25, 587 or 465",
	    "RFC 959 5.4" },
	{ "relay.tenant", "TenantAttribution|^\\d{3} 5\\.7\\.64(?![.\\d])",
	    "Exchange Online found no inbound connector for this client's "
	    "address or certificate, so it takes the mail for relaying",
	    "compare the address that you send from, or the name in your TLS "
	    "certificate, with the connector in the Exchange admin centre",
	    "Microsoft, NDRs in Exchange Online" },
	{ "relay.postfix", "Relay access denied",
	    "the server does not relay for this client: the recipient's domain "
	    "is not its own, and nobody has logged in",
	    "to deliver ask the domain's own host (--mx {domain}); to send as "
	    "a user log in on port 587 (--tls --auth); your server: "
	    "mydestination, virtual_mailbox_domains or relay_domains lack the "
	    "domain, or mynetworks the client",
	    "Postfix smtpd_check.c" },
	{ "relay.exim", "relay not permitted",
	    "Exim is not told to relay for this client, and the recipient's "
	    "domain is none of its own",
	    "to deliver ask the domain's own host (--mx {domain}); to send as "
	    "a user log in on port 587 (--tls --auth); your server: domainlist "
	    "local_domains or relay_to_domains, hostlist relay_from_hosts "
	    "(Debian: dc_other_hostnames, dc_relay_domains, dc_relay_nets)",
	    "Exim configure.default" },
	{ "relay.ptr",
	    "Relaying temporarily denied|IP name (lookup failed|possibly "
	    "forged)",
	    "sendmail would relay for names that it knows, but the client's "
	    "address has no PTR record (reverse DNS) that leads back to it",
	    "have the owner of the address set a PTR record and an address "
	    "record that agree, or list the address in the server's access map",
	    "sendmail cf" },
	{ "relay.qmail",
	    "list of allowed rcpthosts|isn.t in my list of allowed",
	    "the recipient's domain is not in qmail's rcpthosts: the server "
	    "does not relay for this client",
	    "to deliver --mx {domain}; to send as a user log in (--tls "
	    "--auth); your server: control/rcpthosts, or RELAYCLIENT for this "
	    "client",
	    "qmail" },
	{ "relay.other",
	    "relay(ing)? (is )?(denied|disallowed|prohibited|not "
	    "allowed)|unable to relay|not permitted to relay|do(es)? not "
	    "relay|use me .* as a relay|Open relay not allowed|Forwarding "
	    "denied|we do not relay|relay(ing)? not (permitted|allowed)|mail "
	    "relay denied|credentials for relay|not an? (open )?relay|allowed "
	    "to relay|relaying mail to|not configured to relay|insecure mail "
	    "relay|authentication when attempting to send to a non-local|not a "
	    "gateway|do(n.t| not) handle mail for|relay(ing)? is not",
	    "the server does not relay for this client: it takes mail for "
	    "other domains only from clients that it knows or that log in",
	    "to deliver ask the domain's own host (--mx {domain}); to send as "
	    "a user log in on port 587 (--tls --auth); your server: add the "
	    "domain or the client to what it relays for",
	    "ActiveCampaign/smtp-field-manual" },
	{ "grey.said", "gr[ea]y-?list|\\[GL\\d\\d\\]",
	    "greylisting: the first try of a client, sender and recipient not "
	    "seen before is put off, a later one is taken",
	    "send the same mail again in 5 to 15 minutes, from the same "
	    "address with the same --from and --to; a mail server does so by "
	    "itself",
	    "RFC 6647" },
	{ "grey.mimecast",
	    "Internal resource(s)? (are )?temporarily unavailable",
	    "greylisting in Mimecast's words (or a client of poor reputation)",
	    "send it again with the same envelope after some minutes, and up "
	    "to 12 hours",
	    "Mimecast SMTP error codes" },
	{ "grey.rspamd", "^4\\d\\d (4\\.7\\.1 )?Try again later\\W*$",
	    "greylisting, most likely: Rspamd says just this to whom it does "
	    "not know",
	    "send it again with the same envelope from the same address in 5 "
	    "to 15 minutes; your server: the log of Rspamd",
	    "Rspamd, greylisting" },
	{ "grey.spamd",
	    "^4\\d\\d (4\\.\\d\\.\\d )?Temporary failure, please try again "
	    "later",
	    "greylisting, most likely: spamd of OpenBSD says just this, and "
	    "slowly, to whom it does not know",
	    "send it again with the same envelope from the same address, 25 "
	    "minutes later or more",
	    "OpenBSD spamd(8)" },
	{ "grey.postscreen", "^450 4\\.3\\.2 Service currently unavailable",
	    "Postfix's postscreen has put this client to the test and lets it "
	    "in the next time, which works as greylisting",
	    "try again in a minute: the next connection is let through",
	    "Postfix POSTSCREEN_README" },
	{ "rate.too-many-connections",
	    "too many connections|exceed\\w* the maximum number of "
	    "connections|concurrent connections.{0,60}exceed|(?<!of "
	    ")too many concurrent connections|too many (open |simultaneous "
	    "|TLS )?(sessions|connections)|connection (rate|frequency) "
	    "limit|Trop de connexions|maximum connection limit|per-domain "
	    "connection limit|sender thread limit|too many \\w+ sessions",
	    "the server has too many connections from this address already",
	    "close idle sessions, use fewer connections at once, wait a "
	    "minute; your server: smtpd_client_connection_count_limit",
	    "Postfix smtpd.c" },
	{ "rate.anvil",
	    "too (much mail|many recipients|many AUTH commands|many new TLS "
	    "sessions) from",
	    "a rate limit of the server: this client has sent too much in one "
	    "minute",
	    "wait a minute and send more slowly; your server: "
	    "smtpd_client_message_rate_limit, "
	    "smtpd_client_recipient_rate_limit and their kin",
	    "Postfix smtpd.c" },
	{ "rate.exim",
	    "Too many concurrent SMTP connections|Too much load|load "
	    "average|too much system load|server (is )?(too busy|overloaded)",
	    "the server has as many sessions, or as much load, as it allows "
	    "itself: too many connections in all",
	    "try again later; your server: smtp_accept_max, "
	    "smtp_accept_max_per_host, smtp_load_reserve",
	    "Exim smtp_in.c" },
	{ "rate.gmail", "unusual rate of unsolicited mail|unusual rate of mail",
	    "a rate limit: Gmail gets more unwanted mail from this address "
	    "than it likes, and slows it down",
	    "stop and look for a leak (a hacked account, an open relay, "
	    "forwarded spam), authenticate all mail (SPF, DKIM, DMARC), send "
	    "less for some days",
	    "Google, Gmail SMTP errors" },
	{ "rate.recipient",
	    "receiving (mail|messages?) (too quickly|at a rate)|deferred due "
	    "to excessive volume|recipient has exceeded|message rate "
	    "limit|5\\.2\\.12[12]\\b|too many recent messages",
	    "the recipient gets too much mail just now: a limit on the "
	    "mailbox, not on you",
	    "try again in an hour; nothing is to be changed here",
	    "Google, Gmail SMTP errors" },
	{ "rate.eop-throttle", "^4\\d\\d 4\\.7\\.[56]\\d\\d\\b.*Server busy",
	    "Microsoft throttles this address, because its mail changed "
	    "suddenly or looks suspicious; the server is not busy",
	    "send less, and steadily, from this address; it clears by itself "
	    "in hours or days, else Microsoft's support can look up the AS "
	    "number in the reply",
	    "ActiveCampaign/smtp-field-manual" },
	{ "rate.outlook",
	    "temporarily rate limited|\\b4\\.7\\.65[01]\\b|RP-00[1-3]",
	    "a rate limit: this address has little reputation at Outlook.com, "
	    "or a bad one",
	    "send slowly and more each day, register the address in SNDS and "
	    "JMRP, ask for help at the postmaster site",
	    "ActiveCampaign/smtp-field-manual" },
	{ "rate.yahoo", "\\[TSS?\\d+\\]|(temporarily|permanently) deferred",
	    "a rate limit: Yahoo defers mail from this address for its volume "
	    "or for its users' complaints",
	    "wait some hours instead of trying in haste, send less and only "
	    "wanted, authenticated mail; after 48 hours ask by Yahoo's sender "
	    "form",
	    "Yahoo sender hub" },
	{ "rate.ses",
	    "Throttling failure|Maximum sending rate exceeded|Daily message "
	    "quota exceeded",
	    "a rate limit: the account has passed Amazon SES's sending rate or "
	    "quota of the day, whatever 454 says of logins",
	    "send more slowly, or ask for a higher quota in the SES console",
	    "AWS, SES response codes" },
	{ "rate.errors",
	    "too many (errors|nonmail commands|syntax or protocol "
	    "errors|unrecognized commands|bad "
	    "recipients)|\\b(MI|RP):(CEL|CCL)\\b|bad (SMTP )?command limit|too "
	    "many (invalid|bad|failed|unknown|wrong) "
	    "(commands?|recipients?|rcpt)",
	    "so many commands of this session were refused that the server has "
	    "ended it",
	    "look at what was refused before this: those are to be mended",
	    "Postfix smtpd.c" },
	{ "rate.per-connection",
	    "max(imum)? messages? per connection|too many messages in this "
	    "connection",
	    "the server takes no more messages by this connection, which is no "
	    "fault",
	    "open a new connection and go on", "Exim smtp_in.c" },
	{ "rate.other",
	    "^(?!.*(DMARC|SPF|DKIM|unauthenticated|PTR record|TLS "
	    "connection|aligned|login|auth)).*(^(?!.*DMARC).*(rate "
	    "limit|frequency limited|(sending|message|hourly|daily) "
	    "(rate|limit|quota).{0,30}(exceed|reach)|Organization queue "
	    "quota|exceeded.{0,30}(limit|rate|quota) "
	    "(of|for).{0,30}(messages|mails|recipients)))|^(?!.*(DMARC|SPF|"
	    "DKIM|PTR record|TLS connection|aligned)).*(rate.?limit (\\S+ "
	    ")?exceed|send(ing)? limit exceed|relay limit exceed|messaging "
	    "quota|too many recipients received|max emails per hour|Policy "
	    "Rejection: Quota)|^4\\d\\d.{0,80}(throttl|slow down)",
	    "a rate limit: more mail was sent than the server allows a sender, "
	    "a client or an organization",
	    "wait until the hour or the day is over and send more slowly",
	    "ActiveCampaign/smtp-field-manual" },
	{ NULL, NULL, NULL, NULL, NULL },
};
