#include "cmd/front/verdict.h"

#include <string.h>
#include "cmd/know/cause.h"

/* What concerns our own words or files says all there is to say. */
static bool
verdict_is_ours(const struct sight *s)
{
	switch (s->kind) {
	case ERR_USAGE:
	case ERR_DATA:
	case ERR_NOINPUT:
	case ERR_OUTPUT:
	case ERR_BUG:
		return s->refusal.code == 0 && s->odd.code == 0;
	default:
		return false;
	}
}

/* What is judged by expectations has its words already, but for what only a
 * text or a fact can tell. */
static bool
verdict_is_known(const struct shell *sh, const struct cause *c)
{
	const struct tally *y = &sh->talk.tally;
	return y->met + y->missed == 0 || c->sure;
}

static const char *
verdict_of(const struct opts *o, const struct sight *s, const struct cause *c)
{
	if (strcmp(c->id, "text.unknown-fate") == 0)
		return "mailed or not";
	if (s->taken)
		return s->refused > 0 ? "not mailed to all" : "mailed, but";
	bool asked = o->front == FRONT_MESSAGE && o->quit_after == NULL;
	return asked || s->from != NULL ? "not mailed" : "failed";
}

static const char *
verdict_seen(const struct sight *s, const struct cause *c)
{
	if (strcmp(c->id, "session.out-of-step") == 0)
		return s->odd.text;
	return s->why == WHY_NONE && s->refusal.code != 0 ? s->refusal.text
							  : s->error;
}

void
verdict_tell(struct shell *sh, const struct opts *o, int status)
{
	const struct sight *s = sh->talk.past;
	struct cause c = CAUSE_INIT;
	if (s == NULL || (status == 0 && s->odd.code == 0) ||
	    verdict_is_ours(s))
		return;
	if (cause_find(s, &c) && verdict_is_known(sh, &c)) {
		const struct event_note n = { .rule = c.id,
			.level = cause_level_name(c.level),
			.seen = verdict_seen(s, &c),
			.what = buf_str(&c.what),
			.next = buf_str(&c.next),
			.source = c.source,
			.ours = true };
		struct event ev = { .kind = EV_CAUSE,
			.note = &n,
			.text = verdict_of(o, s, &c),
			.status = status };
		talk_put(&sh->talk, &ev);
		out_verdict(&sh->out, "%s: %s  [%s]", ev.text, n.what, n.rule);
		out_verdict_more(&sh->out, "next: %s", n.next);
	}
	cause_release(&c);
}

void
verdict_lint(struct shell *sh)
{
	const unsigned *n = sh->lint.told;
	unsigned all = n[LINT_LOW] + n[LINT_MID] + n[LINT_HIGH];
	if (sh->talk.lint == NULL)
		return;
	talk_remark(&sh->talk, "lint: %u remark%s: %u high, %u mid, %u low",
	    all, all == 1 ? "" : "s", n[LINT_HIGH], n[LINT_MID], n[LINT_LOW]);
}
