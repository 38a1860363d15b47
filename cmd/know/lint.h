/* What of a message may surprise its sender, seen as its octets pass. */
#ifndef CMD_LINT_H
#define CMD_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lint {
	bool bom, mbox, bcc;
	uint64_t long_line; /* the first over 998 octets, or 0 */
	/* private */
	bool body;
	uint64_t taken, line;
	size_t len; /* of the line under way */
	char head[8];
};

void lint_init(struct lint *l);
void lint_take(struct lint *l, const char *p, size_t len);
/* The next remark, from *i = 0 on; NULL: no more. */
const char *lint_tell(const struct lint *l, unsigned *i);

#endif
