/* A word explained: each kind of word is asked in turn, and every one that
 * knows it adds a section. Completion walks the same tables. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "cmd/know/explain.h"
#include "cmd/know/explain_page.h"
#include "net/core/ext.h"

/* "550-" and "550-5.7.26", as a line of a longer reply begins. */
static bool
explain_is_line(const char *word, size_t len)
{
	return len > 3 && word[0] >= '2' && word[0] <= '5' && word[1] >= '0' &&
	       word[1] <= '9' && word[2] >= '0' && word[2] <= '9' &&
	       word[3] == '-';
}

int
explain_word(struct buf *out, const char *word, size_t len, struct err *e)
{
	static bool (*const kinds[])(struct buf *, const char *,
	    size_t) = { explain_code_word, explain_codes_word, explain_enh_word,
		explain_verb_word, explain_keyword_word, explain_param_word };
	struct buf section = BUF_INIT;
	bool known = false;
	size_t i;

	if (explain_is_line(word, len)) {
		buf_release(&section);
		if (explain_word(out, word, 3, e) < 0)
			return -1;
		if (len == 4)
			return 0;
		buf_addc(out, '\n');
		return explain_word(out, word + 4, len - 4, e);
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		/* "x5z" and "X.1.1" are no local extensions. */
		if (known && kinds[i] == explain_keyword_word && len > 0 &&
		    (word[0] == 'x' || word[0] == 'X') &&
		    verb_find(word, len) == NULL)
			continue;
		buf_clear(&section);
		if (!kinds[i](&section, word, len))
			continue;
		if (known)
			buf_addc(out, '\n');
		buf_add(out, buf_data(&section), buf_len(&section));
		known = true;
	}
	buf_release(&section);
	if (!known && !explain_trade_word(out, word, len))
		return explain_unknown(word, len, e);
	return 0;
}

/* The words of all tables behind each other; room is for what has no string
 * of its own. NULL past the last. */
static const char *
explain_name(size_t i, char class, char *room, size_t size)
{
	const struct enh *h;
	size_t n;

	for (n = 0; code_at(n) != NULL; n++)
		;
	if (i < n) {
		snprintf(room, size, "%d", code_at(i)->code);
		return room;
	}
	for (i -= n, n = 0; enh_at(n) != NULL; n++)
		;
	if (i < n) {
		h = enh_at(i);
		snprintf(room, size, "%c.%d.%d", class, h->subject, h->detail);
		return room;
	}
	for (i -= n, n = 0; verb_at(n) != NULL; n++)
		;
	if (i < n)
		return verb_at(i)->name;
	for (i -= n, n = 0; ext_at(n) != NULL; n++)
		;
	return i < n ? ext_at(i)->keyword : explain_param_at(i - n);
}

/* Whether the word was there before, or is none to offer. */
static bool
explain_skip(size_t i, const char *name, char class)
{
	char room[32];
	size_t k;

	if (name[0] == '(' || strcmp(name, "X") == 0)
		return true;
	for (k = 0; k < i; k++)
		if (strcmp(explain_name(k, class, room, sizeof(room)), name) ==
		    0)
			return true;
	return false;
}

char *
explain_candidate(const char *prefix, size_t len, size_t i)
{
	char room[32], class = 'X';
	const char *name;
	size_t k;

	if (len > 0 &&
	    (prefix[0] == '2' || prefix[0] == '4' || prefix[0] == '5'))
		class = prefix[0];
	for (k = 0; (name = explain_name(k, class, room, sizeof(room))) != NULL;
	     k++)
		if (strlen(name) >= len &&
		    strncasecmp(name, prefix, len) == 0 &&
		    !explain_skip(k, name, class) && i-- == 0)
			return mem_dup(name);
	return NULL;
}
