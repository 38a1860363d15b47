/* The queue of commands that are owed a reply, oldest first, and the octets
 * that are to be written. Each entry knows at which octet of the stream it
 * ends, so the moment it was written, and whether a reply came before that,
 * need no clock and no guess. LMTP's end of text is one entry that is paid
 * several times; how often is known when all before it are paid, and under
 * PRDR (draft-hall-prdr) when its first reply is a 353. */
#include "net/core/smtp_priv.h"

#include <stdlib.h>
#include <string.h>

void
smtp_sent_release(struct smtp_sent *sent)
{
	if (sent->line != NULL) {
		/* It may be a password. */
		explicit_bzero(sent->line, strlen(sent->line));
		free(sent->line);
	}
	free(sent->rcpt_path);
	memset(sent, 0, sizeof *sent);
}

/* Room for one more behind the last. */
static struct smtp_owed *
smtp_owed_room(struct smtp *s)
{
	size_t n = s->owed_end - s->owed_at;
	if (s->owed_end == s->owed_cap && s->owed_at > n) {
		memcpy(s->owed, s->owed + s->owed_at, n * sizeof *s->owed);
		s->owed_at = 0;
		s->owed_end = n;
	} else if (s->owed_end == s->owed_cap) {
		s->owed_cap = s->owed_cap > 0 ? s->owed_cap * 2 : 4;
		s->owed = mem_grow(s->owed, s->owed_cap, sizeof *s->owed);
	}
	return memset(&s->owed[s->owed_end++], 0, sizeof *s->owed);
}

void
smtp_owed_count(struct smtp *s)
{
	if (s->owed_at == s->owed_end || s->owed[s->owed_at].left > 0)
		return;
	struct smtp_owed *o = &s->owed[s->owed_at];
	o->left = o->fan && s->nrcpt > 1 ? s->nrcpt : 1;
	s->nowed += o->left - 1;
	if (o->fan && s->nrcpt > 0)
		o->sent.rcpt_path = s->rcpt[0];
}

struct smtp_owed *
smtp_owe(struct smtp *s, enum verb_id id, char *line, bool fan)
{
	/* Nothing behind a chunk that is missing octets may wait for these. */
	if (s->owed_end > s->owed_at &&
	    s->owed[s->owed_end - 1].end == UINT64_MAX)
		s->owed[s->owed_end - 1].end = s->queued;
	struct smtp_owed *o = smtp_owed_room(s);
	o->sent.verb = verb_get(id);
	o->sent.line = line;
	o->sent.seq = ++s->seq;
	o->end = o->refusable = s->queued;
	o->answerable = UINT64_MAX;
	o->fan = fan;
	s->nowed++;
	smtp_owed_count(s);
	return o;
}

const struct smtp_owed *
smtp_due(const struct smtp *s)
{
	return s->owed_at < s->owed_end ? &s->owed[s->owed_at] : NULL;
}

/* PRDR: behind a 353 each accepted recipient has a reply, and the message. */
static bool
smtp_owed_fans_out(const struct smtp *s, const struct smtp_owed *o)
{
	bool ends = o->sent.verb->id == VERB_TEXT_END || o->chunk_last;
	return s->prdr && ends && !o->fan && s->reply.code == 353;
}

const struct smtp_owed *
smtp_pay(struct smtp *s)
{
	struct smtp_owed *o = &s->owed[s->owed_at];
	bool fans_out = smtp_owed_fans_out(s, o);
	s->now = o->sent;
	if (o->sent.rcpt_path != NULL)
		s->now.rcpt_path = mem_dup(o->sent.rcpt_path);
	s->nowed--;
	if (fans_out) {
		o->fan = true;
		o->left += s->nrcpt + 1;
		s->nowed += s->nrcpt + 1;
	}
	if (--o->left > 0) {
		s->now.line = mem_dup(o->sent.line);
		o->sent.rcpt += !fans_out;
		o->sent.rcpt_path =
		    o->sent.rcpt < s->nrcpt ? s->rcpt[o->sent.rcpt] : NULL;
		return o;
	}
	s->owed_at++;
	s->stamped -= s->stamped > 0;
	return o;
}

void
smtp_owed_clear(struct smtp *s)
{
	for (size_t i = s->owed_at; i < s->owed_end; i++) {
		s->owed[i].sent.rcpt_path = NULL;
		smtp_sent_release(&s->owed[i].sent);
	}
	s->owed_at = s->owed_end = s->nowed = s->stamped = 0;
}

size_t
smtp_owed(const struct smtp *s)
{
	return s->nowed;
}

const struct smtp_sent *
smtp_oldest(const struct smtp *s)
{
	const struct smtp_owed *o = smtp_due(s);
	return o != NULL ? &o->sent : NULL;
}

const struct smtp_sent *
smtp_newest(const struct smtp *s)
{
	return s->owed_at < s->owed_end ? &s->owed[s->owed_end - 1].sent : NULL;
}

const char *
smtp_out(const struct smtp *s, size_t *len)
{
	*len = buf_len(&s->out);
	return buf_data(&s->out);
}

void
smtp_out_done(struct smtp *s, size_t n, int64_t now_ns)
{
	if (n > buf_len(&s->out))
		n = buf_len(&s->out);
	buf_consume(&s->out, n);
	s->written += n;
	if (s->secret && buf_len(&s->out) == 0) {
		buf_wipe(&s->out);
		s->secret = false;
	}
	while (s->owed_at + s->stamped < s->owed_end &&
	       s->owed[s->owed_at + s->stamped].end <= s->written)
		s->owed[s->owed_at + s->stamped++].sent.at_ns = now_ns;
}
