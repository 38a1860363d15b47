#include "cmd/front/mbox.h"
#include "cmd/say/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define MBOX_BLOCK 65536u
#define MBOX_MOST  (256u << 10) /* of a message in memory */

struct mbox {
	int fd;
	char *path;
	struct buf in;
	bool ended;
	uint64_t read;
	bool begun; /* a From_ line was taken: a message follows */
	bool dated; /* its From_ lines have a date: what has none is text */
};

/* A message that is taken out of it. */
struct mbox_part {
	struct buf b;
	int fd;	    /* where it has grown large; -1 */
	bool blank; /* an empty line is held back: it may be the separator */
	bool body;
	uint64_t length; /* its Content-Length, where that can be believed */
};

struct mbox *
mbox_open(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
		return NULL;
	}
	struct mbox *m = mem_zalloc(sizeof *m);
	m->fd = fd;
	m->path = mem_dup(path);
	return m;
}

void
mbox_free(struct mbox *m)
{
	if (m == NULL)
		return;
	close(m->fd);
	buf_release(&m->in);
	free(m->path);
	free(m);
}

static int
mbox_read(struct mbox *m, struct err *e)
{
	ssize_t n;
	do {
		n = read(m->fd, buf_space(&m->in, MBOX_BLOCK), MBOX_BLOCK);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", m->path,
		    strerror(errno));
	buf_commit(&m->in, (size_t)n);
	m->read += (uint64_t)n;
	m->ended = n == 0;
	return 0;
}

/* The next line, or a piece of one that is very long; *len 0: the end. */
static int
mbox_line(struct mbox *m, const char **p, size_t *len, struct err *e)
{
	size_t seen = 0;
	for (;;) {
		size_t have = buf_len(&m->in);
		const char *nl = have > seen ? memchr(buf_data(&m->in) + seen,
						   '\n', have - seen)
					     : NULL;
		*p = buf_data(&m->in);
		*len = nl == NULL ? have : (size_t)(nl + 1 - *p);
		if (nl != NULL || m->ended || have >= 4 * MBOX_BLOCK)
			return 0;
		seen = have;
		if (mbox_read(m, e) < 0)
			return -1;
	}
}

static bool
mbox_is_from(const char *p, size_t len)
{
	return len >= 5 && memcmp(p, "From ", 5) == 0;
}

static bool
mbox_is_empty(const char *p, size_t len)
{
	return len == 1 ? *p == '\n' : len == 2 && memcmp(p, "\r\n", 2) == 0;
}

/* "From a@b Fri Nov 27 02:48:12 2026": a time, and a year. */
static bool
mbox_has_date(const char *p, size_t len)
{
	bool time = false, year = false;
	for (size_t i = 0; i < len; i++) {
		size_t n = 0;
		while (i + n < len && p[i + n] >= '0' && p[i + n] <= '9')
			n++;
		time |= (n == 1 || n == 2) && i + n < len && p[i + n] == ':';
		year |= n == 4 && p[i - 1] == ' ';
		i += n;
	}
	return time && year;
}

static bool
mbox_begins(const struct mbox *m, const char *p, size_t len)
{
	return mbox_is_from(p, len) && (!m->dated || mbox_has_date(p, len));
}

/* Whether a message may end so many octets behind what was taken: a From_ line
 * or nothing follows. */
static bool
mbox_ends_at(const struct mbox *m, uint64_t octets)
{
	char look[8] = "";
	uint64_t at = m->read - buf_len(&m->in) + octets;
	ssize_t n = pread(m->fd, look, sizeof look, (off_t)(at - 1));
	const char *p = look + 1;
	if (n < 1 || look[0] != '\n')
		return false;
	if (n > 1 && *p == '\r')
		p++;
	if (p < look + n && *p == '\n')
		p++;
	n -= p - look;
	return n == 0 || memcmp("From ", p, n < 5 ? (size_t)n : 5) == 0;
}

