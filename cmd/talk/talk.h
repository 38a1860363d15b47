/* One conversation: what it is to do, what it has sent and is owed, its
 * connection, its settings, what it was worth. It never waits: talk_go() runs
 * until it must and says for what; whoever waits is a front. */
#ifndef CMD_TALK_TALK_H
#define CMD_TALK_TALK_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cmd/lang/lang.h"
#include "cmd/lang/vars.h"
#include "cmd/lang/where.h"
#include "cmd/talk/act.h"
#include "cmd/talk/auth.h"
#include "cmd/talk/event.h"
#include "cmd/talk/ledger.h"
#include "cmd/talk/mx.h"
#include "cmd/talk/past.h"
#include "cmd/talk/secure.h"
#include "cmd/talk/settings.h"
#include "cmd/talk/whose.h"
#include "net/link/link.h"
#include "net/peer/peer.h"

/* What talk_go() returns. */
enum talk_wait {
	TALK_DONE,  /* nothing is left to do */
	TALK_INPUT, /* the next statement: talk_feed() */
	TALK_REPLY, /* the server */
	TALK_WRITE, /* room in the socket */
	TALK_TIME,  /* nothing but time */
	TALK_OPEN,  /* a name server, or the connection to stand */
	TALK_TLS,   /* the handshake */
	TALK_FILE   /* octets of a descriptor, or the server */
};

struct template
{
	char *name;
	char *body;
	struct whose whose; /* who defined it */
};

struct templates {
	struct template *template;
	size_t n;
};

/* The exit status where some recipients got a message and others did not. */
#define TALK_PARTIAL 2

/* What has been said so far and what it was worth. */
struct tally {
	unsigned met, missed, unjudged;
	bool unwell;		   /* an unjudged 4yz or 5yz that counts */
	bool transient, permanent; /* a 4yz, a 5yz came in reply to something */
	bool partial;		   /* a message was taken for some only */
	bool texted;		   /* mail text was sent to its end */
	int status;		   /* of the first error, 0 if none */
	unsigned files, files_failed, files_skipped;
};

/* An expectation that waits for its reply. */
struct talk_want {
	const struct expect *expect; /* NULL: none */
	uint64_t seq;	  /* of the due it takes; 0: what comes unasked */
	int64_t until_ns; /* for the latter */
	bool judged, met;
};

struct talk;
struct dns;
struct sasl_secret;

/* What the process does for its conversations. */
struct talk_env {
	void (*put)(struct talk *t, struct event *ev);
	/* An error, to be told at t->file:line. */
	void (*error)(struct talk *t, const struct err *e);
	/* A line for standard error that is not the run's status. */
	void (*complain)(struct talk *t, const char *text);
	/* Runs a \command (line behind the backslash). */
	int (*command)(
	    struct talk *t, const char *p, size_t len, struct err *e);
	/* What \word is. */
	lang_word *word;
	struct tls_ctx *(*tls)(struct talk *t, struct err *e);
	struct dns *(*dns)(struct talk *t, struct err *e);
	/* The user and the secret for AUTH; they may ask a person. */
	int (*user)(
	    struct talk *t, const char *host, char **user, struct err *e);
	int (*secret)(struct talk *t, const char *user, const char *host,
	    struct sasl_secret *out, struct err *e);
	/* p is a secret from now on. */
	void (*hide)(struct talk *t, const char *p, size_t len);
	/* What the server presented under TLS (PEM). */
	int (*peer_cert)(
	    struct talk *t, const char *p, size_t len, struct err *e);
	/* The connection is about to go. */
	void (*closing)(struct talk *t);
	/* How many octets of a message are told line by line. */
	uint64_t (*text_max)(const struct talk *t);
	/* A word that no server knows: what it may have meant. */
	bool (*guess)(struct buf *b, const char *line, size_t len);
};

struct frame;

struct talk {
	const struct talk_env *env;
	void *house; /* the env's */

	/* What it is to do. */
	struct act *top;
	struct frame *frame; /* the innermost */
	unsigned depth;	     /* of includes and templates */
	struct ledger ledger;
	struct talk_want want;
	bool barrier; /* the newest line's reply decides what may follow */
	bool stopped; /* the source must not go on: told */

	/* How. */
	struct settings set;
	struct where where;
	bool has_where;
	const struct proxy_url *proxy;
	int proxy_protocol;
	const struct peer_config *sandbox; /* or NULL */
	struct secure secure;
	struct auth auth;
	bool must_verify; /* the command line's: no file may lower it */
	bool trusting;	  /* --trust: a file may do what a person may */
	struct mx mx;
	struct vars vars;
	struct templates templates;
	enum dialect dialect;
	struct script_want reading; /* of files */
	bool interactive;	    /* a person types */
	unsigned counter;	    /* ${n} */
	unsigned proofs;	    /* of logins that are hidden */

