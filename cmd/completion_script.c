#include "completion.h"

void
completion_script(struct buf *b, const char *shell)
{
	(void)b;
	(void)shell;
}
