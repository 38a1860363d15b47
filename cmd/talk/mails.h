/* Many messages on one connection in groups (RFC 2920): MAIL, each RCPT and
 * DATA together, the text with the next message's. */
#ifndef CMD_TALK_MAILS_H
#define CMD_TALK_MAILS_H

#include "cmd/talk/mail.h"

struct mails_one {
	struct mail mail;
	/* What became of it. */
	bool taken;  /* by the server, for a recipient */
	int refused; /* the first refusal, 0: none */
	const struct verb *refused_at;
};

struct mails {
	/* The next message for this connection, borrowed until it is over;
	 * NULL: none now. It is asked for while the one before is under
	 * way. */
	struct mails_one *(*next)(void *arg);
	/* All is known of m. */
	void (*over)(void *arg, struct mails_one *m);
	void *arg;
};

/* An act, in a session that stands ready, behind EHLO: all that next() gives,
 * until it gives none. m is borrowed until then. Each over() comes before the
 * act is over, but where it fails. Messages go by DATA. */
void talk_mails(struct talk *t, const struct mails *m);

#endif
