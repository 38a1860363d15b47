/* How remarks are laid out. */
#include "note.h"

#include <string.h>
#include "out.h"

void
note_time(struct buf *b, int64_t ns)
{
	double ms = (double)(ns < 0 ? 0 : ns) / 1e6;
	if (ms < 9.95)
		buf_addf(b, "%.1f ms", ms);
	else if (ms < 999.5)
		buf_addf(b, "%.0f ms", ms);
	else if (ms < 9950)
		buf_addf(b, "%.1f s", ms / 1000);
	else
		buf_addf(b, "%.0f s", ms / 1000);
}

/* One line's words. */
static void
note_fill(struct buf *b, const char *p, size_t len, size_t width, size_t hang)
{
	size_t column = 0;
	size_t i = 0;
	while (i < len) {
		size_t from = i;
		while (i < len && p[i] == ' ')
			i++;
		size_t word = i;
		while (i < len && p[i] != ' ')
			i++;
		size_t take = escape_width(p + from, i - from);
		if (width > 0 && from > 0 && column + take > width) {
			buf_addc(b, '\n');
			for (size_t k = 0; k < hang; k++)
				buf_addc(b, ' ');
			column = hang;
			from = word;
			take = escape_width(p + from, i - from);
		}
		buf_add(b, p + from, i - from);
		column += take;
	}
	buf_addc(b, '\n');
}

void
note_wrap(struct buf *b, const char *p, size_t len, size_t width, size_t hang)
{
	for (;;) {
		const char *lf = len > 0 ? memchr(p, '\n', len) : NULL;
		size_t n = lf != NULL ? (size_t)(lf - p) : len;
		note_fill(b, p, n, width, hang);
		if (lf == NULL || n + 1 == len)
			return;
		p += n + 1;
		len -= n + 1;
	}
}

void
note_end(struct buf *b, const char *time, size_t width)
{
	size_t need = escape_width(time, strlen(time));
	size_t used = 0;
	if (buf_len(b) > 0) {
		const char *p = buf_data(b);
		size_t len = buf_len(b) - 1; /* without the last LF */
		const char *lf = memrchr(p, '\n', len);
		size_t from = lf != NULL ? (size_t)(lf - p) + 1 : 0;
		used = escape_width(p + from, len - from);
		if (used + 2 + need <= width)
			buf_truncate(b, len);
		else
			used = 0;
	}
	for (; used + need < width; used++)
		buf_addc(b, ' ');
	buf_adds(b, time);
	buf_addc(b, '\n');
}
