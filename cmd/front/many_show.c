/* How far many messages are, and what became of them. */
#include "cmd/front/many_parts.h"

#include <unistd.h>
#include "cmd/say/note.h"

#define MANY_SHOW_NS INT64_C(200000000)

static void
many_octets(struct buf *b, unsigned long long n)
{
	if (n < 1000000)
		buf_addf(b, "%llu.%llu kB", n / 1000, n / 100 % 10);
	else
		buf_addf(b, "%llu.%llu MB", n / 1000000, n / 100000 % 10);
}

static void
many_bar_away(void *arg)
{
	const struct many *m = arg;
	if (buf_len(&m->bar) > 0)
		out_bar("\r\033[K", 4);
}

static void
many_bar_back(void *arg)
{
	const struct many *m = arg;
	if (buf_len(&m->bar) > 0)
		out_bar(buf_data(&m->bar), buf_len(&m->bar));
}

void
many_progress_begin(struct many *m)
{
	struct out *o = &m->sh->out;
	m->shows = true;
	o->before = many_bar_away;
	o->after = many_bar_back;
	o->arg = m;
}

void
many_progress(struct many *m)
{
	int64_t now = m->shows ? loop_now_ns() : 0;
	if (!m->shows || now - m->shown_ns < MANY_SHOW_NS)
		return;
	const struct many_counts *c = m->counts;
	unsigned long long n = atomic_load(&c->messages);
	unsigned long long done = n + atomic_load(&c->skipped);
	int64_t ms = (now - m->began_ns) / 1000000 + 1;
	struct buf *b = &m->bar;
	buf_clear(b);
	buf_addf(b, "\r%llu", done);
	if (m->total > 0)
		buf_addf(b, " of %zu", m->total);
	buf_adds(b, " messages, ");
	many_octets(b, atomic_load(&c->octets));
	buf_addf(b, ", %llu/s", n * 1000 / (unsigned long long)ms);
	if (m->total > done && n > 0)
		buf_addf(b, ", %llu s left",
		    (m->total - done) * (unsigned long long)ms / n / 1000 + 1);
	buf_adds(b, "\033[K");
	many_bar_back(m);
	m->shown_ns = now;
}

void
many_progress_end(struct many *m)
{
	struct out *o = &m->sh->out;
	many_bar_away(m);
	buf_release(&m->bar);
	if (m->shows)
		o->before = o->after = NULL;
	m->shows = false;
}

/* The bar is another process's, which draws it again. */
static void
many_bar_wipe(void *arg)
{
	(void)arg;
	out_bar("\r\033[K", 4);
}

void
many_progress_part(struct many *m)
{
	bool shown = m->shows;
	many_progress_end(m);
	m->sh->out.before = shown ? many_bar_wipe : NULL;
}

void
many_tell_end(struct many *m)
{
	const struct many_counts *c = m->counts;
	unsigned long long n = atomic_load(&c->messages);
	const struct mailed what = { .accepted = atomic_load(&c->accepted),
		.later = atomic_load(&c->later),
		.refused = atomic_load(&c->refused),
		.unknown = atomic_load(&c->unknown),
		.open = atomic_load(&c->open) };
	struct buf b = BUF_INIT;
	many_progress_end(m);
	buf_addf(&b, "%llu message%s, ", n, n == 1 ? "" : "s");
	many_octets(&b, atomic_load(&c->octets));
	buf_adds(&b, ", ");
	note_time(&b, loop_now_ns() - m->began_ns);
	buf_addf(&b, ": accepted %zu", what.accepted);
	if (what.later > 0)
		buf_addf(&b, ", refused for now %zu", what.later);
	if (what.refused > 0)
		buf_addf(&b, ", refused for good %zu", what.refused);
	if (what.unknown > 0)
		buf_addf(&b, ", unknown %zu", what.unknown);
	if (what.open > 0)
		buf_addf(&b, ", not sent %zu", what.open);
	if (atomic_load(&c->skipped) > 0)
		buf_addf(&b, "; nothing left to do for %llu",
		    (unsigned long long)atomic_load(&c->skipped));
	mailed_tell(&m->sh->talk, &what, buf_str(&b));
	if (m->sh->screen == NULL && !m->sh->machine &&
	    atomic_load(&c->failed) > 0)
		out_error(&m->sh->out, "%s", buf_str(&b));
	buf_release(&b);
}
