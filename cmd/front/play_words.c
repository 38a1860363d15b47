/* The \\commands that mean something to a mock. */
#include "cmd/front/play_parts.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/cstring.h"
#include "cmd/lang/duration.h"

extern const struct cmd cmd_sleep, cmd_close, cmd_expect, cmd_raw, cmd_mock;

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
	if (p->nloop == 0)
		return play_err(p, &none, e);
	const struct play_loop *l = &p->loop[p->nloop - 1];
	if (l->at == p->out->nsteps ||
	    (l->times == 0 && p->out->step[l->at].kind != MOCK_LINE))
		return play_err(p, &line, e);
	struct mock_step *st = play_add(p, MOCK_AGAIN);
	st->n = l->at;
	st->times = l->times;
	p->nloop--;
	return 0;
}

static int
play_mock(struct play *p, const struct play_part *part,
    const struct cmd_args *a, struct err *e)
{
	const struct err deep = { .text = "\\mock repeat inside too many" };
	struct err why;
	(void)part;
	if (cmd_mock.check(a, &why) < 0)
		return play_err(p, &why, e);
	const char *what = a->word[0];
	uint64_t n = a->n > 1 ? strtoull(a->word[1], NULL, 10) : 0;
	if (strcmp(what, "again") == 0)
		return play_mock_again(p, e);
	if (strcmp(what, "repeat") == 0) {
		if (p->nloop == PLAY_LOOPS)
			return play_err(p, &deep, e);
		/* No time; but what stands before is no group with it. */
		play_add(p, MOCK_PAUSE);
		p->loop[p->nloop++] = (struct play_loop){ p->out->nsteps, n };
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

int
play_word(struct play *p, const struct play_part *part, const struct cmd *c,
    const struct cmd_args *a, struct err *e)
{
	for (size_t i = 0; i < sizeof play_rows / sizeof *play_rows; i++)
		if (play_rows[i].cmd == c)
			return play_rows[i].play(p, part, a, e);
	return 1;
}
