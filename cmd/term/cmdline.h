/* How far a command line that is being typed has got: what completion and
 * hint both must know. Pure. */
#ifndef CMD_CMDLINE_H
#define CMD_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/verb.h"

enum cmdline_at {
	CMDLINE_VERB,	 /* in the first word */
	CMDLINE_LITERAL, /* in "FROM:<" or "TO:<" */
	CMDLINE_PATH,	 /* behind its "<", no ">" yet */
	CMDLINE_CLOSED,	 /* right behind that ">" */
	CMDLINE_PARAM,	 /* in a parameter of MAIL or RCPT */
	CMDLINE_ARG,	 /* in an argument of a verb without a path */
	CMDLINE_BROKEN	 /* elsewhere: no syntax that we know */
};

/* Offsets are into the line. */
struct cmdline {
	enum cmdline_at at;
	const struct verb *verb; /* NULL if unknown or not yet whole */
	char literal[8];	 /* "FROM:<", "TO:<"; "" for other verbs */
	size_t begin;		 /* the verb, behind blanks and an S: or C: */
	size_t path, path_end;	 /* what stands between "<" and ">"; equal while
				    there is no ">" */
	size_t args;		 /* first parameter or argument */
	size_t word;		 /* the word (or path) that ends the line; the
				    line's end behind a blank */
	size_t nargs;		 /* whole words from args to word */
};

void cmdline_parse(struct cmdline *c, const char *p, size_t len);

/* Words of a \command line, quoted as cmd_split() has it but allowed to be
 * unfinished. Returns how many words are whole (something follows them), the
 * command word included; *word: where the one that ends the line begins. */
size_t cmdline_words(const char *p, size_t len, size_t *word);
/* Word i (0: the command word, with its backslash); 0 long if there is none. */
size_t cmdline_word(const char *p, size_t len, size_t i, size_t *off);

/* First octet that is no blank. */
size_t cmdline_blanks(const char *p, size_t len, size_t i);

#endif
