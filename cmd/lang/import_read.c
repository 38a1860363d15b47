/* Reads a file. A long one that begins as no conversation is a log: of that
 * only lines are kept that may be some session's, as they come, so that a log
 * may be of any length. What a kind's marker stands in is kept, a code or a
 * verb at the start, a few lines behind each (replies that go on), and what
 * follows a 354 up to a period or the next reply. */
#include "cmd/lang/import_priv.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_WHOLE  (1u << 20) /* up to here nothing is sieved */
#define READ_BEHIND 4	       /* lines kept behind one that counts */
#define READ_BLOCK  (256u << 10)

struct read_mark {
	const char *text;
	size_t len;
	bool start;
};

struct read_sieve {
	struct read_mark *mark[256]; /* by first octet */
	size_t n[256];
	uint64_t pair[65536 / 64]; /* two octets that begin some marker */
	struct buf kept;
	unsigned *no;
	size_t lines, cap;
	unsigned line;	 /* lines read */
	unsigned behind; /* lines still kept for the one before */
	bool in_text;
	size_t dropped;
};

static void
read_add_mark(struct read_sieve *r, const char *text, bool start)
{
	unsigned char c = (unsigned char)text[0], d = (unsigned char)text[1];
	size_t n = r->n[c]++;
	size_t pair = (size_t)c << 8 | d;
	r->mark[c] = mem_grow(r->mark[c], n + 1, sizeof *r->mark[c]);
	r->mark[c][n] = (struct read_mark){ text, strlen(text), start };
	r->pair[pair / 64] |= (uint64_t)1 << (pair % 64);
}

static struct read_sieve *
read_sieve_new(void)
{
	struct read_sieve *r = mem_zalloc(sizeof *r);
	for (const struct import_kind *k = import_kinds; k->name != NULL; k++)
		for (size_t i = 0; i < KIND_MARKS; i++) {
			bool start = k->is & KIND_START;
			if (k->client[i] != NULL && k->client[i][1] != '\0')
				read_add_mark(r, k->client[i], start);
			if (k->server[i] != NULL && k->server[i][1] != '\0')
				read_add_mark(r, k->server[i], start);
		}
	read_add_mark(r, "hile talking to ", false);
	read_add_mark(r, "[220]", true);
	read_add_mark(r, "#Fields: ", true);
	read_add_mark(r, " SMTPSVC", false);
	read_add_mark(r, "\tSMTP-", false);
	read_add_mark(r, "{smtps} ", false);
	read_add_mark(r, "[250]", true);
	read_add_mark(r, "-----BEGIN ", true);
	read_add_mark(r, "Verify return code: ", false);
	return r;
}

static void
read_sieve_free(struct read_sieve *r)
{
	for (size_t i = 0; i < 256; i++)
		free(r->mark[i]);
	buf_release(&r->kept);
	free(r->no);
	free(r);
}

/* Where a marker ends in the line; 0: there is none. */
static size_t
read_hit(const struct read_sieve *r, const char *p, size_t len, size_t indent)
{
	for (size_t i = indent; i + 2 <= len; i++) {
		unsigned char c = (unsigned char)p[i];
		size_t pair = (size_t)c << 8 | (unsigned char)p[i + 1];
		if (!(r->pair[pair / 64] >> (pair % 64) & 1))
			continue;
		for (size_t m = 0; m < r->n[c]; m++) {
			const struct read_mark *k = &r->mark[c][m];
			if (len - i < k->len ||
			    memcmp(p + i, k->text, k->len) != 0)
				continue;
			const struct import_line x = { p, len, 0 };
			if (!k->start || i == indent || i == import_begin(&x))
				return i + k->len;
		}
	}
	return 0;
}

static void
read_keep(struct read_sieve *r, const char *p, size_t len)
{
	if (r->lines == r->cap) {
		r->cap = r->cap == 0 ? 256 : r->cap * 2;
		r->no = mem_grow(r->no, r->cap, sizeof *r->no);
	}
	r->no[r->lines++] = r->line;
	buf_add(&r->kept, p, len);
	buf_addc(&r->kept, '\n');
}

