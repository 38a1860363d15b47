/* From options to a shell that is ready to run. */
#ifndef CMD_SETUP_H
#define CMD_SETUP_H

#include "cmd/front/opts.h"
#include "cmd/front/opts_read.h"
#include "cmd/shell/shell.h"
#include "net/conn/proxy.h"

/* The terminal's width, and settings that options say; first of all. */
CHECKED int setup_settings(
    struct shell *sh, const struct opts *o, struct err *e);
/* -D, and what other options say of variables. ERR_USAGE. */
CHECKED int setup_vars(struct shell *sh, const struct opts *o, struct err *e);
/* Where the output goes, in which form. ERR_OUTPUT. */
CHECKED int setup_sinks(struct shell *sh, const struct opts *o, struct err *e);
/* All that a session needs: settings, sinks, variables, the place, TLS and
 * AUTH, DNS and proxy. The proxy is parsed into *proxy, which must outlive
 * the shell. What the options point to stays theirs. */
CHECKED int setup_session(struct shell *sh, const struct opts *o,
    struct proxy_url *proxy, struct err *e);
/* Where the options say to connect, into a zeroed *w. ERR_USAGE. */
CHECKED int setup_where(struct where *w, const struct opts *o, struct err *e);
/* The same for another place, in a shell that has run with the options was;
 * there is no connection. */
CHECKED int setup_again(struct shell *sh, const struct opts *was,
    const struct opts_place *p, struct proxy_url *proxy, struct err *e);
/* How files are to be read. */
struct script_want setup_reading(const struct opts *o);
/* $XDG_CONFIG_HOME/smtpsh/rc: the same language, for people's sessions. */
void setup_rc(struct shell *sh);

#endif
