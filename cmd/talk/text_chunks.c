/* Mail text in BDAT chunks (RFC 3030). */
#include <string.h>
#include "cmd/talk/demand.h"
#include "cmd/talk/text_priv.h"

#define TEXT_CHUNK_MAX (16u << 20)

struct chunks {
	struct act act;
	struct text *text;
	uint64_t size;
	bool last;
	struct body body;
	struct buf in, out;
	bool ended;    /* all of it is encoded */
	bool any;      /* a chunk was sent */
	uint64_t left; /* octets that may still be told */
};

enum chunks_step { CHUNKS_FILL, CHUNKS_ANSWERED };

/* In a chunk a line may end with these and mean its CRLF (RFC 3030); a CR or
 * LF is one that the last chunk was cut at. */
static bool
chunks_is_plain_line(const char *p, size_t len)
{
	static const char *const ends[] = { "<CR><LF>", "<CRLF>" };
	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(ends[i]);
		if (len >= n && memcmp(p + len - n, ends[i], n) == 0)
			return false;
	}
	return memchr(p, '\r', len) == NULL && memchr(p, '\n', len) == NULL;
}

/* Whole lines as lines, what a chunk cuts off octet by octet. */
static void
chunks_tell_octets(struct talk *t, const char *p, size_t len)
{
	while (len > 0) {
		const char *end = memmem(p, len, "\r\n", 2);
		size_t n = end == NULL ? len : (size_t)(end - p);
		size_t used = end == NULL ? len : n + 2;
		if (end != NULL && chunks_is_plain_line(p, n))
			text_tell_line(t, p, n);
		else
			text_tell_raw(t, p, used);
		p += used;
		len -= used;
	}
}

static void
chunks_tell(struct talk *t, struct chunks *c, const struct buf *line,
    const char *p, size_t len)
{
	struct event ev = { .kind = EV_SENT,
		.text = buf_data(line),
		.len = buf_len(line),
		.verb = verb_get(VERB_BDAT) };
	talk_put(t, &ev);
	if (len <= c->left) {
		c->left -= len;
		chunks_tell_octets(t, p, len);
		return;
	}
	c->left = 0;
	struct event octets = { .kind = EV_OCTETS, .text = "", .n = len };
	talk_put(t, &octets);
}

static int
chunks_send(struct talk *t, struct chunks *c, struct err *e)
{
	size_t n =
	    buf_len(&c->out) < c->size ? buf_len(&c->out) : (size_t)c->size;
	bool last = c->last && c->ended && n == buf_len(&c->out);
	if (last && text_commit(c->text, e) < 0)
		return -1;
	struct buf line = BUF_INIT;
	unsigned breaches = t->breaches;
	if (talk_surplus(t, e) < 0)
		return -1;
	/* Whether the last chunk was taken is not known any more. */
	if (t->breaches != breaches)
		return err_set(e, ERR_PROTO,
		    "the session is out of step: no more chunks are sent");
	buf_addf(&line, "BDAT %zu%s", n, last ? " LAST" : "");
	if (c->text->say[0] == '\0')
		chunks_tell(t, c, &line, buf_data(&c->out), n);
	buf_release(&line);
	if (demand_bdat(t, buf_data(&c->out), n, last, e) < 0)
		return -1;
	talk_owe(t, DUE_WRITTEN);
	t->tally.texted |= last;
	buf_consume(&c->out, n);
	c->any = true;
	c->act.step = CHUNKS_ANSWERED;
	return 0;
}

/* Encodes until there is a chunk, or the end. */
static int
chunks_fill(struct talk *t, struct chunks *c, struct err *e)
{
	while (!c->ended && buf_len(&c->out) <= c->size) {
		struct err inner;
		err_clear(&inner);
		int r = text_next(t, c->text, &c->in, e);
		if (r != 0)
			return r;
		c->ended = buf_len(&c->in) == 0;
		r = c->ended ? body_finish(&c->body, &c->out, &inner)
			     : body_encode(&c->body, buf_data(&c->in),
				   buf_len(&c->in), &c->out, &inner);
		if (r < 0)
			return err_set(
			    e, ERR_DATA, "%s: %s", c->text->name, inner.text);
	}
	return 0;
}

static int
chunks_resume(struct talk *t, struct act *act, struct err *e)
{
	struct chunks *c = (struct chunks *)act;
	for (;;) {
		int r;
		if (act->step == CHUNKS_ANSWERED) {
			r = talk_await(t, e);
			if (r != 0)
				return r;
			if (t->link == NULL)
				return step_closed(t, e);
			if (t->code / 100 != 2)
				return ACT_DONE;
			act->step = CHUNKS_FILL;
		}
		r = chunks_fill(t, c, e);
		if (r != 0)
			return r;
		bool empty = c->ended && buf_len(&c->out) == 0;
		if (empty && (c->any || !c->last))
			return ACT_DONE;
		if (chunks_send(t, c, e) < 0)
			return -1;
	}
}

static void
chunks_release(struct talk *t, struct act *act)
{
	struct chunks *c = (struct chunks *)act;
	(void)t;
	buf_release(&c->in);
	buf_release(&c->out);
}

static const struct act_kind chunks_kind = { "chunks", sizeof(struct chunks),
	chunks_resume, NULL, chunks_release };

void
text_send_chunks(struct talk *t, struct text *x, uint64_t size, bool last)
{
	struct chunks *c = act_push(t, &chunks_kind);
	c->text = x;
	c->size = size == 0 || size > TEXT_CHUNK_MAX ? TEXT_CHUNK_MAX : size;
	c->last = last;
	c->left = t->env->text_max(t);
	body_init(&c->body, false);
}
