/* HdrHistogram: how often each value came, at a resolution of three decimal
 * digits, whatever its size; and its log, format 1.3 with the V2 encoding,
 * compressed, which the tools of that name read. Values are nanoseconds; what
 * is over an hour counts as an hour. */
#ifndef CMD_SINK_HDR_H
#define CMD_SINK_HDR_H

#include <stdint.h>
#include "net/core/buf.h"
#include "net/core/err.h"

#define HDR_MOST   INT64_C(3600000000000)
#define HDR_DIGITS 3

struct hdr {
	int64_t total; /* values */
	int64_t min, max;
	double sum;	    /* of values, as they came */
	size_t first, past; /* the counts that may be more than 0 */
	int64_t *count;
};

/* One for many values: about 270 KB, of which only what is used is touched. */
struct hdr *hdr_new(void);
void hdr_free(struct hdr *h);
/* Forgets all, in time that what was recorded takes. */
void hdr_clear(struct hdr *h);
void hdr_add(struct hdr *h, int64_t value);
void hdr_add_n(struct hdr *h, int64_t value, int64_t n);
/* All that from holds, exactly. */
void hdr_merge(struct hdr *h, const struct hdr *from);
/* The value that so many percent (0 to 100) do not exceed; 0 of none. */
int64_t hdr_at(const struct hdr *h, double percent);
/* How many do not exceed it, at the resolution. */
int64_t hdr_up_to(const struct hdr *h, int64_t value);
double hdr_mean(const struct hdr *h);

/* Appends it as base64 of the compressed encoding. ERR_NOINPUT: zlib cannot be
 * loaded. */
CHECKED int hdr_encode(const struct hdr *h, struct buf *b, struct err *e);
/* Adds what was encoded so, by whatever tool. ERR_DATA, ERR_NOINPUT. */
CHECKED int hdr_decode(struct hdr *h, const char *p, size_t len, struct err *e);

#endif
