/* Tables are gone through in their order: the first that is near is it. */
#include "cmd/mistyped.h"

#include <string.h>
#include <strings.h>
#include "cmd/lang/near.h"
#include "cmd/talk/cmd.h"
#include "net/core/verb.h"

/* Other programs' words for what is done with a command here. */
static const struct {
	const char *word, *command;
} mistyped_habit[] = {
	{ "exit", "quit" },
	{ "bye", "quit" },
	{ "logout", "quit" },
	{ "q", "quit" },
	{ ":q", "quit" },
	{ "?", "help" },
	{ "open", "connect" },
	{ "telnet", "connect" },
	{ "disconnect", "close" },
	{ "source", "include" },
	{ "login", "auth" },
};

static const char *
mistyped_habit_of(const char *word, size_t len)
{
	size_t n = sizeof mistyped_habit / sizeof mistyped_habit[0];
	for (size_t i = 0; i < n; i++)
		if (strlen(mistyped_habit[i].word) == len &&
		    strncasecmp(mistyped_habit[i].word, word, len) == 0)
			return mistyped_habit[i].command;
	return NULL;
}

const char *
mistyped_command(const char *name, size_t len)
{
	for (size_t i = 0; cmd_table[i] != NULL; i++) {
		const char *c = cmd_table[i]->name;
		if (near_word(name, len, c, strlen(c)))
			return c;
	}
	return mistyped_habit_of(name, len);
}

/* The command of that very name, or of that habit. */
static const char *
mistyped_without_slash(const char *word, size_t len)
{
	for (size_t i = 0; cmd_table[i] != NULL; i++)
		if (strlen(cmd_table[i]->name) == len &&
		    strncasecmp(cmd_table[i]->name, word, len) == 0)
			return cmd_table[i]->name;
	return mistyped_habit_of(word, len);
}

bool
mistyped_line(struct buf *out, const char *line, size_t len)
{
	const char *blank = len > 0 ? memchr(line, ' ', len) : NULL;
	size_t n = blank == NULL ? len : (size_t)(blank - line);
	const char *command = mistyped_without_slash(line, n);
	if (command != NULL) {
		buf_addf(out, "that went to the server; did you mean \\%s?",
		    command);
		return true;
	}
	n = verb_word(line, n);
	for (size_t i = 0; verb_at(i) != NULL; i++) {
		const char *v = verb_at(i)->name;
		if (near_word(line, n, v, strlen(v))) {
			buf_addf(out, "did you mean %s?", v);
			return true;
		}
	}
	return false;
}
