/* The one writer to standard output and standard error. */
#ifndef CMD_OUT_H
#define CMD_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

struct redact;

struct out {
	int fd;		     /* standard output; a test may put another */
	bool terminal;	     /* it is one */
	bool tells_terminal; /* standard error is one */
	bool errored;	     /* a write failed: errno_ says why */
	bool known;	     /* and that was told, and is no failure any more */
	bool nowait; /* write only what is taken at once, and keep the rest */
	int errno_;
	/* A signal's number once it wants the end; NULL: none will. Then who
	 * does not read has a little while left, and the rest is dropped. */
	const volatile int *raised;
	int wake_fd; /* it can be read then */
	bool waits;  /* a write may have to wait for a reader */
	/* Called around writing while a line is being edited, to take it away
	 * and put it back; NULL when none is. */
	void (*before)(void *arg);
	void (*after)(void *arg);
	void *arg;
	struct buf pending;
	const struct redact *redact; /* for out_error(); NULL: no secrets */
};

void out_init(struct out *o);
/* Gathers; written at out_flush() or when 64 KiB are there. With nowait the
 * caller sees to it that what gathers has an end (out_waiting()). */
void out_write(struct out *o, const char *p, size_t len);
/* Writes it; whether that went well, the next out_flush() tells. */
void out_push(struct out *o);
/* 0, or -1 with ERR_OUTPUT. A reader that went away (EPIPE) counts. */
CHECKED int out_flush(struct out *o, struct err *e);
/* A line on standard error, "smtpsh: " before it, escaped, without secrets; on
 * a terminal broken at words. Flushes first. */
void out_error(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The same of words of ours, in which values have been hidden already: a
 * password that is one of them must not show as *** there. */
void out_verdict(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Without "smtpsh: ", indented below such a line. */
void out_verdict_more(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Lines that another process of ours made by that, as they are. */
void out_errors(struct out *o, const char *p, size_t len);
/* To standard error at once, as it is: what before() and after() take away and
 * put back there. */
void out_bar(const char *p, size_t len);
CHECKED int out_release(struct out *o, struct err *e);
/* Octets that nobody has taken yet. */
size_t out_waiting(const struct out *o);
/* nowait: waits for a reader to take all of it, for so long at most. */
void out_linger(struct out *o, int ms);
/* Writes all of it to a descriptor of the caller's, whatever it takes. Returns
 * 0, or the errno of the write that failed. */
int out_all(int fd, const char *p, size_t len);

/* Appends p for people's eyes: printable ASCII, TAB if tabs, and valid UTF-8
 * stay; C0, DEL, C1, bidi controls, zero-width and invalid UTF-8 become \xNN
 * octet by octet. A backslash stays as it is. */
void escape_add(struct buf *b, const char *p, size_t len, bool tabs);
/* Columns that the (escaped) text takes on a terminal. */
size_t escape_width(const char *p, size_t len);
/* One character of strict UTF-8 (RFC 3629): its octets, 0 if there is none. */
size_t escape_utf8(const char *p, size_t len, unsigned long *cp);
/* Is it one of those that escape_add() does not let through? TAB is. */
bool escape_unsafe(unsigned long cp);

/* Secrets, known by value: passwords, tokens, their base64. */
struct redact_form {
	char *p;
	size_t len;
	bool base64; /* goes with the base64 characters around it */
};
struct redact {
	struct redact_form *form;
	size_t n;
	const bool *reveal; /* borrowed; true: what stands behind AUTH stays
			       (\set reveal on). NULL: false */
};
void redact_init(struct redact *r);
/* Wipes all. */
void redact_release(struct redact *r);
/* Remembers a value, and what it looks like in base64: alone, and inside a
 * SASL PLAIN message (any of three alignments); of a value that is base64
 * itself, what it stands for, too. Shorter than 4 octets is not searched for.
 */
void redact_add(struct redact *r, const char *p, size_t len);
/* Appends text with each secret as ***: the values, and what looks encoded
 * behind AUTH and a mechanism, wherever in it that stands, in octets or in C
 * escapes. r may be NULL: there are no values. */
void redact_text(
    const struct redact *r, struct buf *b, const char *p, size_t len);
/* The same for words about what a person gave: the password in a URL, too. */
void redact_error(
    const struct redact *r, struct buf *b, const char *p, size_t len);
/* The part of a line to send, or of the \raw line that does, that may be
 * shown: "AUTH PLAIN ***", whatever stands before AUTH, all that is behind a
 * mechanism that is known. secret: what follows verb and mechanism is one in
 * any case, all of it in a line of an AUTH exchange; "*" (cancels) and "="
 * (empty) stay. */
void redact_line(const struct redact *r, struct buf *b, const char *p,
    size_t len, bool secret);

#endif
