/* Lines of a section: a title at the margin, lines below it, rows with a
 * label. */
#include "explain.h"
#include "explain_page.h"

#define PAGE_WIDTH 79
#define PAGE_TEXT  14

void
page_title(struct buf *out, const char *text)
{
	explain_fill(out, 0, 4, PAGE_WIDTH, text);
}

void
page_line(struct buf *out, size_t hang, const char *text)
{
	buf_adds(out, "    ");
	explain_fill(out, 4, 4 + hang, PAGE_WIDTH, text);
}

void
page_row(struct buf *out, const char *label, size_t hang, const char *text)
{
	buf_addf(out, "    %-*s", PAGE_TEXT - 4, label);
	explain_fill(out, PAGE_TEXT, PAGE_TEXT + hang, PAGE_WIDTH, text);
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
