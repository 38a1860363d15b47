/* What other programs' options are called here: swaks, curl, msmtp, sendmail,
 * mailx, netcat, openssl, psql. Names that are ours too, but of the receiver, are
 * among them: they are asked about where they do not apply. */
#include "cmd/front/opts.h"

#include <string.h>
#include "cmd/lang/near.h"

#define PASSWORD                                                               \
	"--auth-password-file, --auth-password-fd or --auth-password-command"
#define OFFERS "--quit-after helo, which shows what the server offers"
#define WHOLE  "--data FILE, which takes a whole message, made elsewhere"

static const struct {
	char theirs[24], ours[80];
} opts_habits[] = {
	/* letters */
	{ "a", "--auth" },
	{ "d", "--data" },
	{ "i", "--data" },
	{ "k", "--tls-verify no" },
	{ "l", "--serve" },
	{ "n", "--quiet" },
	{ "o", "--record" },
	{ "r", "--from" },
	{ "S", "--serve" },
	{ "T", "--data" },
	{ "u", "--auth-user" },
	{ "v", "--format json, which tells all" },
	{ "w", "--timeout" },
	{ "x", "--proxy" },
	{ "X", "--no-rc" },
	/* words */
	{ "add-header", "--header" },
	{ "ah", "--header" },
	{ "am", "--auth" },
	{ "ap", PASSWORD },
	{ "attach-body", "--body" },
	{ "attachment", "--attach" },
	{ "au", "--auth-user" },
	{ "auth-mechanism", "--auth" },
	{ "auth-optional", "--auth" },
	{ "auth-pass", PASSWORD },
	{ "auth-password", PASSWORD },
	{ "auth-plaintext", "--auth PLAIN" },
	{ "bs", "--pipe 'sendmail -bs'" },
	{ "ca", "--tls-ca" },
	{ "cacert", "--tls-ca" },
	{ "capa", OFFERS },
	{ "capabilities", OFFERS },
	{ "capability", OFFERS },
	{ "capath", "--tls-ca" },
	{ "cert", "--tls-cert" },
	{ "ciphers", "--tls-cipher" },
	{ "clients", "--sessions" },
	{ "concurrency", "--sessions" },
	{ "config", "-f FILE" },
	{ "connect", "--server" },
	{ "connect-timeout", "--timeout" },
	{ "connections", "--sessions, or --keep for messages on each" },
	{ "copy-routing", "--mx" },
	{ "cr", "--mx" },
	{ "debug", "--format json, which tells all" },
	{ "domain", "--helo" },
	{ "drop-after", "--quit-after" },
	{ "early-talker", "--early" },
	{ "ehlo", "--helo NAME, or " OFFERS },
	{ "envelope-from", "--from" },
	{ "extensions", OFFERS },
	{ "fail", "--stop" },
	{ "features", OFFERS },
	{ "force-ipv4", "--ipv4" },
	{ "force-ipv6", "--ipv6" },
	{ "ha", "--quiet" },
	{ "haproxy-protocol", "--proxy-protocol 1" },
	{ "hide-all", "--quiet" },
	{ "host", "--server" },
	{ "hostname", "--helo" },
	{ "insecure", "--tls-verify no" },
	{ "interface", "--bind" },
	{ "key", "--tls-key" },
	{ "lhlo", "--lmtp" },
	{ "li", "--bind" },
	{ "listen", "--serve" },
	{ "local-interface", "--bind" },
	{ "login", "--auth LOGIN" },
	{ "login-options", "--auth" },
	{ "mail-from", "--from" },
	{ "mail-rcpt", "--to" },
	{ "max-time", "--timeout" },
	{ "message", "--data" },
	{ "message-count", "--messages" },
	{ "message-length", "--message-size" },
	{ "netrc-file", "--netrc" },
	{ "no-colour", "--color never" },
	{ "no-color", "--color never" },
	{ "no-tls-verify", "--tls-verify no" },
	{ "oauth2-bearer", "--auth XOAUTH2" },
	{ "output", "--record" },
	{ "pass", PASSWORD },
	{ "passwd", PASSWORD },
	{ "password", PASSWORD },
	{ "password-file", "--auth-password-file" },
	{ "pipeline", "\\pipeline in a line" },
	{ "probe", "--diagnose, or " OFFERS },
	{ "protocol", "--lmtp or --tls-on-connect" },
	{ "qps", "--rate" },
	{ "ramp-up", "--ramp" },
	{ "rcpt", "--to" },
	{ "rcpt-to", "--to" },
	{ "recipient", "--to" },
	{ "requests", "--messages" },
	{ "return-path", "--from" },
	{ "rps", "--rate" },
	{ "sender", "--from" },
	{ "servername", "--tls-sni" },
	{ "session-count", "--sessions" },
	{ "silent", "--quiet" },
	{ "sni", "--tls-sni" },
	{ "socks5", "--proxy socks5://HOST" },
	{ "ssl", "--tls-on-connect" },
	{ "ssl-reqd", "--tls" },
	{ "starttls", "--tls" },
	{ "suppress-data", "\\set text-max 0" },
	{ "test", "-f FILE" },
	{ "text", "--body" },
	{ "tlsc", "--tls-on-connect" },
	{ "tls-ca-path", "--tls-ca" },
	{ "tls-ca-file", "--tls-ca" },
	{ "tls-certcheck", "--tls-verify" },
	{ "tls-get-peer-cert", "--tls-save-peer-cert" },
	{ "tlso", "--tls-optional" },
	{ "tls-optional-strict", "--tls" },
	{ "tlsos", "--tls" },
	{ "tlsp", "--tls-protocol" },
	{ "tls-starttls", "--tls" },
	{ "tls-trust-file", "--tls-ca" },
	{ "tlsv1.2", "--tls-protocol 1.2" },
	{ "tlsv1.3", "--tls-protocol 1.3" },
	{ "tls-verify-ca", "--tls-ca" },
	{ "trace", "--format json" },
	{ "trace-ascii", "--format json" },
	{ "unix-socket", "--socket" },
	{ "upload-file", "--data" },
	{ "url", "--server" },
	{ "user", "--auth-user" },
	{ "username", "--auth-user" },
	{ "variable", "--define" },
	{ "verbose", "--format json, which tells all" },
	{ "xclient", "\\xclient in a line" },
};

const char *
opts_habit(const char *name, size_t len)
{
	size_t n = sizeof opts_habits / sizeof *opts_habits;
	for (size_t i = 0; i < n; i++)
		if (strlen(opts_habits[i].theirs) == len &&
		    memcmp(opts_habits[i].theirs, name, len) == 0)
			return opts_habits[i].ours;
	return NULL;
}

bool
opts_meant(struct buf *b, const char *name, size_t len)
{
	const char *ours = opts_habit(name, len);
	const struct opt *t = opts_find(name, len);
	if (t != NULL) {
		buf_addf(b, "--%s", t->name);
		return true;
	}
	if (ours != NULL) {
		buf_adds(b, ours);
		return true;
	}
	/* swaks' --h-Subject TEXT */
	if (len > 2 && memcmp(name, "h-", 2) == 0) {
		buf_addf(b, "--header '%.*s: TEXT'", (int)(len - 2), name + 2);
		return true;
	}
	for (t = opt_table; t->name[0] != '\0'; t++) {
		if (!near_word(name, len, t->name, strlen(t->name)))
			continue;
		buf_addf(b, "--%s", t->name);
		return true;
	}
	return false;
}
