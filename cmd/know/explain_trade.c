/* Words of the trade that are no word of the protocol: "greylisting", "DMARC".
 * The causes that speak of them are found by their own words. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/know/cause_priv.h"
#include "cmd/know/explain.h"
#include "cmd/know/explain_page.h"
#include "cmd/lang/near.h"

/* A word that more causes have is one of the language, not of the trade;
 * of the others so many are told. */
#define TRADE_MANY 30
#define TRADE_TOLD 8

struct trade {
	struct buf *out;
	const char *word;
	size_t len, n;
	const char *last; /* id of the row before */
};

static bool
trade_letter(char c)
{
	return isalnum((unsigned char)c) != 0;
}

/* Whether the text has the word, whole, in any case. */
static bool
trade_has(const struct trade *t, const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if ((p == text || !trade_letter(p[-1])) &&
		    strncasecmp(p, t->word, t->len) == 0 &&
		    !trade_letter(p[t->len]))
			return true;
	return false;
}

static void
trade_tell(struct trade *t, const char *id, const char *what, const char *next)
{
	if (t->last != NULL && strcmp(t->last, id) == 0)
		return;
	t->last = id;
	if (t->n++ >= TRADE_TOLD)
		return;
	struct sight nothing = { 0 };
	struct buf b = BUF_INIT;
	buf_addc(t->out, '\n');
	cause_fill(&b, what, &nothing, NULL);
	page_line(t->out, buf_str(&b));
	buf_clear(&b);
	cause_fill(&b, next, &nothing, NULL);
	page_row(t->out, "next", buf_str(&b));
	page_row(t->out, "rule", id);
	buf_release(&b);
}

static void
trade_row(struct trade *t, const char *id, const char *what, const char *next)
{
	if (trade_has(t, id) || trade_has(t, what))
		trade_tell(t, id, what, next);
}

bool
explain_trade_word(struct buf *out, const char *word, size_t len)
{
	struct buf rows = BUF_INIT;
	struct trade t = { .out = &rows, .word = word, .len = len };
	if (len < 3)
		return false;
	const struct pattern *p;
	for (size_t i = 0; (p = pattern_at(i)) != NULL; i++)
		trade_row(&t, p->id, p->what, p->next);
	for (size_t k = 0; cause_rules[k] != NULL; k++)
		for (const struct cause_rule *r = cause_rules[k]; r->id != NULL;
		     r++)
			trade_row(&t, r->id, r->what, r->next);
	/* What a row takes for its own in a reply may be a word alone. */
	if (t.n == 0 && (p = pattern_find(word, len)) != NULL)
		trade_tell(&t, p->id, p->what, p->next);
	bool told = t.n > 0 && t.n <= TRADE_MANY;
	if (told) {
		buf_addf(
		    out, "%.*s: what failures say of it\n", (int)len, word);
		buf_add(out, buf_data(&rows), buf_len(&rows));
	}
	if (told && t.n > TRADE_TOLD)
		buf_addf(out,
		    "\n    %zu more: give a reply's text to have its own\n",
		    t.n - TRADE_TOLD);
	buf_release(&rows);
	return told;
}

int
explain_unknown(const char *word, size_t len, struct err *e)
{
	char *name = NULL;
	bool near = false, letter = len > 0 && isalpha((unsigned char)*word);
	/* One code is near another, and not meant by it. */
	for (size_t i = 0;
	     letter && (name = explain_candidate("", 0, i)) != NULL; i++) {
		near = near_word(word, len, name, strlen(name));
		if (near)
			break;
		free(name);
	}
	if (near) {
		(void)err_set(e, ERR_USAGE,
		    "nothing is known of '%.*s': did you mean %s?",
		    len < 80 ? (int)len : 80, word, name);
		free(name);
		return -1;
	}
	return err_set(e, ERR_USAGE,
	    "nothing is known of '%.*s': give a reply code (550, 55z, 5), an "
	    "enhanced code (5.1.1, X.1), a verb (RCPT), an EHLO keyword (DSN), "
	    "a parameter (NOTIFY) or, in quotes, a reply's text",
	    len < 80 ? (int)len : 80, word);
}
