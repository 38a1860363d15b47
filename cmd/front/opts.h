/* The command line. One table feeds the parser, --help, the shells'
 * completions and the manual's check. */
#ifndef CMD_OPTS_H
#define CMD_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

/* What its value is put into, at the slot. */
enum opt_kind {
	OPT_FLAG,   /* bool */
	OPT_STRING, /* const char * */
	OPT_NUMBER, /* const char *, of digits; at least min */
	OPT_LIST,   /* struct opt_list */
	OPT_WORDS,  /* the same, and the words behind it */
	OPT_FAMILY, /* int: min is the address family */
	OPT_LINE,   /* run: a line of the language */
	OPT_FILE,   /* run: a conversation file */
	OPT_AUTH,   /* auth, auth_mech; its value may be missing */
	OPT_WORD,   /* explain, and the words behind it */
	OPT_HELP,   /* help, help_group; its value may be missing */
	OPT_SETTING /* the row of setting_table that names it */
};

/* Where it has something to do. */
enum opt_front {
	FRONT_SHELL = 1,   /* a person types */
	FRONT_LINES = 2,   /* -c, -f, a pipe */
	FRONT_MESSAGE = 4, /* --to */
	FRONT_SERVE = 8,
	FRONT_TEXTS = 16, /* --help and others that only print */
	FRONT_LOAD = 32,  /* --load */
	FRONT_MERGE = 64, /* --merge */
	FRONT_DIAGNOSE = 128
};

/* What it cannot do without. */
enum opt_need {
	NEED_NOTHING,
	NEED_TCP,	   /* a connection by TCP */
	NEED_SOCKET,	   /* or by a Unix socket */
	NEED_DNS,	   /* names to look up */
	NEED_ANCHOR,	   /* DNSSEC */
	NEED_TLS,	   /* TLS, or where \starttls may come */
	NEED_TLS_CERT,	   /* --tls-cert */
	NEED_AUTH,	   /* --auth, or where \auth may come */
	NEED_RUN,	   /* --mx, and what can be run again */
	NEED_FILE,	   /* -f */
	NEED_CONVERT,	   /* --convert */
	NEED_MANY,	   /* --eml, --mbox, --maildir-from */
	NEED_RESUME,	   /* --resume */
	NEED_LINT,	   /* --lint */
	NEED_RATE,	   /* --rate */
	NEED_VALUES,	   /* --values */
	NEED_BUILTIN,	   /* no -f */
	NEED_VARS,	   /* with --serve: --mock */
	NEED_TAGS,	   /* with --serve and one message: --mock */
	NEED_RECEIVER,	   /* --serve or --sandbox, and no mock */
	NEED_MOCK,	   /* --mock */
	NEED_RULES,	   /* --rule or --rules */
	NEED_RECEIVER_TLS, /* one of the three */
	NEED_CERT,	   /* of the receiver */
	NEED_USER,	   /* --user */
	NEED_PASSWORD	   /* --password-file */
};

struct opt {
	int letter;	/* the short option, 0 if there is none */
	char name[24];	/* long name */
	char also[16];	/* another spelling, or "" */
	char arg[56];	/* placeholder (FILE HOST ADDRESS ...) or choices
			  "a|b"; in brackets if it may be missing; "" if it
			  takes none */
	char text[64];	/* one line */
	char group[24]; /* heading in --help, on the first of a group */
	enum opt_kind kind;
	size_t slot;
	unsigned on; /* enum opt_front, together */
	enum opt_need need;
	bool once; /* twice is an error: both would have to be done */
	int min;
};

extern const struct opt opt_table[]; /* ends with name "" */
#define OPTS_MAX 192

struct opt_list {
	const char **item;
	size_t n;
};

/* A thing to run, in the order given. */
struct opt_run {
	bool file;    /* -f; else -c */
	bool operand; /* a word without an option, while they are read */
	const char *text;
	char *own; /* the text, where it does not stand in argv any more */
};

struct setting;

