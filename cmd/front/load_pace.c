/* How often many sessions are looked at. Who sleeps until something is ready is
 * woken for each reply, by the server's own call that sends it: where they come
 * by the ten thousand a second, that costs both sides more than the reply does.
 * So a while is slept before it is asked what is ready. That while is small
 * beside what a reply takes, it is slept only where several replies come
 * meanwhile, and only where the system notes when each of them has come: no
 * figure has it in it. One session, and few, never wait. */
#include "cmd/front/load_parts.h"

#include <time.h>

#define PACE_WINDOW_NS INT64_C(2000000)
#define PACE_PART      16 /* of what a reply takes */
#define PACE_MOST_NS   INT64_C(100000)
#define PACE_WORTH     2 /* replies */
#define PACE_MANY      8 /* ready together: they come faster than we go */

void
load_pace_reply(struct load *l, const struct link *k, int64_t took_ns)
{
	struct load_pace *p = &l->pace;
	p->replies++;
	p->took_ns += took_ns > 0 ? took_ns : 0;
	p->noted += k != NULL && link_noted(k) > 0;
}

/* The while that what was seen is worth. */
static int64_t
pace_worth(const struct load_pace *p, int64_t for_ns)
{
	if (p->replies == 0 || p->noted < p->replies)
		return 0;
	int64_t nap = p->took_ns / (int64_t)p->replies / PACE_PART;
	nap = nap < PACE_MOST_NS ? nap : PACE_MOST_NS;
	return (int64_t)p->found * nap < PACE_WORTH * for_ns ? 0 : nap;
}

void
load_pace_found(struct load *l, int64_t now_ns, size_t n)
{
	struct load_pace *p = &l->pace;
	int64_t since = now_ns - p->began_ns;
	p->few = n < PACE_MANY;
	if (since < PACE_WINDOW_NS) {
		p->found += n;
		return;
	}
	*p = (struct load_pace){ .began_ns = now_ns,
		.few = p->few,
		.found = n,
		.nap_ns = pace_worth(p, since) };
}

void
load_pace_nap(struct load *l, int64_t now_ns, int64_t until_ns)
{
	const struct load_pace *p = &l->pace;
	struct timespec nap = { .tv_nsec = (long)p->nap_ns };
	if (p->nap_ns > 0 && p->few && until_ns - now_ns > p->nap_ns)
		nanosleep(&nap, NULL);
}
