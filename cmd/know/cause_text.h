/* Causes without a session: a reply as people paste it, a line of a log, a
 * bounce, a transcript of any kind. */
#ifndef CMD_CAUSE_TEXT_H
#define CMD_CAUSE_TEXT_H

#include "cmd/know/cause.h"

/* A cause found in a text; line counts from 1, seen is borrowed. */
typedef void cause_found(
    void *arg, struct cause *c, unsigned line, const char *seen, int code);

/* Tells each cause once, in their order. How many. */
size_t cause_text(const char *p, size_t len, cause_found *found, void *arg);
/* Does any line look like one of a session, a log, a bounce or a reply? */
bool cause_seen(const char *p, size_t len);
/* A line that says of a refusal but not its code ("dsn=5.1.1, stat=User
 * unknown"): appends the reply that it stands for. false: it says none. */
bool cause_said(struct buf *b, const char *p, size_t len);
/* Appends cause, next step and source as lines of a page (explain_page.h). s:
 * what is known of the session, or NULL. false: nothing is known of that reply. */
bool cause_page(
    struct buf *out, const struct sight *s, const struct sight_reply *r);

/* What a program's own words mean; WHY_NONE: nothing that is known. */
enum err_why cause_words(const char *p, size_t len);

#endif
