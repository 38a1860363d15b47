/* What either side says in a file, as steps of a mock. */
#include "cmd/front/play_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/lang/regex.h"
#include "net/core/verb.h"

/* "2xx" is said as 250, "25x" as 250; the first of "250|251". */
static void
play_code(const char *codes, struct buf *b)
{
	bool any = codes[1] < '0' || codes[1] > '9';
	buf_addc(b, codes[0]);
	buf_addc(b, any ? '5' : codes[1]);
	buf_addc(b, codes[2] < '0' || codes[2] > '9' ? '0' : codes[2]);
}

static void
play_lines(const struct expect *x, const struct buf *text, struct buf *b)
{
	const char *p = buf_data(text);
	size_t left = buf_len(text);
	for (size_t i = 0; i < x->nlines; i++) {
		const char *nl = memchr(p, '\n', left);
		size_t n = nl == NULL ? left : (size_t)(nl - p);
		play_code(x->codes, b);
		buf_addc(b, i + 1 < x->nlines ? '-' : ' ');
		buf_add(b, p, n);
		buf_adds(b, "\r\n");
		p += n + (nl != NULL);
		left -= n + (nl != NULL);
	}
}

/* Does the step before answer STARTTLS by being answered 220? */
static bool
play_is_starttls(const struct play *p)
{
	if (p->out->nsteps == 0)
		return false;
	const struct mock_step *st = &p->out->step[p->out->nsteps - 1];
	return (st->kind == MOCK_LINE || st->kind == MOCK_OCTETS) &&
	       strncasecmp(st->text, "STARTTLS", 8) == 0;
}

size_t
play_match(const void *re, const char *p, size_t len, struct mock_group *group,
    size_t max)
{
	struct regex_group g[MOCK_GROUPS];
	size_t n = regex_match(re, p, len, g, MOCK_GROUPS);
	for (size_t i = 0; i < n && i < max && i < MOCK_GROUPS; i++)
		group[i] = (struct mock_group){ g[i].from, g[i].to };
	return n;
}

/* ${name} of an expression above, the nearest, as mock.h has it. Whether there
 * was one. */
static bool
play_captures(const struct play *p, const char *text, size_t len, struct buf *b)
{
	bool any = false;
	for (size_t i = 0; i < len; i++) {
		const char *close = NULL;
		size_t step = p->out->nsteps, group = 0;
		if (len - i > 3 && text[i] == '$' && text[i + 1] == '{')
			close = memchr(text + i, '}', len - i);
		char *name = close == NULL
				 ? NULL
				 : mem_dupn(text + i + 2,
				       (size_t)(close - text) - i - 2);
		while (name != NULL && group == 0 && step > 0) {
			const void *re = p->out->step[--step].re;
			group = re == NULL ? 0 : regex_number(re, name);
		}
		free(name);
		if (group > 0 && group < MOCK_GROUPS) {
			buf_addf(b, "\1%llu.%zu\1",
			    (unsigned long long)p->out->step[step].n, group);
			i = (size_t)(close - text);
			any = true;
		} else {
			buf_addc(b, text[i]);
		}
	}
	return any;
}

/* A client line: an expression, a command, or an answer behind 334. Another
 * could never come. */
int
play_line(struct play *p, const struct stmt *st, struct buf *b, struct err *e)
{
	const char *text = buf_str(b);
	size_t len = buf_len(b), used = 0, n = p->out->nsteps;
	const struct mock_step *before = n > 0 ? &p->out->step[n - 1] : NULL;
	bool answer = before != NULL && before->text != NULL &&
		      (strncmp(before->text, "334", 3) == 0 ||
			  strncasecmp(before->text, "AUTH", 4) == 0 ||
			  before->kind == MOCK_LINE);
	struct regex *re = NULL;
	struct err why;
	if (*text == '/') {
		if (regex_parse(&re, text, len, &used, &why) < 0)
			return play_err(p, &why, e);
		if (used < len) {
			regex_free(re);
			err_set(&why, ERR_DATA,
			    "expected nothing behind the regular expression");
			return play_err(p, &why, e);
		}
	} else if (st->verb == NULL && !answer &&
		   verb_word(text, len) != strcspn(text, " ")) {
		err_set(&why, ERR_DATA,
		    "found '%.*s', expected a command: no client would send "
		    "that",
		    (int)(len < 60 ? len : 60), text);
		return play_err(p, &why, e);
	}
	struct mock_step *step = play_add(p, MOCK_LINE);
	step->text = buf_detach(b);
	step->re = re;
	step->n = n;
	return 0;
}

int
play_say(struct play *p, const struct play_part *part, const struct expect *x,
    struct err *e)
{
	const struct err regex = { .text =
				       "found a regular expression, expected "
				       "a text that a server can say" };
	if (x->regex != NULL)
		return play_err(p, &regex, e);
	struct buf text = BUF_INIT, b = BUF_INIT, marked = BUF_INIT;
	bool captures =
	    x->len > 0 && play_captures(p, x->text, x->len, &marked);
	int r = x->len == 0 ? 0
			    : play_expand(p, part, buf_data(&marked),
				  buf_len(&marked), false, &text, e);
	buf_release(&marked);
	if (r == 0) {
		bool tls =
		    play_is_starttls(p) && strncmp(x->codes, "220", 3) == 0;
		play_lines(x, &text, &b);
		struct mock_step *say = play_add(p, MOCK_SAY);
		say->text = buf_detach(&b);
		say->captures = captures;
		if (tls)
			play_add(p, MOCK_TLS);
	}
	buf_release(&text);
	return r;
}
