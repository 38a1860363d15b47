/* A rule is read word by word: what it is for, then conditions and actions by
 * tables of their words. A reply without quotes takes the rest of the line. */
#include "cmd/front/rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "cmd/lang/cstring.h"
#include "cmd/lang/duration.h"
#include "cmd/lang/near.h"
#include "cmd/lang/quote.h"
#include "cmd/lang/regex.h"

#define RULES_FILE_MAX (1u << 20)

struct rules_line {
	struct rule *rule;
	struct span left;
	struct span word; /* the last that was taken */
	enum err_kind kind;
	const char *place;
	unsigned line;
	bool acts;	/* an action was there */
	struct buf buf; /* of what is read */
};

static int rules_err(struct rules_line *l, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
rules_err(struct rules_line *l, struct err *e, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	if (l->kind == ERR_USAGE)
		err_set(e, l->kind, "%s: %s", l->place, buf_str(&b));
	else
		err_set(
		    e, l->kind, "%s:%u: %s", l->place, l->line, buf_str(&b));
	buf_release(&b);
	return -1;
}

/* What is found where something else is expected. */
static int
rules_found(
    struct rules_line *l, struct span s, const char *want, struct err *e)
{
	struct buf b = BUF_INIT;
	quote_add(&b, s.p, s.len);
	int r = s.len == 0 ? rules_err(l, e, "found the end, expected %s", want)
			   : rules_err(l, e, "found '%s', expected %s",
				 buf_str(&b), want);
	buf_release(&b);
	return r;
}

static struct span
rules_word(struct rules_line *l)
{
	l->word = span_word(&l->left);
	return l->word;
}

static struct span
rules_peek(const struct rules_line *l)
{
	struct span left = l->left;
	return span_word(&left);
}

/* Takes these words if they are next. */
static bool
rules_takes(struct rules_line *l, const char *words)
{
	struct span want = { words, strlen(words) }, left = l->left, w;
	while (w = span_word(&want), w.len > 0) {
		struct span got = span_word(&left);
		if (got.len != w.len || strncasecmp(got.p, w.p, w.len) != 0)
			return false;
	}
	l->left = left;
	return true;
}

static int
rules_number(struct rules_line *l, const char *what, uint64_t *n, struct err *e)
{
	struct span w = rules_word(l);
	*n = 0;
	for (size_t i = 0; i < w.len; i++) {
		unsigned d = (unsigned)(w.p[i] - '0');
		if (d > 9 || *n > (UINT64_MAX - d) / 10)
			return rules_found(l, w, what, e);
		*n = *n * 10 + d;
	}
	return w.len > 0 ? 0 : rules_found(l, w, what, e);
}

/* "..." with C's escapes, appended to l->buf; or a word as it is. */
static int
rules_string(struct rules_line *l, const char *what, struct err *e)
{
	struct span s = span_trim(l->left);
	struct err why;
	buf_clear(&l->buf);
	if (s.len == 0 || *s.p != '"') {
		s = rules_word(l);
		if (s.len == 0)
			return rules_found(l, s, what, e);
		buf_add(&l->buf, s.p, s.len);
		return 0;
	}
	size_t n = 1;
	while (n < s.len && s.p[n] != '"')
		n += s.p[n] == '\\' ? 2 : 1;
	if (n >= s.len)
		return rules_found(l, s, "'\"' at the end of the text", e);
	if (cstring_parse(&l->buf, s.p + 1, n - 1, &why) < 0)
		return rules_err(l, e, "%s", why.text);
	l->left = (struct span){ s.p + n + 1, s.len - n - 1 };
	return 0;
}

/* WHEN. */

static int
rules_regex(struct rules_line *l, struct err *e)
{
	struct span s = span_trim(l->left);
	struct regex *re;
	struct err why;
	size_t used;
	if (s.len == 0 || *s.p != '/')
		return rules_found(l, s, "a regular expression, /.../", e);
	if (regex_parse(&re, s.p, s.len, &used, &why) < 0)
		return rules_err(l, e, "%s", why.text);
	l->rule->re = re;
	l->left = (struct span){ s.p + used, s.len - used };
	return 0;
}

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

static int
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

static bool rules_is_known(struct span w);

/* <glob>, /re/, or a mechanism. */
static int
rules_pattern(struct rules_line *l, struct err *e)
{
	struct rule *x = l->rule;
	struct span w = rules_peek(l);
	if (x->re != NULL || w.len == 0)
		return 0;
	if (*w.p == '/')
		return rules_regex(l, e);
	if (*w.p == '<') {
		const char *close = memchr(l->left.p, '>', l->left.len);
		struct span s = span_trim(l->left);
		if (close == NULL)
			return rules_found(l, s, "'>' behind the pattern", e);
		x->glob = mem_dupn(s.p + 1, (size_t)(close - s.p) - 1);
		l->left.len -= (size_t)(close + 1 - l->left.p);
		l->left.p = close + 1;
		if (x->on != RULE_COMMAND && x->on != RULE_CONNECT)
			return rules_err(l, e,
			    "<%s> is for the path of a verb, or the client's "
			    "address behind connect",
			    x->glob);
		return 0;
	}
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

static int
rules_nth(struct rules_line *l, struct err *e)
{
	return rules_count(l, &l->rule->nth, e);
}

static int
rules_after(struct rules_line *l, struct err *e)
{
	return rules_count(l, &l->rule->after, e);
}

static int
rules_every(struct rules_line *l, struct err *e)
{
	return rules_count(l, &l->rule->every, e);
}

static int
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

static int
rules_first(struct rules_line *l, struct err *e)
{
	if (!rules_takes(l, "from each client"))
		return rules_found(
		    l, rules_peek(l), "first from each client", e);
	l->rule->first =
	    rules_takes(l, "and path") ? RULE_FIRST_PATH : RULE_FIRST_CLIENT;
	return 0;
}

static int
rules_per(struct rules_line *l, struct err *e)
{
	l->rule->per_connection = true;
	return rules_takes(l, "connection")
		   ? 0
		   : rules_found(l, rules_peek(l), "per connection", e);
}

/* Actions. */

static int
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

static int
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
rules_close(struct rules_line *l, struct err *e)
{
	(void)e;
	l->rule->then = RULE_CLOSE;
	return 0;
}

static int
rules_reset(struct rules_line *l, struct err *e)
{
	(void)e;
	l->rule->then = RULE_RESET;
	return 0;
}

static int
rules_stall(struct rules_line *l, struct err *e)
{
	(void)e;
	l->rule->then = RULE_STALL;
	return 0;
}

static int
rules_drop(struct rules_line *l, struct err *e)
{
	l->rule->drops = true;
	return rules_number(l, "octets of mail text", &l->rule->drop_after, e);
}

static int
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

static int
rules_offer(struct rules_line *l, struct err *e)
{
	return rules_list(l, &l->rule->offer, e);
}

static int
rules_hide(struct rules_line *l, struct err *e)
{
	return rules_list(l, &l->rule->hide, e);
}

static int
rules_early(struct rules_line *l, struct err *e)
{
	if (rules_string(l, "octets in quotes", e) < 0)
		return -1;
	l->rule->early_len = buf_len(&l->buf);
	free(l->rule->early);
	l->rule->early = buf_detach(&l->buf);
	return 0;
}

static int
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

static int
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

static int
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

static bool
rules_is_code(struct span w)
{
	return w.len == 3 && w.p[0] >= '1' && w.p[0] <= '9' && w.p[1] >= '0' &&
	       w.p[1] <= '9' && w.p[2] >= '0' && w.p[2] <= '9';
}

/* A code, then a text in quotes or to the end of the line. */
static int
rules_reply(struct rules_line *l, struct span code, struct err *e)
{
	struct span s = span_trim(l->left);
	struct buf text = BUF_INIT;
	struct err why;
	int r = 0;
	if (s.len > 0 && *s.p == '"') {
		r = rules_string(l, "a text", e);
		buf_add(&text, buf_data(&l->buf), buf_len(&l->buf));
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

static bool
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

static int
rules_row(struct rules_line *l, struct span w, struct err *e)
{
	static const char want[] =
	    "a condition (nth after every odds first per) or an action (a "
	    "reply code, bytes delay slow close reset stall drop-after "
	    "no-reply offer hide greeting tls early)";
	for (size_t i = 0; i < RULES_ROWS; i++) {
		const struct rules_row *row = &rules_rows[i];
		if (!span_is(w, row->word))
			continue;
		l->acts |= row->acts;
		if ((rules_on(l->rule) & row->on) == 0)
			return rules_err(l, e, "%s is not for %s", row->word,
			    l->rule->on == RULE_TEXT ? "mail text on its way"
			    : row->on == ON_TEXT     ? "anything but text"
						     : "that");
		return row->take(l, e);
	}
	return rules_found(l, w, want, e);
}

/* What goes with what it is for, and what does not. */
static int
rules_check(struct rules_line *l, struct err *e)
{
	const struct rule *x = l->rule;
	bool hello = x->on == RULE_COMMAND &&
		     (x->verb == VERB_EHLO || x->verb == VERB_LHLO);
	if (!l->acts)
		return rules_found(l, (struct span){ "", 0 },
		    "an action: a reply as 451 4.7.1 later, delay 5s, close, "
		    "reset ...",
		    e);
	if ((x->offer != NULL || x->hide != NULL) && !hello)
		return rules_err(l, e, "offer and hide are for EHLO and LHLO");
	if (x->tls_fails && x->on != RULE_CONNECT &&
	    (x->on != RULE_COMMAND || x->verb != VERB_STARTTLS))
		return rules_err(l, e, "tls fail is for STARTTLS, or connect");
	if (x->says && x->silent)
		return rules_err(
		    l, e, "no-reply and a reply exclude each other");
	if (x->says && x->code == 0 && x->verb == VERB_BDAT)
		return rules_err(l, e,
		    "BDAT wants a reply with a code: its chunk follows "
		    "whatever is said");
	return 0;
}

static int
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

static bool
rules_match(const void *re, const char *p, size_t len)
{
	return regex_match(re, p, len, NULL, 0) > 0;
}

int
rules_add(struct rules *r, const char *place, unsigned line, const char *text,
    enum err_kind kind, struct err *e)
{
	r->rule = mem_grow(r->rule, r->n + 1, sizeof *r->rule);
	struct rule *x = &r->rule[r->n++];
	struct rules_line l = { .rule = x,
		.left = span_trim((struct span){ text, strlen(text) }),
		.kind = kind,
		.place = place,
		.line = line };
	memset(x, 0, sizeof *x);
	x->place = place;
	x->line = line;
	x->text = mem_dupn(l.left.p, l.left.len);
	int rc = rules_parse(&l, e);
	buf_release(&l.buf);
	r->match = rules_match;
	r->looks |= x->on == RULE_HEADER || x->on == RULE_BODY;
	if (x->first != RULE_ALWAYS && r->seen == NULL)
		r->seen = rule_seen_new();
	return rc;
}

static int
rules_lines_of(struct rules *r, const char *file, char *text, struct err *e)
{
	unsigned n = 0;
	while (text != NULL) {
		char *line = strsep(&text, "\n");
		size_t len = strlen(line);
		if (len > 0 && line[len - 1] == '\r')
			line[len - 1] = '\0';
		line += strspn(line, " \t");
		n++;
		if (*line == '\0' || *line == '#')
			continue;
		if (rules_add(r, file, n, line, ERR_DATA, e) < 0)
			return -1;
	}
	return 0;
}

int
rules_read(struct rules *r, const char *file, struct err *e)
{
	struct buf b = BUF_INIT;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;
	while (n > 0 && buf_len(&b) <= RULES_FILE_MAX) {
		n = read(fd, buf_space(&b, 65536), 65536);
		if (n > 0)
			buf_commit(&b, (size_t)n);
	}
	int rc = 0;
	if (n < 0)
		rc = err_set(e, ERR_NOINPUT, "cannot read the rules %s: %s",
		    file, strerror(errno));
	else if (buf_len(&b) > RULES_FILE_MAX)
		rc = err_set(e, ERR_DATA,
		    "%s: more than 1 MiB is no file of rules", file);
	else if (memchr(buf_data(&b), '\0', buf_len(&b)) != NULL)
		rc = err_set(e, ERR_DATA, "%s: a NUL is no text", file);
	if (fd >= 0)
		close(fd);
	if (rc == 0) {
		char *text = buf_detach(&b);
		rc = rules_lines_of(r, file, text, e);
		free(text);
	}
	buf_release(&b);
	return rc;
}

void
rules_free(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		regex_free((struct regex *)(uintptr_t)r->rule[i].re);
	rules_release(r);
}
