/* A file is gone through as the client would run it; what it would send is what
 * the server awaits. */
#include "cmd/front/play.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/lang/cstring.h"
#include "cmd/lang/duration.h"
#include "cmd/lang/regex.h"
#include "cmd/talk/cmd.h"
#include "net/core/verb.h"

#define PLAY_DEPTH_MAX 16

extern const struct cmd cmd_sleep, cmd_close, cmd_expect, cmd_raw, cmd_mock;

struct play {
	struct mock_play *out;
	const struct vars *vars;
	const struct stmt **template; /* that stand above */
	size_t ntemplate;
	unsigned line; /* in the file, whatever template is run */
	unsigned depth;
	size_t repeat; /* the first step of a loop, SIZE_MAX outside of one */
	uint64_t times;
	uint64_t drop; /* octets of the next mail text; 0: all */
	bool drop_resets;
};

/* Statements, and the words that a template was called with. */
struct play_part {
	const struct script *s;
	const struct var_args *args;
};

static struct mock_step *
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

static int
play_err(const struct play *p, const struct err *why, struct err *e)
{
	struct err inner = *why;
	return err_set(
	    e, ERR_DATA, "%s:%u: %s", p->out->name, p->line, inner.text);
}

static int
play_expand(const struct play *p, const struct play_part *part,
    const char *text, size_t len, bool raw, struct buf *b, struct err *e)
{
	struct err why = { 0 };
	if (vars_expand(p->vars, part->args, text, len, raw, b, &why) == 0)
		return 0;
	return play_err(p, &why, e);
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

static void
play_lines(const struct expect *x, const struct buf *text, struct buf *b)
{
	const char *p = buf_data(text);
	size_t left = buf_len(text);
	for (size_t i = 0; i < x->nlines; i++) {
		const char *nl = memchr(p, '\n', left);
		size_t n = nl == NULL ? left : (size_t)(nl - p);
		play_code(x->codes, b);
		buf_addc(b, i + 1 < x->nlines ? '-' : ' ');
		buf_add(b, p, n);
		buf_adds(b, "\r\n");
		p += n + (nl != NULL);
		left -= n + (nl != NULL);
	}
}

/* Does the step before answer STARTTLS by being answered 220? */
static bool
play_is_starttls(const struct play *p)
{
	if (p->out->nsteps == 0)
		return false;
	const struct mock_step *st = &p->out->step[p->out->nsteps - 1];
	return (st->kind == MOCK_LINE || st->kind == MOCK_OCTETS) &&
	       strncasecmp(st->text, "STARTTLS", 8) == 0;
}

static size_t
play_match(const void *re, const char *p, size_t len, struct mock_group *group,
    size_t max)
{
	struct regex_group g[MOCK_GROUPS];
	size_t n = regex_match(re, p, len, g, MOCK_GROUPS);
	for (size_t i = 0; i < n && i < max && i < MOCK_GROUPS; i++)
		group[i] = (struct mock_group){ g[i].from, g[i].to };
	return n;
}

/* ${name} of an expression above, the nearest, as mock.h has it. Whether there
 * was one. */
static bool
play_captures(const struct play *p, const char *text, size_t len, struct buf *b)
{
	bool any = false;
	for (size_t i = 0; i < len; i++) {
		const char *close = NULL;
		size_t step = p->out->nsteps, group = 0;
		if (len - i > 3 && text[i] == '$' && text[i + 1] == '{')
			close = memchr(text + i, '}', len - i);
		char *name = close == NULL
				 ? NULL
				 : mem_dupn(text + i + 2,
				       (size_t)(close - text) - i - 2);
		while (name != NULL && group == 0 && step > 0) {
			const void *re = p->out->step[--step].re;
			group = re == NULL ? 0 : regex_number(re, name);
		}
		free(name);
		if (group > 0 && group < MOCK_GROUPS) {
			buf_addf(b, "\1%llu.%zu\1",
			    (unsigned long long)p->out->step[step].n, group);
			i = (size_t)(close - text);
			any = true;
		} else {
			buf_addc(b, text[i]);
		}
	}
	return any;
}

/* A client line: an expression, a command, or an answer behind 334. Another
 * could never come. */
static int
play_line(struct play *p, const struct stmt *st, struct buf *b, struct err *e)
{
	const char *text = buf_str(b);
	size_t len = buf_len(b), used = 0, n = p->out->nsteps;
	const struct mock_step *before = n > 0 ? &p->out->step[n - 1] : NULL;
	bool answer = before != NULL && before->text != NULL &&
		      (strncmp(before->text, "334", 3) == 0 ||
			  strncasecmp(before->text, "AUTH", 4) == 0 ||
			  before->kind == MOCK_LINE);
	struct regex *re = NULL;
	struct err why;
	if (*text == '/') {
		if (regex_parse(&re, text, len, &used, &why) < 0)
			return play_err(p, &why, e);
		if (used < len) {
			regex_free(re);
			err_set(&why, ERR_DATA,
			    "expected nothing behind the regular expression");
			return play_err(p, &why, e);
		}
	} else if (st->verb == NULL && !answer &&
		   verb_word(text, len) != strcspn(text, " ")) {
		err_set(&why, ERR_DATA,
		    "found '%.*s', expected a command: no client would send "
		    "that",
		    (int)(len < 60 ? len : 60), text);
		return play_err(p, &why, e);
	}
	struct mock_step *step = play_add(p, MOCK_LINE);
	step->text = buf_detach(b);
	step->re = re;
	step->n = n;
	return 0;
}

static int
play_say(struct play *p, const struct play_part *part, const struct expect *x,
    struct err *e)
{
	const struct err regex = { .text =
				       "found a regular expression, expected "
				       "a text that a server can say" };
	if (x->regex != NULL)
		return play_err(p, &regex, e);
	struct buf text = BUF_INIT, b = BUF_INIT, marked = BUF_INIT;
	bool captures =
	    x->len > 0 && play_captures(p, x->text, x->len, &marked);
	int r = x->len == 0 ? 0
			    : play_expand(p, part, buf_data(&marked),
				  buf_len(&marked), false, &text, e);
	buf_release(&marked);
	if (r == 0) {
		bool tls =
		    play_is_starttls(p) && strncmp(x->codes, "220", 3) == 0;
		play_lines(x, &text, &b);
		struct mock_step *say = play_add(p, MOCK_SAY);
		say->text = buf_detach(&b);
		say->captures = captures;
		if (tls)
			play_add(p, MOCK_TLS);
	}
	buf_release(&text);
	return r;
}

static int
play_pause(struct play *p, const char *word, struct err *e)
{
	int64_t ms;
	struct err why;
	if (duration_parse(word, &ms, &why) < 0)
		return play_err(p, &why, e);
	play_add(p, MOCK_PAUSE)->n = (uint64_t)ms;
	return 0;
}

static int
play_sleep(struct play *p, const struct play_part *part,
    const struct cmd_args *a, struct err *e)
{
	(void)part;
	return play_pause(p, a->word[0], e);
}

static int
play_close(struct play *p, const struct play_part *part,
    const struct cmd_args *a, struct err *e)
{
	(void)part, (void)a, (void)e;
	play_add(p, MOCK_CLOSE);
	return 0;
}

static int
play_expect(struct play *p, const struct play_part *part,
    const struct cmd_args *a, struct err *e)
{
	struct err why;
	struct expect *x;
	char sep;
	if (expect_like(a->rest, strlen(a->rest))) {
		if (expect_parse(&x, a->rest, strlen(a->rest), &sep, &why) < 0)
			return play_err(p, &why, e);
		/* Variables are in it already. */
		const struct vars none = { 0 };
		const struct vars *vars = p->vars;
		p->vars = &none;
		int r = play_say(p, part, x, e);
		p->vars = vars;
		expect_free(x);
		return r;
	}
	if (strcmp(a->word[0], "close") == 0)
		return play_close(p, part, a, e);
	bool quiet = strcmp(a->word[0], "silence") == 0 ||
		     strcmp(a->word[0], "no-reply") == 0;
	if (quiet && a->n == 2)
		return play_pause(p, a->word[1], e);
	return 0;
}

static int
play_raw(struct play *p, const struct play_part *part, const struct cmd_args *a,
    struct err *e)
{
	struct buf b = BUF_INIT;
	struct err why;
	(void)part;
	if (cstring_parse(&b, a->rest, strlen(a->rest), &why) < 0) {
		buf_release(&b);
		return play_err(p, &why, e);
	}
	struct mock_step *st = play_add(p, MOCK_OCTETS);
	st->n = buf_len(&b);
	st->text = buf_detach(&b);
	return 0;
}

static int
play_mock_again(struct play *p, struct err *e)
{
	const struct err none = { .text =
				      "\\mock again without \\mock repeat" };
	const struct err line = { .text =
				      "\\mock repeat without a number goes on "
				      "as long as the client begins anew: a "
				      "client line must follow it" };
	size_t at = p->repeat;
	if (at == SIZE_MAX)
		return play_err(p, &none, e);
	if (at == p->out->nsteps ||
	    (p->times == 0 && p->out->step[at].kind != MOCK_LINE))
		return play_err(p, &line, e);
	struct mock_step *st = play_add(p, MOCK_AGAIN);
	st->n = at;
	st->times = p->times;
	p->repeat = SIZE_MAX;
	return 0;
}

static int
play_mock(struct play *p, const struct play_part *part,
    const struct cmd_args *a, struct err *e)
{
	const struct err nested = { .text = "\\mock repeat inside another" };
	struct err why;
	(void)part;
	if (cmd_mock.check(a, &why) < 0)
		return play_err(p, &why, e);
	const char *what = a->word[0];
	uint64_t n = a->n > 1 ? strtoull(a->word[1], NULL, 10) : 0;
	if (strcmp(what, "again") == 0)
		return play_mock_again(p, e);
	if (strcmp(what, "repeat") == 0) {
		if (p->repeat != SIZE_MAX)
			return play_err(p, &nested, e);
		/* No time; but what stands before is no group with it. */
		play_add(p, MOCK_PAUSE);
		p->repeat = p->out->nsteps;
		p->times = n;
	} else if (strcmp(what, "drop-after") == 0) {
		p->drop = n;
	} else if (strcmp(what, "reset") == 0) {
		play_add(p, MOCK_RESET);
	} else {
		struct buf b = BUF_INIT;
		const char *octets = a->rest + strcspn(a->rest, " \t");
		octets += strspn(octets, " \t");
		if (cstring_parse(&b, octets, strlen(octets), &why) < 0) {
			buf_release(&b);
			return play_err(p, &why, e);
		}
		struct mock_step *st = play_add(p, MOCK_SAY);
		st->n = buf_len(&b);
		st->text = buf_detach(&b);
	}
	return 0;
}

static const struct {
	const struct cmd *cmd;
	int (*play)(struct play *p, const struct play_part *part,
	    const struct cmd_args *a, struct err *e);
} play_rows[] = {
	{ &cmd_sleep, play_sleep },
	{ &cmd_close, play_close },
	{ &cmd_expect, play_expect },
	{ &cmd_raw, play_raw },
	{ &cmd_mock, play_mock },
};

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
	size_t rows =
	    c->is & CMD_IN_MOCK ? sizeof play_rows / sizeof *play_rows : 0;
	for (size_t i = 0; i < rows; i++)
		if (play_rows[i].cmd == c)
			return play_rows[i].play(p, part, a, e);
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

static bool
play_is_line(const struct mock_step *st)
{
	return st->kind == MOCK_LINE || st->kind == MOCK_OCTETS ||
	       st->kind == MOCK_TEXT;
}

/* One reply to each line of a group: a server answers a line when it has read
 * it, and a client that waits for each reply gets one. */
static void
play_answer(struct mock_play *play, size_t from, size_t lines, size_t end)
{
	struct mock_step *out = mem_alloc((end - from) * sizeof *play->step);
	size_t line = from, say = from, n = 0;
	while (say < end && play->step[say].kind != MOCK_SAY)
		say++;
	size_t first = say;
	for (size_t i = 0; i < lines; i++) {
		out[n++] = play->step[line++];
		while (line < first && !play_is_line(&play->step[line]))
			out[n++] = play->step[line++];
		out[n++] = play->step[say++];
		while (say < end && play->step[say].kind == MOCK_TLS)
			out[n++] = play->step[say++];
	}
	memcpy(play->step + from, out, (end - from) * sizeof *out);
	free(out);
}

/* Groups: lines behind each other, then as many replies. What stands between
 * (a pause, a close) ends one. */
static void
play_groups(struct mock_play *play)
{
	for (size_t i = 0; i < play->nsteps;) {
		size_t lines = 0, says = 0, at = i;
		for (; at < play->nsteps &&
		       (play_is_line(&play->step[at]) ||
			   (lines > 0 && play->step[at].kind == MOCK_CHUNK));
		     at++)
			lines += play_is_line(&play->step[at]);
		for (; lines > 1 && at < play->nsteps &&
		       (play->step[at].kind == MOCK_SAY ||
			   (says > 0 && play->step[at].kind == MOCK_TLS));
		     at++)
			says += play->step[at].kind == MOCK_SAY;
		if (lines > 1 && says == lines)
			play_answer(play, i, lines, at);
		i = at > i ? at : i + 1;
	}
}

int
play_make(struct mock_play *play, const struct script *s,
    const struct vars *vars, struct err *e)
{
	struct play p = { .out = play, .vars = vars, .repeat = SIZE_MAX };
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
	if (r == 0 && p.repeat != SIZE_MAX)
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
