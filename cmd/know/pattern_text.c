/* The message, TLS, logins. Their order counts:
 * pattern.c. */
#include "cmd/know/pattern_priv.h"

const struct pattern pattern_text[] = {
	{ "size.message",
	    "message (file |size )?.{0,20}(too (big|large)|exceed)|exceeds? "
	    "(the )?(maximum|fixed|system).{0,30}(size|limit|permitted)|size "
	    "limit|^\\d{3} [45]\\.3\\.4(?![.\\d])|^\\d{3} "
	    "[45]\\.2\\.3(?![.\\d])",
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
	    "From|"
	    "header|Date|Message-I[Dd])|not RFC (2822|5322)|Headers are not "
	    "RFC|header (syntax|line|not CRLF)",
	    "the header of the message is wrong: no From or Date, two of one "
	    "kind, or no header at all",
	    "give From, Date, To, Subject and Message-Id once each (--header), "
	    "and an empty line behind them",
	    "RFC 5322 3.6" },
	{ "text.virus",
	    "virus|malware|illegal attachment|attachment.{0,30}(blocked|not "
	    "allowed)|banned (file|attachment)|5\\.7\\.0\\b.{0,60}attachment",
	    "a scanner objects to an attachment",
	    "scan the file; send programs by another way",
	    "ActiveCampaign/smtp-field-manual" },
	{ "text.spam",
	    "\\bspam\\b|unsolicited|likely suspicious|junk|content "
	    "(rejected|denied)|violates .* policy|security policies",
	    "a filter takes the message for spam",
	    "send the plainest text from the same address: if that passes it "
	    "is the content (links, a short text with an attachment), else "
	    "reputation or authentication",
	    "ActiveCampaign/smtp-field-manual" },
	{ "loop",
	    "too many hops|mail loop|routing loop|Loop detected|hop count|too "
	    "many .?Received|5\\.4\\.(6|14)\\b|loops back",
	    "the mail goes in a circle between servers: it has too many "
	    "Received headers",
	    "read the Received headers from the lowest up: which two hosts "
	    "take turns? one of them must learn that the domain is its own, or "
	    "where it really lives",
	    "RFC 5321 6.3" },
	{ "tls.first",
	    "Must issue a STARTTLS|STARTTLS (is )?required|TLS (is "
	    ")?required|(session )?encryption (is )?required|must use TLS|Use "
	    "of TLS",
	    "the server wants TLS before mail, or before the login",
	    "use --tls (at the prompt \\starttls)", "RFC 3207 4" },
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
	{ "login.app-password",
	    "Application-specific password|InvalidSecondFactor|app(lication)? "
	    "password (is )?required",
	    "the account has two-step verification, so its own password is not "
	    "taken here; no mechanism is too weak, whatever 5.7.9 is "
	    "registered for",
	    "make an app password in the account's security settings, or use a "
	    "token (--auth XOAUTH2)",
	    "Google, Gmail SMTP errors" },
	{ "login.webbrowser",
	    "log in via your web browser|WebLoginRequired|CAPTCHA",
	    "the provider finds this login odd and wants to see the person in "
	    "a browser first",
	    "log in by a browser once from this network, then use an app "
	    "password or a token (--auth XOAUTH2)",
	    "Google, Gmail SMTP errors" },
	{ "login.smtp-auth-off",
	    "^\\d{3} 5\\.7\\.139(?![.\\d])|SmtpClientAuthentication is "
	    "disabled|basic authentication is disabled|locked by your "
	    "organization",
	    "logging in by SMTP is switched off for that mailbox or its "
	    "organization; the password may well be right",
	    "its administrator: Set-CASMailbox USER "
	    "-SmtpClientAuthenticationDisabled $false; better use a token "
	    "(--auth XOAUTH2), since Microsoft ends passwords here",
	    "Microsoft, smtp_auth_disabled" },
	{ "login.gmail", "Username and Password not accepted|BadCredentials",
	    "wrong user or password, or the account's own password where Gmail "
	    "wants an app password",
	    "the user is the whole address; with two-step verification make an "
	    "app password",
	    "Google, Gmail SMTP errors" },
	{ "login.required",
	    "authentication (is )?(required|needed)|not authenticated|SMTP "
	    "AUTH (is )?required|must (authenticate|log in)|Authentication "
	    "required|^\\d{3} 5\\.7\\.57(?![.\\d])|5\\.5\\.1 "
	    ".{0,30}authenticat|does not authenticate|anonymous mail",
	    "the server takes mail only after a login, and nobody has logged "
	    "in: authentication is required",
	    "use --auth --auth-user USER{tls}; to deliver to a domain without "
	    "a login ask its own host (--mx {domain}, port 25)",
	    "RFC 4954 6" },
	{ "login.backend",
	    "temporary authentication failure|Unable to authenticate at "
	    "present|^(454 4\\.7\\.0|435|432) .{0,40}auth|authentication "
	    "(server|backend|service)",
	    "the server could not check the password: what it asks for that "
	    "(saslauthd, Dovecot, LDAP, SQL) does not answer; the password may "
	    "be right",
	    "try again later; your server: the logs of smtpd and of Dovecot's "
	    "auth or saslauthd, smtpd_sasl_path and its permissions",
	    "RFC 4954 6" },
	{ "login.mechanism",
	    "(Invalid|Unsupported|Unknown|Unrecognized) authentication "
	    "(mechanism|type)|mechanism (not|un)(supported| available)?|^504 "
	    ".{0,10}5\\.(5|7)\\.4|Unrecognized authentication",
	    "the server does not know that mechanism of AUTH; its EHLO reply "
	    "lists those it knows",
	    "name one that is offered: --auth PLAIN (under TLS), LOGIN, "
	    "XOAUTH2",
	    "RFC 4954 4" },
	{ "login.failed",
	    "^53[45]\\b|authentication "
	    "(failed|unsuccessful|failure)|credentials invalid|Incorrect "
	    "authentication data|login (failed|denied)|^\\d{3} "
	    "5\\.7\\.8(?![.\\d])|^\\d{3} 5\\.7\\.3(?![.\\d])",
	    "the login failed: user or password is wrong, or the account may "
	    "not log in by SMTP (a base64 word behind it only repeats what was "
	    "asked)",
	    "try the whole address as user, type the password anew, try the "
	    "same at the provider's web mail; your server: doveadm auth test "
	    "USER, testsaslauthd, its log",
	    "RFC 4954 6" },
	{ NULL, NULL, NULL, NULL, NULL },
};
