/* What a person is told: complaints, and the log. Neither has a secret in it, nor
 * an octet that a terminal would obey. */
#include "net/core/mock_priv.h"

#include <string.h>

#define MOCK_COMPLAIN_MAX 65536 /* no more complaints are kept than this */
#define MOCK_SHOWN_MAX	  256

/* Octets for a person: controls as \xNN, cut when long. */
static void
mock_show(struct buf *b, struct span s)
{
	size_t n = s.len < MOCK_SHOWN_MAX ? s.len : MOCK_SHOWN_MAX;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < ' ' || c == 0x7f)
			buf_addf(b, "\\x%02X", c);
		else
			buf_addc(b, s.p[i]);
	}
	if (n < s.len)
		buf_adds(b, "...");
}

/* The client's line: without what AUTH keeps secret. */
static void
mock_show_line(const struct mock *m, struct buf *b, struct span s)
{
	struct span rest = s, verb = span_word(&rest);
	struct span mech = span_word(&rest);
	bool plain = span_is(s, "*") || span_is(s, "QUIT");
	if (m->secret && s.len > 0 && !plain) {
		buf_adds(b, "***");
	} else if (span_is(verb, "AUTH") && span_trim(rest).len > 0) {
		buf_adds(b, "AUTH ");
		mock_show(b, mech);
		buf_adds(b, " ***");
	} else {
		mock_show(b, s);
	}
}

void
mock_log_client(struct mock *m, struct span line)
{
	if (buf_len(&m->log) > MOCK_COMPLAIN_MAX)
		return;
	buf_addc(&m->log, 'C');
	mock_show_line(m, &m->log, line);
	buf_addc(&m->log, '\n');
}

void
mock_log_server(struct mock *m, size_t from)
{
	const char *p = buf_data(&m->out) + from, *lf;
	size_t len = buf_len(&m->out) - from;
	while (len > 0 && buf_len(&m->log) <= MOCK_COMPLAIN_MAX) {
		lf = memchr(p, '\n', len);
		size_t n = lf != NULL ? (size_t)(lf - p) : len;
		struct span line = { p, n };
		if (n > 0 && p[n - 1] == '\r')
			line.len--;
		buf_addc(&m->log, 'S');
		mock_show(&m->log, line);
		buf_addc(&m->log, '\n');
		n += lf != NULL;
		p += n;
		len -= n;
	}
}

struct span
mock_wanted(const struct mock_step *s)
{
	switch (s->kind) {
	case MOCK_TEXT:
		return (struct span){ "mail text", 9 };
	case MOCK_CHUNK:
		return (struct span){ "a chunk", 7 };
	case MOCK_TLS:
		return (struct span){ "a TLS handshake", 15 };
	case MOCK_OCTETS:
		return (struct span){ s->text, (size_t)s->n };
	default:
		return (struct span){ s->text, strlen(s->text) };
	}
}

/* It may be a secret as well. */
void
mock_show_wanted(const struct mock *m, struct buf *b, const struct mock_step *s)
{
	if (s->kind == MOCK_LINE || s->kind == MOCK_OCTETS)
		mock_show_line(m, b, mock_wanted(s));
	else
		mock_show(b, mock_wanted(s));
}

void
mock_show_place(const struct mock *m, struct buf *b, const struct mock_step *s)
{
	if (s->line > 0)
		buf_addf(b, "%s:%u", m->play->name, s->line);
	else
		buf_addf(b, "%s, at its end", m->play->name);
}

void
mock_complain(struct mock *m, const struct mock_step *s, const char *what,
    const struct span *got)
{
	if (buf_len(&m->complaints) > MOCK_COMPLAIN_MAX)
		return;
	mock_show_place(m, &m->complaints, s);
	buf_adds(&m->complaints, ": expected '");
	mock_show_wanted(m, &m->complaints, s);
	buf_addf(&m->complaints, "', the client %s", what);
	if (got != NULL) {
		buf_adds(&m->complaints, " '");
		mock_show_line(m, &m->complaints, *got);
		buf_adds(&m->complaints, "'");
	}
	buf_adds(&m->complaints, "\n");
}
