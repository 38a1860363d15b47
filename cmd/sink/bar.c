#include "cmd/sink/bar.h"

void
bar_add(struct buf *b, size_t eighths)
{
	static const char *const part[] = { "", "\u258f", "\u258e", "\u258d",
		"\u258c", "\u258b", "\u258a", "\u2589" };
	for (; eighths >= 8; eighths -= 8)
		buf_adds(b, "\u2588");
	buf_adds(b, part[eighths]);
}
