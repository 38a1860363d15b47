#include "cmd/front/resume.h"
#include "cmd/say/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESUME_HEAD "# smtpsh: what was sent; do not edit\n"

enum resume_word { RESUME_FREE, RESUME_BEGIN, RESUME_TAKEN, RESUME_NOT };

static const char *const resume_words[] = { "", "begin", "taken", "not" };

/* An open table of what is known of each key; n is a message's number among
 * those that are the same. */
struct resume_row {
	struct resume_key key;
	unsigned n;
	enum resume_word word;
};

struct resume_table {
	struct resume_row *row;
	size_t used, cap;
};

struct resume {
	int fd;
	char *path;
	struct resume_table fates, same;
	bool *begun; /* of the message under way */
	size_t nbegun;
};

/* FNV-1a, twice: the octets, and the octets turned round. */
void
resume_key_begin(struct resume_key *k)
{
	k->a = 0xcbf29ce484222325u;
	k->b = 0x84222325cbf29ce4u;
}

void
resume_key_add(struct resume_key *k, const char *p, size_t len)
{
	uint64_t a = k->a, b = k->b;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];
		a = (a ^ c) * 0x100000001b3u;
		b = ((b ^ (c + 0x9eu)) * 0x9e3779b97f4a7c15u) ^ (b >> 29);
	}
	k->a = a;
	k->b = b;
}

static struct resume_row *
resume_slot(const struct resume_table *t, const struct resume_key *k)
{
	size_t i = (size_t)(k->a ^ k->b >> 7) & (t->cap - 1);
	while (t->row[i].n != 0 &&
	       (t->row[i].key.a != k->a || t->row[i].key.b != k->b))
		i = (i + 1) & (t->cap - 1);
	return &t->row[i];
}

/* The row of k, made if there is none. */
static struct resume_row *
resume_row(struct resume_table *t, const struct resume_key *k)
{
	if (t->used * 2 >= t->cap) {
		struct resume_table more = { .cap = t->cap == 0 ? 1024
								: t->cap * 2 };
		more.row = mem_zalloc(more.cap * sizeof *more.row);
		for (size_t i = 0; i < t->cap; i++)
			if (t->row[i].n != 0)
				*resume_slot(&more, &t->row[i].key) = t->row[i];
		more.used = t->used;
		free(t->row);
		*t = more;
	}
	struct resume_row *r = resume_slot(t, k);
	if (r->n == 0) {
		t->used++;
		r->key = *k;
		r->n = 1;
	}
	return r;
}

void
resume_key_end(struct resume *r, struct resume_key *k)
{
	struct resume_row *row = resume_row(&r->same, k);
	char number[32];
	int n = snprintf(number, sizeof number, " %u", row->n++);
	resume_key_add(k, number, (size_t)n);
}

static struct resume_key
resume_person(const struct resume_key *k, const char *from, const char *to)
{
	struct resume_key p = *k;
	resume_key_add(&p, from, strlen(from) + 1);
	resume_key_add(&p, to, strlen(to) + 1);
	return p;
}

enum mail_fate
resume_fate(const struct resume *r, const struct resume_key *k,
    const char *from, const char *to)
{
	struct resume_key p = resume_person(k, from, to);
	if (r->fates.cap == 0)
		return FATE_OPEN;
	const struct resume_row *row = resume_slot(&r->fates, &p);
	return row->n == 0		   ? FATE_OPEN
	       : row->word == RESUME_TAKEN ? FATE_TAKEN
	       : row->word == RESUME_BEGIN ? FATE_UNKNOWN
					   : FATE_OPEN;
}

/* Reading. */

static int
resume_line(struct resume *r, const char *p, size_t len)
{
	struct resume_key k = { 0 };
	if (len > 0 && *p == '#')
		return 0;
	for (unsigned w = RESUME_BEGIN; w <= RESUME_NOT; w++) {
		size_t n = strlen(resume_words[w]);
		if (len < n + 33 || memcmp(p, resume_words[w], n) != 0 ||
		    p[n] != ' ')
			continue;
		for (size_t i = 0; i < 32; i++) {
			char c = p[n + 1 + i];
			unsigned v = c >= '0' && c <= '9' ? (unsigned)c - '0'
				     : c >= 'a' && c <= 'f'
					 ? (unsigned)c - 'a' + 10
					 : 16;
			uint64_t *half = i < 16 ? &k.a : &k.b;
			if (v == 16)
				return -1;
			*half = *half << 4 | v;
		}
		resume_row(&r->fates, &k)->word = w;
		return 0;
	}
	return -1;
}

