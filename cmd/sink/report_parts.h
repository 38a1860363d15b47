/* Between report.c (the page), report_story.c (a conversation in it) and
 * relay.c (which sends one to the process that writes the page). */
#ifndef CMD_SINK_REPORT_PARTS_H
#define CMD_SINK_REPORT_PARTS_H

#include "cmd/sink/story.h"

/* Appends the conversation as an element that can be opened; open: it is. */
void report_story(struct buf *b, const struct story *s, bool open);

extern const char report_style[];

#endif
