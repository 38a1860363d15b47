/* The masks find periods that begin a line behind CRLF; what lies between them
 * is copied. A period is judged together with the two octets behind it; when
 * these are not in the block the state remembers, and octets are resolved one
 * by one until the period's fate is known. Everything else of the state is
 * one octet's memory. */
#include "net/core/body.h"
#include "net/core/body_look.h"

enum unbody_state {
	UNBODY_BOL,   /* behind CRLF, or at the very start */
	UNBODY_MID,   /* inside a line */
	UNBODY_CR,    /* behind a CR */
	UNBODY_DOT,   /* behind CRLF and a period, which was taken off */
	UNBODY_DOT_CR /* behind that and a CR, kept back */
};

void
unbody_init(struct unbody *u)
{
	memset(u, 0, sizeof *u);
	u->state = UNBODY_BOL;
}

/* Where the text goes; p NULL: it is counted. */
struct unbody_out {
	char *p;
	uint64_t n;
};

/* Resolves what a block's end had cut. Returns 1 when c ended the text, 0 when
 * c was taken, -1 when c is yet to be looked at in the state that is now.
 * *cr: a CR that was kept back is text. */
static int
unbody_resolve(struct unbody *u, char c, bool *cr)
{
	*cr = false;
	if (u->state == UNBODY_DOT && c == '\r') {
		u->state = UNBODY_DOT_CR;
		return 0;
	}
	if (u->state == UNBODY_DOT) {
		u->state = UNBODY_MID;
		return -1;
	}
	u->state = UNBODY_BOL;
	if (c == '\n')
		return 1;
	*cr = true;
	u->state = UNBODY_CR;
	return -1;
}

enum unbody_stop { UNBODY_ON, UNBODY_AT_DOT, UNBODY_AT_END };

/* Takes n octets, at most 64, of which left (n or more) belong to the piece
 * and BODY_AHEAD more can be read. *n becomes less behind a period that begins
 * a line and is one of the piece's last two octets or ends the text. */
BODY_INLINE void
unbody_step(struct unbody *u, struct body_carry *c, struct unbody_out *o,
    const char *p, size_t *n, size_t left, enum unbody_stop *stop, bool keep,
    const struct body_ways w)
{
	struct body_mask m;
	size_t from = 0;
	w.look(&m, p);
	uint64_t after_cr = (m.cr << 1) | c->cr;
	uint64_t bol = ((m.lf & after_cr) << 1) | c->bol;
	uint64_t dot = m.dot & bol & body_bits(*n);
	for (; dot != 0; dot &= dot - 1) {
		size_t at = (size_t)__builtin_ctzll(dot);
		if (keep)
			w.copy(o->p + o->n, p + from, at - from);
		o->n += at - from;
		from = at + 1;
		if (left - from < 2)
			*stop = UNBODY_AT_DOT;
		else if (p[from] == '\r' && p[from + 1] == '\n')
			*stop = UNBODY_AT_END;
		else
			continue;
		*n = from;
		break;
	}
	if (keep)
		memcpy(o->p + o->n, p + from, BODY_STEP);
	o->n += *n - from;
	uint64_t valid = body_bits(*n);
	u->bare_lf |= (m.lf & ~after_cr & valid) != 0;
	u->bare_cr |= (after_cr & ~m.lf & valid) != 0;
	c->bol = ((m.lf & after_cr) >> (*n - 1)) & 1;
	c->cr = (m.cr >> (*n - 1)) & 1;
}

/* Takes whole steps as long as they are copied as they come: no period begins a
 * line, no CR or LF is bare. Returns octets taken. */
BODY_INLINE size_t
unbody_plain(struct body_carry *c, struct unbody_out *o, const char *p,
    size_t len, bool keep, const struct body_ways w)
{
	uint64_t bol = c->bol, cr = c->cr;
	size_t done = 0;
	for (; len - done >= BODY_STEP + BODY_AHEAD; done += BODY_STEP) {
		struct body_mask m;
		w.look(&m, p + done);
		if (((m.lf ^ (m.cr << 1 | cr)) | (m.dot & (m.lf << 1 | bol))) !=
		    0)
			break;
		bol = m.lf >> 63;
		cr = m.cr >> 63;
		if (keep)
			w.copy(o->p + o->n + done, p + done, BODY_STEP);
	}
	*c = (struct body_carry){ bol, cr };
	o->n += done;
	return done;
}

