/* What a file looks like before anybody reads it: the language, something else,
 * a stream from the wire, or what can never be replayed. */
#include "cmd/lang/import.h"

#include <string.h>
#include "cmd/lang/import_priv.h"
#include "cmd/lang/match.h"
#include "net/core/verb.h"

/* What shows only one side, or only parts of lines. */
static const struct {
	const char *has, *also, *why;
} import_never[] = {
	{ "Flags [P.]", "SMTP: ",
	    "tcpdump's: of each packet only the first line is shown; "
	    "tcpdump -w FILE, and Wireshark's Follow TCP Stream, show all" },
	{ "said: ", "(in reply to ", NULL },
	{ "Remote host said: ", "", NULL },
	{ "SMTP error from remote mail server after ", "", NULL },
	{ "The response from the remote server was:", "", NULL },
	{ "The error that the other server returned was:", "", NULL },
	{ "Diagnostic information for administrators:", "", NULL },
	{ "Diagnostic-Code: smtp;", "", NULL },
};

bool
import_has(const struct import_lines *l, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i < l->n; i++)
		if (memmem(l->line[i].p, l->line[i].len, word, n) != NULL)
			return true;
	return false;
}

const char *
import_hopeless(const struct import_lines *l)
{
	for (size_t i = 0; i < sizeof import_never / sizeof *import_never; i++)
		if (import_has(l, import_never[i].has) &&
		    import_has(l, import_never[i].also))
			return import_never[i].why != NULL
				   ? import_never[i].why
				   : "a bounce: it quotes a reply, and is no "
				     "conversation; --diagnose FILE reads it";
	return NULL;
}

/* What telnet says around a session. */
static bool
import_is_telnet(const char *p, size_t len)
{
	static const char *const begins[] = { "Trying ", "Connected to ",
		"Escape character is ", "$ telnet ",
		"Connection closed by foreign host" };
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (import_begins(p, len, begins[i]))
			return !import_begins(p, len, "Connected to smtp");
	return false;
}

/* A line of the language, or of telnet's. */
static bool
import_is_line(const char *p, size_t len)
{
	size_t i = 0;
	while (i < len && (p[i] == ' ' || p[i] == '\t'))
		i++;
	p += i;
	len -= i;
	while (len > 0 && p[len - 1] == '\r')
		len--;
	if (len == 0 || *p == '#' || *p == '\\' || *p == '}')
		return true;
	if (len > 1 && p[1] == ':' && strchr("SRC", *p) != NULL)
		return true;
	return import_is_telnet(p, len) || expect_like(p, len) ||
	       verb_find(p, verb_word(p, len)) != NULL;
}

bool
import_is_native(const char *p, size_t len)
{
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		size_t blank = 0;
		while (blank < n && strchr(" \t\r", p[blank]) != NULL)
			blank++;
		if (blank < n && p[blank] != '#')
			return import_is_line(p, n);
		p += n + (nl != NULL);
		len -= n + (nl != NULL);
	}
	return true;
}

bool
import_is_foreign(const char *p, size_t len)
{
	for (unsigned i = 0; i < 4 && len > 0; i++) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		if (nl == NULL)
			return false; /* more of it may come */
		if (i == 0 && !import_is_native(p, n))
			return true;
		if (import_begins(p, n, ">>> "))
			return true;
		p += n + (nl != NULL);
		len -= n + (nl != NULL);
	}
	return false;
}

bool
import_is_captured(const char *p, size_t len)
{
	bool in_text = false, doubled = false, greeted = false;
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p), l = n;
		while (l > 0 && p[l - 1] == '\r')
			l--;
		if (in_text) {
			in_text = !(l == 1 && *p == '.');
			if (in_text && l > 0 && *p == '.' && p[1] != '.')
				return false;
			doubled |= in_text && l > 1 && *p == '.';
		} else if (l > 0 && !import_is_telnet(p, l)) {
			bool code = import_code(p, l);
			if (!greeted && !(code && l > 4))
				return false;
			if (!code && !import_verb(p, l))
				return false;
			greeted = true;
			in_text = code && memcmp(p, "354", 3) == 0;
		}
		p += n + (nl != NULL);
		len -= n + (nl != NULL);
	}
	return doubled && !in_text;
}
