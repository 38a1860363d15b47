/* A file's block is a whole number of lines, so that each is encoded apart. */
#include "net/mime/pieces.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "net/core/base64.h"

#define PIECES_LINE 57	 /* octets that make 76 characters */
#define PIECES_ROWS 3000 /* lines of a block */

struct piece {
	struct buf b; /* octets at hand; of a file: read ahead */
	size_t given; /* of those at hand */
	int fd;	      /* -1: none */
	char *path;
	uint64_t size, read; /* the file's */
	bool sized;	     /* it is a file, whose size must stay */
	bool ended;
};

struct pieces {
	struct feed feed;
	struct piece *piece;
	size_t n, at;
};

struct pieces *
pieces_new(void)
{
	return mem_zalloc(sizeof(struct pieces));
}

static struct piece *
pieces_grow(struct pieces *p)
{
	p->piece = mem_grow(p->piece, p->n + 1, sizeof *p->piece);
	p->piece[p->n] = (struct piece){ .fd = -1 };
	return &p->piece[p->n++];
}

void
pieces_add(struct pieces *p, struct buf *b)
{
	struct piece *k = pieces_grow(p);
	k->b = *b;
	buf_init(b);
}

int
pieces_add_file(struct pieces *p, const char *path, struct err *e)
{
	struct piece *k = pieces_grow(p);
	struct stat st;
	k->path = mem_dup(path);
	k->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (k->fd < 0 || fstat(k->fd, &st) < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(
		    e, ERR_NOINPUT, "cannot read %s: it is a directory", path);
	k->sized = S_ISREG(st.st_mode);
	k->size = k->sized ? (uint64_t)st.st_size : 0;
	return !k->sized || k->size > 0;
}

static int
piece_shrunk(const struct piece *k, struct err *e)
{
	return err_set(e, ERR_NOINPUT,
	    "%s has changed while it was read: %llu octets, not %llu", k->path,
	    (unsigned long long)k->read, (unsigned long long)k->size);
}

/* Octets of the file until a block is full, or its end. */
static int
piece_fill(struct piece *k, size_t most, struct err *e)
{
	while (!k->ended && buf_len(&k->b) < most) {
		size_t room = most - buf_len(&k->b);
		ssize_t n = read(k->fd, buf_space(&k->b, room), room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_NOINPUT, "cannot read %s: %s",
			    k->path, strerror(errno));
		k->ended = n == 0;
		buf_commit(&k->b, (size_t)n);
		k->read += (uint64_t)n;
	}
	/* What was declared is what must go out. */
	if (k->sized && (k->read > k->size || (k->ended && k->read < k->size)))
		return piece_shrunk(k, e);
	return 0;
}

static void
piece_encode(struct piece *k, struct buf *out)
{
	const char *p = buf_data(&k->b);
	size_t left = buf_len(&k->b);
	/* base64_encode() may grow exactly: room for all of it first. */
	buf_space(out, (left / PIECES_LINE + 1) * 78);
	while (left > 0) {
		size_t n = left < PIECES_LINE ? left : PIECES_LINE;
		base64_encode(out, p, n);
		buf_add(out, "\r\n", 2);
		p += n;
		left -= n;
	}
	buf_clear(&k->b);
}

/* Whether anything was appended; -1. */
static int
piece_more(struct piece *k, struct buf *out, size_t most, struct err *e)
{
	if (k->fd < 0) {
		size_t n = buf_len(&k->b) - k->given;
		n = n < most ? n : most;
		buf_add(out, buf_data(&k->b) + k->given, n);
		k->given += n;
		return n > 0;
	}
	size_t rows = most / 78;
	rows = rows == 0 ? 1 : rows > PIECES_ROWS ? PIECES_ROWS : rows;
	if (piece_fill(k, rows * PIECES_LINE, e) < 0)
		return -1;
	bool any = buf_len(&k->b) > 0;
	piece_encode(k, out);
	return any;
}

static int
pieces_more(struct feed *f, struct buf *b, size_t most, struct err *e)
{
	struct pieces *p = (struct pieces *)f;
	size_t had = buf_len(b);
	while (p->at < p->n && buf_len(b) - had < most) {
		int r = piece_more(
		    &p->piece[p->at], b, most - (buf_len(b) - had), e);
		if (r < 0)
			return -1;
		p->at += r == 0;
	}
	return 0;
}

static int
pieces_again(struct feed *f, struct err *e)
{
	struct pieces *p = (struct pieces *)f;
	p->at = 0;
	for (size_t i = 0; i < p->n; i++) {
		struct piece *k = &p->piece[i];
		k->given = 0;
		if (k->fd < 0)
			continue;
		buf_clear(&k->b);
		k->read = 0;
		k->ended = false;
		if (lseek(k->fd, 0, SEEK_SET) < 0)
			return err_set(e, ERR_NOINPUT,
			    "%s cannot be read a second time: %s", k->path,
			    strerror(errno));
	}
	return 0;
}

void
pieces_free(struct pieces *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->piece[i].fd >= 0)
			close(p->piece[i].fd);
		buf_release(&p->piece[i].b);
		free(p->piece[i].path);
	}
	free(p->piece);
	free(p);
}

static void
pieces_free_feed(struct feed *f)
{
	pieces_free((struct pieces *)f);
}

struct feed *
pieces_feed(struct pieces *p)
{
	p->feed = (struct feed){ .more = pieces_more,
		.again = pieces_again,
		.free = pieces_free_feed,
		.sized = true };
	for (size_t i = 0; i < p->n; i++) {
		const struct piece *k = &p->piece[i];
		uint64_t rows = (k->size + PIECES_LINE - 1) / PIECES_LINE;
		p->feed.sized &= k->fd < 0 || k->sized;
		p->feed.size +=
		    k->fd < 0 ? buf_len(&k->b) : BASE64_LEN(k->size) + 2 * rows;
	}
	return &p->feed;
}
