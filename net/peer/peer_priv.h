/* A peer's parts: peer.c has the time and the way of octets, peer_smtpd.c
 * and peer_mock.c what the cores' events come to, peer_auth.c AUTH, peer_tls.c the engine between core and wire. */
#ifndef NET_PEER_PRIV_H
#define NET_PEER_PRIV_H

#include "net/core/buf.h"
#include "net/peer/delivery.h"
#include "net/peer/peer.h"
#include "net/tls/tls.h"

/* More output than this that nobody takes stops the pump. */
#define PEER_OUT_MAX 262144

struct peer {
	const struct peer_config *c;
	unsigned long session;
	char *from;
	struct smtpd *d; /* or */
	struct mock *m;
	struct tls *tls;  /* NULL: octets are clear */
	struct buf raw;	  /* TLS: came and the engine has not taken it */
	struct buf clear; /* TLS: replies that go out before it */
	bool notified;	  /* TLS: our side of the stream is ended */
	struct sasl_server *auth; /* the exchange under way, or the last */
	struct sasl_server_config auth_config; /* it borrows this, */
	struct buf binding[2];		       /* which borrows these */
	struct buf mechs;		       /* what AUTH offers */
	unsigned failed;  /* AUTH, as often as this session knows */
	int64_t owed_ns;  /* when the 535 is said; 0: none is owed */
	int64_t until_ns; /* the session's end; LOOP_FOREVER */
	bool eof, ended;
	bool stalled;	  /* the pump stopped for too much output */
	int64_t moved_ns; /* octets moved last */
	int64_t pause_ns; /* a pause of a mock or a rule ends; 0: none */
	uint64_t rate;	  /* what is said goes out so slowly, octets a second;
			     0: at once */
	int64_t slow_ns;  /* since then */
	uint64_t slow_given;
	bool drained;	    /* it has gone out: the core may go on */
	uint64_t text_rate; /* mail text is read so slowly; 0: at once */
	int64_t read_ns;    /* and not before; 0: now */
	bool reset;	    /* the end is a reset */
	bool tls_doomed;    /* the handshake that is due shall fail */
	size_t told;	    /* octets of complaints that the log has */
	unsigned long complaints;
	struct delivery delivery;
	struct peer_message *first, **last;
};

void peer_log(struct peer *p, char dir, const char *text, size_t len);
/* "# text" in the log. */
void peer_remark(struct peer *p, const char *text);
/* Ends it; a message under way is dropped. */
void peer_end(struct peer *p);

/* The core, whichever it is. */
void peer_core_feed(struct peer *p, const char *data, size_t len);
void peer_core_eof(struct peer *p);
const char *peer_core_out(const struct peer *p, size_t *len);
void peer_core_out_done(struct peer *p, size_t n);
/* Runs it as far as it goes. */
void peer_pump(struct peer *p);
void peer_pump_smtpd(struct peer *p);
void peer_pump_mock(struct peer *p);
/* Tells the log what a mock has complained about since it was last told. */
void peer_tell(struct peer *p);

/* SMTPD_DELAY, SMTPD_SLOW, SMTPD_SLOW_TEXT. */
void peer_slow(struct peer *p, const struct smtpd_event *ev);
/* How many of len octets to say may go now, and when there is another. */
size_t peer_slow_share(const struct peer *p, size_t len);
int64_t peer_slow_next(const struct peer *p);
void peer_slow_given(struct peer *p, size_t n);
/* So many octets were read. */
void peer_slow_came(struct peer *p, size_t n);

/* Offers what works now: at the beginning, and when TLS stands. */
void peer_auth_offer(struct peer *p);
/* SMTPD_AUTH: goes on with the exchange. */
void peer_auth(struct peer *p, const struct smtpd_event *ev);

/* From here TLS. Ends the peer when there is no engine. */
void peer_tls_join(struct peer *p);
/* The same, after what the core has said has gone out in clear. */
void peer_tls_begin(struct peer *p);
/* Runs engine and core as far as they go. */
void peer_tls_turn(struct peer *p);

#endif
