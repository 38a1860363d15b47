/* Places by name in a session: \connect NAME. */
#ifndef CMD_SETUP_PLACE_H
#define CMD_SETUP_PLACE_H

#include "cmd/front/opts.h"
#include "cmd/shell/shell.h"

/* The shell finds them from now on. The program's words, and the options that
 * they were read as, stay. */
void setup_places(
    struct shell *sh, const struct opts *o, int argc, char **argv);

#endif
