/* The history file. readline could write one, but follows links, takes the
 * umask's mode and knows no other session: so it only holds lines in memory,
 * and this file reads and writes. Under the lock the file is rewritten in
 * place, which needs no room on a full disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "cmd/shell/state.h"
#include "cmd/term/hist.h"

#define HIST_SIZE_MAX ((off_t)16 << 20) /* what is read of a file: its end */

void
hist_init(struct hist *h)
{
	h->line = NULL;
	h->n = 0;
}

void
hist_release(struct hist *h)
{
	while (h->n > 0)
		free(h->line[--h->n]);
	free(h->line);
	hist_init(h);
}

void
hist_add(struct hist *h, const char *p, size_t len)
{
	h->line = mem_grow(h->line, h->n + 1, sizeof(*h->line));
	h->line[h->n++] = mem_dupn(p, len);
}

char *
hist_path(void)
{
	return state_path("history");
}

static int
hist_open(const char *path, int flags, enum err_kind kind, struct err *e)
{
	struct stat st;
	int fd;

	fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd < 0) {
		err_set(e, kind, "history %s: %s", path,
		    errno == ELOOP ? "is a symbolic link" : strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid())
		return fd;
	close(fd);
	return err_set(
	    e, kind, "history %s: not a regular file of yours", path);
}

/* All of it, or the end of one that is too long: from a whole line on. */
static int
hist_load(int fd, struct buf *b)
{
	off_t size = lseek(fd, 0, SEEK_END);
	off_t from = size > HIST_SIZE_MAX ? size - HIST_SIZE_MAX : 0;
	const char *lf;
	ssize_t n;

	if (size < 0 || lseek(fd, from, SEEK_SET) < 0)
		return -1;
	while (buf_len(b) < (size_t)HIST_SIZE_MAX + 65536) {
		n = read(fd, buf_space(b, 65536), 65536);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		buf_commit(b, (size_t)n);
	}
	if (from == 0)
		return 0;
	lf = memchr(buf_data(b), '\n', buf_len(b));
	buf_consume(
	    b, lf != NULL ? (size_t)(lf + 1 - buf_data(b)) : buf_len(b));
	return 0;
}

/* Drops all but the last HIST_MAX lines. Whether there were more. */
static bool
hist_cut(struct buf *b)
{
	const char *p = buf_data(b);
	size_t i = buf_len(b), n = 0;

	if (i > 0 && p[i - 1] == '\n')
		i--;
	for (; i > 0; i--)
		if (p[i - 1] == '\n' && ++n == HIST_MAX)
			break;
	if (i > 0)
		buf_consume(b, i);
	return i > 0;
}

int
hist_read(const char *path, void (*line)(void *arg, const char *line),
    void *arg, struct err *e)
{
	struct buf b = BUF_INIT;
	struct err why;
	char *p, *lf;
	int fd, rc;

	fd = hist_open(path, O_RDONLY, ERR_NOINPUT, &why);
	if (fd < 0) {
		if (errno == ENOENT)
			return 0;
		return err_set(e, why.kind, "%s", why.text);
	}
	rc = hist_load(fd, &b);
	if (rc < 0)
		err_set(
		    e, ERR_NOINPUT, "history %s: %s", path, strerror(errno));
	close(fd);
	hist_cut(&b);
	buf_addc(&b, '\n');
	p = b.p + b.off;
	for (; rc == 0 && p < b.p + b.end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(b.p + b.end - p));
		*lf = '\0';
		if (*p != '\0')
			line(arg, p);
	}
	buf_release(&b);
	return rc;
}

static int
hist_write(int fd, const struct buf *b, off_t at)
{
	const char *p = buf_data(b);
	size_t len = buf_len(b);
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n, at += n) {
		n = pwrite(fd, p, len, at);
		if (n < 0)
			return -1;
	}
	return ftruncate(fd, at);
}

/* A last line without its end would run into ours. */
static void
hist_end_line(struct buf *b)
{
	size_t len = buf_len(b);

	if (len > 0 && buf_data(b)[len - 1] != '\n')
		buf_addc(b, '\n');
}

int
hist_append(const char *path, const struct hist *h, struct err *e)
{
	struct buf b = BUF_INIT;
	size_t i;
	int fd, rc = -1;

	state_folders(path);
	fd = hist_open(path, O_RDWR | O_CREAT, ERR_OUTPUT, e);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX) == 0 && fchmod(fd, 0600) == 0 &&
	    hist_load(fd, &b) == 0) {
		hist_end_line(&b);
		for (i = 0; i < h->n; i++)
			buf_addf(&b, "%s\n", h->line[i]);
		hist_cut(&b);
		rc = hist_write(fd, &b, 0);
	}
	if (rc < 0)
		err_set(e, ERR_OUTPUT, "history %s: %s", path, strerror(errno));
	close(fd);
	buf_release(&b);
	return rc;
}
