/* Blocks go from read(2) through the encoder to write(2). What the screen
 * shows is cut into lines only as long as a sink still wants lines. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/lang/cstring.h"
#include "cmd/talk/demand.h"
#include "cmd/talk/step.h"
#include "cmd/talk/text.h"

#define TEXT_BLOCK     (256u << 10) /* with its encoding within a cache */
#define TEXT_CHUNK_MAX (16u << 20)

/* What of a message was told to the sinks. */
struct text_told {
	bool lines;	 /* still line by line */
	uint64_t left;	 /* octets that may still be told so */
	uint64_t rest;	 /* octets that were not */
	struct buf part; /* a line whose end has not come */
};

static int
text_bad(const struct text *x, const struct err *inner, struct err *e)
{
	return err_set(e, ERR_DATA, "%s: %s", x->name, inner->text);
}

static int
text_check(struct text *x, struct err *e)
{
	struct buf out = BUF_INIT;
	struct err inner = { 0 };
	body_init(&x->body, true);
	mail_remark_init(&x->remark);
	mail_remark_take(&x->remark, buf_data(&x->first), buf_len(&x->first));
	int r = body_encode(
	    &x->body, buf_data(&x->first), buf_len(&x->first), &out, &inner);
	if (r == 0 && x->ended)
		r = body_finish(&x->body, &out, &inner);
	x->eightbit = x->body.eightbit;
	buf_release(&out);
	return r == 0 ? 0 : text_bad(x, &inner, e);
}

int
text_size(struct text *x, uint64_t *size, struct err *e)
{
	struct body b = x->body;
	struct buf in = BUF_INIT, out = BUF_INIT;
	struct err inner = { 0 };
	if (x->feed != NULL && x->feed->sized) {
		*size = x->feed->size;
		return 1;
	}
	if (!x->ended && (!x->regular || x->feed != NULL))
		return 0;
	off_t at = x->ended ? 0 : lseek(x->fd, 0, SEEK_CUR);
	ssize_t n = x->ended ? 0 : 1;
	int r = at < 0 ? -1 : 0;
	while (r == 0 && n > 0) {
		char *p = buf_space(&in, TEXT_BLOCK);
		n = pread(x->fd, p, TEXT_BLOCK, at);
		if (n < 0)
			r = -1;
		else if (body_encode(&b, p, (size_t)n, &out, &inner) < 0)
			r = -2;
		if (n > 0)
			mail_remark_take(&x->remark, p, (size_t)n);
		at += n > 0 ? n : 0;
		buf_clear(&out);
	}
	if (r == 0 && body_finish(&b, &out, &inner) < 0)
		r = -2;
	*size = b.given - b.dots;
	buf_release(&in);
	buf_release(&out);
	if (r == -1)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", x->name,
		    strerror(errno));
	return r < 0 ? text_bad(x, &inner, e) : 1;
}

