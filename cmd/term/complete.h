/* What can come next on a line: for the prompt's Tab and hint. Pure: knows
 * the shell's state and tables, no terminal. */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "cmd/shell/shell.h"

/* Addresses and hosts used before: most recent first, at most 200 each. */
struct used {
	char **from, **to, **host;
	size_t nfrom, nto, nhost;
};

void used_init(struct used *u);
void used_release(struct used *u);
/* Takes note of MAIL FROM:<...>, RCPT TO:<...> and \connect lines. */
void used_line(struct used *u, const char *p, size_t len);

/* Candidates for the word that ends at the line's end. */
struct complete {
	size_t start; /* where in the line that word begins */
	char **word;  /* whole replacements for it, best first */
	size_t n;
	bool files;  /* file names: the terminal completes these itself */
	char append; /* what a single match is followed by: ' ', '>', '\0' */
};

/* line is what stands before the cursor. */
void complete_line(const struct shell *sh, const struct used *u,
    const char *line, size_t len, struct complete *c);
void complete_release(struct complete *c);

/* The syntax still to come after the line, for a dim hint: "" if none. */
void complete_hint(
    const struct shell *sh, const char *line, size_t len, struct buf *b);

#endif
