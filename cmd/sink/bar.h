/* Bars of block characters. */
#ifndef CMD_SINK_BAR_H
#define CMD_SINK_BAR_H

#include "net/core/buf.h"

/* Appends one of so many eighths of a column. */
void bar_add(struct buf *b, size_t eighths);

#endif
