/* Forms are tried in the order of the table; the first that the line has says
 * what it was meant to be. */
#include "cmd/lang/slip.h"

#include <string.h>
#include <strings.h>
#include "cmd/lang/near.h"
#include "cmd/lang/quote.h"
#include "net/core/verb.h"

struct slip {
	const char *p; /* without the blanks around it */
	size_t len;
	size_t word; /* octets of its first word */
	bool indented;
};

static bool
slip_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
slip_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
slip_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t
slip_span_base64(const char *p, size_t len)
{
	size_t n = 0;
	while (n < len && (slip_letter(p[n]) || slip_digit(p[n]) ||
			      p[n] == '+' || p[n] == '/'))
		n++;
	return n;
}

static bool
slip_is_base64(const char *p, size_t len)
{
	size_t n = len;
	while (n > 0 && len - n < 2 && p[n - 1] == '=')
		n--;
	return n > 0 && len % 4 == 0 && slip_span_base64(p, n) == n;
}

bool
slip_is_answer(const char *p, size_t len)
{
	if (len == 1 && (*p == '*' || *p == '='))
		return true;
	/* "2500" is a code with one digit too many. */
	return slip_is_base64(p, len) && (len > 4 || !slip_digit(*p));
}

static bool
slip_verb(const struct slip *s)
{
	return s->indented && verb_find(s->p, verb_word(s->p, s->len)) != NULL;
}

static bool
slip_regex(const struct slip *s)
{
	return *s->p == '/' && s->len > 1 && s->p[s->len - 1] != '=';
}

static bool
slip_tag(const struct slip *s)
{
	return s->len > 1 && s->p[1] == ':' && strchr("srcSRC", *s->p) != NULL;
}

/* Signs, and then a digit, as "!250". */
static bool
slip_sign(const struct slip *s)
{
	size_t n = 0;
	while (n < s->word && strchr("!=~<>^+-", s->p[n]) != NULL)
		n++;
	return n > 0 && n < s->word && slip_digit(s->p[n]);
}

/* "=>", "<~*", "->": nothing but signs is the first word. */
static bool
slip_arrow(const struct slip *s)
{
	for (size_t i = 0; i < s->word; i++)
		if (strchr("<>=~*-|", s->p[i]) == NULL)
			return false;
	return true;
}

static bool
slip_three(const struct slip *s)
{
	return s->len >= 3 && slip_digit(s->p[0]) && slip_digit(s->p[1]) &&
	       slip_digit(s->p[2]);
}

/* "5..", "5XX", "55*" */
static bool
slip_class(const struct slip *s)
{
	if (s->word != 3 || !slip_digit(*s->p) || slip_three(s))
		return false;
	for (size_t i = 1; i < 3; i++)
		if (!slip_digit(s->p[i]) &&
		    strchr(".*?#_xXyYzZ", s->p[i]) == NULL)
			return false;
	return true;
}

static bool
slip_enhanced(const struct slip *s)
{
	return s->word >= 5 && slip_digit(s->p[0]) && s->p[1] == '.' &&
	       slip_digit(s->p[2]) &&
	       memchr(s->p + 3, '.', s->word - 3) != NULL;
}

static bool
slip_list(const struct slip *s)
{
	return slip_three(s) && s->len > 3 && strchr(",;/|&+", s->p[3]) != NULL;
}

static bool
slip_number(const struct slip *s)
{
	return slip_digit(*s->p);
}

static bool
slip_expects(const struct slip *s)
{
	static const char *const words[] = { "expect", "assert", "recv",
		"receive", "reply", "response", "got", "want", "wait" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i]);
		if (s->len > n && strncasecmp(s->p, words[i], n) == 0 &&
		    !slip_letter(s->p[n]))
			return true;
	}
	return false;
}

/* Capitals alone are rather a verb that no table has. */
static bool
slip_base64(const struct slip *s)
{
	bool small = false, large = false;
	for (size_t i = 0; i < s->len; i++) {
		small |= s->p[i] >= 'a' && s->p[i] <= 'z';
		large |= !(s->p[i] >= 'a' && s->p[i] <= 'z');
	}
	return s->len >= 8 && small && large && slip_is_base64(s->p, s->len);
}

