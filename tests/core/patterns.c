/* Each row of the patterns is found first by a text that servers say, and each
 * has one. */
#include "check.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "cmd/know/cause.h"

static const struct {
	const char *id, *text;
} rows[] = {
	{ "other.ssh", "SSH-2.0-OpenSSH_9.6" },
	{ "other.imap", "* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready." },
	{ "other.pop3", "+OK POP3 ready <19.7@host.example>" },
	{ "other.http", "HTTP/1.0 400 Bad Request" },
	{ "other.vnc", "RFB 003.008" },
	{ "other.database",
	    "J..10.11.6-MariaDB-0+deb12u1...mysql_native_password" },
	{ "other.nntp", "200 news.example InterNetNews NNRP server ready" },
	{ "other.sieve", "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"" },
	{ "other.ftp", "220 ProFTPD Server (Debian)" },
	{ "relay.tenant",
	    "550 5.7.64 TenantAttribution; Relay Access Denied SMTP" },
	{ "relay.postfix",
	    "554 5.7.1 <x@elsewhere.example>: Relay access denied" },
	{ "relay.exim", "550 relay not permitted" },
	{ "relay.ptr",
	    "550 5.7.1 Relaying denied. IP name lookup failed [192.0.2.9]" },
	{ "relay.qmail", "553 sorry, that domain isn't in my list of allowed "
			 "rcpthosts (#5.7.1)" },
	{ "relay.other", "550 5.7.54 SMTP; Unable to relay recipient in "
			 "non-accepted domain" },
	{ "grey.said",
	    "451 4.7.1 Greylisting in action, please come back in 00:05:00" },
	{ "grey.mimecast", "451 Internal resource temporarily unavailable - "
			   "https://community.mimecast.com" },
	{ "grey.spamd", "451 Temporary failure, please try again later." },
	{ "grey.postscreen", "450 4.3.2 Service currently unavailable" },
	{ "rate.too-many-connections",
	    "421 4.7.0 mx.example Error: too many connections from 192.0.2.9" },
	{ "rate.anvil", "450 4.7.1 Error: too much mail from 192.0.2.9" },
	{ "rate.exim", "421 Too many concurrent SMTP connections; please try "
		       "again later." },
	{ "rate.gmail", "421 4.7.28 Gmail has detected an unusual rate of "
			"unsolicited mail originating from your IP address." },
	{ "rate.recipient", "450 4.2.1 The user you are trying to contact is "
			    "receiving mail at a rate that prevents delivery" },
	{ "rate.eop-throttle", "451 4.7.500 Server busy. Please try again "
			       "later from [192.0.2.9]" },
	{ "rate.outlook", "421 RP-001 (SNT004-MC1F1) Unfortunately, some "
			  "messages from 192.0.2.9 weren't sent" },
	{ "rate.yahoo", "421 4.7.0 [TSS04] Messages from 192.0.2.9 temporarily "
			"deferred due to unexpected volume" },
	{ "rate.ses",
	    "454 Throttling failure: Maximum sending rate exceeded." },
	{ "rate.errors", "421 4.7.0 mx.example Error: too many errors" },
	{ "rate.per-connection", "421 Max messages per connection reached" },
	{ "rate.other", "450 4.7.3 Organization queue quota exceeded." },
	{ "list.resolver", "554 5.7.1 Service unavailable; blocked using "
			   "zen.spamhaus.org; Error: open resolver" },
	{ "list.dnsbl", "554 5.7.1 Service unavailable; Client host "
			"[192.0.2.9] blocked using bl.example.net" },
	{ "list.tenant",
	    "550 5.7.708 Service unavailable. Access denied, traffic not "
	    "accepted from this IP." },
	{ "route.connect",
	    "550 5.4.300 Message expired -> 451 4.4.316 Connection refused "
	    "[Message=Socket error code 10061]" },
	{ "lost.end",
	    "450 4.4.2 conversation with mx.example[192.0.2.5] timed out while "
	    "sending end of data -- message may be sent more than once" },
	{ "lost.session",
	    "450 4.4.2 lost connection with mx.example[192.0.2.5] while "
	    "receiving the initial server greeting" },
	{ "retry.later", "450 retry time not reached" },
	{ "grey.likely", "451 4.7.1 Please try again in 5 minutes" },
	{ "auth.dmarc-record",
	    "554 5.7.5 Permanent error evaluating DMARC policy" },
	{ "list.outlook",
	    "550 5.7.1 part of their network is on our block list (S3140)" },
	{ "list.eop",
	    "550 5.7.606 Access denied, banned sending IP [192.0.2.9]" },
	{ "list.yahoo", "553 5.7.1 [BL21] Connections will not be accepted "
			"from 192.0.2.9" },
	{ "list.gmail-direct",
	    "550 5.7.1 The IP you're using to send mail is not authorized to "
	    "send email directly to our servers." },
	{ "list.gmx", "554 gmx.net (mxgmx010) Nemesis ESMTP Service not "
		      "available No SMTP service IP address is block listed." },
	{ "list.t-online",
	    "554 IP=192.0.2.9 - A problem occurred. (Ask your postmaster for "
	    "help or to contact tosa@rx.t-online.de)" },
	{ "list.domain", "550 5.7.1 Email rejected, the MailFrom domain is "
			 "listed in our block list" },
	{ "list.reputation",
	    "554 Your access to this mail system has been rejected due to the "
	    "sending MTA's poor reputation." },
	{ "list.apple",
	    "550 5.7.1 [CS01] Message rejected due to local policy." },
	{ "name.gmail-ipv6",
	    "550 5.7.1 Our system has detected that this message does not meet "
	    "IPv6 sending guidelines regarding PTR records" },
	{ "name.ptr", "450 4.7.25 Client host rejected: cannot find your "
		      "hostname, [192.0.2.9]" },
	{ "helo.fqdn", "504 5.5.2 <box>: Helo command rejected: need "
		       "fully-qualified hostname" },
	{ "helo.unknown",
	    "450 4.7.1 <box.invalid>: Helo command rejected: Host not found" },
	{ "helo.syntax", "501 Syntactically invalid EHLO argument(s)" },
	{ "helo.other", "550 5.7.1 HELO is rejected: you are not my own name" },
	{ "sender.nullmx", "550 5.7.27 <a@b.example>: Sender address rejected: "
			   "Domain b.example does not accept mail (nullMX)" },
	{ "sender.domain", "450 4.1.8 <a@b.invalid>: Sender address rejected: "
			   "Domain not found" },
	{ "sender.verify", "550 Sender verify failed" },
	{ "sender.fqdn", "504 5.5.2 <root@box>: Sender address rejected: need "
			 "fully-qualified address" },
	{ "sender.owned", "553 5.7.1 <a@b.example>: Sender address rejected: "
			  "not owned by user carol" },
	{ "sender.not-logged-in",
	    "553 5.7.1 <a@b.example>: Sender address rejected: not logged in" },
	{ "sender.sendas", "554 5.2.252 SendAsDenied; a@b.example not allowed "
			   "to send as c@b.example" },
	{ "sender.refused",
	    "550 Requested action not taken: Sender address is not allowed." },
	{ "sender.ses",
	    "554 Message rejected: Email address is not verified." },
	{ "auth.spf", "550 5.7.23 The message was rejected because of Sender "
		      "Policy Framework violation" },
	{ "auth.ms515", "550 5.7.515 Access denied, sending domain B.EXAMPLE "
			"does not meet the required authentication level." },
	{ "auth.dmarc", "550 5.7.26 Unauthenticated email from b.example is "
			"not accepted due to domain's DMARC policy." },
	{ "auth.gmail", "550 5.7.26 This mail is unauthenticated, which poses "
			"a security risk to the sender and Gmail users" },
	{ "auth.yahoo", "554 5.7.9 Message not accepted for policy reasons. "
			"See https://postmaster.yahooinc.com/error-codes" },
	{ "auth.dkim", "550 5.7.20 No passing DKIM signature found" },
	{ "auth.spoof", "550 Anti-Spoofing policy - Inbound not allowed" },
	{ "rcpt.eop",
	    "550 5.4.1 Recipient address rejected: Access denied. "
	    "[AM7EUR03FT042.eop-EUR03.prod.protection.outlook.example]" },
	{ "rcpt.unknown-postfix",
	    "550 5.1.1 <x@b.example>: Recipient address rejected: User unknown "
	    "in virtual mailbox table" },
	{ "rcpt.unrouteable", "550 Unrouteable address" },
	{ "rcpt.verify",
	    "450 4.1.1 <x@b.example>: Recipient address rejected: unverified "
	    "address: Address verification in progress" },
	{ "rcpt.full", "552 5.2.2 <x@b.example> Quota exceeded (mailbox for "
		       "user is full)" },
	{ "rcpt.disabled", "550 5.2.1 The email account that you tried to "
			   "reach is disabled." },
	{ "rcpt.denied", "554 5.7.1 <x@b.example>: Recipient address rejected: "
			 "Access denied" },
	{ "rcpt.nullmx",
	    "556 5.1.10 <x@b.example>: Recipient address rejected: Domain "
	    "b.example does not accept mail (nullMX)" },
	{ "rcpt.unknown", "550 No such user here" },
	{ "rcpt.syntax", "501 5.1.3 Bad recipient address syntax" },
	{ "rcpt.too-many", "452 4.5.3 Error: too many recipients" },
	{ "rcpt.none", "554 5.5.1 Error: no valid recipients" },
	{ "size.message", "552 5.3.4 Message size exceeds fixed limit" },
	{ "size.disk", "452 4.3.1 Insufficient system storage" },
	{ "text.bare-lf", "550 5.5.2 mx.example Error: bare <LF> received" },
	{ "text.long-line",
	    "550 maximum allowed line length is 998 octets, got 1202" },
	{ "text.8bit", "554 5.6.1 Eight bit data not allowed" },
	{ "text.utf8",
	    "553 5.6.7 Must declare SMTPUTF8 to send unicode address" },
	{ "text.headers", "550 5.7.1 Messages missing a valid From: header are "
			  "not accepted" },
	{ "text.virus", "552 5.7.0 This message was blocked because its "
			"content presents a potential security issue: virus" },
	{ "text.spam", "554 5.7.1 Message looks like spam" },
	{ "loop", "554 5.4.0 Error: too many hops" },
	{ "tls.first", "530 5.7.0 Must issue a STARTTLS command first" },
	{ "tls.broken", "454 4.7.0 TLS not available due to local problem" },
	{ "tls.client-cert",
	    "421 4.7.1 mx.example Error: client certificate not trusted" },
	{ "login.app-password",
	    "534 5.7.9 Application-specific password required. Learn more" },
	{ "login.webbrowser", "534 5.7.14 Please log in via your web browser "
			      "and then try again." },
	{ "login.smtp-auth-off",
	    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication "
	    "is disabled for the Tenant." },
	{ "login.gmail", "535 5.7.8 Username and Password not accepted." },
	{ "login.required",
	    "530 5.7.57 Client not authenticated to send mail." },
	{ "login.backend", "454 4.7.0 Temporary authentication failure: "
			   "Connection lost to authentication server" },
	{ "login.mechanism", "504 5.7.4 Unrecognized authentication type" },
	{ "login.failed",
	    "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6" },
	{ "proto.proxy", "503 Proxy negotiation failed" },
	{ "proto.pipelining", "554 SMTP synchronization error" },
	{ "proto.http", "221 2.7.0 Error: I can break rules, too. Goodbye." },
	{ "proto.lmtp", "500 5.5.1 This is LMTP, say LHLO" },
	{ "proto.masked", "500 5.5.1 Command unrecognized: \"XXXX\"" },
	{ "proto.nested", "503 5.5.1 Error: nested MAIL command" },
	{ "state.timeout", "421 4.4.2 mx.example Error: timeout exceeded" },
	{ "state.config", "451 4.3.5 Server configuration error" },
	{ "state.lookup", "451 4.3.0 <x@b.example>: Temporary lookup failure" },
	{ "state.queue", "451 4.3.0 Error: queue file write error" },
	{ "state.exchange",
	    "451 4.7.0 Temporary server error. Please try again later. PRX5" },
	{ "state.closed-door", "554 mx.example ESMTP not accepting messages" },
	{ "state.unavailable",
	    "421 Service not available, closing transmission channel" },
	{ "denied.policy", "550 Requested action not taken: mailbox "
			   "unavailable Reject due to policy restrictions." },
	{ "denied.client", "554 5.7.1 <host.example[192.0.2.9]>: Client host "
			   "rejected: Access denied" },
	{ "rcpt.unavailable",
	    "550 Requested action not taken: mailbox unavailable" },
	{ "denied.any", "550 This message was refused" },
};
#define ROWS (sizeof rows / sizeof *rows)

static void
test_first(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct pattern *p =
		    pattern_find(rows[i].text, strlen(rows[i].text));
		CHECK(p != NULL && strcmp(p->id, rows[i].id) == 0,
		    "'%s' is %s, not %s", rows[i].text,
		    p == NULL ? "nothing" : p->id, rows[i].id);
	}
}

