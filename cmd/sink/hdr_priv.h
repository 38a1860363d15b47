/* Between hdr.c, which counts, and hdr_code.c, which encodes. */
#ifndef CMD_SINK_HDR_PRIV_H
#define CMD_SINK_HDR_PRIV_H

#include "cmd/sink/hdr.h"

#define HDR_HALF_BITS 10 /* 1,024 counts a doubling */
#define HDR_HALF      (1 << HDR_HALF_BITS)
#define HDR_DOUBLINGS 32 /* 2^42 ns are over an hour */
#define HDR_COUNTS    ((HDR_DOUBLINGS + 1) << HDR_HALF_BITS)

/* The smallest value of that index; *width: how many share it. */
int64_t hdr_value(size_t i, int64_t *width);

#endif
