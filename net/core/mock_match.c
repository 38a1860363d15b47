/* Is it the line that the play has there? By verb and path, by a pattern, or by
 * an expression, whose groups are kept for the replies behind it. */
#include "net/core/mock_priv.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/rule.h"

static struct mock_took *
mock_took(struct mock *m, uint64_t n)
{
	for (size_t i = 0; i < m->ntook; i++)
		if (m->took[i].n == n)
			return &m->took[i];
	m->took = mem_grow(m->took, m->ntook + 1, sizeof *m->took);
	m->took[m->ntook] = (struct mock_took){ .n = n };
	return &m->took[m->ntook++];
}

bool
mock_is(struct mock *m, size_t i, struct span got)
{
	const struct mock_step *s = &m->play->step[i];
	struct mock_group group[MOCK_GROUPS];
	struct span want = mock_wanted(s), rest = want;
	enum mock_secret secret = mock_secret(m, s, got);
	if (secret != SECRET_NONE)
		return secret == SECRET_SAME;
	if (s->re == NULL && m->secret && span_is(got, "QUIT"))
		return span_is(want, "QUIT");
	if (s->re == NULL) {
		if (span_is_command(want, got))
			return true;
		struct span verb = span_word(&rest);
		if (rest.len == 0 || memchr(rest.p, '*', rest.len) == NULL ||
		    verb_find(verb.p, verb.len) == NULL)
			return false;
		/* Parameters are the client's own. */
		char *more = mem_printf("%s *", s->text);
		bool is = rule_glob(s->text, got.p, got.len) ||
			  rule_glob(more, got.p, got.len);
		free(more);
		return is;
	}
	size_t n = m->play->match(s->re, got.p, got.len, group, MOCK_GROUPS);
	if (n == 0)
		return false;
	struct mock_took *t = mock_took(m, s->n);
	for (size_t g = 0; g < MOCK_GROUPS; g++)
		t->group[g] =
		    g < n ? group[g] : (struct mock_group){ SIZE_MAX, 0 };
	free(t->line);
	t->line = mem_dupn(got.p, got.len);
	return true;
}

static size_t
mock_digits(const char **p)
{
	size_t n = 0;
	for (; **p >= '0' && **p <= '9'; ++*p)
		n = n * 10 + (size_t)(**p - '0');
	return n;
}

void
mock_say_captures(struct mock *m, const char *p)
{
	while (*p != '\0') {
		size_t n = strcspn(p, "\1");
		buf_add(&m->out, p, n);
		p += n;
		if (*p == '\0')
			return;
		p++;
		size_t step = mock_digits(&p);
		p += *p == '.';
		size_t g = mock_digits(&p);
		p += *p == '\1';
		const struct mock_took *t = mock_took(m, step);
		if (t->line != NULL && g < MOCK_GROUPS &&
		    t->group[g].from != SIZE_MAX)
			buf_add(&m->out, t->line + t->group[g].from,
			    t->group[g].to - t->group[g].from);
	}
}

bool
mock_awaits(struct mock *m, size_t i, struct span got)
{
	return m->play->step[i].kind == MOCK_LINE && mock_is(m, i, got);
}
