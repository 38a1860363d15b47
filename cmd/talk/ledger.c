/* Dues stand in a queue of which both ends move. Those at its beginning that
 * have come and are settled go at once, so a lock-step conversation holds one
 * or two; only what an expectation may still want keeps its reply. */
#include "cmd/talk/ledger.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/buf.h"

void
ledger_init(struct ledger *l)
{
	*l = (struct ledger){ 0 };
}

static void
ledger_drop(struct due *d)
{
	free(d->reply);
	d->reply = NULL;
}

void
ledger_clear(struct ledger *l)
{
	for (size_t i = l->at; i < l->end; i++)
		ledger_drop(&l->due[i]);
	l->at = l->end = l->next = l->settled = 0;
	l->judging = l->greeting = l->unasked = false;
}

void
ledger_release(struct ledger *l)
{
	ledger_clear(l);
	free(l->due);
	ledger_init(l);
}

/* What nobody will ask for any more, at the beginning. */
static void
ledger_trim(struct ledger *l)
{
	while (l->at < l->end && l->due[l->at].came &&
	       (l->due[l->at].settled || l->due[l->at].judged)) {
		ledger_drop(&l->due[l->at]);
		l->at++;
	}
	if (l->at == l->end)
		l->at = l->end = 0;
	if (l->next < l->at || l->end == 0)
		l->next = l->at;
	if (l->settled < l->at || l->end == 0)
		l->settled = l->at;
}

/* Room for one more at i. */
static struct due *
ledger_room(struct ledger *l, size_t i)
{
	if (l->end == l->cap && l->at > l->cap / 2) {
		memmove(
		    l->due, l->due + l->at, (l->end - l->at) * sizeof *l->due);
		l->end -= l->at;
		l->next -= l->at;
		l->settled -= l->at;
		i -= l->at;
		l->at = 0;
	}
	if (l->end == l->cap) {
		l->cap = l->cap == 0 ? 4 : l->cap * 2;
		l->due = mem_grow(l->due, l->cap, sizeof *l->due);
	}
	memmove(l->due + i + 1, l->due + i, (l->end - i) * sizeof *l->due);
	l->end++;
	memset(&l->due[i], 0, sizeof *l->due);
	return &l->due[i];
}

struct due *
ledger_sent(
    struct ledger *l, enum due_by by, const struct verb *v, uint64_t seq)
{
	ledger_trim(l);
	struct due *d = ledger_room(l, l->end);
	d->by = by;
	d->verb = v;
	d->seq = seq;
	d->took_ns = -1;
	d->judged = by == DUE_IMPLIED;
	l->greeting |= by == DUE_GREETING;
	return d;
}

static void
ledger_keep(struct due *d, const struct reply *r, int64_t took_ns)
{
	d->came = true;
	d->took_ns = took_ns;
	d->code = r->code;
	if (d->judged || d->settled)
		return;
	d->reply = reply_keep(r);
}

struct due *
ledger_came(struct ledger *l, uint64_t seq, const struct reply *r,
    int64_t took_ns, bool more)
{
	size_t i = l->next;
	while (i < l->end && (l->due[i].came || l->due[i].seq != seq))
		i++;
	if (i == l->end)
		return NULL;
	if (more) {
		const struct due same = l->due[i];
		struct due *d = ledger_room(l, i + 1);
		*d = same;
		i = (size_t)(d - l->due) - 1;
	}
	l->due[i].again = more;
	ledger_keep(&l->due[i], r, took_ns);
	while (l->next < l->end && l->due[l->next].came)
		l->next++;
	return &l->due[i];
}

struct due *
ledger_unasked(struct ledger *l, const struct reply *r, int64_t took_ns)
{
	/* In the order of coming: before what is still owed. */
	ledger_trim(l);
	size_t i = l->next < l->end ? l->next : l->end;
	struct due *d = ledger_room(l, i);
	l->next = (size_t)(d - l->due) + 1;
	d->by = DUE_UNASKED;
	l->unasked = true;
	ledger_keep(d, r, took_ns);
	return d;
}

struct due *
ledger_oldest(struct ledger *l)
{
	ledger_trim(l);
	for (size_t i = l->settled; i < l->end; i++)
		if (!l->due[i].judged && !l->due[i].settled)
			return &l->due[i];
	return NULL;
}

size_t
ledger_unjudged(const struct ledger *l)
{
	size_t n = 0;
	for (size_t i = l->settled; i < l->end; i++)
		n += !l->due[i].judged && !l->due[i].settled;
	return n;
}

size_t
ledger_owed(const struct ledger *l)
{
	size_t n = 0;
	for (size_t i = l->next; i < l->end; i++)
		n += !l->due[i].came;
	return n;
}

void
ledger_judged(struct ledger *l, struct due *d)
{
	d->judged = true;
	ledger_drop(d);
	(void)l;
}

static void
ledger_settle_to(struct ledger *l, size_t to, ledger_told *told, void *arg)
{
	for (; l->settled < to; l->settled++) {
		struct due *d = &l->due[l->settled];
		if (d->settled)
			continue;
		d->settled = true;
		if (d->came && !d->judged)
			told(arg, d);
		ledger_drop(d);
	}
	ledger_trim(l);
}

void
ledger_settle(struct ledger *l, ledger_told *told, void *arg)
{
	ledger_settle_to(l, l->end, told, arg);
	l->judging = false;
}

void
ledger_bound(struct ledger *l, size_t most, ledger_told *told, void *arg)
{
	if (l->end - l->settled > most)
		ledger_settle_to(l, l->end - most, told, arg);
}

/* The first of its kind that nothing has judged or settled. A source without
 * expectations leaves all its dues open: no walk over them for what there is
 * seldom. */
static struct due *
ledger_first(struct ledger *l, enum due_by by, bool *any)
{
	for (size_t i = l->settled; *any && i < l->end; i++) {
		struct due *d = &l->due[i];
		if (d->by == by && !d->judged && !d->settled)
			return d;
	}
	*any = false;
	return NULL;
}

struct due *
ledger_settle_greeting(struct ledger *l)
{
	struct due *d = ledger_first(l, DUE_GREETING, &l->greeting);
	if (d != NULL)
		ledger_judged(l, d);
	return d;
}

struct due *
ledger_surplus(struct ledger *l)
{
	return ledger_first(l, DUE_UNASKED, &l->unasked);
}

void
ledger_lost(struct ledger *l)
{
	size_t to = l->next < l->at ? l->at : l->next;
	for (size_t i = to; i < l->end; i++) {
		if (l->due[i].came)
			l->due[to++] = l->due[i];
		else
			ledger_drop(&l->due[i]);
	}
	l->end = l->next = to;
	if (l->settled > l->end)
		l->settled = l->end;
	ledger_trim(l);
}
