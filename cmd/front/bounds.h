/* The second wall round a run of other people's texts: Landlock, where the
 * kernel has it. The first is cmd/talk/whose.h. */
#ifndef CMD_BOUNDS_H
#define CMD_BOUNDS_H

#include "cmd/front/opts.h"

/* Where all that is run are conversation files without --trust, and no program
 * is to be started: from then on the process reaches only their folders, the
 * files that options name, and what the system's libraries read. Whether it
 * does now. Last before the run: what has been opened stays open. */
bool bounds_hold(const struct opts *o);

#endif
