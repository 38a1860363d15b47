/* Between the files of cmd/talk/: what one step of a conversation is made of.
 * For these only. */
#ifndef CMD_TALK_STEP_H
#define CMD_TALK_STEP_H

#include "cmd/talk/talk.h"

/* A position in a plan, or in a source whose statements come one by one. */
struct frame {
	struct act act;
	struct frame *caller;
	const struct script *plan; /* NULL: a stream */
	struct script *own;	/* the plan, where it is the frame's to free */
	const struct stmt *fed; /* the stream's statement under way */
	size_t pc;
	struct expect *expect; /* this statement's, with its variables */
	struct var_args args;  /* its own copy */
	bool plain;	/* no expectation can come: replies need not be kept */
	bool grouped;	/* GROUP; else STEP: each line waits */
	bool pipelined; /* by \pipeline, which DATA ends */
	bool skips_greeting; /* the session has it already */
	bool ended;	     /* no more will be fed */
	struct whose whose;
	const char *file; /* the caller's, for its end */
	unsigned line;
};

/* builtin.c: variables that are worked out; arg: the talk. */
bool talk_builtin(void *arg, const char *name, struct buf *b);

/* take.c */
/* Takes one event. ACT_MORE: something came; ACT_DONE: the moment until_ns is
 * over (never for LOOP_FOREVER, which fails when RFC 5321's time for what is
 * owed is over); ACT_WAIT; -1. */
CHECKED int step_take(struct talk *t, int64_t until_ns, struct err *e);
/* Its reply is one that only an expectation may have after such a line. */
bool step_is_odd(const struct due *d);

/* part.c */
/* What has come of a reply that did not end is shown, once. */
void step_leftover(struct talk *t);
/* Appends what of it stands in a sentence: one line, cut. false: nothing has
 * come. */
bool step_has_part(const struct talk *t, struct buf *b);
/* The same of octets. */
void step_part(const char *p, size_t len, struct buf *b);

/* expect.c */
/* Holds r against t->want and counts. */
void step_judge(struct talk *t, const struct reply *r, struct buf *why);
/* Tells that x was expected and r came. */
void step_tell_missed(
    struct talk *t, const struct expect *x, const struct reply *r);
/* Of very many lines without expectations the oldest are settled. */
void step_bound(struct talk *t);
/* A due was settled and nothing had judged its reply. */
void step_unjudged(struct talk *t, const struct due *d);

/* send.c */
/* A greeting that nobody judges must be 220: ERR_REFUSED, ERR_TEMP, ERR_PROTO.
 */
CHECKED int step_greeting(int code, struct err *e);

/* auth.c */
/* A person who does AUTH by hand is told what the 334 just taken says. */
void step_challenge(struct talk *t);

/* open.c */
/* The connection has gone: forgets all that belonged to it, but not the
 * replies that came and are still to be judged. */
void step_gone(struct talk *t);

/* Puts the act in front that connects to where mx.host or where says. */
void step_dial(struct talk *t);

/* go.c */
/* What is under way fails with e: told where its statement stands. */
void step_fail(struct talk *t, const struct err *why);

/* stmt.c */
/* Runs the frame's statement, as an act's resume(). */
CHECKED int step_stmt(
    struct talk *t, struct frame *f, const struct stmt *st, struct err *e);
/* --stop: a refusal that nobody judges ends the source. */
bool step_must_stop(struct talk *t, const struct stmt *st);
/* Waits for the line just queued as the frame has it: all of its replies in
 * STEP; room in the queue in GROUP. */
CHECKED int step_sent(struct talk *t, struct err *e);

/* The mail text was answered before its end: -1. */
CHECKED int step_cut(struct talk *t, struct err *e);

/* send.c */
/* Why nothing more can be sent: 421, or the connection is gone. -1. */
CHECKED int step_closed(const struct talk *t, struct err *e);

/* frame.c */
/* DATA, AUTH and STARTTLS end \\pipeline, for those who called, too. */
void step_ungroup(struct talk *t);

#endif
