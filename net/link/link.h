/* One session's driver: a connection joined to a client core, with deadlines.
 * The only place where a session's bytes move. A link is opened, perhaps
 * shakes hands for TLS, then holds its session; in each of these phases it
 * never waits: it says what it waits for (link_wants(), link_deadline()), and
 * one thread may wait for thousands. Behind that, for whoever has one session
 * only, calls that wait. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "net/conn/conn.h"
#include "net/core/smtp.h"

/* Milliseconds; RFC 5321 4.5.3.2's by default. */
struct link_times {
	int64_t connect, greeting, helo, mail, rcpt, data, block, text_end,
	    quit, other;
	int64_t unasked; /* a reply that no command asked for */
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

/* Begins to connect; times.connect is for all of it. What is borrowed until
 * when, and errors: as conn_start(). */
CHECKED int link_start(struct link **out, const struct conn_target *t,
    const struct link_times *times, conn_report *report, void *arg,
    struct err *e);
/* 1: the connection stands, the greeting is owed; 0: wait; -1 as conn_step(),
 * then only link_free() is left. */
CHECKED int link_step_open(struct link *k, struct err *e);
void link_free(struct link *k);
struct smtp *link_smtp(struct link *k);
/* NULL until link_step_open() has said 1. */
struct conn *link_conn(struct link *k);
/* It stands: opened, and nobody has ended it. */
bool link_is_open(const struct link *k);

struct tls_ctx;
struct tls_target;

/* Begins TLS: behind the 220 to STARTTLS, or at once when the connection
 * stands. Strings of t are borrowed during the call, ctx must outlive the
 * link. -1: ERR_PROTO (octets came in clear behind the 220, counted; no TLS is
 * spoken there), and as tls_new(). */
CHECKED int link_tls_begin(struct link *k, struct tls_ctx *ctx,
    const struct tls_target *t, struct err *e);
/* The first is due at once. 1: TLS stands; 0: wait; -1: ERR_AUTH, ERR_PROTO, ERR_TEMP (times.helo is
 * over), ERR_LOST; then the link is good for nothing but link_free(), and
 * conn_tls() for what the peer presented. */
CHECKED int link_tls_step(struct link *k, struct err *e);

/* Writes what the core has queued, as much as the socket takes. 0: all is
 * written; 1: it takes no more, wait until it can be written and read (who
 * does not read what the server says may wait for ever: it waits, too); -1:
 * ERR_LOST (what was said before has been read, take it with link_get()),
 * ERR_TEMP (64 KiB took longer than times.block, counted from the first 1). */
CHECKED int link_write(struct link *k, struct err *e);
/* The next event, reading what is there: 1, or 0: there is none now. The end
 * of the connection is told once, as SMTP_EV_EOF behind all that was said.
 * Nothing is read while TLS is wanted or under way, nor while it opens. */
int link_get(struct link *k, struct link_event *ev);
/* While mail text streams: reads what is there, and says whether the server
 * has ended a line since the last event. */
bool link_said(struct link *k);

/* Descriptors to wait for, in each phase; want_write: link_write() has said 1.
 * Returns how many, at most LINK_FDS; none for a receiver in this process. */
#define LINK_FDS CONN_DIAL_FDS
size_t link_wants(const struct link *k, bool want_write, struct pollfd *fd);
/* When to call again though no descriptor is ready: the next step of opening
 * is due, the handshake's or a blocked write's time is over (the step says so
 * by ERR_TEMP), or that of the reply owed longest (link_overdue()), or a
 * receiver in this process has a pause that ends. 0: at once, there is
 * something to get; LOOP_FOREVER: nothing is awaited. Stays the same until
 * something moves. */
int64_t link_deadline(struct link *k);
/* The reply owed longest has not come in the time that RFC 5321 gives it. That
 * time begins when its command is written and all before it are answered; it
 * is one for however much drips in. */
bool link_overdue(struct link *k);
/* Gives that reply its time once more. */
void link_renew(struct link *k);
/* What of it took so long: connecting, from link_start() until it stood; the
 * handshake, from link_tls_begin() until TLS stood. -1: that was not. */
int64_t link_open_ns(const struct link *k);
int64_t link_tls_ns(const struct link *k);
/* A connection that stands is one of many from now on: nothing but link_pump()
 * reads, so that one that always has something does not keep the others
 * waiting; and the system notes when what is read has come, where it can, for
 * who comes to read it late. */
void link_crowd(struct link *k);
/* When the newest had come, by loop_now_ns(); 0: nobody noted it. */
int64_t link_noted(const struct link *k);
/* One read, for who waits for many and was told that there is something. From
 * the first of them on nothing else reads: link_get() and its kin take what
 * came. */
void link_pump(struct link *k);
/* Octets that were written and that the peer has not acknowledged, as far as
 * the system says; 0 where it does not. */
size_t link_unsent(const struct link *k);
/* Why the connection ended: "closed by the server", "Connection reset by
 * peer"; "" while it stands. */
const char *link_lost(const struct link *k);

/* Sleeps until the link ought to be called again in its phase: something came
 * or can be written, or link_deadline() is there (LOOP_READY); deadline_ns
 * (LOOP_TIMEOUT); a signal (LOOP_INTR). For one session on one thread: the
 * first sleep is the read itself, so that a command in lock-step costs two
 * system calls. */
enum loop_result link_await(
    struct link *k, struct loop *l, bool want_write, int64_t deadline_ns);

/* link_start() and link_step_open() in one call that waits, with the loop that
 * the calls below wait with. Also ERR_INTR. */
CHECKED int link_open(struct link **out, const struct conn_target *t,
    const struct link_times *times, struct loop *l, conn_report *report,
    void *arg, struct err *e);
/* Writes what the core has queued, reading meanwhile so that neither side
 * stalls. Returns 0 when all is written; 1 when the server has said a line
 * while mail text was going out (an early reply), or so much that no more is
 * read before it is taken: take it with link_poll() or link_next(), then flush
 * again or give up; -1 as link_write(), and ERR_INTR. */
CHECKED int link_flush(struct link *k, struct err *e);
/* Flushes when the core holds at least 64 KiB, and then looks for an early
 * reply; for streaming mail text. Returns as link_flush(). */
CHECKED int link_flush_some(struct link *k, struct err *e);
/* link_tls_begin() and link_tls_step() in one call. Also ERR_INTR. */
CHECKED int link_tls(struct link *k, struct tls_ctx *ctx,
    const struct tls_target *t, struct err *e);
/* The next event, waiting for it. Returns 1 with *ev; 0 at the deadline (the
 * time that the oldest owed command has by RFC 5321, or deadline_ns if that is
 * earlier); -1: ERR_INTR. That time begins when the wait for that reply does
 * and is one for all calls and whatever drips in; after it has passed, another
 * call begins anew. When nothing is owed it is times.other. A lost connection
 * is SMTP_EV_EOF, in every further call too, with link_lost() saying why.
 * Between 220 to STARTTLS and smtp_tls_started() it reads nothing and returns
 * 0 at once. */
CHECKED int link_next(
    struct link *k, int64_t deadline_ns, struct link_event *ev, struct err *e);
/* As link_get(), but who has just emptied the socket does not ask it again:
 * before each command in lock-step that would be a system call. */
int link_poll(struct link *k, struct link_event *ev);
/* As link_wants() without writing, at most 2. */
size_t link_fds(const struct link *k, struct pollfd *fd);

#endif
