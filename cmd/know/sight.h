/* What was seen of a session that may have gone wrong: facts only, collected by
 * whoever talks, so that cause.c can say why. Pure. */
#ifndef CMD_SIGHT_H
#define CMD_SIGHT_H

#include <stdbool.h>
#include <stdint.h>
#include "net/core/err.h"
#include "net/core/reply.h"
#include "net/core/verb.h"

struct sight_reply {
	const struct verb *verb; /* what it answers, NULL: nothing */
	int code;		 /* 0: there is none */
	int class, subject, detail;
	char *line; /* the line that it answers */
	char *text; /* as pattern_find() wants it */
};

/* What an MX record should not name. */
enum sight_mx {
	SIGHT_MX_ALIAS,	   /* a name that is an alias: of what */
	SIGHT_MX_LOCAL,	   /* localhost */
	SIGHT_MX_PRIVATE,  /* an address that only its own network reaches */
	SIGHT_MX_DANGLING, /* a host without an address */
	SIGHT_MX_LITERAL,  /* an address, or what is no name */
	SIGHT_MX_KINDS
};

/* Appends what came from outside, with the secrets in it taken out. */
struct sight_hide {
	void (*add)(const void *arg, struct buf *b, const char *p, size_t len);
	const void *arg;
};

/* All strings are its own, NULL where nothing is known. */
struct sight {
	const struct sight_hide *hide; /* borrowed, stays; or NULL */
	bool settled; /* it failed by this: nothing is added any more */
	/* Whom it concerns. */
	char *host, *domain; /* domain: whose MX */
	unsigned port;
	char *from, *to, *helo;
	bool lmtp, tls_on_connect;
	/* The first MX of a kind, and what it is; NULL: there is none. */
	char *mx[SIGHT_MX_KINDS], *mx_is[SIGHT_MX_KINDS];
	/* How far it got. */
	bool connected, greeted, hello, tls, authed, starttls, masked;
	bool eightbit;			  /* 8BITMIME is offered */
	bool hello_refused, helo_refused; /* EHLO; HELO, too */
	char *greeting;			  /* its text */
	char *mechs;			  /* of AUTH, as offered last */
	uint64_t size_most, size; /* SIZE offered; of the message; 0: unknown */
	unsigned accepted, refused; /* recipients */
	bool texted;		    /* the end of the text went out */
	bool taken;		    /* and was answered 2yz */
	bool kept; /* a file keeps who has it, and it is not sent twice */
	/* The first refusal that stands. */
	struct sight_reply refusal;
	/* The first one for good, where that is one for now. */
	struct sight_reply for_good;
	/* The first reply that cannot answer its line, or that nothing asked
	 * for. */
	struct sight_reply odd;
	/* What came and is no reply: its first line. */
	char *garbage;
	/* What came of the reply that is owed, and did not end: in one line,
	 * cut. */
	char *part;
	/* How it ended. */
	bool gone; /* the server closed, or cut the connection */
	enum err_kind kind;
	enum err_why why;
	bool hasty; /* a person ended the wait before it was told as late */
	char *error;
	const struct verb *owed;  /* whose reply is missing */
	bool connecting, shaking; /* it ended meanwhile */
	uint64_t left, sent; /* octets of the text that were not taken; that
				were */
};

void sight_release(struct sight *s);
/* The connection is a new one: forgets what the last one was like, but neither
 * the refusal nor the error. */
void sight_anew(struct sight *s);
/* The refusal does not stand. */
void sight_drop(struct sight *s);
/* What failed for now is tried again: it is no cause any more. */
void sight_again(struct sight *s);
/* Keeps a copy of text in *at. */
void sight_keep(char **at, const char *text, size_t len);
/* Keeps a reply to a line. */
void sight_reply(struct sight_reply *to, const struct verb *v, const char *line,
    const struct reply *r);
/* What a command line is about: the path of MAIL and RCPT (without its
 * brackets), what stands behind another verb. Borrowed from line; NULL: nothing
 * was said. */
const char *sight_said(const struct verb *v, const char *line, size_t *len);
/* Where in a line a reply's code stands; len: nowhere. */
size_t sight_code(const char *p, size_t len);
/* Reads one as a line of a log has it: "550 5.1.1 <x@y>: No such user", with
 * whatever stands before the code. false: there is no code. */
bool sight_read(struct sight_reply *to, const char *p, size_t len);
void sight_reply_release(struct sight_reply *r);

#endif
