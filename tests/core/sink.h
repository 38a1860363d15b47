/* For the tests of sinks: an output that is kept, replies made from bytes. */
#ifndef TESTS_SINK_H
#define TESTS_SINK_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "cmd/talk/event.h"
#include "cmd/say/out.h"

static inline void
sink_out(struct out *o)
{
	out_init(o);
	o->fd = memfd_create("out", MFD_CLOEXEC);
	o->terminal = false;
}

/* All that a descriptor holds; the caller's. */
static inline char *
sink_read(int fd)
{
	struct buf b = BUF_INIT;
	off_t at = 0;
	ssize_t n;
	while ((n = pread(fd, buf_space(&b, 4096), 4096, at)) > 0) {
		buf_commit(&b, (size_t)n);
		at += n;
	}
	return buf_detach(&b);
}

static inline void
sink_reply(struct reply *r, const char *bytes, size_t len)
{
	struct reply_parser p;
	struct buf bad = BUF_INIT;
	struct err e;
	reply_init(r);
	reply_parser_init(&p);
	reply_feed(&p, bytes, len);
	if (reply_next(&p, r, &bad, &e) != 1)
		abort();
	reply_parser_release(&p);
	buf_release(&bad);
}

static inline void
sink_put(struct sink *s, struct event ev)
{
	if (ev.text != NULL && ev.len == 0)
		ev.len = strlen(ev.text);
	s->put(s, &ev);
}

/* Its octets are in text; no time unless it has one. */
static inline void
sink_put_reply(struct sink *s, struct event ev)
{
	struct reply r;
	sink_reply(&r, ev.text, ev.len > 0 ? ev.len : strlen(ev.text));
	ev.kind = EV_REPLY;
	ev.reply = &r;
	ev.text = NULL;
	ev.len = 0;
	if (ev.took_ns == 0)
		ev.took_ns = -1;
	s->put(s, &ev);
	reply_release(&r);
}

/* The text first, then other members. */
#define SENT(s, ...)                                                           \
	sink_put(s, (struct event){ .kind = EV_SENT, .text = __VA_ARGS__ })
#define TEXT(s, ...)                                                           \
	sink_put(s, (struct event){ .kind = EV_TEXT, .text = __VA_ARGS__ })
#define REPLY(s, ...) sink_put_reply(s, (struct event){ .text = __VA_ARGS__ })
#define EVENT(s, ...) sink_put(s, (struct event){ __VA_ARGS__ })

#endif
