/* What the completion scripts of all shells are made of. */
#ifndef CMD_COMPLETION_PARTS_H
#define CMD_COMPLETION_PARTS_H

#include <stdbool.h>
#include "net/core/buf.h"
#include "cmd/front/opts.h"

/* The sed script that finds "\connect HOST" in the history; no user name, no
 * odd character; no two backslashes together, which fish would make one. */
#define HISTORY_SED                                                            \
	"'s/^[\\]co[nect]*[[:blank:]]\\{1,\\}"                                 \
	"\\([][[:alnum:]_.:\\/-]*\\)[[:blank:]]*$/\\1/p'"

/* What completes the value of an option, by its placeholder. */
struct completion_value {
	const char *arg;
	const char *bash; /* a function's call */
	const char *zsh;  /* an action of _arguments */
	const char *fish; /* options of complete */
};

const struct completion_value *completion_value(const char *arg);
/* Is it "[WORD]", which an option may go without? */
bool completion_optional(const char *arg);
/* The choices of "a|b|FILE" that are words, or the names of SASL mechanisms,
 * with sep between: how many. */
size_t completion_choices(struct buf *b, const char *arg, const char *sep);
/* For single quotes, with a backslash before each character of special. */
void completion_quoted(struct buf *b, const char *s, const char *special);
/* Names filled into lines; next ends a line and begins the next. */
void completion_words(struct buf *b, const char *next);
void completion_verbs(struct buf *b, const char *next);
void completion_commands(struct buf *b, const char *next);
void completion_options(struct buf *b, const char *next);

void completion_bash(struct buf *b);
void completion_zsh(struct buf *b);
void completion_fish(struct buf *b);

#endif
