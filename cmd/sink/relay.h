/* What became of a conversation file, told by the process that ran it to the
 * one that sums up: a file's beginning, its verdicts, its part of the report, its
 * end. */
#ifndef CMD_SINK_RELAY_H
#define CMD_SINK_RELAY_H

#include "cmd/talk/event.h"

struct relay;

/* Writes those events to fd, without secrets, and passes all on to show (NULL:
 * to none; taken over) but, unless whole, a file's end. page: before a file's
 * end goes its part of the report. */
struct sink *relay_new(
    int fd, struct sink *show, bool whole, bool page, const struct redact *r);
/* Reads one: its strings are borrowed from p. Returns its octets; 0: there is
 * no whole one. */
size_t relay_take(const char *p, size_t len, struct event *ev);

#endif