static bool
read_is_period(const char *p, size_t len)
{
	while (len > 0 && p[len - 1] == '\r')
		len--;
	return len == 1 && *p == '.';
}

static void
read_line(struct read_sieve *r, const char *p, size_t len)
{
	size_t indent = 0;
	r->line++;
	while (indent < len && (p[indent] == ' ' || p[indent] == '\t'))
		indent++;
	size_t hit = read_hit(r, p, len, indent);
	const char *t = p + indent;
	size_t n = len - indent;
	bool bare = import_code(t, n) || import_verb(t, n);
	if (hit > 0 || bare) {
		r->behind = READ_BEHIND;
		const char *said = hit > 0 ? p + hit : t;
		size_t left = (size_t)(p + len - said);
		r->in_text |=
		    import_code(said, left) && import_begins(said, left, "354");
		if (hit > 0 && !import_begins(said, left, "354"))
			r->in_text = false;
		read_keep(r, p, len);
		return;
	}
	if (r->in_text || r->behind > 0) {
		r->in_text &= !read_is_period(p, len);
		r->behind -= r->behind > 0;
		read_keep(r, p, len);
		return;
	}
	r->dropped++;
}

/* Whole lines of b go through; at the end what is left, too. */
static void
read_sift(struct read_sieve *r, struct buf *b, bool end)
{
	const char *p = buf_data(b), *stop = p + buf_len(b);
	for (const char *nl; p < stop; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(stop - p));
		if (nl == NULL)
			break;
		read_line(r, p, (size_t)(nl - p));
	}
	if (end && p < stop) {
		read_line(r, p, (size_t)(stop - p));
		p = stop;
	}
	buf_consume(b, (size_t)(p - buf_data(b)));
}

static int
read_block(int fd, const char *name, struct buf *b, struct err *e)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n = poll(&p, 1, -1);
		if (n > 0)
			n = read(fd, buf_space(b, READ_BLOCK), READ_BLOCK);
		if (n < 0 && errno == EAGAIN)
			continue;
		if (n < 0 && errno == EINTR)
			return err_set(e, ERR_INTR, "interrupted");
		if (n < 0)
			return err_set(e, ERR_NOINPUT, "cannot read %s: %s",
			    name, strerror(errno));
		buf_commit(b, (size_t)n);
		return n > 0;
	}
}

static int
read_too_long(
    const char *name, const struct read_sieve *r, size_t max, struct err *e)
{
	return err_set(e, ERR_DATA,
	    "%s: found more than %zu MiB, expected a conversation%s", name,
	    max >> 20,
	    r == NULL ? "" : ", or a log that holds less of sessions");
}

static void
read_give(struct import_source *out, struct buf *b, struct read_sieve *r)
{
	if (r != NULL) {
		out->len = buf_len(&r->kept);
		out->no = r->no;
		out->dropped = r->dropped;
		r->no = NULL;
	} else {
		out->len = buf_len(b);
	}
	struct buf *from = r != NULL ? &r->kept : b;
	buf_str(from);
	out->p = buf_detach(from);
}

int
import_slurp(struct import_source *out, int fd, const char *name, size_t max,
    struct buf *b, struct err *e)
{
	struct read_sieve *sieve = NULL;
	bool native = false;
	int r;
	*out = (struct import_source){ 0 };
	do {
		r = read_block(fd, name, b, e);
		if (!native && sieve == NULL && buf_len(b) > READ_WHOLE) {
			native = import_is_native(buf_data(b), buf_len(b));
			sieve = native ? NULL : read_sieve_new();
		}
		if (sieve != NULL)
			read_sift(sieve, b, r == 0);
		size_t held =
		    buf_len(b) + (sieve == NULL ? 0 : buf_len(&sieve->kept));
		if (r > 0 && held > max)
			r = read_too_long(name, sieve, max, e);
	} while (r > 0);
	if (r == 0)
		read_give(out, b, sieve);
	if (sieve != NULL)
		read_sieve_free(sieve);
	return r;
}
