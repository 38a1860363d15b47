/* What the receiver core's files share. smtpd.c: life, events, replies.
 * smtpd_line.c: octets to command lines to handlers. smtpd_command.c,
 * smtpd_envelope.c, smtpd_params.c, smtpd_auth.c: the verbs. smtpd_text.c: mail
 * text. smtpd_rule*.c: what rules make of it. */
#ifndef NET_SMTPD_PRIV_H
#define NET_SMTPD_PRIV_H

#include "net/core/body.h"
#include "net/core/smtpd.h"
#include "net/core/verb.h"

#define SMTPD_AUTH_LINE_MAX  12288 /* RFC 4954 4, CRLF included */
#define SMTPD_MECH_MAX	     20	   /* RFC 4422 3.1 */
#define SMTPD_REPLY_LINE_MAX 512   /* RFC 5321 4.5.3.1.5, CRLF included */
#define SMTPD_DOMAIN_MAX     255   /* RFC 5321 4.5.3.1.2 */
/* RFC 5321 4.5.3.1.3 has 256 and asks for tolerance. It becomes one header
 * line, of at most 998 octets (RFC 5322 2.1.1). */
#define SMTPD_PATH_MAX 900
/* Octets of a message that rules look at, and a piece. */
#define SMTPD_LOOK_MAX (1u << 20)

/* A reply that is known before it may be given. */
struct smtpd_refusal {
	int code;
	const char *enh, *text;
};

/* Text is in log at off; SMTPD_DATA's is in struct smtpd.text. */
struct smtpd_queued {
	enum smtpd_event_kind kind;
	size_t off, len;
	bool no_text, mech;
	uint64_t n;
};

struct smtpd_rcpt {
	char *path, *box, *params;
};

/* Whom the session waits for. */
enum smtpd_wait {
	SMTPD_WAIT_CLIENT,
	SMTPD_WAIT_STORED,
	SMTPD_WAIT_TLS,
	SMTPD_WAIT_AUTH,
	SMTPD_WAIT_TIME,
	SMTPD_WAIT_NEVER /* it stalls */
};

/* What a delay, or a slow answer, has put off. */
enum smtpd_held {
	SMTPD_HELD_NOTHING,
	SMTPD_HELD_GREETING,
	SMTPD_HELD_COMMAND,
	SMTPD_HELD_END,
	SMTPD_HELD_THEN
};

/* What rules have made of the session. */
struct smtpd_ruled {
	const char *client; /* or NULL */
	struct rule_counts counts;
	struct rule_verdict now; /* on what is being answered */
	enum smtpd_held held;
	enum rule_then then;	 /* SMTPD_HELD_THEN */
	struct buf line;	 /* the command that is held */
	struct buf offer, hide;	 /* for EHLO: lines, words; LF behind each */
	struct buf text;	 /* of the message, where a rule looks */
	const struct rule *drop; /* for this message */
	const struct rule *end;	 /* says what the end is answered, or NULL */
	/* On AUTH or BDAT, until what is to be answered is known; zeroes: none
	 * is due. */
	struct rule_verdict late;
	bool asks;   /* the 334 was a rule's: nothing it is answered is good */
	bool muted;  /* what is said by the core is not */
	bool barred; /* greeted by a refusal */
	bool tls_fails;
};

struct smtpd {
	const struct smtpd_config *c;
	uint64_t size_max;
	size_t rcpt_max, error_max, guess_max, line_max;
	enum smtp_state state;
	enum smtpd_wait wait;
	bool tls, authed, eof, closed;
	char *helo, *user;
	bool extended;	   /* EHLO or LHLO: enhanced codes, parameters */
	size_t errors;	   /* 5yz so far */
	const char *mechs; /* what AUTH offers, or NULL */
	size_t guesses;	   /* AUTH that failed so far */

	struct buf in;
	size_t scanned;	 /* of in: known to hold no LF */
	bool skipping;	 /* the line is too long, what comes is dropped */
	bool skipped_cr; /* the last octet dropped was a CR */
	bool behind_lf;	 /* a bare LF, and no CRLF since */
	struct buf out;
	struct smtpd_queued *queue;
	size_t queue_at, nqueue, queue_cap;
	struct buf log;

	enum verb_id how; /* MAIL SEND SOML SAML */
	char *sender, *params;
	struct smtpd_rcpt *rcpt;
	size_t nrcpt, nrefused;
	bool utf8;
	bool begun;			  /* BEGIN without END or ABORT */
	const struct smtpd_refusal *fail; /* how mail text will be answered */
	struct unbody unbody;
	struct buf text;
	uint64_t text_len;
	bool in_chunk, chunk_last;
	bool closing;  /* no other transaction begins */
	bool chunk_cr; /* the last octet of a chunk was a CR */
	uint64_t chunk_left, chunk_len;
	char mech[SMTPD_MECH_MAX + 1];
	struct smtpd_ruled ruled;
};

