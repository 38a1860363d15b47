/* Base64 by groups of four. Each text has one octet string and the other way
 * round, so what is accepted is what encoding would give. */
#include "net/core/base64.h"

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(struct buf *b, const void *p, size_t n)
{
	const unsigned char *s = p;
	char *to;

	if (n == 0)
		return;
	to = buf_space(b, BASE64_LEN(n));
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		unsigned v = (unsigned)s[i] << 16;

		if (left > 1)
			v |= (unsigned)s[i + 1] << 8;
		if (left > 2)
			v |= s[i + 2];
		*to++ = base64_digits[v >> 18];
		*to++ = base64_digits[v >> 12 & 63];
		*to++ = left > 1 ? base64_digits[v >> 6 & 63] : '=';
		*to++ = left > 2 ? base64_digits[v & 63] : '=';
	}
	buf_commit(b, BASE64_LEN(n));
}

/* 0 to 63, or -1. */
static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* The offset of the first wrong character, n at the text's end when it is
 * too short, or n + 1 for none. */
static size_t
base64_wrong(const char *p, size_t n)
{
	size_t i, digits;
	int last;

	for (digits = 0; digits < n && base64_value(p[digits]) >= 0; digits++)
		;
	if (digits % 4 == 0)
		return digits == n ? n + 1 : digits;
	if (digits % 4 == 1)
		return digits;
	for (i = digits; i % 4 != 0; i++)
		if (i == n || p[i] != '=')
			return i;
	last = base64_value(p[digits - 1]);
	if ((last & (digits % 4 == 2 ? 15 : 3)) != 0)
		return digits - 1;
	return i == n ? n + 1 : i;
}

int
base64_decode(struct buf *b, const char *p, size_t n, size_t *at)
{
	size_t wrong = base64_wrong(p, n), len;
	char *to;

	if (wrong <= n) {
		if (at != NULL)
			*at = wrong;
		return -1;
	}
	if (n == 0)
		return 0;
	len = n / 4 * 3 - (p[n - 1] == '=') - (p[n - 2] == '=');
	to = buf_space(b, n / 4 * 3);
	for (size_t i = 0; i < n; i += 4) {
		unsigned v = 0;

		for (size_t j = i; j < i + 4; j++)
			v = v << 6 |
			    (p[j] == '=' ? 0 : (unsigned)base64_value(p[j]));
		*to++ = (char)(v >> 16 & 255);
		*to++ = (char)(v >> 8 & 255);
		*to++ = (char)(v & 255);
	}
	buf_commit(b, len);
	return 0;
}