	/* The connection. */
	struct link *link;
	bool had_link;	/* this conversation has had its connection */
	unsigned links; /* so many connections were begun */
	bool greeted;	/* the greeting was taken */
	bool reached;	/* one was, even if that connection has gone; its
			   reader resets it */
	bool said_helo; /* EHLO, HELO or LHLO went out */
	bool said_quit;
	bool secured;	      /* what the options ask for was done */
	bool own_tls;	      /* the source starts TLS itself */
	bool own_login;	      /* the source logs in itself */
	bool unmet;	      /* it failed: the session is to end */
	bool raw_open;	      /* \raw sent what may have several replies */
	const char *raw_file; /* where it stands */
	unsigned raw_line;
	bool skip_text;	     /* DATA was refused: mail text is not sent */
	bool data_refused;   /* DATA, the newest line, was */
	int text_refused;    /* what mail text was answered before its end */
	bool closing;	     /* 421 came */
	bool implied_before; /* the newest line was nobody's: a typed one is
				shown again, in its place */
	bool broken;	     /* what came was no protocol: no polite QUIT */
	bool garbled;	     /* what came was no reply */
	size_t part_told;    /* octets of a reply that has not ended: shown */
	bool leaving;	     /* \quit was said */
	struct reply last;
	int64_t last_ns;
	int code; /* of the newest reply to a line of ours; 0: it was closed */

	/* Whose words these are. */
	const char *file; /* kept by talk_name() */
	unsigned line;
	bool typed; /* the line under way was typed at a prompt */
	char **name;
	size_t nnames;

	/* What it was worth. */
	bool expects;  /* this source has expectations */
	bool skips;    /* it is a file of a run, which \require may skip */
	char *skipped; /* why it did, or NULL */
	/* Unjudged, before the first of them; of many only some are kept. */
	struct due *untold;
	size_t nuntold;
	bool untold_unwell; /* a 4yz or 5yz was among them */
	size_t ntold;
	struct tally tally;
	unsigned breaches; /* replies that nothing had asked for */
	struct err told;
	struct lint *lint;  /* rules that replies are held against; NULL: none.
			      Its owner's */
	struct sight *past; /* what was seen, for its causes; NULL: nobody
			       asks. Its owner's */

	/* The wait under way; the front sets the last two. */
	enum talk_wait wait;
	int64_t deadline_ns;
	int fd;	       /* TALK_FILE */
	bool readable; /* the connection has something */
	bool woken;    /* that wait has ended, by whatever */
};

void templates_release(struct templates *all);

void talk_init(struct talk *t, const struct talk_env *env, void *house);
void talk_release(struct talk *t);

/* Runs until it must wait; t->wait is the same, t->deadline_ns when that is
 * over (LOOP_FOREVER: never). Errors were told. */
enum talk_wait talk_go(struct talk *t);
/* Descriptors to watch meanwhile, at most 4. */
size_t talk_fds(struct talk *t, struct pollfd *fd);
/* Appends what it waits for, as a person would say it: "the reply to MAIL from
 * mail.example". false: nothing worth telling. */
bool talk_waits_for(const struct talk *t, struct buf *b);
/* A person or a signal wants it to end: what is under way fails. */
void talk_interrupt(struct talk *t);
/* Nothing more of what was to be done is done. */
void talk_drop(struct talk *t);

/* Sources. A whole one, borrowed until it is done. */
void talk_run(struct talk *t, const struct script *s, const struct whose *w);
/* A source whose statements come one by one; behind it talk_go() says INPUT. */
void talk_stream(struct talk *t, const char *name);
/* The next, borrowed until INPUT is said again. */
void talk_feed(struct talk *t, const struct stmt *st);
/* No more of them. */
void talk_stream_end(struct talk *t);
/* Tells l what the session knows of the next line: mail text or command; st:
 * the statement just run, or NULL. */
void talk_follow(struct talk *t, struct lang *l, const struct stmt *st);
/* What comes in a source is held against itself: forgets the former's. s: all
 * of it, where it is known; else NULL. */
void talk_source_begin(struct talk *t, const struct script *s);
/* All that is settled at its end. */
void talk_source_end(struct talk *t);

/* For acts and commands. They return as resume() does, or -1. */
/* Written and answered, all of it; TLS too, if that was a 220 to STARTTLS. */
CHECKED int talk_await(struct talk *t, struct err *e);
/* The same for the lines up to the one of that seq. */
CHECKED int talk_await_line(struct talk *t, uint64_t seq, struct err *e);
/* Writes what is queued, reading meanwhile. */
CHECKED int talk_write(struct talk *t, struct err *e);
/* Before a line, \raw or mail text goes out. v: its verb, or NULL. */
CHECKED int talk_ready(struct talk *t, const struct verb *v, struct err *e);
/* The connection stands, the greeting was taken. */
CHECKED int talk_greet(struct talk *t, struct err *e);
CHECKED int talk_need_link(struct talk *t, struct err *e);
/* Nothing came that no line asked for; else it is told, and that is the
 * status. -1: 421, or the end. */
