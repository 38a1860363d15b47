/* Between report.c (the page) and report_story.c (a conversation in it). */
#ifndef CMD_SINK_REPORT_PARTS_H
#define CMD_SINK_REPORT_PARTS_H

#include "cmd/sink/story.h"

/* Appends the conversation as an element that can be opened; open: it is. */
void report_story(struct buf *b, const struct story *s, bool open);

extern const char report_style[];

#endif
