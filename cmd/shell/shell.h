/* The interpreter: one for the terminal, files, pipes, -c and templates. */
#ifndef CMD_SHELL_H
#define CMD_SHELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cmd/talk/auth.h"
#include "net/conn/conn.h"
#include "cmd/talk/event.h"
#include "cmd/lang/lang.h"
#include "net/link/link.h"
#include "net/loop.h"
#include "cmd/talk/mx.h"
#include "cmd/shell/names.h"
#include "cmd/say/out.h"
#include "net/peer/peer.h"
#include "cmd/talk/secure.h"
#include "cmd/talk/settings.h"
#include "cmd/lang/vars.h"

/* Where and how to connect, from the command line and \connect. Strings are
 * its own. */
struct where {
	enum conn_kind kind;
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
int where_parse(struct where *w, const char *text, struct err *e);

struct template
{
	char *name;
	char *body;
	bool builtin;
};

/* What has been said so far and what it was worth. */
struct tally {
	unsigned met, missed;
	bool transient, permanent; /* a 4yz, a 5yz came in reply to something */
	int status;		   /* of the first error, 0 if none */
	unsigned files, files_failed;
};

struct shell {
	struct loop loop;
	struct out out;
	struct redact redact;
	struct sink *sinks;
	struct sink *screen; /* the human one among them, or NULL */
	struct human_opts look;
	struct sink *record;
	int64_t began_ns;

	struct vars vars;
	struct template *template;
	size_t ntemplates;

	struct where where; /* where \connect without words goes */
	bool has_where;
	struct link *link; /* NULL when not connected */
	struct settings set;
	struct names names;
	struct mx mx;
	bool mx_all_now;	       /* --mx-all: mx.next says which */
	const struct proxy_url *proxy; /* --proxy, or NULL */
	int proxy_protocol;	       /* 0, 1, 2 */
	struct secure secure;
	struct auth auth;
	struct peer_config sandbox; /* the embedded receiver, if sandboxed */
	bool sandboxed;
	struct peer_message *kept; /* what closed sandboxes received */

	bool machine;	      /* the output is JSON or TAP: no loose lines */
	bool interactive;     /* a person types */
	struct err told;      /* the last error that was told */
	bool leaving;	      /* \quit was said */
	enum dialect dialect; /* of what is being run */
	enum dialect force_dialect; /* --dialect */

	/* The flow of one conversation. */
	bool grouped;	    /* wait only when told: transcripts, \pipeline */
	bool greeted;	    /* the greeting was taken */
	bool greeting_kept; /* and nothing has judged it yet */
	bool said_helo, said_quit;
	bool skip_text;	   /* DATA was refused: mail text is not sent */
	bool raw_open;	   /* \raw sent what may have several replies */
	bool judging;	   /* an expectation ended the group: the next command
			      begins another */
	bool secured;	   /* shell_secure() has been here */
	bool broken;	   /* what came was no protocol: no polite QUIT */
	bool had_link;	   /* this conversation has had its connection */
	bool expects;	   /* this conversation has expectations */
	bool typed;	   /* the line under way was typed at a prompt */
	struct reply *got; /* replies read and not yet judged, oldest first */
	int64_t *got_ns;   /* how long each took */
	size_t ngot;
	struct reply last; /* the newest reply */
	int64_t last_ns;