/* Takes a piece, not empty, up to where it stops; as body_steps(). */
BODY_INLINE void
unbody_steps(struct unbody *u, struct body_carry *c, struct unbody_out *o,
    const char *p, size_t *len, enum unbody_stop *stop, bool keep,
    const struct body_ways w)
{
	char tail[BODY_STEP * 2 + BODY_AHEAD];
	size_t done = 0, n;
	*stop = UNBODY_ON;
	while (*len - done >= BODY_STEP + BODY_AHEAD) {
		done += unbody_plain(c, o, p + done, *len - done, keep, w);
		if (*len - done < BODY_STEP + BODY_AHEAD)
			break;
		n = BODY_STEP;
		unbody_step(u, c, o, p + done, &n, *len - done, stop, keep, w);
		done += n;
		if (*stop != UNBODY_ON) {
			*len = done;
			return;
		}
	}
	size_t left = *len - done, at = 0;
	memcpy(tail, p + done, left);
	memset(tail + left, 0, sizeof tail - left);
	for (; at < left && *stop == UNBODY_ON; at += n) {
		n = left - at < BODY_STEP ? left - at : BODY_STEP;
		unbody_step(u, c, o, tail + at, &n, left - at, stop, keep, w);
	}
	*len = done + at;
}

/* Takes a piece in a state that is one octet's memory; returns octets taken,
 * the lone period's CRLF among them. */
BODY_INLINE size_t
unbody_piece(struct unbody *u, const char *p, size_t len, struct unbody_out *o,
    enum unbody_stop *stop, bool keep, const struct body_ways w)
{
	struct body_carry c = { u->state == UNBODY_BOL, u->state == UNBODY_CR };
	unbody_steps(u, &c, o, p, &len, stop, keep, w);
	if (*stop == UNBODY_AT_DOT)
		u->state = UNBODY_DOT;
	else if (c.bol || *stop == UNBODY_AT_END)
		u->state = UNBODY_BOL;
	else
		u->state = c.cr ? UNBODY_CR : UNBODY_MID;
	return len + (*stop == UNBODY_AT_END ? 2 : 0);
}

/* Made for keeping and for counting, and each for the machine. */
static size_t
unbody_piece_any(struct unbody *u, const char *p, size_t len,
    struct unbody_out *o, enum unbody_stop *stop)
{
	return o->p != NULL
		   ? unbody_piece(u, p, len, o, stop, true, body_ways_any)
		   : unbody_piece(u, p, len, o, stop, false, body_ways_any);
}

#ifdef BODY_AVX2
BODY_FOR_AVX2 static size_t
unbody_piece_avx2(struct unbody *u, const char *p, size_t len,
    struct unbody_out *o, enum unbody_stop *stop)
{
	return o->p != NULL
		   ? unbody_piece(u, p, len, o, stop, true, body_ways_avx2)
		   : unbody_piece(u, p, len, o, stop, false, body_ways_avx2);
}
#endif

static size_t
unbody_one(struct unbody *u, const char *p, size_t len, struct unbody_out *o,
    enum unbody_stop *stop)
{
#ifdef BODY_AVX2
	if (body_has_avx2(len))
		return unbody_piece_avx2(u, p, len, o, stop);
#endif
	return unbody_piece_any(u, p, len, o, stop);
}

static size_t
unbody_keep(struct unbody *u, const char *p, size_t len, struct buf *out,
    enum unbody_stop *stop)
{
	struct unbody_out o = { buf_space(out, len + BODY_STEP + BODY_AHEAD),
		0 };
	size_t n = unbody_one(u, p, len, &o, stop);
	buf_commit(out, (size_t)o.n);
	return n;
}

/* out or text is where it goes to. */
static int
unbody_take(struct unbody *u, const char *p, size_t len, size_t *used,
    struct buf *out, uint64_t *text)
{
	size_t done = 0;
	bool end = false, cr;
	while (done < len && !end) {
		if (u->state == UNBODY_DOT || u->state == UNBODY_DOT_CR) {
			int r = unbody_resolve(u, p[done], &cr);
			if (cr && out != NULL)
				buf_addc(out, '\r');
			else if (cr && text != NULL)
				++*text;
			done += r >= 0;
			end = r == 1;
			continue;
		}
		size_t n = len - done < BODY_PIECE ? len - done : BODY_PIECE;
		enum unbody_stop stop;
		struct unbody_out count = { NULL, 0 };
		if (out != NULL) {
			done += unbody_keep(u, p + done, n, out, &stop);
		} else {
			done += unbody_one(u, p + done, n, &count, &stop);
			if (text != NULL)
				*text += count.n;
		}
		end = stop == UNBODY_AT_END;
	}
	*used = done;
	u->taken += done;
	return end;
}

int
unbody_decode(
    struct unbody *u, const char *p, size_t len, size_t *used, struct buf *out)
{
	return unbody_take(u, p, len, used, out, NULL);
}

int
unbody_count(
    struct unbody *u, const char *p, size_t len, size_t *used, uint64_t *text)
{
	*text = 0;
	return unbody_take(u, p, len, used, NULL, text);
}
