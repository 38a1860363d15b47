/* What became of a conversation file, told by the process that ran it to the
 * one that sums up: a file's beginning, its verdicts, its end. */
#ifndef CMD_SINK_RELAY_H
#define CMD_SINK_RELAY_H

#include "cmd/talk/event.h"

struct relay;

/* Writes those events to fd, without secrets, and passes all on to show (NULL:
 * to none; taken over) but, unless whole, a file's end. */
struct sink *relay_new(
    int fd, struct sink *show, bool whole, const struct redact *r);
/* Reads one: its strings are borrowed from p. Returns its octets; 0: there is
 * no whole one. */
size_t relay_take(const char *p, size_t len, struct event *ev);

#endif
