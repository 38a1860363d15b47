/* One message on its way from the receiver core into storage: every mailbox
 * it goes to once, however many recipients lead there. */
#ifndef NET_DELIVERY_H
#define NET_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"
#include "net/peer/maildir.h"
#include "net/core/smtpd.h"
#include "net/peer/eml.h"

struct delivery_box {
	const char *mailbox;  /* of the core's; valid while the message is */
	struct maildir *file; /* NULL: not opened, failed, or no Maildir */
	bool failed;
};

struct delivery {
	const char *maildir; /* where to, or NULL */
	const char *store;   /* a folder of .eml, or NULL */
	bool keep;	     /* collect the text in memory */
	bool open;	     /* between begin and end or abort */
	struct delivery_box *box;
	size_t nbox;
	size_t *box_of; /* recipient -> box */
	size_t nrcpt;
	bool stored;	 /* in store */
	struct eml *eml; /* NULL: not opened, or failed */
	struct buf text; /* keep: what has come */
	char *id;	 /* of the first file, or NULL */
	struct err err;	 /* the last thing that failed; ERR_NONE if none */
};

void delivery_init(
    struct delivery *dl, const char *maildir, const char *store, bool keep);
void delivery_release(struct delivery *dl);

/* SMTPD_BEGIN: opens a file for each mailbox, and one in store, whose failure is
 * every mailbox's, and writes Return-Path and
 * Received (RFC 5321 4.4) into it; what of the client's words could break a
 * header line is '?' there. from: the client's address, or NULL. A mailbox
 * that cannot be written is remembered as failed. */
void delivery_begin(struct delivery *dl, const struct smtpd *d,
    const char *host, const char *from);
/* SMTPD_DATA: octets as received; their CRLF line ends are stored as they
 * are. */
void delivery_write(struct delivery *dl, const char *p, size_t len);
/* SMTPD_END: commits. all: one failure fails every mailbox, and then nothing
 * is committed (SMTP has one reply for all). *failed is a list, the caller's,
 * of recipients whose mailbox failed; returns how many. The boxes, the text
 * and the id stay readable until the next begin. */
size_t delivery_end(struct delivery *dl, bool all, size_t **failed);
/* SMTPD_ABORT: leaves nothing. */
void delivery_abort(struct delivery *dl);

#endif
