/* A rule is read word by word: what it is for, then conditions and actions by
 * a table of their words. */
#include "cmd/front/rules_parts.h"

#include <string.h>
#include "cmd/lang/near.h"

enum { ON_CONNECT = 1, ON_COMMAND = 2, ON_TEXT = 4, ON_END = 8 };
#define ON_REPLY (ON_CONNECT | ON_COMMAND | ON_END)
#define ON_ALL	 (ON_REPLY | ON_TEXT)

static const struct rules_row {
	const char *word;
	int (*take)(struct rules_line *l, struct err *e);
	unsigned on;
	bool acts;
} rules_rows[] = {
	{ "nth", rules_nth, ON_ALL, false },
	{ "after", rules_after, ON_ALL, false },
	{ "every", rules_every, ON_ALL, false },
	{ "odds", rules_odds, ON_ALL, false },
	{ "first", rules_first, ON_ALL, false },
	{ "per", rules_per, ON_ALL, false },
	{ "bytes", rules_bytes, ON_REPLY, true },
	{ "delay", rules_duration, ON_ALL, true },
	{ "slow", rules_slow, ON_ALL, true },
	{ "close", rules_close, ON_ALL, true },
	{ "reset", rules_reset, ON_ALL, true },
	{ "stall", rules_stall, ON_ALL, true },
	{ "drop-after", rules_drop, ON_TEXT, true },
	{ "no-reply", rules_silent, ON_REPLY, true },
	{ "offer", rules_offer, ON_COMMAND, true },
	{ "hide", rules_hide, ON_COMMAND, true },
	{ "greeting", rules_greeting, ON_CONNECT, true },
	{ "tls", rules_tls, ON_CONNECT | ON_COMMAND, true },
	{ "early", rules_early, ON_REPLY, true },
};
#define RULES_ROWS (sizeof rules_rows / sizeof *rules_rows)

bool
rules_is_known(struct span w)
{
	for (size_t i = 0; i < RULES_ROWS; i++)
		if (span_is(w, rules_rows[i].word))
			return true;
	return rules_is_code(w);
}

static unsigned
rules_on(const struct rule *x)
{
	switch (x->on) {
	case RULE_CONNECT:
		return ON_CONNECT;
	case RULE_COMMAND:
	case RULE_ANY:
		return ON_COMMAND;
	case RULE_TEXT:
		return ON_TEXT;
	default:
		return ON_END;
	}
}

/* What a word that is none was meant to be. */
static int
rules_no_row(struct rules_line *l, struct span w, struct err *e)
{
	static const char want[] =
	    "a condition (nth after every odds first per) or an action (a "
	    "reply code, bytes delay slow close reset stall drop-after "
	    "no-reply offer hide greeting tls early)";
	if (memchr(w.p, '<', w.len) != NULL || *w.p == '/')
		return rules_found(l, w,
		    "a pattern directly behind what it is for, as RCPT "
		    "<*@grey.example>, MAIL /re/",
		    e);
	if (*w.p >= '0' && *w.p <= '9')
		return rules_found(l, w,
		    "a reply code of three digits from 100 to 999, as 451", e);
	struct buf b = BUF_INIT;
	buf_adds(&b, want);
	for (size_t i = 0; i < RULES_ROWS; i++)
		if (near_word(w.p, w.len, rules_rows[i].word,
			strlen(rules_rows[i].word)))
			buf_addf(&b, "; did you mean %s?", rules_rows[i].word);
	int r = rules_found(l, w, buf_str(&b), e);
	buf_release(&b);
	return r;
}

/* "RCPT early" is for a verb, "drop-after 3" for text. */
static const char *
rules_place(unsigned on)
{
	switch (on) {
	case ON_TEXT:
		return "text";
	case ON_CONNECT:
		return "connect";
	case ON_COMMAND:
		return "a verb";
	case ON_CONNECT | ON_COMMAND:
		return "connect and STARTTLS";
	default:
		return "what is answered: connect, a verb, end, header, body";
	}
}

static int
rules_row(struct rules_line *l, struct span w, struct err *e)
{
	for (size_t i = 0; i < RULES_ROWS; i++) {
		const struct rules_row *row = &rules_rows[i];
		if (!span_is(w, row->word))
			continue;
		if ((l->seen & 1u << i) != 0)
			return rules_err(l, e, "%s is given twice", row->word);
		l->seen |= 1u << i;
		l->acts |= row->acts;
		if ((rules_on(l->rule) & row->on) == 0)
			return rules_err(l, e, "%s is for %s", row->word,
			    rules_place(row->on));
		return row->take(l, e);
	}
	return rules_no_row(l, w, e);
}

/* Conditions that hold never at once. */
static bool
rules_never(const struct rule *x)
{
	return x->nth > 0 && ((x->after > 0 && x->nth <= x->after) ||
				 (x->every > 0 && x->nth % x->every != 0));
}

/* What goes with what it is for, and what does not. */
static int
rules_check(struct rules_line *l, struct err *e)
{
	const struct rule *x = l->rule;
	bool command = x->on == RULE_COMMAND;
	bool hello = command && (x->verb == VERB_EHLO || x->verb == VERB_LHLO);
	bool starttls = command && x->verb == VERB_STARTTLS;
	if (!l->acts)
		return rules_found(l, (struct span){ "", 0 },
		    "an action: a reply as 451 4.7.1 later, delay 5s, close, "
		    "reset ...",
		    e);
	if (rules_never(x))
		return rules_err(l, e,
		    "nth %lu never comes with that: nth stands without after "
		    "and every",
		    x->nth);
	if ((x->offer != NULL || x->hide != NULL) && !hello)
		return rules_err(l, e, "offer and hide are for EHLO and LHLO");
	if (x->tls_fails && x->on != RULE_CONNECT && !starttls)
		return rules_err(l, e, "tls fail is for STARTTLS, or connect");
	if (x->slow > 0 && starttls)
		return rules_err(l, e,
		    "TLS begins right behind the reply to STARTTLS, which "
		    "cannot be slow; delay can");
	if (x->says && x->silent)
		return rules_err(
		    l, e, "no-reply and a reply exclude each other");
	return 0;
}

int
rules_parse(struct rules_line *l, struct err *e)
{
	struct span w;
	if (rules_event(l, e) < 0 || rules_pattern(l, e) < 0)
		return -1;
	while (w = rules_word(l), w.len > 0) {
		bool code = rules_is_code(w);
		if (code && l->rule->on == RULE_TEXT)
			return rules_err(l, e,
			    "mail text on its way has no reply; its end has: "
			    "write end");
		l->acts |= code;
		if ((code ? rules_reply(l, w, e) : rules_row(l, w, e)) < 0)
			return -1;
	}
	return rules_check(l, e);
}
