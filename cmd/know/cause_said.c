/* What a line of a log or an error says of a refusal without its code: each
 * form is put back into the reply that it stands for. */
#include <string.h>
#include "cmd/know/cause_text.h"
#include "cmd/lang/match.h"
#include "net/core/code.h"

/* What a program says in its own words, as a server would. */
static const struct {
	const char *regex, *reply;
} said_rows[] = {
	{ "curl: \\(67\\)|SASL [\\w-]+ authentication failed|"
	  "authenticator failed",
	    "535 5.7.8 authentication failed" },
	{ "protocol synchroni[sz]ation error",
	    "554 SMTP synchronization error" },
	{ "save failed.{0,40}quota exceeded",
	    "552 5.2.2 Quota exceeded (mailbox for user is full)" },
	{ "retry time not reached", "450 retry time not reached" },
	{ "(permission|rights?) to send (on behalf|as)",
	    "550 5.7.60 no permission to send as this sender" },
	{ "message (has )?expired|retry (time(out)?|limit) exceeded|"
	  "too long in (the )?queue",
	    "450 4.4.7 message expired" },
};

static const char *
said_find(const char *p, size_t len, const char *what)
{
	return memmem(p, len, what, strlen(what));
}

/* Behind the first of these marks that is there; NULL: none is. */
static const char *
said_behind(const char *p, size_t len, const char *mark)
{
	const char *at = said_find(p, len, mark);
	return at == NULL ? NULL : at + strlen(mark);
}

static void
said_add(struct buf *b, const char *from, const char *end)
{
	while (from < end && (*from == ' ' || *from == '('))
		from++;
	while (end > from && (end[-1] == ')' || end[-1] == ' '))
		end--;
	buf_add(b, from, (size_t)(end - from));
}

/* Postfix: "dsn=5.4.4, status=bounced (TEXT)"; Sendmail: "dsn=5.1.1, stat=User
 * unknown". */
static bool
said_dsn(struct buf *b, const char *p, size_t len)
{
	const char *end = p + len, *dsn = said_behind(p, len, "dsn=");
	const char *text = NULL;
	int class, subject, detail;
	if (dsn == NULL)
		return false;
	size_t n = 0;
	while (dsn + n < end && strchr("0123456789.", dsn[n]) != NULL)
		n++;
	if (enh_parse(dsn, n, &class, &subject, &detail) == 0 ||
	    (class != 4 && class != 5))
		return false;
	const char *status = said_behind(p, len, "status=");
	if (status != NULL)
		text = memchr(status, '(', (size_t)(end - status));
	else
		text = said_behind(p, len, "stat=");
	if (text == NULL)
		return false;
	buf_addf(b, "%d50 %.*s ", class, (int)n, dsn);
	said_add(b, text, end);
	return true;
}

/* Postfix: "milter-reject: END-OF-MESSAGE from x: 5.7.1 TEXT; from=". */
static bool
said_milter(struct buf *b, const char *p, size_t len)
{
	const char *end = p + len, *at = said_behind(p, len, "reject: ");
	int class, subject, detail;
	for (; at != NULL && at < end; at++) {
		size_t n = enh_parse(
		    at, (size_t)(end - at), &class, &subject, &detail);
		if (n == 0 || at[-1] != ' ' || (class != 4 && class != 5))
			continue;
		const char *semi = memchr(at, ';', (size_t)(end - at));
		buf_addf(b, "%d50 ", class);
		said_add(b, at, semi != NULL ? semi : end);
		return true;
	}
	return false;
}

/* Exim: "rejected RCPT <a@b>: TEXT", "** a@b: TEXT". */
static bool
said_exim(struct buf *b, const char *p, size_t len)
{
	static const char *const marks[] = { " rejected RCPT ",
		" rejected MAIL ", " rejected after DATA", " rejected EHLO ",
		" rejected HELO ", " rejected connection ", " ** " };
	const char *end = p + len;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		const char *at = said_behind(p, len, marks[i]);
		const char *text =
		    at == NULL ? NULL
			       : said_behind(at, (size_t)(end - at), ": ");
		if (text == NULL)
			continue;
		buf_adds(b, "550 ");
		said_add(b, text, end);
		return true;
	}
	return false;
}

bool
cause_said(struct buf *b, const char *p, size_t len)
{
	if (said_dsn(b, p, len) || said_milter(b, p, len) ||
	    said_exim(b, p, len))
		return true;
	for (size_t i = 0; i < sizeof said_rows / sizeof *said_rows; i++) {
		if (!match_text(said_rows[i].regex, p, len))
			continue;
		buf_adds(b, said_rows[i].reply);
		return true;
	}
	return false;
}

/* What programs say of connections, TLS and certificates. */
static const struct {
	const char *regex;
	enum err_why why;
} text_words[] = {
	{ "connection timed out|operation timed out|timed out while "
	  "connecting|did not accept our requests to connect",
	    WHY_SILENT },
	{ "connection refused", WHY_REFUSED },
	{ "no route to host|network is unreachable", WHY_UNREACHABLE },
	{ "host not found, try again|temporary failure in name resolution|"
	  "\\bSERVFAIL\\b|EAI_AGAIN",
	    WHY_NAME_UNKNOWN },
	{ "host or domain name not found|NXDOMAIN|no such (domain|host)",
	    WHY_NO_NAME },
	{ "null ?MX", WHY_NULL_MX },
	{ "certificate (has )?expired|expired since", WHY_CERT_EXPIRED },
	{ "certificate is not yet valid", WHY_CERT_EARLY },
	{ "self[- _]signed[ _]cert", WHY_CERT_SELF },
	{ "(unsuitable|invalid|unsupported|wrong) certificate purpose",
	    WHY_CERT_USE },
	{ "(certificate|ca|ee) key too (weak|small)|(dh|rsa) key too small|"
	  "md too weak",
	    WHY_CERT_WEAK },
	{ "unrecogni[sz]ed name", WHY_TLS_NAME },
	{ "did not advertise STARTTLS|STARTTLS (is |was )?not (supported|"
	  "offered|available)",
	    WHY_NO_STARTTLS },
	{ "did not advertise authentication|does not support authentication|"
	  "authentication (is )?not supported (by|on)",
	    WHY_NO_AUTH },
	{ "no advertised types available|no (supported|suitable|usable) "
	  "authentication (mechanism|method)",
	    WHY_NO_MECH },
	{ "host closed connection unexpectedly|response reading failed|"
	  "server (unexpectedly )?closed the connection|connection "
	  "(unexpectedly closed|reset by peer)",
	    WHY_CLOSED },
	{ "unable to get (local )?issuer|unknown issuer|certificate.{0,40}"
	  "(untrusted|not trusted)|certificate verif(y|ication) failed|"
	  "PKIX path building failed|UNABLE_TO_VERIFY_LEAF",
	    WHY_CERT_ISSUER },
	{ "no alternative certificate subject name|hostname mismatch|name "
	  "mismatch|certificate.{0,60}does not match",
	    WHY_CERT_NAME },
	{ "wrong version number|does not speak TLS", WHY_NOT_TLS },
	{ "no shared cipher|handshake failure", WHY_TLS_CIPHER },
	{ "unsupported protocol|protocol version|legacy sigalg",
	    WHY_TLS_VERSION },
};

enum err_why
cause_words(const char *p, size_t len)
{
	for (size_t i = 0; i < sizeof text_words / sizeof *text_words; i++)
		if (match_text(text_words[i].regex, p, len))
			return text_words[i].why;
	return WHY_NONE;
}
