/* Between the parts of redact. For cmd/say/redact*.c only. */
#ifndef CMD_REDACT_PRIV_H
#define CMD_REDACT_PRIV_H

#include "cmd/say/out.h"

#define REDACT_LEAST 4

/* What is to be hidden of a text; the marks are made when first needed. */
struct redact_marks {
	char *at; /* NULL: nothing is */
	size_t len;
};
void redact_hide(struct redact_marks *m, size_t from, size_t to);

bool redact_base64(char c);
/* Blanks at p, also as C escapes have them. */
size_t redact_blanks(const char *p, size_t len);
/* Marks what stands behind each AUTH of p. sent: it is a line to send. */
void redact_auth(struct redact_marks *m, const char *p, bool sent);
/* How much of a line that holds a secret is none: blanks, verb, mechanism and
 * the blanks behind. */
size_t redact_open(const char *p, size_t len);

#endif
