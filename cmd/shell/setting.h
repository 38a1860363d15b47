/* Settings: what changes how smtpsh behaves. One row each feeds the start-up
 * defaults, \set, \show, the option that sets the same, completion, --list
 * settings and the manual's check. */
#ifndef CMD_SETTING_H
#define CMD_SETTING_H

#include "cmd/shell/shell.h"

enum setting_kind {
	SETTING_FLAG,	  /* bool: on or off; yes and no mean the same */
	SETTING_FLAG_NOT, /* bool that holds the contrary */
	SETTING_COLOUR,	  /* bool: on, off, or auto: as the terminal is */
	SETTING_EITHER,	  /* bool: the second of two words */
	SETTING_CHOICE,	  /* int: which of the words */
	SETTING_OCTETS,	  /* uint64_t, or TEXT_MAX_AUTO */
	SETTING_TIMES	  /* struct link_times: a duration, or default */
};

/* Where the slot is, and so what must be told of a change. */
enum setting_home {
	SETTING_TALK, /* struct settings */
	SETTING_LOOK  /* struct human_opts: the screen is told */
};

/* What a conversation file may not do by it (whose.h). */
enum setting_guard {
	SETTING_FREE,
	SETTING_SHOWS, /* a flag: on shows secrets */
	SETTING_LOWERS /* a flag: off lowers what the command line demands */
};

struct setting {
	const char *name;   /* \set NAME */
	const char *also;   /* another spelling, or NULL */
	const char *option; /* the long option that sets it, or NULL */
	const char *values; /* grammar: "on|off", "code|text", "OCTETS" */
	const char *text;   /* one line */
	enum setting_kind kind;
	enum setting_home home;
	size_t slot;
	const char *start; /* its value when nothing was said */
	uint64_t min, max; /* of octets, or milliseconds */
	enum setting_guard guard;
};

extern const struct setting setting_table[]; /* ends with name NULL */
/* By either spelling; NULL: none. */
const struct setting *setting_find(const char *name);
/* All to their start, and the look to the terminal's. */
void setting_start(struct shell *sh);
/* ERR_USAGE begins with said ("--timeout", "\set timeout") and names the
 * value. */
CHECKED int setting_set(struct shell *sh, const struct setting *s,
    const char *said, const char *value, struct err *e);
/* Would that value do? */
bool setting_takes(
    const struct shell *sh, const struct setting *s, const char *value);
/* Is the value the one that the row guards? */
bool setting_is_guarded(
    const struct shell *sh, const struct setting *s, const char *value);
void setting_get(
    const struct shell *sh, const struct setting *s, struct buf *b);

#endif
