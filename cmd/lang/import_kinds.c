/* What each program puts before a line of either side. The order decides
 * between kinds that fit as well as each other. */
#include "cmd/lang/import_priv.h"

#include <stddef.h>

const struct import_kind import_kinds[] = {
	{ "smtplib", NULL, "Python's smtplib, set_debuglevel(1)", { "send: " },
	    { "reply: " }, KIND_START | KIND_QUOTED | KIND_SURE | KIND_WIRE,
	    KEY_NONE },
	{ "ruby", NULL, "Ruby's Net::SMTP, debug output", { "<- \"" },
	    { "-> \"" }, KIND_START | KIND_QUOTED | KIND_SURE | KIND_WIRE,
	    KEY_NONE },
	{ "swaks", NULL, "swaks", { "-> ", "~> " },
	    { "<-  ", "<~  ", "<** ", "<~* " }, KIND_START | KIND_WIRE,
	    KEY_NONE },
	{ "ssmtp", NULL, "ssmtp -v", { "[->] " }, { "[<-] " }, KIND_WIRE,
	    KEY_NONE },
	{ "phpmailer", NULL, "PHPMailer, SMTPDebug",
	    { "CLIENT -> SERVER:", "CLIENT -> SMTP:" },
	    { "SERVER -> CLIENT:", "SMTP -> FROM SERVER:" },
	    KIND_SURE | KIND_WIRE | KIND_TIGHT, KEY_NONE },
	{ "msmtp", "mdaemon", "msmtp -d, MDaemon's log", { "--> " }, { "<-- " },
	    KIND_SWAPS | KIND_WIRE, KEY_NONE },
	{ "blat", NULL, "Blat -debug", { ">>>putline>>> " },
	    { "<<<getline<<< " }, KIND_START | KIND_SURE, KEY_NONE },
	{ "perl", NULL, "Perl's Net::SMTP, git send-email --smtp-debug",
	    { ")>>> " }, { ")<<< " }, KIND_SURE, KEY_NONE },
	{ "s-nail", NULL, "s-nail -v -v", { ": >>> " }, { ": >>> SERVER: " }, 0,
	    KEY_NONE },
	{ "arrows", NULL,
	    "sendmail's bounces, Exim's test client, RFC 1891: >>> and <<<",
	    { ">>> " }, { "<<< ", "<<< IO: |" }, KIND_START | KIND_NOTATION,
	    KEY_NONE },
	{ "sendmail", NULL, "sendmail -v, mailx -v", { ">>> " }, { NULL },
	    KIND_START | KIND_BARE_S, KEY_NONE },
	{ "exim", "exim-server", "exim -v, exim -d, exim -d -bh",
	    { "SMTP>> ", "SMTP|> ", "SMTP+> ", "SMTP/> ", "SMTP>| " },
	    { "SMTP<< " }, KIND_SWAPS, KEY_INDENT },
	{ "exim-script", NULL, "a script of Exim's tests", { NULL }, { "??? " },
	    KIND_START | KIND_BARE_C | KIND_WIRE, KEY_NONE },
	{ "postfix", "postfix-client", "Postfix smtpd -v, smtp -v", { "]: < " },
	    { "]: > " }, KIND_SWAPS | KIND_HOST, KEY_BRACKET },
	{ "postfix-notice", NULL, "Postfix's mail on protocol errors",
	    { "In:  " }, { "Out: " }, KIND_START | KIND_FOLDS, KEY_NONE },
	{ "haraka", NULL, "Haraka's log", { "[core] C: " }, { "[core] S: " },
	    KIND_SURE, KEY_HEX },
	{ "nodemailer", NULL, "nodemailer, smtp-server", { "] C: " },
	    { "] S: " }, KIND_WIRE | KIND_BARE_TEXT, KEY_BRACKET },
	{ "sendemail", NULL, "sendEmail -vvv", { " => Sending: \t" },
	    { " => Received: \t" }, KIND_JOINED, KEY_NONE },
	{ "subetha", NULL, "SubEtha SMTP, FakeSMTP", { "Client: " },
	    { "Server: " }, 0, KEY_NONE },
	{ "hmailserver", NULL, "hMailServer's log", { "\"RECEIVED: " },
	    { "\"SENT: " }, 0, KEY_FIELD },
	{ "go", NULL, "logs of servers in Go", { "] Received: " },
	    { "] Sending: " }, 0, KEY_HEX },
	{ "go", NULL, "", { "SMTP request: " }, { "SMTP response: " }, 0,
	    KEY_HEX },
	{ "stalwart", NULL, "Stalwart's log", { "event=\"read\" data=\"" },
	    { "event=\"write\" data=\"" }, KIND_QUOTED | KIND_WIRE, KEY_NONE },
	{ "exchange", NULL, "Exchange's protocol log (CSV)", { ",<," },
	    { ",>," }, KIND_SWAPS | KIND_CSV, KEY_FIELD },
	{ "fetchmail", NULL, "fetchmail -v, Sylpheed, Claws Mail",
	    { "SMTP> ", "SMTP>" }, { "SMTP< " }, 0, KEY_NONE },
	{ "thunderbird", NULL, "Thunderbird's log", { "SMTP Send: " },
	    { "SMTP Response: " }, 0, KEY_NONE },
	{ "mutt", NULL, "mutt -d 2", { "] 3> ", "] 4> ", "] 5> ", "] 6> " },
	    { "] 3< ", "] 4< ", "] 5< ", "] 6< " }, 0, KEY_NONE },
	{ "mailsend", NULL, "mailsend -v", { "[C] " }, { "[S] " },
	    KIND_START | KIND_WRAPS, KEY_NONE },
	{ "smtp-cli", NULL, "smtp-cli --verbose", { "> " }, { "[" },
	    KIND_START | KIND_WEAK, KEY_NONE },
	{ "curl", NULL, "curl -v", { "> " }, { "< " }, KIND_START | KIND_WEAK,
	    KEY_NONE },
	{ "curl-trace", NULL, "curl --trace-ascii", { "curl> " }, { "curl< " },
	    KIND_START | KIND_WIRE, KEY_NONE },
	{ "packets", NULL,
	    "curl --trace, tcpdump -A, ngrep, tshark's Follow, System.Net",
	    { "packet> " }, { "packet< " }, KIND_START | KIND_WIRE, KEY_NONE },
	{ "iis", NULL, "IIS's SMTP service, its W3C log", { "iis> " },
	    { "iis< " }, 0, KEY_BRACKET },
	{ "mailenable", NULL, "MailEnable's activity log", { "mailenable> " },
	    { "mailenable< " }, 0, KEY_BRACKET },
	{ "kerio", NULL, "Kerio Connect's debug log", { "kerio> " },
	    { "kerio< " }, 0, KEY_BRACKET },
	{ "codeigniter", NULL, "CodeIgniter's print_debugger()",
	    { "codeigniter> " }, { "codeigniter< " }, KIND_START | KIND_STANDS,
	    KEY_NONE },
	{ "json", NULL, "what --to-format json writes", { "json> " },
	    { "json< " }, KIND_START, KEY_NONE },
	{ "swift", "openbsd", "Swift Mailer, gmass", { ">> " }, { "<< " },
	    KIND_START | KIND_SWAPS, KEY_NONE },
	{ "rfc", NULL, "an RFC's own notation: C: and S:, S: and R:, M: and S:",
	    { "C: " }, { "S: " }, KIND_START | KIND_NOTATION, KEY_NONE },
	{ "rfc", NULL, "", { "S: " }, { "R: " }, KIND_START | KIND_NOTATION,
	    KEY_NONE },
	{ "rfc", NULL, "", { "M: " }, { "S: " }, KIND_START | KIND_NOTATION,
	    KEY_NONE },
	{ "rfc", NULL, "", { "C: " }, { "P: " }, KIND_START | KIND_NOTATION,
	    KEY_NONE },
	{ "rfc", NULL, "", { "<--- " }, { "---> " },
	    KIND_START | KIND_NOTATION | KIND_SWAPS, KEY_NONE },
	{ "rfc", NULL, "", { "C " }, { "S " }, KIND_START | KIND_NOTATION,
	    KEY_NONE },
	{ "log", NULL, "any log with C: and S: in its lines", { " C: " },
	    { " S: " }, 0, KEY_NONE },
	{ NULL, NULL, NULL, { NULL }, { NULL }, 0, KEY_NONE },
};

static const struct {
	const char *name, *text;
} import_bare_kinds[] = {
	{ "telnet", "telnet, nc, a captured TCP stream: no markers" },
	{ "s_client", "openssl s_client" },
	{ "javamail", "JavaMail, mail.debug" },
	{ "exim-bh", "exim -bh on a terminal" },
	{ "native", "smtpsh's own language" },
};

const char *
import_kind(size_t i, const char **text)
{
	size_t row = 0;
	for (; import_kinds[row].name != NULL; row++) {
		if (import_kinds[row].text[0] == '\0')
			continue;
		if (i-- > 0)
			continue;
		*text = import_kinds[row].text;
		return import_kinds[row].name;
	}
	if (i >= sizeof import_bare_kinds / sizeof *import_bare_kinds)
		return NULL;
	*text = import_bare_kinds[i].text;
	return import_bare_kinds[i].name;
}
