/* One message as a conversation: greeting, EHLO (HELO), MAIL, a RCPT each, DATA
 * or BDAT. The end of the session is its front's. */
#ifndef CMD_TALK_MAIL_H
#define CMD_TALK_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cmd/talk/text.h"

/* --quit-after: behind which stage it stops. */
enum mail_stage {
	MAIL_CONNECT,
	MAIL_HELO,
	MAIL_MAIL,
	MAIL_RCPT,
	MAIL_DATA,
	MAIL_ALL
};

struct mail {
	const char *from;      /* path without <> */
	const char *const *to; /* the same */
	size_t nto;
	struct text *text;
	const char *const *mail_param, *const *rcpt_param;
	size_t nmail_param, nrcpt_param;
	bool chunk; /* by BDAT */
	uint64_t chunk_size;
	enum mail_stage last;

	/* What became of it. */
	size_t accepted; /* recipients */
	bool done;	 /* it was gone through; a refusal is data */
	bool taken;	 /* the server has taken the message */
	/* Of many (mails.h): the first refusal, 0: none. */
	int refused;
	const struct verb *refused_at;
};

/* An act; m is borrowed until it is over. Refusals are tallied; what is neither
 * a refusal nor what was asked for fails with ERR_PROTO. */
void talk_mail(struct talk *t, struct mail *m);

#endif
