/* The receiver's little world: whose mailboxes it has, who has moved, which
 * names are ambiguous, which lists exist. Data only; RFC 821 3.2 and 3.3. */
#ifndef NET_WORLD_H
#define NET_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include "addr.h"
#include "buf.h"

enum world_verdict {
	WORLD_LOCAL,     /* 250: taken here */
	WORLD_FORWARD,   /* 251: not local, will forward (kept here all the same) */
	WORLD_ELSEWHERE, /* 551: not local, please try */
	WORLD_NONE,      /* 550 */
	WORLD_AMBIGUOUS, /* 553 */
	WORLD_DENIED,    /* 550 access denied */
	WORLD_INACTIVE   /* 450 for SEND: not active now */
};

struct world;

/* host: the receiver's name. An empty world takes every recipient. */
struct world *world_new(const char *host);
/* RFC 821's own: host Beta.ARPA, and the people and lists of 3.1 to 3.3. */
struct world *world_std10(void);
void world_free(struct world *w);
const char *world_host(const struct world *w);
/* A mailbox "user@domain" or "user"; once there is one, only these are taken. */
void world_add(struct world *w, const char *mailbox);

/* RCPT, VRFY, EXPN. answer: the reply's text, lines joined by LF, appended.
 * box: for LOCAL and FORWARD the mailbox's canonical name, appended; may be
 * NULL. */
enum world_verdict world_rcpt(const struct world *w, const char *path,
    const struct addr *a, struct buf *answer, struct buf *box);
enum world_verdict world_vrfy(const struct world *w, const char *s, size_t len,
    struct buf *answer);
enum world_verdict world_expn(const struct world *w, const char *s, size_t len,
    struct buf *answer);
/* Mailbox i's canonical name in the order they were added; NULL past the
 * last. */
const char *world_mailbox(const struct world *w, size_t i);

#endif