/* A line of the header, or the one behind it. */
static void
mbox_header(
    const struct mbox *m, struct mbox_part *k, const char *p, size_t len)
{
	static const char name[] = "content-length:";
	k->body = mbox_is_empty(p, len);
	if (len >= sizeof name && strncasecmp(p, name, sizeof name - 1) == 0)
		k->length = strtoull(p + sizeof name - 1, NULL, 10);
	if (k->body && (k->length == 0 || k->length > INT64_MAX / 2 ||
			   !mbox_ends_at(m, len + k->length)))
		k->length = 0;
}

/* Whether one > stands before a From_ line, and any number of others. */
static bool
mbox_is_quoted(const char *p, size_t len)
{
	size_t n = 0;
	while (n < len && p[n] == '>')
		n++;
	return n > 0 && mbox_is_from(p + n, len - n);
}

static int
mbox_spill(const struct mbox *m, struct mbox_part *k, struct err *e)
{
	if (k->fd < 0)
		k->fd = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int error =
	    k->fd < 0 ? errno : out_all(k->fd, buf_data(&k->b), buf_len(&k->b));
	buf_clear(&k->b);
	if (error == 0)
		return 0;
	return err_set(e, ERR_OUTPUT,
	    "%s: a large message needs a file in /var/tmp: %s", m->path,
	    strerror(error));
}

static int
mbox_put(const struct mbox *m, struct mbox_part *k, const char *p, size_t len,
    bool whole_line, struct err *e)
{
	bool empty = whole_line && mbox_is_empty(p, len);
	if (k->blank)
		buf_addc(&k->b, '\n');
	k->blank = empty;
	if (empty)
		return 0;
	size_t quote = whole_line && mbox_is_quoted(p, len) ? 1 : 0;
	buf_add(&k->b, p + quote, len - quote);
	return buf_len(&k->b) < MBOX_MOST ? 0 : mbox_spill(m, k, e);
}

/* Up to the next From_ line, or the end. */
static int
mbox_take(struct mbox *m, struct mbox_part *k, struct err *e)
{
	const char *p;
	size_t len;
	bool line = true;
	for (;;) {
		if (mbox_line(m, &p, &len, e) < 0)
			return -1;
		bool kept = k->body && k->length > 0;
		m->begun = line && !kept && mbox_begins(m, p, len);
		if (len == 0 || m->begun)
			return 0;
		bool ends = p[len - 1] == '\n';
		if (kept)
			k->length -= len < k->length ? len : k->length;
		else if (!k->body && line && ends)
			mbox_header(m, k, p, len);
		if (mbox_put(m, k, p, len, line && ends, e) < 0)
			return -1;
		line = ends;
		buf_consume(&m->in, len);
	}
}

static int
mbox_text(const struct mbox *m, struct mbox_part *k, const char *name,
    struct text *x, struct err *e)
{
	if (k->fd < 0) {
		text_memory(x, name, &k->b);
		return 1;
	}
	if (mbox_spill(m, k, e) < 0 || lseek(k->fd, 0, SEEK_SET) < 0)
		return -1;
	buf_release(&k->b);
	int r = text_take_file(x, name, k->fd, e);
	k->fd = -1;
	return r < 0 ? -1 : 1;
}

int
mbox_next(struct mbox *m, const char *name, struct text *x, struct err *e)
{
	const char *p;
	size_t len;
	/* Empty lines before the first. */
	do {
		if (mbox_line(m, &p, &len, e) < 0)
			return -1;
		if (mbox_is_empty(p, len))
			buf_consume(&m->in, len);
	} while (mbox_is_empty(p, len));
	if (len == 0)
		return 0;
	if (!mbox_is_from(p, len))
		return err_set(e, ERR_DATA,
		    "%s is no mbox: its first line is no From_ line (--eml "
		    "takes a single message)",
		    m->path);
	m->dated = mbox_has_date(p, len);
	buf_consume(&m->in, len);
	struct mbox_part k = { .fd = -1 };
	int r = mbox_take(m, &k, e);
	if (r == 0)
		r = mbox_text(m, &k, name, x, e);
	if (k.fd >= 0)
		close(k.fd);
	buf_release(&k.b);
	return r;
}
