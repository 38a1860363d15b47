/* The protocol, the server's state, refusals that say little. Their order counts:
 * pattern.c. */
#include "cmd/know/pattern_priv.h"

const struct pattern pattern_state[] = {
	{ "proto.proxy", "Proxy negotiation failed|PROXY protocol|proxy header",
	    "the port wants a PROXY protocol header from a load balancer, and "
	    "this client came without",
	    "send one (--proxy-protocol 2), come by way of the load balancer, "
	    "or use the port for clients; Exim: hosts_proxy lists too much",
	    "Exim smtp_in.c" },
	{ "proto.pipelining",
	    "command pipelining|synchroni[sz]ation|Pipelining not "
	    "supported|talk too soon|spoke too (soon|early)|early talker",
	    "commands were sent before the replies that must come first: "
	    "without PIPELINING, before the greeting, or behind DATA, EHLO or "
	    "STARTTLS, which end a group",
	    "send one command at a time (no \\pipeline, no --early); a health "
	    "check that talks first must wait for the greeting",
	    "RFC 2920 3.1" },
	{ "proto.http", "I can break rules, too|Protocol error",
	    "the client has sent something that is not SMTP (GET, POST, a "
	    "header line), or talked before the greeting",
	    "see what was sent: a browser, a scanner or a badly quoted script "
	    "may be at work",
	    "Postfix smtpd_forbidden_commands" },
	{ "proto.lmtp", "\\bLHLO\\b|\\bLMTP\\b",
	    "this is an LMTP server: it wants LHLO and is there for the mail "
	    "server beside it",
	    "use --lmtp, or the port for SMTP (25, 587)", "RFC 2033 4.1" },
	{ "proto.masked", "X{4,}|^220 [*20 ]{20,}$",
	    "a firewall on the way rewrites the session: it masks the "
	    "greeting, EHLO or STARTTLS (Cisco's SMTP inspection)",
	    "have the inspection switched off on the firewall (Cisco: no "
	    "inspect esmtp), or use port 587 or 465, which it leaves alone",
	    "Cisco ASA guide" },
	{ "proto.not-offered", "command used when not advertised",
	    "the command was given though the EHLO reply of this session does "
	    "not offer it",
	    "say EHLO again and use what it lists; STARTTLS is not offered "
	    "twice, AUTH mostly under TLS only",
	    "RFC 5321 4.1.4" },
	{ "proto.nested",
	    "nested MAIL|Sender already (given|specified)|MAIL first|need "
	    "MAIL|HELO first|Polite people say HELO|send HELO/EHLO first|Bad "
	    "sequence|(HELO|EHLO)( or (HELO|EHLO))? (is "
	    ")?(required|needed)|send (HELO|EHLO)|must (send|say|issue) "
	    "(HELO|EHLO|MAIL|RCPT)",
	    "the command came out of order for the state that the server is in",
	    "EHLO, MAIL, RCPT, DATA in that order; RSET begins anew, and "
	    "behind STARTTLS EHLO must be said again",
	    "RFC 5321 4.1.4" },
	{ "lost.end", "while sending end of data|may be sent more than once",
	    "the text went out whole, and its answer never came: whether the "
	    "mail was taken is not known",
	    "ask the recipient before it is sent again; a filter behind that "
	    "server is slow, or large packets do not get through (MTU)",
	    "Postfix smtp_trouble.c" },
	{ "lost.session", "lost connection with \\S+ while",
	    "the other server ended the connection in the middle of the "
	    "session and did not say why",
	    "look what it says to others: smtpsh --diagnose {domain}; a block "
	    "list, a limit on connections, a filter or a firewall may do so",
	    "Postfix smtp_trouble.c" },
	{ "retry.later", "retry time not reached",
	    "the sending server has failed to reach that host before, and "
	    "waits before it tries again",
	    "look for the first failure in its log (exigrep), and whether the "
	    "host answers now; exim -qff tries at once",
	    "Exim, retry configuration" },
	{ "state.timeout",
	    "timeout exceeded|command timeout|timed? ?out waiting|Timeout "
	    "waiting|^\\d{3} 4\\.4\\.2(?![.\\d])|idle (for )?too long",
	    "the session was idle for too long: the server ended it because no "
	    "command came in its time",
	    "connect again (\\connect) and type faster, or send it from a "
	    "file; RFC 5321 has a server wait for 5 minutes",
	    "RFC 5321 4.5.3.2.7" },
	{ "state.config",
	    "Server configuration (error|problem)|^\\d{3} "
	    "4\\.3\\.5(?![.\\d])|Local configuration error|Server local (data "
	    ")?error|system config(uration)? error|configuration "
	    "error|misconfigured",
	    "the server's own configuration is broken (a rule with a slip, a "
	    "table that cannot be opened)",
	    "tell its operator; your server: the log has the line (postfix "
	    "check, postconf -n)",
	    "Postfix smtpd_check.c" },
	{ "state.lookup",
	    "Temporary lookup failure|Temporary lookup error|Local data "
	    "error|table lookup",
	    "a table of the server (LDAP, SQL, a file) does not answer it",
	    "try again later; your server: is the database up? postmap -q "
	    "ADDRESS TABLE shows the error",
	    "Postfix smtpd_check.c" },
	{ "state.queue",
	    "queue file write error|Error (in |while )?writing spool|internal "
	    "protocol error|\\bqq "
	    "(write|trouble|temporary|permanent|read|internal|crashed)|spool "
	    "(file )?error",
	    "the server could not store the mail: its disk, permissions, or "
	    "its content filter (milter, proxy) broke off",
	    "try again later; your server: its log, and is the content filter "
	    "running?",
	    "Postfix cleanup_strerror.c" },
	{ "state.exchange",
	    "Temporary server error.{0,40}(PRX\\d|ATTR\\d|NextHop)",
	    "the front end of Exchange could not reach or choose its back end, "
	    "often for its own DNS",
	    "try again later; your server: its DNS settings and the transport "
	    "services",
	    "ActiveCampaign/smtp-field-manual" },
	{ "state.closed-door",
	    "not accepting (connections|mail|messages)|No SMTP service|SMTP "
	    "service not available|ESMTP not accepting",
	    "the server does not talk to this client (an access rule, a ban, a "
	    "milter), or it takes no mail at all",
	    "try another MX of the domain, ask its postmaster from another "
	    "address; your server: smtpd_client_restrictions, "
	    "host_reject_connection, the milter's log",
	    "RFC 5321 3.1" },
	{ "state.milter",
	    "^451 4\\.7\\.1 Service unavailable - try again "
	    "later|milter.{0,40}(unavailable|fail|error|timeout)",
	    "a mail filter (milter) of the server does not answer, so it puts "
	    "mail off",
	    "try again later; your server: is the milter running (opendkim, "
	    "rspamd, clamav-milter), and does smtpd_milters name its socket?",
	    "Postfix MILTER_README" },
	{ "state.exim",
	    "Temporary local problem|temporarily rejected (RCPT|MAIL|after)",
	    "a lookup of the server failed for now (DNS, a database, a "
	    "callout), or its own configuration has a slip, says Exim",
	    "try again in some minutes; your server: the main and panic log of "
	    "Exim has the line",
	    "Exim acl.c" },
	{ "state.shutdown",
	    "(shutting|going) down|being shut ?down|restart(ing)? "
	    "(now|in)|server (is )?(in|under|for) maintenance",
	    "the server is being stopped or started anew",
	    "try again in a minute; does it go on, tell its operator",
	    "RFC 5321 3.8" },
	{ "list.local",
	    "(client|host|IP|address|connection).{0,80}(blocked|black "
	    "?list|block ?list|banned|blacklist)|(IP|you are|has been|is) "
	    "((currently|temporarily) "
	    ")?(blacklisted|banned|blocked)\\b|permanent failure for one or "
	    "more recipients \\(.*:blocked",
	    "the server's own list or a ban blocks this client or sender; no "
	    "public block list need show it",
	    "ask its operator, from another address, to take it off; your "
	    "server: its access tables, fail2ban, the web page of its filter "
	    "(Barracuda: allowed senders)",
	    "policy of that server" },
	{ "grey.likely",
	    "^4\\d\\d 4\\.7\\.1 (?!.*(local error|milter|unavailable|"
	    "authenti|login|password|rate|limit|too m|quota|load|busy)).*"
	    "((try|retry|come|send).{0,24}(later|again|back|minutes?|seconds)|"
	    "temporar|deferred)",
	    "greylisting, most likely: a client, sender and recipient not seen "
	    "before are put off, and taken at a later try",
	    "send the same mail again in 5 to 15 minutes, from the same "
	    "address with the same --from and --to; if that is put off too, "
	    "the server's log has the reason",
	    "RFC 6647" },
	{ "state.unavailable",
	    "Service (is )?(currently |temporarily )?(unavailable|not "
	    "available)|ports are busy|No system resources|^\\d{3} "
	    "[45]\\.3\\.2(?![.\\d])|try again later|temporar(y|ily)",
	    "the server cannot or will not take it now, and does not say why",
	    "try again in some minutes; if it does so to your client only, "
	    "think of greylisting or a rate limit",
	    "RFC 5321 3.8" },
	{ "denied.policy",
	    "policy (restrictions|reasons|rejection|violation)|due to "
	    "policy|local policy|Email not accepted for policy|Message (not "
	    "allowed|filtered)|policy that prohibit",
	    "a policy of the provider refuses it; the words behind it say of "
	    "what kind (address, domain, header, phishing)",
	    "open the address (URL) in the reply; send the plainest text to "
	    "see whether it is the content; check SPF, DKIM, DMARC and the PTR "
	    "record",
	    "postmaster.gmx.com" },
	{ "state.expired",
	    "(message|delivery) (time )?(has )?(expired|timed "
	    "out)(?!.{0,10}->)|(too long in|expired in) (the )?queue|retry "
	    "(time(out)?|limit) exceeded|after multiple retries|could not be "
	    "delivered for more than|failing for a long time",
	    "the sending server has tried for as long as it keeps mail, and "
	    "gave up: the recipient's host did not answer, or put it off each "
	    "time",
	    "its log has the reason of each try: smtpsh --diagnose {domain} "
	    "asks the host now; send again when it answers",
	    "RFC 5321 4.5.4.1" },
	{ "route.connect",
	    "Message expired|Connection (refused|timed out|dropped)|didn.t "
	    "respond|^\\d{3} 5\\.4\\.300(?!\\d)|^\\d{3} 4\\.4\\.31\\d",
	    "the server that had the mail could not connect to the next one, "
	    "the recipient's: that does not answer, or refuses connections",
	    "look whether it answers: smtpsh --diagnose {domain}; tell its "
	    "operator by another way, then send again",
	    "Microsoft, NDR 4.4.316" },
	{ "denied.client",
	    "Client host rejected: Access "
	    "denied|(client|host|connection).{0,30}(rejected|denied|refused|"
	    "not allowed)|Access denied|Command rejected|service "
	    "denied|^\\d{3} 5\\.7\\.1(?![.\\d])",
	    "a rule of the server refuses this client, sender or recipient; "
	    "only its log says which",
	    "ask its operator with the time and your address; Postfix: "
	    "submission ports end with reject, so log in there (--tls --auth), "
	    "else smtpd_client_restrictions",
	    "Postfix smtpd_check.c" },
	{ "rcpt.unavailable", "mailbox unavailable|Recipient unavailable",
	    "the mailbox cannot be had, in RFC 821's words for 550: there is "
	    "none, it is locked, or a rule refuses; the server does not say "
	    "which",
	    "check the spelling first, then ask whether others get through to "
	    "it",
	    "RFC 5321 4.2.3" },
	{ "denied.any",
	    "^5\\d\\d\\b.{0,60}\\b(blocked|rejected|rejecting|refused|denied)"
	    "\\b|Mail is rejected|denied by",
	    "a rule of the server refuses it, and it does not say which",
	    "ask its operator with the time, your address and the reply; try "
	    "another sender, recipient and text, one at a time, to see which "
	    "it is",
	    "RFC 5321 4.2.1" },
	{ NULL, NULL, NULL, NULL, NULL },
};
