/* Whose words are run, and so what they may do. Those of -c, a pipe and the
 * prompt are the person's own, and so is the start-up file. A conversation file
 * is somebody else's text: it may raise what the command line demands, never
 * lower it, and without --trust it keeps to its folder and to its server. */
#ifndef CMD_TALK_WHOSE_H
#define CMD_TALK_WHOSE_H

#include <stdbool.h>
#include "cmd/lang/split.h"
#include "net/core/buf.h"
#include "net/core/err.h"

struct talk;

struct whose {
	const char *path; /* of the file that they stand in: paths in it are
			     relative to it. NULL: to the working directory */
	const char *root; /* the folder, resolved, that they may use. NULL: no
			     bounds */
	bool file;	  /* a conversation file's */
};

/* Of the statement under way. */
const struct whose *talk_whose(const struct talk *t);
/* Of a conversation file that these words run. Its strings live as long as the
 * conversation. */
struct whose whose_file(
    struct talk *t, const struct whose *by, const char *path);
/* The path that a word of theirs means, to be read or to be made ("-" stays);
 * the caller's to free. NULL: ERR_DATA, it is out of bounds; ERR_NOINPUT,
 * ERR_OUTPUT: it cannot be there. */
char *whose_path(
    const struct whose *w, const char *word, bool makes, struct err *e);
/* The same as a check, for a command's row (cmd.h): its first word. Whether
 * it is there is not known before. */
CHECKED int whose_may_read(const struct talk *t, const struct whose *w,
    const struct cmd_args *a, struct err *e);
/* Appends the words behind a command, the first being that path. */
void whose_say(struct buf *b, const struct cmd_args *a, const char *path);

#endif
