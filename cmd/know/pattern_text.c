/* The message, and TLS. Their order counts:
 * pattern.c. */
#include "cmd/know/pattern_priv.h"

const struct pattern pattern_text[] = {
	{ "size.message",
	    "message (file |size )?.{0,20}(too (big|large)|exceed)|exceeds? "
	    "(the )?(maximum|fixed|system).{0,30}(size|limit|permitted)|size "
	    "limit|^\\d{3} [45]\\.3\\.4(?![.\\d])|^\\d{3} "
	    "[45]\\.2\\.3(?![.\\d])|maximum "
	    "(e-?mail|inbound|message|attachment).{0,20}(size "
	    ")?exceed|exceeded.{0,30}(message|mail) size|taille "
	    "limite|(message|mail|e-?mail|attachments?) (is )?too "
	    "(big|large)|\\bmailsize limit",
	    "the message is too large for the server{size}",
	    "send a smaller one, or a link to it (base64 makes attachments a "
	    "third larger); your server: message_size_limit (Postfix, Exim), "
	    "MaxReceiveSize (Exchange)",
	    "RFC 1870 6" },
	{ "size.disk",
	    "Insufficient (system (storage|resources)|disk space)|Space "
	    "shortage|No space left|^\\d{3} [45]\\.3\\.1(?![.\\d])",
	    "the server's own disk is full or nearly so; the mailbox is not "
	    "the matter",
	    "tell the server's administrator, try again later; your server: df "
	    "-h on the spool, queue_minfree (Postfix wants 1.5 times "
	    "message_size_limit free), check_spool_space (Exim)",
	    "Postfix smtpd_check.c" },
	{ "text.bare-lf",
	    "bare.{0,3}(LF|CR|line ?feed|newline)|lone "
	    "(CR|LF)|smtplf\\.html|BareLinefeeds",
	    "a line of the text ends with LF alone or has a stray CR, which "
	    "servers refuse since SMTP smuggling (2023)",
	    "let the client end lines by CRLF (unix2dos; \\send and the "
	    "message front do); your server, for old clients: "
	    "smtpd_forbid_bare_newline_exclusions",
	    "RFC 5321 2.3.8" },
	{ "text.long-line",
	    "line (is )?too long|maximum allowed line length|line "
	    "length|longer than 998",
	    "a line of the text is too long: more than 998 octets; no command "
	    "line is meant",
	    "break the lines, or encode that part as quoted-printable or "
	    "base64 (long HTML lines are the usual cause)",
	    "RFC 5321 4.5.3.1.6" },
	{ "text.8bit",
	    "eight bit data not allowed|8-?bit (data|characters?) (is |are "
	    ")?(not|in)|Body type not supported|^\\d{3} 5\\.6\\.[13](?![.\\d])",
	    "the text has octets above 127 (8-bit), and the server does not "
	    "take them",
	    "encode it as quoted-printable or base64", "RFC 6152 3" },
	{ "text.utf8",
	    "SMTPUTF8|^\\d{3} 5\\.6\\.[79](?![.\\d])|non-?ASCII|unicode "
	    "address",
	    "an address or header is not ASCII, and SMTPUTF8 was not declared "
	    "or is not offered",
	    "use the ASCII form of the address (its domain as xn--...), or "
	    "another server that offers SMTPUTF8",
	    "RFC 6531 3.2" },
	{ "text.headers",
	    "\\b(missing|no|multiple|invalid|duplicate|malformed)\\b.{0,30}("
	    "From|header|Date|Message-I[Dd])|not RFC (2822|5322)|Headers are "
	    "not RFC|header (syntax|line|not CRLF)|headers? (fail|error|are "
	    "not accepted)|address in From",
	    "the header of the message is wrong: no From or Date, two of one "
	    "kind, or no header at all",
	    "give From, Date, To, Subject and Message-Id once each (--header), "
	    "and an empty line behind them",
	    "RFC 5322 3.6" },
	{ "text.virus",
	    "^(?!.*(\\bspam\\b|attachments? (will|are) not "
	    "a)).*(\\bvirus|malware|\\binfected\\b|\\bBANNED:|potential "
	    "(security|threat)|executable files|malicious "
	    "(file|attach|content)|illegal "
	    "attachment|attachment.{0,30}(blocked|not allowed)|banned "
	    "(file|attachment)|5\\.7\\.0\\b.{0,60}attachment)|potentially "
	    "executable",
	    "a scanner objects to an attachment",
	    "scan the file; send programs by another way",
	    "ActiveCampaign/smtp-field-manual" },
	{ "text.filter",
	    "^(?!.*(UBE|spam|junk)).*(message|error:) (content|header|body) "
	    "rejected",
	    "a content rule of the server refuses the message: a header or a "
	    "line of the text is what it looks for",
	    "send the plainest text to see which line it is; your server: "
	    "header_checks, body_checks (its log quotes the line)",
	    "Postfix header_checks(5)" },
	{ "text.spam",
	    "\\bspam\\b|unsolicited|likely suspicious|junk|content "
	    "(rejected|denied)|violates .* policy|security "
	    "policies|\\bDT:SPM\\b|GTUBE|spam "
	    "points|\\bUBE\\b|(as|is|probably|considered) (an? |unsolicited "
	    ")?bulk (e-?)?mail|content.{0,20}(filter|restriction)|mass mailer",
	    "a filter takes the message for spam",
	    "send the plainest text from the same address: if that passes it "
	    "is the content (links, a short text with an attachment), else "
	    "reputation or authentication",
	    "ActiveCampaign/smtp-field-manual" },
	{ "loop",
	    "too many hops|mail loop|routing loop|Loop detected|hop count|too "
	    "many .?Received|5\\.4\\.(6|14)\\b|loops back|forwarding "
	    "loop|message looping|loop was found|loop(s|ing) back",
	    "the mail goes in a circle between servers: it has too many "
	    "Received headers",
	    "read the Received headers from the lowest up: which two hosts "
	    "take turns? one of them must learn that the domain is its own, or "
	    "where it really lives",
	    "RFC 5321 6.3" },
	{ "name.lookup",
	    "DNS (lookup|query|server|resolution) (fail|error|time)|DNS "
	    "(error|failure|problem)|(host )?name lookup fail|name "
	    "?server.{0,20}(reply|fail|not|error)|resolver (fail|error)",
	    "the server could not look up a name in DNS (of the sender, the "
	    "recipient, or this client)",
	    "try again later; does it go on: look at the zone of that name "
	    "(dig MX, dig NS); your server: its resolver",
	    "RFC 3463 3.5" },
	{ "command.parameter",
	    "Unsupported option|unsupported "
	    "(parameter|extension|MAIL|RCPT)|unrecogni[sz]ed parameter|unknown "
	    "(MAIL|RCPT)? ?(parameter|option)",
	    "the server does not know a parameter of the MAIL or RCPT command",
	    "leave out what its EHLO reply does not offer (SIZE, BODY, "
	    "SMTPUTF8, NOTIFY, RET ...)",
	    "RFC 5321 4.1.1.11" },
	{ "tls.broken",
	    "TLS not available due to local problem|TLS (is "
	    ")?(currently|temporarily) (un|not )available|^454 .{0,20}TLS\\b",
	    "the server offers STARTTLS and cannot do it: its certificate or "
	    "key is missing, unreadable, or they do not belong together",
	    "tell the operator of the server; your server: its log names the "
	    "file (smtpd_tls_chain_files or smtpd_tls_cert_file and "
	    "smtpd_tls_key_file; Exim: tls_certificate, tls_privatekey) and "
	    "who may not read it",
	    "Postfix smtpd.c; Exim smtp_in.c" },
	{ "tls.client-cert",
	    "client certificate (not trusted|required)|no client certificate",
	    "the server wants a certificate of the client, or does not trust "
	    "the one that it got",
	    "show one that its authority has signed: --tls-cert FILE --tls-key "
	    "FILE",
	    "Postfix smtpd.c" },
	{ NULL, NULL, NULL, NULL, NULL },
};
