/* Expectations: a reply code, alternatives, wildcards, a regular expression,
 * and the author's remark; held against a reply. */
#ifndef CMD_MATCH_H
#define CMD_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"
#include "net/core/reply.h"

struct expect {
	char *text;	/* its lines without codes, joined with LF; NUL-ended */
	char *regex;	/* what stood between /.../, or NULL */
	size_t len;	/* octets of text */
	unsigned flags; /* behind /.../: 1 << enum match_flag */
	unsigned nlines;
	char codes[]; /* "250|251", "2xx": what is looked for */
};

/* "250 OK", "250|251", "2xx", "550 /no such (?<who>\\w+)/i", with sep set to
 * '-' where more lines follow. Flags of an expression are i m s x, as Perl has
 * them. -1: not of that form, or a '/' that opens and is no expression
 * (ERR_DATA). */
CHECKED int expect_parse(
    struct expect **out, const char *p, size_t len, char *sep, struct err *e);
/* Adds a line of the same reply. -1 if its code differs. */
CHECKED int expect_add(
    struct expect *x, const char *p, size_t len, char *sep, struct err *e);
void expect_free(struct expect *x);
/* Does its text or regular expression have a ${...}? */
bool expect_has_vars(const struct expect *x);
/* The same with text and regular expression passed through expand(). */
CHECKED int expect_expand(struct expect **out, const struct expect *x,
    int (*expand)(
	void *arg, const char *p, size_t len, struct buf *b, struct err *e),
    void *arg, struct err *e);
/* Does p begin as an expectation does: three digits (or 2xx, 250|...) then SP,
 * '-', '|' or the end? */
bool expect_like(const char *p, size_t len);
/* Would that code meet it? */
bool expect_takes(const struct expect *x, int code);
/* Could it be a 3yz? */
bool expect_intermediate(const struct expect *x);
/* For messages: "250|251 OK". */
void expect_text(const struct expect *x, struct buf *b);

/* Captured text, told for each named group. */
typedef void match_capture(
    void *arg, const char *name, const char *p, size_t len);
/* true if r is as expected. text: compare the words too. why: what differs,
 * appended when it does. */
bool expect_match(const struct expect *x, const struct reply *r, bool text,
    match_capture *capture, void *arg, struct buf *why);
/* Whether an expression of our own is found in a text, in any case; false,
 * too, where there is no PCRE2. */
bool match_text(const char *regex, const char *p, size_t len);

#endif
