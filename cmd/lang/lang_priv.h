/* Between the files of the reader. */
#ifndef CMD_LANG_PRIV_H
#define CMD_LANG_PRIV_H

#include "cmd/lang/lang.h"

enum lang_tag { TAG_NONE, TAG_CLIENT, TAG_SERVER };

/* "NAME:LINE: ", and what is wrong; -1. */
int lang_err(const struct lang *l, unsigned line, struct err *e,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Puts the place before what e says already; -1. */
int lang_wrap(const struct lang *l, struct err *e);
bool lang_blank(char c);
size_t lang_indent(const char *p, size_t len);
/* Whose line it is. In a stream the first tag decides the dialect. */
CHECKED int lang_tag(struct lang *l, const char *p, size_t len,
    enum lang_tag *tag, size_t *skip, struct err *e);
void lang_give(struct lang *l, struct stmt *out, enum stmt_kind kind,
    const char *p, size_t len);

/* lang_text.c. A line while mail text (or a chunk) is open. Text whose first line has no
 * tag is taken as it stands; in tagged text blank lines are spacing. */
CHECKED int lang_text(
    struct lang *l, const char *p, size_t len, struct stmt *out, struct err *e);
/* lang_template.c. "template NAME {", and a line of what is in the braces. */
bool lang_template(struct lang *l, const char *p, size_t len);
CHECKED int lang_body(
    struct lang *l, const char *p, size_t len, struct stmt *out, struct err *e);

#endif
