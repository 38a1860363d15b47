/* One session's driver: a connection joined to a client core, with deadlines.
 * The only place where a session's bytes move. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "net/conn/conn.h"
#include "net/core/smtp.h"

/* Milliseconds; RFC 5321 4.5.3.2's by default. */
struct link_times {
	int64_t connect, greeting, helo, mail, rcpt, data, block, text_end,
	    quit, other;
};
void link_times_init(struct link_times *t);
/* The same for all (--timeout), but quit stays at most 5 s. */
void link_times_all(struct link_times *t, int64_t ms);
/* What a reply to that verb or stage may take. */
int64_t link_times_of(const struct link_times *t, enum verb_id id);

struct link_event {
	struct smtp_event ev; /* of the core; borrowed until the next call */
	int64_t took_ns;      /* reply: from its command's last octet to its
				 own; greeting: since the connection stood;
				 -1 if there was no command */
};

struct link;

/* Connects and takes the connection; the greeting is owed. Errors as
 * conn_open(). */
int link_open(struct link **out, const struct conn_target *t,
    const struct link_times *times, struct loop *l, conn_report *report,
    void *arg, struct err *e);
void link_free(struct link *k);
struct smtp *link_smtp(struct link *k);
struct conn *link_conn(struct link *k);
bool link_is_open(const struct link *k);

/* Writes what the core has queued, reading meanwhile so that neither side
 * stalls. Returns 0 when all is written; 1 when the server has said a line
 * while mail text was going out (an early reply), or so much that no more is
 * read before it is taken: take it with link_poll() or link_next(), then flush
 * again or give up; -1: ERR_LOST (what is pending has been read first, take
 * it with link_next()), ERR_TEMP (64 KiB took longer than times.block),
 * ERR_INTR. */
int link_flush(struct link *k, struct err *e);
/* Flushes when the core holds at least 64 KiB, and then looks for an early
 * reply; for streaming mail text. Returns as link_flush(). */
int link_flush_some(struct link *k, struct err *e);
struct tls_ctx;
struct tls_target;

/* Starts TLS: behind the 220 to STARTTLS, or at once after link_open(). -1:
 * ERR_PROTO (octets came in clear behind the 220, counted; no TLS is spoken
 * there), ERR_AUTH, ERR_TEMP (times.helo is over), ERR_LOST, ERR_INTR; then
 * the link is good for nothing but link_free(), and conn_tls() for what the
 * peer presented. ctx must outlive the link. */
int link_tls(struct link *k, struct tls_ctx *ctx, const struct tls_target *t,
    struct err *e);
/* The next event, waiting for it. Returns 1 with *ev; 0 at the deadline (the
 * time that the oldest owed command has by RFC 5321, or deadline_ns if that is
 * earlier); -1: ERR_INTR. That time begins when the wait for that reply does
 * and is one for all calls and whatever drips in; after it has passed, another
 * call begins anew. When nothing is owed it is times.other. A lost connection
 * is SMTP_EV_EOF, in every further call too, with link_lost() saying why.
 * Between 220 to STARTTLS and smtp_tls_started() it reads nothing and returns
 * 0 at once. */
int link_next(
    struct link *k, int64_t deadline_ns, struct link_event *ev, struct err *e);
/* Reads what has come without waiting, and gives events that are ready:
 * 1 or 0. For the prompt's poll. */
int link_poll(struct link *k, struct link_event *ev);
/* Descriptors to watch for that, at most 2. */
size_t link_fds(const struct link *k, struct pollfd *fd);
/* Why the connection ended: "closed by the server", "Connection reset by
 * peer"; "" while it stands. */
const char *link_lost(const struct link *k);

#endif
