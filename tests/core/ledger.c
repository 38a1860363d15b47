/* The ledger by itself: rows of what was sent, came, was judged and settled.
 * A word is an operation: s N: a written line of seq N; i N: an implied one; g:
 * the greeting (seq 1); c N CODE: its reply; m N CODE: and more to come; u CODE:
 * unasked; j: judge the oldest; S: settle; B N: settle all but the newest N; G:
 * settle the greeting; x: the connection is lost. */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "cmd/talk/ledger.h"
#include "net/core/buf.h"

static const struct {
	const char *label, *ops;
	int oldest; /* code of what an expectation takes: -1 none, 0
				 one that has not come */
	size_t owed;
	const char *told; /* codes, in order */
} rows[] = {
	{ "nothing", "", -1, 0, "" },
	{ "a line", "s2", 0, 1, "" },
	{ "answered", "s2 c2:250", 250, 0, "" },
	{ "two lines, the older one", "s2 s3 c2:550 c3:250", 550, 0, "" },
	{ "judged, the next", "s2 s3 c2:550 c3:250 j", 250, 0, "" },
	{ "both judged", "s2 s3 c2:550 c3:250 j j", -1, 0, "" },
	{ "the greeting first", "g c1:220 s2 c2:250", 220, 0, "" },
	{ "the greeting was implied", "g c1:220 G s2 c2:250", 250, 0, "" },
	{ "an implied line is nobody's", "i2 s3 c2:250 c3:550", 550, 0, "" },
	{ "settled and unjudged is told", "s2 s3 c2:550 c3:250 S", -1, 0,
	    "550 250" },
	{ "judged is not told", "s2 s3 c2:550 c3:250 j S", -1, 0, "250" },
	{ "settled first, told when it comes", "s2 S c2:550", -1, 0, "550" },
	{ "behind a settled one", "s2 c2:250 S s3 c3:550", 550, 0, "250" },
	{ "more replies to one line", "s2 m2:250 c2:550", 250, 0, "" },
	{ "the second of them", "s2 m2:250 c2:550 j", 550, 0, "" },
	{ "a third still owed", "s2 m2:250 m2:550 j", 550, 1, "" },
	{ "unasked", "u421", 421, 0, "" },
	{ "unasked before what is owed", "s2 u250 c2:550", 250, 0, "" },
	{ "unasked behind what came", "s2 c2:250 u421 j", 421, 0, "" },
	{ "the newest two stay", "s2 s3 s4 c2:250 c3:550 c4:251 B2", 550, 0,
	    "250" },
	{ "no more than two", "s2 s3 c2:250 c3:550 B2", 250, 0, "" },
	{ "a greeting behind a settled one",
	    "g c1:220 s2 c2:250 S x g c1:554 G", -1, 0, "220 250" },
	{ "lost: what was owed goes", "s2 s3 c2:250 x", 250, 0, "" },
	{ "lost: what came stays", "s2 s3 s4 c2:250 c3:550 x j", 550, 0, "" },
	{ "lost, and a new session", "s2 x s3 c3:250", 250, 0, "" },
};

static void
told(void *arg, const struct due *d)
{
	struct buf *b = arg;
	buf_addf(b, "%s%d", buf_len(b) > 0 ? " " : "", d->code);
}

static void
came(struct ledger *l, const char *op, bool more, struct buf *b)
{
	struct reply r;
	reply_init(&r);
	char *colon;
	unsigned long seq = strtoul(op, &colon, 10);
	r.code = (int)strtol(colon + 1, NULL, 10);
	struct due *d = ledger_came(l, seq, &r, 1, more);
	CHECK(d != NULL && d->code == r.code, "%s", op);
	if (d != NULL && d->settled && !d->judged)
		told(b, d);
	reply_release(&r);
}

