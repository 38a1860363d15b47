/* --load: one conversation in many sessions at once, and what it came to. */
#ifndef CMD_FRONT_LOAD_H
#define CMD_FRONT_LOAD_H

#include "cmd/front/opts.h"
#include "cmd/shell/shell.h"

/* Runs it, with the shell's settings, place, TLS and AUTH for each session.
 * The exit status: 0; 1 when an expectation was missed or --fail-if holds;
 * else as talk_status() has it of the first failure. */
int load_run(struct shell *sh, const struct opts *o);
/* --merge: adds up what --hdr wrote, and tells it. The exit status. */
int load_merge(struct shell *sh, const struct opts *o);

#endif
