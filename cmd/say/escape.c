/* Bytes from outside made fit for people's eyes. What could move the cursor,
 * hide text or turn its direction is shown octet by octet as \xNN, and so is
 * whatever is not strict UTF-8 (RFC 3629): a decoder that is laxer than the
 * terminal's, or stricter, would let something through. */
#include "cmd/say/out.h"

#include <string.h>
#include "net/core/span.h"

struct escape_range {
	unsigned long first, last;
};

/* Beyond ASCII: C1, and what has no glyph of its own. */
static const struct escape_range escape_hidden[] = {
	{ 0x0080, 0x009f },  /* C1 */
	{ 0x00ad, 0x00ad },  /* soft hyphen */
	{ 0x061c, 0x061c },  /* Arabic letter mark */
	{ 0x180e, 0x180e },  /* Mongolian vowel separator */
	{ 0x200b, 0x200f },  /* zero-width, direction marks */
	{ 0x2028, 0x202e },  /* line and paragraph separator, bidi */
	{ 0x2060, 0x206f },  /* word joiner, isolates, invisible operators */
	{ 0xfeff, 0xfeff },  /* byte order mark */
	{ 0xfff9, 0xfffb },  /* interlinear annotation */
	{ 0xe0000, 0xe0fff } /* tags */
};

static const struct escape_range escape_wide[] = { { 0x1100, 0x115f },
	{ 0x2e80, 0x303e }, { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff },
	{ 0x20000, 0x3fffd } };

static const struct escape_range escape_combining[] = { { 0x0300, 0x036f },
	{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff },
	{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f } };

#define ESCAPE_IN(table, cp)                                                   \
	escape_in(table, sizeof(table) / sizeof(table[0]), cp)

static bool
escape_in(const struct escape_range *r, size_t n, unsigned long cp)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= r[i].first && cp <= r[i].last)
			return true;
	return false;
}

size_t
escape_utf8(const char *p, size_t len, unsigned long *cp)
{
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (len == 0)
		return 0;
	unsigned char c = (unsigned char)p[0];
	*cp = c;
	if (c < 0x80)
		return 1;
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || n > len)
		return 0;
	*cp = c & (0xffU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		unsigned char t = (unsigned char)p[i];
		if ((t & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (t & 0x3f);
	}
	if (*cp < least[n] || *cp > 0x10ffff ||
	    (*cp >= 0xd800 && *cp <= 0xdfff))
		return 0;
	return n;
}

bool
escape_unsafe(unsigned long cp)
{
	return cp < 0x20 || cp == 0x7f || ESCAPE_IN(escape_hidden, cp);
}

void
escape_add(struct buf *b, const char *p, size_t len, bool tabs)
{
	size_t plain = 0; /* octets before i that can go as they are */
	size_t i = 0;
	while ((i += span_plain(p + i, len - i)) < len) {
		unsigned long cp;
		size_t n = escape_utf8(p + i, len - i, &cp);
		if (n > 0 && (!escape_unsafe(cp) || (cp == '\t' && tabs))) {
			i += n;
			continue;
		}
		buf_add(b, p + plain, i - plain);
		for (size_t k = 0; k < (n > 0 ? n : 1); k++)
			buf_addf(b, "\\x%02x", (unsigned char)p[i + k]);
		i += n > 0 ? n : 1;
		plain = i;
	}
	buf_add(b, p + plain, len - plain);
}

size_t
escape_width(const char *p, size_t len)
{
	size_t width = 0;
	for (size_t i = 0;;) {
		unsigned long cp;
		size_t plain = span_plain(p + i, len - i);
		width += plain;
		i += plain;
		if (i == len)
			return width;
		size_t n = escape_utf8(p + i, len - i, &cp);
		if (n == 0)
			cp = 0, n = 1;
		if (cp == '\t')
			width += 8 - width % 8;
		else if (ESCAPE_IN(escape_wide, cp))
			width += 2;
		else if (!ESCAPE_IN(escape_combining, cp))
			width++;
		i += n;
	}
}