/* What stands behind the verb, blanks around it removed. */
struct smtpd_args {
	enum verb_id id;
	const char *p;
	size_t len;
};

/* Queues an event; p may be NULL. */
void smtpd_event(
    struct smtpd *d, enum smtpd_event_kind kind, const char *p, size_t len);
/* Queues a reply; LF in the text makes it several lines. enh, or NULL, is left
 * out where it was not announced. smtpd_reply() counts 5yz, and is 421 when
 * they are too many. */
void smtpd_say(struct smtpd *d, int code, const char *enh, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void smtpd_reply(struct smtpd *d, int code, const char *enh, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
void smtpd_refuse(struct smtpd *d, const struct smtpd_refusal *r);
/* The same for octets as they are. */
void smtpd_say_octets(struct smtpd *d, const char *p, size_t len);
/* Drops the transaction; ABORT if a message was under way. */
void smtpd_reset(struct smtpd *d);
/* The last reply is queued: nothing more is run. */
void smtpd_leave(struct smtpd *d);
const char *smtpd_host(const struct smtpd *d);

/* Each does one thing with what has come; false: more bytes are needed. */
bool smtpd_step_line(struct smtpd *d);
bool smtpd_step_text(struct smtpd *d);
bool smtpd_step_chunk(struct smtpd *d);
/* Nothing waits in d->in: takes what of these octets is mail text that is only
 * counted, and returns how many those are. */
size_t smtpd_pass(struct smtpd *d, const char *p, size_t len);

/* Runs one command line (no line end, no control octets). */
void smtpd_command(struct smtpd *d, const char *p, size_t len);
/* The same whatever rules say. */
void smtpd_run(struct smtpd *d, const char *p, size_t len);

void smtpd_greet(struct smtpd *d);
/* The same, as rules have it. */
void smtpd_rule_greet(struct smtpd *d);
void smtpd_rule_command(struct smtpd *d, const char *p, size_t len);
void smtpd_rule_text(struct smtpd *d);
void smtpd_rule_end(struct smtpd *d);
/* More of the text has come: whether that was the end of the connection. */
bool smtpd_rule_drop(struct smtpd *d);
/* Does a rule answer in place of smtpd_stored()? Then it has. */
bool smtpd_rule_stored(struct smtpd *d);
/* Is what was asked for done, and only the word another? */
bool smtpd_rule_is_good(const struct rule *x);
/* Is that answered later? One that only ends the session does so at once. x
 * may be NULL. */
bool smtpd_rule_waits(const struct rule *x, enum verb_id verb);
void smtpd_rule_run_late(
    struct smtpd *d, const struct rule_verdict *v, const char *p, size_t len);
/* A rule's word on who logs in; its 334 is answered by a line. */
void smtpd_rule_auth(struct smtpd *d, const struct rule *x);
/* Around the core's own answer to AUTH or a chunk: a rule's stands in its
 * place, and what else the rule wants comes behind it. */
void smtpd_rule_mute(struct smtpd *d);
void smtpd_rule_late(struct smtpd *d);
/* Behind what it said. */
void smtpd_rule_after(struct smtpd *d, const struct rule_verdict *v);
/* EHLO's lines, LF before each, as rules want them. */
void smtpd_rule_offers(const struct smtpd *d, struct buf *lines, size_t from);
void smtpd_rule_release(struct smtpd *d);
/* Hands the message to the driver. */
void smtpd_whole(struct smtpd *d);

void smtpd_mail(struct smtpd *d, const struct smtpd_args *a);
void smtpd_rcpt_to(struct smtpd *d, const struct smtpd_args *a);
void smtpd_data(struct smtpd *d, const struct smtpd_args *a);
void smtpd_bdat(struct smtpd *d, const struct smtpd_args *a);
void smtpd_starttls(struct smtpd *d, const struct smtpd_args *a);
void smtpd_auth(struct smtpd *d, const struct smtpd_args *a);
/* A line of the exchange. */
void smtpd_auth_response(struct smtpd *d, const char *p, size_t len);
/* AUTH is on offer in this session as it stands. */
bool smtpd_offers_auth(const struct smtpd *d);
/* What parameters say: which rows were seen, and two of their values. */
struct smtpd_params {
	unsigned seen;
	bool utf8, too_big;
};

/* What stands behind a path: *( SP keyword [ "=" value ] ). false when it was
 * refused. */
bool smtpd_parse_params(struct smtpd *d, bool rcpt, const char *s, size_t len,
    struct smtpd_params *all);
/* The reply code of a verdict on a recipient, and its enhanced code. */
int smtpd_verdict(enum world_verdict v, const char **enh);
/* word and p are the same but for case. */
bool smtpd_is(const char *word, const char *p, size_t len);

#endif
