/* One message as a conversation: greeting, EHLO (HELO), MAIL, a RCPT each, DATA
 * or BDAT. Where PIPELINING is offered MAIL, RCPTs and DATA are one group (RFC
 * 2920). The end of the session is its front's. */
#ifndef CMD_TALK_MAIL_H
#define CMD_TALK_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cmd/talk/text.h"

/* --quit-after: behind which stage it stops. */
enum mail_stage {
	MAIL_CONNECT,
	MAIL_HELO,
	MAIL_MAIL,
	MAIL_RCPT,
	MAIL_DATA,
	MAIL_ALL
};

/* What became of a recipient. */
enum mail_fate {
	FATE_OPEN,  /* nothing yet: it is asked about */
	FATE_LATER, /* refused for now: it is asked about again */
	FATE_TAKEN,
	FATE_REFUSED, /* for good */
	FATE_UNKNOWN, /* the connection was lost behind the period */
	FATES
};

struct mail_act;
struct reply;

struct mail {
	const char *from;      /* path without <> */
	const char *const *to; /* the same */
	enum mail_fate *fate;  /* of each; the caller's, FATE_OPEN at first */
	size_t nto;
	struct text *text;
	const char *const *mail_param, *const *rcpt_param;
	size_t nmail_param, nrcpt_param;
	bool chunk; /* by BDAT */
	uint64_t chunk_size;
	bool one_by_one; /* no group, whatever is offered */
	enum mail_stage last;
	size_t next; /* of to, from where on the next transaction asks; 0 at
			first, and when all are asked again */
	size_t most; /* recipients that the server takes at a time; 0: so many
			as talk_mail() asks for at once */
	/* The next message for this connection, its text loaded, or NULL. It is
	 * asked for once the end of this one's text is in the session: where
	 * PIPELINING is offered its MAIL, RCPTs and DATA go out with that (RFC
	 * 2920 3.1), and talk_mail() goes on from there. Or NULL. */
	struct mail *(*ahead)(void *arg);
	void *arg;
	struct mail_act *went; /* its lines that have gone so: mail_forget() */

	/* What became of it, in this transaction. */
	size_t accepted; /* recipients */
	bool done;	 /* it was gone through; a refusal is data */
	bool more;	 /* the server took only so many recipients at a time
			    (452), or was asked for: another transaction is
			    for those from next on */
	bool transient, permanent; /* a 4yz, a 5yz came */
	struct buf said; /* the text of the newest reply that decided */
};

/* An act; m is borrowed until it is over. What is neither a refusal nor what
 * was asked for fails with ERR_PROTO. Takes those FATE_OPEN or FATE_LATER. */
void talk_mail(struct talk *t, struct mail *m);
/* Its lines that went ahead are nobody's: frees what is kept of them. */
void mail_forget(struct mail *m);
/* Tells that another transaction is for those that are left. */
void mail_tell_more(struct talk *t, const struct mail *m);
/* "Too many recipients" to RCPT: another transaction may take it (RFC 5321
 * 4.5.3.1.10). By code, unless an enhanced one says that it is about something
 * else. */
bool mail_is_too_many(const struct reply *r);
/* How many have that fate. */
size_t mail_count(const struct mail *m, enum mail_fate fate);
/* What a message is worth that was taken for some recipients only. */
enum mail_partial {
	PARTIAL_WORST, /* the status of the worst refusal */
	PARTIAL_OK,
	PARTIAL_FAIL /* a status of its own */
};
/* The status that it gives is counted. */
void mail_tally(
    struct talk *t, const struct mail *m, enum mail_partial partial);
/* What became of it, as people are told: "accepted 28, refused for now 1, for
 * good 1; queued as 4F2A". */
void mail_summary(const struct mail *m, struct buf *b);
/* Tells it, in these words: the summary and what stands around it. */
void mail_tell(struct talk *t, const struct mail *m, const char *text);
/* The same of any number of messages. */
struct mailed;
void mailed_tell(struct talk *t, const struct mailed *what, const char *text);
/* The name that the server gave it, as its reply has it; false: none. */
bool mail_queue_id(const struct mail *m, struct buf *b);

#endif
