/* A message until it is gone: the server may take only so many recipients at a
 * time, or refuse for now; then those that are left are tried again. */
#ifndef CMD_DELIVER_H
#define CMD_DELIVER_H

#include "cmd/lang/compose.h"
#include "cmd/front/opts.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/mail.h"

struct deliver {
	struct shell *sh;
	const struct opts *o;
	struct mail *mail; /* its text, not loaded yet */
	const char *name;  /* told before what became of it; NULL: nothing */
	/* The text's first octets are there, and may be changed; every time
	 * that it is read. */
	int (*look)(void *arg, struct err *e);
	/* A transaction is over, however: -1 ends the run. Or NULL. */
	int (*after)(void *arg, struct err *e);
	void *arg;
	size_t sent_before; /* messages, over the same connection */
	bool loaded;	    /* and looked at, before its turn came */
	bool reached;	    /* a greeting came */
};

/* Sends it and tells what became of it. -1: an error, told and counted; a
 * refusal is none, and is counted (mail_tally()). The connection stays. */
int deliver_mail(struct deliver *d);
/* What options say of any message: parameters of MAIL and RCPT, chunks. */
void deliver_options(struct mail *m, const struct opts *o);
/* Only loads it. -1: told. */
int deliver_load(struct deliver *d);
/* --to-file's addresses, one a line. ERR_NOINPUT, ERR_DATA, ERR_USAGE. */
CHECKED int deliver_to_file(
    const struct opts *o, struct compose_paths *to, struct err *e);
/* --retry-wait. ERR_USAGE. */
CHECKED int deliver_check(const struct opts *o, struct err *e);
/* How long the server asks to be left alone, in ms; 0: it says nothing of
 * it. */
int64_t deliver_hint(const char *p, size_t len);

#endif
