/* What became of each conversation file, for TAP and JUnit. A run without
 * files (standard input, -c) is one result. */
#ifndef CMD_RESULT_H
#define CMD_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cmd/talk/event.h"
#include "cmd/say/out.h"

#define RESULT_MISSES 200 /* that are told one by one */

/* Texts are escaped and hold no secrets. */
struct result {
	struct buf file;
	bool begun; /* a file that has not ended */
	bool failed;
	bool skipped; /* it did not fail, and nothing was expected of it, or
			 it says itself that it is not for this server */
	int status;
	unsigned met, missed, unjudged;
	int64_t took_ns;	  /* -1 if unknown */
	unsigned line;		  /* of the first missed expectation, or 0 */
	struct buf expected, got; /* of it */
	bool nothing;		  /* no reply came, and got says why */
	struct buf misses;  /* a line each: "FILE:LINE: expected X, got Y" */
	struct buf message; /* why it failed, or was skipped */
	struct buf lint;    /* a line each */
	unsigned nlint;
	struct buf unasked; /* the first refusal that nothing judged */
};

/* Takes an event into r, the result under way. True: r is whole. */
bool result_put(
    struct result *r, const struct event *ev, const struct redact *redact);
/* At the end of the run: makes what is there the result of a run without
 * files, or of a file that was cut off. */
void result_end(struct result *r);
void result_clear(struct result *r);

#endif
