/* What of a message may surprise its sender, seen as its octets pass. */
#ifndef CMD_MAIL_REMARK_H
#define CMD_MAIL_REMARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mail_remark {
	bool bom, mbox, bcc;
	uint64_t long_line; /* the first over 998 octets, or 0 */
	/* private */
	bool body;
	uint64_t taken, line;
	size_t len; /* of the line under way */
	char head[8];
};

void mail_remark_init(struct mail_remark *l);
void mail_remark_take(struct mail_remark *l, const char *p, size_t len);
/* The next remark, from *i = 0 on; NULL: no more. */
const char *mail_remark_tell(const struct mail_remark *l, unsigned *i);

#endif
