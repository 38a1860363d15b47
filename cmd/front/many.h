/* Many messages over one connection, or several side by side. */
#ifndef CMD_MANY_H
#define CMD_MANY_H

#include "cmd/front/opts.h"
#include "cmd/shell/shell.h"

/* Do the options name many? */
bool many_is(const struct opts *o);
/* Mails them all: a line each, and one in the end. Errors are told and
 * counted. */
void many_run(struct shell *sh, const struct opts *o);

#endif
