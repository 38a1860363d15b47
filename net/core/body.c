/* Sixty-four octets at once: shifts and ANDs of the masks say where a CR or a
 * period is to be added, and what lies between such places is copied. Whole
 * steps go through body_blocks(), made twice on x86-64, since AVX2 sees them in
 * half the instructions; a block's end and a CR without LF through body_step().
 * The end goes through a padded copy, so reading ahead is always allowed;
 * writing ahead is, because room for the worst case is reserved first. A CR
 * that ends a block is kept back: its LF then gets a new one, as a bare LF
 * does. Trap: masks go on past the octets asked for, body_bits() cuts them. */
#include "net/core/body.h"
#include "net/core/body_look.h"

#define BODY_DENSE 24 /* additions in 64 octets that make runs not worth it */

void
body_init(struct body *b, bool stuff)
{
	memset(b, 0, sizeof *b);
	b->stuff = stuff;
}

/* Many short lines: n octets (at most 16), no branch on what they are. */
BODY_INLINE char *
body_dense(char *o, const char *p, unsigned add, size_t n)
{
	if (add == 0xffff) {
		body_double(o, p);
		return o + 32;
	}
#pragma GCC unroll 8
	for (size_t i = 0; i < n; i++) {
		*o = p[i] == '\n' ? '\r' : '.';
		o += (add >> i) & 1;
		*o++ = p[i];
	}
	return o;
}

/* Copies n octets (at most 64) with a CR or period in front of those in add.
 * Returns where the output ends. */
BODY_INLINE char *
body_expand(
    char *o, const char *p, uint64_t add, size_t n, const struct body_ways w)
{
	size_t from = 0;
	for (; add != 0; add &= add - 1) {
		size_t at = (size_t)__builtin_ctzll(add);
		w.copy(o, p + from, at - from);
		o += at - from;
		*o++ = p[at] == '\n' ? '\r' : '.';
		from = at;
	}
	w.copy(o, p + from, BODY_STEP);
	return o + (n - from);
}

BODY_INLINE char *
body_expand_dense(char *o, const char *p, uint64_t add, size_t n)
{
	for (size_t from = 0; from < n; from += 16, add >>= 16)
		o = body_dense(o, p + from, (unsigned)(add & 0xffff),
		    n - from < 16 ? n - from : 16);
	return o;
}

/* What a block's steps hand on; in registers while they run. */
struct body_run {
	struct body_carry carry;
	uint64_t stuff; /* all bits or none */
	uint64_t lines, dots;
	bool high;
	char *o; /* where the output ends */
};

/* Encodes n octets, at most 64, of which BODY_AHEAD more can be read. Returns
 * how many: fewer where a CR has no LF, up to behind that CR. */
static size_t
body_step(struct body_run *r, const char *p, size_t n)
{
	struct body_mask m;
	body_look(&m, p);
	uint64_t after_cr = (m.cr << 1) | r->carry.cr;
	uint64_t lone = after_cr & ~m.lf & body_bits(n);
	if (lone != 0)
		n = (size_t)__builtin_ctzll(lone);
	uint64_t valid = body_bits(n);
	m.lf &= valid;
	uint64_t dot = m.dot & ((m.lf << 1) | r->carry.bol) & r->stuff & valid;
	uint64_t add = dot | (m.lf & ~after_cr);
	r->high |= m.high;
	r->lines += body_count(m.lf);
	r->dots += body_count(dot);
	if (n > 0) {
		r->carry.bol = (m.lf >> (n - 1)) & 1;
		r->carry.cr = (m.cr >> (n - 1)) & 1;
	}
	r->o = body_count(add) > BODY_DENSE
		   ? body_expand_dense(r->o, p, add, n)
		   : body_expand(r->o, p, add, n, body_ways_any);
	return n;
}

/* Encodes blocks of 64 octets as long as BODY_AHEAD more can be read and no CR
 * is without LF; body_step() does the rest. Returns how many octets. */
BODY_INLINE size_t
body_blocks(
    struct body_run *run, const char *p, size_t len, const struct body_ways w)
{
	uint64_t bol = run->carry.bol, cr = run->carry.cr;
	uint64_t stuff = run->stuff, lines = 0, dots = 0;
	size_t done = 0;
	bool high = false;
	char *o = run->o;
	for (; len - done >= BODY_STEP + BODY_AHEAD; done += BODY_STEP) {
		struct body_mask m;
		const char *at = p + done;
		w.look(&m, at);
		uint64_t after_cr = m.cr << 1 | cr;
		if ((after_cr & ~m.lf) != 0)
			break;
		uint64_t dot = m.dot & (m.lf << 1 | bol) & stuff;
		uint64_t add = dot | (m.lf & ~after_cr);
		bol = m.lf >> 63;
		cr = m.cr >> 63;
		high |= m.high;
		lines += w.count(m.lf);
		dots += w.count(dot);
		o = w.count(add) > BODY_DENSE
			? body_expand_dense(o, at, add, BODY_STEP)
			: body_expand(o, at, add, BODY_STEP, w);
	}
	run->carry = (struct body_carry){ bol, cr };
	run->high |= high;
	run->lines += lines;
	run->dots += dots;
	run->o = o;
	return done;
}

static size_t
body_blocks_any(struct body_run *run, const char *p, size_t len)
{
	return body_blocks(run, p, len, body_ways_any);
}

#ifdef BODY_AVX2
BODY_FOR_AVX2 static size_t
body_blocks_avx2(struct body_run *run, const char *p, size_t len)
{
	return body_blocks(run, p, len, body_ways_avx2);
}
#endif

