/* The play is a list of steps and the session a position in it; what came is
 * kept until a step takes it, so a client that pipelines is served as one
 * that waits. Nothing of a session depends on how the octets were cut. */
#include "net/core/mock.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/body.h"
#include "net/core/span.h"

/* Longer lines than any command (RFC 5321 4.5.3.1.4, RFC 4954 4). */
#define MOCK_LINE_MAX 16384
/* No more is said, and no more complaints are kept, than this. */
#define MOCK_OUT_MAX	  262144
#define MOCK_COMPLAIN_MAX 65536
#define MOCK_SHOWN_MAX	  256

struct mock {
	const struct mock_play *play;
	size_t pos;
	bool eof, ended;
	bool paused;	/* told the driver of the PAUSE at pos */
	bool overlong;	/* inside a line that is too long */
	bool begun;	/* the TEXT or CHUNK at pos has begun */
	bool secret;	/* 334 was said: the next line is a secret */
	uint64_t left;	/* of that CHUNK */
	uint64_t skip;	/* octets behind a BDAT that was refused */
	size_t scanned; /* octets of in that hold no LF */
	struct unbody text;
	struct buf in, out, complaints, log;
};

struct mock *
mock_new(const struct mock_play *play)
{
	struct mock *m = mem_zalloc(sizeof *m);
	m->play = play;
	return m;
}

void
mock_free(struct mock *m)
{
	if (m == NULL)
		return;
	buf_wipe(&m->in);
	buf_release(&m->out);
	buf_release(&m->complaints);
	buf_release(&m->log);
	free(m);
}

void
mock_feed(struct mock *m, const char *p, size_t len)
{
	if (!m->ended && !m->eof)
		buf_add(&m->in, p, len);
}

void
mock_eof(struct mock *m)
{
	m->eof = true;
}

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
	if (m->secret && s.len > 0) {
		buf_adds(b, "***");
	} else if (span_is(verb, "AUTH") && span_trim(rest).len > 0) {
		buf_adds(b, "AUTH ");
		mock_show(b, mech);
		buf_adds(b, " ***");
	} else {
		mock_show(b, s);
	}
}

static void
mock_log_client(struct mock *m, struct span line)
{
	if (buf_len(&m->log) > MOCK_COMPLAIN_MAX)
		return;
	buf_addc(&m->log, 'C');
	mock_show_line(m, &m->log, line);
	buf_addc(&m->log, '\n');
}

/* What was put out behind the first so many octets. */
static void
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

static struct span
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

/* What the client is to send may be a secret as well. */
static void
mock_show_wanted(const struct mock *m, struct buf *b, const struct mock_step *s)
{
	if (s->kind == MOCK_LINE || s->kind == MOCK_OCTETS)
		mock_show_line(m, b, mock_wanted(s));
	else
		mock_show(b, mock_wanted(s));
}

static void
mock_show_place(const struct mock *m, struct buf *b, const struct mock_step *s)
{
	if (s->line > 0)
		buf_addf(b, "%s:%u", m->play->name, s->line);
	else
		buf_addf(b, "%s, at its end", m->play->name);
}

/* what: "the client sent", "the client closed". */
static void
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

/* Drops up to n octets of what came; how many. */
static uint64_t
mock_drop(struct mock *m, uint64_t n)
{
	size_t have = buf_len(&m->in);
	if (n > have)
		n = have;
	buf_consume(&m->in, (size_t)n);
	m->scanned = 0;
	return n;
}

/* The next line, its end removed: 1; 0 when it has not come whole. */
static int
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

/* The steps that take octets return true when they have done something. */
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
		m->overlong = false;
	} else if (s->kind == MOCK_LINE &&
		   span_is_command(mock_wanted(s), got)) {
		mock_log_client(m, got);
		m->secret = false;
		m->pos++;
	} else {
		mock_log_client(m, got);
		mock_refuse(m, s, got);
	}
	mock_log_server(m, from);
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
mock_take_text(struct mock *m)
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

/* Needs octets that will not come. */
static void
mock_cut(struct mock *m, const struct mock_step *s)
{
	mock_complain(m, s, "closed", NULL);
	m->ended = true;
}

static bool
mock_take(struct mock *m, const struct mock_step *s)
{
	bool moved = s->kind == MOCK_LINE     ? mock_take_line(m, s)
		     : s->kind == MOCK_OCTETS ? mock_take_octets(m, s)
		     : s->kind == MOCK_TEXT   ? mock_take_text(m)
					      : mock_take_chunk(m, s);
	if (!moved && m->eof)
		mock_cut(m, s);
	return moved;
}

static bool
mock_pause(struct mock *m, const struct mock_step *s)
{
	m->paused = !m->paused && s->n > 0;
	if (!m->paused)
		m->pos++;
	return m->paused;
}

uint64_t
mock_run(struct mock *m)
{
	size_t from;
	while (!m->ended && buf_len(&m->out) < MOCK_OUT_MAX) {
		if (m->pos == m->play->nsteps) {
			m->ended = true;
			break;
		}
		const struct mock_step *s = &m->play->step[m->pos];
		switch (s->kind) {
		case MOCK_SAY:
			from = buf_len(&m->out);
			buf_adds(&m->out, s->text);
			mock_log_server(m, from);
			m->secret = strncmp(s->text, "334", 3) == 0;
			m->pos++;
			break;
		case MOCK_PAUSE:
			if (mock_pause(m, s))
				return s->n;
			break;
		case MOCK_TLS:
			if (m->eof)
				mock_cut(m, s);
			return 0;
		case MOCK_CLOSE:
			m->ended = true;
			break;
		default:
			if (!mock_take(m, s))
				return 0;
		}
	}
	return 0;
}

bool
mock_tls_wanted(const struct mock *m)
{
	return !m->ended && m->pos < m->play->nsteps &&
	       m->play->step[m->pos].kind == MOCK_TLS;
}

size_t
mock_tls_started(struct mock *m)
{
	size_t n = buf_len(&m->in);
	mock_drop(m, n);
	m->pos++;
	return n;
}

size_t
mock_pending(const struct mock *m)
{
	return buf_len(&m->in);
}

const char *
mock_out(const struct mock *m, size_t *len)
{
	*len = buf_len(&m->out);
	return buf_data(&m->out);
}

void
mock_out_done(struct mock *m, size_t n)
{
	buf_consume(&m->out, n);
}

bool
mock_ended(const struct mock *m)
{
	return m->ended;
}

const char *
mock_complaints(struct mock *m)
{
	return buf_str(&m->complaints);
}

const char *
mock_log(struct mock *m)
{
	return buf_str(&m->log);
}

void
mock_log_done(struct mock *m)
{
	buf_clear(&m->log);
}
