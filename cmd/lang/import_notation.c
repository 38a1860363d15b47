/* What an RFC prints between its tagged lines: elisions, stage directions,
 * remarks, and lines that go on with the one before. */
#include "cmd/lang/import_priv.h"

#include <string.h>
#include "cmd/lang/near.h"
#include "cmd/lang/slip.h"
#include "net/core/verb.h"

#define NOTATION_PROSE_MAX 8 /* lines of a stage direction */

size_t
import_indent(const struct import_line *x)
{
	size_t n = 0;
	while (n < x->len && (x->p[n] == ' ' || x->p[n] == '\t'))
		n++;
	return n;
}

/* A sentence, which no slip of a line looks like. */
static bool
notation_is_sentence(const char *p, size_t len)
{
	size_t words = 0, first = 0;
	while (first < len && p[first] != ' ')
		first++;
	for (size_t i = 0; i < len; i++)
		words += p[i] != ' ' && (i == 0 || p[i - 1] == ' ');
	if (words < 5 || (*p >= '0' && *p <= '9') || strchr("/\\", *p) ||
	    memchr(p, '<', len) != NULL || import_verb(p, len))
		return false;
	for (size_t i = 0; verb_at(i) != NULL; i++)
		if (near_word(
			p, first, verb_at(i)->name, strlen(verb_at(i)->name)))
			return false;
	return true;
}

/* Elisions, stage directions, remarks between. */
static bool
notation_is_prose(struct import_loop *g, const char *p, size_t len)
{
	if (g->prose > 0) {
		bool ends = strchr(".)]>", p[len - 1]) != NULL;
		g->prose = ends ? 0 : g->prose - 1;
		return true;
	}
	if (strspn(p, ". ") >= len || *p == '#' ||
	    import_begins(p, len, "C & S:") || import_begins(p, len, "--") ||
	    import_begins(p, len, "Connected to smtp"))
		return true;
	bool opens = import_begins(p, len, "... ") || strchr("([<", *p) != NULL;
	if (opens && strchr(".)]>", p[len - 1]) == NULL)
		g->prose = NOTATION_PROSE_MAX;
	return opens || notation_is_sentence(p, len);
}

/* What a command goes on with: a path, a parameter. */
static bool
notation_is_argument(const char *p, size_t len)
{
	size_t n = 0;
	if (import_begins(p, len, "TO:") || import_begins(p, len, "FROM:") ||
	    *p == '<')
		return true;
	while (n < len && ((p[n] >= 'A' && p[n] <= 'Z') || p[n] == '-'))
		n++;
	return n > 1 && n < len && p[n] == '=';
}

int
import_untagged(struct import_loop *g, const struct import_line *x)
{
	struct import_say *s = g->say;
	size_t indent = import_indent(x), len = x->len - indent;
	const char *p = x->p + indent;
	while (len > 0 && p[len - 1] == ' ')
		len--;
	if (len == 0 && !(s->in_text && g->untagged))
		return 0;
	if (s->in_text || s->chunk > 0) {
		g->untagged = true;
		/* As deep as the tags is not deep. */
		size_t cut = indent < g->indent ? indent : g->indent;
		struct err e;
		return say_client(s, x->p + cut, x->len - cut, x->no, &e) < 0;
	}
	bool like = (*p >= '0' && *p <= '9' && import_code(p, len)) ||
		    import_verb(p, len) || strchr("\\/", *p) != NULL;
	if (!s->greeted && s->lines == 0 && !like) {
		s->left_out++; /* a page's words before the session */
		s->mended = true;
		return 0;
	}
	s->mended = true;
	const char *out = buf_data(&s->out) + buf_len(&s->out);
	bool slash =
	    g->last == SIDE_CLIENT && buf_len(&s->out) > 2 && out[-2] == '\\';
	if (slash) {
		s->out.end -= 2;
		while (
		    s->out.end > s->out.off && s->out.p[s->out.end - 1] == ' ')
			s->out.end--;
		buf_addc(&s->out, '\n');
	}
	bool deeper = indent > g->indent;
	if (slash || (g->last == SIDE_CLIENT && deeper &&
			 notation_is_argument(p, len))) {
		if (p[len - 1] == '\\' && !slash)
			return 1;
		say_join(s, p, len, true);
		return 0;
	}
	if (g->last == SIDE_CLIENT && deeper && strchr(";:&?", *p) != NULL) {
		say_join(s, p, len, false); /* a URL's */
		return 0;
	}
	if (g->last == SIDE_SERVER && strcmp(s->last, "334") == 0 &&
	    slip_is_answer(p, len)) {
		say_join(s, p, len, false);
		return 0;
	}
	if (notation_is_prose(g, p, len)) {
		s->left_out++;
		return 0;
	}
	if (g->last == SIDE_SERVER && deeper && !(*p >= '0' && *p <= '9')) {
		say_join(s, p, len, true);
		return 0;
	}
	return 1;
}

/* A sentence may begin with a verb, too ("Help yourself"). */
static bool
notation_is_upper(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] < 'A' || p[i] > 'Z')
			return false;
	return true;
}

int
import_commands(
    struct import_say *s, const struct import_lines *l, struct err *e)
{
	size_t indent = 0;
	s->strict = true;
	for (size_t i = 0; i < l->n; i++) {
		const struct import_line *x = &l->line[i];
		size_t at = import_indent(x), len = x->len - at;
		const char *p = x->p + at;
		if (len == 0)
			continue;
		size_t word = verb_word(p, len);
		const struct verb *v = verb_find(p, word);
		bool verb = v != NULL && notation_is_upper(p, word) &&
			    !(v->is & VERB_OPENS_TEXT) && v->id != VERB_BDAT &&
			    (s->commands == 0 || at == indent);
		if (verb) {
			indent = at;
			if (say_client(s, p, len, x->no, e) < 0)
				return -1;
		} else if (s->commands > 0 && at > indent &&
			   notation_is_argument(p, len)) {
			say_join(s, p, len, true);
		} else {
			return 1;
		}
	}
	return s->commands == 0;
}
