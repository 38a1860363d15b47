/* --jobs: conversation files side by side, each in a process of its own, told
 * in their order as if they had been run one by one. */
#ifndef CMD_FRONT_JOBS_H
#define CMD_FRONT_JOBS_H

#include "cmd/front/opts.h"
#include "cmd/shell/shell.h"

/* Runs the n files and adds them to the tally. */
void jobs_run(struct shell *sh, const struct opts *o, const struct opt_run *run,
    size_t n);

#endif
