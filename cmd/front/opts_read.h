/* The options of the command line, of SMTPSH_OPTS, and of the hosts file. */
#ifndef CMD_OPTS_READ_H
#define CMD_OPTS_READ_H

#include "cmd/front/opts.h"

/* The words that were parsed; the options point into them. */
struct opts_words {
	char **word;
	size_t n;
	size_t environment; /* of them SMTPSH_OPTS's */
	char **own;
	size_t nown;
};

/* As opts_parse(). ERR_USAGE; ERR_NOINPUT: the hosts file. */
CHECKED int opts_read(
    struct opts *o, struct opts_words *w, int argc, char **argv, struct err *e);

/* A place by name, as a session goes to it later. */
struct opts_place {
	struct opts all; /* what the program would have been told by that name
			    as its host */
	struct opts own; /* of that what the hosts file says */
	struct opts_words words, own_words;
};

/* 1; 0: no place is called so ("NAME", "NAME:PORT"); -1: ERR_USAGE,
 * ERR_NOINPUT. r is to be released whatever it returns. */
CHECKED int opts_read_place(struct opts_place *r, int argc, char **argv,
    const char *name, struct err *e);
void opts_place_release(struct opts_place *r);
void opts_words_release(struct opts_words *w);
/* --print-config: each option that was said, and its value. */
void opts_print(struct buf *b, const struct opts *o);

#endif
