/* How far many messages are, and what became of them. */
#include "cmd/front/many_parts.h"
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
	struct buf b = BUF_INIT;
	buf_addf(&b, "\r%llu", done);
	if (m->total > 0)
		buf_addf(&b, " of %zu", m->total);
	buf_adds(&b, " messages, ");
	many_octets(&b, atomic_load(&c->octets));
	buf_addf(&b, ", %llu/s", n * 1000 / (unsigned long long)ms);
	if (m->total > done && n > 0)
		buf_addf(&b, ", %llu s left",
		    (m->total - done) * (unsigned long long)ms / n / 1000 + 1);
	buf_adds(&b, "\033[K");
	out_errors(&m->sh->out, buf_data(&b), buf_len(&b));
	buf_release(&b);
	m->shown_ns = now;
	m->shown = true;
}

void
many_progress_clear(struct many *m)
{
	if (m->shown)
		out_errors(&m->sh->out, "\r\033[K", 4);
	m->shown = false;
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
	many_progress_clear(m);
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
	struct event ev = { .kind = EV_MAILED,
		.text = buf_str(&b),
		.len = buf_len(&b),
		.mailed = &what };
	talk_put(&m->sh->talk, &ev);
	if (m->sh->screen == NULL && !m->sh->machine &&
	    atomic_load(&c->failed) > 0)
		out_error(&m->sh->out, "%s", buf_str(&b));
	buf_release(&b);
}
