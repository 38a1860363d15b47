/* The process: where its output goes, what it knows of names and certificates,
 * and its one conversation. */
#ifndef CMD_SHELL_SHELL_H
#define CMD_SHELL_SHELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cmd/know/lint.h"
#include "cmd/say/out.h"
#include "cmd/shell/names.h"
#include "cmd/shell/place.h"
#include "cmd/talk/talk.h"
#include "net/loop.h"

/* What the command line says of TLS for all conversations; strings are its
 * own. */
struct trust {
	const char *ca, *cert, *key, *protocol, *cipher, *save_peer;
	bool resume;
	struct tls_ctx *ctx; /* made when first needed */
};

/* The wait under way, of which a person is told once. */
struct patience {
	enum talk_wait wait;
	uint64_t seq;	  /* of what is owed */
	int64_t began_ns; /* 0: there is none */
	bool told;
	bool explained; /* and why it may be late */
};

struct shell {
	struct loop loop;
	struct out out;
	struct redact redact;
	struct sink *sinks;
	struct sink *stream;	   /* JSON's, or NULL */
	struct sink *screen;	   /* the human one among them, or NULL */
	struct sink *record;	   /* the one under way, or NULL */
	bool record_persons;	   /* a person began it */
	struct sink *record_outer; /* a file of the run found it so: it goes
				      on behind the file */
	bool reports;		   /* a report is among them */
	struct human_opts look;
	int64_t began_ns;
	bool machine; /* the output is JSON or TAP: no loose lines */

	struct names names;
	struct trust trust;
	struct peer_config sandbox; /* the embedded receiver */
	struct peer_message *kept;  /* what closed sandboxes received */
	char *typed_user;	    /* for AUTH: found in ~/.netrc or typed */

	const struct shell_places *places; /* by name; NULL: there are none */
	struct shell_place *place;	   /* the one in use, its own; NULL: the
					      command line's */
	int argc;			   /* the program's words, and what */
	char **argv;			   /* they were read as: places' own */
	const void *options;

	struct patience patience;
	struct sight sight; /* what the talk has seen */
	struct sight_hide hide;
	unsigned asides;  /* conversations beside it so far */
	struct lint lint; /* --lint */
	struct buf taken; /* what was last said of mail that a server took */
	struct talk talk;
};

/* Everything to its default; cmd/front/setup.c fills in what options say. */
CHECKED int shell_init(struct shell *sh, struct err *e);
/* -1: standard output could not be written; -2: a file that was asked for. */
CHECKED int shell_release(struct shell *sh, struct err *e);
/* What the process does for its conversations: for those who have more of
 * them, each with this shell as its house. */
const struct talk_env *shell_talk_env(void);
/* Whose conversation it is. */
struct shell *shell_of(const struct talk *t);
void shell_add_sink(struct shell *sh, struct sink *s);
void shell_drop_sink(struct shell *sh, const struct sink *s);
void shell_put(struct shell *sh, struct event *ev);
/* What the nth conversation beside it tells: for sinks that ask for it. */
void shell_aside(
    struct shell *sh, unsigned n, const char *name, struct event *ev);

/* Goes on with the conversation, waiting for what it waits for: TALK_DONE, or
 * TALK_INPUT. */
enum talk_wait shell_drive(struct shell *sh);
/* Puts that act in front and goes on until it is over. */
enum talk_wait shell_do(struct shell *sh, void (*act)(struct talk *t));

/* The record under way is taken away and closed. -1: it could not be written. */
CHECKED int shell_end_record(struct shell *sh, struct err *e);

/* One line of a stream (talk_stream()); *l keeps what goes over several. -1:
 * it failed (told), or nobody takes the output any more. */
int shell_line(struct shell *sh, struct lang *l, const char *p, size_t len);

/* Tells and tallies: "smtpsh: FILE:LINE: text". */
void shell_error(struct shell *sh, const struct err *e);
/* Plain lines for people: \help, \show, \explain. To the screen, after '# '
 * unless interactive. */
void shell_say(struct shell *sh, const char *p, size_t len);
/* The same, and lines too long for the terminal are broken: for text that we
 * wrote, not for what is to be copied. At the prompt, what is longer than the
 * screen is the pager's. */
void shell_page(struct shell *sh, const char *p, size_t len);
/* Columns of such a line. */
size_t shell_page_width(const struct shell *sh);
/* The exit status of all that was run. */
int shell_status(const struct shell *sh);

#endif
