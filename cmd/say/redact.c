/* Secrets taken out of all that is shown, by value: whoever sends one back, in
 * whatever line, it shows as ***. In base64 a value looks one of three ways,
 * by its offset modulo 3 in what was encoded (a SASL PLAIN message puts names
 * before it); the characters that only its own bits decide are searched for,
 * and the base64 around a find goes too, since its ends hold the other bits. */
#include "cmd/say/out.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/verb.h"

#define REDACT_LEAST 4

static const char redact_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
redact_init(struct redact *r)
{
	*r = (struct redact){ NULL, 0 };
}

void
redact_release(struct redact *r)
{
	for (size_t i = 0; i < r->n; i++) {
		explicit_bzero(r->form[i].p, r->form[i].len);
		free(r->form[i].p);
	}
	free(r->form);
	redact_init(r);
}

static void
redact_keep(struct redact *r, const char *p, size_t len, bool base64)
{
	if (len < REDACT_LEAST)
		return;
	for (size_t i = 0; i < r->n; i++)
		if (r->form[i].len == len && r->form[i].base64 == base64 &&
		    memcmp(r->form[i].p, p, len) == 0)
			return;
	r->form = mem_grow(r->form, r->n + 1, sizeof(*r->form));
	r->form[r->n++] = (struct redact_form){ mem_dupn(p, len), len, base64 };
}

/* The six bits from bit on. */
static unsigned
redact_sextet(const unsigned char *p, size_t len, size_t bit)
{
	size_t i = bit / 8;
	unsigned two = (unsigned)p[i] << 8 | (i + 1 < len ? p[i + 1] : 0U);
	return two >> (10 - bit % 8) & 0x3f;
}

void
redact_add(struct redact *r, const char *p, size_t len)
{
	const unsigned char *u = (const unsigned char *)p;
	if (len < REDACT_LEAST || len > SIZE_MAX / 16)
		return;
	redact_keep(r, p, len, false);
	for (size_t before = 0; before < 3; before++) {
		struct buf b = BUF_INIT;
		buf_space(&b, len / 3 * 4 + 8); /* so that it never moves */
		/* The first sextet that begins inside the value. */
		size_t bit = (before * 8 + 5) / 6 * 6 - before * 8;
		for (; bit + 6 <= len * 8; bit += 6)
			buf_addc(
			    &b, redact_alphabet[redact_sextet(u, len, bit)]);
		redact_keep(r, buf_data(&b), buf_len(&b), true);
		buf_wipe(&b);
	}
}

static bool
redact_base64(char c)
{
	return c != '\0' && strchr(redact_alphabet, c) != NULL;
}

/* Marks every place of one form. */
static void
redact_mark(const struct redact_form *f, char **mark, const char *p, size_t len)
{
	const char *at = p;
	const char *end = p + len;
	while ((at = memmem(at, (size_t)(end - at), f->p, f->len)) != NULL) {
		if (*mark == NULL)
			*mark = mem_zalloc(len);
		size_t from = (size_t)(at - p);
		size_t to = from + f->len;
		while (f->base64 && from > 0 && redact_base64(p[from - 1]))
			from--;
		while (f->base64 && to < len && redact_base64(p[to]))
			to++;
		while (f->base64 && to < len && p[to] == '=')
			to++;
		memset(*mark + from, 1, to - from);
		/* The widened part holds nothing that is not marked; a plain
		 * form may overlap itself. */
		at = f->base64 ? p + to : at + 1;
	}
}

void
redact_text(const struct redact *r, struct buf *b, const char *p, size_t len)
{
	char *mark = NULL;
	for (size_t i = 0; r != NULL && i < r->n; i++)
		redact_mark(&r->form[i], &mark, p, len);
	if (mark == NULL) {
		buf_add(b, p, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (!mark[i])
			buf_addc(b, p[i]);
		else if (i == 0 || !mark[i - 1])
			buf_adds(b, "***");
	}
	free(mark);
}

/* How much of a secret line is no secret: verb, mechanism and the blanks
 * behind. */
static size_t
redact_open(const char *p, size_t len)
{
	size_t n = verb_word(p, len);
	if (n == 0 || n >= len || p[n] != ' ' || verb_find(p, n) == NULL)
		return 0;
	bool auth = n == 4 && strncasecmp(p, "AUTH", 4) == 0;
	while (n < len && p[n] == ' ')
		n++;
	if (!auth)
		return n;
	while (n < len && p[n] != ' ')
		n++;
	while (n < len && p[n] == ' ')
		n++;
	return n;
}

void
redact_line(const struct redact *r, struct buf *b, const char *p, size_t len,
    bool secret)
{
	size_t open = secret ? redact_open(p, len) : len;
	redact_text(r, b, p, open);
	if (open == len)
		return;
	if (len - open == 1 && (p[open] == '*' || p[open] == '='))
		buf_addc(b, p[open]);
	else
		buf_adds(b, "***");
}
