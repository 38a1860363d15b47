#include "net/core/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_KEEP_MAX 4096 /* octets that buf_trim() leaves alone */

void
buf_init(struct buf *b)
{
	*b = (struct buf)BUF_INIT;
}

void
buf_release(struct buf *b)
{
	free(b->p);
	buf_init(b);
}

void
buf_trim(struct buf *b)
{
	if (buf_len(b) == 0 && b->cap > BUF_KEEP_MAX)
		buf_release(b);
}

char *
buf_space(struct buf *b, size_t n)
{
	if (b->cap - b->end >= n && b->p != NULL)
		return b->p + b->end;
	if (b->p != NULL && b->off > 0 && b->off >= b->cap / 2) {
		memmove(b->p, b->p + b->off, b->end - b->off);
		b->end -= b->off;
		b->off = 0;
	}
	if (b->p == NULL || b->cap - b->end < n) {
		if (n > SIZE_MAX / 4 - b->end)
			abort();
		size_t want = (b->end + n) * 2;
		if (want < 256)
			want = 256;
		b->p = mem_grow(b->p, want, 1);
		b->cap = want;
	}
	return b->p + b->end;
}

const char *
buf_str(struct buf *b)
{
	*buf_space(b, 1) = '\0';
	return b->p + b->off;
}

void
buf_add(struct buf *b, const void *p, size_t len)
{
	if (len == 0)
		return;
	memcpy(buf_space(b, len), p, len);
	b->end += len;
}

void
buf_addc(struct buf *b, char c)
{
	*buf_space(b, 1) = c;
	b->end++;
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	if (n > 0) {
		vsnprintf(
		    buf_space(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
		b->end += (size_t)n;
	}
	va_end(again);
}

void
buf_addu(struct buf *b, unsigned long long n)
{
	char digits[24], *p = digits + sizeof digits;
	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	buf_add(b, p, (size_t)(digits + sizeof digits - p));
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_addv(b, fmt, ap);
	va_end(ap);
}

void
buf_consume(struct buf *b, size_t n)
{
	b->off += n < buf_len(b) ? n : buf_len(b);
	if (b->off == b->end)
		b->off = b->end = 0;
}

void
buf_truncate(struct buf *b, size_t n)
{
	if (n < buf_len(b))
		b->end = b->off + n;
}

char *
buf_detach(struct buf *b)
{
	char *s = mem_dupn(buf_data(b), buf_len(b));
	buf_release(b);
	return s;
}

void
buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	buf_release(b);
}

void *
mem_alloc(size_t n)
{
	void *p = malloc(n > 0 ? n : 1);
	if (p == NULL)
		abort();
	return p;
}

void *
mem_zalloc(size_t n)
{
	void *p = mem_alloc(n);
	memset(p, 0, n);
	return p;
}

void *
mem_grow(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		abort();
	p = realloc(p, n * size > 0 ? n * size : 1);
	if (p == NULL)
		abort();
	return p;
}

char *
mem_dupn(const char *p, size_t n)
{
	char *s = mem_alloc(n + 1);
	if (n > 0)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

char *
mem_dup(const char *s)
{
	return mem_dupn(s, strlen(s));
}

char *
mem_printf(const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	return buf_detach(&b);
}
