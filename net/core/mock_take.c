/* The steps that take octets. What the play does not have there is complained
 * of and refused, and the step stays. */
#include "net/core/mock_priv.h"

#include <string.h>

static bool
mock_number(struct span s, uint64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned d = (unsigned)(s.p[i] - '0');
		if (d > 9 || *n > (UINT64_MAX - d) / 10)
			return false;
		*n = *n * 10 + d;
	}
	return s.len > 0;
}

/* Where the transaction under way began; pos: there is none. */
static size_t
mock_began(const struct mock *m)
{
	for (size_t i = m->pos; i > 0; i--) {
		const struct mock_step *s = &m->play->step[i - 1];
		struct span line = { s->text, s->text == NULL ? 0 : 4 };
		if (s->kind == MOCK_TEXT || s->kind == MOCK_AGAIN)
			break;
		if (s->kind == MOCK_LINE && s->re == NULL && s->text != NULL &&
		    strlen(s->text) > 4 && span_is(line, "MAIL"))
			return i - 1;
	}
	return m->pos;
}

/* RSET: back to where the transaction began. What stands here and is no part
 * of one may come as well: who was refused resets, and leaves. */
static void
mock_reset(struct mock *m)
{
	const struct mock_step *s = &m->play->step[m->pos];
	size_t began = mock_began(m);
	bool apart = s->kind == MOCK_AGAIN;
	if (s->kind == MOCK_LINE && s->re == NULL) {
		struct span rest = mock_wanted(s), verb = span_word(&rest);
		apart = !span_is(verb, "RCPT") && !span_is(verb, "DATA") &&
			!span_is(verb, "BDAT");
	}
	if (!apart)
		m->pos = began;
	else if (began != m->pos)
		m->back = began + 1;
}

bool
mock_take_stray(struct mock *m, struct span got)
{
	size_t from = buf_len(&m->out);
	struct span rest = got, verb = span_word(&rest);
	if (m->secret ||
	    (!span_is(verb, "NOOP") &&
		(!span_is(verb, "RSET") || span_trim(rest).len > 0)))
		return false;
	mock_log_client(m, got);
	if (span_is(verb, "RSET"))
		mock_reset(m);
	buf_adds(&m->out, "250 OK\r\n");
	mock_log_server(m, from);
	return true;
}

static void
mock_refuse(struct mock *m, const struct mock_step *s, struct span got)
{
	struct span rest = got, verb = span_word(&rest);
	if (m->play->greets &&
	    (span_is(verb, "HELO") || span_is(verb, "EHLO") ||
		span_is(verb, "LHLO"))) {
		buf_adds(&m->out, "250 OK\r\n");
		return;
	}
	enum mock_secret is = mock_secret(m, s, got);
	if (is != SECRET_NONE) {
		mock_secret_refuse(m, s, is);
		return;
	}
	mock_complain(m, s, "sent", &got);
	if (span_is(verb, "QUIT") && span_trim(rest).len == 0) {
		buf_adds(
		    &m->out, "221 Service closing transmission channel\r\n");
		m->ended = true;
		return;
	}
	/* RFC 3030 2: the octets come whatever the reply will be. */
	uint64_t n;
	if (span_is(verb, "BDAT") && mock_number(span_word(&rest), &n))
		m->skip = n;
	buf_adds(&m->out, "503 ");
	mock_show_place(m, &m->out, s);
	buf_adds(&m->out, " expects: ");
	mock_show_wanted(m, &m->out, s);
	buf_adds(&m->out, "\r\n");
}

uint64_t
mock_drop(struct mock *m, uint64_t n)
{
	size_t have = buf_len(&m->in);
	if (n > have)
		n = have;
	buf_consume(&m->in, (size_t)n);
	m->scanned = 0;
	return n;
}

int
mock_line(struct mock *m, struct span *line, size_t *used)
{
	const char *p = buf_data(&m->in);
	size_t len = buf_len(&m->in);
	const char *lf = len > m->scanned
			     ? memchr(p + m->scanned, '\n', len - m->scanned)
			     : NULL;
	m->scanned = lf == NULL ? len : 0;
	if (lf == NULL)
		return 0;
	*used = (size_t)(lf - p) + 1;
	*line = (struct span){ p, *used - 1 };
	if (line->len > 0 && p[line->len - 1] == '\r')
		line->len--;
	return 1;
}

