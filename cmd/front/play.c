#include "cmd/front/play.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/duration.h"
#include "net/core/verb.h"

static struct mock_step *
play_add(struct mock_play *play, enum mock_kind kind, unsigned line)
{
	play->step = mem_grow(play->step, play->nsteps + 1, sizeof *play->step);
	struct mock_step *st = &play->step[play->nsteps++];
	*st = (struct mock_step){ .kind = kind, .line = line };
	return st;
}

void
play_release(struct mock_play *play)
{
	for (size_t i = 0; i < play->nsteps; i++)
		free(play->step[i].text);
	free(play->step);
	*play = (struct mock_play){ 0 };
}

/* "2xx" is said as 250, "25x" as 250; the first of "250|251". */
static void
play_code(const char *codes, struct buf *b)
{
	bool any = codes[1] < '0' || codes[1] > '9';
	buf_addc(b, codes[0]);
	buf_addc(b, any ? '5' : codes[1]);
	buf_addc(b, codes[2] < '0' || codes[2] > '9' ? '0' : codes[2]);
}

static int
play_say(struct mock_play *play, const struct stmt *st, struct err *e)
{
	const struct expect *x = st->expect;
	if (x->regex != NULL)
		return err_set(e, ERR_DATA,
		    "%s:%u: found a regular expression, expected a text that "
		    "a server can say",
		    play->name, st->line);
	struct buf b = BUF_INIT;
	const char *p = x->text == NULL ? "" : x->text;
	size_t left = x->len;
	for (size_t i = 0; i < x->nlines; i++) {
		const char *nl = memchr(p, '\n', left);
		size_t n = nl == NULL ? left : (size_t)(nl - p);
		play_code(x->codes, &b);
		buf_addc(&b, i + 1 < x->nlines ? '-' : ' ');
		buf_add(&b, p, n);
		buf_adds(&b, "\r\n");
		p += n + (nl != NULL);
		left -= n + (nl != NULL);
	}
	play_add(play, MOCK_SAY, st->line)->text = buf_detach(&b);
	if (play->nsteps >= 2 &&
	    play->step[play->nsteps - 2].kind == MOCK_LINE &&
	    strncasecmp(play->step[play->nsteps - 2].text, "STARTTLS", 8) ==
		0 &&
	    strncmp(x->codes, "220", 3) == 0)
		play_add(play, MOCK_TLS, st->line);
	return 0;
}

static int
play_command(struct mock_play *play, const struct stmt *st, struct err *e)
{
	size_t w = strcspn(st->text, " \t");
	const char *arg = st->text + w + strspn(st->text + w, " \t");
	int64_t ms;
	if (w == 5 && strncmp(st->text, "sleep", w) == 0) {
		if (duration_parse(arg, &ms, e) < 0)
			return -1;
		play_add(play, MOCK_PAUSE, st->line)->n = (uint64_t)ms;
	} else if ((w == 5 && strncmp(st->text, "close", w) == 0) ||
		   (w == 6 && strncmp(st->text, "expect", w) == 0 &&
		       strcmp(arg, "close") == 0)) {
		play_add(play, MOCK_CLOSE, st->line);
	}
	/* What else a client says to itself is not the server's. */
	return 0;
}

/* Chunk lines follow their BDAT; text lines end with TEXT_END. */
static int
play_stmt(
    struct mock_play *play, const struct script *s, size_t *i, struct err *e)
{
	const struct stmt *st = &s->stmt[*i];
	uint64_t octets = 0;
	switch (st->kind) {
	case STMT_SEND:
		play_add(play, MOCK_LINE, st->line)->text =
		    mem_dupn(st->text, st->len);
		for (; *i + 1 < s->n && s->stmt[*i + 1].kind == STMT_TEXT &&
		       strncasecmp(st->text, "BDAT", 4) == 0;
		     ++*i)
			octets += s->stmt[*i + 1].len + 2;
		if (octets > 0)
			play_add(play, MOCK_CHUNK, st->line)->n = octets;
		return 0;
	case STMT_TEXT_END:
		play_add(play, MOCK_TEXT, st->line);
		return 0;
	case STMT_EXPECT:
		return play_say(play, st, e);
	case STMT_SHELL:
		return play_command(play, st, e);
	default:
		return 0;
	}
}

int
play_make(struct mock_play *play, const struct script *s, struct err *e)
{
	*play = (struct mock_play){ .name = s->name };
	if (!s->transcript)
		return err_set(e, ERR_DATA,
		    "%s: found no replies, expected R: lines (or S: beside "
		    "C:) for the server to say",
		    s->name);
	if (!s->has_greeting)
		play_add(play, MOCK_SAY, 0)->text =
		    mem_dup("220 mock Simple Mail Transfer Service Ready\r\n");
	play->greets = !s->has_helo;
	for (size_t i = 0; i < s->n; i++) {
		if (play_stmt(play, s, &i, e) < 0) {
			play_release(play);
			return -1;
		}
	}
	bool closes =
	    play->nsteps > 0 && play->step[play->nsteps - 1].kind == MOCK_CLOSE;
	if (!s->has_quit && !closes) {
		play_add(play, MOCK_LINE, 0)->text = mem_dup("QUIT");
		play_add(play, MOCK_SAY, 0)->text = mem_dup(
		    "221 mock Service closing transmission channel\r\n");
	}
	return 0;
}
