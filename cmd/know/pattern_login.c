/* Logins. Their order counts:
 * pattern.c. */
#include "cmd/know/pattern_priv.h"

const struct pattern pattern_login[] = {
	{ "tls.first",
	    "Must issue a STARTTLS|STARTTLS (is )?required|TLS (is "
	    ")?required|(session )?encryption (is )?required|must use TLS|Use "
	    "of TLS|Encryption (is )?needed|over a (secure|TLS)|TLS "
	    "connection|^\\d{3} [45]\\.7\\.10(?![.\\d])|^523\\b|^412 "
	    "TLS|Encryption required",
	    "the server wants TLS before mail, or before the login",
	    "use --tls (at the prompt \\starttls)", "RFC 3207 4" },
	{ "login.locked",
	    "(too "
	    "many|repeated).{0,30}(failed|fail|bad|invalid|login|auth).{0,30}("
	    "login|auth|attempt|password)|account (is |has been |temporarily "
	    ")?locked|too many (\\w+ )?(auth|login|password)\\w* "
	    "(failures|errors|attempts|fails)|auth error limit|too much fail "
	    "authentication|login "
	    "attempts",
	    "the login is locked for a time: there were too many wrong "
	    "passwords",
	    "stop whatever tries the old password, wait (15 minutes to a day), "
	    "then log in with the right one; the provider's web page may "
	    "unlock it",
	    "Gmail 4.7.0; 163.com" },
	{ "login.expired",
	    "password (has |is )?expired|password transition|^\\d{3} "
	    "[45]\\.7\\.12(?![.\\d])",
	    "the password has expired",
	    "log in by the web page, set a new one, then use that",
	    "RFC 4954 6" },
	{ "login.disabled",
	    "^5(25|35)(?!.*(5\\.7\\.139|SmtpClientAuth|basic "
	    "auth)).*\\b(disabled|suspended|inactive|blocked)\\b",
	    "the account that logs in is switched off",
	    "its administrator or provider says why; the password is not the "
	    "matter",
	    "RFC 5248" },
	{ "login.app-password",
	    "Application-specific password|InvalidSecondFactor|app(lication)? "
	    "password (is )?required|use an? app(lication)?[- ]?(specific "
	    ")?password|authorization code|parol prilozheniya|app "
	    "password|Application password",
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
	{ "login.off-here",
	    "access rights to this service|user has no permission|(IMAP/)?SMTP "
	    "service (is )?(not (enabled|open)|disabled|closed)|mailbox "
	    "protocol.{0,20}disabled",
	    "logging in by SMTP is switched off for that mailbox; the password "
	    "may well be right",
	    "switch it on in the mailbox's settings at the provider's web page "
	    "(mail programs, IMAP/SMTP), and use the app password or code that "
	    "it gives",
	    "Yandex, Mail.ru, QQ Mail" },
	{ "login.smtp-auth-off",
	    "^\\d{3} 5\\.7\\.139(?![.\\d])|SmtpClientAuthentication is "
	    "disabled|basic authentication is disabled|locked by your "
	    "organization|Basic authentication is not supported",
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
	{ "login.off",
	    "authentication not enabled|AUTH (command )?(used when not "
	    "advertised|not "
	    "(available|supported|enabled|allowed|advertised))|no AUTH",
	    "the server takes no login here: AUTH is not offered on this port, "
	    "or not before TLS",
	    "log in under TLS on port 587 (--tls) or 465 (--tls-on-connect); "
	    "your server: smtpd_sasl_auth_enable, auth_advertise_hosts",
	    "RFC 4954 4" },
	{ "login.required",
	    "^(?!.*(Relay|RESOLVER)).*(authentication (is "
	    ")?(required|needed)|not authenticated|SMTP AUTH (is "
	    ")?required|must (authenticate|log in)|Authentication "
	    "required|^\\d{3} 5\\.7\\.57(?![.\\d])|5\\.5\\.1 "
	    ".{0,30}authenticat|does not authenticate|anonymous mail)",
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
