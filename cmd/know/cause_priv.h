/* Between cause.c and its tables. */
#ifndef CMD_CAUSE_PRIV_H
#define CMD_CAUSE_PRIV_H

#include "cmd/know/cause.h"

/* When a rule is looked at. */
enum cause_turn {
	TURN_FIRST, /* before the refusal */
	TURN_TEXT,  /* behind its text, before its codes */
	TURN_LAST,  /* there is no refusal that says anything */
	TURN_WAIT   /* only while it is waited for, and as TURN_LAST */
};

struct cause_rule {
	const char *id;
	enum cause_turn turn;
	enum err_why why;		     /* WHY_NONE: whatever it is */
	bool (*when)(const struct sight *s); /* NULL: always */
	enum cause_level level;
	const char *what, *next, *source;
};

/* Each ends with id NULL. */
extern const struct cause_rule cause_session[], cause_line[], cause_name[],
    cause_trust[];
/* All of them, NULL behind the last; of two that hold in a turn the first is
 * the cause. */
extern const struct cause_rule *const cause_rules[];

/* What a reply means by its enhanced code, for class 4 and 5. */
struct cause_enh {
	int subject, detail;
	const char *id, *what, *next;
};
extern const struct cause_enh cause_enhs[];
/* What stands before those for class 4. */
extern const struct cause_enh cause_later[];

/* By its code alone. verb VERB_UNKNOWN: any. */
struct cause_code {
	int code; /* 5: each of 5yz */
	enum verb_id verb;
	bool (*when)(const struct sight *s);
	const char *id, *what, *next;
};
extern const struct cause_code cause_codes[];

/* Appends text with each {name} filled in. r: the reply that it is about, or
 * NULL. */
void cause_fill(struct buf *b, const char *text, const struct sight *s,
    const struct sight_reply *r);

#endif
