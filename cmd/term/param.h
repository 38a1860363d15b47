/* Parameters that MAIL or RCPT can have in this session: those of the
 * extensions which the server's EHLO offered. */
#ifndef CMD_PARAM_H
#define CMD_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/smtp.h"

struct param {
	char *name;   /* "BODY" */
	char *values; /* "7BIT|8BITMIME", "octets"; NULL if it takes none */
};

struct params {
	struct param *v;
	size_t n;
};

/* s may be NULL: none. verb: VERB_MAIL or VERB_RCPT, none for others. One of
 * the same name from two extensions is one with both's values. */
void params_init(struct params *p, const struct smtp *s, enum verb_id verb);
void params_release(struct params *p);
/* By name, any case; NULL if not offered. */
const struct param *params_find(
    const struct params *p, const char *name, size_t len);
/* Are its values words to choose from ("FULL|HDRS"), not a description? */
bool param_is_choice(const struct param *p);
/* Can several of the choices be given, "," between? The choice at v can if a
 * comma stands beside it in the table. */
size_t param_choice(
    const struct param *p, size_t i, const char **v, bool *several);
/* Is name among the words of the line from args on ("NAME", "NAME=...")? */
bool param_is_used(const struct param *p, const char *args, size_t len);

#endif