/* What a line that did not end was to say is not known: it is cut off. */
static int
resume_read(struct resume *r, struct err *e)
{
	struct buf b = BUF_INIT;
	off_t at = 0;
	unsigned number = 0;
	int bad = 0;
	ssize_t n = 1;
	while (bad == 0 && n > 0) {
		n = read(r->fd, buf_space(&b, 65536), 65536);
		if (n > 0)
			buf_commit(&b, (size_t)n);
		const char *nl;
		while (bad == 0 && buf_len(&b) > 0 &&
		       (nl = memchr(buf_data(&b), '\n', buf_len(&b))) != NULL) {
			size_t len = (size_t)(nl - buf_data(&b));
			if (++number == 1 &&
			    (len + 1 != strlen(RESUME_HEAD) ||
				memcmp(buf_data(&b), RESUME_HEAD, len) != 0))
				bad = -1;
			else
				bad = resume_line(r, buf_data(&b), len);
			at += (off_t)len + 1;
			buf_consume(&b, len + 1);
		}
	}
	bool torn = buf_len(&b) > 0;
	buf_release(&b);
	if (n < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", r->path,
		    strerror(errno));
	if (bad < 0 || (torn && number == 0))
		return err_set(e, ERR_DATA,
		    "%s:%u: this is not what --resume has written", r->path,
		    number);
	if (torn && ftruncate(r->fd, at) < 0)
		return err_set(e, ERR_OUTPUT, "cannot write %s: %s", r->path,
		    strerror(errno));
	return 0;
}

/* Writing: all of it at once, at the end. */
static int
resume_write(struct resume *r, const struct buf *b, bool sync, struct err *e)
{
	int error = out_all(r->fd, buf_data(b), buf_len(b));
	if (error == 0 && sync && fdatasync(r->fd) != 0)
		error = errno;
	if (error == 0)
		return 0;
	return err_set(
	    e, ERR_OUTPUT, "cannot write %s: %s", r->path, strerror(error));
}

struct resume *
resume_open(const char *path, struct err *e)
{
	struct resume *r = mem_zalloc(sizeof *r);
	struct buf head = BUF_INIT;
	struct stat st = { 0 };
	r->path = mem_dup(path);
	r->fd = open(
	    path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int bad = 0;
	if (r->fd < 0 || fstat(r->fd, &st) < 0)
		bad = err_set(e, ERR_OUTPUT, "cannot write %s: %s", path,
		    strerror(errno));
	else if (!S_ISREG(st.st_mode))
		bad = err_set(e, ERR_OUTPUT, "%s is no regular file", path);
	else if (flock(r->fd, LOCK_EX | LOCK_NB) < 0)
		bad = err_set(
		    e, ERR_OUTPUT, "%s is another run's just now", path);
	else if (st.st_size > 0)
		bad = resume_read(r, e);
	buf_adds(&head, RESUME_HEAD);
	if (bad == 0 && st.st_size == 0)
		bad = resume_write(r, &head, true, e);
	buf_release(&head);
	if (bad == 0)
		return r;
	struct err ignored;
	if (resume_close(r, &ignored) < 0)
		return NULL;
	return NULL;
}

int
resume_close(struct resume *r, struct err *e)
{
	int bad = 0;
	if (r == NULL)
		return 0;
	if (r->fd >= 0) {
		if (fdatasync(r->fd) < 0)
			bad = err_set(e, ERR_OUTPUT, "cannot write %s: %s",
			    r->path, strerror(errno));
		close(r->fd);
	}
	free(r->fates.row);
	free(r->same.row);
	free(r->begun);
	free(r->path);
	free(r);
	return bad;
}

static void
resume_put(struct buf *b, const struct resume_key *k, enum resume_word w,
    const struct mail *m, size_t i)
{
	struct resume_key p = resume_person(k, m->from, m->to[i]);
	buf_addf(b, "%s %016llx%016llx <%s>\n", resume_words[w],
	    (unsigned long long)p.a, (unsigned long long)p.b, m->to[i]);
}

int
resume_begin(struct resume *r, const struct resume_key *k, const struct mail *m,
    struct err *e)
{
	struct buf b = BUF_INIT;
	r->begun = mem_grow(r->begun, m->nto + 1, sizeof *r->begun);
	r->nbegun = m->nto;
	for (size_t i = 0; i < m->nto; i++) {
		r->begun[i] = m->fate[i] == FATE_UNKNOWN;
		if (r->begun[i])
			resume_put(&b, k, RESUME_BEGIN, m, i);
	}
	int bad = resume_write(r, &b, true, e);
	buf_release(&b);
	return bad;
}

int
resume_end(struct resume *r, const struct resume_key *k, const struct mail *m,
    struct err *e)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < m->nto && i < r->nbegun; i++) {
		if (!r->begun[i] || m->fate[i] == FATE_UNKNOWN)
			continue;
		resume_put(&b, k,
		    m->fate[i] == FATE_TAKEN ? RESUME_TAKEN : RESUME_NOT, m, i);
	}
	r->nbegun = 0;
	int bad = resume_write(r, &b, false, e);
	buf_release(&b);
	return bad;
}
