/* covers: net/core/body.c net/core/unbody.c
 * The mail text's coders against ones that go octet by octet, cut anywhere;
 * what one writes, the other reads. */
#include "fuzz.h"
#include "net/core/body.h"

static bool
slow_encode(struct buf *out, const uint8_t *p, size_t len, bool stuff)
{
	bool start = true;
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '\r' && (i + 1 == len || p[i + 1] != '\n'))
			return false;
		if (p[i] == '\r')
			continue;
		if (p[i] == '\n') {
			buf_adds(out, "\r\n");
			start = true;
			continue;
		}
		if (start && stuff && p[i] == '.')
			buf_addc(out, '.');
		buf_addc(out, (char)p[i]);
		start = false;
	}
	if (!start)
		buf_adds(out, "\r\n");
	return true;
}

struct coding {
	struct body body;
	struct buf out;
	bool failed;
};

static void
coding_take(void *arg, const char *p, size_t len)
{
	struct coding *c = arg;
	struct err e;
	if (!c->failed && body_encode(&c->body, p, len, &c->out, &e) < 0)
		c->failed = true;
}

static void
encode(const uint8_t *p, size_t len, bool stuff, size_t step)
{
	struct coding c = { .out = BUF_INIT };
	struct buf want = BUF_INIT;
	struct err e;
	body_init(&c.body, stuff);
	fuzz_pieces(p, len, step, coding_take, &c);
	if (!c.failed && body_finish(&c.body, &c.out, &e) < 0)
		c.failed = true;
	bool well = slow_encode(&want, p, len, stuff);
	RULE(well == !c.failed);
	if (well) {
		fuzz_same(&want, &c.out);
		RULE(c.body.given == buf_len(&want));
	}
	buf_release(&want);
	buf_release(&c.out);
}

/* The octets before CRLF.CRLF (the first CRLF is the text's), periods removed;
 * how many were taken, or 0: no end. */
static size_t
slow_decode(struct buf *out, const uint8_t *p, size_t len)
{
	bool start = true;
	for (size_t i = 0; i < len; i++) {
		if (start && p[i] == '.') {
			if (i + 2 < len && p[i + 1] == '\r' && p[i + 2] == '\n')
				return i + 3;
			start = false;
			continue;
		}
		buf_addc(out, (char)p[i]);
		start = p[i] == '\n' && i > 0 && p[i - 1] == '\r';
	}
	return 0;
}

struct decoding {
	struct unbody u;
	struct buf out;
	size_t taken;
	bool ended;
};

static void
decoding_take(void *arg, const char *p, size_t len)
{
	struct decoding *d = arg;
	size_t used;
	if (d->ended)
		return;
	d->ended = unbody_decode(&d->u, p, len, &used, &d->out) == 1;
	RULE(d->ended ? used <= len : used == len);
	d->taken += used;
}

static void
decode(const uint8_t *p, size_t len, size_t step)
{
	struct decoding d = { .out = BUF_INIT };
	struct buf want = BUF_INIT;
	unbody_init(&d.u);
	fuzz_pieces(p, len, step, decoding_take, &d);
	size_t taken = slow_decode(&want, p, len);
	RULE(d.ended == (taken > 0));
	if (d.ended) {
		RULE(d.taken == taken);
		fuzz_same(&want, &d.out);
	}
	buf_release(&want);
	buf_release(&d.out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const uint8_t *p = data + 1;
	size_t step = data[0] % 80u;
	encode(p, size - 1, true, step);
	encode(p, size - 1, false, step);
	decode(p, size - 1, step);
	return 0;
}
