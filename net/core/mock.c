/* The play is a list of steps and the session a position in it; what came is
 * kept until a step takes it, so a client that pipelines is served as one
 * that waits. Nothing of a session depends on how the octets were cut. */
#include "net/core/mock.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/body.h"
#include "net/core/rule.h"
#include "net/core/span.h"

/* Longer lines than any command (RFC 5321 4.5.3.1.4, RFC 4954 4). */
#define MOCK_LINE_MAX 16384
/* No more is said, and no more complaints are kept, than this. */
#define MOCK_OUT_MAX	  262144
#define MOCK_COMPLAIN_MAX 65536
#define MOCK_SHOWN_MAX	  256

/* What an expression took. */
struct mock_took {
	uint64_t n; /* the line's */
	char *line;
	struct mock_group group[MOCK_GROUPS];
};

struct mock {
	const struct mock_play *play;
	size_t pos;
	bool eof, ended;
	bool paused;	 /* told the driver of the PAUSE at pos */
	bool overlong;	 /* inside a line that is too long */
	bool begun;	 /* the TEXT or CHUNK at pos has begun */
	bool secret;	 /* 334 was said: the next line is a secret */
	uint64_t left;	 /* of that CHUNK */
	uint64_t skip;	 /* octets behind a BDAT that was refused */
	size_t scanned;	 /* octets of in that hold no LF */
	bool reset;	 /* the end is one */
	uint64_t rounds; /* of the loop that is played */
	struct mock_took *took;
	size_t ntook;
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
	for (size_t i = 0; i < m->ntook; i++)
		free(m->took[i].line);
	free(m->took);
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

/* Clients send these when they like. */
static bool
mock_is_stray(struct mock *m, struct span verb, struct span rest)
{
	if (m->secret ||
	    (!span_is(verb, "NOOP") &&
		(!span_is(verb, "RSET") || span_trim(rest).len > 0)))
		return false;
	if (span_is(verb, "RSET"))
		m->pos = mock_began(m);
	buf_adds(&m->out, "250 OK\r\n");
	return true;
}

static struct mock_took *
mock_took(struct mock *m, uint64_t n)
{
	for (size_t i = 0; i < m->ntook; i++)
		if (m->took[i].n == n)
			return &m->took[i];
	m->took = mem_grow(m->took, m->ntook + 1, sizeof *m->took);
	m->took[m->ntook] = (struct mock_took){ .n = n };
	return &m->took[m->ntook++];
}

/* Is that the line that step i awaits? */
static bool
mock_is(struct mock *m, size_t i, struct span got)
{
	const struct mock_step *s = &m->play->step[i];
	struct mock_group group[MOCK_GROUPS];
	struct span want = mock_wanted(s), rest = want;
	if (s->re == NULL) {
		if (span_is_command(want, got))
			return true;
		struct span verb = span_word(&rest);
		if (rest.len == 0 || memchr(rest.p, '*', rest.len) == NULL ||
		    verb_find(verb.p, verb.len) == NULL)
			return false;
		/* Parameters are the client's own. */
		char *more = mem_printf("%s *", s->text);
		bool is = rule_glob(s->text, got.p, got.len) ||
			  rule_glob(more, got.p, got.len);
		free(more);
		return is;
	}
	size_t n = m->play->match(s->re, got.p, got.len, group, MOCK_GROUPS);
	if (n == 0)
		return false;
	struct mock_took *t = mock_took(m, s->n);
	for (size_t g = 0; g < MOCK_GROUPS; g++)
		t->group[g] =
		    g < n ? group[g] : (struct mock_group){ SIZE_MAX, 0 };
	free(t->line);
	t->line = mem_dupn(got.p, got.len);
	return true;
}

static size_t
mock_digits(const char **p)
{
	size_t n = 0;
	for (; **p >= '0' && **p <= '9'; ++*p)
		n = n * 10 + (size_t)(**p - '0');
	return n;
}

/* A text with what expressions took put in; nothing that would end a line
 * can be in that. */
static void
mock_say_captures(struct mock *m, const char *p)
{
	while (*p != '\0') {
		size_t n = strcspn(p, "\1");
		buf_add(&m->out, p, n);
		p += n;
		if (*p == '\0')
			return;
		p++;
		size_t step = mock_digits(&p);
		p += *p == '.';
		size_t g = mock_digits(&p);
		p += *p == '\1';
		const struct mock_took *t = mock_took(m, step);
		if (t->line != NULL && g < MOCK_GROUPS &&
		    t->group[g].from != SIZE_MAX)
			buf_add(&m->out, t->line + t->group[g].from,
			    t->group[g].to - t->group[g].from);
	}
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
	if (s->kind == MOCK_LINE && mock_is_stray(m, verb, rest))
		return;
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
	} else if (s->kind == MOCK_LINE && mock_is(m, m->pos, got)) {
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
		     : s->kind == MOCK_TEXT   ? mock_take_text(m, s)
					      : mock_take_chunk(m, s);
	if (!moved && m->eof)
		mock_cut(m, s);
	return moved;
}

/* Round it goes, or on; false: the client has not said. */
static bool
mock_again(struct mock *m, const struct mock_step *s)
{
	struct span got;
	size_t used, begin = (size_t)s->n;
	bool back = ++m->rounds < s->times;
	if (s->times == 0) {
		m->rounds = 0;
		if (mock_line(m, &got, &used) == 0) {
			if (!m->eof && buf_len(&m->in) <= MOCK_LINE_MAX)
				return false;
			got = (struct span){ "", 0 };
		}
		/* It is looked at, and taken when its step is there. */
		m->scanned = 0;
		back = mock_is(m, begin, got);
	}
	if (!back)
		m->rounds = 0;
	m->pos = back ? begin : m->pos + 1;
	return true;
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
			if (s->captures)
				mock_say_captures(m, s->text);
			else if (s->n > 0)
				buf_add(&m->out, s->text, (size_t)s->n);
			else
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
		case MOCK_AGAIN:
			if (!mock_again(m, s))
				return 0;
			break;
		case MOCK_RESET:
			m->reset = m->ended = true;
			break;
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

bool
mock_is_reset(const struct mock *m)
{
	return m->reset;
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
