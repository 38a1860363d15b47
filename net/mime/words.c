#include "net/mime/words.h"

#include <string.h>
#include "net/core/base64.h"
#include "net/core/utf8.h"

#define WORDS_MOST 45 /* octets: 60 of base64 and 12 around them */

/* The word at p: does it? */
static bool
words_one(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] > 126 || (unsigned char)p[i] < ' ')
			return true;
	return memmem(p, len, "=?", 2) != NULL;
}

/* From the first that needs it to the end of the last. */
static bool
words_span(const char *text, size_t *from, size_t *to)
{
	bool any = false;
	for (size_t i = 0; text[i] != '\0';) {
		size_t n = strcspn(text + i, " ");
		if (words_one(text + i, n)) {
			*from = any ? *from : i;
			*to = i + n;
			any = true;
		}
		i += n + (text[i + n] == ' ');
	}
	return any;
}

bool
words_need(const char *text)
{
	size_t from, to;
	return words_span(text, &from, &to);
}

/* How much goes into the next word: whole characters, and threes of octets if
 * there are such. */
static size_t
words_chunk(const char *p, size_t len)
{
	size_t most = 0, threes = 0;
	if (len <= WORDS_MOST)
		return len;
	for (size_t i = 0; i <= WORDS_MOST;) {
		most = i;
		threes = i % 3 == 0 ? i : threes;
		size_t n =
		    (unsigned char)p[i] < 128 ? 1 : utf8_wide(p + i, len - i);
		i += n == 0 ? 1 : n;
	}
	return threes > 0 ? threes : most;
}

void
words_add(struct buf *b, const char *text)
{
	size_t from, to;
	if (!words_span(text, &from, &to)) {
		buf_adds(b, text);
		return;
	}
	buf_add(b, text, from);
	for (size_t i = from; i < to;) {
		size_t n = words_chunk(text + i, to - i);
		buf_adds(b, i > from ? " =?UTF-8?B?" : "=?UTF-8?B?");
		base64_encode(b, text + i, n);
		buf_adds(b, "?=");
		i += n;
	}
	buf_adds(b, text + to);
}
