/* A line as far as it goes. Leniency is that of servers in the field: blanks
 * before the verb and between "FROM:" and "<" are passed over, quotes hide ">"
 * and blanks inside a path. */
#include <string.h>
#include <strings.h>
#include "cmd/term/cmdline.h"

static bool
cmdline_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t
cmdline_blanks(const char *p, size_t len, size_t i)
{
	while (i < len && cmdline_is_blank(p[i]))
		i++;
	return i;
}

/* One past the end of the word at i; *open if a quote is not closed. */
static size_t
cmdline_word_end(const char *p, size_t len, size_t i, bool *open)
{
	char quote = '\0';

	for (; i < len; i++) {
		if (quote == '\0' && cmdline_is_blank(p[i]))
			break;
		if (quote == '"' && p[i] == '\\' && i + 1 < len)
			i++;
		else if (quote != '\0' && p[i] == quote)
			quote = '\0';
		else if (quote == '\0' && (p[i] == '"' || p[i] == '\''))
			quote = p[i];
	}
	*open = quote != '\0';
	return i;
}

size_t
cmdline_words(const char *p, size_t len, size_t *word)
{
	size_t i = 0, n = 0;
	bool open;

	for (;;) {
		i = cmdline_blanks(p, len, i);
		*word = i;
		if (i == len)
			return n;
		i = cmdline_word_end(p, len, i, &open);
		if (i == len)
			return n;
		n++;
	}
}

size_t
cmdline_word(const char *p, size_t len, size_t i, size_t *off)
{
	size_t from = 0, end = 0;
	bool open;

	for (;; i--) {
		from = cmdline_blanks(p, len, end);
		end = cmdline_word_end(p, len, from, &open);
		if (i == 0 || from == len)
			break;
	}
	*off = from;
	return end - from;
}

/* The "FROM:<" of "MAIL FROM:<reverse-path> [PARAMETER...]". */
static void
cmdline_literal(struct cmdline *c)
{
	const char *from, *open;

	c->literal[0] = '\0';
	from = strchr(c->verb->syntax, ' ');
	open = strstr(c->verb->syntax, ":<");
	if (from == NULL || open == NULL || open < from ||
	    (size_t)(open - from) >= sizeof(c->literal) - 2)
		return;
	memcpy(c->literal, from + 1, (size_t)(open + 1 - from));
	c->literal[open + 1 - from] = '\0';
}

/* Words from i on, the last of them under way. */
static void
cmdline_args(struct cmdline *c, const char *p, size_t len, size_t i)
{
	c->args = c->word = i = cmdline_blanks(p, len, i);
	c->nargs = 0;
	while (i < len) {
		while (i < len && !cmdline_is_blank(p[i]))
			i++;
		if (i == len)
			return;
		c->nargs++;
		c->word = i = cmdline_blanks(p, len, i);
	}
}

/* Index of the ">" that ends the path, len if there is none yet. */
static size_t
cmdline_path_end(const char *p, size_t len, size_t i)
{
	bool quoted = false;

	for (; i < len; i++) {
		if (p[i] == '\\' && quoted)
			i++;
		else if (p[i] == '"')
			quoted = !quoted;
		else if (p[i] == '>' && !quoted)
			return i;
	}
	return len;
}

/* Behind the verb and a blank. */
static void
cmdline_path(struct cmdline *c, const char *p, size_t len, size_t i)
{
	size_t lit = strlen(c->literal) - 1; /* without "<" */
	size_t end;

	c->word = i;
	if (len - i <= lit) {
		c->at = strncasecmp(p + i, c->literal, len - i) == 0
			    ? CMDLINE_LITERAL
			    : CMDLINE_BROKEN;
		return;
	}
	c->at = CMDLINE_BROKEN;
	if (strncasecmp(p + i, c->literal, lit) != 0)
		return;
	i = cmdline_blanks(p, len, i + lit);
	if (i == len || p[i] != '<')
		return;
	c->word = c->path = c->path_end = i + 1;
	end = cmdline_path_end(p, len, i + 1);
	if (end >= len) {
		c->at = CMDLINE_PATH;
		return;
	}
	c->path_end = end;
	if (end + 1 == len) {
		c->at = CMDLINE_CLOSED;
		c->args = len;
	} else if (cmdline_is_blank(p[end + 1])) {
		c->at = CMDLINE_PARAM;
		cmdline_args(c, p, len, end + 1);
	}
}

void
cmdline_parse(struct cmdline *c, const char *p, size_t len)
{
	size_t i, n;

	memset(c, 0, sizeof(*c));
	i = cmdline_blanks(p, len, 0);
	if (len - i >= 2 && p[i + 1] == ':' &&
	    (p[i] == 'S' || p[i] == 'C' || p[i] == 's' || p[i] == 'c'))
		i = cmdline_blanks(p, len, i + 2);
	c->begin = c->word = c->args = i;
	n = verb_word(p + i, len - i);
	c->verb = verb_find(p + i, n);
	if (i + n == len) {
		c->at = CMDLINE_VERB;
		if (c->verb != NULL)
			cmdline_literal(c);
		return;
	}
	c->at = CMDLINE_BROKEN;
	if (c->verb == NULL || !cmdline_is_blank(p[i + n]))
		return;
	cmdline_literal(c);
	if (c->literal[0] != '\0') {
		cmdline_path(c, p, len, cmdline_blanks(p, len, i + n));
	} else {
		c->at = CMDLINE_ARG;
		cmdline_args(c, p, len, i + n);
	}
}
