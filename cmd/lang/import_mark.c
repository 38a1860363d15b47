/* Which kind it is. Never the arrow decides who speaks: the server's marker is
 * the one behind which lines begin with codes, and behind the other one stand
 * verbs. */
#include "cmd/lang/import_priv.h"

#include <string.h>
#include <strings.h>
#include "net/core/verb.h"

bool
import_begins(const char *p, size_t len, const char *word)
{
	size_t n = strlen(word);
	return len >= n && memcmp(p, word, n) == 0;
}

static bool
mark_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
import_code(const char *p, size_t len)
{
	return len >= 3 && p[0] >= '1' && p[0] <= '5' && mark_digit(p[1]) &&
	       mark_digit(p[2]) && (len == 3 || p[3] == ' ' || p[3] == '-');
}

bool
import_verb(const char *p, size_t len)
{
	size_t n = verb_word(p, len);
	return n >= 4 && (n == len || strchr(" \t", p[n]) != NULL) &&
	       verb_find(p, n) != NULL;
}

/* What programs put in a secret's place. */
bool
import_masked(const char *p, size_t len)
{
	static const char *const words[] = { "hidden", "suppressed", "removed",
		"credential", "password", "redacted", "masked", "secret",
		"censored" };
	while (len > 0 && *p == ' ')
		p++, len--;
	while (len > 0 && p[len - 1] == ' ')
		len--;
	if (len == 0)
		return false;
	size_t same = 0;
	while (same < len && p[same] == p[0])
		same++;
	if (same == len && len >= 3 && strchr("*-xX#._", p[0]) != NULL)
		return true;
	/* In brackets of any kind: nothing of base64 has them. */
	if (strchr("[<({*", p[0]) == NULL)
		return false;
	for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
		size_t n = strlen(words[w]);
		for (size_t i = 0; i + n <= len; i++)
			if (strncasecmp(p + i, words[w], n) == 0)
				return true;
	}
	return false;
}

size_t
import_begin(const struct import_line *l)
{
	static const char signs[] = "0123456789:.,-+/TZ";
	size_t i = 0, blank;
	bool colon = false;
	while (i < l->len && (l->p[i] == ' ' || l->p[i] == '\t'))
		i++;
	blank = i;
	for (int words = 0; words < 3 && i < l->len; words++) {
		const char *p = l->p + i;
		bool month = l->len > i + 3 && *p >= 'A' && *p <= 'S' &&
			     p[1] >= 'a' && p[1] <= 'z' && p[2] >= 'a' &&
			     p[2] <= 'z';
		size_t end = month ? i + 3 : i;
		if (!month && !mark_digit(l->p[i]))
			break;
		while (!month && end < l->len && l->p[end] != '\0' &&
		       strchr(signs, l->p[end]) != NULL)
			end++;
		if (end == l->len || l->p[end] != ' ')
			break;
		colon |= memchr(l->p + i, ':', end - i) != NULL;
		for (i = end; i < l->len && l->p[i] == ' ';)
			i++;
		if (colon)
			return i;
	}
	return blank;
}

/* Where mark stands in the line, or NULL. Its last blank may be lost at the
 * line's end. */
static const char *
mark_find(
    const struct import_kind *k, const struct import_line *l, const char *mark)
{
	size_t n = strlen(mark), i;
	if (!(k->is & KIND_START)) {
		const char *at = memmem(l->p, l->len, mark, n);
		if (at == NULL && mark[n - 1] == ' ' && l->len >= n - 1 &&
		    memcmp(l->p + l->len - (n - 1), mark, n - 1) == 0)
			return l->p + l->len - (n - 1);
		return at;
	}
	i = import_begin(l);
	if (l->len - i >= n && memcmp(l->p + i, mark, n) == 0)
		return l->p + i;
	if (l->len - i == n - 1 && mark[n - 1] == ' ' &&
	    memcmp(l->p + i, mark, n - 1) == 0)
		return l->p + i;
	return NULL;
}

/* The first of a side's markers that the line has, the longer before the
 * shorter at the same place. */
