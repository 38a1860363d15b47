/* Blocks go from read(2) through the encoder to write(2). What the screen
 * shows is cut into lines only as long as a sink still wants lines. */
#include "cmd/talk/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_BLOCK     (1u << 20) /* fewer turns: each wakes the reader */
#define TEXT_CHUNK_MAX (16u << 20)

/* What of a message was told to the sinks. */
struct text_told {
	bool lines;	 /* still line by line */
	uint64_t left;	 /* octets that may still be told so */
	uint64_t rest;	 /* octets that were not */
	struct buf part; /* a line whose end has not come */
};

static int
text_bad(const struct text *t, const struct err *inner, struct err *e)
{
	return err_set(e, ERR_DATA, "%s: %s", t->name, inner->text);
}

static int
text_check(struct text *t, struct err *e)
{
	struct buf out = BUF_INIT;
	struct err inner = { 0 };
	body_init(&t->body, true);
	int r = body_encode(
	    &t->body, buf_data(&t->first), buf_len(&t->first), &out, &inner);
	if (r == 0 && t->ended)
		r = body_finish(&t->body, &out, &inner);
	t->eightbit = t->body.eightbit;
	buf_release(&out);
	return r == 0 ? 0 : text_bad(t, &inner, e);
}

int
text_size(const struct text *t, uint64_t *size, struct err *e)
{
	struct body b = t->body;
	struct buf in = BUF_INIT, out = BUF_INIT;
	struct err inner = { 0 };
	if (!t->ended && !t->regular)
		return 0;
	off_t at = t->ended ? 0 : lseek(t->fd, 0, SEEK_CUR);
	ssize_t n = t->ended ? 0 : 1;
	int r = at < 0 ? -1 : 0;
	while (r == 0 && n > 0) {
		char *p = buf_space(&in, TEXT_BLOCK);
		n = pread(t->fd, p, TEXT_BLOCK, at);
		if (n < 0)
			r = -1;
		else if (body_encode(&b, p, (size_t)n, &out, &inner) < 0)
			r = -2;
		at += n > 0 ? n : 0;
		buf_clear(&out);
	}
	if (r == 0 && body_finish(&b, &out, &inner) < 0)
		r = -2;
	*size = b.given - b.dots;
	buf_release(&in);
	buf_release(&out);
	if (r == -1)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", t->name,
		    strerror(errno));
	return r < 0 ? text_bad(t, &inner, e) : 1;
}

/* Reads up to TEXT_BLOCK more octets into b: how many, 0 at the end. */
static ssize_t
text_read(struct text *t, struct buf *b, struct err *e)
{
	for (;;) {
		ssize_t n = read(t->fd, buf_space(b, TEXT_BLOCK), TEXT_BLOCK);
		if (n >= 0) {
			buf_commit(b, (size_t)n);
			return n;
		}
		if (errno != EINTR)
			return err_set(e, ERR_NOINPUT, "cannot read %s: %s",
			    t->name, strerror(errno));
	}
}

int
text_open(struct text *t, const char *path, struct err *e)
{
	bool standard = strcmp(path, "-") == 0;
	struct stat st;
	*t = (struct text){ .name = standard ? "standard input" : path,
		.say = "" };
	t->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (t->fd < 0 || fstat(t->fd, &st) < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", t->name,
		    strerror(errno));
	if (S_ISDIR(st.st_mode)) {
		text_release(t);
		return err_set(
		    e, ERR_NOINPUT, "cannot read %s: it is a directory", path);
	}
	t->regular = S_ISREG(st.st_mode);
	/* A small message is all here, and wholly checked. */
	while (!t->ended && buf_len(&t->first) < TEXT_BLOCK) {
		ssize_t n = text_read(t, &t->first, e);
		if (n < 0) {
			text_release(t);
			return -1;
		}
		t->ended = n == 0;
	}
	if (text_check(t, e) < 0) {
		text_release(t);
		return -1;
	}
	return 0;
}

void
text_memory(struct text *t, const char *name, struct buf *b)
{
	*t = (struct text){
		.fd = -1, .name = name, .say = "", .first = *b, .ended = true
	};
	buf_init(b);
	struct err e;
	text_check(t, &e);
}

int
text_again(struct text *t, struct err *e)
{
	return text_check(t, e);
}

void
text_release(struct text *t)
{
	if (t->fd > STDERR_FILENO)
		close(t->fd);
	buf_release(&t->first);
	t->fd = -1;
}

static void
text_tell_line(struct shell *sh, const char *p, size_t len)
{
	if (len > 0 && p[len - 1] == '\r')
		len--;
	struct event ev = { .kind = EV_TEXT, .text = p, .len = len };
	/* An empty text has no length for shell_put() to find. */
	if (len == 0)
		ev.text = "";
	shell_put(sh, &ev);
}

static void
text_tell(struct shell *sh, struct text_told *d, const char *p, size_t len)
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
			    sh, buf_data(&d->part), buf_len(&d->part));
			buf_clear(&d->part);
		} else if (nl != NULL) {
			text_tell_line(sh, p, n - 1);
		}
		p += n;
		len -= n;
	}
	d->rest += len;
}

static void
text_tell_begin(struct shell *sh, const struct text *t, struct text_told *d)
{
	*d = (struct text_told){ .lines = sh->sinks != NULL,
		.left = sh->record != NULL ? UINT64_MAX : sh->look.text_max };
	/* A line of the language says it all: no lines needed. */
	if (t->say[0] != '\0')
		d->lines = false;
}

