/* SCRAM's texts (RFC 5802 7), read before anything is computed from them: the
 * count decides how long we work, and how cheap it is for others to guess the
 * password from our proof. */
#include "net/sasl/sasl_priv.h"
#include "net/core/base64.h"

#include <string.h>

/* Attribute a of the text at *p: *v up to the next comma or the end, and *p
 * behind it. */
static bool
sasl_scram_attr(
    char a, const char **p, const char *end, const char **v, size_t *len)
{
	const char *s = *p, *comma;

	if (end - s < 2 || s[0] != a || s[1] != '=')
		return false;
	s += 2;
	comma = memchr(s, ',', (size_t)(end - s));
	*v = s;
	*len = (size_t)((comma == NULL ? end : comma) - s);
	*p = comma == NULL ? end : comma + 1;
	return true;
}

/* The bytes of a text that is shown in an error: "printable" of RFC 5802 has
 * commas, which are between attributes here. */
static bool
sasl_scram_printable(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] > '~')
			return false;
	return true;
}

static int
sasl_scram_count(
    struct sasl_scram_first *f, const char *p, size_t n, struct err *e)
{
	int shown = n > 20 ? 20 : (int)n;
	unsigned v = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9' || (i == 0 && p[i] == '0'))
			return err_set(e, ERR_AUTH,
			    "the server's iteration count i=%.*s is no number",
			    shown, p);
		if (v <= SASL_COUNT_MAX)
			v = v * 10 + (unsigned)(p[i] - '0');
	}
	if (v > SASL_COUNT_MAX)
		return err_set(e, ERR_AUTH,
		    "the server asks for i=%.*s%s iterations, more than %d",
		    shown, p, n > 20 ? "..." : "", SASL_COUNT_MAX);
	if (v < SASL_COUNT_MIN)
		return err_set(e, ERR_AUTH,
		    "the server asks for i=%.*s iterations, fewer than %d, "
		    "which makes the password easy to guess",
		    shown, p, SASL_COUNT_MIN);
	f->count = v;
	return 0;
}

static int
sasl_scram_nonce(
    const struct sasl_scram_first *f, const char *own, struct err *e)
{
	size_t n = strlen(own);

	if (f->nonce_len < n || memcmp(f->nonce, own, n) != 0)
		return err_set(
		    e, ERR_AUTH, "the server's nonce does not begin with ours");
	if (f->nonce_len == n)
		return err_set(
		    e, ERR_AUTH, "the server added nothing to our nonce");
	return 0;
}

static int
sasl_scram_salt(
    struct sasl_scram_first *f, const char *p, size_t n, struct err *e)
{
	if (base64_decode(&f->salt, p, n, NULL) == -1)
		return err_set(e, ERR_AUTH, "the server's salt is not base64");
	n = buf_len(&f->salt);
	if (n < 1 || n > SASL_SALT_MAX)
		return err_set(e, ERR_AUTH,
		    "the server's salt has %zu octets, not 1 to %d", n,
		    SASL_SALT_MAX);
	return 0;
}

static int
sasl_scram_fields(struct sasl_scram_first *f, const char *nonce, const char *p,
    size_t n, struct err *e)
{
	const char *end = p + n, *salt, *count;
	size_t salt_len, count_len;

	if (!sasl_scram_printable(p, n))
		return err_set(e, ERR_AUTH,
		    "the server's first message has a character that SCRAM "
		    "does not allow");
	if (n >= 2 && p[0] == 'm' && p[1] == '=')
		return err_set(e, ERR_AUTH,
		    "the server demands an extension of SCRAM (m=) that "
		    "nobody has defined");
	if (n >= 2 && p[0] == 'e' && p[1] == '=')
		return err_set(e, ERR_AUTH, "the server says %.*s",
		    n > 200 ? 200 : (int)n, p);
	if (!sasl_scram_attr('r', &p, end, &f->nonce, &f->nonce_len) ||
	    !sasl_scram_attr('s', &p, end, &salt, &salt_len) ||
	    !sasl_scram_attr('i', &p, end, &count, &count_len))
		return err_set(e, ERR_AUTH,
		    "the server's first message is not SCRAM's "
		    "\"r=...,s=...,i=...\"");
	if (sasl_scram_nonce(f, nonce, e) == -1 ||
	    sasl_scram_count(f, count, count_len, e) == -1 ||
	    sasl_scram_salt(f, salt, salt_len, e) == -1)
		return -1;
	return 0;
}

int
sasl_scram_first(struct sasl_scram_first *f, const char *nonce, const char *p,
    size_t n, struct err *e)
{
	*f = (struct sasl_scram_first){ 0 };
	if (sasl_scram_fields(f, nonce, p, n, e) == 0)
		return 0;
	buf_release(&f->salt);
	return -1;
}

int
sasl_scram_last(
    const char **v, size_t *len, const char *p, size_t n, struct err *e)
{
	const char *end = p + n;

	if (!sasl_scram_printable(p, n))
		return err_set(e, ERR_AUTH,
		    "the server's last message has a character that SCRAM "
		    "does not allow");
	if (n >= 2 && p[0] == 'e' && p[1] == '=')
		return err_set(e, ERR_AUTH, "the server says %.*s",
		    n > 200 ? 200 : (int)n, p);
	if (!sasl_scram_attr('v', &p, end, v, len))
		return err_set(e, ERR_AUTH,
		    "the server's last message has no signature (v=)");
	return 0;
}

void
sasl_scram_name(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == ',')
			buf_adds(b, "=2C");
		else if (*s == '=')
			buf_adds(b, "=3D");
		else
			buf_addc(b, *s);
	}
}
