/* Between the files of --load. A plan is what the options say, constant while
 * it runs; sessions take messages from the clock and run on the plan's
 * conversations; the loop waits for all of them. For these only. */
#ifndef CMD_FRONT_LOAD_PARTS_H
#define CMD_FRONT_LOAD_PARTS_H

#include "cmd/lang/compose.h"
#include "cmd/front/load.h"
#include "cmd/sink/figures.h"
#include "cmd/talk/mail.h"
#include "cmd/talk/mails.h"
#include "net/link/swarm.h"

/* A conversation file, and how often it is chosen. */
struct load_file {
	struct script script;
	struct whose whose;
	uint64_t weight;
	bool whole; /* it begins with a greeting: each run needs a connection */
};

/* --values: a row a message. */
struct load_values {
	struct buf octets; /* cells stand in it, NUL-ended */
	char **name;
	size_t names;
	char **cell; /* rows * names */
	size_t rows;
	bool random;
};

#define LOAD_ENDLESS UINT64_MAX /* until the time is over */

struct load_plan {
	uint64_t sessions, keep; /* keep 0: all of them */
	uint64_t messages;	 /* this part's, perhaps none; LOAD_ENDLESS */
	int64_t duration_ns, ramp_ns, think_ns, progress_ns;
	double rate; /* messages a second, 0: as fast as it goes */
	bool poisson, pipeline, sure;
	uint64_t shard, shards; /* K - 1 of N */
	int64_t start_at;	/* seconds since 1970; 0: now */

	/* The builtin conversation: */
	struct text text;  /* the message, checked */
	struct buf octets; /* of it */
	uint64_t size;	   /* as SIZE counts */
	char *from;	   /* may hold ${...} */
	struct compose_paths to;
	bool expand; /* from or to does */
	const struct opts *o;
	/* or files: */
	struct load_file *file;
	size_t nfiles;
	uint64_t weights;
	struct load_values values;
};

CHECKED int load_plan_init(
    struct load_plan *p, struct shell *sh, const struct opts *o, struct err *e);
void load_plan_release(struct load_plan *p);
CHECKED int load_values_read(
    struct load_values *v, const char *path, struct err *e);
void load_values_release(struct load_values *v);
/* A whole file, of at most so many octets. ERR_NOINPUT. */
CHECKED int load_read_file(
    struct buf *b, const char *path, size_t most, struct err *e);
/* K/N, from the option or what Slurm, Kubernetes or parallel say. */
CHECKED int load_shard(struct load_plan *p, const char *text, struct err *e);
/* "12:30", "2026-11-26T12:30:00Z", "@SECONDS", "+5s". */
CHECKED int load_start_at(const char *text, int64_t *at, struct err *e);
/* The message of the builtin conversation. */
CHECKED int load_message(
    struct load_plan *p, struct shell *sh, const struct opts *o, struct err *e);

enum load_state {
	LOAD_OFF,     /* not begun: the ramp, or the first connection */
	LOAD_IDLE,    /* waits for a message to be due */
	LOAD_BUSY,    /* on a message */
	LOAD_LEAVING, /* QUIT */
	LOAD_PAUSING, /* --think, or after a failure to connect */
	LOAD_OVER
};

struct load;

/* A mail of the builtin conversation. */
struct load_mail {
	struct mails_one one;
	enum mail_fate *fate;
	struct text text;
	struct buf path; /* expanded addresses, NUL-ended */
	const char **to;
	int64_t due_ns;
	bool busy;
};

struct load_session {
	struct talk t;
	struct load *load;
	enum load_state state;
	unsigned number; /* ${session} */
	uint64_t n;	 /* ${n}: the message's number */
	uint64_t kept;	 /* messages on this connection */
	const struct load_file *file;
	size_t row; /* of the values, + 1 */
	int64_t due_ns;
	/* The builtin conversation's: one, or two in groups. */
	struct load_mail mail[2];
	struct mail hello;
	struct mails mails;
	bool greeting, grouped; /* hello, mails are under way */
	bool pending;		/* mail[0] awaits its group */
	/* Of the message under way. */
	enum figure at; /* the newest line */
	bool fresh;	/* descriptors are to be told anew */
	bool tls_told, counted, text_told;
	enum figure bad_at; /* the first refusal; bad_code 0: none */
	int bad_code;
	char *bad_text; /* its words, or NULL; escaped by who shows it */
	int64_t auth_ns;
	uint64_t chunked; /* octets by BDAT */
	unsigned misses;  /* connections that failed, one after the other */
	/* Timers: a heap by when_ns, which is never later than wake_ns. */
	int64_t wake_ns, when_ns;
	size_t heap;		   /* index + 1, 0: not in it */
	struct load_session *next; /* among those that are idle */
};

