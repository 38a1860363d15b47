/* When messages are due, and timers. In a closed loop a message is due when a
 * session is free. In an open one it is due by the schedule, whether a session
 * is free or not: what it waits for one is part of its time (else a server
 * that stalls would be asked less, and look better: coordinated omission). */
#include "cmd/front/load_parts.h"

#define LOAD_LN2 0.693147180559945309417

uint64_t
load_random(struct load *l)
{
	/* xorshift64* (Vigna). */
	uint64_t x = l->random;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	l->random = x;
	return x * UINT64_C(0x2545F4914F6CDD1D);
}

/* -ln of (2 n + 1) / 2^54, n of 53 bits, as exact as a double. libm is not
 * linked: the program starts with the C library alone. What is left when the
 * powers of two are out lies in [1, 2), and halved from the middle on, so that
 * the series of ln x = 2 artanh((x - 1) / (x + 1)) is short. */
static double
load_minus_ln(uint64_t n)
{
	int halves = 1;
	for (n = 2 * n + 1; n < UINT64_C(1) << 53; n *= 2)
		halves++;
	double x = (double)n / 9007199254740992.0;
	if (x > 4.0 / 3) {
		x /= 2;
		halves--;
	}
	double z = (x - 1) / (x + 1), sum = 0;
	for (int i = 21; i > 0; i -= 2)
		sum = sum * z * z + 1.0 / i;
	return halves * LOAD_LN2 - 2 * z * sum;
}

static double
load_gap(struct load *l)
{
	const struct load_plan *p = &l->plan;
	double mean = 1e9 / p->rate;
	if (!p->poisson)
		return mean;
	return load_minus_ln(load_random(l) >> 11) * mean;
}

int64_t
load_clock_due(struct load *l)
{
	const struct load_plan *p = &l->plan;
	if (l->stopping || l->given == p->messages)
		return LOOP_FOREVER;
	if (p->rate <= 0)
		return 0;
	return l->next_ns >= l->stop_ns ? LOOP_FOREVER : l->next_ns;
}

bool
load_clock_next(struct load *l, int64_t now_ns, int64_t *due)
{
	*due = load_clock_due(l);
	if (*due != LOOP_FOREVER && now_ns >= l->stop_ns)
		*due = LOOP_FOREVER;
	if (*due > now_ns)
		return false;
	if (l->plan.rate <= 0) {
		*due = now_ns;
	} else if (l->plan.poisson) {
		l->next_ns += (int64_t)load_gap(l);
	} else {
		l->next_ns = l->began_ns +
			     (int64_t)((double)(l->given + 1) * load_gap(l)) +
			     (int64_t)(load_gap(l) * (double)l->plan.shard /
				       (double)l->plan.shards);
	}
	l->given++;
	return true;
}

uint64_t
load_clock_unbegun(const struct load *l)
{
	const struct load_plan *p = &l->plan;
	if (p->rate <= 0 || l->figures.interrupted ||
	    l->stop_ns == LOOP_FOREVER || l->next_ns >= l->stop_ns ||
	    l->given == p->messages)
		return 0;
	/* Rounded up: the end itself is not due any more, but for what a
	 * nanosecond's fraction makes of it. */
	double n = (double)(l->stop_ns - l->next_ns) * p->rate / 1e9 + 0.999;
	uint64_t left = p->messages - l->given;
	return n < (double)left ? (uint64_t)n : left;
}

/* The heap. */

static void
load_heap_put(struct load *l, size_t i, struct load_session *s)
{
	l->heap[i] = s;
	s->heap = i + 1;
}

static void
load_heap_up(struct load *l, size_t i)
{
	struct load_session *s = l->heap[i];
	while (i > 0 && l->heap[(i - 1) / 2]->when_ns > s->when_ns) {
		load_heap_put(l, i, l->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	load_heap_put(l, i, s);
}

static void
load_heap_down(struct load *l, size_t i)
{
	struct load_session *s = l->heap[i];
	for (;;) {
		size_t k = 2 * i + 1;
		if (k >= l->nheap)
			break;
		if (k + 1 < l->nheap &&
		    l->heap[k + 1]->when_ns < l->heap[k]->when_ns)
			k++;
		if (l->heap[k]->when_ns >= s->when_ns)
			break;
		load_heap_put(l, i, l->heap[k]);
		i = k;
	}
	load_heap_put(l, i, s);
}

void
load_timer(struct load *l, struct load_session *s, int64_t wake_ns)
{
	s->wake_ns = wake_ns;
	/* A time limit that moves away costs nothing: it is looked at when the
	 * earlier one is due. */
	if (wake_ns == LOOP_FOREVER || (s->heap > 0 && s->when_ns <= wake_ns))
		return;
	s->when_ns = wake_ns;
	if (s->heap == 0)
		load_heap_put(l, l->nheap++, s);
	load_heap_up(l, s->heap - 1);
}

struct load_session *
load_timer_take(struct load *l, int64_t now_ns)
{
	while (l->nheap > 0 && l->heap[0]->when_ns <= now_ns) {
		struct load_session *s = l->heap[0];
		s->heap = 0;
		if (--l->nheap > 0) {
			l->heap[0] = l->heap[l->nheap];
			load_heap_down(l, 0);
		}
		if (s->wake_ns <= now_ns)
			return s;
		load_timer(l, s, s->wake_ns);
	}
	return NULL;
}
