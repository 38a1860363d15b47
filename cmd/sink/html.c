#include "cmd/sink/html.h"

#include <string.h>
#include "cmd/say/out.h"

void
html_add(struct buf *b, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		switch (p[i]) {
		case '&':
			buf_adds(b, "&amp;");
			break;
		case '<':
			buf_adds(b, "&lt;");
			break;
		case '>':
			buf_adds(b, "&gt;");
			break;
		case '"':
			buf_adds(b, "&quot;");
			break;
		default:
			buf_addc(b, p[i]);
		}
}

void
html_text(struct buf *b, const char *s)
{
	struct buf clean = BUF_INIT;
	escape_add(&clean, s, strlen(s), false);
	html_add(b, buf_data(&clean), buf_len(&clean));
	buf_release(&clean);
}
