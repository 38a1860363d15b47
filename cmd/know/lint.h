/* Rules of the protocol that a server's replies are held against, one row a
 * rule. Pure: a conversation's replies in order, rules that they break out. */
#ifndef CMD_LINT_H
#define CMD_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/reply.h"
#include "net/core/smtp.h"
#include "net/core/verb.h"

enum lint_level { LINT_LOW, LINT_MID, LINT_HIGH };

/* What a reply is seen against. */
struct lint_look {
	const struct verb *v; /* what it answers; VERB_UNKNOWN if nothing */
	const char *line;     /* the line that it answers, or "" */
	const struct reply *r;
	bool unasked; /* nothing asked for it */
	bool in_text; /* mail text was going out */
	/* Before it. */
	const struct lint *was;
};

/* What is remembered of a session. */
struct lint {
	/* Of all sessions: ids that are not told, borrowed; how often each
	 * level was. */
	const char *const *ignore;
	size_t nignore;
	unsigned told[3];
	bool connected, tls, hello, authed;
	bool mail, mail_8bit, mail_utf8, mail_dsn;
	unsigned rcpts;
	enum verb_id last; /* what the newest reply answered */
	int last_code;
	struct buf offered; /* EHLO's keywords, LF behind each */
	struct buf clear;   /* those before TLS */
};

struct lint_rule {
	const char *id;
	enum lint_level level;
	const char *source; /* RFC and section */
	bool (*broken)(const struct lint_look *k);
	const char *text; /* what is wrong: lower case, no full stop */
};

void lint_init(struct lint *l);
void lint_release(struct lint *l);
/* A new connection; TLS stands. */
void lint_open(struct lint *l);
void lint_tls(struct lint *l);
/* Tells each rule that the reply breaks, then remembers the reply. */
typedef void lint_told(void *arg, const struct lint_rule *r);
void lint_reply(
    struct lint *l, const struct lint_look *k, lint_told *told, void *arg);
/* Octets that are no reply. */
void lint_garbage(
    struct lint *l, const char *p, size_t len, lint_told *told, void *arg);
/* Row i; NULL past the last. */
const struct lint_rule *lint_at(size_t i);
const char *lint_level_name(enum lint_level l);
/* By id; NULL: there is none. */
const struct lint_rule *lint_find(const char *id);

#endif
