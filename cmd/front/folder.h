/* Folders of conversation files among what is to be run. */
#ifndef CMD_FRONT_FOLDER_H
#define CMD_FRONT_FOLDER_H

#include "cmd/front/opts.h"

/* A name that is not here is looked for in share/smtpsh beside the program's
 * folder, where the packs are installed (conformance, smuggling).
 * Puts in the place of each folder the files in it whose names end in .smtp,
 * sorted by name; not hidden ones, nor those in folders below. ERR_NOINPUT: it
 * has none, or cannot be read. */
CHECKED int folder_expand(struct opts *o, struct err *e);

#endif