static void
mark_side(const struct import_kind *k, const struct import_line *l,
    const char *const *marks, enum import_side side, struct import_seen *s)
{
	for (size_t i = 0; i < KIND_MARKS && marks[i] != NULL; i++) {
		const char *at = mark_find(k, l, marks[i]);
		if (at == NULL)
			continue;
		size_t before = (size_t)(at - l->p), n = strlen(marks[i]);
		if (n > l->len - before)
			n = l->len - before;
		bool better =
		    s->side == SIDE_NONE || before < s->before ||
		    (before == s->before && (size_t)(s->p - l->p) < before + n);
		if (better)
			*s = (struct import_seen){ side, at + n,
				l->len - before - n, before };
	}
}

/* "HOST[ADDRESS]:25: " is not what was said. */
static void
mark_host(struct import_seen *s)
{
	const char *close = memchr(s->p, ']', s->len);
	const char *end = s->p + s->len;
	if (close == NULL) {
		s->side = SIDE_NONE;
		return;
	}
	const char *p = close + 1;
	while (p < end && (*p == ':' || mark_digit(*p)))
		p++;
	if (p[-1] != ':') {
		s->side = SIDE_NONE;
		return;
	}
	p += p < end && *p == ' ';
	s->p = p;
	s->len = (size_t)(end - p);
}

/* "[250] 'text'": smtp-cli's. */
static void
mark_smtpcli(struct import_seen *s)
{
	if (s->side != SIDE_SERVER)
		return;
	if (s->len < 5 || !import_code(s->p, 3) || s->p[3] != ']')
		s->side = SIDE_NONE;
}

/* What a log has behind a line: "[] []" is Monolog's, "File.jsm:600:19" the
 * console's of a browser, "}" an object's, " |" a table's. */
static void
mark_tail(struct import_seen *s, const struct import_line *l)
{
	size_t n = s->len, colons = 0;
	bool object = *l->p == '{' && n > 2 && s->p[n - 1] == '}';
	if (object && s->p[n - 2] == '"')
		s->len = n -= 2;
	if (*l->p == '|' && n > 2 && memcmp(s->p + n - 2, " |", 2) == 0)
		s->len = n -= 2;
	if (n >= 6 && memcmp(s->p + n - 6, " [] []", 6) == 0) {
		s->len -= 6;
		return;
	}
	while (n > 0 && (mark_digit(s->p[n - 1]) || s->p[n - 1] == ':'))
		colons += s->p[--n] == ':';
	bool script = colons == 2 && n > 4 &&
		      (memcmp(s->p + n - 3, ".js", 3) == 0 ||
			  memcmp(s->p + n - 4, ".jsm", 4) == 0 ||
			  memcmp(s->p + n - 4, ".mjs", 4) == 0);
	while (script && n > 0 && s->p[n - 1] != ' ')
		n--;
	if (script && n > 0)
		s->len = n - 1;
}

/* " state=1" behind a command is Haraka's. */
static void
mark_haraka(struct import_seen *s)
{
	size_t n = s->len;
	while (n > 0 && mark_digit(s->p[n - 1]))
		n--;
	if (s->side == SIDE_CLIENT && n < s->len && n > 7 &&
	    memcmp(s->p + n - 7, " state=", 7) == 0)
		s->len = n - 7;
}

void
import_see(const struct import_kind *k, const struct import_line *l,
    struct import_seen *s)
{
	*s = (struct import_seen){ .side = SIDE_NONE };
	mark_side(k, l, k->client, SIDE_CLIENT, s);
	mark_side(k, l, k->server, SIDE_SERVER, s);
	if (s->side != SIDE_NONE && k->is & KIND_HOST)
		mark_host(s);
	if (k->server[0] != NULL && strcmp(k->server[0], "[") == 0)
		mark_smtpcli(s);
	if (k->key == KEY_HEX)
		mark_haraka(s);
	if (s->side != SIDE_NONE)
		mark_tail(s, l);
	if (s->side == SIDE_SERVER && strcmp(k->name, "smtplib") == 0 &&
	    import_begins(s->p, s->len, "retcode ("))
		s->side = SIDE_NONE;
	if (s->side != SIDE_NONE)
		return;
	size_t i = 0;
	while (i < l->len && (l->p[i] == ' ' || l->p[i] == '\t'))
		i++;
	bool code = import_code(l->p + i, l->len - i);
	if (k->is & KIND_BARE_S && code)
		*s = (struct import_seen){ SIDE_SERVER, l->p + i, l->len - i,
			i };
	if (k->is & KIND_BARE_C && l->len > 0 && !code)
		*s = (struct import_seen){ SIDE_CLIENT, l->p, l->len, 0 };
}
