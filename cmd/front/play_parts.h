/* Between the files that make a mock's steps. */
#ifndef CMD_PLAY_PARTS_H
#define CMD_PLAY_PARTS_H

#include "cmd/front/play.h"
#include "cmd/talk/cmd.h"

#define PLAY_LOOPS 8

struct play {
	struct mock_play *out;
	const struct vars *vars;
	const struct stmt **template; /* that stand above */
	size_t ntemplate;
	unsigned line; /* in the file, whatever template is run */
	unsigned depth;
	struct play_loop {
		size_t at; /* its first step */
		uint64_t times;
	} loop[PLAY_LOOPS]; /* that are open */
	size_t nloop;
	uint64_t drop; /* octets of the next mail text; 0: all */
	bool drop_resets;
};

/* Statements, and the words that a template was called with. */
struct play_part {
	const struct script *s;
	const struct var_args *args;
};

struct mock_step *play_add(struct play *p, enum mock_kind kind);
/* why, at its line; -1. */
int play_err(const struct play *p, const struct err *why, struct err *e);
CHECKED int play_expand(const struct play *p, const struct play_part *part,
    const char *text, size_t len, bool raw, struct buf *b, struct err *e);

/* play_say.c: what either side says. */
CHECKED int play_line(
    struct play *p, const struct stmt *st, struct buf *b, struct err *e);
CHECKED int play_say(struct play *p, const struct play_part *part,
    const struct expect *x, struct err *e);
size_t play_match(const void *re, const char *p, size_t len,
    struct mock_group *group, size_t max);
/* play_words.c: a \\command that a mock knows. 1: it knows none of that name. */
CHECKED int play_word(struct play *p, const struct play_part *part,
    const struct cmd *c, const struct cmd_args *a, struct err *e);
/* play_groups.c: one reply to each line of a group. */
void play_groups(struct mock_play *play);

#endif
