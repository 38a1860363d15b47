/* What a word was probably meant to be. */
#ifndef CMD_MISTYPED_H
#define CMD_MISTYPED_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"

/* Of a command line that no server knows: appends what may have been meant,
 * as a remark says it. False: no idea. */
bool mistyped_line(struct buf *out, const char *line, size_t len);
/* Of a command's name behind the backslash: the one it is near to, or NULL. */
const char *mistyped_command(const char *name, size_t len);

#endif
