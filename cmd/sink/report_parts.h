/* Between report.c (the page), report_story.c (a conversation in it) and
 * relay.c (which sends one to the process that writes the page). */
#ifndef CMD_SINK_REPORT_PARTS_H
#define CMD_SINK_REPORT_PARTS_H

#include "cmd/sink/story.h"

/* Appends the conversation as an element that can be opened; open: it is. */
void report_story(struct buf *b, const struct story *s, bool open);

/* Appends a cause or a finding as a card; its </div> is the caller's. */
void report_finding(
    struct buf *b, const struct event *ev, const struct redact *redact);

extern const char report_style[];

#endif
