/* --diagnose HOST|DOMAIN, and --diagnose FILE without a network. */
#ifndef CMD_FRONT_DIAGNOSE_H
#define CMD_FRONT_DIAGNOSE_H

#include "cmd/front/opts.h"
#include "cmd/shell/shell.h"

/* Whether what was named is a file to be read. */
bool diagnose_reads(const struct opts *o);
/* The exit status. */
int diagnose_file(struct shell *sh, const struct opts *o);
/* The exit status; the shell is set up. */
int diagnose_host(struct shell *sh, const struct opts *o);
/* What a pasted reply means; false: nothing is known but its codes. *hides: of
 * enum explain's misfits. */
bool diagnose_reply(struct buf *out, const char *text);

#endif
