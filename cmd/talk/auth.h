/* AUTH (RFC 4954) in a session. */
#ifndef CMD_AUTH_H
#define CMD_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"
#include "net/loop.h"
#include "net/sasl/sasl.h"

struct shell;

/* What the command line says of it; strings are its own. */
struct auth {
	bool asked;	  /* --auth: in every session */
	const char *mech; /* NULL: the strongest that is offered */
	const char *user;
	const char *file, *command; /* where the password (or token) is */
	const char *fd;		    /* a descriptor's number */
	bool netrc;
	char *typed_user;  /* found in ~/.netrc or typed; ours */
	bool insecure;	   /* secrets may go in clear */
	struct loop *loop; /* to wait for the password by, or NULL */
};

/* The whole exchange. user and mech may be NULL: as the options have it. -1:
 * ERR_AUTH when it cannot be done or (must) was refused; a refusal of what a
 * person typed is data. */
int shell_auth(struct shell *sh, const char *mech, const char *user, bool must,
    struct err *e);
/* A line typed by hand that holds a secret: what it decodes to is hidden from
 * now on. */
void shell_hide_typed(struct shell *sh, const char *p, size_t len);

/* Reads the password: from the descriptor, file, command or netrc that the
 * options name, else from the terminal without echo. A file that is another
 * user's, or that others can read or write, is refused. ERR_USAGE, ERR_NOINPUT,
 * ERR_INTR. */
int password_get(const struct auth *a, const char *user, const char *host,
    struct sasl_secret *out, struct err *e);

/* The user that ~/.netrc has for the host, if it is to be read, or one typed on
 * the terminal (ask); the caller's, NULL if there is none. ERR_USAGE,
 * ERR_NOINPUT. */
int password_user(const struct auth *a, const char *host, bool ask, char **user,
    struct err *e);

#endif