struct opt_setting {
	const struct setting *row;
	const char *option; /* its name */
	const char *value;
};

/* Strings are argv's. */
struct opts {
	enum opt_front front; /* opts_check() */
	const char *host, *port, *socket, *pipe, *bind, *helo, *from, *body,
	    *data, *format, *junit, *report, *record, *serve, *mock, *maildir,
	    *quit_after, *completion, *list, *dialect, *as, *session, *convert,
	    *to_format, *size_max, *count, *chunk, *tls_ca, *tls_cert, *tls_key,
	    *tls_sni, *tls_verify_host, *tls_protocol, *tls_cipher, *tls_save,
	    *tls_expires, *cert, *key, *mx, *resolver, *trust_anchor, *proxy,
	    *proxy_protocol, *auth_mech, *auth_user, *auth_file, *auth_fd,
	    *auth_command, *user, *password_file, *jobs, *sessions, *messages,
	    *duration, *rate, *arrivals, *ramp, *keep, *rcpts, *think,
	    *message_size, *values, *values_order, *progress, *hdr, *shard,
	    *start_at, *help_group, *auth_mechs, *session_max, *client_max,
	    *run_as, *threads, *grace, *store, *rules, *seed;
	/* A message, or many. html: of one message; else report's. */
	const char *subject, *html, *reply_to, *partial, *retry, *retry_wait,
	    *envelope, *to_file, *resume, *stop_after, *print_config;
	struct opt_list cc, bcc, attach, inlined, eml, mbox, maildir_from;
	bool dry_run, no_pipelining, repeat_unknown, reveal;
	bool environment; /* SMTPSH_OPTS said some of it */
	struct opt_list lint_ignore, to, header, mailbox, rule, mock_next,
	    define, mail_param, rcpt_param, fail_if, merge,
	    words; /* --explain's */
	struct opt_run *run;
	size_t nrun;
	struct opt_setting *setting; /* in the order given */
	size_t nsetting;
	char **made; /* paths that folder_expand() put into run */
	size_t nmade;
	int family;
	bool lint, timeline, lmtp, sandbox, explain, diagnose, diagnose_mail,
	    quiet, allow_bare, help, version, no_rc, tls, tls_optional,
	    tls_on_connect, self_signed, mx_all, dane, auth, netrc,
	    auth_insecure, trust, load, pipeline, tls_resume, yes_really, wiped,
	    discard, show, show_all;
	unsigned char given[OPTS_MAX]; /* how often, by row */
};

/* Reads the words. ERR_USAGE names the option, and what may have been
 * meant. */
CHECKED int opts_parse(struct opts *o, int argc, char **argv, struct err *e);
/* Decides the front, and whether every option that was given has something to
 * do there, and nothing contradicts. terminal: standard input is one.
 * ERR_USAGE says what to do. */
CHECKED int opts_check(struct opts *o, bool terminal, struct err *e);
/* Was any -f FILE given? */
bool opts_has_file(const struct opts *o);
/* Many messages are mailed. */
bool opts_has_many(const struct opts *o);
/* What of that is not there, as "--OPTION goes with ..." ends; NULL: all is. */
const char *opts_lacks(const struct opts *o, enum opt_need need);
/* Takes what -c says of secrets out of argv. Whether there was any. */
bool opts_wipe(struct opts *o);
void opts_release(struct opts *o);
/* The text of --help, or of one of its groups. ERR_USAGE: no such group. */
CHECKED int opts_usage(struct buf *b, const char *group, struct err *e);
/* Is there a group of that name? */
bool opts_is_group(const char *word);
/* Their names; NULL behind the last. */
const char *opts_group_word(size_t i);
/* By either spelling; NULL: none. */
const struct opt *opts_find(const char *name, size_t len);
/* What somebody who knows other programs, or slips, may have meant by the name
 * of an option (without hyphens): appends it. False: no idea. */
bool opts_meant(struct buf *b, const char *name, size_t len);
/* Only what other programs call so. */
const char *opts_habit(const char *name, size_t len);

#endif
