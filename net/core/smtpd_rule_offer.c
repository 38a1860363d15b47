/* What EHLO lists, as rules want it: what they hide is left out, what they
 * offer stands in place of what there was of the same keyword. */
#include "net/core/smtpd_priv.h"

#include <string.h>
#include <strings.h>

/* Is that the first word of a line in the list, LF behind each? */
static bool
smtpd_rule_lists(const struct buf *list, struct span word)
{
	const char *p = buf_data(list), *end = p + buf_len(list);
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		struct span line = { p, (size_t)(lf - p) };
		struct span w = span_word(&line);
		if (w.len == word.len && strncasecmp(w.p, word.p, w.len) == 0)
			return true;
		p = lf + 1;
	}
	return false;
}

void
smtpd_rule_offers(const struct smtpd *d, struct buf *lines, size_t from)
{
	struct buf was = BUF_INIT;
	buf_add(&was, buf_data(lines) + from, buf_len(lines) - from);
	buf_truncate(lines, from);
	const char *p = buf_data(&was), *end = p + buf_len(&was);
	while (p < end) {
		const char *lf = memchr(p + 1, '\n', (size_t)(end - p - 1));
		const char *stop = lf == NULL ? end : lf;
		struct span line = { p + 1, (size_t)(stop - p - 1) };
		struct span word = span_word(&line);
		if (!smtpd_rule_lists(&d->ruled.hide, word) &&
		    !smtpd_rule_lists(&d->ruled.offer, word))
			buf_add(lines, p, (size_t)(stop - p));
		p = stop;
	}
	p = buf_data(&d->ruled.offer);
	for (size_t left = buf_len(&d->ruled.offer); left > 0;) {
		const char *lf = memchr(p, '\n', left);
		size_t n = (size_t)(lf - p);
		buf_addc(lines, '\n');
		buf_add(lines, p, n);
		p += n + 1;
		left -= n + 1;
	}
	buf_release(&was);
}
