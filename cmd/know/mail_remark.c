#include "cmd/know/mail_remark.h"

#include <string.h>
#include <strings.h>

#define LINT_LINE_MAX 998

void
mail_remark_init(struct mail_remark *l)
{
	*l = (struct mail_remark){ 0 };
}

static void
mail_remark_line_end(struct mail_remark *l, size_t last_cr)
{
	size_t n = l->len < sizeof l->head ? l->len : sizeof l->head;
	l->line++;
	if (l->len - last_cr > LINT_LINE_MAX && l->long_line == 0)
		l->long_line = l->line;
	if (l->line == 1 && n >= 5 && memcmp(l->head, "From ", 5) == 0)
		l->mbox = true;
	if (!l->body && n >= 4 && strncasecmp(l->head, "Bcc:", 4) == 0)
		l->bcc = true;
	l->body |= l->len - last_cr == 0;
	l->len = 0;
}

void
mail_remark_take(struct mail_remark *l, const char *p, size_t len)
{
	if (l->taken == 0 && len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		l->bom = true;
	l->taken += len;
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		for (size_t i = 0; i < n && l->len + i < sizeof l->head; i++)
			l->head[l->len + i] = p[i];
		l->len += n;
		if (nl == NULL)
			return;
		bool cr = n > 0 && nl[-1] == '\r';
		mail_remark_line_end(l, cr);
		p = nl + 1;
		len -= n + 1;
	}
}

const char *
mail_remark_tell(const struct mail_remark *l, unsigned *i)
{
	const struct {
		bool is;
		const char *text;
	} all[] = {
		{ l->bom,
		    "the message begins with a byte order mark: its first "
		    "field has another name than it seems" },
		{ l->mbox,
		    "the message begins with an mbox's From_ line, which is no "
		    "field (--mbox takes such files apart)" },
		{ l->bcc,
		    "the header has a Bcc field, and every recipient will read "
		    "it (--envelope headers takes it out)" },
		{ l->long_line > 0 || l->len > LINT_LINE_MAX + 1,
		    "a line is longer than 998 octets, more than a server need "
		    "take (RFC 5321 4.5.3.1.6)" },
	};
	while (*i < sizeof all / sizeof *all)
		if (all[(*i)++].is)
			return all[*i - 1].text;
	return NULL;
}
