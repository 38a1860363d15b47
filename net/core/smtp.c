/* A session's life, bytes in, events out. Replies are taken from the parser
 * one a call and pair with the queue of what was sent, in order; the state
 * machine sees each pair once. Whether a reply came before its command had
 * gone is known from marks: with so many octets fed, so many were written. One
 * that did answers nothing, and the command goes on waiting for its own. */
#include "net/core/smtp_priv.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct smtp *
smtp_new(void)
{
	struct smtp *s = mem_zalloc(sizeof *s);
	reply_parser_init(&s->parser);
	reply_init(&s->reply);
	body_init(&s->body, true);
	return s;
}

void
smtp_free(struct smtp *s)
{
	if (s == NULL)
		return;
	reply_parser_release(&s->parser);
	reply_release(&s->reply);
	buf_release(&s->bad);
	smtp_sent_release(&s->now);
	free(s->mark);
	buf_wipe(&s->out);
	smtp_owed_clear(s);
	free(s->owed);
	smtp_peer_clear(s);
	while (s->nrcpt > 0)
		free(s->rcpt[--s->nrcpt]);
	free(s->rcpt);
	smtp_offers_clear(s);
	free(s->offer);
	free(s);
}

void
smtp_connected(struct smtp *s)
{
	s->state = SMTP_CONNECTED;
	smtp_owe(s, VERB_GREETING, mem_dup(""), false);
}

/* The last mark at or before the octet number fed is; older ones go. */
static const struct smtp_mark *
smtp_mark_at(struct smtp *s, uint64_t fed)
{
	size_t i = 0;
	while (i + 1 < s->nmarks && s->mark[i + 1].fed <= fed)
		i++;
	s->nmarks -= i;
	if (i > 0)
		memmove(s->mark, s->mark + i, s->nmarks * sizeof *s->mark);
	return s->nmarks > 0 ? &s->mark[0] : NULL;
}

static void
smtp_mark_add(struct smtp *s)
{
	if (s->nmarks > 0 && s->mark[s->nmarks - 1].written == s->written)
		return;
	if (s->nmarks > 0 && reply_pending(&s->parser) == 0)
		s->nmarks = 0;
	if (s->nmarks == s->mark_cap) {
		s->mark_cap = s->mark_cap > 0 ? s->mark_cap * 2 : 2;
		s->mark = mem_grow(s->mark, s->mark_cap, sizeof *s->mark);
	}
	s->mark[s->nmarks++] = (struct smtp_mark){ s->fed, s->written };
}

void
smtp_feed(struct smtp *s, const char *p, size_t len)
{
	/* In clear behind the 220 to STARTTLS: that they are there matters,
	 * what they are does not. */
	if (s->eof || len == 0 ||
	    (s->tls_wanted && reply_pending(&s->parser) > REPLY_LINE_MAX))
		return;
	smtp_mark_add(s);
	reply_feed(&s->parser, p, len);
	s->fed += len;
}

void
smtp_eof(struct smtp *s)
{
	s->eof = true;
}

/* A reply that began to come when so much was written can be o's. */
static bool
smtp_answers(const struct smtp_owed *o, int code, uint64_t written)
{
	return written >= o->end ||
	       written >= (code >= 400 && o->refusable < o->answerable
				  ? o->refusable
				  : o->answerable);
}

static void
smtp_event_reply(struct smtp *s, struct smtp_event *ev, uint64_t began)
{
	const struct smtp_mark *m = smtp_mark_at(s, began);
	uint64_t written = m != NULL ? m->written : s->written;
	const struct smtp_owed *o = smtp_due(s);
	ev->early =
	    o != NULL ? written < o->end : s->in_text || s->state == SMTP_TEXT;
	o = o != NULL && smtp_answers(o, s->reply.code, written) ? smtp_pay(s)
								 : NULL;
	ev->kind = o != NULL ? SMTP_EV_REPLY : SMTP_EV_UNSOLICITED;
	ev->reply = &s->reply;
	ev->sent = o != NULL ? &s->now : NULL;
	smtp_move(s, o);
	smtp_owed_count(s);
}

static void
smtp_event_eof(struct smtp *s, struct smtp_event *ev)
{
	ev->kind = SMTP_EV_EOF;
	reply_leftover(&s->parser, &s->bad);
	reply_parser_clear(&s->parser);
	s->eof_told = true;
	s->state = SMTP_CLOSED;
}

void
smtp_next(struct smtp *s, struct smtp_event *ev)
{
	memset(ev, 0, offsetof(struct smtp_event, err.text) + 1);
	smtp_sent_release(&s->now);
	buf_clear(&s->bad);
	if (s->eof_told)
		return;
	uint64_t began = s->fed - reply_pending(&s->parser);
	int r = s->tls_wanted
		    ? 0
		    : reply_next(&s->parser, &s->reply, &s->bad, &ev->err);
	if (r > 0)
		smtp_event_reply(s, ev, began);
	else if (r < 0)
		ev->kind = SMTP_EV_GARBAGE;
	else if (s->eof)
		smtp_event_eof(s, ev);
	ev->text = buf_data(&s->bad);
	ev->text_len = buf_len(&s->bad);
}

void
smtp_trim(struct smtp *s)
{
	buf_trim(&s->out);
	buf_trim(&s->bad);
	buf_trim(&s->parser.in);
	buf_trim(&s->parser.cur.text);
	if (s->owed_at == s->owed_end && s->owed_cap > SMTP_KEEP_MAX) {
		free(s->owed);
		s->owed = NULL;
		s->owed_at = s->owed_end = s->owed_cap = 0;
	}
}

enum smtp_state
smtp_state(const struct smtp *s)
{
	return s->state;
}

size_t
smtp_pending(const struct smtp *s)
{
	return reply_pending(&s->parser);
}

bool
smtp_tls_wanted(const struct smtp *s)
{
	return s->tls_wanted;
}

bool
smtp_is_tls(const struct smtp *s)
{
	return s->tls;
}

bool
smtp_is_lmtp(const struct smtp *s)
{
	return s->lmtp;
}

bool
smtp_is_authenticated(const struct smtp *s)
{
	return s->authenticated;
}

size_t
smtp_accepted(const struct smtp *s)
{
	return s->nrcpt;
}

bool
smtp_in_text(const struct smtp *s)
{
	return s->in_text;
}

void
smtp_leftover(const struct smtp *s, struct buf *b)
{
	reply_leftover(&s->parser, b);
}
