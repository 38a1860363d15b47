/* Where AUTH's user and secret come from. */
#ifndef CMD_SHELL_PASSWORD_H
#define CMD_SHELL_PASSWORD_H

#include <stdbool.h>
#include "cmd/talk/auth.h"

/* Reads the password: from the descriptor, file, command or netrc that the
 * options name, else from the terminal without echo. A file that is another
 * user's, or that others can read or write, is refused. ERR_USAGE, ERR_NOINPUT,
 * ERR_INTR. */
CHECKED int password_get(const struct auth *a, const char *user,
    const char *host, struct sasl_secret *out, struct err *e);
/* The user that ~/.netrc has for the host, if it is to be read, or one typed on
 * the terminal (ask); the caller's, NULL if there is none. ERR_USAGE,
 * ERR_NOINPUT. */
CHECKED int password_user(const struct auth *a, const char *host, bool ask,
    char **user, struct err *e);

#endif
