/* Between the files of a mail: for these only. */
#ifndef CMD_TALK_MAIL_PRIV_H
#define CMD_TALK_MAIL_PRIV_H

#include "cmd/talk/mail.h"
#include "cmd/talk/mail_ascii.h"
#include "cmd/talk/step.h"

struct mail_act {
	struct act act;
	struct mail *m;
	bool helo;     /* HELO was said, EHLO having been refused */
	uint64_t size; /* of the text, if it is known */
	bool sized, utf8;
	struct ascii_paths paths;
	unsigned breaches;
	/* The lines: MAIL, a RCPT for each of rcpt, DATA. */
	size_t *rcpt; /* which of m->to */
	bool *took;   /* the server has accepted that one */
	size_t nrcpt, queued, answered;
	uint64_t seq;	/* of MAIL */
	uint64_t end;	/* of the text's end; UINT64_MAX: not sent by then */
	unsigned links; /* t->links, when they went ahead */
	bool reset;
	bool grouped, refused; /* MAIL was */
	int data;	       /* DATA's code */
};

/* mail_line.c */
/* The MAIL command, and what must be known for it. */
CHECKED int mail_line(
    struct talk *t, struct mail_act *a, struct buf *b, struct err *e);

/* mail_group.c */
/* Whom this transaction is for. */
void mail_begin(const struct talk *t, struct mail_act *a);
/* How many lines there are. */
size_t mail_lines(const struct mail_act *a);
/* The next of them. */
CHECKED int mail_queue(struct talk *t, struct mail_act *a, struct err *e);
/* The end of the text was put into the session: the next message's lines go
 * with it, if there is one. */
void mail_ahead(struct talk *t, struct mail_act *a);
/* Whether the lines of a->m have gone so, over this connection: a is where they
 * left off. */
bool mail_went(struct talk *t, struct mail_act *a);
void mail_lines_release(struct mail_act *a);

/* mail_fate.c */
/* 2yz, 4yz or 5yz of reply code; the one who judges says for whom. */
void mail_refused(struct mail_act *a, int code);
/* Takes what the lines were answered. ERR_PROTO. */
CHECKED int mail_judge(struct talk *t, struct mail_act *a, struct err *e);
/* Takes what the end of the text was answered. ERR_PROTO. */
CHECKED int mail_judge_end(
    struct talk *t, struct mail_act *a, const char *what, struct err *e);
/* Those that were accepted have that fate. */
void mail_all(struct mail_act *a, enum mail_fate fate);

/* -1: ERR_PROTO, a reply of another class than was asked for. */
CHECKED int fate_odd(const char *what, int code, int class, struct err *e);

#endif
