/* What is sent: command lines, mail text, chunks, octets as they are. Octets
 * go to the queue first, then what they are owed, so that each entry knows
 * where it ends. */
#include "net/core/smtp_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static void
smtp_queue(struct smtp *s, const char *p, size_t len)
{
	buf_add(&s->out, p, len);
	s->queued += len;
}

/* "BDAT" SP digits [SP "LAST"]: false if it is not that. */
static bool
smtp_parse_bdat(const char *line, size_t len, uint64_t *size, bool *last)
{
	size_t at = 4, digits;
	*size = 0;
	while (at < len && line[at] == ' ')
		at++;
	for (digits = at; at < len && line[at] >= '0' && line[at] <= '9';
	     at++) {
		unsigned digit = (unsigned)(line[at] - '0');
		if (*size > (UINT64_MAX - 1 - digit) / 10)
			return false;
		*size = *size * 10 + digit;
	}
	if (at == digits || (at < len && line[at] != ' '))
		return false;
	while (at < len && line[at] == ' ')
		at++;
	*last = len - at >= 4 && strncasecmp(line + at, "LAST", 4) == 0;
	at += *last ? 4 : 0;
	while (at < len && line[at] == ' ')
		at++;
	return at == len;
}

static void
smtp_owe_bdat(struct smtp *s, const char *line, size_t len)
{
	uint64_t size;
	bool last;
	bool good = smtp_parse_bdat(line, len, &size, &last);
	struct smtp_owed *o = smtp_owe(
	    s, VERB_BDAT, mem_dupn(line, len), good && last && s->lmtp);
	if (!good)
		return;
	o->chunk_last = last;
	s->chunk_left = size;
	if (size > 0)
		o->end = UINT64_MAX;
}

static int
smtp_check_line(const char *line, size_t len, struct err *e)
{
	static const char bad[] = { '\r', '\n', '\0' };
	static const char *const name[] = { "CR", "LF", "NUL" };
	size_t first = len, which = 0;
	for (size_t i = 0; i < 3 && len > 0; i++) {
		const char *at = memchr(line, bad[i], len);
		if (at != NULL && (size_t)(at - line) < first) {
			first = (size_t)(at - line);
			which = i;
		}
	}
	if (first < len)
		return err_set(e, ERR_DATA,
		    "octet %zu of the command line is %s", first + 1,
		    name[which]);
	return 0;
}

int
smtp_command(struct smtp *s, const char *line, size_t len, struct err *e)
{
	if (smtp_check_line(line, len, e) < 0)
		return -1;
	const struct verb *v = NULL;
	size_t n = verb_word(line, len);
	if (s->state == SMTP_AUTHING)
		v = verb_get(VERB_RESPONSE);
	else if (n == len || line[n] == ' ' || line[n] == '\t')
		v = verb_find(line, n);
	enum verb_id id = v != NULL ? v->id : VERB_UNKNOWN;
	smtp_queue(s, line, len);
	smtp_queue(s, "\r\n", 2);
	s->secret |= id == VERB_RESPONSE || id == VERB_AUTH;
	s->lmtp |= id == VERB_LHLO;
	if (id == VERB_BDAT)
		smtp_owe_bdat(s, line, len);
	else
		smtp_owe(s, id, mem_dupn(line, len), false);
	return 0;
}

/* One line, whole, that belongs to an AUTH exchange is that line. */
static enum verb_id
smtp_raw_verb(const struct smtp *s, const char *p, size_t len)
{
	if (len < 1 || p[len - 1] != '\n' ||
	    (size_t)((const char *)memchr(p, '\n', len) - p) + 1 < len)
		return VERB_RAW;
	if (s->state == SMTP_AUTHING)
		return VERB_RESPONSE;
	size_t n = verb_word(p, len);
	const struct verb *v = verb_find(p, n);
	bool word = p[n] == ' ' || p[n] == '\t' || p[n] == '\r' || p[n] == '\n';
	return word && v != NULL && v->id == VERB_AUTH ? VERB_AUTH : VERB_RAW;
}

void
smtp_raw(struct smtp *s, const char *p, size_t len, bool owes)
{
	uint64_t before = s->queued;
	smtp_queue(s, p, len);
	if (!owes)
		return;
	enum verb_id id = smtp_raw_verb(s, p, len);
	s->secret |= id != VERB_RAW;
	size_t line = 0;
	while (id != VERB_RAW && p[line] != '\r' && p[line] != '\n')
		line++;
	struct smtp_owed *o = smtp_owe(s, id, mem_dupn(p, line), false);
	const char *lf = len > 0 ? memchr(p, '\n', len) : NULL;
	/* A line of it may be answered while more of it goes out. */
	if (len > 0)
		o->refusable = before + 1;
	if (lf != NULL)
		o->answerable = before + (uint64_t)(lf - p) + 1;
}

/* Text that follows an end begins anew. */
static void
smtp_text_begin(struct smtp *s)
{
	if (!s->in_text)
		body_init(&s->body, true);
	s->in_text = true;
}

int
smtp_text(struct smtp *s, const char *p, size_t len, struct err *e)
{
	smtp_text_begin(s);
	uint64_t given = s->body.given;
	int r = body_encode(&s->body, p, len, &s->out, e);
	s->queued += s->body.given - given;
	return r;
}

int
smtp_text_take(struct smtp *s, struct buf *b, struct err *e)
{
	smtp_text_begin(s);
	const char *p = buf_data(b);
	size_t len = buf_len(b), n = body_same(&s->body, p, len);
	if (n == len && buf_len(&s->out) == 0) {
		struct buf empty = s->out;
		s->out = *b;
		*b = empty;
		s->queued += n;
		return 0;
	}
	smtp_queue(s, p, n);
	int r = smtp_text(s, p + n, len - n, e);
	buf_clear(b);
	return r;
}

int
smtp_text_end(struct smtp *s, struct err *e)
{
	smtp_text_begin(s);
	uint64_t given = s->body.given;
	if (body_finish(&s->body, &s->out, e) < 0)
		return -1;
	s->queued += s->body.given - given;
	smtp_queue(s, ".\r\n", 3);
	s->in_text = false;
	smtp_owe(s, VERB_TEXT_END, mem_dup(""), s->lmtp);
	return 0;
}

const struct body *
smtp_body(const struct smtp *s)
{
	return &s->body;
}

void
smtp_bdat(struct smtp *s, const char *p, size_t len, bool last)
{
	char line[48];
	int n =
	    snprintf(line, sizeof line, "BDAT %zu%s", len, last ? " LAST" : "");
	smtp_queue(s, line, (size_t)n);
	smtp_queue(s, "\r\n", 2);
	smtp_owe_bdat(s, line, (size_t)n);
	smtp_chunk(s, p, len);
}

void
smtp_chunk(struct smtp *s, const char *p, size_t len)
{
	smtp_queue(s, p, len);
	if (s->chunk_left == 0)
		return;
	s->chunk_left -= len < s->chunk_left ? len : s->chunk_left;
	/* The newest entry, unless its reply came early. */
	if (s->chunk_left == 0 && s->owed_end > s->owed_at &&
	    s->owed[s->owed_end - 1].end == UINT64_MAX)
		s->owed[s->owed_end - 1].end = s->queued;
}

uint64_t
smtp_chunk_left(const struct smtp *s)
{
	return s->chunk_left;
}