/* Of some milliseconds: what was found ready, and how long replies took. */
struct load_pace {
	int64_t began_ns, took_ns;
	uint64_t found, replies, noted;
	bool few;	/* the newest wait found little */
	int64_t nap_ns; /* what comes of it; 0: none */
};

struct load {
	struct shell *sh;
	struct load_plan plan;
	struct figures figures;
	struct talk_env env;
	struct swarm *swarm;
	struct load_session *session;
	size_t begun, over; /* sessions */
	struct load_session *idle, **idle_end;
	struct load_session **heap;
	size_t nheap;
	bool (*builtin)(void *arg, const char *name, struct buf *b);

	/* The clock of arrivals. */
	int64_t began_ns, next_ns, stop_ns;
	uint64_t given;
	uint64_t random; /* state */
	bool stopping, hasty;
	int64_t hasty_ns;
	struct load_pace pace;

	/* Where to, once the first session has found it. */
	bool found;
	char *address;
	struct route_host host; /* naddress 0: each session dials as it was
				   told */
	/* What AUTH asks for, once. */
	bool has_user, has_secret;
	char *user;
	struct sasl_secret secret;
	struct buf helo; /* ${helo} */
	size_t hidden;
	bool complained;
	struct err fatal; /* the run cannot go on */

	struct load_page *page;
	int status; /* of the first failure */
};

/* load_clock.c */
/* A message to be sent now: true, with when it was due. Else *due is when to
 * ask again, LOOP_FOREVER: never. */
bool load_clock_next(struct load *l, int64_t now_ns, int64_t *due);
/* When it will be due; LOOP_FOREVER: none is left. */
int64_t load_clock_due(struct load *l);
/* At the end: how many were due before it that no session was free for (by
 * --arrivals poisson about so many). */
uint64_t load_clock_unbegun(const struct load *l);
uint64_t load_random(struct load *l);
void load_timer(struct load *l, struct load_session *s, int64_t wake_ns);
/* The next whose time has come, or NULL. */
struct load_session *load_timer_take(struct load *l, int64_t now_ns);

/* load_pace.c */
void load_pace_reply(struct load *l, const struct link *k, int64_t took_ns);
/* Behind a wait that found so much ready. */
void load_pace_found(struct load *l, int64_t now_ns, size_t n);
/* Before a wait until then. */
void load_pace_nap(struct load *l, int64_t now_ns, int64_t until_ns);

/* load_one.c */
/* Counts a message as begun. */
void load_take(struct load_session *s, int64_t due_ns);
/* Why the one under way failed. */
void load_failed(struct load_session *s, const struct err *e);
/* One that was due then is over. */
void load_account_one(struct load_session *s, int64_t due_ns, bool well);
/* The message under way is over: its expectations, and the same. */
void load_account(struct load_session *s, bool well);
/* Says the message that load_take() has taken. */
void load_begin(struct load_session *s);

/* load_session.c */
void load_session_init(struct load *l, struct load_session *s, unsigned number);
void load_session_release(struct load_session *s);
/* Something came, a timer is due, or there is a message for it. */
void load_session_go(struct load_session *s);
/* An idle one has a message to send. */
void load_session_give(struct load_session *s, int64_t due_ns);
/* It may take messages from now on. */
void load_session_start(struct load_session *s);
/* The run ends: QUIT where there is a connection; now: not even that. */
void load_session_stop(struct load_session *s, bool now);
struct load_session *load_idle_take(struct load *l);

/* load_mail.c */
CHECKED int load_mail_set(
    struct load_session *s, struct load_mail *m, struct err *e);
void load_group_begin(struct load_session *s);
/* False: PIPELINING is not offered, and a mail goes line by line. */
bool load_group_go(struct load_session *s);
void load_group_end(struct load_session *s);

/* load_tell.c: what conversations tell. */
/* ${n}, ${session}, ${random:8}; else as ever. arg: a session. */
bool load_builtin(void *arg, const char *name, struct buf *b);
/* Not too much to somebody else's server: ERR_USAGE. */
CHECKED int load_care(const struct load *l, const char *address, struct err *e);
void load_env_init(struct load *l);

/* load_page.c: the live page, progress lines, the log. */
CHECKED int load_page_new(struct load *l, const struct opts *o, struct err *e);
void load_page_tick(struct load *l, int64_t now_ns, bool last);
/* Result, page, log. -1: one could not be written. */
CHECKED int load_page_end(struct load *l, const struct opts *o, struct err *e);
void load_page_free(struct load *l);

#endif