static bool
slip_template(const struct slip *s)
{
	return *s->p == '}' || *s->p == '{';
}

static const struct {
	bool (*is)(const struct slip *s);
	const char *text;
	bool secret; /* the line is not quoted */
} slip_rows[] = {
	{ slip_verb, "a blank stands before the verb: drop it", false },
	{ slip_regex,
	    "a regular expression stands behind a code, as in 5xx /Relay/",
	    false },
	{ slip_tag, "a tag is a capital, and a blank follows it, as in R: 550",
	    false },
	{ slip_sign,
	    "no sign stands before a code; \"any but\" is a list, as "
	    "2xx|4xx",
	    false },
	{ slip_arrow,
	    "a line of a log, perhaps; lines here begin with their verb or "
	    "code",
	    false },
	{ slip_class, "a class of replies is written 5xx, or 55x", false },
	{ slip_enhanced,
	    "an enhanced status code stands in the text of a reply, as in 5xx "
	    "/5\\.7\\.1/",
	    false },
	{ slip_list, "alternatives are written 550|551", false },
	{ slip_three, "a code is three digits and then a blank, as in 250 OK",
	    false },
	{ slip_number,
	    "no verb begins with a digit, and a code has three of them, as in "
	    "250 OK",
	    false },
	{ slip_expects,
	    "what is expected begins with its code, as in 554 or R: 554",
	    false },
	{ slip_base64, "a line of base64, and none is asked for here", true },
	{ slip_template, "a brace of a \\template that is not open", false },
};

static const char *
slip_near_verb(const struct slip *s)
{
	size_t n = verb_word(s->p, s->len);
	for (size_t i = 0; verb_at(i) != NULL; i++)
		if (near_word(
			s->p, n, verb_at(i)->name, strlen(verb_at(i)->name)))
			return verb_at(i)->name;
	return NULL;
}

static struct slip
slip_of(const char *p, size_t len)
{
	struct slip s = { .p = p, .len = len };
	while (s.len > 0 && slip_blank(*s.p))
		s.p++, s.len--;
	s.indented = s.len < len;
	while (s.len > 0 && slip_blank(s.p[s.len - 1]))
		s.len--;
	while (s.word < s.len && !slip_blank(s.p[s.word]))
		s.word++;
	return s;
}

static void
slip_found(struct buf *b, const struct slip *s, bool secret)
{
	if (secret) {
		buf_adds(b, "found a line that is not shown");
		return;
	}
	buf_adds(b, "found '");
	quote_add(b, s->p, s->len);
	buf_addc(b, '\'');
}

void
slip_tell(struct buf *b, const char *p, size_t len, bool secret,
    unsigned (*is_command)(const char *word, size_t len))
{
	struct slip s = slip_of(p, len);
	size_t i = 0, rows = sizeof slip_rows / sizeof *slip_rows;
	while (i < rows && !(s.len > 0 && slip_rows[i].is(&s)))
		i++;
	if (i < rows) {
		bool hide = slip_rows[i].secret ||
			    (secret && slip_span_base64(s.p, s.len) == s.len);
		slip_found(b, &s, hide);
		buf_addf(b, ": %s", slip_rows[i].text);
		return;
	}
	const char *verb = secret ? NULL : slip_near_verb(&s);
	/* Behind what was to be AUTH may stand a password. */
	bool login = verb != NULL && strcmp(verb, "AUTH") == 0;
	slip_found(b, &s, secret || (login && s.word < s.len));
	if (secret)
		buf_adds(b,
		    ": behind AUTH stands an answer (base64, '*' or '='), a "
		    "verb, or a reply");
	else if (verb != NULL)
		buf_addf(
		    b, ", which begins with no verb (did you mean %s?)", verb);
	else if (is_command != NULL && is_command(s.p, s.word) != 0)
		buf_addf(b, ": a command to smtpsh itself is written \\%.*s",
		    (int)s.word, s.p);
	else
		buf_adds(b, ", which begins with no verb");
}
