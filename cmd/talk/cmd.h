/* Commands to smtpsh itself: \word args. A file a command; its row on top. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stddef.h>
#include "net/core/err.h"
#include "cmd/lang/split.h"
#include "cmd/talk/talk.h"

/* What is asked of a command without naming it. */
enum cmd_is {
	CMD_IN_MOCK = 1 << 0,	 /* has a meaning on the server's side too */
	CMD_SENDS = 1 << 1,	 /* sends what its line does not show */
	CMD_EXACT = 1 << 2,	 /* what follows is octets, not words */
	CMD_OPENS_TEXT = 1 << 3, /* mail text follows, as behind DATA */
	CMD_WAITS = 1 << 4,	 /* takes time though nothing is sent */
	CMD_INCLUDES = 1 << 5,	 /* runs the file that it names */
	CMD_RECORDS = 1 << 6,	 /* makes the file that it names */
	CMD_ALONE = 1 << 7 /* shows or changes what the process has one of */
};

struct cmd {
	const char *name;
	const char *also; /* other names, a blank between; or NULL */
	unsigned is;	  /* enum cmd_is */
	const char *args; /* grammar.h; placeholders that completion knows: FILE
			     HOST ADDRESS VERB CODE WORD NAME TEMPLATE SETTING
			     COMMAND MECHANISM KEYWORD PART */
	const char *text; /* one line: what it does */
	const char *help; /* more lines, or NULL */
	/* Does it, or puts the act in front that does; words were counted
	 * against args. -1 with e. NULL when body says it. */
	int (*exec)(struct talk *t, const struct cmd_args *a, struct err *e);
	/* Whether those words may say that: ERR_DATA, and ERR_AUTH where it
	 * would lower what the command line demands. NULL: all may. Asked
	 * before a file is run, and again when the line is. */
	int (*may)(const struct talk *t, const struct whose *w,
	    const struct cmd_args *a, struct err *e);
	/* What is wrong with its words can be known before it runs: -1 with e.
	 * Or NULL. */
	int (*check)(const struct cmd_args *a, struct err *e);
	const char *body; /* lines of the language, for those that are builtin
			     templates */
};

/* All, in the order of \help; NULL-ended. */
extern const struct cmd *const cmd_table[];
/* By name or unique prefix. NULL: ERR_USAGE, names the candidates. */
const struct cmd *cmd_find(const char *name, size_t len, struct err *e);
/* The row that a line (behind the backslash) would run, if its words are as
 * many as that takes (not counted unless so asked: variables may stand for
 * any). NULL: ERR_USAGE. */
const struct cmd *cmd_check(
    const char *p, size_t len, bool count, struct err *e);
/* Whether all of a file can be run, and may be, as far as that is known
 * before; ERR_DATA names the line, ERR_NOINPUT a file that it includes. */
CHECKED int cmd_precheck(const struct talk *t, const struct script *s,
    const struct whose *w, struct err *e);
/* For the language (lang_word): what the command of that name or prefix is. */
unsigned cmd_word(const char *name, size_t len);
/* Splits a line (behind the backslash) and runs it; templates too. */
CHECKED int cmd_run(struct talk *t, const char *p, size_t len, struct err *e);
/* A word that no server knows may be a slip, or meant for smtpsh: appends what
 * may have been meant. False: no idea. */
bool mistyped_line(struct buf *out, const char *line, size_t len);

#endif
