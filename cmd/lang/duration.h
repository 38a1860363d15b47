/* Durations as people write them: "500ms", "2s", "1.5", "5m". */
#ifndef CMD_DURATION_H
#define CMD_DURATION_H

#include <stdint.h>
#include "net/core/err.h"

/* In milliseconds, at most a day. A number alone is seconds. ERR_USAGE. */
CHECKED int duration_parse(const char *s, int64_t *ms, struct err *e);

#endif
