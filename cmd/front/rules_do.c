/* What a rule does. A reply without quotes takes the rest of the line. */
#include "cmd/front/rules_parts.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/cstring.h"
#include "cmd/lang/duration.h"

int
rules_duration(struct rules_line *l, struct err *e)
{
	struct span w = rules_word(l);
	struct err why;
	int64_t ms;
	char *word = mem_dupn(w.p, w.len);
	int r = duration_parse(word, &ms, &why);
	free(word);
	if (r < 0)
		return rules_err(l, e, "delay: %s", why.text);
	l->rule->delay_ms = (uint64_t)ms;
	return 0;
}

int
rules_slow(struct rules_line *l, struct err *e)
{
	static const char want[] = "octets a second, as 10/s";
	struct span w = rules_word(l);
	uint64_t n = 0;
	size_t i = 0;
	for (; i < w.len && w.p[i] >= '0' && w.p[i] <= '9' && i < 12; i++)
		n = n * 10 + (uint64_t)(w.p[i] - '0');
	if (n == 0 || w.len != i + 2 || memcmp(w.p + i, "/s", 2) != 0)
		return rules_found(l, w, want, e);
	l->rule->slow = n;
	return 0;
}

static int
rules_then(struct rules_line *l, enum rule_then then, struct err *e)
{
	if (l->rule->then != RULE_GO_ON)
		return rules_err(l, e,
		    "a session ends one way: close, reset or stall, not two");
	l->rule->then = then;
	return 0;
}

int
rules_close(struct rules_line *l, struct err *e)
{
	return rules_then(l, RULE_CLOSE, e);
}

int
rules_reset(struct rules_line *l, struct err *e)
{
	return rules_then(l, RULE_RESET, e);
}

int
rules_stall(struct rules_line *l, struct err *e)
{
	return rules_then(l, RULE_STALL, e);
}

int
rules_drop(struct rules_line *l, struct err *e)
{
	l->rule->drops = true;
	return rules_number(l, "octets of mail text", &l->rule->drop_after, e);
}

int
rules_silent(struct rules_line *l, struct err *e)
{
	(void)e;
	l->rule->silent = true;
	return 0;
}

/* Words up to the next that is an action or a condition, a line each. */
static int
rules_list(struct rules_line *l, char **list, struct err *e)
{
	struct buf b = BUF_INIT;
	struct span w;
	while (w = rules_peek(l), w.len > 0 && !rules_is_known(w)) {
		if (rules_string(l, "a keyword", e) < 0) {
			buf_release(&b);
			return -1;
		}
		buf_add(&b, buf_data(&l->buf), buf_len(&l->buf));
		buf_addc(&b, '\n');
	}
	if (buf_len(&b) == 0)
		return rules_found(l, w, "a keyword of EHLO", e);
	free(*list);
	*list = buf_detach(&b);
	return 0;
}

int
rules_offer(struct rules_line *l, struct err *e)
{
	return rules_list(l, &l->rule->offer, e);
}

int
rules_hide(struct rules_line *l, struct err *e)
{
	return rules_list(l, &l->rule->hide, e);
}

int
rules_early(struct rules_line *l, struct err *e)
{
	if (rules_string(l, "octets in quotes", e) < 0)
		return -1;
	l->rule->early_len = buf_len(&l->buf);
	free(l->rule->early);
	l->rule->early = buf_detach(&l->buf);
	return 0;
}

int
rules_tls(struct rules_line *l, struct err *e)
{
	l->rule->tls_fails = true;
	return rules_takes(l, "fail")
		   ? 0
		   : rules_found(l, rules_peek(l), "tls fail", e);
}

static int
rules_says(struct rules_line *l, int code, struct err *e)
{
	struct rule *x = l->rule;
	if (x->says)
		return rules_err(l, e, "a rule says one thing, and has two");
	x->says = true;
	x->code = code;
	x->say_len = buf_len(&l->buf);
	x->say = buf_detach(&l->buf);
	return 0;
}

int
rules_bytes(struct rules_line *l, struct err *e)
{
	int code = 0;
	if (rules_string(l, "octets in quotes", e) < 0)
		return -1;
	const char *p = buf_data(&l->buf);
	for (size_t i = 0; i < 3 && i < buf_len(&l->buf); i++)
		code = p[i] >= '0' && p[i] <= '9' ? code * 10 + (p[i] - '0')
						  : -1000000;
	return rules_says(l, code > 0 && buf_len(&l->buf) > 2 ? code : 0, e);
}

/* Lines of a reply, LF between them in the text, into l->buf. */
static void
rules_lines(struct rules_line *l, const char *code, const char *p, size_t len)
{
	buf_clear(&l->buf);
	for (;;) {
		const char *lf = len > 0 ? memchr(p, '\n', len) : NULL;
		size_t n = lf == NULL ? len : (size_t)(lf - p);
		buf_add(&l->buf, code, 3);
		if (lf != NULL)
			buf_addc(&l->buf, '-');
		else
			buf_addc(&l->buf, ' ');
		buf_add(&l->buf, p, n);
		buf_adds(&l->buf, "\r\n");
		if (lf == NULL)
			return;
		p += n + 1;
		len -= n + 1;
	}
}

int
rules_greeting(struct rules_line *l, struct err *e)
{
	if (rules_string(l, "a text", e) < 0)
		return -1;
	size_t len = buf_len(&l->buf);
	char *text = buf_detach(&l->buf);
	rules_lines(l, "220", text, len);
	free(text);
	return rules_says(l, 220, e);
}
/* Is that word at a text's end an action that stands alone, or the last but one
 * a word that takes it? */
static bool
rules_is_slip(struct span s)
{
	static const char *const alone[] = { "close", "reset", "stall",
		"no-reply" };
	static const char *const taking[] = { "delay", "slow", "drop-after",
		"nth", "every", "odds" };
	struct span w, last = { "", 0 }, before = last;
	while (w = span_word(&s), w.len > 0) {
		before = last;
		last = w;
	}
	for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
		if (span_is(last, alone[i]))
			return true;
	for (size_t i = 0; i < sizeof taking / sizeof *taking; i++)
		if (last.len > 0 && *last.p >= '0' && *last.p <= '9' &&
		    span_is(before, taking[i]))
			return true;
	return false;
}

/* A code, then a text in quotes or to the end of the line. */
int
rules_reply(struct rules_line *l, struct span code, struct err *e)
{
	struct span s = span_trim(l->left);
	struct buf text = BUF_INIT;
	struct err why;
	int r = 0;
	if (s.len > 0 && *s.p == '"') {
		r = rules_string(l, "a text", e);
		buf_add(&text, buf_data(&l->buf), buf_len(&l->buf));
	} else if (rules_is_slip(s)) {
		r = rules_err(l, e,
		    "the text runs to the end of the rule: write %.3s \"text\" "
		    "in quotes, and what else it does before or behind it, or "
		    "quote all of it",
		    code.p);
	} else {
		l->left = (struct span){ s.p + s.len, 0 };
		r = cstring_parse(&text, s.p, s.len, &why);
		if (r < 0)
			r = rules_err(l, e, "%s", why.text);
	}
	if (r == 0) {
		rules_lines(l, code.p, buf_data(&text), buf_len(&text));
		r = rules_says(l,
		    (code.p[0] - '0') * 100 + (code.p[1] - '0') * 10 +
			(code.p[2] - '0'),
		    e);
	}
	buf_release(&text);
	return r;
}
