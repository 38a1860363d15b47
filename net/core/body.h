/* Mail text on its way: line ends and transparency (RFC 821 4.5.2, RFC 5321
 * 4.5.2). The encoder makes any of LF, CRLF and their mix into CRLF and adds
 * a period to a line that begins with one; the decoder finds CRLF.CRLF and
 * nothing else. Both take pieces cut anywhere and work on 64 octets at once,
 * never octet by octet. NUL passes through both. */
#ifndef NET_BODY_H
#define NET_BODY_H

#include <stdbool.h>
#include <stdint.h>
#include "net/core/buf.h"
#include "net/core/err.h"

struct body {
	bool stuff;	/* add periods (DATA); not for BDAT */
	bool mid_line;	/* the last octet was no line end */
	bool after_cr;	/* the last octet was a CR: kept back */
	uint64_t line;	/* lines ended so far */
	uint64_t taken; /* octets taken */
	uint64_t given; /* octets given */
	uint64_t dots;	/* periods added */
	bool eightbit;	/* an octet above 127 was seen */
};

void body_init(struct body *b, bool stuff);
/* Appends the wire form of len octets to *out. -1 on a CR that no LF follows
 * (ERR_DATA, names the line): the line up to it is appended, the rest is not
 * taken, and only an LF can follow. */
CHECKED int body_encode(
    struct body *b, const char *p, size_t len, struct buf *out, struct err *e);
/* How many octets at the front are on the wire as they are here: they count as
 * encoded, and are the caller's to send. */
size_t body_same(struct body *b, const char *p, size_t len);
/* Ends the last line if it has no end. */
CHECKED int body_finish(struct body *b, struct buf *out, struct err *e);

/* The receiver's side. */
struct unbody {
	int state;	       /* private */
	bool bare_cr, bare_lf; /* seen so far */
	uint64_t taken;
};

void unbody_init(struct unbody *u);
/* Takes octets, appends the text with periods removed (a bare CR or LF stays
 * as it came), stops behind CRLF.CRLF. *used tells how many it took. Returns
 * 1 when the end was found, else 0. The CRLF before the lone period is part
 * of the text. */
int unbody_decode(
    struct unbody *u, const char *p, size_t len, size_t *used, struct buf *out);
/* The same, but the text is only counted. */
int unbody_count(
    struct unbody *u, const char *p, size_t len, size_t *used, uint64_t *text);

#endif