/* The rows of tests/replies.tsv that there is a text for, by id. */
static char named[1000][24];
static size_t nnamed;

/* Replies as they come, with codes and lines that were joined. */
static void
test_replies(void)
{
	char line[1024];
	FILE *f = fopen("tests/replies.tsv", "r");
	CHECK(f != NULL, "no tests/replies.tsv: run from the top folder");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		struct sight s = { 0 };
		struct cause c = CAUSE_INIT;
		line[strcspn(line, "\n")] = '\0';
		char *text = strchr(line, '\t');
		if (*line == '#' || text == NULL)
			continue;
		*text++ = '\0';
		bool found = sight_read(&s.refusal, text, strlen(text)) &&
			     cause_find(&s, &c);
		CHECK(found && strcmp(c.id, line) == 0, "'%s' is %s, not %s",
		    text, found ? c.id : "nothing", line);
		if (nnamed < sizeof named / sizeof *named)
			snprintf(named[nnamed++], sizeof *named, "%.23s", line);
		cause_release(&c);
		sight_release(&s);
	}
	CHECK(nnamed > 400, "%zu replies", nnamed);
	if (f != NULL)
		fclose(f);
}

static bool
has_text(const char *id)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].id, id) == 0)
			return true;
	for (size_t i = 0; i < nnamed; i++)
		if (strcmp(named[i], id) == 0)
			return true;
	return false;
}

