/* Between the files of the unattended fronts: for these only. What returns int
 * says 0, or -1: told and tallied. */
#ifndef CMD_FRONT_SOURCE_PRIV_H
#define CMD_FRONT_SOURCE_PRIV_H

#include "cmd/front/source.h"

/* Connects, if there is where to, so that what goes wrong is not blamed on a
 * line. */
CHECKED int source_connect(struct shell *sh);
/* Nothing that was said needed the TLS or the login that the options ask for:
 * whether they can be had is what was asked then. */
CHECKED int source_meet(struct shell *sh);

#endif
