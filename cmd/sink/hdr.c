/* Values below 2,048 have a count each; from there on each doubling of the
 * value has 1,024 counts. That is what three digits need. */
#include "cmd/sink/hdr_priv.h"

#include <stdlib.h>
#include <string.h>

static size_t
hdr_index(int64_t value)
{
	uint64_t v = (uint64_t)value;
	unsigned bits = 64 - (unsigned)__builtin_clzll(v | (2 * HDR_HALF - 1));
	unsigned shift = bits - (HDR_HALF_BITS + 1);
	return ((size_t)shift << HDR_HALF_BITS) + (size_t)(v >> shift);
}

int64_t
hdr_value(size_t i, int64_t *width)
{
	size_t shift = i >> HDR_HALF_BITS;
	size_t sub = i & (HDR_HALF - 1);
	if (shift > 0) {
		shift--;
		sub += HDR_HALF;
	}
	*width = INT64_C(1) << shift;
	return (int64_t)(sub << shift);
}

struct hdr *
hdr_new(void)
{
	struct hdr *h = mem_zalloc(sizeof *h);
	h->count = calloc(HDR_COUNTS, sizeof *h->count);
	if (h->count == NULL)
		abort();
	hdr_clear(h);
	return h;
}

void
hdr_free(struct hdr *h)
{
	if (h == NULL)
		return;
	free(h->count);
	free(h);
}

void
hdr_clear(struct hdr *h)
{
	if (h->past > h->first)
		memset(h->count + h->first, 0,
		    (h->past - h->first) * sizeof *h->count);
	h->total = h->max = 0;
	h->min = INT64_MAX;
	h->sum = 0;
	h->first = HDR_COUNTS;
	h->past = 0;
}

void
hdr_add_n(struct hdr *h, int64_t value, int64_t n)
{
	value = value < 0 ? 0 : value > HDR_MOST ? HDR_MOST : value;
	size_t i = hdr_index(value);
	h->count[i] += n;
	h->total += n;
	h->sum += (double)value * (double)n;
	h->min = value < h->min ? value : h->min;
	h->max = value > h->max ? value : h->max;
	h->first = i < h->first ? i : h->first;
	h->past = i >= h->past ? i + 1 : h->past;
}

void
hdr_add(struct hdr *h, int64_t value)
{
	hdr_add_n(h, value, 1);
}

void
hdr_merge(struct hdr *h, const struct hdr *from)
{
	for (size_t i = from->first; i < from->past; i++)
		h->count[i] += from->count[i];
	if (from->total == 0)
		return;
	h->total += from->total;
	h->sum += from->sum;
	h->min = from->min < h->min ? from->min : h->min;
	h->max = from->max > h->max ? from->max : h->max;
	h->first = from->first < h->first ? from->first : h->first;
	h->past = from->past > h->past ? from->past : h->past;
}

int64_t
hdr_at(const struct hdr *h, double percent)
{
	double share = percent / 100 * (double)h->total - 1e-9;
	int64_t want = (int64_t)share;
	want += (double)want < share; /* rounded up */
	int64_t seen = 0, width;
	if (h->total == 0)
		return 0;
	want = want < 1 ? 1 : want > h->total ? h->total : want;
	for (size_t i = h->first; i < h->past; i++) {
		seen += h->count[i];
		if (seen < want)
			continue;
		int64_t v = hdr_value(i, &width) + width - 1;
		return v > h->max ? h->max : v;
	}
	return h->max;
}

int64_t
hdr_up_to(const struct hdr *h, int64_t value)
{
	size_t last = hdr_index(value < 0	   ? 0
				: value > HDR_MOST ? HDR_MOST
						   : value);
	int64_t n = 0;
	for (size_t i = h->first; i < h->past && i <= last; i++)
		n += h->count[i];
	return n;
}

double
hdr_mean(const struct hdr *h)
{
	return h->total == 0 ? 0 : h->sum / (double)h->total;
}
