/* Secrets taken out of all that is shown, by value: whoever sends one back, in
 * whatever line, it shows as ***. In base64 a value looks one of three ways,
 * by its offset modulo 3 in what was encoded (a SASL PLAIN message puts names
 * before it); the characters that only its own bits decide are searched for,
 * and the base64 around a find goes too, since its ends hold the other bits. */
#include "cmd/say/redact_priv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/base64.h"

static const char redact_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
redact_init(struct redact *r)
{
	*r = (struct redact){ 0 };
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

static void
redact_forms(struct redact *r, const char *p, size_t len)
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

/* What a value in base64 stands for, where that is text. Of a PLAIN message
 * the password, behind the last NUL: user names are no secrets. */
static void
redact_decoded(struct redact *r, const char *p, size_t len)
{
	struct buf b = BUF_INIT;
	buf_space(&b, len); /* so that it never moves */
	if (base64_decode(&b, p, len, NULL) == 0 && buf_len(&b) > 0) {
		const char *d = buf_data(&b);
		size_t n = buf_len(&b);
		const char *nul = memrchr(d, '\0', n);
		const char *from = nul == NULL ? d : nul + 1;
		bool text = true;
		n -= (size_t)(from - d);
		for (size_t i = 0; i < n; i++)
			text = text && (unsigned char)from[i] >= 0x20 &&
			       from[i] != 0x7f;
		if (text)
			redact_forms(r, from, n);
	}
	buf_wipe(&b);
}

void
redact_add(struct redact *r, const char *p, size_t len)
{
	redact_forms(r, p, len);
	if (len >= REDACT_LEAST && len % 4 == 0)
		redact_decoded(r, p, len);
}

bool
redact_base64(char c)
{
	return c != '\0' && strchr(redact_alphabet, c) != NULL;
}

void
redact_hide(struct redact_marks *m, size_t from, size_t to)
{
	if (from >= to)
		return;
	if (m->at == NULL)
		m->at = mem_zalloc(m->len);
	memset(m->at + from, 1, to - from);
}

/* What a long form is known by, at its head and at its end: a server that cuts
 * a line shows a piece of a token. Of a short one a piece is a word as any. */
static size_t
redact_piece(const struct redact_form *f)
{
	size_t piece = f->base64 ? 16 : 12;
	return f->len >= 2 * piece ? piece : f->len;
}

/* Marks every place of one form: with tail, of its end. */
static void
redact_mark(const struct redact_form *f, struct redact_marks *m, const char *p,
    bool tail)
{
	size_t n = redact_piece(f);
	const char *piece = tail ? f->p + f->len - n : f->p;
	const char *at = p;
	const char *end = p + m->len;
	while ((at = memmem(at, (size_t)(end - at), piece, n)) != NULL) {
		size_t from = (size_t)(at - p);
		size_t to = from + n;
		while (!tail && to < m->len && to - from < f->len &&
		       p[to] == f->p[to - from])
			to++;
		while (tail && from > 0 && to - from < f->len &&
		       p[from - 1] == f->p[f->len - (to - from) - 1])
			from--;
		while (f->base64 && from > 0 && redact_base64(p[from - 1]))
			from--;
		while (f->base64 && to < m->len && redact_base64(p[to]))
			to++;
		while (f->base64 && to < m->len && p[to] == '=')
			to++;
		redact_hide(m, from, to);
		/* The widened part holds nothing that is not marked; a plain
		 * form may overlap itself. */
		at = f->base64 ? p + to : at + 1;
	}
}

static void
redact_both(
    const struct redact *r, struct buf *b, const char *p, size_t len, bool sent)
{
	struct redact_marks m = { NULL, len };
	for (size_t i = 0; r != NULL && i < r->n; i++) {
		redact_mark(&r->form[i], &m, p, false);
		if (redact_piece(&r->form[i]) < r->form[i].len)
			redact_mark(&r->form[i], &m, p, true);
	}
	if (r == NULL || r->reveal == NULL || !*r->reveal)
		redact_auth(&m, p, sent);
	if (m.at == NULL) {
		buf_add(b, p, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (!m.at[i])
			buf_addc(b, p[i]);
		else if (i == 0 || !m.at[i - 1])
			buf_adds(b, "***");
	}
	free(m.at);
}

void
redact_text(const struct redact *r, struct buf *b, const char *p, size_t len)
{
	redact_both(r, b, p, len, false);
}

/* The password of "scheme://user:password@host": its start and end in p from
 * at on; false: there is none. */
static bool
redact_url(const char *p, size_t len, size_t at, size_t *from, size_t *to)
{
	const char *s;
	while ((s = memmem(p + at, len - at, "://", 3)) != NULL) {
		size_t i = at = (size_t)(s - p) + 3;
		size_t colon = 0, end = 0;
		for (; i < len && strchr(" \t\r\n/", p[i]) == NULL; i++) {
			if (p[i] == ':' && colon == 0)
				colon = i + 1;
			else if (p[i] == '@')
				end = i;
		}
		if (colon > 0 && end > colon) {
			*from = colon;
			*to = end;
			return true;
		}
	}
	return false;
}

void
redact_error(const struct redact *r, struct buf *b, const char *p, size_t len)
{
	struct buf open = BUF_INIT;
	size_t at = 0, from, to;
	while (redact_url(p, len, at, &from, &to)) {
		buf_add(&open, p + at, from - at);
		buf_adds(&open, "***");
		at = to;
	}
	buf_add(&open, p + at, len - at);
	redact_text(r, b, buf_data(&open), buf_len(&open));
	buf_wipe(&open);
}

void
redact_line(const struct redact *r, struct buf *b, const char *p, size_t len,
    bool secret)
{
	size_t open = secret ? redact_open(p, len) : len;
	redact_both(r, b, p, open, true);
	if (open == len)
		return;
	if (len - open == 1 && (p[open] == '*' || p[open] == '='))
		buf_addc(b, p[open]);
	else
		buf_adds(b, "***");
}
