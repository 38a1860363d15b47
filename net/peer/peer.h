/* One served connection: a receiver core or a mock behind an optional TLS
 * engine, with its storage. Bytes in, bytes out: serve.c drives many over
 * sockets, conn.c one in memory. */
#ifndef NET_PEER_H
#define NET_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/err.h"
#include "net/peer/maildir.h"
#include "net/core/mock.h"
#include "net/sasl/sasl.h"
#include "net/core/smtpd.h"
#include "net/tls/tls.h"

/* A message that a receiver without Maildir keeps: for the sandbox. */
struct peer_message {
	char *sender;  /* "<...>" */
	char *mailbox; /* canonical name */
	char *text;    /* as received, CRLF line ends */
	size_t len;
	struct peer_message *next;
};

/* A message that was taken; borrowed for the call. */
struct peer_taken {
	unsigned long session;
	const char *client;	      /* its address, or NULL */
	const char *helo, *with;      /* "ESMTPSA" */
	const char *tls, *cipher;     /* NULL: clear text */
	const char *user;	      /* who had logged in, or NULL */
	const char *id;		      /* of the first file, or NULL */
	const struct smtpd *envelope; /* smtpd_sender() and others */
	const char *text;	      /* CRLF line ends */
	size_t len;
};

/* Written by the thread that a peer runs in, read by any. */
struct peer_tally {
	uint64_t messages, octets; /* taken; octets of text */
};

struct peer_config {
	struct smtpd_config smtpd;
	const struct mock_play *play; /* play this in place of a receiver */
	const struct mock_play *next; /* session 2, 3 ...: these, the last
					 for all behind; or NULL */
	size_t nnext;
	const char *maildir; /* store here, or NULL */
	const char *store;   /* and here as .eml, or NULL */
	bool keep;	     /* keep messages in memory (sandbox) */
	/* A server's context, or NULL: no TLS. smtpd.starttls offers it. A
	 * play asks for it by a step of its own. */
	struct tls_ctx *tls;
	bool tls_on_connect; /* TLS before the greeting */
	/* Who may AUTH, or NULL: nobody. What works in the session as it
	 * stands is offered, of auth_allowed's words, or all when that is
	 * NULL. smtpd.auth_mechs says that there would be some under TLS. */
	const char *auth_user;
	const struct sasl_secret *auth_password;
	const char *auth_allowed;
	/* Told of each AUTH that failed; how many there have been lately from
	 * that client. NULL: the session counts its own. */
	unsigned (*auth_failed)(void *arg, unsigned long session);
	void *auth_failed_arg;
	struct peer_tally *tally; /* counts, or NULL */
	/* Told of each message that is taken, before its reply. NULL: nobody
	 * wants to know. */
	void (*taken)(void *arg, const struct peer_taken *t);
	void *taken_arg;
	int64_t session_ns; /* a session lasts so long at most; 0: for ever */
	/* For a log on standard error, or NULL. dir: 'C' client, 'S' server,
	 * '#' remark. */
	void (*log)(void *arg, unsigned long session, char dir,
	    const char *text, size_t len);
	void *log_arg;
};

struct peer;

/* c is borrowed for the peer's life. from: the client's address for the
 * Received line, or NULL. */
struct peer *peer_new(
    const struct peer_config *c, unsigned long session, const char *from);
void peer_free(struct peer *p);
void peer_feed(struct peer *p, const char *data, size_t len);
void peer_eof(struct peer *p);
const char *peer_out(struct peer *p, size_t *len);
void peer_out_done(struct peer *p, size_t n);
/* Once what is in peer_out() is written, close. */
bool peer_ended(const struct peer *p);
/* ... by a reset, which no more is read behind. */
bool peer_is_reset(const struct peer *p);
/* false: it has enough to do (256 KiB of output that nobody took, a mock's
 * pause, an answer to AUTH that is held back, a rule's delay): feed no more until it says true again. What is fed all the same is
 * kept. */
bool peer_wants(const struct peer *p);
/* What is fed now is counted and not kept: a feed may bring much. */
bool peer_counts(const struct peer *p);
/* The connection is gone both ways: nothing that is said arrives. A mock
 * finds out what its client still owed; a message under way is dropped. */
void peer_lost(struct peer *p);
/* The server ends: 421, as soon as it may be said. A mock just closes. */
void peer_shut(struct peer *p);
/* The same for who begins another transaction, from now on. */
void peer_shut_next(struct peer *p);
/* Mail text or a transaction is under way. */
bool peer_is_busy(const struct peer *p);
/* A figure of a tally, as another thread sees it. */
uint64_t peer_tally_get(const uint64_t *figure);
/* How often a mock has complained. */
unsigned long peer_complaints(const struct peer *p);
/* When the peer must be looked at again though nothing came: its time-outs, a
 * mock's pause, an answer that is held back, in ns of loop_now_ns(); LOOP_FOREVER if never. */
int64_t peer_deadline(const struct peer *p);
void peer_tick(struct peer *p, int64_t now_ns);
/* Kept messages in the order they came; borrowed. */
const struct peer_message *peer_messages(const struct peer *p);

#endif
