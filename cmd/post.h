/* A draft as mail: one message to its recipients in this session. */
#ifndef CMD_POST_H
#define CMD_POST_H

#include "cmd/lang/compose.h"
#include "cmd/lang/draft.h"
#include "cmd/talk/mail.h"

struct post {
	struct buf from; /* the reverse-path */
	struct compose_paths to;
	enum mail_fate *fate; /* of each */
	struct text text;
	struct mail mail;
};

/* Envelope and message, whose files are opened. A sender that was not said is
 * ${from}, recipients are ${to}, which d has then. ERR_USAGE, ERR_NOINPUT,
 * ERR_DATA; p is to be released whatever it returns. */
CHECKED int post_make(
    struct post *p, struct talk *t, struct draft *d, struct err *e);
void post_release(struct post *p);
/* An act; p is borrowed until it is over. As many transactions as the server
 * wants; what became of it is told and counted. In a source that has
 * expectations it fails where not all have it. */
void talk_post(struct talk *t, struct post *p);
/* Do all have it? */
bool post_is_taken(const struct post *p);

#endif
