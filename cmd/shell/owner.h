/* Files that decide what this process does, or hold a secret: whose they are.
 */
#ifndef CMD_OWNER_H
#define CMD_OWNER_H

#include <stdbool.h>
#include "net/core/err.h"

/* Is the open file ours (or root's), and nobody else can write it or, where it
 * is secret, read it? A pipe or a device is. 0; -1: ERR_NOINPUT, what is wrong
 * with it and the command that mends it. path is for the text. */
CHECKED int file_is_private(
    int fd, const char *path, bool secret, struct err *e);

#endif
