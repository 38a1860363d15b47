/* Why a session failed, and what to do. The text of a reply beats its enhanced
 * status code, that beats its code, that beats the state of the session; what
 * an error of ours knows better (a name, a certificate) stands before all. */
#ifndef CMD_CAUSE_H
#define CMD_CAUSE_H

#include <stdbool.h>
#include "cmd/know/pattern.h"
#include "cmd/know/sight.h"

enum cause_level { CAUSE_LOW, CAUSE_MID, CAUSE_HIGH };

struct cause {
	const char *id;	    /* of the rule; constant */
	const char *source; /* constant, or NULL */
	enum cause_level level;
	bool sure;	 /* a text or a fact said so, not only a code */
	struct buf what; /* lower case, no full stop */
	struct buf next;
};

#define CAUSE_INIT                                                             \
	{                                                                      \
		.what = BUF_INIT, .next = BUF_INIT                             \
	}
void cause_release(struct cause *c);
const char *cause_level_name(enum cause_level l);

/* Fills *c (CAUSE_INIT). false: nothing is to be said. */
bool cause_find(const struct sight *s, struct cause *c);
/* Of one reply, knowing of the session what s has (may be all zero). */
bool cause_reply(
    const struct sight *s, const struct sight_reply *r, struct cause *c);
/* What is waited for, why it may be late, what to do: for a long wait. owed and
 * the like are set. */
bool cause_waiting(const struct sight *s, struct cause *c);
/* The names of all rules, for tests and \explain; NULL past the last. */
const char *cause_id(size_t i);

#endif
