/* The order of trust: cause.h. The tables are cause_*.c and pattern*.c. */
#include "cmd/know/cause_priv.h"

#include <string.h>
#include "net/core/code.h"

void
cause_release(struct cause *c)
{
	buf_release(&c->what);
	buf_release(&c->next);
}

const char *
cause_level_name(enum cause_level l)
{
	static const char *const name[] = { "low", "mid", "high" };
	return name[l];
}

static bool
cause_make(struct cause *c, const char *id, enum cause_level level, bool sure,
    const char *what, const char *next, const char *source,
    const struct sight *s, const struct sight_reply *r)
{
	c->id = id;
	c->level = level;
	c->sure = sure;
	c->source = source;
	buf_clear(&c->what);
	buf_clear(&c->next);
	cause_fill(&c->what, what, s, r);
	cause_fill(&c->next, next, s, r);
	return true;
}

/* Rules. */

const struct cause_rule *const cause_rules[] = { cause_session, cause_line,
	cause_name, cause_trust, NULL };

static bool
cause_is(const struct cause_rule *r, const struct sight *s)
{
	return (r->why == WHY_NONE || r->why == s->why) &&
	       (r->when == NULL || r->when(s)) &&
	       (r->why != WHY_NONE || r->when != NULL);
}

static bool
cause_rule(const struct sight *s, enum cause_turn from, enum cause_turn to,
    struct cause *c)
{
	for (size_t i = 0; cause_rules[i] != NULL; i++)
		for (const struct cause_rule *r = cause_rules[i]; r->id != NULL;
		     r++)
			if (r->turn >= from && r->turn <= to && cause_is(r, s))
				return cause_make(c, r->id, r->level, true,
				    r->what, r->next, r->source, s,
				    &s->refusal);
	return false;
}

/* Replies. */

static bool
cause_pattern(const struct sight *s, const struct sight_reply *r,
    const char *text, struct cause *c)
{
	const struct pattern *p =
	    text == NULL ? NULL : pattern_find(text, strlen(text));
	if (p == NULL)
		return false;
	return cause_make(
	    c, p->id, CAUSE_HIGH, true, p->what, p->next, p->source, s, r);
}

static bool
cause_enh(const struct sight *s, const struct sight_reply *r, struct cause *c)
{
	const struct cause_enh *h = cause_later;
	for (; h->id != NULL; h++)
		if (r->class == 4 && h->subject == r->subject &&
		    h->detail == r->detail)
			return cause_make(c, h->id, CAUSE_MID, false, h->what,
			    h->next, "RFC 3463", s, r);
	for (h = cause_enhs; h->id != NULL; h++)
		if (r->class >= 4 && h->subject == r->subject &&
		    h->detail == r->detail)
			return cause_make(c, h->id, CAUSE_MID, false, h->what,
			    h->next, "RFC 3463", s, r);
	return false;
}

static bool
cause_code(const struct sight *s, const struct sight_reply *r, struct cause *c)
{
	enum verb_id v = r->verb == NULL ? VERB_UNKNOWN : r->verb->id;
	for (const struct cause_code *k = cause_codes; k->id != NULL; k++)
		if ((k->code == r->code || k->code == r->code / 100) &&
		    (k->verb == VERB_UNKNOWN || k->verb == v) &&
		    (k->when == NULL || k->when(s)))
			return cause_make(c, k->id, CAUSE_MID, false, k->what,
			    k->next, "RFC 5321 4.2.3", s, r);
	if (r->code / 100 == 4)
		return cause_make(c, "refused.later", CAUSE_MID, false,
		    "the server refuses it for now ({code}), and what it says "
		    "is not known here",
		    "try again later; the server's log has the reason",
		    "RFC 5321 4.2.1", s, r);
	return cause_make(c, "refused", CAUSE_MID, false,
	    "the server refuses it ({code}), and what it says is not known "
	    "here",
	    "ask its operator with the time, your address and the reply",
	    "RFC 5321 4.2.1", s, r);
}

/* "Service not available" says less than where it was said. */
static bool
cause_says_little(const struct sight_reply *r, const struct cause *c)
{
	return r->verb != NULL && r->verb->id == VERB_GREETING &&
	       strcmp(c->id, "state.unavailable") == 0;
}

/* "530 5.7.0" of a login that the text does not name, and the like. */
bool
cause_reply(const struct sight *s, const struct sight_reply *r, struct cause *c)
{
	if (r->code < 400)
		return false;
	if (cause_pattern(s, r, r->text, c)) {
		if (cause_says_little(r, c))
			(void)cause_rule(s, TURN_TEXT, TURN_TEXT, c);
		return true;
	}
	return cause_rule(s, TURN_TEXT, TURN_TEXT, c) || cause_enh(s, r, c) ||
	       cause_code(s, r, c);
}

static bool
cause_is_other(const struct cause *c)
{
	return c->id != NULL && (strncmp(c->id, "other.", 6) == 0 ||
				    strcmp(c->id, "proto.masked") == 0);
}

/* What was never a mail server shows by its first words. */
static bool
cause_first_words(const struct sight *s, struct cause *c)
{
	struct buf b = BUF_INIT;
	bool found = false;
	if (s->garbage != NULL && s->why == WHY_NO_REPLY)
		found =
		    cause_pattern(s, NULL, s->garbage, c) && cause_is_other(c);
	if (!found && s->part != NULL && !s->greeted)
		found = cause_pattern(s, NULL, s->part, c) && cause_is_other(c);
	if (!found && s->greeting != NULL && !s->hello && !s->gone) {
		buf_addf(&b, "220 %s", s->greeting);
		found =
		    cause_pattern(s, NULL, buf_str(&b), c) && cause_is_other(c);
	}
	buf_release(&b);
	return found;
}

bool
cause_find(const struct sight *s, struct cause *c)
{
	if (cause_first_words(s, c) || cause_rule(s, TURN_FIRST, TURN_FIRST, c))
		return true;
	if (s->refusal.code != 0)
		return cause_reply(s, &s->refusal, c);
	bool waited =
	    s->kind == ERR_INTR || s->why == WHY_LATE || s->why == WHY_STALLED;
	return cause_rule(s, TURN_LAST, waited ? TURN_WAIT : TURN_LAST, c);
}

bool
cause_waiting(const struct sight *s, struct cause *c)
{
	return cause_rule(s, TURN_WAIT, TURN_WAIT, c);
}

const char *
cause_id(size_t i)
{
	for (size_t k = 0; cause_rules[k] != NULL; k++)
		for (const struct cause_rule *r = cause_rules[k]; r->id != NULL;
		     r++)
			if (i-- == 0)
				return r->id;
	const struct pattern *p = pattern_at(i);
	return p == NULL ? NULL : p->id;
}
