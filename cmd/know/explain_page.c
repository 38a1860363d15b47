/* Lines of a section: a title at the margin, lines below it, rows with a
 * label. Each of its own, however long: note_page() breaks them. */
#include "cmd/know/explain_page.h"

#include <string.h>
#include "cmd/know/explain.h"

#define PAGE_TEXT 14

/* Lists are put together with a blank behind each word. */
static void
page_end(struct buf *out, const char *text)
{
	size_t len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	buf_add(out, text, len);
	buf_addc(out, '\n');
}

void
page_title(struct buf *out, const char *text)
{
	page_end(out, text);
}

void
page_line(struct buf *out, const char *text)
{
	buf_adds(out, "    ");
	page_end(out, text);
}

void
page_row(struct buf *out, const char *label, const char *text)
{
	buf_addf(out, "    %-*s", PAGE_TEXT - 4, label);
	page_end(out, text);
}

void
page_code(struct buf *out, const struct code *c)
{
	buf_addf(out, "%d %s", c->code, c->text);
	if (c->std10)
		return;
	buf_adds(out, " (");
	explain_source(out, c->source);
	buf_addc(out, ')');
}
