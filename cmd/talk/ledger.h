/* The ledger of one conversation: every line sent that owes a reply is a due,
 * in the order of sending; the greeting is one, QUIT is one. What came is held
 * against the oldest due that somebody wrote. Pure: no clock, no output. */
#ifndef CMD_TALK_LEDGER_H
#define CMD_TALK_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/reply.h"
#include "net/core/verb.h"

enum due_by {
	DUE_GREETING, /* nobody sent anything; judged if an expectation comes
			 before the first line */
	DUE_WRITTEN,  /* a line of a file, a pipe, -c, a template or a command
		       */
	DUE_IMPLIED,  /* smtpsh's own: nobody's to judge */
	DUE_UNASKED   /* no line: a reply that nothing asked for */
};

struct due {
	uint64_t seq; /* the core's, 0 for UNASKED */
	const struct verb *verb;
	const char *file; /* where its line stands; borrowed */
	unsigned line;
	enum due_by by;
	bool came;
	bool judged;  /* an expectation was held against it, or its sender saw
			 to it */
	bool settled; /* no expectation takes it any more */
	bool again;   /* the core owes more replies to the same line */
	int64_t took_ns;
	struct reply *reply; /* once it came; gone when judged or settled */
	int code;
};

struct ledger {
	struct due *due; /* [at, end) */
	size_t at, end, cap;
	size_t next;	/* the first whose reply has not come */
	size_t settled; /* all before it are */
	bool judging;	/* an expectation stands behind the newest line */
	bool greeting, unasked; /* such a due may be open */
};

void ledger_init(struct ledger *l);
void ledger_release(struct ledger *l);
/* Forgets all. */
void ledger_clear(struct ledger *l);
/* A line was sent. The pointer is good until the next call. */
struct due *ledger_sent(
    struct ledger *l, enum due_by by, const struct verb *v, uint64_t seq);
/* The reply to the due of that seq has come (a copy is kept); more: the same
 * line is owed another. NULL: no such due. */
struct due *ledger_came(struct ledger *l, uint64_t seq, const struct reply *r,
    int64_t took_ns, bool more);
/* A reply that answers nothing has come. */
struct due *ledger_unasked(
    struct ledger *l, const struct reply *r, int64_t took_ns);
/* The one that the next expectation takes, come or not; NULL: none. An unasked
 * one is taken only where one is (unasked). */
struct due *ledger_oldest(struct ledger *l);
/* Those that an expectation could still take. */
size_t ledger_unjudged(const struct ledger *l);
/* Replies that have not come. */
size_t ledger_owed(const struct ledger *l);
/* An expectation or its sender has seen to it. */
void ledger_judged(struct ledger *l, struct due *d);

/* Told of a due that is settled, has come, and that nothing judged. */
typedef void ledger_told(void *arg, const struct due *d);
/* Nothing before here is judged any more. Those that came are told; those that
 * have not, when they come: ledger_came() gives them with settled set. */
void ledger_settle(struct ledger *l, ledger_told *told, void *arg);
/* The same, where more than so many are open, for the oldest of them. */
void ledger_bound(struct ledger *l, size_t most, ledger_told *told, void *arg);
/* Only the greeting, which was implied: its due, or NULL. */
struct due *ledger_settle_greeting(struct ledger *l);
/* The connection has gone: what was owed will never come. */
void ledger_lost(struct ledger *l);
/* The first unasked reply that nothing has judged or told; NULL: none. */
struct due *ledger_surplus(struct ledger *l);

#endif
