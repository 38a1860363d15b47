#include "cmd/lang/quote.h"

#include <strings.h>

static bool
quote_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
quote_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* Where the word AUTH ends, or len. */
static size_t
quote_auth(const char *p, size_t len)
{
	for (size_t i = 0; i + 4 < len; i++)
		if (strncasecmp(p + i, "AUTH", 4) == 0 &&
		    (i == 0 || !quote_letter(p[i - 1])) &&
		    !quote_letter(p[i + 4]))
			return i + 4;
	return len;
}

bool
quote_has_auth(const char *p, size_t len)
{
	return quote_auth(p, len) < len;
}

void
quote_add(struct buf *b, const char *p, size_t len)
{
	size_t end = quote_auth(p, len);
	while (end < len && quote_blank(p[end]))
		end++;
	while (end < len && !quote_blank(p[end]))
		end++;
	bool secret = end < len;
	if (end > QUOTE_MAX) {
		buf_add(b, p, QUOTE_MAX);
		buf_adds(b, "...");
		return;
	}
	buf_add(b, p, end);
	if (secret)
		buf_adds(b, " ***");
}

int
quote_slip(const char *p, size_t len, const char *what, struct err *e)
{
	struct buf b = BUF_INIT;
	quote_add(&b, p, len);
	int r = err_set(e, ERR_DATA, "found '%s', %s", buf_str(&b), what);
	buf_release(&b);
	return r;
}
