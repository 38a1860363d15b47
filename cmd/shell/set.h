/* Settings: variables that change how smtpsh behaves. One table feeds \set,
 * \show, completion and the manual's check. */
#ifndef CMD_SET_H
#define CMD_SET_H

#include "cmd/shell/shell.h"

struct setting {
	const char *name;
	const char *values; /* grammar: "on|off", "code|text", "SECONDS" */
	const char *text;
	int (*set)(struct shell *sh, const char *value, struct err *e);
	void (*get)(const struct shell *sh, struct buf *b);
};

extern const struct setting set_table[]; /* ends with name NULL */
const struct setting *set_find(const char *name);

#endif
