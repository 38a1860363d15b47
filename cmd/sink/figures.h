/* What a load run came to: counts, latencies by step, failures. Fed by the
 * run, added up over machines, told as text, JSON, a page, a log. No clock:
 * moments are the caller's, in nanoseconds since the run began. */
#ifndef CMD_SINK_FIGURES_H
#define CMD_SINK_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cmd/sink/hdr.h"
#include "net/core/buf.h"
#include "net/core/err.h"
#include "net/core/verb.h"

enum figure {
	FIGURE_CONNECT,
	FIGURE_TLS,
	FIGURE_GREETING,
	FIGURE_EHLO, /* HELO and LHLO, too */
	FIGURE_AUTH, /* the whole exchange */
	FIGURE_MAIL,
	FIGURE_RCPT,
	FIGURE_DATA,
	FIGURE_TEXT,  /* the end of mail text, and BDAT */
	FIGURE_OTHER, /* any other verb */
	FIGURE_WHOLE, /* a message: from when it was due to its last reply */
	FIGURES
};

extern const char *const figure_names[FIGURES];
enum figure figure_of(const struct verb *v);

/* Messages that failed alike. */
struct figures_failure {
	enum figure at;
	int code;	    /* the reply's; 0: none came */
	enum err_kind kind; /* then: why */
	uint64_t n;
	char *text; /* of the first; holds bytes from outside */
};

/* An interval of the run, about a second. */
struct figures_point {
	int64_t at_ns, for_ns;
	uint64_t messages, octets, failed;
	int64_t p50, p90, p99, p999, max; /* of whole messages */
};

#define FIGURES_TOLD 10 /* missed expectations that are named */

struct figures {
	uint64_t begun;	      /* messages, or runs of a conversation file */
	uint64_t messages;    /* of these well */
	uint64_t failed, cut; /* and those that the run's end cut short */
	uint64_t mails;	      /* texts that a server took */
	uint64_t octets;      /* of them, as SIZE counts */
	uint64_t connections, handshakes, resumed;
	uint64_t met, missed, unjudged;
	uint64_t late;	  /* messages that had to wait for a free session */
	uint64_t unbegun; /* that were due, and no session was free in time */
	uint64_t code[600];
	struct hdr *all[FIGURES], *lag;
	struct figures_failure *failure;
	size_t nfailures;
	char *told[FIGURES_TOLD]; /* "FILE:LINE: expected ..., got ..." */
	size_t ntold;
	struct figures_point *point;
	size_t npoints;

	double began; /* seconds since 1970 */
	int64_t elapsed_ns;
	int64_t cpu_ns, memory; /* smtpsh's own; octets at most */
	uint64_t sessions, machines;
	double rate; /* that was asked for, 0: none */
	bool interrupted;

	/* The interval under way. */
	struct hdr *now[FIGURES];
	int64_t now_ns; /* its begin */
	uint64_t now_messages, now_octets, now_failed;
};

void figures_init(struct figures *f);
void figures_release(struct figures *f);
/* A step took so long. */
void figures_step(struct figures *f, enum figure at, int64_t ns);
/* A message, or a run, failed there. */
void figures_fail(struct figures *f, enum figure at, int code,
    enum err_kind kind, const char *text, size_t len);
/* An expectation was missed, or a reply not judged. */
void figures_told(struct figures *f, const char *text);
/* An interval ends: fills *p, and adds what was recorded to the whole. The
 * interval's histograms stay until figures_next(). */
void figures_tick(struct figures *f, int64_t at_ns, struct figures_point *p);
void figures_next(struct figures *f, int64_t at_ns);
/* Adds up, exactly. */
void figures_merge(struct figures *f, const struct figures *from);
/* "550 mailbox unavailable", "connection lost". */
void figures_reason(const struct figures_failure *x, struct buf *b);
/* What held the run back, if it was this program; or "". */
void figures_limit(const struct figures *f, struct buf *b);

/* For people; width: columns. Bytes from outside are escaped. */
void figures_text(const struct figures *f, struct buf *b, size_t width);
/* One object on one line, with LF. */
void figures_json(const struct figures *f, struct buf *b);
/* A page that needs nothing else. */
void figures_html(const struct figures *f, const char *title, struct buf *b);

/* The log (--hdr): its head; an interval's lines, which end whole; its end with
 * the counts. */
void figures_log_head(const struct figures *f, struct buf *b);
CHECKED int figures_log_interval(const struct figures *f, int64_t at_ns,
    const struct figures_point *p, struct buf *b, struct err *e);
void figures_log_end(const struct figures *f, struct buf *b);
/* Adds what a log holds; whole: its counts are there. ERR_DATA names the
 * line, ERR_NOINPUT. */
CHECKED int figures_log_read(struct figures *f, const char *name, const char *p,
    size_t len, bool *whole, struct err *e);

/* --fail-if: "p99>200ms", "rcpt.p50>5ms", "errors>0.1%", "messages/s<500".
 * 1: it holds, and why says so; 0: not; -1: ERR_USAGE. */
CHECKED int figures_holds(const struct figures *f, const char *condition,
    struct buf *why, struct err *e);

/* "1.23 ms", in three digits. */
void figures_ns(struct buf *b, int64_t ns);
/* "12,345". */
void figures_count(struct buf *b, uint64_t n);
/* Those well a second, octets a second; over the whole run. */
double figures_rate(const struct figures *f);
double figures_octets(const struct figures *f);

#endif
