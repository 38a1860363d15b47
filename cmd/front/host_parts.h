/* The parts of the embedded receiver's configuration: host.c from options,
 * host_auth.c who may log in, host_serve.c as a server, with its log. */
#ifndef CMD_HOST_PARTS_H
#define CMD_HOST_PARTS_H

#include "cmd/front/host.h"

/* A number that an option has. ERR_USAGE. */
CHECKED int host_number(
    const char *option, const char *word, unsigned long long *n, struct err *e);
/* --user and its kind. h->tls is there, or will never be. */
CHECKED int host_user(struct host *h, const struct opts *o, struct err *e);

#endif
