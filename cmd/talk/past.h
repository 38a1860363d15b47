/* What a conversation has seen, kept as facts for cause.h. Only where talk.past
 * is set; nothing is collected for those who do not ask. */
#ifndef CMD_TALK_PAST_H
#define CMD_TALK_PAST_H

#include <stdbool.h>
#include "cmd/know/sight.h"

struct talk;
struct smtp_event;
struct due;
struct mailed;

/* A connection is begun, to wherever it goes. */
void past_open(struct talk *t);
/* is: the alias's name, the address; or NULL. */
void past_mx(
    struct talk *t, enum sight_mx kind, const char *host, const char *is);
/* A line goes out. */
void past_sent(struct talk *t, const struct verb *v, const char *p, size_t len);
/* A reply has come; met: it is what was expected. */
void past_reply(struct talk *t, const struct smtp_event *ev, bool met);
/* One that had come before is what was expected. */
void past_met(struct talk *t, const struct due *d);
void past_garbage(struct talk *t, const char *p, size_t len);
/* What has come of a reply before the connection ended, as it stands in a
 * sentence. */
void past_part(struct talk *t, const char *p, size_t len);
/* The server has closed: before the link is let go. */
void past_gone(struct talk *t);
/* What is owed and not sent just now. */
void past_look(struct talk *t);
/* An error was told. */
void past_error(struct talk *t, const struct err *e);
/* Tells the rules that a reply, or what is none, breaks. */
void past_lint(struct talk *t, const struct smtp_event *ev);
/* A file of a run has ended: what went as it expected is forgotten, and what
 * failed first stays the cause of all. */
void past_file(struct talk *t, bool failed);
/* The size of the message. */
void past_size(struct talk *t, uint64_t size);

/* What failed for now is tried again. */
void past_again(struct talk *t);
/* What became of all recipients, however often each was asked for. */
void past_mailed(struct talk *t, const struct mailed *m);

#endif
