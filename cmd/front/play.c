/* A file is gone through as the client would run it; what it would send is what
 * the server awaits. */
#include "cmd/front/play_parts.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/regex.h"
#include "net/core/verb.h"

#define PLAY_DEPTH_MAX 16

struct mock_step *
play_add(struct play *p, enum mock_kind kind)
{
	struct mock_play *out = p->out;
	size_t n = out->nsteps;
	if ((n & (n - 1)) == 0) /* a power of two, or none */
		out->step =
		    mem_grow(out->step, n == 0 ? 1 : 2 * n, sizeof *out->step);
	struct mock_step *st = &out->step[out->nsteps++];
	*st = (struct mock_step){ .kind = kind, .line = p->line };
	return st;
}

void
play_release(struct mock_play *play)
{
	for (size_t i = 0; i < play->nsteps; i++) {
		free(play->step[i].text);
		regex_free((struct regex *)(uintptr_t)play->step[i].re);
	}
	free(play->step);
	*play = (struct mock_play){ 0 };
}

int
play_err(const struct play *p, const struct err *why, struct err *e)
{
	struct err inner = *why;
	return err_set(
	    e, ERR_DATA, "%s:%u: %s", p->out->name, p->line, inner.text);
}

int
play_expand(const struct play *p, const struct play_part *part,
    const char *text, size_t len, bool raw, struct buf *b, struct err *e)
{
	struct err why = { 0 };
	if (vars_expand(p->vars, part->args, text, len, raw, b, &why) == 0)
		return 0;
	return play_err(p, &why, e);
}

static int play_part(
    struct play *p, const struct play_part *part, struct err *e);

/* What a template sends, awaited. */
static int
play_body(
    struct play *p, const char *body, const struct cmd_args *a, struct err *e)
{
	const struct err deep = { .text = "templates nest more than 16 deep" };
	const struct var_args args = { a->n, a->word };
	struct script s;
	if (p->depth >= PLAY_DEPTH_MAX)
		return play_err(p, &deep, e);
	if (script_parse(&s, p->out->name, body, strlen(body), DIALECT_UNKNOWN,
		cmd_word, e) < 0)
		return -1;
	p->depth++;
	int r = play_part(p, &(struct play_part){ &s, &args }, e);
	p->depth--;
	script_release(&s);
	return r;
}

static int
play_run(struct play *p, const struct play_part *part, const struct cmd *c,
    const struct cmd_args *a, struct err *e)
{
	struct err why;
	if (c->body != NULL)
		return play_body(p, c->body, a, e);
	int r = c->is & CMD_IN_MOCK ? play_word(p, part, c, a, e) : 1;
	if (r <= 0)
		return r;
	if (!(c->is & CMD_SENDS))
		return 0;
	err_set(&why, ERR_DATA,
	    "found \\%s, whose lines are not in the file, expected the lines "
	    "that a mock is to await",
	    c->name);
	return play_err(p, &why, e);
}

/* The newest of that name, or NULL. */
static const struct stmt *
play_template(const struct play *p, const char *name)
{
	for (size_t i = p->ntemplate; i > 0; i--)
		if (strcmp(p->template[i - 1] -> text, name) == 0)
			return p->template[i - 1];
	return NULL;
}

static int
play_define(struct play *p, const struct stmt *st, struct err *e)
{
	const struct err inner = { .text = "a template defines another" };
	if (p->depth > 0)
		return play_err(p, &inner, e);
	p->template =
	    mem_grow(p->template, p->ntemplate + 1, sizeof *p->template);
	p->template[p->ntemplate++] = st;
	return 0;
}

static int
play_command(struct play *p, const struct play_part *part,
    const struct stmt *st, struct err *e)
{
	struct buf b = BUF_INIT;
	struct cmd_args a = { 0 };
	struct err why;
	int r = play_expand(p, part, st->text, st->len, true, &b, e);
	if (r < 0) {
		buf_release(&b);
		return -1;
	}
	const char *text = buf_str(&b);
	size_t w = strcspn(text, " \t");
	a.rest = text + w + strspn(text + w, " \t");
	char *name = mem_dupn(text, w);
	const struct stmt *template = play_template(p, name);
	const struct cmd *c =
	    template == NULL ? cmd_check(text, buf_len(&b), true, &why) : NULL;
	bool words = template != NULL || (c != NULL && !(c->is & CMD_EXACT));
	if (words && cmd_split(&a, a.rest, strlen(a.rest), &why) < 0)
		r = play_err(p, &why, e);
	else if (template != NULL)
		r = play_body(p, template->body, &a, e);
	else if (c != NULL)
		r = play_run(p, part, c, &a, e);
	else
		r = play_err(p, &why, e);
	cmd_args_release(&a);
	free(name);
	buf_release(&b);
	return r;
}

