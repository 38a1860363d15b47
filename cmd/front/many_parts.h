/* Between the files of many messages: for these only. */
#ifndef CMD_MANY_PARTS_H
#define CMD_MANY_PARTS_H

#include <stdatomic.h>
#include "cmd/lang/compose.h"
#include "cmd/front/deliver.h"
#include "cmd/front/mails.h"
#include "cmd/front/resume.h"

/* Shared by the sessions' processes. */
struct many_counts {
	atomic_ullong messages, octets, failed, skipped, accepted, later,
	    refused, unknown, open;
	atomic_bool stop;
};

struct one;

struct many {
	struct shell *sh;
	const struct opts *o;
	struct many_counts *counts;
	struct resume *resume; /* NULL: none */
	struct mails *mails;
	struct one *next; /* asked for while the one before was under way */
	char *from;	  /* the options'; NULL: the header's */
	struct compose_paths to; /* the same */
	unsigned session, sessions;
	size_t number; /* of the next message, from 0 */
	size_t sent;   /* over this connection */
	/* Progress. */
	bool shows;
	struct buf bar; /* what stands on the terminal; empty: nothing */
	size_t total;	/* 0: unknown */
	int64_t began_ns, shown_ns;
};

/* --envelope headers. */
static inline bool
many_by_headers(const struct opts *o)
{
	return o->envelope != NULL && o->envelope[0] == 'h';
}

/* many_one.c */
/* The next message that is this session's, or is to be counted by it; NULL:
 * there is none. */
struct one *one_next(struct many *m);
/* Sends it, and frees it. Whether the run may go on. */
bool one_send(struct many *m, struct one *k);
void one_free(struct one *k);

/* many_show.c */
/* A bar on standard error, from when on it is due, that lines of the output go
 * above. */
void many_progress_begin(struct many *m);
void many_progress(struct many *m);
void many_progress_end(struct many *m);
/* In a session's own process: it only wipes the bar before its lines. */
void many_progress_part(struct many *m);
/* "1000 messages: accepted 998 ...". */
void many_tell_end(struct many *m);

#endif
