/* A page of the whole run, for browsers: --report. */
#ifndef CMD_SINK_REPORT_H
#define CMD_SINK_REPORT_H

#include "cmd/talk/event.h"

/* Written whole at close. NULL: ERR_OUTPUT. */
struct sink *report_new(
    const char *path, const struct redact *redact, struct err *e);

#endif