/* What the step awaits, or where RSET went back to: the step is there then. */
static bool
mock_is_next(struct mock *m, struct span got)
{
	if (mock_is(m, m->pos, got))
		return true;
	if (m->back == 0 || !mock_is(m, m->back - 1, got))
		return false;
	m->pos = m->back - 1;
	return true;
}

static bool
mock_take_line(struct mock *m, const struct mock_step *s)
{
	struct span got;
	size_t used;
	if (m->skip > 0) {
		m->skip -= mock_drop(m, m->skip);
		if (m->skip > 0)
			return false;
	}
	if (mock_line(m, &got, &used) == 0) {
		if (buf_len(&m->in) <= MOCK_LINE_MAX)
			return false;
		m->overlong = true;
		mock_drop(m, UINT64_MAX);
		return false;
	}
	size_t from = buf_len(&m->out);
	if (m->overlong || used > MOCK_LINE_MAX) {
		mock_complain(m, s, "sent a line too long", NULL);
		buf_adds(&m->out, "500 Line too long\r\n");
		mock_log_server(m, from);
		m->overlong = false;
	} else if (s->kind == MOCK_LINE && mock_is_next(m, got)) {
		mock_log_client(m, got);
		mock_secret_taken(m, got);
		m->back = 0;
		m->pos++;
	} else if (s->kind != MOCK_LINE || !mock_take_stray(m, got)) {
		mock_log_client(m, got);
		mock_refuse(m, s, got);
		mock_log_server(m, from);
	}
	mock_drop(m, used);
	return true;
}

/* What differs is refused by the line. */
static bool
mock_take_octets(struct mock *m, const struct mock_step *s)
{
	size_t n = buf_len(&m->in) < s->n ? buf_len(&m->in) : (size_t)s->n;
	if (m->skip > 0 || m->overlong ||
	    memcmp(buf_data(&m->in), s->text, n) != 0)
		return mock_take_line(m, s);
	if (n < s->n)
		return false;
	mock_log_client(m, mock_wanted(s));
	m->secret &= n == 0 || s->text[n - 1] != '\n';
	mock_drop(m, n);
	m->pos++;
	return true;
}

static bool
mock_take_text(struct mock *m, const struct mock_step *s)
{
	struct buf text = BUF_INIT;
	size_t used;
	if (!m->begun)
		unbody_init(&m->text);
	m->begun = true;
	int done = unbody_decode(
	    &m->text, buf_data(&m->in), buf_len(&m->in), &used, &text);
	buf_release(&text);
	mock_drop(m, used);
	if (s->n > 0 && m->text.taken >= s->n) {
		m->ended = true;
		m->reset = s->times > 0;
		return true;
	}
	if (!done)
		return false;
	m->begun = false;
	m->pos++;
	return true;
}

static bool
mock_take_chunk(struct mock *m, const struct mock_step *s)
{
	if (!m->begun)
		m->left = s->n;
	m->begun = true;
	m->left -= mock_drop(m, m->left);
	if (m->left > 0)
		return false;
	m->begun = false;
	m->pos++;
	return true;
}

void
mock_cut(struct mock *m, const struct mock_step *s)
{
	/* Many clients never say QUIT: one that the file has is awaited. */
	if (s->kind != MOCK_LINE || s->line > 0)
		mock_complain(m, s, "closed", NULL);
	m->ended = true;
}

bool
mock_take(struct mock *m, const struct mock_step *s)
{
	bool moved = s->kind == MOCK_LINE     ? mock_take_line(m, s)
		     : s->kind == MOCK_OCTETS ? mock_take_octets(m, s)
		     : s->kind == MOCK_TEXT   ? mock_take_text(m, s)
					      : mock_take_chunk(m, s);
	if (!moved && m->eof)
		mock_cut(m, s);
	return moved;
}
