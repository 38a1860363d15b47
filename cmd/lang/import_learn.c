/* A log of a program that no row of the table knows. What stands before the
 * codes is the server's mark, what stands before the verbs the client's, as
 * long as they differ and are more than a word of a sentence. */
#include "cmd/lang/import_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/verb.h"

#define LEARN_MARKS 32
#define LEARN_LONG  24 /* octets of a mark */

struct learn_mark {
	char text[LEARN_LONG + 1];
	size_t codes, verbs;
	size_t same; /* of them, how many said what the line before did */
};

struct import_learnt {
	struct learn_mark mark[LEARN_MARKS];
	size_t n;
	const char *said; /* of the line before */
	size_t said_len;
	size_t bare;	/* verbs that nothing stands before */
	unsigned words; /* more of a mark than the last */
	struct import_kind kind;
};

static bool
learn_is_sign(char c)
{
	return c != '\0' && strchr(":<>|]'\"=)*~-", c) != NULL;
}

/* What stands before p+at: its last word that is no letter alone, and the
 * blanks behind it; one word more where it is a quote or one sign. */
static size_t
learn_from(const char *p, size_t at, unsigned words)
{
	size_t i = at;
	while (i > 0 && (p[i - 1] == ' ' || p[i - 1] == '\t'))
		i--;
	size_t end = i;
	while (i > 0 && p[i - 1] != ' ' && p[i - 1] != '\t')
		i--;
	/* One sign alone, or a quote: with the word before. */
	bool one = end - i == 1 || (end - i == 2 && strchr("'\"", p[end - 1]));
	for (words += one; words > 0; words--) {
		while (i > 0 && (p[i - 1] == ' ' || p[i - 1] == '\t'))
			i--;
		while (i > 0 && p[i - 1] != ' ' && p[i - 1] != '\t')
			i--;
	}
	/* Of a word that is long the end, behind its last quote. */
	for (size_t q = end; end - i > LEARN_LONG && q > i; q--)
		if (strchr("'\"", p[q - 1]) != NULL)
			i = q;
	return i;
}

/* Words that say who speaks, and need no sign. */
static bool
learn_is_word(const char *p, size_t len)
{
	static const char *const words[] = { "send", "sent", "sending", "recv",
		"rcvd", "received", "receive", "client", "server", "request",
		"response", "reply", "cmd", "rsp", "wrote", "read", "write" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i]) == len &&
		    strncasecmp(p, words[i], len) == 0)
			return true;
	return false;
}

static bool
learn_is_mark(const char *p, size_t len)
{
	size_t n = len;
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	if (n == 0 || len > LEARN_LONG ||
	    (!learn_is_sign(p[n - 1]) && !learn_is_word(p, n)))
		return false;
	/* Times and numbers before all lines are no mark. */
	size_t digits = 0;
	for (size_t i = 0; i < n; i++)
		digits += p[i] >= '0' && p[i] <= '9';
	return digits * 2 < n;
}

static struct learn_mark *
learn_find(struct import_learnt *g, const char *p, size_t len)
{
	for (size_t i = 0; i < g->n; i++)
		if (strlen(g->mark[i].text) == len &&
		    memcmp(g->mark[i].text, p, len) == 0)
			return &g->mark[i];
	if (g->n == LEARN_MARKS || memchr(p, '\0', len) != NULL)
		return NULL;
	struct learn_mark *m = &g->mark[g->n++];
	memcpy(m->text, p, len);
	return m;
}

/* The first word of a line that is a code or a verb. */
static void
learn_line(struct import_learnt *g, const struct import_line *x)
{
	for (size_t i = 0; i < x->len; i++) {
		bool begins = i == 0 || strchr(" \t'\">|]", x->p[i - 1]);
		if (!begins || x->p[i] == ' ')
			continue;
		const char *p = x->p + i;
		size_t len = x->len - i, word = verb_word(p, len);
		bool code = *p > '1' && import_code(p, len) && len > 3;
		bool ends = word < len && strchr("\\'\"<", p[word]) != NULL;
		bool verb = import_verb(p, ends ? word : len);
		/* "send EHLO x" says who speaks, and then what. */
		size_t next = word + strspn(p + word, " ");
		if (!code && (!verb || (next < len &&
					   import_verb(p + next, len - next))))
			continue;
		size_t from = learn_from(x->p, i, g->words);
		g->bare += i == 0 && verb;
		if (!learn_is_mark(x->p + from, i - from))
			return;
		struct learn_mark *m = learn_find(g, x->p + from, i - from);
		if (m == NULL)
			return;
		m->codes += code;
		m->verbs += verb;
		size_t n = word > 0 ? word : 4;
		m->same += n <= g->said_len && memcmp(p, g->said, n) == 0;
		g->said = p;
		g->said_len = len;
		return;
	}
}

/* A log may say each line twice, in two ways: the first of them counts. */
static bool
learn_is_twin(const struct learn_mark *m)
{
	return m->verbs > 0 && m->same * 2 > m->verbs;
}

static bool
learn_choose(struct import_learnt *g)
{
	size_t c = 0, s = 0, codes = 0, verbs = 0;
	struct import_kind *k = &g->kind;
	*k = (struct import_kind){ .name = "log", .text = "" };
	for (size_t i = 0; i < g->n; i++) {
		const struct learn_mark *m = &g->mark[i];
		char last = m->text[strlen(m->text) - 1];
		if (m->codes > 0 && m->verbs > 0)
			return false;
		if (learn_is_twin(m))
			continue;
		if (m->codes > m->verbs && s < KIND_MARKS) {
			k->server[s++] = m->text;
			codes += m->codes;
		} else if (m->verbs > m->codes && c < KIND_MARKS) {
			k->client[c++] = m->text;
			verbs += m->verbs;
		} else if (m->codes != m->verbs) {
			return false; /* lines would be left out */
		} else {
			continue;
		}
		if (last == '"' || last == '\'')
			k->is |= KIND_QUOTED;
	}
	return codes > 1 && verbs > 1 && g->bare < verbs;
}

struct import_learnt *
import_learn(const struct import_lines *l, const struct import_kind **kind)
{
	struct import_learnt *g = mem_zalloc(sizeof *g);
	for (unsigned words = 0; words < 3; words++) {
		*g = (struct import_learnt){ .words = words };
		for (size_t i = 0; i < l->n; i++)
			learn_line(g, &l->line[i]);
		if (learn_choose(g)) {
			*kind = &g->kind;
			return g;
		}
	}
	free(g);
	return NULL;
}
