/* Growing byte buffers and checked allocation. Bytes are taken from the front
 * and added at the back; memory that cannot be had ends the program by
 * abort(3), which main() turns into exit status 70. */
#ifndef NET_BUF_H
#define NET_BUF_H

#include <stddef.h>
#include <stdarg.h>

struct buf {
	char *p;    /* the allocation, or NULL */
	size_t off; /* first byte not yet consumed, an index into p */
	size_t end; /* one past the last byte, an index into p */
	size_t cap;
};

#define BUF_INIT                                                               \
	{                                                                      \
		NULL, 0, 0, 0                                                  \
	}

void buf_init(struct buf *b);
void buf_release(struct buf *b);
/* Empties it and keeps the memory. */
static inline void
buf_clear(struct buf *b)
{
	b->off = b->end = 0;
}

/* Gives the memory back if it is much, and empty. */
void buf_trim(struct buf *b);

/* What is in it; borrowed until the next call that changes b. */
static inline const char *
buf_data(const struct buf *b)
{
	return b->p == NULL ? "" : b->p + b->off;
}

static inline size_t
buf_len(const struct buf *b)
{
	return b->end - b->off;
}

/* The same, with a NUL behind the last byte (not counted). */
const char *buf_str(struct buf *b);

void buf_add(struct buf *b, const void *p, size_t len);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *s);
/* In decimal. */
void buf_addu(struct buf *b, unsigned long long n);
void buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Room for at least n bytes behind the last: write there, then commit. */
char *buf_space(struct buf *b, size_t n);
static inline void
buf_commit(struct buf *b, size_t n)
{
	b->end += n;
}

/* Drops n bytes from the front (at most all of them). */
void buf_consume(struct buf *b, size_t n);
/* Drops all but the first n bytes. */
void buf_truncate(struct buf *b, size_t n);
/* The content as an allocated, NUL-ended string that is the caller's; b is
 * empty after. */
char *buf_detach(struct buf *b);
/* Overwrites all that was ever in it, then releases. For secrets. */
void buf_wipe(struct buf *b);

/* malloc and friends that never return NULL. */
void *mem_alloc(size_t n);
void *mem_zalloc(size_t n);
void *mem_grow(void *p, size_t n, size_t size);
char *mem_dup(const char *s);
char *mem_dupn(const char *p, size_t n);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
