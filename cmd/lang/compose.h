/* What a message is made of, as the command line says it: addresses, header
 * lines, the test message. No system call, no session. */
#ifndef CMD_COMPOSE_H
#define CMD_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"

struct compose_paths {
	char **path; /* without brackets; "" is the null path */
	size_t n;
};

/* Appends the addresses of a list, commas between: "a@x", "<a@x>", "A. Name
 * <a@x>" (of which the address is taken), "@x,@y:a@z" (a source route, one
 * address). ERR_USAGE begins with the option; what was appended stays. */
CHECKED int compose_addresses(struct compose_paths *l, const char *option,
    const char *list, struct err *e);
void compose_release(struct compose_paths *l);
/* One address, "<>" too: the caller's to free. NULL: ERR_USAGE. */
char *compose_address(const char *option, const char *text, struct err *e);

/* Are these lines of a header, as "NAME: VALUE"? ERR_USAGE. */
CHECKED int compose_check_header(
    const char *const *line, size_t n, struct err *e);
/* Is a field of that name among them? */
bool compose_names(const char *const *line, size_t n, const char *name);
/* Does the text begin with a header? */
bool compose_has_header(const char *p, size_t len);
/* Puts the lines into the header that the text begins with: in place of the
 * fields of the same names, or behind the last; before a text without a
 * header. ended: all of the text is here. ERR_DATA: the end of the header is
 * not. */
CHECKED int compose_add(struct buf *text, bool ended, const char *const *line,
    size_t n, struct err *e);

/* A test message: the fields that RFC 5322 asks for where they are not among
 * the lines, the lines, the text. */
struct compose {
	const char *from, *date, *msgid;
	const struct compose_paths *to;
	const char *const *line; /* checked */
	size_t n;
	const char *body; /* NULL: some text */
};

void compose_make(struct buf *b, const struct compose *c);

#endif
