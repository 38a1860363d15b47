/* A server that plays its side of a conversation: a core, as smtpd is one.
 * It holds the steps; cmd/ makes them out of a conversation file. */
#ifndef NET_MOCK_H
#define NET_MOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "buf.h"

enum mock_kind {
	MOCK_LINE,  /* a command line of the client is awaited */
	MOCK_TEXT,  /* mail text up to its end is awaited; any text will do */
	MOCK_CHUNK, /* n octets of a BDAT chunk */
	MOCK_SAY,   /* text goes out as it is, CRLF included */
	MOCK_PAUSE, /* ms pass first */
	MOCK_CLOSE  /* the server closes */
};

struct mock_step {
	enum mock_kind kind;
	char *text;   /* LINE: the line; SAY: octets, NUL-ended */
	uint64_t n;   /* CHUNK: octets; PAUSE: ms */
	unsigned line; /* in the conversation file, for messages */
};

/* Steps are borrowed by every session that plays them. */
struct mock_play {
	const char *name; /* the file's */
	struct mock_step *step;
	size_t nsteps;
};

struct mock;

struct mock *mock_new(const struct mock_play *play);
void mock_free(struct mock *m);
void mock_feed(struct mock *m, const char *p, size_t len);
void mock_eof(struct mock *m);
/* Goes on as far as it can. Returns ms to wait before calling again (a
 * PAUSE), 0 when it waits for bytes or has ended. */
uint64_t mock_run(struct mock *m);
const char *mock_out(const struct mock *m, size_t *len);
void mock_out_done(struct mock *m, size_t n);
/* All was played, or the play says close: flush, then close. */
bool mock_ended(const struct mock *m);
/* What the client did that the file does not say, one line each "FILE:LINE:
 * expected '...', the client sent '...'"; "" if nothing. A line is the same
 * when its verb and its path are; HELO's name and parameters may differ. A
 * line that differs is answered 503 and awaited again. */
const char *mock_complaints(struct mock *m);

#endif
