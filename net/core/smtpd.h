/* The receiver core: one session's server side (RFC 5321), or LMTP's (RFC
 * 2033), bytes in, bytes out, events. No system call, no clock; it stores
 * nothing and sends mail to nobody. Offers PIPELINING SIZE 8BITMIME
 * ENHANCEDSTATUSCODES CHUNKING SMTPUTF8 DSN VRFY EXPN HELP, and STARTTLS and
 * AUTH when its configuration says so. Replies carry enhanced codes once EHLO
 * or LHLO has announced them; before that, and after HELO, they are RFC 821's
 * own. */
#ifndef NET_SMTPD_H
#define NET_SMTPD_H

#include <stdbool.h>
#include <stdint.h>
#include "net/core/buf.h"
#include "net/core/rule.h"
#include "net/core/world.h"

/* Shared by all sessions, outlives them. Zero means the default named. */
struct smtpd_config {
	const struct world *world;
	bool lmtp;
	uint64_t size_max;  /* octets of a message; 50 MiB */
	size_t rcpt_max;    /* per transaction; 100 (452 beyond) */
	size_t error_max;   /* 5yz before 421 and close; 20 */
	size_t guess_max;   /* failed AUTH before 421 and close; 5. SIZE_MAX:
			       guessing is nothing bad here */
	size_t line_max;    /* command line, CRLF included; 2048 */
	bool allow_bare;    /* bare CR and LF in mail text are kept, not 550 */
	bool starttls;	    /* offer it */
	bool unlogged;	    /* no COMMAND and ANSWERED: nobody reads them */
	bool discard;	    /* no BEGIN, DATA and ABORT: the text is looked
			       through for its end and counted */
	bool auth_insecure; /* offer AUTH outside TLS too */
	const char
	    *auth_mechs; /* "PLAIN LOGIN": offer AUTH with these, or NULL */
	/* Can mail be stored under that mailbox's name? NULL: under any. */
	bool (*storable)(const void *arg, const char *mailbox);
	const void *storable_arg;
	struct rules *rules; /* how it misbehaves, or NULL */
};

enum smtpd_event_kind {
	SMTPD_NONE,	/* more bytes are needed */
	SMTPD_COMMAND,	/* text: a command line came (for a log); secrets are
			   ***, of a line that is too long only the start */
	SMTPD_ANSWERED, /* text: a line of the reply just queued, without CRLF
			   (for a log); one event for each line */
	SMTPD_BEGIN,	/* a message begins: smtpd_sender(), smtpd_rcpt() */
	SMTPD_DATA,	/* text: octets of it, transparency removed */
	SMTPD_END,	/* it is whole: store it, then smtpd_stored() */
	SMTPD_ABORT,	/* it will not end (RSET, close, too big): drop it */
	SMTPD_STARTTLS, /* 220 is queued: flush it, shake hands, smtpd_tls() */
	SMTPD_AUTH,	/* text: a line of an AUTH exchange, valid base64; NULL
			   when AUTH came without an initial response, ""
			   for an empty one ("="). Answer: smtpd_auth_*() */
	SMTPD_RULE,	/* text: a rule that fires (for a log) */
	SMTPD_DELAY,	/* n ms pass, then smtpd_resume() */
	SMTPD_SLOW,	/* what is queued goes out at n octets a second; when it
			   has, smtpd_resume() */
	SMTPD_SLOW_TEXT, /* mail text is read at n octets a second */
	SMTPD_RESET,	 /* flush, then reset the connection */
	SMTPD_CLOSE	 /* the last reply is queued: flush, close */
};

/* Borrowed until the next call on the session. text has a NUL behind it but
 * for SMTPD_DATA's; it may hold others. After STARTTLS, AUTH and END nothing
 * more happens until they are answered. */
struct smtpd_event {
	enum smtpd_event_kind kind;
	const char *text;
	size_t len;
	const char *mech; /* AUTH's first line: the mechanism, upper case;
			     later lines NULL */
	uint64_t n;
};

