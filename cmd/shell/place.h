/* Places by name, for \connect: what the hosts file knows of them. Options are
 * read above this folder, which asks by these. */
#ifndef CMD_SHELL_PLACE_H
#define CMD_SHELL_PLACE_H

#include <stdbool.h>
#include "cmd/lang/where.h"
#include "net/core/buf.h"
#include "net/core/err.h"
#include "net/tls/tls.h"

struct shell;

/* One that was found; whoever finds it frees it, or uses it. */
struct shell_place {
	struct shell_place *before; /* used earlier: strings may be anywhere */
	struct where where;
	/* What it demands of a session. */
	enum tls_level level;
	bool auth;	 /* a login */
	bool unverified; /* certificates are not checked */
	void (*free)(struct shell_place *p);
};

struct shell_places {
	/* "work", "work:587": 1, *out; 0: no such name; -1: ERR_USAGE,
	 * ERR_NOINPUT. */
	int (*find)(struct shell *sh, const char *name,
	    struct shell_place **out, struct err *e);
	/* From now on sessions begin as if the program had been started with
	 * that name; what the command line says goes first, as it does then.
	 * Takes p over; there is no connection. */
	int (*use)(struct shell *sh, struct shell_place *p, struct err *e);
	/* Appends the names, one a line. */
	int (*names)(struct buf *b, struct err *e);
};

#endif
