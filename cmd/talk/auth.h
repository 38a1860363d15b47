/* AUTH (RFC 4954) in a session. The act: talk.h. */
#ifndef CMD_TALK_AUTH_H
#define CMD_TALK_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"
#include "net/loop.h"
#include "net/sasl/sasl.h"

/* What the command line says of it; strings are its own. */
struct auth {
	bool asked;	  /* --auth: in every session */
	const char *mech; /* NULL: the strongest that is offered */
	const char *user;
	bool insecure; /* secrets may go in clear */
	/* Where the password (or token) is: cmd/shell/password.c. */
	const char *file, *command;
	const char *fd; /* a descriptor's number */
	bool netrc;
	struct loop *loop; /* to wait for it by, or NULL */
};

#endif