	struct tally tally;
	const char *file; /* of the line under way, NULL if none */
	unsigned line;
	unsigned depth;	  /* of includes and templates */
	unsigned counter; /* ${n} */
};

/* Everything to its default; smtpsh.c fills in what options say. */
int shell_init(struct shell *sh, struct err *e);
int shell_release(struct shell *sh, struct err *e);
void shell_add_sink(struct shell *sh, struct sink *s);

/* Runs. Each returns 0 to go on, -1 when the source must stop (the error was
 * told and tallied). */
int shell_file(struct shell *sh, const char *path); /* own connection */
int shell_include(struct shell *sh, const char *path, struct err *e);
int shell_script(struct shell *sh, const struct script *s);
/* Lines as they come, lock-step, until the end of fd. */
int shell_stream(struct shell *sh, int fd, const char *name);
/* One line of a stream; *l keeps what goes over several. */
int shell_line(struct shell *sh, struct lang *l, const char *p, size_t len);
/* Its beginning: connects, if there is where to, so that what goes wrong is
 * not blamed on a line. Told and tallied. */
int shell_begin(struct shell *sh);
/* The end of a conversation: implied QUIT, close. */
void shell_end(struct shell *sh);
/* The exit status of all that was run. */
int shell_status(const struct shell *sh);

/* For the command files. Errors are returned, not told. */
int shell_connect(struct shell *sh, struct err *e);
/* The same to the host that mx.host or where says, without looking further. */
int shell_open(struct shell *sh, struct err *e);
void shell_close(struct shell *sh);
/* Connects if need be and takes the greeting if nothing has. */
int shell_greet(struct shell *sh, struct err *e);
/* Sends a command line as it is (already expanded) and, unless grouped, waits
 * for the reply. */
int shell_send(struct shell *sh, const char *p, size_t len, struct err *e);
/* The same, told as the line of the language that does this and what follows
 * it, with so many octets (0: unknown). */
int shell_send_as(struct shell *sh, const char *p, size_t len, const char *say,
    uint64_t octets, struct err *e);
/* Sends a line by itself and takes its reply: the code (0: none came, the
 * connection went), or -1. The reply to an implied one is nobody's to judge. */
int shell_command(
    struct shell *sh, const char *line, bool implied, struct err *e);
/* Writes what is queued and takes every reply that is owed. */
int shell_flush(struct shell *sh, struct err *e);
/* Forgets the replies that came and were not judged. */
void shell_drop(struct shell *sh);
/* Before something is sent: reads what the group that an expectation ended
 * still owes. */
int shell_begin_group(struct shell *sh, struct err *e);
/* -1 when something is there that nobody asked for (421: ERR_TEMP, other:
 * ERR_PROTO; told), or the server has gone. */
int shell_surplus(struct shell *sh, struct err *e);
/* The next reply, judged against x (NULL: any). */
int shell_expect(struct shell *sh, const struct expect *x, struct err *e);
/* ERR_USAGE "not connected ..." unless a link stands. */
int shell_need_link(struct shell *sh, struct err *e);
int shell_run_template(struct shell *sh, const struct template *t,
    const struct var_args *args, struct err *e);
/* A path in a script is relative to that script (NULL: none). The caller's to
 * free. */
char *shell_path(const char *script, const char *path);
/* Whether all of a file can be run as far as that is known before; ERR_DATA
 * names the line, ERR_NOINPUT a file that it includes. */
struct script;
int shell_precheck(struct shell *sh, const struct script *s, struct err *e);
const struct template *shell_template(const struct shell *sh, const char *name);
void shell_set_template(struct shell *sh, const char *name, const char *body);
/* Runs text that holds several lines of the language. */
int shell_text(struct shell *sh, const char *name, const char *p, size_t len,
    const struct var_args *args, struct err *e);
/* Tells and tallies: "smtpsh: FILE:LINE: text". */
void shell_error(struct shell *sh, const struct err *e);
void shell_remark(struct shell *sh, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Plain lines for people: \help, \show, \explain. To the screen, after '# '
 * unless interactive. */
void shell_say(struct shell *sh, const char *p, size_t len);
/* The same, and lines too long for the terminal are broken: for text that we
 * wrote, not for what is to be copied. */
void shell_page(struct shell *sh, const char *p, size_t len);
/* Columns of such a line. */
size_t shell_page_width(const struct shell *sh);
void shell_put(struct shell *sh, struct event *ev);
enum smtp_state shell_state(const struct shell *sh);
/* Events that have come while nobody waited (a late 421): shown. Returns
 * whether there were any. */
bool shell_idle(struct shell *sh);

#endif