/* A CR without LF: stands behind the last octet taken. */
static int
body_lone_cr(struct body *b, struct err *e)
{
	b->after_cr = true;
	return err_set(e, ERR_DATA, "line %llu: CR without LF",
	    (unsigned long long)b->line + 1);
}

/* The last octets of a block, fewer than a step and what is read past it. */
static size_t
body_tail(struct body_run *r, const char *p, size_t len)
{
	char tail[BODY_STEP * 2 + BODY_AHEAD] = { 0 };
	size_t done = 0;
	memcpy(tail, p, len);
	while (done < len) {
		size_t n = len - done < BODY_STEP ? len - done : BODY_STEP;
		size_t took = body_step(r, tail + done, n);
		done += took;
		if (took < n)
			break;
	}
	return done;
}

/* Returns how many octets were taken: fewer only where a CR has no LF. */
static size_t
body_steps(struct body_run *run, const char *p, size_t len)
{
	size_t done;
#ifdef BODY_AVX2
	if (body_has_avx2(len))
		done = body_blocks_avx2(run, p, len);
	else
#endif
		done = body_blocks_any(run, p, len);
	if (len - done >= BODY_STEP + BODY_AHEAD)
		return done + body_step(run, p + done, BODY_STEP);
	return done + body_tail(run, p + done, len - done);
}

/* One piece, not empty. */
static int
body_piece(
    struct body *b, const char *p, size_t len, struct buf *out, struct err *e)
{
	struct body_run r = { .carry.bol = !b->mid_line,
		.stuff = b->stuff ? UINT64_MAX : 0 };
	if (b->after_cr && *p != '\n')
		return body_lone_cr(b, e);
	b->after_cr = p[len - 1] == '\r';
	char *start = buf_space(out, 2 * len + BODY_STEP + BODY_AHEAD);
	r.o = start;
	size_t want = len - b->after_cr;
	size_t took = body_steps(&r, p, want);
	/* A CR that no LF followed is the last octet that was written. */
	bool lone = took < want || (r.carry.cr && b->after_cr);
	r.o -= lone;
	b->mid_line = r.carry.bol == 0;
	b->taken += lone ? took : len;
	b->given += (uint64_t)(r.o - start);
	b->line += r.lines;
	b->dots += r.dots;
	b->eightbit |= r.high;
	buf_commit(out, (size_t)(r.o - start));
	return lone ? body_lone_cr(b, e) : 0;
}

int
body_encode(
    struct body *b, const char *p, size_t len, struct buf *out, struct err *e)
{
	while (len > 0) {
		size_t n = len < BODY_PIECE ? len : BODY_PIECE;
		if (body_piece(b, p, n, out, e) < 0)
			return -1;
		p += n;
		len -= n;
	}
	return 0;
}

/* How many octets, whole steps or all, need nothing added. */
BODY_INLINE size_t
body_same_steps(
    struct body_run *run, const char *p, size_t len, const struct body_ways w)
{
	uint64_t bol = run->carry.bol, cr = 0, lines = 0;
	char tail[BODY_STEP] = { 0 };
	size_t done = 0, n;
	bool high = false;
	for (; done < len; done += n) {
		struct body_mask m;
		const char *at = p + done;
		n = BODY_STEP;
		if (len - done < BODY_STEP) {
			n = len - done;
			at = memcpy(tail, at, n);
		}
		w.look(&m, at);
		uint64_t dot = m.dot & (m.lf << 1 | bol) & run->stuff;
		if ((dot | (m.lf ^ (m.cr << 1 | cr))) != 0)
			break;
		bol = m.lf >> (n - 1) & 1;
		cr = m.cr >> (n - 1) & 1;
		high |= m.high;
		lines += w.count(m.lf);
	}
	run->carry = (struct body_carry){ bol, cr };
	run->high = high;
	run->lines = lines;
	return done;
}

static size_t
body_same_any(struct body_run *run, const char *p, size_t len)
{
	return body_same_steps(run, p, len, body_ways_any);
}

#ifdef BODY_AVX2
BODY_FOR_AVX2 static size_t
body_same_avx2(struct body_run *run, const char *p, size_t len)
{
	return body_same_steps(run, p, len, body_ways_avx2);
}
#endif

size_t
body_same(struct body *b, const char *p, size_t len)
{
	struct body_run r = { .carry.bol = !b->mid_line,
		.stuff = b->stuff ? UINT64_MAX : 0 };
	/* A CR whose LF is still to come is the encoder's to keep back. */
	if (b->after_cr || len == 0 || p[len - 1] == '\r')
		return 0;
	size_t n;
#ifdef BODY_AVX2
	if (body_has_avx2(len))
		n = body_same_avx2(&r, p, len);
	else
#endif
		n = body_same_any(&r, p, len);
	/* The same, where what follows is the encoder's. */
	if (n < len && r.carry.cr)
		r.carry.bol = p[--n - 1] == '\n';
	b->mid_line = r.carry.bol == 0;
	b->taken += n;
	b->given += n;
	b->line += r.lines;
	b->eightbit |= r.high;
	return n;
}

int
body_finish(struct body *b, struct buf *out, struct err *e)
{
	if (b->after_cr)
		return body_lone_cr(b, e);
	if (b->mid_line) {
		buf_add(out, "\r\n", 2);
		b->given += 2;
		b->line++;
		b->mid_line = false;
	}
	return 0;
}