static void
text_tell_end(struct shell *sh, const struct text *t, struct text_told *d)
{
	if (d->lines && buf_len(&d->part) > 0)
		text_tell_line(sh, buf_data(&d->part), buf_len(&d->part));
	if (d->rest > 0 && sh->sinks != NULL && t->say[0] == '\0') {
		struct event ev = {
			.kind = EV_OCTETS, .text = "", .n = d->rest
		};
		shell_put(sh, &ev);
	}
	buf_release(&d->part);
}

/* Waits until there is input, watching the server meanwhile. 1: it spoke. */
static int
text_wait(struct shell *sh, const struct text *t, struct err *e)
{
	struct pollfd p[3] = { { .fd = t->fd, .events = POLLIN } };
	if (t->regular)
		return 0;
	size_t n = 1 + link_fds(sh->link, p + 1);
	if (loop_wait(&sh->loop, p, n, LOOP_FOREVER) == LOOP_INTR)
		return err_set(e, ERR_INTR, "interrupted");
	return p[0].revents == 0;
}

/* The next block of t: 1 with b filled, 0 at the end, -1 with e; 2: the server
 * has spoken. */
static int
text_next(struct shell *sh, struct text *t, struct buf *b, struct err *e)
{
	buf_clear(b);
	if (buf_len(&t->first) > 0) {
		struct buf swap = *b;
		*b = t->first;
		t->first = swap;
		return 1;
	}
	if (t->ended)
		return 0;
	int r = text_wait(sh, t, e);
	if (r != 0)
		return r < 0 ? -1 : 2;
	ssize_t n = text_read(t, b, e);
	if (n < 0)
		return -1;
	t->ended = n == 0;
	return n > 0;
}

int
text_send(struct shell *sh, struct text *t, struct err *e)
{
	struct smtp *s = link_smtp(sh->link);
	struct text_told told;
	struct buf b = BUF_INIT;
	text_tell_begin(sh, t, &told);
	int r;
	while ((r = text_next(sh, t, &b, e)) == 1) {
		text_tell(sh, &told, buf_data(&b), buf_len(&b));
		struct err inner = { 0 };
		if (smtp_text(s, buf_data(&b), buf_len(&b), &inner) < 0) {
			r = err_set(e, ERR_DATA, "%s: %s", t->name, inner.text);
			break;
		}
		r = link_flush_some(sh->link, e);
		if (r != 0)
			break;
	}
	text_tell_end(sh, t, &told);
	buf_release(&b);
	if (r == 0 && smtp_text_end(s, e) == 0) {
		struct event ev = { .kind = EV_SENT,
			.text = ".",
			.len = 1,
			.verb = verb_get(VERB_TEXT_END) };
		if (sh->sinks != NULL && t->say[0] == '\0')
			shell_put(sh, &ev);
		return 0;
	}
	return r > 0 ? 1 : -1;
}

static void
text_tell_chunk(struct shell *sh, struct buf *line, size_t len)
{
	struct event ev = { .kind = EV_SENT,
		.text = buf_str(line),
		.len = buf_len(line),
		.verb = verb_get(VERB_BDAT) };
	shell_put(sh, &ev);
	struct event octets = { .kind = EV_OCTETS, .text = "", .n = len };
	shell_put(sh, &octets);
}

/* One chunk and its reply. 1: refused. */
static int
text_chunk(struct shell *sh, const char *p, size_t len, bool last, bool tell,
    struct err *e)
{
	struct buf line = BUF_INIT;
	if (shell_surplus(sh, e) < 0)
		return -1;
	buf_addf(&line, "BDAT %zu%s", len, last ? " LAST" : "");
	if (tell)
		text_tell_chunk(sh, &line, len);
	buf_release(&line);
	smtp_bdat(link_smtp(sh->link), p, len, last);
	if (shell_flush(sh, e) < 0)
		return -1;
	if (sh->link == NULL)
		return err_set(
		    e, ERR_LOST, "the server has closed the connection");
	return sh->last.code / 100 != 2;
}

int
text_send_chunks(
    struct shell *sh, struct text *t, uint64_t size, bool last, struct err *e)
{
	struct body body;
	struct buf in = BUF_INIT, out = BUF_INIT;
	int r = 1, refused = 0;
	if (size == 0 || size > TEXT_CHUNK_MAX)
		size = TEXT_CHUNK_MAX;
	bool tell = t->say[0] == '\0';
	body_init(&body, false);
	while (refused == 0 && r == 1) {
		struct err inner = { 0 };
		r = text_next(sh, t, &in, e);
		int bad = r == 1   ? body_encode(&body, buf_data(&in),
					 buf_len(&in), &out, &inner)
			  : r == 0 ? body_finish(&body, &out, &inner)
				   : 0;
		if (bad < 0)
			r = err_set(e, ERR_DATA, "%s: %s", t->name, inner.text);
		while (
		    refused == 0 && r >= 0 && r < 2 &&
		    (buf_len(&out) > size || (r == 0 && buf_len(&out) > 0))) {
			size_t n =
			    buf_len(&out) < size ? buf_len(&out) : (size_t)size;
			bool end = r == 0 && n == buf_len(&out);
			refused = text_chunk(
			    sh, buf_data(&out), n, last && end, tell, e);
			buf_consume(&out, n);
		}
	}
	if (refused == 0 && r == 0 && last && body.taken == 0)
		refused = text_chunk(sh, "", 0, true, tell, e);
	buf_release(&in);
	buf_release(&out);
	return r < 0 ? -1 : r == 2 ? 1 : refused;
}
