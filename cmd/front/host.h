/* The embedded receiver's configuration, for --sandbox, --serve and --mock. */
#ifndef CMD_HOST_H
#define CMD_HOST_H

#include "cmd/front/opts.h"
#include "net/peer/peer.h"
#include "net/serve/confine.h"
#include "cmd/front/play.h"
#include "cmd/front/rules.h"
#include "cmd/shell/shell.h"

struct host {
	struct peer_config peer;
	struct world *world;
	struct script script; /* --mock's */
	struct mock_play play;
	struct rules rules;	     /* --rule, --rules */
	struct tls_ctx *tls;	     /* --cert, --self-signed */
	struct sasl_secret password; /* --user's */
	char *allowed;		     /* --auth-mechs, blanks between */
	char *mechs;		     /* what AUTH offers at best */
	size_t name_max;	     /* octets that a mailbox's folder has */
	struct confine_user user;    /* --run-as */
};

/* From the options; serve: as a server (an empty world takes all), else the
 * sandbox (RFC 821's own world). A mock's variables are sh's. */
CHECKED int host_init(struct host *h, const struct opts *o, struct shell *sh,
    bool serve, struct err *e);
void host_release(struct host *h);
/* --serve: until a signal, or --count sessions. The exit status. */
int host_serve(struct host *h, const struct opts *o, struct shell *sh);

#endif
