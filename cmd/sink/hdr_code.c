/* The V2 encoding of HdrHistogram: a header in network order, then the counts,
 * each zigzag and LEB128 of at most 9 octets, a run of zeros as its negative
 * length; all of it by zlib, behind another cookie and a length, in base64. */
#include "cmd/sink/hdr_priv.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "net/core/base64.h"
#include "net/lazy.h"

#define HDR_COOKIE	0x1c849313u
#define HDR_COOKIE_ZLIB 0x1c849314u
#define HDR_HEAD	40
#define HDR_PLAIN_MAX	(16u << 20)

#define HDR_FUNCS(X) X(compress2) X(compressBound) X(uncompress)

static struct {
	HDR_FUNCS(LAZY_POINTER)
} hdr_lib;

static const char hdr_lib_names[] = HDR_FUNCS(LAZY_NAME);

static const char *const hdr_lib_files[] = { "libz.so.1", "libz.1.dylib",
	NULL };

static struct lazy hdr_lib_lazy =
    LAZY_INIT("histograms", "zlib1g", hdr_lib_files, hdr_lib_names, &hdr_lib);

#define compress2     (hdr_lib.compress2)
#define compressBound (hdr_lib.compressBound)
#define uncompress    (hdr_lib.uncompress)

static void
hdr_put(struct buf *b, uint64_t v, unsigned octets)
{
	while (octets-- > 0)
		buf_addc(b, (char)(v >> (8 * octets)));
}

static uint64_t
hdr_get(const char *p, unsigned octets)
{
	uint64_t v = 0;
	while (octets-- > 0)
		v = v << 8 | (unsigned char)*p++;
	return v;
}

static void
hdr_put_count(struct buf *b, int64_t count)
{
	uint64_t v = (uint64_t)count << 1;
	if (count < 0)
		v = ~v;
	for (int i = 0; i < 8 && v > 127; i++, v >>= 7)
		buf_addc(b, (char)(v | 128));
	buf_addc(b, (char)v);
}

/* -1: the octets end too soon. */
static int
hdr_get_count(const char **p, const char *end, int64_t *count)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < 9; i++) {
		if (*p == end)
			return -1;
		unsigned char c = (unsigned char)*(*p)++;
		v |= (uint64_t)(i < 8 ? c & 127 : c) << (7 * i);
		if (i < 8 && (c & 128) == 0)
			break;
	}
	*count = (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
	return 0;
}

static void
hdr_plain(const struct hdr *h, struct buf *b)
{
	const double ratio = 1.0;
	struct buf counts = BUF_INIT;
	uint64_t bits;
	for (size_t i = 0; i < h->past;) {
		size_t zeros = 0;
		while (h->count[i + zeros] == 0)
			zeros++;
		if (zeros > 0)
			hdr_put_count(&counts, -(int64_t)zeros);
		i += zeros;
		hdr_put_count(&counts, h->count[i++]);
	}
	memcpy(&bits, &ratio, sizeof bits);
	hdr_put(b, HDR_COOKIE, 4);
	hdr_put(b, buf_len(&counts), 4);
	hdr_put(b, 0, 4);
	hdr_put(b, HDR_DIGITS, 4);
	hdr_put(b, 1, 8);
	hdr_put(b, (uint64_t)HDR_MOST, 8);
	hdr_put(b, bits, 8);
	buf_add(b, buf_data(&counts), buf_len(&counts));
	buf_release(&counts);
}

int
hdr_encode(const struct hdr *h, struct buf *b, struct err *e)
{
	if (lazy_load(&hdr_lib_lazy, e) < 0)
		return -1;
	struct buf plain = BUF_INIT, small = BUF_INIT;
	hdr_plain(h, &plain);
	uLong len = compressBound((uLong)buf_len(&plain));
	hdr_put(&small, HDR_COOKIE_ZLIB, 4);
	hdr_put(&small, 0, 4);
	char *to = buf_space(&small, len);
	int r = compress2((Bytef *)to, &len,
	    (const Bytef *)(const void *)buf_data(&plain),
	    (uLong)buf_len(&plain), 6);
	if (r == Z_OK) {
		buf_commit(&small, len);
		struct buf size = BUF_INIT;
		hdr_put(&size, len, 4);
		memcpy(to - 4, buf_data(&size), 4);
		buf_release(&size);
		base64_encode(b, buf_data(&small), buf_len(&small));
	}
	buf_release(&plain);
	buf_release(&small);
	return r == Z_OK ? 0 : err_set(e, ERR_BUG, "zlib: error %d", r);
}

