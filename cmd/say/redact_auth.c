/* Secrets that nobody told us, found by their place: behind AUTH and a
 * mechanism, wherever in a line that stands (pasted with a prompt before it,
 * escaped in a \raw line, quoted in an error). Prose says "AUTH PLAIN would
 * ..." too, so in text only what looks encoded goes; in a line that is sent,
 * all of it. */
#include "cmd/say/redact_priv.h"

#include <string.h>
#include <strings.h>
#include "net/core/verb.h"

/* Those of IANA's list and of large providers: behind them in a line that is
 * sent is a secret, and they are none themselves. */
static const char *const redact_mechs[] = { "PLAIN", "LOGIN", "CRAM-MD5",
	"DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256",
	"SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS",
	"OAUTHBEARER", "XOAUTH", "XOAUTH2", "GSSAPI", "GSS-SPNEGO", "GS2-KRB5",
	"NTLM", "EXTERNAL", "ANONYMOUS", "OTP", "SKEY", "SECURID",
	"KERBEROS_V4", "PLAIN-CLIENTTOKEN", "X-GOOGLE-TOKEN", "XYMCOOKIE",
	"MSN", NULL };

static bool
redact_is_mech(const char *p, size_t len)
{
	for (size_t i = 0; redact_mechs[i] != NULL; i++)
		if (strlen(redact_mechs[i]) == len &&
		    strncasecmp(p, redact_mechs[i], len) == 0)
			return true;
	return false;
}

static bool
redact_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

size_t
redact_blanks(const char *p, size_t len)
{
	static const char *const escape[] = { "\\t", "\\x20", "\\x09", "\\040",
		"\\011", NULL };
	size_t n = 0, was;
	do {
		was = n;
		while (n < len && (p[n] == ' ' || p[n] == '\t'))
			n++;
		for (size_t i = 0; escape[i] != NULL; i++) {
			size_t k = strlen(escape[i]);
			if (len - n >= k && memcmp(p + n, escape[i], k) == 0)
				n += k;
		}
	} while (n > was);
	return n;
}

/* Does a word begin at p + i? Also behind the C escape of a line's end. */
static bool
redact_begins(const char *p, size_t i)
{
	if (i == 0 ||
	    (!redact_alnum(p[i - 1]) && p[i - 1] != '-' && p[i - 1] != '_'))
		return true;
	return (i >= 2 && p[i - 2] == '\\' &&
		   strchr("rnt", p[i - 1]) != NULL) ||
	       (i >= 4 && p[i - 4] == '\\' &&
		   (p[i - 3] == 'x' || p[i - 3] == '0'));
}

/* The octets of base64 at p; with its padding. */
static size_t
redact_code(const char *p, size_t len)
{
	size_t n = 0;
	while (n < len && redact_base64(p[n]))
		n++;
	while (n < len && p[n] == '=')
		n++;
	return n;
}

/* A word of prose or a keyword has its capitals in front or throughout, and no
 * digit, '+', '/', '='. */
static bool
redact_looks_coded(const char *p, size_t len)
{
	size_t upper = 0, lower = 0, other = 0;
	if (len < REDACT_LEAST || redact_is_mech(p, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (p[i] >= 'a' && p[i] <= 'z')
			lower++;
		else if (p[i] >= 'A' && p[i] <= 'Z')
			upper += i > 0;
		else
			other++;
	}
	if (len % 4 != 0 && len < 16)
		return false;
	if (lower == 0 && p[len - 1] != '=')
		return len > 16;
	return other > 0 || (upper > 0 && lower > 0) || len > 24;
}

/* Where a line that is sent ends, in octets or as C escapes have it. */
static size_t
redact_line_end(const char *p, size_t i, size_t len)
{
	for (; i < len; i++)
		if (p[i] == '\r' || p[i] == '\n' ||
		    (p[i] == '\\' && i + 1 < len &&
			(p[i + 1] == 'r' || p[i + 1] == 'n')))
			break;
	return i;
}

/* What stands behind the AUTH that ends at i. Returns where to look on. */
static size_t
redact_behind(struct redact_marks *m, const char *p, size_t i, bool sent)
{
	size_t blanks = redact_blanks(p + i, m->len - i), n;
	if (blanks == 0)
		return i;
	i += blanks;
	n = redact_code(p + i, m->len - i);
	if (!redact_looks_coded(p + i, n)) {
		for (n = 0;
		     i + n < m->len && (redact_alnum(p[i + n]) ||
					   p[i + n] == '-' || p[i + n] == '_');)
			n++;
		bool known = redact_is_mech(p + i, n);
		blanks = redact_blanks(p + i + n, m->len - i - n);
		if (n == 0 || blanks == 0)
			return i;
		i += n + blanks;
		if (sent && known) {
			n = redact_line_end(p, i, m->len) - i;
			if (n != 1 || (p[i] != '*' && p[i] != '='))
				redact_hide(m, i, i + n);
			return i + n;
		}
	}
	for (; i < m->len; i += redact_blanks(p + i, m->len - i)) {
		n = redact_code(p + i, m->len - i);
		if (!redact_looks_coded(p + i, n))
			break;
		redact_hide(m, i, i + n);
		i += n;
		if (redact_blanks(p + i, m->len - i) == 0)
			break;
	}
	return i;
}

void
redact_auth(struct redact_marks *m, const char *p, bool sent)
{
	for (size_t i = 0; i + 5 < m->len; i++)
		if ((p[i] | 0x20) == 'a' && (p[i + 1] | 0x20) == 'u' &&
		    strncasecmp(p + i, "AUTH", 4) == 0 && redact_begins(p, i))
			i = redact_behind(m, p, i + 4, sent) - 1;
}

size_t
redact_open(const char *p, size_t len)
{
	size_t n = redact_blanks(p, len);
	size_t word = verb_word(p + n, len - n), blanks;
	const char *verb = p + n;
	n += word;
	if (word == 0 || verb_find(verb, word) == NULL ||
	    (blanks = redact_blanks(p + n, len - n)) == 0)
		return 0;
	n += blanks;
	if (word != 4 || strncasecmp(verb, "AUTH", 4) != 0)
		return n;
	while (n < len && redact_blanks(p + n, len - n) == 0)
		n++;
	return n + redact_blanks(p + n, len - n);
}
