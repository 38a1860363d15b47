/* Between the files of rules_*.c: a rule's line while it is read. What returns
 * int says 0, or -1 with l->kind, where, what was found and what expected. */
#ifndef CMD_RULES_PARTS_H
#define CMD_RULES_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include "cmd/front/rules.h"
#include "net/core/buf.h"
#include "net/core/span.h"

struct rules_line {
	struct rule *rule;
	struct span left;
	struct span word; /* the last that was taken */
	enum err_kind kind;
	const char *place;
	unsigned line;
	bool acts;	/* an action was there */
	unsigned seen;	/* rows of the table that were */
	struct buf buf; /* of what is read */
};

/* rules_word.c. */
CHECKED int rules_err(struct rules_line *l, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What is found where something else is expected. */
CHECKED int rules_found(
    struct rules_line *l, struct span s, const char *want, struct err *e);
/* Takes the next word; empty at the end. */
struct span rules_word(struct rules_line *l);
struct span rules_peek(const struct rules_line *l);
/* Takes these words if they are next. */
bool rules_takes(struct rules_line *l, const char *words);
CHECKED int rules_number(
    struct rules_line *l, const char *what, uint64_t *n, struct err *e);
/* "..." with C's escapes, or a word as it is, in l->buf. */
CHECKED int rules_string(struct rules_line *l, const char *what, struct err *e);
/* /re/, for l->rule. */
CHECKED int rules_regex(struct rules_line *l, struct err *e);
bool rules_is_code(struct span w);

/* rules_line.c: a whole rule; is the word a condition or an action? */
CHECKED int rules_parse(struct rules_line *l, struct err *e);
bool rules_is_known(struct span w);

/* rules_when.c: the event, the pattern behind it, then what stands behind a
 * condition's word. */
CHECKED int rules_event(struct rules_line *l, struct err *e);
CHECKED int rules_pattern(struct rules_line *l, struct err *e);
CHECKED int rules_nth(struct rules_line *l, struct err *e);
CHECKED int rules_after(struct rules_line *l, struct err *e);
CHECKED int rules_every(struct rules_line *l, struct err *e);
CHECKED int rules_odds(struct rules_line *l, struct err *e);
CHECKED int rules_first(struct rules_line *l, struct err *e);
CHECKED int rules_per(struct rules_line *l, struct err *e);

/* rules_do.c: what stands behind an action's word, or behind a code. */
CHECKED int rules_duration(struct rules_line *l, struct err *e);
CHECKED int rules_slow(struct rules_line *l, struct err *e);
CHECKED int rules_close(struct rules_line *l, struct err *e);
CHECKED int rules_reset(struct rules_line *l, struct err *e);
CHECKED int rules_stall(struct rules_line *l, struct err *e);
CHECKED int rules_drop(struct rules_line *l, struct err *e);
CHECKED int rules_silent(struct rules_line *l, struct err *e);
CHECKED int rules_offer(struct rules_line *l, struct err *e);
CHECKED int rules_hide(struct rules_line *l, struct err *e);
CHECKED int rules_early(struct rules_line *l, struct err *e);
CHECKED int rules_tls(struct rules_line *l, struct err *e);
CHECKED int rules_bytes(struct rules_line *l, struct err *e);
CHECKED int rules_greeting(struct rules_line *l, struct err *e);
CHECKED int rules_reply(struct rules_line *l, struct span code, struct err *e);

#endif
