/* What programs say of their own between the lines of a session that bear no
 * markers: s_client's blocks and dumps, JavaMail's DEBUG, Exim's log. */
#include "cmd/lang/import_priv.h"

#include <string.h>

static bool
bare_hex(const char *p, size_t len, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i >= len || strchr("0123456789abcdef", p[i]) == NULL ||
		    p[i] == '\0')
			return false;
	return true;
}

/* s_client -debug, -msg, -state: between, and within mail text as well. */
bool
bare_is_dump(const struct import_line *x)
{
	static const char *const begins[] = { "read from 0x", "write to 0x",
		"<<< TLS ", ">>> TLS ", "<<< ???", ">>> ???",
		"SSL_connect:", "SSL3 alert ", "TLSv1.3 ",
		"Can't use SSL_get_servername", "Connecting to " };
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (import_begins(x->p, x->len, begins[i]))
			return true;
	if (x->len > 7 && memcmp(x->p + 4, " - ", 3) == 0)
		return bare_hex(x->p, x->len, 4);
	return x->len > 5 && memcmp(x->p, "    ", 4) == 0 &&
	       bare_hex(x->p + 4, x->len - 4, 2) &&
	       (x->len == 6 || x->p[6] == ' ') &&
	       (x->len < 9 || bare_hex(x->p + 7, x->len - 7, 2));
}

bool
bare_is_log(const struct import_line *x)
{
	static const char *const begins[] = { "<= ", "=> ", "-> ", "== ", "** ",
		"*> ", "delivering ", "Completed", "SMTP connection " };
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (import_begins(x->p, x->len, begins[i]))
			return true;
	return false;
}

/* Lines that a client program says of its own, between. */
bool
bare_is_noise(const struct import_line *x)
{
	static const char *const begins[] = { "DEBUG", ">>> ",
		"LOG: ", "LOG:", "**** ", "Trying ", "Connected to ",
		"Escape character is ", "RENEGOTIATING", "KEYUPDATE",
		"read R BLOCK", "verify ", "depth=", "CONNECTED(", "* ", "# " };
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (import_begins(x->p, x->len, begins[i]))
			return true;
	return x->len == 0 || (x->len == 3 && memcmp(x->p, ">>>", 3) == 0);
}

/* A person mistypes: what begins with no verb was sent as well, if the server
 * refused it on the next line. A slip in an expectation is none of that. */
bool
bare_is_typed(const struct import_lines *l, const struct import_line *x)
{
	const char *p = x->p;
	size_t len = x->len;
	while (len > 0 && (*p == ' ' || *p == '\t'))
		p++, len--;
	bool tagged = len > 1 && p[1] == ':';
	if (len == 0 || tagged || strchr("\\/#0123456789", *p) != NULL)
		return false;
	for (const struct import_line *y = x + 1; y < l->line + l->n; y++) {
		p = y->p;
		len = y->len;
		while (len > 0 && (*p == ' ' || *p == '\t'))
			p++, len--;
		if (len > 3)
			return *p == '5' && import_code(p, len);
		if (len > 0)
			return false;
	}
	return false;
}

/* Behind a block of s_client's, or the same place. */
size_t
bare_block(const struct import_lines *l, size_t i)
{
	const struct import_line *x = &l->line[i];
	bool pem = import_begins(x->p, x->len, "-----BEGIN ");
	if (!pem && !(x->len == 3 && memcmp(x->p, "---", 3) == 0) &&
	    !import_begins(x->p, x->len, "Post-Handshake "))
		return i;
	for (size_t at = i + 1; at < l->n && at < i + 200; at++) {
		const struct import_line *y = &l->line[at];
		if (pem ? import_begins(y->p, y->len, "-----END ")
			: import_begins(y->p, y->len, "read R BLOCK"))
			return at + 1;
	}
	return i + 1;
}

bool
import_is_s_client(const char *p, size_t len)
{
	static const char *const words[] = {
		"Verify return code: ", "CONNECTED(0", "verify return:1"
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (memmem(p, len, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}

const char *
bare_kind(const struct import_lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (import_is_s_client(l->line[i].p, l->line[i].len))
			return "s_client";
	if (import_has(l, "DEBUG SMTP"))
		return "javamail";
	return import_has(l, "**** SMTP testing session") ? "exim-bh"
							  : "telnet";
}

/* A line that begins with such a letter s_client takes for itself, and says
 * so on the next. What was typed is kept: it was meant for the server. */
void
bare_unsaid(struct import_say *s, struct import_lines *l)
{
	static const char letter[] = "QRkK";
	static const char *const says[] = { "DONE", "RENEGOTIATING",
		"KEYUPDATE", "KEYUPDATE" };
	size_t kept = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct import_line *x = &l->line[i];
		bool any = i > 0 && x[-1].len > 0 && *x[-1].p != '\0';
		const char *at = any ? strchr(letter, *x[-1].p) : NULL;
		const char *own = at == NULL ? NULL : says[at - letter];
		if (own != NULL && x->len == strlen(own) &&
		    memcmp(x->p, own, x->len) == 0)
			s->left_out++;
		else
			l->line[kept++] = *x;
	}
	l->n = kept;
}
