/* The server's side of a conversation file, made into a mock's steps. */
#ifndef CMD_PLAY_H
#define CMD_PLAY_H

#include "net/core/err.h"
#include "cmd/lang/lang.h"
#include "cmd/lang/vars.h"
#include "net/core/mock.h"

/* Client lines are awaited, \raw octet by octet, and so is what templates and
 * commands that are builtin ones would send; expectations, \expect CODE too,
 * become what the server says: their codes (the first of several; 2xx is 250)
 * and their text. \sleep and \expect silence pause, \expect close and \close
 * close. Variables are put in. ERR_DATA: FILE:LINE for a reply that cannot be
 * said (a regular expression) and for a command that sends what the file does
 * not show; what else a client says to itself is not the server's. What a file
 * leaves to the prelude the server has as well: 220, 250 to HELO, 221 to QUIT.
 * A 220 to STARTTLS is followed by TLS. The \words were checked before
 * (shell_precheck()). */
CHECKED int play_make(struct mock_play *play, const struct script *s,
    const struct vars *vars, struct err *e);
void play_release(struct mock_play *play);

#endif
