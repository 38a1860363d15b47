/* Where to connect, as people write it. */
#ifndef CMD_LANG_WHERE_H
#define CMD_LANG_WHERE_H

#include <stdbool.h>
#include "net/core/err.h"

enum where_kind {
	WHERE_TCP,
	WHERE_UNIX,
	WHERE_PIPE /* a program's standard input and output */
};

/* Strings are its own. */
struct where {
	enum where_kind kind;
	char *host, *port, *path, *command;
	bool lmtp;
	bool tls_on_connect;
	char *bind;
	int family;
};

void where_release(struct where *w);
/* "HOST", "HOST:PORT", "[v6]:PORT", smtp://, smtps://, lmtp://, or a path
 * that begins with '/' for a Unix socket. Fills kind, host, port, path, lmtp,
 * tls_on_connect and leaves the rest. ERR_USAGE. */
CHECKED int where_parse(struct where *w, const char *text, struct err *e);

#endif
