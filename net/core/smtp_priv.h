/* Private to smtp*.c: a session's inside. */
#ifndef NET_SMTP_PRIV_H
#define NET_SMTP_PRIV_H

#include "net/core/smtp.h"

#define SMTP_OFFERS_MAX 100
#define SMTP_KEEP_MAX	64 /* entries that smtp_trim() leaves alone */

/* A command in the queue of those that are owed a reply. */
struct smtp_owed {
	struct smtp_sent sent; /* rcpt_path is borrowed from smtp.rcpt */
	uint64_t end;	       /* octets written when its last one is */
	/* Octets written when a 4yz or 5yz may answer it, and any reply: at
	 * the end the latest. */
	uint64_t refusable, answerable;
	size_t left; /* replies still owed to it; 0 = fan not yet counted */
	bool fan;    /* one reply for each accepted recipient: LMTP, or behind
			    PRDR's 353 with one more for the message */
	bool chunk_last; /* BDAT ... LAST */
};

/* From then on what is fed came when so many octets had been written. */
struct smtp_mark {
	uint64_t fed;
	uint64_t written;
};

struct smtp {
	enum smtp_state state;
	bool hello; /* HELO, EHLO or LHLO was accepted */
	bool lmtp, tls, tls_wanted, authenticated;
	bool prdr; /* this transaction's MAIL asked for it */
	bool eof, eof_told;

	struct reply_parser parser;
	struct reply reply;
	struct buf bad;	      /* event's text */
	struct smtp_sent now; /* event's sent; its strings are its own */
	uint64_t fed;
	struct smtp_mark *mark;
	size_t nmarks, mark_cap;

	struct buf out;
	uint64_t queued, written; /* octets, ever */
	bool secret; /* out holds or held a line of an AUTH exchange */

	struct smtp_owed *owed; /* [owed_at, owed_end) */
	size_t owed_at, owed_end, owed_cap;
	size_t nowed;	/* replies */
	size_t stamped; /* of the entries: these have at_ns */
	uint64_t seq;

	struct body body;
	bool in_text;	     /* text was begun and not ended */
	uint64_t chunk_left; /* octets announced by BDAT, not yet queued */

	char *peer;
	char **rcpt; /* paths of accepted recipients */
	size_t nrcpt, rcpt_cap;
	struct smtp_keyword *offer; /* at most SMTP_OFFERS_MAX */
	size_t noffers;
};

/* smtp_queue.c: what is owed for octets that are already in out. Takes line;
 * returns the entry, borrowed until the next call. */
struct smtp_owed *smtp_owe(
    struct smtp *s, enum verb_id id, char *line, bool fan);
/* Counts the replies of an entry that has become the oldest: all RCPT before
 * it are answered then. */
void smtp_owed_count(struct smtp *s);
/* The oldest entry, or NULL if nothing is owed. */
const struct smtp_owed *smtp_due(const struct smtp *s);
/* A reply to it has come: moves it to s->now. Returns the entry, which is gone
 * at the next call. */
const struct smtp_owed *smtp_pay(struct smtp *s);
void smtp_owed_clear(struct smtp *s);
void smtp_sent_release(struct smtp_sent *sent);

/* smtp_state.c: the state machine. A reply to o (NULL: to nothing) came. */
void smtp_move(struct smtp *s, const struct smtp_owed *o);

/* smtp_offer.c: what the server said of itself. */
void smtp_offers_clear(struct smtp *s);
/* All lines of an accepted EHLO's reply but the first. */
void smtp_offers_take(struct smtp *s, const struct reply *r);
void smtp_peer_clear(struct smtp *s);
/* The name that opens the reply's text, if it is one. */
void smtp_peer_take(struct smtp *s, const struct reply *r);

#endif
