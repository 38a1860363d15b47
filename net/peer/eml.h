/* A message as a file of its own, FOLDER/ID.eml, which mail programs open. */
#ifndef NET_EML_H
#define NET_EML_H

#include <stddef.h>
#include "net/core/err.h"

struct eml; /* one under way, hidden by a period in front of its name */

/* The folder must be there. -1: ERR_OUTPUT; here and below ERR_TEMP when there
 * is no room. */
CHECKED int eml_open(struct eml **out, const char *folder, struct err *e);
CHECKED int eml_write(struct eml *m, const char *p, size_t len, struct err *e);
/* On the disk and in its place, and freed; on -1 nothing is left. */
CHECKED int eml_commit(struct eml *m, struct err *e);
void eml_abort(struct eml *m);
/* Its file's name without .eml; borrowed. */
const char *eml_id(const struct eml *m);

#endif
