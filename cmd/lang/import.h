/* Transcripts that other programs wrote, read as the language: what swaks,
 * curl -v, a library's debug log, a server's log or a telnet session shows.
 * Text in, text out: what comes out is parsed as any conversation file. */
#ifndef CMD_IMPORT_H
#define CMD_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

/* What a secret becomes that the transcript masks ("AUTH PLAIN ****"). */
enum import_mask {
	MASK_AUTH, /* \\auth does the exchange anew */
	MASK_SENT, /* the mask, as it stands: nobody gave another secret */
	MASK_ANY   /* for a mock: any word */
};

/* How a file is to be read. All zero: as it looks. */
struct import_want {
	const char *as; /* --as: a kind, or "native"; NULL */
	unsigned
	    session; /* --session: which of several, from 1; 0: the first */
	enum import_mask mask;
	bool hides; /* a secret that is shown is masked, too */
};

/* Text, and where each of its lines stood. */
struct import_source {
	char *p; /* its own: malloc'ed, NUL behind len */
	size_t len;
	unsigned *no;	/* the number of each line, or NULL: 1, 2, ... */
	size_t dropped; /* lines that were not kept */
};

/* What became of it. */
struct import {
	char *text; /* in the language, tags C: and S:; NUL behind len */
	size_t len;
	unsigned *at; /* for each line of it, the line of the source */
	size_t lines;
	char *note;	  /* "FILE read as swaks: 12 commands, ..." */
	const char *kind; /* static; set also where that is sure and it cannot
			   * be replayed */
};

void import_release(struct import *i);
/* Reads a transcript. 0: it is one; 1: it is none that is known; -1, ERR_DATA:
 * it is one that cannot be replayed, and what to do ("NAME:LINE: ..."); or
 * ERR_USAGE, as or session is wrong. in's text is changed. */
CHECKED int import_text(struct import *out, const char *name,
    struct import_source *in, const struct import_want *want, struct err *e);
/* A conversation in the language whose mail text was captured from the wire,
 * every leading period doubled: no tags, a server's own words, nothing that
 * the language alone has. */
bool import_is_captured(const char *p, size_t len);

/* Has it the server's side only, and no marks? Whose it looks like (static), or
 * NULL. It is played by a mock: in the language, and out is the caller's. */
const char *import_server_only(const char *p, size_t len);
void import_server_play(
    struct import *out, const char *name, const char *p, size_t len);

/* May text begin a conversation in the language? Looks at the first line that
 * is not blank. */
bool import_is_native(const char *p, size_t len);
/* Does any line of it show that it is none? For a pipe's first octets. */
bool import_is_foreign(const char *p, size_t len);

/* Reads fd to its end. What is long and no conversation in the language is
 * sieved as it comes: only lines that may be some session's are kept. At most
 * max octets; b may hold some already, and is emptied. ERR_NOINPUT, ERR_DATA,
 * ERR_INTR. */
CHECKED int import_slurp(struct import_source *out, int fd, const char *name,
    size_t max, struct buf *b, struct err *e);

/* Kind i's name and what it is of; NULL behind the last. */
const char *import_kind(size_t i, const char **text);

#endif
