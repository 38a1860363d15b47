#include "net/serve/alarms.h"

#include <stdlib.h>
#include "net/core/buf.h"

void
alarms_release(struct alarms *h)
{
	free(h->heap);
	*h = (struct alarms){ 0 };
}

static void
alarms_put(struct alarms *h, size_t place, struct alarm *a)
{
	h->heap[place - 1] = a;
	a->place = place;
}

static void
alarms_rise(struct alarms *h, struct alarm *a)
{
	size_t at = a->place;
	for (; at > 1 && h->heap[at / 2 - 1]->at_ns > a->at_ns; at /= 2)
		alarms_put(h, at, h->heap[at / 2 - 1]);
	alarms_put(h, at, a);
}

static void
alarms_sink(struct alarms *h, struct alarm *a)
{
	size_t at = a->place;
	for (size_t below = at * 2; below <= h->n; below = at * 2) {
		if (below < h->n &&
		    h->heap[below]->at_ns < h->heap[below - 1]->at_ns)
			below++;
		if (h->heap[below - 1]->at_ns >= a->at_ns)
			break;
		alarms_put(h, at, h->heap[below - 1]);
		at = below;
	}
	alarms_put(h, at, a);
}

void
alarms_set(struct alarms *h, struct alarm *a, int64_t at_ns)
{
	if (a->place == 0) {
		if (h->n == h->cap) {
			h->cap = h->cap == 0 ? 16 : h->cap * 2;
			h->heap = mem_grow(h->heap, h->cap, sizeof *h->heap);
		}
		alarms_put(h, ++h->n, a);
	}
	a->at_ns = at_ns;
	alarms_rise(h, a);
	alarms_sink(h, a);
}

void
alarms_drop(struct alarms *h, struct alarm *a)
{
	if (a->place == 0)
		return;
	struct alarm *last = h->heap[--h->n];
	if (last != a) {
		alarms_put(h, a->place, last);
		alarms_rise(h, last);
		alarms_sink(h, last);
	}
	a->place = 0;
}

struct alarm *
alarms_first(const struct alarms *h)
{
	return h->n == 0 ? NULL : h->heap[0];
}
