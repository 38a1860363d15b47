/* Mail text from a file or pipe into the session: by DATA or in chunks, in
 * bounded memory, shown as far as the screen wants. */
#ifndef CMD_TALK_TEXT_H
#define CMD_TALK_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "cmd/know/mail_remark.h"
#include "net/core/body.h"
#include "net/core/buf.h"
#include "net/core/err.h"
#include "net/core/feed.h"

struct talk;

#define TEXT_WHOLE (1u << 20) /* octets: so much is read ahead, and stays */

struct text {
	int fd;
	struct feed *feed; /* or this, in place of fd */
	char *name;	   /* for messages: "mail.eml", "standard input" */
	char *say;	   /* the line of the language that sends the same, or
			     "" */
	struct buf first;  /* octets read ahead of the rest */
	const char *lent;  /* checked octets of somebody else's, before them */
	size_t lent_len;
	bool loaded;	   /* and checked */
	bool ended;	   /* all is in first */
	bool regular;	   /* a file: it need not be waited for */
	uint64_t declared; /* a file's octets when it was opened */
	uint64_t read;
	struct body body;	   /* what first was checked by */
	struct mail_remark remark; /* the same; text_size() goes on with it */
	bool remarked;		   /* it was told */
	bool eightbit;		   /* first holds octets above 127 */
	bool whole;		   /* first is all of it, and stays */
	size_t given;		   /* octets of it, this time */
	bool committed; /* its end was put into the session: the server
			     may take it from now on */
	off_t began;	/* where the file's octets are */
	/* Called before that; -1 stops it. Or NULL. */
	int (*before_end)(void *arg, struct err *e);
	void *arg;
	bool unended; /* its end is not sent: the connection is closed in
			   its place, once the server has all of it */
};

#define TEXT_INIT                                                              \
	{                                                                      \
		.fd = -1                                                       \
	}

/* Opens a file ("-": standard input). say: the line that sends the same, or
 * NULL. ERR_NOINPUT. */
CHECKED int text_open(
    struct text *x, const char *path, const char *say, struct err *e);
/* The same for a file that is open, which is its own from now on. */
CHECKED int text_take_file(
    struct text *x, const char *name, int fd, struct err *e);
/* The same for text that is at hand; taken over from b. */
void text_memory(struct text *x, const char *name, struct buf *b);
/* The same for what a feed gives, which is its own from now on. */
void text_feed(struct text *x, const char *name, struct feed *f);
void text_release(struct text *x);
/* From the start, to be loaded again. ERR_NOINPUT: a pipe's octets have gone. */
CHECKED int text_restart(struct text *x, struct err *e);
/* Checks first again, which somebody has changed. ERR_DATA. */
CHECKED int text_again(struct text *x, struct err *e);
/* Reads all of it, or the first block of what is longer than TEXT_WHOLE, and
 * checks that: a bare CR is refused here, before anything is sent. As an act's resume(); ERR_NOINPUT, ERR_DATA. */
CHECKED int text_load(struct talk *t, struct text *x, struct err *e);
/* The next block, unchecked: ACT_DONE with b filled (empty: the end), ACT_WAIT,
 * -1: ERR_NOINPUT. */
CHECKED int text_next(
    struct talk *t, struct text *x, struct buf *b, struct err *e);
/* Octets that will be sent, as SIZE counts them: line ends of two, no periods
 * that were added (RFC 1870 5). What is not at hand of a file is read for it,
 * and checked. 1, or 0 where nobody knows; -1 as text_load(). */
CHECKED int text_size(struct text *x, uint64_t *size, struct err *e);

/* The period, behind a 354, and no text; its reply is owed then. */
CHECKED int text_end_now(struct talk *t, struct err *e);
/* Tells octets of a chunk that no line says: \\raw. */
void text_tell_raw(struct talk *t, const char *p, size_t len);

/* Acts; x is borrowed until they are over. */
/* Sends it and its end, behind a 354; the end's reply is owed then. Fails, and
 * the connection has gone, when the server spoke before the end or x could not
 * be read to its end. */
void text_send(struct talk *t, struct text *x);
/* Sends it in BDAT chunks of at most size octets, each waiting for its reply;
 * the last says LAST if last. Ends early, t->code says with what, when one is
 * refused. */
void text_send_chunks(struct talk *t, struct text *x, uint64_t size, bool last);

#endif
