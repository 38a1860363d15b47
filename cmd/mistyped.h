/* What a word was probably meant to be. */
#ifndef CMD_MISTYPED_H
#define CMD_MISTYPED_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"

/* Of a command's name behind the backslash: the one it is near to, or NULL. */
const char *mistyped_command(const char *name, size_t len);

#endif
