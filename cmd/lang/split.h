/* Words of a line to smtpsh itself. */
#ifndef CMD_LANG_SPLIT_H
#define CMD_LANG_SPLIT_H

#include <stddef.h>
#include "net/core/err.h"

struct cmd_args {
	size_t n;
	char **word;	  /* quoted words unquoted */
	const char *rest; /* the text behind the command word, as it is */
};

/* Words of a line: blanks part, '...' and "..." quote, \ escapes in "...".
 * The result's words are the caller's: cmd_args_release(). */
CHECKED int cmd_split(
    struct cmd_args *a, const char *p, size_t len, struct err *e);
void cmd_args_release(struct cmd_args *a);

#endif
