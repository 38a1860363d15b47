/* A server that plays its side of a conversation: a core, as smtpd is one.
 * It holds the steps; cmd/ makes them out of a conversation file. */
#ifndef NET_MOCK_H
#define NET_MOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "net/core/buf.h"

enum mock_kind {
	MOCK_LINE,   /* a command line of the client is awaited */
	MOCK_OCTETS, /* these very octets are */
	MOCK_TEXT,   /* mail text up to its end is awaited; any text will do */
	MOCK_CHUNK,  /* n octets of a BDAT chunk */
	MOCK_SAY,    /* text goes out as it is, CRLF included */
	MOCK_PAUSE,  /* ms pass first */
	MOCK_TLS,    /* STARTTLS was answered 220: a handshake follows */
	MOCK_AGAIN,  /* back to step n, times times in all; 0: as often as the
			client sends what step n awaits */
	MOCK_RESET,  /* the server resets the connection */
	MOCK_CLOSE   /* the server closes */
};

struct mock_step {
	enum mock_kind kind;
	char *text; /* LINE: the line; SAY: octets, NUL-ended; OCTETS */
	uint64_t n; /* OCTETS, CHUNK: how many; SAY: how many, 0: up to the
			  NUL; PAUSE: ms; TEXT: after so many it closes, 0:
			  never; AGAIN */
	uint64_t times;
	const void *re; /* LINE: an expression, for the play's match() */
	bool captures;	/* SAY: \1LINE.GROUP\1 stands for what that took */
	unsigned line;	/* in the conversation file, for messages; 0: implied at
			  its end */
};

#define MOCK_GROUPS 10

/* What a group of an expression took; from SIZE_MAX: nothing. */
struct mock_group {
	size_t from, to;
};

/* Steps are borrowed by every session that plays them. */
struct mock_play {
	const char *name; /* the file's */
	struct mock_step *step;
	size_t nsteps;
	bool greets; /* no HELO, EHLO or LHLO is in it: they get 250 wherever
			they come, without a complaint */
	/* How many groups there are then; 0: no match. */
	size_t (*match)(const void *re, const char *p, size_t len,
	    struct mock_group *group, size_t max);
};

struct mock;

struct mock *mock_new(const struct mock_play *play);
void mock_free(struct mock *m);
void mock_feed(struct mock *m, const char *p, size_t len);
void mock_eof(struct mock *m);
/* Goes on as far as it can. Returns ms to wait before calling again (a
 * PAUSE: the next call says that they have passed), 0 when it waits for
 * bytes, has ended, or has 256 KiB to say that nobody took (call it again
 * after mock_out_done()). */
uint64_t mock_run(struct mock *m);
/* Octets that came and no step has taken yet. */
size_t mock_pending(const struct mock *m);
const char *mock_out(const struct mock *m, size_t *len);
void mock_out_done(struct mock *m, size_t n);
/* It stands at a TLS step: flush, shake hands, then mock_tls_started(), which
 * drops what had been fed in clear and returns how many octets. */
bool mock_tls_wanted(const struct mock *m);
size_t mock_tls_started(struct mock *m);
/* All was played, or the play says close: flush, then close. */
bool mock_ended(const struct mock *m);
/* The end is a reset. */
bool mock_is_reset(const struct mock *m);
/* What the client did that the file does not say, one line each "FILE:LINE:
 * expected '...', the client sent '...'" ("FILE, at its end:" of what no line
 * says); "" if nothing; at most 64 KiB and
 * one line. A line is the same when its verb and its path are; the names of
 * HELO, EHLO, LHLO, the words of NOOP and HELP, and parameters may differ;
 * other arguments are compared word by word without case, and "***" in the
 * play stands for any word, '*' for any octets where the line has a verb. What
 * AUTH keeps secret is compared octet by octet, unless the mechanism makes up
 * a part of it each time; another is answered 535, and AUTH is awaited. NOOP
 * and RSET where they are not awaited are taken: RSET goes back to where the
 * transaction began, and what stands next may come as well if it is no part of
 * one. A client that leaves without QUIT is told of where the file has one. A
 * line that differs is answered 503 and awaited
 * again; QUIT where it is not awaited gets 221 and the end. What AUTH keeps
 * secret is *** here too. Borrowed until the next call. */
const char *mock_complaints(struct mock *m);
/* What was said since the last mock_log_done(), for a log: lines that begin
 * with 'C' or 'S' for the side and end with LF, controls as \xNN, secrets
 * ***; what passes 64 KiB is left out. */
const char *mock_log(struct mock *m);
void mock_log_done(struct mock *m);

#endif
