/* The parts of the embedded receiver's configuration: host.c from options,
 * host_auth.c who may log in, host_serve.c as a server, with its log,
 * host_taken.c the messages that came. */
#ifndef CMD_HOST_PARTS_H
#define CMD_HOST_PARTS_H

#include "cmd/front/host.h"

/* A number that an option has. ERR_USAGE. */
CHECKED int host_number(
    const char *option, const char *word, unsigned long long *n, struct err *e);
/* --user and its kind. h->tls is there, or will never be. */
CHECKED int host_user(struct host *h, const struct opts *o, struct err *e);

/* ,"key":"value", or nothing where there is none. */
void host_json_key(struct buf *b, const char *key, const char *value);
/* Before the walls are up. -1: ERR_NOINPUT, there is no OpenSSL. */
CHECKED int host_json_ready(struct err *e);
/* A message as an object on a line, or as people read it; all: not just the
 * header and the first lines. */
void host_json_taken(struct out *out, const struct peer_taken *t);
void host_show_taken(struct out *out, const struct peer_taken *t, bool all);

#endif
