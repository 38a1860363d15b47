/* The server's side alone, without marks: what a script keeps that pipes its
 * commands into telnet, nc or s_client. It cannot be replayed; a mock can say
 * it, each reply to a line of which nobody knows more than the reply tells. */
#include "cmd/lang/import.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/import_priv.h"

#define HALF_REPLIES 3 /* fewer may be what a person wrote, to wait for */

/* The program that says such a line around it; NULL: none does. */
static const char *
half_frame(const char *p, size_t len)
{
	static const struct {
		const char *begins, *program;
	} row[] = { { "Trying ", "telnet" }, { "Connected to ", "telnet" },
		{ "Escape character is ", "telnet" },
		{ "Connection closed by foreign host", "telnet" },
		{ "telnet: ", "telnet" }, { "telnet> ", "telnet" },
		{ "Ncat: ", "ncat" }, { "libnsock ", "ncat" },
		{ "NCAT DEBUG", "ncat" }, { "Connection to ", "nc" },
		{ "nc: ", "nc" } };
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (import_begins(p, len, row[i].begins))
			return row[i].program;
	return NULL;
}

struct half {
	const char *program;
	bool s_client, began;
	size_t replies, bare; /* that ended; of them without a text */
};

/* false: there is more in it than the server's side. */
static bool
half_line(struct half *h, const char *p, size_t len)
{
	const char *program = half_frame(p, len);
	bool code = len > 2 && *p >= '2' && import_code(p, len);
	if (program != NULL) {
		h->program = program;
		return true;
	}
	if (len == 0 || (h->s_client && !code))
		return !import_verb(p, len);
	if (!code)
		return !h->began && h->replies == 0 && !import_verb(p, len) &&
		       strchr("#\\", *p) == NULL && len > 1 && p[1] != ':';
	bool greets = h->s_client || import_begins(p, len, "220") ||
		      import_begins(p, len, "554") ||
		      import_begins(p, len, "421");
	if ((!h->began && !greets) || (len > 4 && p[4] == '/'))
		return false;
	h->began = true;
	if (len < 4 || p[3] != '-') {
		h->replies++;
		h->bare += len < 5;
	}
	return true;
}

static size_t
half_next(const char *p, const char *end, size_t *len)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p));
	*len = nl == NULL ? (size_t)(end - p) : (size_t)(nl - p);
	size_t used = *len + (nl != NULL);
	while (*len > 0 && strchr(" \t\r", p[*len - 1]) != NULL)
		--*len;
	return used;
}

const char *
import_server_only(const char *p, size_t len)
{
	struct half h = { .s_client = import_is_s_client(p, len) };
	const char *end = p + len;
	for (size_t n; p < end;) {
		size_t used = half_next(p, end, &n);
		if (!half_line(&h, p, n))
			return NULL;
		p += used;
	}
	size_t least = h.program != NULL || h.s_client ? 1 : HALF_REPLIES;
	if (h.replies < least || h.bare > 0)
		return NULL;
	return h.s_client	   ? "s_client"
	       : h.program != NULL ? h.program
				   : "telnet or nc";
}

/* What the client must have said, as far as the reply tells. */
static void
half_client(struct import_say *s, const char *p, unsigned no)
{
	static const struct {
		const char *code, *said;
	} row[] = { { "220", "STARTTLS" }, { "354", "DATA" }, { "221", "QUIT" },
		{ "334", "/./" }, { "235", "/./" } };
	const char *said =
	    *p == '2' ? "/^(?!(QUIT|DATA|STARTTLS)$)./i" : "/^(?!QUIT$)./i";
	if (s->replies == 0)
		return;
	if (say_last_is(s, "354")) {
		buf_adds(&s->out, "C: ... (message not shown)\nC: .");
		say_line_end(s, no);
		say_line_end(s, no);
		s->out.end--;
		return;
	}
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (memcmp(p, row[i].code, 3) == 0)
			said = row[i].said;
	buf_addf(&s->out, "C: %s", said);
	say_line_end(s, no);
}

/* One line of a reply. s_client shows of what went before TLS only the last
 * line of EHLO's reply: it stands for a greeting. */
static void
half_reply(struct import_say *s, const char *p, size_t len, unsigned no)
{
	bool more = len > 3 && p[3] == '-';
	if (s->replies == 0 && import_begins(p, len, "250")) {
		buf_adds(&s->out, "S: 220 (reply not shown)");
		more = false;
	} else {
		if (s->open[0] == '\0')
			half_client(s, p, no);
		size_t text = len > 3 ? 4 : 3;
		buf_addf(&s->out, "S: %.3s%c", p, more ? '-' : ' ');
		say_guarded(s, p + text, len - text);
	}
	say_line_end(s, no);
	memcpy(s->last, p, 3);
	s->last[3] = '\0';
	s->open[0] = more ? *p : '\0';
	s->replies += !more;
}

void
import_server_play(
    struct import *out, const char *name, const char *p, size_t len)
{
	struct import_say s;
	const char *end = p + len;
	unsigned no = 0;
	say_init(&s, name, NULL);
	for (size_t n; p < end;) {
		size_t used = half_next(p, end, &n);
		no++;
		if (n > 2 && *p >= '2' && import_code(p, n))
			half_reply(&s, p, n, no);
		p += used;
	}
	*out = (struct import){ .at = s.at, .lines = s.lines };
	out->len = buf_len(&s.out);
	out->text = buf_detach(&s.out);
	s.at = NULL;
	say_release(&s);
}
