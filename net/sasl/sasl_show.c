/* What may be shown of an exchange. A secret is found by value: as it is, and
 * in base64, which looks one of three ways by the secret's offset modulo 3 in
 * what was encoded. Shorter ones than four octets are left alone, since to
 * mask each "a" would tell the password rather than hide it. */
#include "net/sasl/sasl_priv.h"
#include "net/core/base64.h"

#include <stdlib.h>
#include <string.h>

#define SASL_SHORTEST 4

/* Secrets' looks: each as it is, and in base64 thrice. */
struct sasl_look {
	const char *p;
	size_t len;
	bool base64;
};

struct sasl_looks {
	struct sasl_look at[8];
	size_t n;
	struct buf text[6]; /* what base64 looks point into */
	size_t ntext;
};

static void
sasl_look_add(struct sasl_looks *l, const struct sasl_secret *s)
{
	char *whole;

	if (s == NULL || s->p == NULL || s->len < SASL_SHORTEST)
		return;
	l->at[l->n++] = (struct sasl_look){ s->p, s->len, false };
	whole = mem_zalloc(s->len + 2);
	for (size_t before = 0; before < 3; before++) {
		struct buf *t = &l->text[l->ntext++];
		size_t from = (before * 8 + 5) / 6;
		size_t to = (before + s->len) * 8 / 6;

		memcpy(whole + before, s->p, s->len);
		base64_encode(t, whole, before + s->len);
		l->at[l->n++] =
		    (struct sasl_look){ buf_data(t) + from, to - from, true };
		explicit_bzero(whole, s->len + 2);
	}
	free(whole);
}

static bool
sasl_is_digit(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* The look that begins at p, or NULL. */
static const struct sasl_look *
sasl_look_here(const struct sasl_looks *l, const char *p, size_t n)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->at[i].len <= n &&
		    memcmp(p, l->at[i].p, l->at[i].len) == 0)
			return &l->at[i];
	return NULL;
}

/* The base64 around a find goes, too: its ends hold bits of the secret. */
static size_t
sasl_mask_base64(struct buf *b, size_t kept, const char *p, size_t n, size_t i)
{
	while (buf_len(b) > kept && sasl_is_digit(buf_data(b)[buf_len(b) - 1]))
		buf_truncate(b, buf_len(b) - 1);
	while (i < n && sasl_is_digit(p[i]))
		i++;
	while (i < n && p[i] == '=')
		i++;
	return i;
}

void
sasl_mask(struct buf *b, const char *p, size_t n, const struct sasl_secret *one,
    const struct sasl_secret *other)
{
	struct sasl_looks l = { 0 };
	size_t kept = buf_len(b), i = 0;

	sasl_look_add(&l, one);
	sasl_look_add(&l, other);
	while (i < n) {
		const struct sasl_look *k = sasl_look_here(&l, p + i, n - i);

		if (k == NULL) {
			buf_addc(b, p[i++]);
			continue;
		}
		i += k->len;
		if (k->base64)
			i = sasl_mask_base64(b, kept, p, n, i);
		buf_adds(b, "***");
		kept = buf_len(b);
	}
	for (i = 0; i < l.ntext; i++)
		buf_wipe(&l.text[i]);
}
