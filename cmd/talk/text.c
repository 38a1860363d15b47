/* Where mail text comes from: its head, or all of it where it is not long, is
 * read and checked before anything is sent, the rest block by block. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/talk/text_priv.h"

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
	const char *first = buf_data(&x->first);
	size_t len = buf_len(&x->first);
	int r = 0;
	body_init(&x->body, true);
	mail_remark_init(&x->remark);
	mail_remark_take(&x->remark, first, len);
	for (size_t at = 0, n; r == 0 && at < len; at += n) {
		n = len - at < TEXT_BLOCK ? len - at : TEXT_BLOCK;
		r = body_encode(&x->body, first + at, n, &out, &inner);
		buf_clear(&out);
	}
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

/* at: where in the file it begins; -1: wherever it stands. */
static int
text_stat(struct text *x, off_t at, struct err *e)
{
	struct stat st;
	if (x->fd < 0 || fstat(x->fd, &st) < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", x->name,
		    strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(e, ERR_NOINPUT,
		    "cannot read %s: it is a directory", x->name);
	x->regular = S_ISREG(st.st_mode);
	if (at < 0)
		at = x->regular ? lseek(x->fd, 0, SEEK_CUR) : 0;
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
	return text_stat(x, standard ? -1 : 0, e);
}

int
text_take_file(struct text *x, const char *name, int fd, struct err *e)
{
	*x = (struct text){
		.fd = fd, .name = mem_dup(name), .say = mem_dup("")
	};
	return text_stat(x, -1, e);
}

int
text_restart(struct text *x, struct err *e)
{
	x->given = 0;
	x->committed = false;
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
	/* A file that has what it had has no octet more. */
	x->ended = n == 0 || (x->declared > 0 && (size_t)n < most &&
				 x->read == x->declared);
	/* What was declared is what must go out. */
	if (x->ended && x->read < x->declared)
		return err_set(e, ERR_NOINPUT,
		    "%s has shrunk while it was read: %llu of %llu octets",
		    x->name, (unsigned long long)x->read,
		    (unsigned long long)x->declared);
	return ACT_DONE;
}

/* How much is read ahead: of a pipe, which cannot be read twice, as much as of
 * a file that is wholly read. */
static size_t
text_ahead(const struct text *x)
{
	return x->feed != NULL || x->declared > TEXT_WHOLE ? TEXT_BLOCK
							   : TEXT_WHOLE;
}

int
text_load(struct talk *t, struct text *x, struct err *e)
{
	/* A small message is all here, and wholly checked. */
	while (!x->loaded && !x->ended && buf_len(&x->first) < text_ahead(x)) {
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

int
text_next(struct talk *t, struct text *x, struct buf *b, struct err *e)
{
	buf_clear(b);
	/* All is here, and stays for another time. */
	if (x->whole) {
		size_t left = buf_len(&x->first) - x->given;
		size_t n = left < TEXT_BLOCK ? left : TEXT_BLOCK;
		if (n > 0)
			buf_add(b, buf_data(&x->first) + x->given, n);
		x->given += n;
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

int
text_commit(struct text *x, struct err *e)
{
	if (x->before_end != NULL && x->before_end(x->arg, e) < 0)
		return -1;
	x->committed = true;
	return 0;
}