static void
run(struct ledger *l, const char *op, struct buf *b)
{
	struct reply r;
	struct due *d;
	uint64_t seq = strtoul(op + 1, NULL, 10);
	switch (*op) {
	case 'g':
		ledger_sent(l, DUE_GREETING, verb_get(VERB_GREETING), 1);
		break;
	case 's':
		ledger_sent(l, DUE_WRITTEN, verb_get(VERB_NOOP), seq);
		break;
	case 'i':
		ledger_sent(l, DUE_IMPLIED, verb_get(VERB_EHLO), seq);
		break;
	case 'c':
	case 'm':
		came(l, op + 1, *op == 'm', b);
		break;
	case 'u':
		reply_init(&r);
		r.code = (int)seq;
		ledger_unasked(l, &r, 1);
		reply_release(&r);
		break;
	case 'j':
		d = ledger_oldest(l);
		CHECK(d != NULL, "nothing to judge");
		if (d != NULL)
			ledger_judged(l, d);
		break;
	case 'S':
		ledger_settle(l, told, b);
		break;
	case 'B':
		ledger_bound(l, seq, told, b);
		break;
	case 'G':
		CHECK(ledger_settle_greeting(l) != NULL, "no greeting");
		break;
	case 'x':
		ledger_lost(l);
		break;
	}
}

static void
all_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ledger l;
		struct buf b = BUF_INIT;
		char *ops = mem_dup(rows[i].ops), *save = NULL;
		ledger_init(&l);
		for (char *op = strtok_r(ops, " ", &save); op != NULL;
		     op = strtok_r(NULL, " ", &save))
			run(&l, op, &b);
		const struct due *d = ledger_oldest(&l);
		int oldest = d == NULL ? -1 : d->came ? d->code : 0;
		CHECK(
		    oldest == rows[i].oldest, "%s: %d", rows[i].label, oldest);
		CHECK(ledger_owed(&l) == rows[i].owed, "%s: %zu owed",
		    rows[i].label, ledger_owed(&l));
		CHECK(strcmp(buf_str(&b), rows[i].told) == 0, "%s: told %s",
		    rows[i].label, buf_str(&b));
		free(ops);
		buf_release(&b);
		ledger_release(&l);
	}
}

/* A long conversation in lock-step holds little; a long group costs no more a
 * line than a short one. */
static void
long_ones(void)
{
	struct ledger l;
	struct reply r;
	reply_init(&r);
	r.code = 250;
	ledger_init(&l);
	for (uint64_t seq = 1; seq <= 100000; seq++) {
		ledger_sent(&l, DUE_WRITTEN, verb_get(VERB_NOOP), seq);
		ledger_came(&l, seq, &r, 1, false);
		ledger_judged(&l, ledger_oldest(&l));
	}
	CHECK(l.cap <= 8, "lock-step holds %zu", l.cap);
	struct buf b = BUF_INIT;
	for (uint64_t seq = 1; seq <= 100000; seq++) {
		ledger_sent(&l, DUE_WRITTEN, verb_get(VERB_NOOP), seq);
		ledger_came(&l, seq, &r, 1, false);
		ledger_bound(&l, 10, told, &b);
	}
	CHECK(l.cap <= 64, "unjudged lines hold %zu", l.cap);
	ledger_settle(&l, told, &b);
	CHECK(buf_len(&b) == 4 * 100000 - 1, "%zu octets told", buf_len(&b));
	buf_release(&b);
	for (uint64_t seq = 1; seq <= 100000; seq++)
		ledger_sent(&l, DUE_WRITTEN, verb_get(VERB_NOOP), seq);
	for (uint64_t seq = 1; seq <= 100000; seq++)
		ledger_came(&l, seq, &r, 1, false);
	size_t judged = 0;
	for (struct due *d; (d = ledger_oldest(&l)) != NULL; judged++)
		ledger_judged(&l, d);
	CHECK(judged == 100000, "%zu", judged);
	ledger_release(&l);
	reply_release(&r);
}

int
main(void)
{
	all_rows();
	long_ones();
	return check_done();
}
