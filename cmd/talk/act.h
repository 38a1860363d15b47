/* Acts: what a conversation still has to do, the next one on top. Whoever
 * needs something done first (a connection, EHLO, TLS) puts an act in front of
 * itself and is called again when that is over; none calls another. */
#ifndef CMD_TALK_ACT_H
#define CMD_TALK_ACT_H

#include <stddef.h>
#include "net/core/err.h"

struct talk;
struct act;

/* What resume() says. -1: it failed (e); it is taken away, and so is what lies
 * below it up to one whose failed() sees to it. */
enum act_next {
	ACT_DONE, /* over: it is taken away */
	ACT_MORE, /* call the top again (it may have put something in front) */
	ACT_WAIT  /* talk.wait says for what */
};

struct act_kind {
	const char *name; /* for bug reports */
	size_t size; /* of the whole object, which begins with struct act */
	int (*resume)(struct talk *t, struct act *a, struct err *e);
	/* What it had put in front has failed. 0: seen to, go on with it; -1:
	 * it fails too, e may have changed. NULL: -1. */
	int (*failed)(struct talk *t, struct act *a, struct err *e);
	/* Frees what it holds, not itself. NULL: nothing. */
	void (*release)(struct talk *t, struct act *a);
};

struct act {
	const struct act_kind *kind;
	struct act *under;
	int step; /* 0 at first; its own */
};

/* Puts a new one on top: zeroed, borrowed until it is done. */
void *act_push(struct talk *t, const struct act_kind *kind);
/* Takes the top away. */
void act_pop(struct talk *t);

#endif
