#include "net/core/period.h"

#include <string.h>

static bool
period_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool
period_is(const char *p, size_t len)
{
	static const char mark[] = "<CRLF>.<CRLF>";
	if (len == 1 && *p == '.')
		return true;
	while (len > 0 && period_blank(*p))
		p++, len--;
	while (len > 0 && period_blank(p[len - 1]))
		len--;
	return len == sizeof mark - 1 && memcmp(p, mark, len) == 0;
}

bool
period_is_behind(const char *p, size_t len)
{
	while (len > 0 && *p == '\\')
		p++, len--;
	return period_is(p, len);
}
