/* What the command line demands of a session: TLS, a login. Whatever puts
 * octets into the core goes by these, and nothing else does (tests/walls.sh):
 * until the demand is met only HELO, EHLO, LHLO, STARTTLS and QUIT pass, and
 * AUTH with its answers where TLS is not what is missing. All fail with
 * ERR_AUTH then, and t->unmet says that the session is to end. */
#ifndef CMD_TALK_DEMAND_H
#define CMD_TALK_DEMAND_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"

struct buf;
struct talk;

/* As smtp_command(), smtp_raw() and the rest of them. */
CHECKED int demand_line(
    struct talk *t, const char *p, size_t len, struct err *e);
CHECKED int demand_raw(
    struct talk *t, const char *p, size_t len, bool owes, struct err *e);
CHECKED int demand_text(
    struct talk *t, const char *p, size_t len, struct err *e);
CHECKED int demand_text_take(struct talk *t, struct buf *b, struct err *e);
CHECKED int demand_text_end(struct talk *t, struct err *e);
CHECKED int demand_chunk(
    struct talk *t, const char *p, size_t len, struct err *e);
CHECKED int demand_bdat(
    struct talk *t, const char *p, size_t len, bool last, struct err *e);
/* The option that needs a certificate to look at, though TLS itself is optional;
 * NULL: none. */
const char *demand_looks(const struct talk *t);
/* Does the command line demand anything? */
bool demand_asked(const struct talk *t);
/* Is there a connection that lacks it still, and nothing has failed for that? */
bool demand_open(const struct talk *t);

#endif
