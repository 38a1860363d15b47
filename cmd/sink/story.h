/* A conversation as a list of steps, each with what was sent, what came, what
 * that means, how it was judged and how long it took: what a page and a
 * timeline are drawn from. */
#ifndef CMD_SINK_STORY_H
#define CMD_SINK_STORY_H

#include "cmd/say/out.h"
#include "cmd/talk/event.h"

enum step_kind {
	STORY_OPEN, /* connecting; sent: to where */
	STORY_TLS,  /* the handshake; text: what was negotiated */
	STORY_LINE, /* a line that is owed a reply, or the greeting */
	STORY_TOLD  /* nothing that takes time: notes */
};

/* Texts are safe for people's eyes and hold no secrets; lines of several end
 * with LF. */
struct story_step {
	enum step_kind kind;
	const struct verb *verb; /* of the line, or NULL */
	bool answered, implied, unsolicited;
	bool typed; /* by a person, who took his time before */
	bool bad;   /* what is told is no good: no reply, a breach, a missed
		     expectation */
	enum verdict verdict;
	bool nothing; /* missed: no reply came, and got says why */
	int code;     /* 0: no reply */
	unsigned line;
	int64_t from_ns, took_ns; /* from: since the run began; took: -1 */
	struct buf sent, reply, known, notes, text, expected, got;
	uint64_t hidden; /* octets of mail text that text has not */
};

struct story {
	struct buf name;	    /* the file, or "-c", "message" ... */
	struct buf why;		    /* it ended early */
	bool begun;		    /* a file that has not ended */
	bool failed, skipped, told; /* told: the numbers below are */
	unsigned met, missed, unjudged;
	int status;
	int64_t took_ns; /* -1 */
	struct story_step *step;
	size_t n;
	size_t left_out; /* steps beyond STORY_STEPS */
};

#define STORY_STEPS 4000  /* that are kept of one conversation */
#define STORY_TEXT  16384 /* octets of one mail text */

void story_init(struct story *s);
/* Takes an event. True: it was a file's end, and s is whole. Events that are no
 * conversation's (CAUSE, FINDING, CHECK, END) are left alone. */
bool story_put(
    struct story *s, const struct event *ev, const struct redact *redact);
/* Frees what it holds; it can be used again. */
void story_release(struct story *s);
/* Appends what a step is called: its line, "connect", "TLS", "greeting". */
void story_label(const struct story_step *p, struct buf *b);
/* Takes the time before lines that were typed out of it. */
void story_close_pauses(struct story *s);
/* The times of the first step's begin and the last one's end; false: no step
 * has any. */
bool story_span(const struct story *s, int64_t *from, int64_t *to);

/* Appends what came from outside without secrets, and escaped. */
void story_text(
    struct buf *b, const struct redact *redact, const char *p, size_t len);

#endif
