/* Mail text from a file or pipe into the session: by DATA or in chunks, in
 * bounded memory, shown as far as the screen wants. */
#ifndef CMD_TEXT_H
#define CMD_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include "net/core/body.h"
#include "cmd/shell/shell.h"

struct text {
	int fd;
	const char *name; /* for messages: "mail.eml", "standard input" */
	const char *say;  /* the line of the language that sends the same, or
			     "" */
	struct buf first; /* octets read ahead of the rest */
	bool ended;	  /* all is in first */
	bool regular;	  /* a file: it need not be waited for */
	struct body body; /* what first was checked by */
	bool eightbit;	  /* first holds octets above 127 */
};

/* Opens a file ("-": standard input), reads its first block and checks it:
 * a bare CR is refused here, before anything is sent. ERR_NOINPUT, ERR_DATA. */
int text_open(struct text *t, const char *path, struct err *e);
/* The same for text that is at hand; taken over from b. */
void text_memory(struct text *t, const char *name, struct buf *b);
/* Checks first again, which somebody has changed. ERR_DATA. */
int text_again(struct text *t, struct err *e);
void text_release(struct text *t);
/* Octets that will be sent, as SIZE counts them: line ends of two, no periods
 * that were added (RFC 1870 5). What is not at hand of a file is read for it,
 * and checked. 1, or 0 where nobody knows; -1 as text_open(). */
int text_size(const struct text *t, uint64_t *size, struct err *e);
/* Sends it and the end. DATA was answered by 354. 0: the end was sent, its
 * reply is owed; 1: the server spoke before the end, which was not sent; -1:
 * e, and the end was not sent. */
int text_send(struct shell *sh, struct text *t, struct err *e);
/* Sends it in BDAT chunks of at most size octets, waiting for each reply; the
 * last says LAST if last. 1: a chunk was refused. */
int text_send_chunks(
    struct shell *sh, struct text *t, uint64_t size, bool last, struct err *e);

#endif
