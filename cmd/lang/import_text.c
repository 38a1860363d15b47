/* Mail text and chunks, shown or not. */
#include "cmd/lang/import_priv.h"

#include <stdint.h>
#include <string.h>
#include "net/core/period.h"

#define SAY_CHUNK_MAX (16u << 20)

static const char say_stand_in[] = "... (message not shown)";

static void
say_text_line(struct import_say *s, const char *p, size_t len, unsigned no)
{
	if (s->wire && len > 1 && p[0] == '.')
		p++, len--;
	say_tagged(s, 'C', period_is_behind(p, len) ? "\\" : "", p, len, no);
	s->text_shown = true;
	s->any_text = true;
}

void
say_text_end(struct import_say *s, unsigned no)
{
	say_tagged(s, 'C', "", ".", 1, no);
	s->in_text = false;
	say_owe(s, DUE_TEXT_END);
}

void
say_text_not_shown(struct import_say *s, unsigned no)
{
	if (!s->in_text)
		return;
	if (!s->text_shown) {
		say_tagged(
		    s, 'C', "", say_stand_in, sizeof say_stand_in - 1, no);
		s->stood_in = true;
	}
	say_text_end(s, no);
}

static bool
say_is_counted(const char *p, size_t len)
{
	return len > 8 && *p == '<' && p[1] >= '0' && p[1] <= '9' &&
	       memmem(p, len, " bytes of DATA>", 15) != NULL;
}

void
say_text(struct import_say *s, const char *p, size_t len, unsigned no)
{
	bool written = import_begins(p, len, "writing message and termin");
	if (!s->text_shown && (written || say_is_counted(p, len))) {
		say_text_not_shown(s, no);
		return;
	}
	if (!s->text_shown && import_begins(p, len, "(writing message)"))
		return;
	size_t n = len;
	bool notation = s->kind != NULL && s->kind->is & KIND_NOTATION;
	while (notation && n > 0 && p[n - 1] == ' ')
		n--;
	bool crlf = notation && n == 13 && memcmp(p, "<CRLF>.<CRLF>", n) == 0;
	if ((len == 1 && *p == '.') || crlf || import_begins(p, len, ". (EOM)"))
		say_text_end(s, no);
	else {
		s->text_stage = !s->text_shown && notation &&
				import_is_stage(p, len, false);
		say_text_line(s, p, len, no);
	}
}

/* n octets that a tool sent by BDAT and did not show. */
static int
say_chunk_not_shown(
    struct import_say *s, unsigned long long n, unsigned no, struct err *e)
{
	char x[72];
	if (n > SAY_CHUNK_MAX)
		return err_set(e, ERR_DATA,
		    "%s:%u: found BDAT of %llu octets that are not shown, "
		    "expected at most %u: tag the octets, or drop the command",
		    s->name, no, n, SAY_CHUNK_MAX);
	memset(x, 'x', sizeof x);
	s->stood_in |= n > 0;
	for (size_t part; n > 0; n -= part) {
		part = n > sizeof x ? sizeof x : (size_t)n;
		if (n - part == 1)
			part--;
		if (part > 1) {
			say_tagged(s, 'C', "", x, part - 2, no);
		} else {
			buf_adds(&s->out, "\\raw x");
			say_line_end(s, no);
		}
	}
	return 0;
}

void
say_bdat(struct import_say *s, const char *p, size_t len)
{
	unsigned long long n = 0;
	size_t i = 4;
	while (i < len && p[i] == ' ')
		i++;
	for (; i < len && p[i] >= '0' && p[i] <= '9' && n < UINT32_MAX; i++)
		n = n * 10 + (unsigned)(p[i] - '0');
	if (s->kind != NULL && s->kind->is & KIND_NOTATION)
		s->chunk = n;
	else
		s->unseen = n;
}

int
say_chunk_seen(struct import_say *s, bool shown, unsigned no, struct err *e)
{
	unsigned long long n = s->unseen;
	s->unseen = 0;
	if (shown)
		s->chunk = n;
	else if (n > 0)
		return say_chunk_not_shown(s, n, no, e);
	return 0;
}

int
say_chunk(
    struct import_say *s, const char *p, size_t len, unsigned no, struct err *e)
{
	size_t size = len;
	if (len >= 8 && memcmp(p + len - 8, "<CR><LF>", 8) == 0)
		size -= 8;
	else if (len >= 6 && memcmp(p + len - 6, "<CRLF>", 6) == 0)
		size -= 6;
	size += 2;
	if (size > s->chunk)
		return err_set(e, ERR_DATA,
		    "%s:%u: found a line of %zu octets with its CRLF, "
		    "expected the %llu that are left of the chunk: correct "
		    "the count of BDAT, or drop the line",
		    s->name, no, size, s->chunk);
	s->chunk -= size;
	say_tagged(s, 'C', period_is_behind(p, len) ? "\\" : "", p, len, no);
	return 0;
}