/* Where the value of an index lies in a histogram of another resolution: the
 * middle of what it stands for. */
static int64_t
hdr_other_value(size_t i, unsigned half_bits, unsigned unit)
{
	size_t shift = i >> half_bits;
	size_t sub = i & (((size_t)1 << half_bits) - 1);
	if (shift > 0) {
		shift--;
		sub += (size_t)1 << half_bits;
	}
	if (shift + unit > 40)
		return HDR_MOST;
	int64_t width = INT64_C(1) << (shift + unit);
	return (int64_t)((uint64_t)sub << (shift + unit)) + width / 2;
}

static int
hdr_counts(struct hdr *h, const char *p, const char *end, unsigned half_bits,
    unsigned unit)
{
	size_t i = 0;
	while (p < end) {
		int64_t n;
		if (hdr_get_count(&p, end, &n) < 0 || n < -INT32_MAX)
			return -1;
		if (n < 0) {
			i += (size_t)-n;
			continue;
		}
		if (n > 0 && i >> half_bits > 64)
			return -1;
		if (n > 0)
			hdr_add_n(h, hdr_other_value(i, half_bits, unit), n);
		i++;
	}
	return 0;
}

static int
hdr_take_plain(struct hdr *h, const char *p, size_t len)
{
	if (len < HDR_HEAD || (hdr_get(p, 4) & ~0xf0u) != 0x1c849303u)
		return -1;
	uint64_t size = hdr_get(p + 4, 4), digits = hdr_get(p + 12, 4);
	uint64_t lowest = hdr_get(p + 16, 8), units = 2;
	if (size > len - HDR_HEAD || digits > 5 || hdr_get(p + 8, 4) != 0)
		return -1;
	while (digits-- > 0)
		units *= 10;
	unsigned half_bits = 0, unit = 0;
	while ((UINT64_C(2) << half_bits) < units)
		half_bits++;
	while (lowest > 1 && unit < 40) {
		lowest >>= 1;
		unit++;
	}
	return hdr_counts(
	    h, p + HDR_HEAD, p + HDR_HEAD + size, half_bits, unit);
}

static int
hdr_inflate(struct hdr *h, const char *p, size_t len)
{
	if (len < 8 || (hdr_get(p, 4) & ~0xf0u) != 0x1c849304u ||
	    hdr_get(p + 4, 4) > len - 8)
		return -1;
	uLong room = 1u << 16;
	int r = Z_BUF_ERROR;
	struct buf plain = BUF_INIT;
	while (r == Z_BUF_ERROR && room <= HDR_PLAIN_MAX) {
		uLong n = room;
		buf_clear(&plain);
		r = uncompress((Bytef *)buf_space(&plain, room), &n,
		    (const Bytef *)(const void *)(p + 8),
		    (uLong)hdr_get(p + 4, 4));
		if (r == Z_OK)
			buf_commit(&plain, n);
		room *= 4;
	}
	int took = r == Z_OK
		       ? hdr_take_plain(h, buf_data(&plain), buf_len(&plain))
		       : -1;
	buf_release(&plain);
	return took;
}

int
hdr_decode(struct hdr *h, const char *p, size_t len, struct err *e)
{
	struct buf small = BUF_INIT;
	if (lazy_load(&hdr_lib_lazy, e) < 0)
		return -1;
	int r = base64_decode(&small, p, len, NULL);
	if (r == 0)
		r = hdr_inflate(h, buf_data(&small), buf_len(&small));
	buf_release(&small);
	return r == 0 ? 0
		      : err_set(e, ERR_DATA, "no histogram (V2, compressed)");
}
