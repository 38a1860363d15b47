/* Poisson arrivals: gaps are -ln of uniform numbers, as libm has them (the
 * program has none), and spread as such gaps are. */
#include "check.h"

#include <stdlib.h>
#include "cmd/front/load_parts.h"

static const struct {
	uint64_t seed;
	int64_t gap[4]; /* Python's: int(-math.log(u) * 1e9) */
} rows[] = {
	{ 1, { 1269987792, 398781612, 320417207, 1192277132 } },
	{ 42, { 1081503686, 245573420, 235548873, 57583949 } },
	{ UINT64_C(0x123456789abcdef),
	    { 720228458, 181827205, 627276746, 998003015 } },
};

static struct load *
arrivals(uint64_t seed)
{
	struct load *l = calloc(1, sizeof *l);
	l->plan.rate = 1;
	l->plan.poisson = true;
	l->plan.messages = LOAD_ENDLESS;
	l->random = seed;
	l->stop_ns = LOOP_FOREVER;
	return l;
}

static void
as_computed(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct load *l = arrivals(rows[i].seed);
		for (size_t k = 0; k < 4; k++) {
			int64_t was = l->next_ns, due;
			CHECK(load_clock_next(l, LOOP_FOREVER - 1, &due),
			    "seed %zu", i);
			CHECK(l->next_ns - was == rows[i].gap[k],
			    "row %zu, %zu: %lld", i, k,
			    (long long)(l->next_ns - was));
		}
		free(l);
	}
}

/* Of a million: the mean, and how many are longer than one and five means. */
static void
as_spread(void)
{
	static const double share[] = { 0.367879, 0.006738 };
	const int n = 1000000;
	double sum = 0, past[2] = { 0, 0 };
	struct load *l = arrivals(7);
	for (int i = 0; i < n; i++) {
		int64_t was = l->next_ns, due;
		CHECK(load_clock_next(l, LOOP_FOREVER - 1, &due), "%d", i);
		double gap = (double)(l->next_ns - was) / 1e9;
		sum += gap / n;
		past[0] += gap > 1;
		past[1] += gap > 5;
	}
	CHECK(sum > 0.995 && sum < 1.005, "mean %g", sum);
	for (int k = 0; k < 2; k++)
		CHECK(past[k] / n > share[k] * 0.95 &&
			  past[k] / n < share[k] * 1.05,
		    "%d: %g", k, past[k] / n);
	free(l);
}

int
main(void)
{
	as_computed();
	as_spread();
	return check_done();
}
