/* Events said in the language, so that what is shown or kept replays: "S: "
 * and "R: " lines, with "${" as "$${" where a variable would be put in. */
#ifndef CMD_REPLAY_H
#define CMD_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include "cmd/talk/event.h"
#include "cmd/say/out.h"

/* Each appends one line without its end. Sender lines are exact but for
 * secrets: escape them where eyes see them. */
void replay_sent(struct buf *b, const struct event *ev, const struct redact *r);
/* A line that would end the text has a backslash before it. */
void replay_text(struct buf *b, const struct event *ev, const struct redact *r);
/* The line that stands for octets. */
void replay_octets(
    struct buf *b, const struct event *ev, const struct redact *r);
/* Line i of a reply, escaped. */
void replay_reply(
    struct buf *b, const struct reply *reply, size_t i, const struct redact *r);
/* The texts of all its lines, joined with LF: as they came, but for
 * secrets. */
void replay_joined(
    struct buf *b, const struct reply *reply, const struct redact *r);
/* Does mail text end with this event? */
bool replay_ends_text(const struct event *ev);

#endif
