/* The play is a list of steps and the session a position in it; what came is
 * kept until a step takes it, so a client that pipelines is served as one
 * that waits. Nothing of a session depends on how the octets were cut. */
#include "net/core/mock_priv.h"

#include <stdlib.h>
#include <string.h>

#define MOCK_OUT_MAX 262144 /* no more is said than this */

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
	free(m->rounds);
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

/* Does the client begin the loop anew? 0: it has not said; -1: it said NOOP or
 * RSET, which tells nothing. */
static int
mock_begins(struct mock *m, size_t begin, bool *anew)
{
	struct span got;
	size_t used;
	bool last = m->pos + 1 == m->play->nsteps;
	if (mock_line(m, &got, &used) == 0) {
		if (!m->eof && buf_len(&m->in) <= MOCK_LINE_MAX)
			return 0;
		got = (struct span){ "", 0 };
	}
	/* It is looked at, and taken when its step is there. */
	m->scanned = 0;
	*anew = mock_is(m, begin, got);
	bool wanted = *anew || (!last && mock_awaits(m, m->pos + 1, got));
	if (wanted || !mock_take_stray(m, got))
		return 1;
	mock_drop(m, used);
	return -1;
}

/* Round it goes, or on; false: the client has not said. */
static bool
mock_again(struct mock *m, const struct mock_step *s)
{
	size_t begin = (size_t)s->n;
	if (m->rounds == NULL)
		m->rounds = mem_zalloc(m->play->nsteps * sizeof *m->rounds);
	uint64_t *rounds = &m->rounds[m->pos];
	bool back = false;
	if (s->times == 0) {
		int r = mock_begins(m, begin, &back);
		if (r <= 0)
			return r < 0;
	} else {
		back = ++*rounds < s->times;
	}
	if (!back)
		*rounds = 0;
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
