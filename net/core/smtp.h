/* The client core: one SMTP or LMTP session, bytes in, bytes out, events. It
 * models the session (state, what was offered, which reply answers which
 * command) and never polices: any line can be sent in any state. No system
 * call, no clock. RFC 5321 3 and 4, RFC 2920, RFC 3030, RFC 2033. */
#ifndef NET_SMTP_H
#define NET_SMTP_H

#include <stdbool.h>
#include <stdint.h>
#include "net/core/body.h"
#include "net/core/reply.h"
#include "net/core/verb.h"

/* Something sent that a reply is owed to. */
struct smtp_sent {
	const struct verb *verb; /* never NULL: VERB_UNKNOWN for others */
	char *line;		 /* the line without CRLF ("" for stages) */
	uint64_t seq;	 /* counts from 1 in this session, the greeting; the
			    replies to one end of text (LMTP, PRDR) have one */
	size_t rcpt;	 /* of these: index of the accepted RCPT */
	char *rcpt_path; /* its path "<...>", else NULL */
	int64_t at_ns;	 /* when its last octet was written; 0 until then and
			    for the greeting */
};

enum smtp_event_kind {
	SMTP_EV_NONE,	     /* more bytes are needed */
	SMTP_EV_REPLY,	     /* reply to sent */
	SMTP_EV_UNSOLICITED, /* a reply that nothing asked for, or asked yet */
	SMTP_EV_GARBAGE,     /* bytes that are no reply; err says why */
	SMTP_EV_EOF	     /* the server closed; text: an unfinished reply */
};

/* Everything in it is borrowed until the next call on the session. */
struct smtp_event {
	enum smtp_event_kind kind;
	const struct reply *reply;
	const struct smtp_sent *sent; /* NULL when unsolicited */
	bool early;		      /* see below */
	const char *text;	      /* GARBAGE, EOF: octets as they came */
	size_t text_len;
	struct err err; /* GARBAGE */
};

/* A reply is early when its first octet had come before the last octet of the
 * oldest command that is owed one was reported written. Such a reply answers
 * nothing: it is UNSOLICITED, and the command is still owed its own. (With
 * "354 go" and "250 queued" in one segment the 250 says nothing about the text;
 * a 250 that comes before QUIT shows a server that is one reply behind.)
 * - While mail text goes out, before its period: UNSOLICITED and early, too. A
 *   4yz or 5yz then is how a server refuses a text that it does not want to
 *   the end: whoever sends the text had better take it for the answer, and
 *   close, since the text has no end.
 * - 4yz or 5yz to a BDAT whose line has gone but not all octets of its chunk,
 *   or to raw octets of which some have gone (any reply, when a line has): that
 *   may well be meant: REPLY, and early.
 * - 421 and 221 in either kind say that the server closes.
 * The greeting is never early, nor is what answers a group that went in one
 * write. */

struct smtp_keyword {	     /* one line of EHLO's reply */
	const char *keyword; /* upper case, NUL-ended */
	const char *args;    /* "" if none */
};

struct smtp;

struct smtp *smtp_new(void);
void smtp_free(struct smtp *s);
/* A connection stands: a greeting is now owed. Once in a session's life. */
void smtp_connected(struct smtp *s);
enum smtp_state smtp_state(const struct smtp *s);

/* Queues a command line; CRLF is added. The verb decides what is owed. In
 * SMTP_AUTHING any line is a response. A line with CR, LF or NUL is -1
 * (ERR_DATA, names the octet and where). */
CHECKED int smtp_command(
    struct smtp *s, const char *line, size_t len, struct err *e);
/* Queues exact octets. owes: a reply is expected for them. One whole line of
 * an AUTH exchange counts as that line, whatever ends it; all else is
 * VERB_RAW. */
