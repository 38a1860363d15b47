/* Rules that make a receiver misbehave: when something comes that a rule is
 * for, it says and does what the rule says. cmd/ makes them out of text; the
 * receiver core asks. Counts are shared by all sessions, in whatever thread. */
#ifndef NET_RULE_H
#define NET_RULE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/span.h"
#include "net/core/verb.h"

enum rule_event {
	RULE_CONNECT, /* the arg is the client's address */
	RULE_COMMAND, /* a verb's; the arg is what stands behind it */
	RULE_ANY,     /* any command line, which is the arg */
	RULE_TEXT,    /* mail text begins */
	RULE_END,     /* it is whole */
	RULE_HEADER,  /* the same, by a look at its header */
	RULE_BODY
};

/* What happens behind what is said. */
enum rule_then {
	RULE_GO_ON,
	RULE_CLOSE,
	RULE_RESET, /* the connection, by RST */
	RULE_STALL  /* nothing is said or done any more */
};

/* What a rule's count is of. */
enum rule_scope { RULE_OF_ALL, RULE_OF_CONNECTION, RULE_OF_CLIENT };

enum rule_first { RULE_ALWAYS, RULE_FIRST_CLIENT, RULE_FIRST_PATH };

struct rule {
	const char *place; /* "--rule" or a file's name, and the line there */
	unsigned line;
	char *text; /* as it was written, for people */
	enum rule_event on;
	enum verb_id verb;
	/* NULL: any. */
	char *glob;	/* the path, or the client: '*' and '?' */
	const void *re; /* for the rules' match() */
	char *words;	/* the arg begins with these */
	/* 0: no such condition. */
	unsigned long nth, after, every;
	bool by_odds;
	enum rule_scope scope;
	double odds; /* 0 to 1 */
	enum rule_first first;
	/* What is said in place of the reply: octets, CRLF included. */
	char *say;
	size_t say_len;
	bool says, silent;
	int code;		 /* its first digits; 0: no reply code */
	uint64_t delay_ms, slow; /* slow: octets a second */
	bool drops;
	uint64_t drop_after; /* octets of mail text */
	char *offer, *hide;  /* EHLO's lines and words, LF between */
	char *early;	     /* said behind the reply */
	size_t early_len;
	bool tls_fails;
	enum rule_then then;
	atomic_ulong count; /* how often what it is for came */
};

struct rule_seen;

struct rules {
	struct rule *rule;
	size_t n;
	uint64_t seed;
	bool looks; /* one looks at the text */
	/* What an expression matches. */
	bool (*match)(const void *re, const char *p, size_t len);
	struct rule_seen *seen; /* for rule_first, and what is counted by
				   client */
};

/* Per connection. Zeroes are a new one's. */
struct rule_counts {
	unsigned long *count; /* by rule */
};

/* What came. */
struct rule_case {
	enum rule_event on; /* RULE_END stands for HEADER and BODY, too, a
			       command for ANY */
	enum verb_id verb;
	const char *client; /* "" if it has no address */
	struct span line;   /* the whole command */
	struct span arg;    /* trimmed */
	struct span text;   /* RULE_END: the message */
};

/* What is to be done: pieces of rules that fired. */
struct rule_verdict {
	const struct rule *reply; /* the first with a reply, no-reply or an
				     end; NULL: none */
	const struct rule *early, *drop, *tls, *fired; /* fired: the first */
	uint64_t delay_ms, slow;
};

void rules_init(struct rules *r);
/* Nobody was seen. */
struct rule_seen *rule_seen_new(void);
/* Frees all but the expressions, which are the maker's. */
void rules_release(struct rules *r);
void rule_counts_release(struct rule_counts *c);
/* A rule may fire though nothing is said of it: its offer and hide. tell, if
 * not NULL, is told each that does. */
void rules_ask(const struct rules *r, struct rule_counts *counts,
    const struct rule_case *c, struct rule_verdict *v,
    void (*tell)(void *arg, const struct rule *rule), void *arg);
/* '*' is any octets, '?' one; letters in any case. */
bool rule_glob(const char *glob, const char *p, size_t len);

#endif
