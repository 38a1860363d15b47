/* Where the time of a conversation went, as bars: --timeline. */
#ifndef CMD_SINK_TIMELINE_H
#define CMD_SINK_TIMELINE_H

#include "cmd/talk/event.h"

/* Drawn at the end of each conversation, in lines that begin with '#'; look is
 * borrowed and read when it is drawn. */
struct sink *timeline_new(
    struct out *o, const struct human_opts *look, const struct redact *redact);

#endif