void smtp_raw(struct smtp *s, const char *p, size_t len, bool owes);
/* Queues mail text through the encoder, and the end of it (ends the last line,
 * adds the lone period). The end owes one reply, under LMTP one for each
 * accepted recipient (one if none is); where MAIL asked for PRDR a 353 owes one
 * for each of them and one for the message. A bare CR is -1 (ERR_DATA, names the
 * line); smtp_text_end() fails so if the last octet was one. */
CHECKED int smtp_text(struct smtp *s, const char *p, size_t len, struct err *e);
/* The same with all of b, which is empty after: what the wire has as it is goes
 * there without a copy. */
CHECKED int smtp_text_take(struct smtp *s, struct buf *b, struct err *e);
CHECKED int smtp_text_end(struct smtp *s, struct err *e);
/* Of the text under way, or the last one. */
const struct body *smtp_body(const struct smtp *s);
/* Queues "BDAT len[ LAST]" and its octets as they are (RFC 3030). */
void smtp_bdat(struct smtp *s, const char *p, size_t len, bool last);
/* Only octets of a chunk whose BDAT line went by smtp_command(); how many are
 * still missing is smtp_chunk_left(). */
void smtp_chunk(struct smtp *s, const char *p, size_t len);
uint64_t smtp_chunk_left(const struct smtp *s);

/* Bytes for the wire; borrowed until the next call. */
const char *smtp_out(const struct smtp *s, size_t *len);
/* n of them were written, at that moment (stamps smtp_sent.at_ns). */
void smtp_out_done(struct smtp *s, size_t n, int64_t now_ns);
/* Bytes from the wire, or its end. */
void smtp_feed(struct smtp *s, const char *p, size_t len);
void smtp_eof(struct smtp *s);
/* Next event; SMTP_EV_NONE when there is none yet. After a 220 to STARTTLS it
 * gives nothing more until smtp_tls_started(), whatever has come, but for the
 * end. */
void smtp_next(struct smtp *s, struct smtp_event *ev);

/* At a quiet moment: gives back what large buffers that are empty now took. */
void smtp_trim(struct smtp *s);

/* How many replies are owed (LMTP's end of text counts as one until it is the
 * oldest, PRDR's until its 353); the oldest such command (NULL if none). */
size_t smtp_owed(const struct smtp *s);
const struct smtp_sent *smtp_oldest(const struct smtp *s);
/* The newest such command, NULL if none. */
const struct smtp_sent *smtp_newest(const struct smtp *s);
/* Mail text was begun and not ended. */
bool smtp_in_text(const struct smtp *s);
/* Appends what has come of a reply that has not ended. */
void smtp_leftover(const struct smtp *s, struct buf *b);
/* Octets that came and belong to no event yet. */
size_t smtp_pending(const struct smtp *s);
/* 220 to STARTTLS has come and TLS has not started. */
bool smtp_tls_wanted(const struct smtp *s);
/* TLS stands. After STARTTLS: forgets greeting, EHLO, AUTH, transaction and
 * what is owed or pending (RFC 3207 4.2). Else TLS is there from the start. */
void smtp_tls_started(struct smtp *s);

bool smtp_is_tls(const struct smtp *s);
bool smtp_is_lmtp(const struct smtp *s);
/* After a 235: true. */
bool smtp_is_authenticated(const struct smtp *s);
/* The name in the greeting or in HELO's reply, "" if none. */
const char *smtp_peer(const struct smtp *s);
/* What EHLO or LHLO offered: NULL if not; i counts from 0. */
const struct smtp_keyword *smtp_offer(
    const struct smtp *s, const char *keyword);
const struct smtp_keyword *smtp_offer_at(const struct smtp *s, size_t i);
/* SIZE's figure: 0 = none given, SIZE_MAX... is never wrapped to. false when
 * SIZE was not offered or its argument is no number of at most 20 digits. */
bool smtp_offer_size(const struct smtp *s, uint64_t *octets);
/* Paths of this transaction's accepted recipients. */
size_t smtp_accepted(const struct smtp *s);

#endif
