/* Refusals that --quiet tells, of one message: they are held until it is known
 * which of them were overcome. */
#ifndef CMD_SHELL_REFUSALS_H
#define CMD_SHELL_REFUSALS_H

#include <stdbool.h>
#include <stddef.h>

struct shell;

enum refusal {
	REFUSAL_GOOD, /* for good */
	REFUSAL_LATER,
	REFUSAL_MANY, /* one recipient too many for a transaction */
	REFUSAL_WAIT  /* no refusal: a wait for the next attempt */
};

struct refusals {
	struct refusal_line *line;
	size_t n;
	bool held;
};

/* From now on they are held. */
void refusals_hold(struct shell *sh);
/* A line for standard error; at once unless they are held. */
void refusals_add(struct shell *sh, enum refusal kind, const char *text);
/* Those of that kind were overcome, or are asked again. */
void refusals_drop(struct shell *sh, enum refusal kind);
/* Tells those that are left, and holds no more. */
void refusals_tell(struct shell *sh);

#endif
