/* The receiver's little world: whose mailboxes it has, who has moved, which
 * names are ambiguous, which lists exist. Data only; RFC 821 3.2 and 3.3.
 * Domains and local parts compare without regard to ASCII case, a quoted local
 * part as what it quotes; a source route is ignored (RFC 5321 Appendix C). */
#ifndef NET_WORLD_H
#define NET_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/addr.h"
#include "net/core/buf.h"

enum world_verdict {
	WORLD_LOCAL,   /* 250: taken here */
	WORLD_FORWARD, /* 251: not local, will forward (kept here all the same) */
	WORLD_ELSEWHERE, /* 551: not local, please try */
	WORLD_NONE,	 /* 550: a known domain, no such user; no match */
	WORLD_AMBIGUOUS, /* 553 */
	WORLD_DENIED,	 /* 550: access denied; a domain that is not ours */
	WORLD_INACTIVE,	 /* 450 for SEND: not active now; else taken here */
	WORLD_ALONE, /* taken as a transaction's first recipient, else 552 */
	WORLD_UNSURE /* 252: cannot verify, will take it */
};

struct world;

/* host: the receiver's name. An empty world takes every recipient. */
struct world *world_new(const char *host);
/* RFC 821's own: host Beta.ARPA, and the people and lists of 3.1 to 3.3 and
 * of Appendix F. Jones and Brown have mailboxes at Beta.ARPA, Green has none.
 * A VRFY without '@' is matched against people's names (Smith, Crispin,
 * Gourzenkyinplatz), one with '@' against mailboxes. Where the standard shows
 * alternatives for one command, these give each of them:
 *   250 VRFY Smith                251 VRFY Smith@USC-ISIQ.ARPA
 *   550 VRFY Jones                551 VRFY Jones@USC-ISIQ.ARPA
 * The user Admin.MRC@SU-SCORE.ARPA (VRFY Crispin) is never active, as in
 * scenarios 5 and 6: SEND is 450, SOML and MAIL are 250. eric@BERKELEY.ARPA
 * is taken alone only, as in scenario 10. */
struct world *world_std10(void);
void world_free(struct world *w);
const char *world_host(const struct world *w);
/* A mailbox "user@domain" or "user"; once there is one, only these are taken,
 * and Postmaster (RFC 5321 4.5.1). */
void world_add(struct world *w, const char *mailbox);

/* RCPT, VRFY, EXPN. answer: the reply's text, lines joined by LF, appended.
 * box: for LOCAL, FORWARD, INACTIVE and ALONE the mailbox's canonical name,
 * appended; may be NULL. In an empty world that is the address as written,
 * unquoted and in lower case. */
enum world_verdict world_rcpt(const struct world *w, const char *path,
    const struct addr *a, struct buf *answer, struct buf *box);
enum world_verdict world_vrfy(
    const struct world *w, const char *s, size_t len, struct buf *answer);
enum world_verdict world_expn(
    const struct world *w, const char *s, size_t len, struct buf *answer);
/* Mailbox i's canonical name in the order they were added; NULL past the
 * last. */
const char *world_mailbox(const struct world *w, size_t i);

#endif