static int
text_stat(struct text *x, struct err *e)
{
	struct stat st;
	if (x->fd < 0 || fstat(x->fd, &st) < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", x->name,
		    strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(e, ERR_NOINPUT,
		    "cannot read %s: it is a directory", x->name);
	x->regular = S_ISREG(st.st_mode);
	off_t at = x->regular ? lseek(x->fd, 0, SEEK_CUR) : 0;
	x->began = at;
	x->declared = x->regular && at >= 0 && st.st_size > at
			  ? (uint64_t)(st.st_size - at)
			  : 0;
	return 0;
}

int
text_open(struct text *x, const char *path, const char *say, struct err *e)
{
	bool standard = strcmp(path, "-") == 0;
	*x = (struct text){ .name = mem_dup(standard ? "standard input" : path),
		.say = mem_dup(say == NULL ? "" : say) };
	x->fd = standard ? STDIN_FILENO
			 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return text_stat(x, e);
}

int
text_take_file(struct text *x, const char *name, int fd, struct err *e)
{
	*x = (struct text){
		.fd = fd, .name = mem_dup(name), .say = mem_dup("")
	};
	return text_stat(x, e);
}

int
text_restart(struct text *x, struct err *e)
{
	x->given = x->committed = false;
	if (x->whole)
		return 0;
	x->loaded = x->ended = false;
	x->read = 0;
	buf_clear(&x->first);
	if (x->feed != NULL)
		return x->feed->again(x->feed, e);
	if (x->regular && lseek(x->fd, x->began, SEEK_SET) >= 0)
		return 0;
	return err_set(e, ERR_NOINPUT,
	    "%s cannot be read a second time: a message that may have to be "
	    "sent again goes into a file",
	    x->name);
}

int
text_again(struct text *x, struct err *e)
{
	return text_check(x, e);
}

void
text_memory(struct text *x, const char *name, struct buf *b)
{
	*x = (struct text){ .fd = -1,
		.name = mem_dup(name),
		.say = mem_dup(""),
		.first = *b,
		.loaded = true,
		.ended = true,
		.whole = true };
	buf_init(b);
	struct err e;
	text_check(x, &e);
}

void
text_feed(struct text *x, const char *name, struct feed *f)
{
	*x = (struct text){ .fd = -1,
		.feed = f,
		.name = mem_dup(name),
		.say = mem_dup(""),
		.regular = true };
}

void
text_release(struct text *x)
{
	if (x->feed != NULL)
		x->feed->free(x->feed);
	if (x->fd > STDERR_FILENO)
		close(x->fd);
	buf_release(&x->first);
	free(x->name);
	free(x->say);
	x->fd = -1;
	x->feed = NULL;
	x->name = x->say = NULL;
}

/* How much to ask for: of a file its rest, and one octet to see that it has
 * grown. */
static size_t
text_room(const struct text *x)
{
	uint64_t left = x->declared > x->read ? x->declared - x->read : 0;
	return x->declared == 0 || left >= TEXT_BLOCK ? TEXT_BLOCK
						      : (size_t)left + 1;
}

/* More octets into b: ACT_DONE (x->ended: or there were none), ACT_WAIT, -1. A
 * signal ends the wait, not the read. */
static int
text_read(struct talk *t, struct text *x, struct buf *b, struct err *e)
{
	struct pollfd p = { .fd = x->fd, .events = POLLIN };
	if (x->feed != NULL) {
		size_t had = buf_len(b);
		if (x->feed->more(x->feed, b, TEXT_BLOCK, e) < 0)
			return -1;
		x->ended = buf_len(b) == had;
		return ACT_DONE;
	}
	if (!x->regular && poll(&p, 1, 0) == 0) {
		t->fd = x->fd;
		return talk_sleep(t, TALK_FILE, LOOP_FOREVER);
	}
	size_t most = text_room(x);
	ssize_t n = read(x->fd, buf_space(b, most), most);
	if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
		t->fd = x->fd;
		return talk_sleep(t, TALK_FILE, LOOP_FOREVER);
	}
	if (n < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", x->name,
		    strerror(errno));
	buf_commit(b, (size_t)n);
	x->read += (uint64_t)n;
	x->ended = n == 0;
	/* What was declared is what must go out. */
	if (x->ended && x->read < x->declared)
		return err_set(e, ERR_NOINPUT,
		    "%s has shrunk while it was read: %llu of %llu octets",
		    x->name, (unsigned long long)x->read,
		    (unsigned long long)x->declared);
	return ACT_DONE;
}

int
text_load(struct talk *t, struct text *x, struct err *e)
{
	/* A small message is all here, and wholly checked. */
	while (!x->loaded && !x->ended && buf_len(&x->first) < TEXT_BLOCK) {
		int r = text_read(t, x, &x->first, e);
		if (r != 0)
			return r;
	}
	if (!x->loaded && text_check(x, e) < 0)
		return -1;
	x->loaded = true;
	x->whole = x->ended;
	return ACT_DONE;
}

