/* Latencies: what is put in comes out within a thousandth, encoded or not; what
 * is added up is the sum. */
#include "check.h"
#include "cmd/sink/hdr.h"

static const struct {
	const char *label;
	int64_t value;
} values[] = {
	{ "nothing", 0 },
	{ "one", 1 },
	{ "the last of its own count", 2047 },
	{ "the first that shares one", 2048 },
	{ "a microsecond", 1000 },
	{ "20 ms", 20000000 },
	{ "200 ms", 200000000 },
	{ "a minute", INT64_C(60000000000) },
	{ "an hour", HDR_MOST },
};

static void
one_value(void)
{
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct hdr *h = hdr_new();
		int64_t v = values[i].value;
		hdr_add(h, v);
		CHECK(hdr_at(h, 50) == v, "%s: %lld", values[i].label,
		    (long long)hdr_at(h, 50));
		/* A larger one shows where the first stands. */
		hdr_add(h, HDR_MOST);
		int64_t got = hdr_at(h, 50);
		CHECK(got >= v && got - v <= v / 1000, "%s among others: %lld",
		    values[i].label, (long long)got);
		hdr_free(h);
	}
}

static void
percentiles(void)
{
	static const struct {
		double at;
		int64_t want;
	} rows[] = { { 0, 1 }, { 50, 500 }, { 90, 900 }, { 99, 990 },
		{ 99.9, 999 }, { 100, 1000 } };
	struct hdr *h = hdr_new();
	for (int64_t v = 1; v <= 1000; v++)
		hdr_add(h, v);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK(hdr_at(h, rows[i].at) == rows[i].want, "p%g: %lld",
		    rows[i].at, (long long)hdr_at(h, rows[i].at));
	CHECK(hdr_up_to(h, 250) == 250, "up to 250: %lld",
	    (long long)hdr_up_to(h, 250));
	CHECK(
	    hdr_mean(h) > 500.4 && hdr_mean(h) < 500.6, "mean %g", hdr_mean(h));
	hdr_clear(h);
	CHECK(h->total == 0 && hdr_at(h, 99) == 0, "it is not empty");
	hdr_free(h);
}

static void
coded(void)
{
	struct hdr *h = hdr_new(), *back = hdr_new(), *sum = hdr_new();
	struct buf b = BUF_INIT;
	struct err e;
	uint64_t x = 88172645463325252u;
	for (int i = 0; i < 5000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		hdr_add(h, (int64_t)(x >> (20 + i % 40)));
	}
	CHECK(hdr_encode(h, &b, &e) == 0, "%s", e.text);
	CHECK(
	    hdr_decode(back, buf_data(&b), buf_len(&b), &e) == 0, "%s", e.text);
	CHECK(back->total == 5000, "%lld came back", (long long)back->total);
	for (double p = 1; p < 99.95; p += 0.7) {
		int64_t want = hdr_at(h, p), got = hdr_at(back, p);
		CHECK(want == got, "p%g: %lld, was %lld", p, (long long)got,
		    (long long)want);
	}
	hdr_merge(sum, h);
	hdr_merge(sum, back);
	CHECK(sum->total == 10000 && hdr_at(sum, 50) == hdr_at(h, 50),
	    "twice the same is not the same");
	/* Cut anywhere, it is an error, not less. */
	for (size_t n = 0; n < buf_len(&b); n += 1 + buf_len(&b) / 97) {
		struct hdr *part = hdr_new();
		CHECK(hdr_decode(part, buf_data(&b), n, &e) < 0,
		    "%zu octets of %zu were enough", n, buf_len(&b));
		hdr_free(part);
	}
	buf_release(&b);
	hdr_free(h);
	hdr_free(back);
	hdr_free(sum);
}

int
main(void)
{
	one_value();
	percentiles();
	coded();
	return check_done();
}