/* Chunk lines follow their BDAT. */
static int
play_chunk(
    struct play *p, const struct play_part *part, size_t *i, struct err *e)
{
	uint64_t octets = 0;
	for (; *i + 1 < part->s->n; ++*i) {
		const struct stmt *st = &part->s->stmt[*i + 1];
		struct buf b = BUF_INIT;
		if (st->kind != STMT_TEXT)
			break;
		int r = play_expand(p, part, st->text, st->len, true, &b, e);
		octets += buf_len(&b) + (st->exact ? 0 : 2);
		buf_release(&b);
		if (r < 0)
			return -1;
	}
	if (octets > 0)
		play_add(p, MOCK_CHUNK)->n = octets;
	return 0;
}

/* Text lines end with TEXT_END. */
static int
play_stmt(
    struct play *p, const struct play_part *part, size_t *i, struct err *e)
{
	const struct stmt *st = &part->s->stmt[*i];
	struct buf b = BUF_INIT;
	switch (st->kind) {
	case STMT_SEND:
		if (play_expand(p, part, st->text, st->len, false, &b, e) < 0) {
			buf_release(&b);
			return -1;
		}
		if (play_line(p, st, &b, e) < 0) {
			buf_release(&b);
			return -1;
		}
		return st->verb != NULL && st->verb->id == VERB_BDAT
			   ? play_chunk(p, part, i, e)
			   : 0;
	case STMT_TEXT_END:
		play_add(p, MOCK_TEXT)->n = p->drop;
		p->out->step[p->out->nsteps - 1].times = p->drop_resets;
		p->drop = 0;
		return 0;
	case STMT_EXPECT:
		return play_say(p, part, st->expect, e);
	case STMT_SHELL:
		return play_command(p, part, st, e);
	case STMT_TEMPLATE:
		return play_define(p, st, e);
	default:
		return 0;
	}
}

static int
play_part(struct play *p, const struct play_part *part, struct err *e)
{
	for (size_t i = 0; i < part->s->n; i++) {
		if (p->depth == 0)
			p->line = part->s->stmt[i].line;
		if (play_stmt(p, part, &i, e) < 0)
			return -1;
	}
	return 0;
}

static void
play_implied(struct play *p, enum mock_kind kind, const char *text)
{
	p->line = 0;
	play_add(p, kind)->text = mem_dup(text);
}

int
play_make(struct mock_play *play, const struct script *s,
    const struct vars *vars, struct err *e)
{
	struct play p = { .out = play, .vars = vars };
	*play = (struct mock_play){ .name = s->name, .match = play_match };
	if (!s->transcript)
		return err_set(e, ERR_DATA,
		    "%s: found no replies, expected R: lines (or S: beside "
		    "C:) for the server to say",
		    s->name);
	if (!s->has_greeting)
		play_implied(&p, MOCK_SAY,
		    "220 mock Simple Mail Transfer Service Ready\r\n");
	play->greets = !s->has_helo;
	int r = play_part(&p, &(struct play_part){ .s = s }, e);
	free(p.template);
	if (r == 0 && p.nloop > 0)
		r = err_set(e, ERR_DATA,
		    "%s: found the end, expected \\mock again behind "
		    "\\mock repeat",
		    s->name);
	if (r < 0) {
		play_release(play);
		return -1;
	}
	bool closes =
	    play->nsteps > 0 && play->step[play->nsteps - 1].kind == MOCK_CLOSE;
	if (!s->has_quit && !closes) {
		play_implied(&p, MOCK_LINE, "QUIT");
		play_implied(&p, MOCK_SAY,
		    "221 mock Service closing transmission channel\r\n");
	}
	play_groups(play);
	return 0;
}
