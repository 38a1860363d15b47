/* When which connection is to be looked at next though nothing came: a heap,
 * the earliest on top. */
#ifndef NET_ALARMS_H
#define NET_ALARMS_H

#include <stddef.h>
#include <stdint.h>

/* Part of what is to be looked at. Zeroes: it is in no heap. */
struct alarm {
	int64_t at_ns;
	size_t place; /* in the heap, counted from 1; 0: in none */
};

/* Zeroes are an empty one. */
struct alarms {
	struct alarm **heap;
	size_t n, cap;
};

void alarms_release(struct alarms *h);
/* Puts it in, or moves it. */
void alarms_set(struct alarms *h, struct alarm *a, int64_t at_ns);
void alarms_drop(struct alarms *h, struct alarm *a);
/* NULL: there is none. */
struct alarm *alarms_first(const struct alarms *h);

#endif
