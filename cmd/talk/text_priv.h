/* Between the files of mail text: for these only. */
#ifndef CMD_TALK_TEXT_PRIV_H
#define CMD_TALK_TEXT_PRIV_H

#include "cmd/talk/step.h"
#include "cmd/talk/text.h"

#define TEXT_BLOCK (256u << 10) /* with its encoding within a cache */

/* What of a message was told to the sinks. */
struct text_told {
	bool lines;	 /* still line by line */
	uint64_t left;	 /* octets that may still be told so */
	uint64_t rest;	 /* octets that were not */
	struct buf part; /* a line whose end has not come */
};

/* text.c */
/* What follows may be the end of it. -1: it must not be sent. */
CHECKED int text_commit(struct text *x, struct err *e);

/* text_tell.c */
void text_tell_begin(struct talk *t, const struct text *x, struct text_told *d);
void text_tell(struct talk *t, struct text_told *d, const char *p, size_t len);
void text_tell_end(struct talk *t, const struct text *x, struct text_told *d);
/* One line, without its LF. */
void text_tell_line(struct talk *t, const char *p, size_t len);

#endif
