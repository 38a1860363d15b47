/* The server's side of a conversation file, made into a mock's steps. */
#ifndef CMD_PLAY_H
#define CMD_PLAY_H

#include "net/core/err.h"
#include "cmd/lang/lang.h"
#include "net/core/mock.h"

/* Client lines are awaited; expectations become what the server says: their
 * codes (the first of several; 2xx is 250) and their text. \sleep pauses,
 * \expect close and \close close. ERR_DATA: FILE:LINE for a reply that cannot
 * be said (a regular expression). What a file leaves to
 * the prelude the server has as well: 220, 250 to HELO, 221 to QUIT. A 220 to
 * STARTTLS is followed by TLS. */
int play_make(struct mock_play *play, const struct script *s, struct err *e);
void play_release(struct mock_play *play);

#endif
