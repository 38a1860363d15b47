/* Places by name: the hosts file, as ssh_config(5) has it. Blocks begin with
 * "Host PATTERN...", lines are an option's long name and its value; "Include
 * FILE..." takes others in. Of each option the first that is found counts. */
#ifndef CMD_PLACES_H
#define CMD_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

struct place {
	char **word; /* "--port=587" */
	size_t n;
	char *server; /* or NULL */
};

/* What the file says of that name; nothing where there is no file. -1:
 * ERR_USAGE (FILE:LINE: ...), ERR_NOINPUT (others may write it). */
CHECKED int place_find(struct place *p, const char *name, struct err *e);
void place_release(struct place *p);
/* The file's path, the caller's to free; NULL: no home. */
char *place_path(void);
/* Does the option belong to a place: how to get there, TLS, AUTH, and who one
 * is? */
struct opt;
bool place_may(const struct opt *row);
/* The option that another word of a line may stand for (a slip, ssh's name);
 * NULL: none. */
const char *place_meant(const char *name);
/* Appends the names without patterns, one a line. */
CHECKED int place_names(struct buf *b, struct err *e);

#endif
