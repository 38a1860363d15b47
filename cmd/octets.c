/* A file's octets, a block at a time. One block is held back until the next is
 * there, so that the last is known: with it a reply may be owed. */
#include "cmd/talk/cmd.h"
#include "cmd/talk/text.h"

#include <string.h>

#define OCTETS_TAIL 5 /* CRLF.CRLF */

struct octets {
	struct act act;
	struct text text;
	struct buf block, next;
	char tail[OCTETS_TAIL]; /* of what was sent and block */
	size_t ntail;
};

enum octets_step { OCTETS_READY, OCTETS_READ, OCTETS_WRITE, OCTETS_SENT };

static void
octets_tell(struct talk *t, const struct octets *o)
{
	struct event ev = { .kind = EV_OCTETS,
		.text = o->text.say,
		.n = o->text.regular ? o->text.declared : buf_len(&o->block) };
	talk_put(t, &ev);
}

static void
octets_keep_tail(struct octets *o)
{
	struct buf b = BUF_INIT;
	buf_add(&b, o->tail, o->ntail);
	buf_add(&b, buf_data(&o->block), buf_len(&o->block));
	o->ntail = buf_len(&b) < OCTETS_TAIL ? buf_len(&b) : OCTETS_TAIL;
	memcpy(o->tail, buf_data(&b) + buf_len(&b) - o->ntail, o->ntail);
	buf_release(&b);
}

/* The block that was held back, the next one being there. */
static int
octets_send(struct talk *t, struct octets *o, struct err *e)
{
	bool last = buf_len(&o->next) == 0;
	if (buf_len(&o->block) > 0) {
		octets_keep_tail(o);
		if (talk_octets(t, buf_data(&o->block), buf_len(&o->block),
			last && talk_octets_owe(t, o->tail, o->ntail), e) < 0)
			return -1;
	}
	struct buf sent = o->block;
	o->block = o->next;
	o->next = sent;
	buf_clear(&o->next);
	o->act.step = last ? OCTETS_SENT : OCTETS_WRITE;
	return 0;
}

static int
octets_resume(struct talk *t, struct act *a, struct err *e)
{
	struct octets *o = (struct octets *)a;
	int r;
	switch (a->step) {
	case OCTETS_READY:
		r = buf_len(&o->block) > 0 || o->text.ended
			? 0
			: text_next(t, &o->text, &o->block, e);
		if (r == 0)
			r = talk_ready(t, NULL, e);
		if (r != 0)
			return r;
		octets_tell(t, o);
		a->step = OCTETS_READ;
		/* fall through */
	case OCTETS_READ:
		if (t->link != NULL && link_said(t->link))
			talk_idle(t);
		if (t->link == NULL)
			return err_set(e, ERR_LOST,
			    "the server has closed the connection before all "
			    "of %s was sent",
			    o->text.name);
		r = text_next(t, &o->text, &o->next, e);
		if (r != 0)
			return r;
		if (octets_send(t, o, e) < 0)
			return -1;
		return ACT_MORE;
	case OCTETS_WRITE:
		r = talk_write(t, e);
		if (r != 0)
			return r;
		a->step = OCTETS_READ;
		return ACT_MORE;
	default:
		return talk_grouped(t) ? ACT_DONE : talk_await(t, e);
	}
}

static void
octets_release(struct talk *t, struct act *a)
{
	struct octets *o = (struct octets *)a;
	(void)t;
	text_release(&o->text);
	buf_wipe(&o->block);
	buf_wipe(&o->next);
}

static const struct act_kind octets_kind = { "\\octets", sizeof(struct octets),
	octets_resume, NULL, octets_release };

static int
octets_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct buf say = BUF_INIT;
	buf_addf(&say, "\\octets %s", a->rest);
	struct octets *o = act_push(t, &octets_kind);
	int r = text_open(&o->text, a->word[0], buf_str(&say), e);
	buf_release(&say);
	return r;
}

const struct cmd cmd_octets = {
	.name = "octets",
	.is = CMD_SENDS,
	.args = "FILE",
	.text = "send a file's octets as they are",
	.help = "Nothing is added or changed: bare CR and LF, periods, NULs go "
		"out as they stand. A reply is awaited when the file ends with "
		"LF.",
	.exec = octets_exec,
};
