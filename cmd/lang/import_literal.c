/* Literals of Python, Ruby, Rust: what stands between quotes. */
#include "cmd/lang/import_priv.h"

#include <string.h>

static int
literal_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The escape at p, behind its backslash: octets of it. */
static size_t
literal_escape(struct buf *b, const char *p, size_t len)
{
	static const char from[] = "rntabfv0e", to[] = "\r\n\t\a\b\f\v\0\033";
	const char *at = strchr(from, p[0]);
	if (at != NULL && p[0] != '\0') {
		buf_addc(b, to[at - from]);
		return 1;
	}
	if (p[0] == 'x' && len >= 3 && literal_hex(p[1]) >= 0 &&
	    literal_hex(p[2]) >= 0) {
		buf_addc(b, (char)(literal_hex(p[1]) * 16 + literal_hex(p[2])));
		return 3;
	}
	buf_addc(b, p[0]);
	return 1;
}

bool
import_literal(
    struct buf *b, const char *p, size_t len, char quote, size_t *used)
{
	size_t i = 0;
	while (i < len && p[i] != quote) {
		if (p[i] == '\\' && i + 1 < len) {
			i += 1 + literal_escape(b, p + i + 1, len - i - 1);
		} else {
			buf_addc(b, p[i]);
			i++;
		}
	}
	*used = i;
	return i < len;
}
