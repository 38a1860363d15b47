/* The command line. One table feeds getopt_long(3), --help, the shells'
 * completions and the manual's check. */
#ifndef CMD_OPTS_H
#define CMD_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

enum opt_id {
	/* short options are their letters */
	OPT_FIRST = 256,
	OPT_BARE,
	OPT_BIND,
	OPT_BODY,
	OPT_COLOUR,
	OPT_COMPLETION,
	OPT_COUNT,
	OPT_DATA,
	OPT_DIALECT,
	OPT_EARLY,
	OPT_EXPLAIN,
	OPT_FORMAT,
	OPT_FROM,
	OPT_HEADER,
	OPT_HELO,
	OPT_JUNIT,
	OPT_KEEP_GOING,
	OPT_LMTP,
	OPT_LIST,
	OPT_MAILBOX,
	OPT_MAILDIR,
	OPT_MAIL_PARAM,
	OPT_MOCK,
	OPT_NO_REMARKS,
	OPT_PIPE,
	OPT_QUIT_AFTER,
	OPT_RCPT_PARAM,
	OPT_RECORD,
	OPT_SANDBOX,
	OPT_SERVE,
	OPT_SIZE_MAX,
	OPT_SOCKET,
	OPT_STOP,
	OPT_TIMEOUT,
	OPT_ALLOW_BARE,
	OPT_CHUNK,
	OPT_NO_RC,
	OPT_TLS,
	OPT_TLS_OPTIONAL,
	OPT_TLS_ON_CONNECT,
	OPT_TLS_CA,
	OPT_TLS_CERT,
	OPT_TLS_KEY,
	OPT_TLS_SNI,
	OPT_TLS_VERIFY_HOST,
	OPT_TLS_VERIFY,
	OPT_TLS_PROTOCOL,
	OPT_TLS_CIPHER,
	OPT_TLS_SAVE,
	OPT_CERT,
	OPT_KEY,
	OPT_SELF_SIGNED,
	OPT_MX,
	OPT_MX_ALL,
	OPT_DANE,
	OPT_RESOLVER,
	OPT_TRUST_ANCHOR,
	OPT_PROXY,
	OPT_PROXY_PROTOCOL,
	OPT_AUTH,
	OPT_AUTH_USER,
	OPT_AUTH_FILE,
	OPT_AUTH_FD,
	OPT_AUTH_COMMAND,
	OPT_NETRC,
	OPT_AUTH_INSECURE,
	OPT_USER,
	OPT_PASSWORD_FILE,
	OPT_AUTH_MECHS,
	OPT_SESSION_MAX,
	OPT_CLIENT_MAX,
	OPT_RUN_AS
};

struct opt {
	int id;		   /* enum opt_id, or the short option's letter */
	const char *name;  /* long name */
	const char *arg;   /* placeholder (FILE HOST ADDRESS ...) or choices
			     "a|b", NULL if it takes none */
	const char *text;  /* one line */
	const char *group; /* heading in --help, on the first of a group */
};

extern const struct opt opt_table[]; /* ends with name NULL */

/* A thing to run, in the order given. */
struct opt_run {
	bool file; /* -f; else -c */
	const char *text;
};

struct opts {
	/* Strings are argv's. */
	const char *host, *port, *socket, *pipe, *bind, *helo, *from, *body,
	    *data, *format, *junit, *record, *serve, *mock, *maildir,
	    *quit_after, *completion, *list, *colour, *timeout, *dialect,
	    *size_max, *count, *chunk, *tls_ca, *tls_cert, *tls_key, *tls_sni,
	    *tls_verify_host, *tls_verify, *tls_protocol, *tls_cipher,
	    *tls_save, *cert, *key, *mx, *resolver, *trust_anchor, *proxy,
	    *proxy_protocol, *auth_mech, *auth_user, *auth_file, *auth_fd,
	    *auth_command, *user, *password_file, *auth_mechs, *session_max,
	    *client_max, *run_as;
	const char **to, **header, **mailbox, **define, **mail_param,
	    **rcpt_param;
	size_t nto, nheader, nmailbox, ndefine, nmail_param, nrcpt_param;
	struct opt_run *run;
	size_t nrun;
	char **words; /* --explain's */
	size_t nwords;
	int family;
	bool lmtp, bare, early, keep_going, stop, sandbox, explain, quiet,
	    no_remarks, allow_bare, help, version, no_rc, tls, tls_optional,
	    tls_on_connect, self_signed, mx_all, dane, auth, netrc,
	    auth_insecure;
};

/* ERR_USAGE names the option. */
int opts_parse(struct opts *o, int argc, char **argv, struct err *e);
void opts_release(struct opts *o);
/* The text of --help. */
void opts_usage(struct buf *b);

#endif