struct smtpd;

/* Queues the greeting. c is borrowed for the session's life. */
struct smtpd *smtpd_new(const struct smtpd_config *c, bool tls);
/* The same of a client whose address is known; borrowed for the session's
 * life. NULL: it has none. */
struct smtpd *smtpd_new_from(
    const struct smtpd_config *c, bool tls, const char *client);
void smtpd_free(struct smtpd *d);
void smtpd_feed(struct smtpd *d, const char *p, size_t len);
void smtpd_eof(struct smtpd *d);
void smtpd_next(struct smtpd *d, struct smtpd_event *ev);
/* Bytes for the wire, as in smtp.h. */
const char *smtpd_out(const struct smtpd *d, size_t *len);
void smtpd_out_done(struct smtpd *d, size_t n);

/* Answers SMTPD_END. failed: recipient indexes whose mailbox could not be
 * written, n of them (SMTP: any failure is 451 for all; LMTP: one reply
 * each, which names the path). full: for want of room, which is 452. id: for
 * "250 2.0.0 stored as ID", or NULL for "250 2.0.0 OK". */
void smtpd_stored(
    struct smtpd *d, const size_t *failed, size_t n, bool full, const char *id);
/* TLS stands (after SMTPD_STARTTLS): everything learnt is forgotten; octets
 * that had been fed in clear behind STARTTLS are dropped and the count
 * returned. */
size_t smtpd_tls(struct smtpd *d);
/* From now on AUTH is offered with these words, which are borrowed for the
 * session's life, in place of the configuration's. */
void smtpd_auth_offer(struct smtpd *d, const char *mechs);
/* Answers SMTPD_AUTH: another 334 with this base64 text, 235, or 535 (421 and
 * close when that is one too many). */
void smtpd_auth_challenge(struct smtpd *d, const char *b64);
void smtpd_auth_done(struct smtpd *d, bool ok, const char *user);
/* Goes on after SMTPD_DELAY or SMTPD_SLOW. */
void smtpd_resume(struct smtpd *d);
/* A rule wants the TLS handshake that is due to fail. */
bool smtpd_tls_fails(const struct smtpd *d);
/* The driver ends it: 421 and close. why: "Timeout exceeded". */
void smtpd_hang_up(struct smtpd *d, const char *enh, const char *why);
/* The same for who begins another transaction, from now on. */
void smtpd_close_next(struct smtpd *d);
/* What is fed now is mail text that is counted where it stands. */
bool smtpd_passes(const struct smtpd *d);
/* Mail text or a transaction is under way. */
bool smtpd_is_busy(const struct smtpd *d);
/* Seconds to wait for the next octet now: RFC 5321 4.5.3.2's (5 min for a
 * command, 3 min in mail text). */
unsigned smtpd_patience_s(const struct smtpd *d);

/* The transaction: reverse-path and recipients as sent ("<...>"), and the
 * mailbox each goes to (world's canonical name). */
const char *smtpd_sender(const struct smtpd *d);
/* What stood behind the paths of MAIL and RCPT, "" if nothing did. */
const char *smtpd_sender_params(const struct smtpd *d);
const char *smtpd_rcpt_params(const struct smtpd *d, size_t i);
/* Who has logged in, or NULL. */
const char *smtpd_user(const struct smtpd *d);
/* Octets of its text so far. */
uint64_t smtpd_text_len(const struct smtpd *d);
size_t smtpd_nrcpt(const struct smtpd *d);
const char *smtpd_rcpt(const struct smtpd *d, size_t i);
const char *smtpd_mailbox(const struct smtpd *d, size_t i);
/* The name the client gave in HELO, EHLO or LHLO, "" if none, and which. */
const char *smtpd_helo(const struct smtpd *d);
const char *smtpd_with(
    const struct smtpd *d); /* "ESMTP", "LMTP", "ESMTPS"... */

#endif
