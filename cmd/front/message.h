/* Mailing one message, unattended: --from, --to. */
#ifndef CMD_MESSAGE_H
#define CMD_MESSAGE_H

#include "cmd/front/opts.h"
#include "cmd/shell/shell.h"

/* The whole session. 0, or -1 when it failed; told and tallied. */
int message_run(struct shell *sh, const struct opts *o);

#endif
