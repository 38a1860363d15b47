/* Replies of the receiver (RFC 5321 4.2; RFC 821 Appendix E): a parser that
 * takes bytes in any pieces and gives whole replies. It reads only what it was
 * given, never a NUL-ended string, and never rescans a line. */
#ifndef NET_REPLY_H
#define NET_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

#define REPLY_LINE_MAX	65536	  /* octets in one line, CRLF included */
#define REPLY_SIZE_MAX	(1 << 20) /* octets in one reply */
#define REPLY_LINES_MAX 1000

/* What is odd about a reply that can still be used. */
enum reply_flaw {
	REPLY_BARE_LF = 1 << 0,	 /* a line ended with LF alone */
	REPLY_BARE_CR = 1 << 1,	 /* CR inside a line */
	REPLY_NUL = 1 << 2,	 /* NUL inside a line */
	REPLY_LONG = 1 << 3,	 /* a line over 512 octets (4.5.3.1.5) */
	REPLY_NO_TEXT = 1 << 4,	 /* code alone, no SP (legal, 4.2) */
	REPLY_ENH_CLASS = 1 << 5 /* enhanced class differs from the code */
};

struct reply_line {
	size_t off; /* of the text behind code and separator, in text */
	size_t len;
	char sep; /* '-', ' ' or '\0' for a code alone */
};

/* One whole reply. Owned by whoever declared it: reply_release(). */
struct reply {
	int code;	 /* 200 to 599 */
	struct buf text; /* all lines' texts, one behind the other */
	struct reply_line *line;
	size_t nlines;
	size_t cap;
	unsigned flaws; /* enum reply_flaw */
	/* Enhanced status code (RFC 2034) that opens the last line's text;
	 * enh_class is 0 where there is none. */
	int enh_class, enh_subject, enh_detail;
	size_t enh_len; /* octets it takes in that text, without the SP */
};

struct reply_parser {
	struct buf in;	  /* bytes not yet made into a reply */
	size_t scanned;	  /* of in: known to hold no LF */
	struct reply cur; /* lines of the reply that is under way */
	size_t size;	  /* octets of cur so far, ends included */
	bool skip;	  /* of a line dropped unended: what comes up to LF */
};

void reply_init(struct reply *r);
void reply_release(struct reply *r);
void reply_clear(struct reply *r);
/* Deep copy; dst must be initialised, what it held is dropped. */
void reply_copy(struct reply *dst, const struct reply *src);
/* A copy in one piece, which stays as it is: free(3) releases it. For those
 * that are kept by the thousand. */
struct reply *reply_keep(const struct reply *r);
/* Text of line i; borrowed, not NUL-ended. */
const char *reply_text(const struct reply *r, size_t i, size_t *len);

void reply_parser_init(struct reply_parser *p);
void reply_parser_release(struct reply_parser *p);
/* Forgets all: bytes and a reply under way. */
void reply_parser_clear(struct reply_parser *p);
void reply_feed(struct reply_parser *p, const char *data, size_t len);
/* Takes the next whole reply into *out (initialised; cleared first).
 * Returns 1 with a reply, 0 when more bytes are needed, -1 when what came is
 * no reply (ERR_PROTO: the lines of the reply under way and that line, which
 * the parser has dropped, are appended to *bad, LF between them, at most 1,024
 * octets of the line). A line or reply over the limits is ERR_PROTO as soon as
 * the limit is passed, not at its end; what then still comes of that line is
 * skipped. The first octets of TLS are told as such without waiting for LF. */
CHECKED int reply_next(
    struct reply_parser *p, struct reply *out, struct buf *bad, struct err *e);
/* Octets that are waiting: those fed but not part of a returned reply. */
size_t reply_pending(const struct reply_parser *p);
/* What of a reply has come when the connection ends inside it: appends it to
 * *bad, lines joined with LF. */
void reply_leftover(const struct reply_parser *p, struct buf *bad);

#endif
