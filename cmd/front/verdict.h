/* The last word of a run that failed: why, and what to do. */
#ifndef CMD_VERDICT_H
#define CMD_VERDICT_H

#include "cmd/front/opts.h"
#include "cmd/shell/shell.h"

/* On standard error, and as an event; nothing where there is nothing to say.
 * status: the run's. */
void verdict_tell(struct shell *sh, const struct opts *o, int status);

/* How many rules --lint has found broken. */
void verdict_lint(struct shell *sh);

#endif
