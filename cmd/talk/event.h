/* What happens in a session, as told to whoever shows or keeps it. The shell
 * makes events; sinks write them: the screen, JSON, TAP, JUnit, a record. */
#ifndef CMD_EVENT_H
#define CMD_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/buf.h"
#include "net/core/err.h"
#include "net/core/reply.h"
#include "net/core/verb.h"

enum event_kind {
	EV_OPEN,     /* text: "connected to 127.0.0.1 port 25" */
	EV_SENT,     /* text: a command line, without CRLF; the period that ends
		      mail text, with verb VERB_TEXT_END */
	EV_TEXT,     /* text: one line of mail text, before transparency; of a
		      chunk too */
	EV_OCTETS,   /* n octets that are not shown line by line; text: the
		      \send, \bdat or \raw line that sends the same, and that
		      stands for all it does: no EV_SENT for its DATA or
		      period; or "" when nothing can */
	EV_REPLY,    /* reply, to verb; unsolicited: nothing asked for it */
	EV_GARBAGE,  /* text: octets that are no reply; remark: why */
	EV_CLOSED,   /* text: why the connection ended */
	EV_TLS,	     /* TLS stands; text: tls_info()'s lines */
	EV_REMARK,   /* text: something worth knowing, shown as a # line */
	EV_VERDICT,  /* what was expected (expected) and what came (text) */
	EV_PAGE,     /* a file's part of the report, which the process made that
			ran it: text, as it is; its FILE_END follows */
	EV_FILE,     /* a conversation file begins: file */
	EV_FILE_END, /* it ended: met of met+missed expectations, status,
			took_ns, text: why it stopped early, or ""; skipped:
			why nothing more of it was run */
	EV_MAILED,   /* what became of a message: mailed; text: the same, for
			people */
	EV_CAUSE,    /* why the run failed: note; text: what it means for the
			mail; status */
	EV_DIAGNOSIS, /* one begins: whom it is about and what it came to: text,
			 status */
	EV_FINDING,   /* one of it: note */
	EV_CHECK,     /* what was looked at and is well: text */
	EV_LINT,      /* a remark on the protocol, at the reply before it:
			note */
	EV_END /* the run ends: files, files_failed, files_skipped, status, took_ns,
			text: the error; met: 1 where one message was taken */
};

enum verdict {
	VERDICT_NONE,
	VERDICT_MET,
	VERDICT_MISSED,
	VERDICT_UNJUDGED /* no expectation was held against the reply */
};

/* What became of a message: its recipients, and the server's name for it. */
struct mailed {
	size_t accepted, later, refused, unknown, open;
	const char *queued_as; /* NULL: none was told */
};

/* Strings may be NULL. */
struct event_note {
	const char *rule;  /* its id */
	const char *level; /* "high", "mid", "low" */
	const char *seen;  /* the evidence */
	const char *what;  /* the cause; of lint: what is wrong */
	const char *next;  /* what to do */
	const char *source;
	const char *where; /* FINDING: the host and address it is about */
	unsigned aside;	   /* FINDING: the conversation beside the run's that
			      it rests on, from 1 on; 0: none */
	bool ours;	   /* what and next: our words, without secrets, which
			      they may look like */
};

/* All pointers are borrowed for the call. Texts hold bytes from outside: a
 * sink escapes them for its medium. */
struct event {
	enum event_kind kind;
	int64_t at_ns; /* since the program began */
	const char *text;
	size_t len;
	bool typed;   /* just typed at a prompt: the terminal shows it
			       already */
	bool implied; /* sent by the prelude, not written by anyone */
	bool secret;  /* text after the verb (and mechanism) is secret */
	const struct reply *reply;
	const struct verb *verb; /* REPLY: what it answers, or NULL; SENT: its
				    own */
	bool unsolicited;
	const char *answers; /* REPLY: the line it answers, "" for a stage */
	int code;	     /* VERDICT_UNJUDGED: of the reply */
	const char *rcpt;    /* REPLY under LMTP after the text: "<path>" */
	int64_t took_ns;     /* REPLY, FILE_END, OPEN, TLS; -1: unknown */
	uint64_t n;	     /* OCTETS */
	const struct mailed *mailed;   /* MAILED */
	const char *remark;	       /* GARBAGE */
	const struct event_note *note; /* CAUSE, FINDING, LINT */
	enum verdict verdict;	       /* REPLY (when known), VERDICT */
	bool nothing; /* VERDICT_MISSED: no reply came, and text says why */
	bool failed;  /* and an error says the same */
	const char *expected; /* "550 No such user here", or NULL */
	const char *file;     /* conversation file, or NULL */
	unsigned line;	      /* in it, 0 if none */
	unsigned met, missed, unjudged;
	int status;   /* FILE_END: the exit status it alone gives */
	bool skipped; /* FILE_END */
	unsigned files, files_failed, files_skipped;
};

/* Between what was expected and what was not met by it. */
static inline const char *
event_joint(bool nothing)
{
	return nothing ? ", and " : ", got ";
}

struct sink {
	void (*put)(struct sink *s, const struct event *ev);
	/* What a conversation beside the run's own tells, the nth, of that
	 * name; NULL: not asked for. */
	void (*aside)(struct sink *s, unsigned n, const char *name,
	    const struct event *ev);
	/* Writes what is left and frees. -1: ERR_OUTPUT. */
	int (*close)(struct sink *s, struct err *e);
	struct sink *next;
};

struct out;
struct redact;

/* The sinks. All take secrets out by r (borrowed). */
struct human_opts {
	bool terminal; /* escape controls, mark by colour if colour */
	bool colour;
	bool remarks;	   /* explanations below replies */
	int width;	   /* columns, at least 40; 0 = 80 */
	bool brief;	   /* of messages only what became of each */
	uint64_t text_max; /* octets of mail text shown a message, or
			      TEXT_MAX_AUTO; the rest is counted in a remark */
};
/* 64 KiB, on a terminal 40 lines. */
#define TEXT_MAX_AUTO	UINT64_MAX
#define TEXT_MAX_OCTETS 65536
#define TEXT_MAX_LINES	40

struct sink *human_new(
    struct out *o, const struct human_opts *opts, const struct redact *r);
/* The prompt learns here that the remark setting or width changed. */
void human_set(struct sink *s, const struct human_opts *opts);
struct sink *json_new(struct out *o, const struct redact *r, struct err *e);
struct sink *tap_new(struct out *o, const struct redact *r);
/* Written whole at close. NULL: ERR_OUTPUT. */
struct sink *junit_new(const char *path, const struct redact *r, struct err *e);
/* A conversation file that replays: mode 0600, O_NOFOLLOW; "-" is refused.
 * What it keeps of prelude lines is written plainly, so the record has its
 * own greeting, HELO and QUIT. */
struct sink *record_new(
    const char *path, const struct redact *r, struct err *e);

#endif
