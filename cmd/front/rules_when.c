/* What a rule is for, and its conditions. */
#include "cmd/front/rules_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/lang/near.h"

static const struct {
	const char *word;
	enum rule_event on;
} rules_events[] = {
	{ "connect", RULE_CONNECT },
	{ "any", RULE_ANY },
	{ "text", RULE_TEXT },
	{ "end", RULE_END },
	{ "header", RULE_HEADER },
	{ "body", RULE_BODY },
};
#define RULES_EVENTS (sizeof rules_events / sizeof *rules_events)

/* "expected ...; did you mean ...?" */
static int
rules_no_event(struct rules_line *l, struct span w, struct err *e)
{
	const char *want = "a verb, connect, text, end, header, body or any";
	struct buf b = BUF_INIT;
	buf_adds(&b, want);
	for (size_t i = 0; i < RULES_EVENTS; i++)
		if (near_word(w.p, w.len, rules_events[i].word,
			strlen(rules_events[i].word)))
			buf_addf(
			    &b, "; did you mean %s?", rules_events[i].word);
	const struct verb *v;
	for (size_t i = 0; (v = verb_at(i)) != NULL; i++)
		if (v->id >= VERB_HELO &&
		    near_word(w.p, w.len, v->name, strlen(v->name)))
			buf_addf(&b, "; did you mean %s?", v->name);
	int r = rules_found(l, w, buf_str(&b), e);
	buf_release(&b);
	return r;
}

int
rules_event(struct rules_line *l, struct err *e)
{
	struct span w = rules_word(l);
	struct rule *x = l->rule;
	for (size_t i = 0; i < RULES_EVENTS; i++)
		if (span_is(w, rules_events[i].word)) {
			x->on = rules_events[i].on;
			return x->on == RULE_HEADER || x->on == RULE_BODY
				   ? rules_regex(l, e)
				   : 0;
		}
	const struct verb *v = w.len > 0 ? verb_find(w.p, w.len) : NULL;
	if (v == NULL || v->id < VERB_HELO)
		return rules_no_event(l, w, e);
	x->on = RULE_COMMAND;
	x->verb = v->id;
	return 0;
}

/* A verb that stands alone has no path. */
static bool
rules_has_path(const struct rule *x)
{
	if (x->on != RULE_COMMAND)
		return x->on == RULE_CONNECT;
	return x->verb != VERB_DATA && x->verb != VERB_RSET &&
	       x->verb != VERB_QUIT && x->verb != VERB_STARTTLS;
}

static int
rules_glob(struct rules_line *l, struct err *e)
{
	struct rule *x = l->rule;
	struct span s = span_trim(l->left);
	const char *close = memchr(s.p, '>', s.len);
	if (close == NULL)
		return rules_found(l, s, "'>' behind the pattern", e);
	x->glob = mem_dupn(s.p + 1, (size_t)(close - s.p) - 1);
	l->left.p = close + 1;
	l->left.len = s.len - (size_t)(close + 1 - s.p);
	return rules_has_path(x) ? 0
				 : rules_err(l, e,
				       "<%s> is for the path of a verb, or the "
				       "client's address behind connect",
				       x->glob);
}

/* "RCPT TO:<...>" is a way to write it. */
static void
rules_takes_word(struct rules_line *l, const char *word)
{
	size_t n = strlen(word);
	struct span s = span_trim(l->left);
	if (s.len > n && strncasecmp(s.p, word, n) == 0 && s.p[n] == '<')
		l->left = (struct span){ s.p + n, s.len - n };
}

/* <glob>, /re/, or a mechanism. */
int
rules_pattern(struct rules_line *l, struct err *e)
{
	struct rule *x = l->rule;
	struct span w = rules_peek(l);
	if (x->re != NULL || w.len == 0)
		return 0;
	if (*w.p == '/')
		return rules_regex(l, e);
	rules_takes_word(l, "FROM:");
	rules_takes_word(l, "TO:");
	if (*rules_peek(l).p == '<')
		return rules_glob(l, e);
	/* Anywhere else a word is a slip. */
	if (x->on == RULE_COMMAND &&
	    (x->verb == VERB_AUTH || x->verb == VERB_HELP) &&
	    !rules_is_known(w)) {
		rules_word(l);
		x->words = mem_dupn(w.p, w.len);
	}
	return 0;
}
/* Conditions. */

static int
rules_count(struct rules_line *l, unsigned long *n, struct err *e)
{
	uint64_t v;
	if (rules_number(l, "a number", &v, e) < 0)
		return -1;
	*n = (unsigned long)v;
	return v > 0 ? 0 : rules_err(l, e, "found 0, expected 1 or more");
}

int
rules_nth(struct rules_line *l, struct err *e)
{
	return rules_count(l, &l->rule->nth, e);
}

int
rules_after(struct rules_line *l, struct err *e)
{
	return rules_count(l, &l->rule->after, e);
}

int
rules_every(struct rules_line *l, struct err *e)
{
	return rules_count(l, &l->rule->every, e);
}

int
rules_odds(struct rules_line *l, struct err *e)
{
	struct span w = rules_word(l);
	char *word = mem_dupn(w.p, w.len), *end;
	double percent = strtod(word, &end);
	bool good = end != word && strcmp(end, "%") == 0 && percent >= 0 &&
		    percent <= 100;
	free(word);
	if (!good)
		return rules_found(l, w, "a share as 5%", e);
	l->rule->by_odds = true;
	l->rule->odds = percent / 100;
	return 0;
}

int
rules_first(struct rules_line *l, struct err *e)
{
	if (!rules_takes(l, "from each client"))
		return rules_found(
		    l, rules_peek(l), "first from each client", e);
	l->rule->first =
	    rules_takes(l, "and path") ? RULE_FIRST_PATH : RULE_FIRST_CLIENT;
	return 0;
}

int
rules_per(struct rules_line *l, struct err *e)
{
	if (rules_takes(l, "connection"))
		l->rule->scope = RULE_OF_CONNECTION;
	else if (rules_takes(l, "client"))
		l->rule->scope = RULE_OF_CLIENT;
	else
		return rules_found(
		    l, rules_peek(l), "per connection or per client", e);
	return 0;
}
