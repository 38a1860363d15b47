#include "cmd/lang/near.h"

#include <ctype.h>

static size_t
near_same(const char *a, const char *b, size_t n)
{
	size_t i = 0;
	while (i < n &&
	       tolower((unsigned char)a[i]) == tolower((unsigned char)b[i]))
		i++;
	return i;
}

bool
near_word(const char *a, size_t alen, const char *b, size_t blen)
{
	if (alen < blen)
		return near_word(b, blen, a, alen);
	if (blen < 3 || alen > blen + 1)
		return false;
	size_t i = near_same(a, b, blen);
	if (alen > blen)
		return near_same(a + i + 1, b + i, blen - i) == blen - i;
	if (i == alen)
		return false;
	size_t rest = alen - i - 1;
	if (near_same(a + i + 1, b + i + 1, rest) == rest)
		return true;
	return rest > 0 && near_same(a + i, b + i + 1, 1) == 1 &&
	       near_same(a + i + 1, b + i, 1) == 1 &&
	       near_same(a + i + 2, b + i + 2, rest - 1) == rest - 1;
}
