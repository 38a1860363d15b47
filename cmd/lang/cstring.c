#include "cmd/lang/cstring.h"

#include <string.h>

static int
cstring_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The escape at p, behind the backslash; octets it takes, 0 if none. */
static size_t
cstring_one(struct buf *b, const char *p, size_t len)
{
	static const char from[] = "rntabefv\\\"'";
	static const char to[] = "\r\n\t\a\b\033\f\v\\\"'";
	if (len == 0)
		return 0;
	const char *at = memchr(from, *p, sizeof from - 1);
	if (at != NULL) {
		buf_addc(b, to[at - from]);
		return 1;
	}
	int v = 0;
	size_t n = 0;
	if (*p == 'x') {
		for (n = 1; n < 3 && n < len && cstring_hex(p[n]) >= 0; n++)
			v = v * 16 + cstring_hex(p[n]);
		if (n == 1)
			return 0;
	} else {
		for (; n < 3 && n < len && p[n] >= '0' && p[n] <= '7'; n++)
			v = v * 8 + (p[n] - '0');
		if (n == 0 || v > 255)
			return 0;
	}
	buf_addc(b, (char)v);
	return n;
}

int
cstring_parse(struct buf *b, const char *p, size_t len, struct err *e)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] != '\\') {
			buf_addc(b, p[i]);
			continue;
		}
		size_t n = cstring_one(b, p + i + 1, len - i - 1);
		if (n == 0)
			return err_set(e, ERR_USAGE,
			    "'\\%.*s' is no escape: \\r \\n \\t \\0 \\NNN "
			    "\\xNN \\\\",
			    i + 1 < len ? 1 : 0, p + i + 1);
		i += n;
	}
	return 0;
}

void
cstring_add(struct buf *b, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];
		if (c == '\r')
			buf_adds(b, "\\r");
		else if (c == '\n')
			buf_adds(b, "\\n");
		else if (c == '\\')
			buf_adds(b, "\\\\");
		else if (c < ' ' || c > '~' || (c == ' ' && i == 0))
			buf_addf(b, "\\x%02x", c);
		else
			buf_addc(b, p[i]);
	}
}
