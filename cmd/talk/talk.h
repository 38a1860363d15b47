/* Between the files that talk to a server (judge.c, open.c, take.c, talk.c).
 * For these only; commands use shell.h. */
#ifndef CMD_TALK_H
#define CMD_TALK_H

#include "cmd/shell/shell.h"

struct talk_want {
	const struct expect *expect; /* what the next reply is held against */
	bool judged;		     /* it was */
	bool met;
};

/* open.c. Takes the greeting where nothing has; must: it has to be 220. */
int talk_greeting(struct shell *sh, bool must, struct err *e);
/* judge.c. Holds a reply against w->expect and counts; why: what differs. */
void talk_judge(struct shell *sh, struct talk_want *w, const struct reply *r,
    struct buf *why);
/* judge.c. Keeps a copy of a reply for who judges it later. */
void talk_push(struct shell *sh, const struct reply *r, int64_t took_ns);
/* judge.c. Appends a reply as people quote it: code and last line. */
void talk_quote(const struct reply *r, struct buf *b);
/* take.c. Waits for one reply and tells it, judged against w (NULL: not). 1: it
 * came; 0: the session ended, nothing was owed; -1 with e. */
int talk_take(
    struct shell *sh, int64_t deadline_ns, struct talk_want *w, struct err *e);
/* judge.c. Tells that x was expected and something else came. */
void talk_tell_missed(
    struct shell *sh, const struct expect *x, const char *got, size_t len);
/* take.c. TLS, where a 220 to STARTTLS has come. */
int talk_tls(struct shell *sh, struct err *e);
/* take.c. Writes what is queued; on failure the server's last words are
 * shown first. */
int talk_write(struct shell *sh, struct err *e);

#endif