static void
test_all(void)
{
	const struct pattern *p;
	size_t n = 0;
	for (; (p = pattern_at(n)) != NULL; n++) {
		size_t len = strlen(p->what);
		CHECK(has_text(p->id), "%s has no text here", p->id);
		CHECK(p->what[len - 1] != '.' &&
			  p->next[strlen(p->next) - 1] != '.',
		    "%s ends with a full stop", p->id);
		for (size_t k = n; k-- > 0;)
			CHECK(strcmp(pattern_at(k)->id, p->id) != 0,
			    "%s is there twice", p->id);
	}
	CHECK(n >= 110, "%zu patterns", n);
}

/* What is well, and a text that nobody knows. */
static void
test_nothing(void)
{
	static const char *const texts[] = { "250 2.1.5 Ok",
		"250 2.0.0 Ok: queued as 4bXy7Q2kZzz1",
		"354 End data with <CR><LF>.<CR><LF>", "221 2.0.0 Bye",
		"235 2.7.0 Authentication successful",
		"599 colourless green ideas" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const struct pattern *p =
		    pattern_find(texts[i], strlen(texts[i]));
		CHECK(p == NULL, "'%s' is %s", texts[i], p->id);
	}
}

/* A reply of a log's line, whatever stands around it. */
static void
test_log(void)
{
	static const struct {
		const char *line, *id;
	} logs[] = {
		{ "Nov 24 02:11:43 mx postfix/smtp[4711]: 4bX: "
		  "to=<b@c.example>, "
		  "relay=mx.c.example[192.0.2.25]:25, delay=0.4, dsn=5.7.1, "
		  "status=bounced (host mx.c.example[192.0.2.25] said: 554 "
		  "5.7.1 <b@c.example>: Relay access denied (in reply to RCPT "
		  "TO command))",
		    "relay.postfix" },
		{ "550-5.1.1 no such user", "rcpt.unknown" },
		{ "SMTP error from remote mail server after RCPT TO:<b@c>: 550 "
		  "Unrouteable address",
		    "rcpt.unrouteable" },
	};
	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
		struct sight s = { 0 };
		struct cause c = CAUSE_INIT;
		bool found = sight_read(&s.refusal, logs[i].line,
				 strlen(logs[i].line)) &&
			     cause_find(&s, &c);
		CHECK(found && strcmp(c.id, logs[i].id) == 0, "'%s' is %s",
		    logs[i].line, found ? c.id : "nothing");
		cause_release(&c);
		sight_release(&s);
	}
}

int
main(void)
{
	test_first();
	test_replies();
	test_all();
	test_nothing();
	test_log();
	return check_done();
}