CHECKED int talk_surplus(struct talk *t, struct err *e);
/* Waits for w until a moment. */
int talk_sleep(struct talk *t, enum talk_wait w, int64_t deadline_ns);
/* Takes events that are there, showing them, while nobody waits for them.
 * Whether there were any. */
bool talk_idle(struct talk *t);
/* Whether lines wait for each other's replies. */
bool talk_grouped(const struct talk *t);
void talk_group(struct talk *t, bool on);

/* Acts that anybody may put in front (act_push; their own files say more). */
void talk_open(struct talk *t); /* connects */
/* The line, as a person would type it. */
void talk_say(struct talk *t, const char *line);
/* A line of smtpsh's own: EHLO, QUIT; secret: shown as ***. */
void talk_say_own(struct talk *t, const char *line);
/* EHLO, HELO or LHLO of ours. */
CHECKED int talk_say_helo(struct talk *t, const char *verb, struct err *e);
void talk_starttls(struct talk *t, bool implied);
void talk_tls(struct talk *t);
/* Is what the options ask for behind the greeting still to be done, by us? With
 * --bare, and before a source has started the TLS that it starts itself, it is
 * not; then demand.h alone holds the session to it. */
bool talk_secures(const struct talk *t);
void talk_secure(struct talk *t);
/* Connects, takes the greeting, does what the options ask for. */
void talk_begin(struct talk *t);
/* A command ends the connection: an unattended one must have had what the
 * options demand. first: it may be begun yet, and 1 says that it was. ERR_AUTH */
CHECKED int talk_part(
    struct talk *t, const char *command, bool first, struct err *e);
/* AUTH; mech, user: or NULL. must: a refusal is an error. */
void talk_auth(struct talk *t, const char *mech, const char *user, bool must);
/* Octets as they are (\\raw, \\octets). owes: a reply is awaited for them. */
CHECKED int talk_octets(
    struct talk *t, const char *p, size_t len, bool owes, struct err *e);
/* Whether octets that end so (the last 5 will do) are answered: a line's end
 * is; inside mail text only the text's. */
bool talk_octets_owe(const struct talk *t, const char *p, size_t len);
/* A line typed by hand that holds a secret: what it decodes to is hidden from
 * now on. */
void talk_hide_typed(struct talk *t, const char *p, size_t len);
void talk_end(struct talk *t);
/* The end of a conversation, politely, and of its connection. */
void talk_close(struct talk *t);
/* Runs lines of the language: a template's body. -1: too deep. */
CHECKED int talk_text(struct talk *t, const char *name, const char *p,
    size_t len, const struct var_args *args, struct err *e);
CHECKED int talk_include(struct talk *t, const char *path, struct err *e);

/* A line is queued: its due. */
CHECKED int talk_queue(
    struct talk *t, enum due_by by, const char *p, size_t len, struct err *e);
/* The due of what was just put into the core. */
void talk_owe(struct talk *t, enum due_by by);

/* Judging. */
CHECKED int talk_expect(struct talk *t, const struct expect *x, struct err *e);
/* A check that is no reply's: counted and told. -1 (told) when it is missed. */
CHECKED int talk_check(
    struct talk *t, bool met, const char *want, const char *got, struct err *e);
void talk_settle(struct talk *t);
/* The same, but a greeting before which nothing was sent may still be judged. */
void talk_settle_before(struct talk *t);
/* Nothing is owed, and no reply waits to be judged. */
bool talk_settled(struct talk *t);

/* What the source needs is not there: its rest is not run. Of a file of a run
 * that is told and no failure (e: none), of all else ERR_REFUSED. -1. */
CHECKED int talk_skip(struct talk *t, const char *why, struct err *e);

/* Telling. */
void talk_put(struct talk *t, struct event *ev);
void talk_error(struct talk *t, const struct err *e);
void talk_remark(struct talk *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A reply as people quote it: code and its last line. */
void talk_quote(const struct reply *r, struct buf *b);
/* The same string for as long as the conversation lives. */
const char *talk_name(struct talk *t, const char *name);

enum smtp_state talk_state(const struct talk *t);
int talk_status(const struct talk *t);
const struct template *talk_template(const struct talk *t, const char *name);
void talk_set_template(struct talk *t, const char *name, const char *body);
/* A path in a script is relative to that script (NULL: none). The caller's to
 * free. */
char *talk_path(const char *script, const char *path);

#endif
