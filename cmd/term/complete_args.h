/* Between complete.c and complete_args.c: what is being completed. */
#ifndef CMD_COMPLETE_ARGS_H
#define CMD_COMPLETE_ARGS_H

#include "cmd/term/complete.h"

struct completing {
	const struct shell *sh;
	const struct used *used;
	const char *line;
	size_t len;
	struct complete *c; /* start is set before candidates are tried */
};

/* Adds before+s+after if it begins, in any case, with what stands at the
 * line's end, and is not there yet. */
void complete_try(struct completing *k, const char *before, const char *s,
    size_t len, const char *after);
/* A variable's value, if it has one. */
void complete_value(struct completing *k, const char *name);
/* Addresses used before as reverse-path, as forward-path. */
void complete_addresses(struct completing *k, bool from, bool to);
/* Verbs that make sense now, then the others; syntax: up to "FROM:<". */
void complete_verbs(struct completing *k, bool syntax);
/* BODY=, or one of its values; what stands in the line from args on is given
 * already. */
void complete_params(struct completing *k, enum verb_id verb, size_t args);
/* What the server's AUTH offered. */
void complete_mechanisms(struct completing *k);
/* Names of variables. */
void complete_names(
    struct completing *k, const char *before, const char *after);
/* A line that begins with a backslash. */
void complete_command(struct completing *k);
/* The session's core, NULL without a connection. */
const struct smtp *complete_smtp(const struct shell *sh);

#endif