static void
text_tell_line(struct talk *t, const char *p, size_t len)
{
	if (len > 0 && p[len - 1] == '\r')
		len--;
	struct event ev = { .kind = EV_TEXT, .text = p, .len = len };
	/* An empty text has no length for talk_put() to find. */
	if (len == 0)
		ev.text = "";
	talk_put(t, &ev);
}

static void
text_tell(struct talk *t, struct text_told *d, const char *p, size_t len)
{
	while (len > 0 && d->lines) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl + 1 - p);
		if (n > d->left) {
			d->lines = false;
			d->rest += buf_len(&d->part);
			break;
		}
		d->left -= n;
		if (nl == NULL || buf_len(&d->part) > 0)
			buf_add(&d->part, p, nl == NULL ? n : n - 1);
		if (nl != NULL && buf_len(&d->part) > 0) {
			text_tell_line(
			    t, buf_data(&d->part), buf_len(&d->part));
			buf_clear(&d->part);
		} else if (nl != NULL) {
			text_tell_line(t, p, n - 1);
		}
		p += n;
		len -= n;
	}
	d->rest += len;
}

static void
text_tell_begin(struct talk *t, const struct text *x, struct text_told *d)
{
	uint64_t most = t->env->text_max(t);
	/* A line of the language says it all: no lines needed. */
	*d = (struct text_told){ .lines = most > 0 && x->say[0] == '\0',
		.left = most };
}

static void
text_tell_end(struct talk *t, const struct text *x, struct text_told *d)
{
	if (d->lines && buf_len(&d->part) > 0)
		text_tell_line(t, buf_data(&d->part), buf_len(&d->part));
	if (d->rest > 0 && x->say[0] == '\0') {
		struct event ev = {
			.kind = EV_OCTETS, .text = "", .n = d->rest
		};
		talk_put(t, &ev);
	}
	buf_release(&d->part);
}

int
text_next(struct talk *t, struct text *x, struct buf *b, struct err *e)
{
	buf_clear(b);
	/* All is here, and stays for another time. */
	if (x->whole) {
		if (!x->given)
			buf_add(b, buf_data(&x->first), buf_len(&x->first));
		x->given = true;
		return ACT_DONE;
	}
	if (x->lent_len > 0) {
		size_t n = x->lent_len < TEXT_BLOCK ? x->lent_len : TEXT_BLOCK;
		buf_add(b, x->lent, n);
		x->lent += n;
		x->lent_len -= n;
		return ACT_DONE;
	}
	if (buf_len(&x->first) > 0) {
		struct buf swap = *b;
		*b = x->first;
		x->first = swap;
		return ACT_DONE;
	}
	return x->ended ? ACT_DONE : text_read(t, x, b, e);
}

/* By DATA. */

struct text_act {
	struct act act;
	struct text *text;
	struct text_told told;
	struct buf b;
	bool sent; /* to its end */
	int64_t leave_ns;
};

enum text_step { TEXT_BEGIN, TEXT_NEXT, TEXT_WRITE, TEXT_LEAVE };

/* What follows may be the end of it. */
static int
text_commit(struct text *x, struct err *e)
{
	if (x->before_end != NULL && x->before_end(x->arg, e) < 0)
		return -1;
	x->committed = true;
	return 0;
}

static int
text_period(struct talk *t, bool tell, struct err *e)
{
	if (demand_text_end(t, e) < 0)
		return -1;
	talk_owe(t, DUE_WRITTEN);
	struct event ev = { .kind = EV_SENT,
		.text = ".",
		.len = 1,
		.verb = verb_get(VERB_TEXT_END) };
	if (tell)
		talk_put(t, &ev);
	return 0;
}

int
text_end_now(struct talk *t, struct err *e)
{
	return text_period(t, true, e);
}

