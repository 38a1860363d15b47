/* Variables, and ${...} in lines. */
#ifndef CMD_VARS_H
#define CMD_VARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/buf.h"
#include "net/core/err.h"

struct var {
	char *name;
	char *value;
	size_t len;
};

struct vars {
	struct var *var; /* in the order of their making, until one goes */
	size_t n, cap;
	uint32_t *slot; /* by hash of the name: index into var + 1, or 0 */
	size_t nslots;	/* a power of two, or 0 */
	/* Values that are worked out when asked for (date, msgid ...): appends
	 * and returns true if it knows the name. */
	bool (*builtin)(void *arg, const char *name, struct buf *b);
	void *arg;
};

void vars_init(struct vars *v);
void vars_release(struct vars *v);
/* Sets it to what it is elsewhere. */
void vars_copy(struct vars *v, const struct var *from);
/* A name is letters, digits, '_', '-', not beginning with a digit. -1:
 * ERR_USAGE. */
CHECKED int vars_set(struct vars *v, const char *name, const char *value,
    size_t len, struct err *e);
bool vars_unset(struct vars *v, const char *name);
/* Borrowed until the next change; NULL if there is none. */
const struct var *vars_get(const struct vars *v, const char *name);

/* Words of a template's call. */
struct var_args {
	size_t n;
	char **word;
};

/* Appends text with ${name}, ${name:-default} (defaults nest), ${1}..., ${*}
 * (all words, SP between), ${2*} (from the second on, a SP before each) and
 * ${env.NAME} (the builtin's to know) put in, and $${ as ${. -1, ERR_USAGE: an undefined or malformed one, named; or
 * more than 1 MiB, or a value with CR, LF or NUL unless raw (ERR_DATA). */
CHECKED int vars_expand(const struct vars *v, const struct var_args *args,
    const char *p, size_t len, bool raw, struct buf *b, struct err *e);

#endif
