/* Sixty-four octets at once: shifts and ANDs of the masks say where a CR or a
 * period is to be added, and what lies between such places is copied. A
 * block's end goes through a padded copy, so reading ahead is always allowed;
 * writing ahead is, because room for the worst case is reserved first. A CR
 * that ends a block is kept back: its LF then gets a new one, as a bare LF
 * does. Trap: masks go on past the octets asked for, body_bits() cuts them. */
#include "body.h"
#include "body_look.h"

#define BODY_DENSE 10 /* additions in 64 octets that make runs not worth it */

void
body_init(struct body *b, bool stuff)
{
	memset(b, 0, sizeof *b);
	b->stuff = stuff;
}

/* Sixteen octets that all need another in front: LF gets CR, a period a
 * period. Room for 32 at o. */
static inline void
body_double(char *o, const char *p)
{
#ifdef __SSE2__
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i lf = _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'));
	__m128i add =
	    _mm_add_epi8(v, _mm_and_si128(lf, _mm_set1_epi8('\r' - '\n')));
	_mm_storeu_si128((__m128i *)(void *)o, _mm_unpacklo_epi8(add, v));
	_mm_storeu_si128(
	    (__m128i *)(void *)(o + 16), _mm_unpackhi_epi8(add, v));
#else
	for (int i = 0; i < 16; i++) {
		o[2 * i] = p[i] == '\n' ? '\r' : p[i];
		o[2 * i + 1] = p[i];
	}
#endif
}

/* Many short lines: n octets (at most 16), no branch on what they are. */
static inline char *
body_dense(char *o, const char *p, unsigned add, size_t n)
{
	if (add == 0xffff) {
		body_double(o, p);
		return o + 32;
	}
	for (size_t i = 0; i < n; i++) {
		*o = p[i] == '\n' ? '\r' : '.';
		o += (add >> i) & 1;
		*o++ = p[i];
	}
	return o;
}

/* Copies n octets (at most 64) with a CR or period in front of those in add.
 * Returns where the output ends. */
static inline char *
body_expand(char *o, const char *p, uint64_t add, size_t n)
{
	size_t from = 0;
	if (body_count(add) > BODY_DENSE) {
		for (; from < n; from += 16, add >>= 16)
			o = body_dense(o, p + from, (unsigned)(add & 0xffff),
			    n - from < 16 ? n - from : 16);
		return o;
	}
	for (; add != 0; add &= add - 1) {
		size_t at = (size_t)__builtin_ctzll(add);
		body_copy(o, p + from, at - from);
		o += at - from;
		*o++ = p[at] == '\n' ? '\r' : '.';
		from = at;
	}
	memcpy(o, p + from, BODY_STEP);
	return o + (n - from);
}

/* Encodes n octets, at most 64, of which BODY_AHEAD more can be read; *n
 * becomes less where a CR has no LF: what stands up to that CR is encoded. */
static inline char *
body_step(
    struct body *b, struct body_carry *c, char *o, const char *p, size_t *n)
{
	struct body_mask m;
	body_look(&m, p);
	uint64_t lone = ((m.cr << 1) | c->cr) & ~m.lf & body_bits(*n);
	if (lone != 0)
		*n = (size_t)__builtin_ctzll(lone);
	uint64_t valid = body_bits(*n);
	m.lf &= valid;
	uint64_t dot = b->stuff ? m.dot & valid & ((m.lf << 1) | c->bol) : 0;
	uint64_t add = dot | (m.lf & ~((m.cr << 1) | c->cr));
	b->eightbit |= m.high;
	b->line += body_count(m.lf);
	if (dot != 0)
		b->dots += body_count(dot);
	if (*n > 0) {
		c->bol = (m.lf >> (*n - 1)) & 1;
		c->cr = (m.cr >> (*n - 1)) & 1;
	}
	if (add != 0)
		return body_expand(o, p, add, *n);
	memcpy(o, p, BODY_STEP);
	return o + *n;
}

/* A CR without LF: stands behind the last octet taken. */
static int
body_lone_cr(struct body *b, struct err *e)
{
	b->after_cr = true;
	return err_set(e, ERR_DATA, "line %llu: CR without LF",
	    (unsigned long long)b->line + 1);
}

/* All but the last BODY_AHEAD octets where they are, these through a copy.
 * Returns where the output ends; *len becomes less at a lone CR. */
static char *
body_steps(
    struct body *b, struct body_carry *c, char *o, const char *p, size_t *len)
{
	char tail[BODY_STEP * 2 + BODY_AHEAD];
	size_t done = 0, n;
	for (; *len - done >= BODY_STEP + BODY_AHEAD; done += n) {
		n = BODY_STEP;
		o = body_step(b, c, o, p + done, &n);
		if (n < BODY_STEP)
			goto lone;
	}
	size_t left = *len - done;
	memcpy(tail, p + done, left);
	memset(tail + left, 0, sizeof tail - left);
	for (size_t at = 0; at < left; at += n, done += n) {
		size_t want = left - at < BODY_STEP ? left - at : BODY_STEP;
		n = want;
		o = body_step(b, c, o, tail + at, &n);
		if (n < want)
			goto lone;
	}
	return o;
lone:
	*len = done + n;
	return o;
}

/* One piece, not empty. */
static int
body_piece(
    struct body *b, const char *p, size_t len, struct buf *out, struct err *e)
{
	struct body_carry c = { !b->mid_line, 0 };
	if (b->after_cr && *p != '\n')
		return body_lone_cr(b, e);
	b->after_cr = p[len - 1] == '\r';
	size_t want = len - b->after_cr, n = want;
	char *start = buf_space(out, 2 * len + 2 * BODY_STEP);
	char *o = body_steps(b, &c, start, p, &n);
	/* A CR that no LF followed is the last octet that was written. */
	bool lone = n < want || (c.cr && b->after_cr);
	o -= lone;
	b->mid_line = c.bol == 0;
	b->taken += lone ? n : len;
	b->given += (uint64_t)(o - start);
	buf_commit(out, (size_t)(o - start));
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