static int
text_end(struct talk *t, struct text_act *a, struct err *e)
{
	text_tell_end(t, a->text, &a->told);
	if (text_commit(a->text, e) < 0 ||
	    text_period(t, a->text->say[0] == '\0', e) < 0)
		return -1;
	a->sent = t->tally.texted = true;
	return ACT_DONE;
}

static int
text_put(struct talk *t, struct text_act *a, struct err *e)
{
	struct err inner;
	const struct text *x = a->text;
	err_clear(&inner);
	text_tell(t, &a->told, buf_data(&a->b), buf_len(&a->b));
	if (demand_text_take(t, &a->b, &inner) < 0)
		return err_set(e, inner.kind, "%s: %s", x->name, inner.text);
	return 0;
}

#define TEXT_LEAVE_MS 10000
#define TEXT_LOOK_MS  20

/* Nothing is mailed: waits until the server has acknowledged it. */
static int
text_leave(struct talk *t, struct text_act *a, struct err *e)
{
	int r = talk_write(t, e);
	if (r != 0)
		return r;
	if (t->link == NULL)
		return step_closed(t, e);
	if (link_unsent(t->link) == 0)
		return ACT_DONE;
	if (a->leave_ns == 0)
		a->leave_ns = loop_deadline(TEXT_LEAVE_MS);
	if (loop_now_ns() < a->leave_ns)
		return talk_sleep(t, TALK_TIME, loop_deadline(TEXT_LOOK_MS));
	err_set(e, ERR_TEMP, "the server stopped taking the text");
	return err_why(e, WHY_STALLED);
}

static int
text_resume(struct talk *t, struct act *act, struct err *e)
{
	struct text_act *a = (struct text_act *)act;
	int r;
	if (act->step == TEXT_BEGIN) {
		text_tell_begin(t, a->text, &a->told);
		act->step = TEXT_NEXT;
	}
	for (;;) {
		if (t->link != NULL && link_said(t->link))
			talk_idle(t);
		if (t->text_refused != 0)
			return step_cut(t, e);
		if (t->link == NULL)
			return err_set(e, ERR_LOST,
			    "the server has closed the connection before the "
			    "end of mail text");
		if (act->step == TEXT_LEAVE)
			return text_leave(t, a, e);
		if (act->step == TEXT_NEXT) {
			r = text_next(t, a->text, &a->b, e);
			if (r != 0)
				return r;
			if (buf_len(&a->b) == 0 && a->text->unended) {
				text_tell_end(t, a->text, &a->told);
				act->step = TEXT_LEAVE;
				continue;
			}
			if (buf_len(&a->b) == 0)
				return text_end(t, a, e);
			if (text_put(t, a, e) < 0)
				return -1;
			act->step = TEXT_WRITE;
		}
		size_t len;
		smtp_out(link_smtp(t->link), &len);
		r = len < TEXT_BLOCK / 4 ? 0 : talk_write(t, e);
		if (r != 0)
			return r;
		act->step = TEXT_NEXT;
	}
}

static void
text_act_release(struct talk *t, struct act *act)
{
	struct text_act *a = (struct text_act *)act;
	buf_release(&a->b);
	buf_release(&a->told.part);
	if (a->sent || t->link == NULL)
		return;
	/* Half a message must never look whole. */
	past_look(t);
	t->broken = true;
	talk_close(t);
}

static const struct act_kind text_kind = { "text", sizeof(struct text_act),
	text_resume, NULL, text_act_release };

void
text_send(struct talk *t, struct text *x)
{
	struct text_act *a = act_push(t, &text_kind);
	a->text = x;
}

/* In chunks. */

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

void
text_tell_raw(struct talk *t, const char *p, size_t len)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, "\\raw ");
	cstring_add(&line, p, len);
	struct event ev = { .kind = EV_OCTETS,
		.text = buf_str(&line),
		.len = buf_len(&line),
		.n = len };
	talk_put(t, &ev);
	buf_release(&line);
}

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
