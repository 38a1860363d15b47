/* Each event of a rule with each action and each pair of actions, through a
 * peer: what is accepted does what it says, nothing else changes, and the
 * session goes on in step; what makes no sense is refused with words. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cmd/front/rules.h"
#include "net/core/buf.h"
#include "net/loop.h"
#include "net/peer/peer.h"

#define FEW_TICKS 2000
#define SECOND	  INT64_C(1000000000)

/* What the client says, from the greeting on; the mail text is the reply to
 * DATA. */
static const char *const steps[] = { "", "EHLO x",
	"AUTH PLAIN AGEAYg==", "VRFY a", "EXPN a", "HELP", "NOOP", "STARTTLS",
	"MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA",
	"Subject: s\r\n\r\nbody\r\n.", "MAIL FROM:<a@b>", "RCPT TO:<c@d>",
	"BDAT 5 LAST\r\nb\r\n", "RSET", "QUIT" };
enum { GREETING, DATA = 10, TEXT = 11, CHUNK = 14, STEPS = 17 };

/* For which the step is that the rule changes. */
static const struct {
	const char *when;
	size_t step;
} whens[] = {
	{ "connect", GREETING },
	{ "any", 1 },
	{ "EHLO", 1 },
	{ "AUTH", 2 },
	{ "AUTH PLAIN", 2 },
	{ "VRFY", 3 },
	{ "EXPN <a>", 4 },
	{ "HELP", 5 },
	{ "NOOP", 6 },
	{ "STARTTLS", 7 },
	{ "MAIL <a@*>", 8 },
	{ "MAIL FROM:<A@B>", 8 },
	{ "RCPT /<c@/", 9 },
	{ "any /^data/i", DATA },
	{ "DATA", DATA },
	{ "text", DATA },
	{ "end", TEXT },
	{ "header /^Subject: s$/", TEXT },
	{ "body /bod/", TEXT },
	{ "BDAT", CHUNK },
	{ "end nth 2", CHUNK },
	{ "RSET", 15 },
	{ "QUIT", 16 },
};

/* What it comes to: says NULL is the core's own word. */
struct act {
	const char *text;
	const char *says;
	enum rule_then then;
	const char *early;
	int ms; /* at least */
};

static const struct act acts[] = {
	{ "250 \"so\"", "250 so\r\n", 0, NULL, 0 },
	{ "451 \"4.0.0 a\\nb\"", "451-4.0.0 a\r\n451 b\r\n", 0, NULL, 0 },
	{ "554 \"\"", "554 \r\n", 0, NULL, 0 },
	{ "421 \"bye\"", "421 bye\r\n", 0, NULL, 0 },
	{ "bytes \"250 lf\\n\"", "250 lf\n", 0, NULL, 0 },
	{ "bytes \"what\"", "what", 0, NULL, 0 },
	{ "greeting \"hi\"", "220 hi\r\n", 0, NULL, 0 },
	{ "no-reply", "", 0, NULL, 0 },
	{ "delay 2ms", NULL, 0, NULL, 2 },
	{ "slow 20000/s", NULL, 0, NULL, 0 },
	{ "close", NULL, RULE_CLOSE, NULL, 0 },
	{ "reset", NULL, RULE_RESET, NULL, 0 },
	{ "stall", NULL, RULE_STALL, NULL, 0 },
	{ "drop-after 3", NULL, 0, NULL, 0 },
	{ "offer XFOO", NULL, 0, NULL, 0 },
	{ "hide SIZE", NULL, 0, NULL, 0 },
	{ "early \"250 e\\r\\n\"", NULL, 0, "250 e\r\n", 0 },
	{ "tls fail", NULL, 0, NULL, 0 },
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Until nothing is to come for a second. false: it spins. */
static bool
settle(struct peer *p, struct buf *out)
{
	for (int i = 0; i < FEW_TICKS; i++) {
		size_t len;
		const char *s = peer_out(p, &len);
		buf_add(out, s, len);
		peer_out_done(p, len);
		int64_t now = loop_now_ns(), at = peer_deadline(p);
		if (len > 0)
			continue;
		if (peer_ended(p) || at > now + SECOND)
			return true;
		struct timespec t = { 0, at > now ? (long)(at - now) : 0 };
		nanosleep(&t, NULL);
		peer_tick(p, loop_now_ns());
	}
	return false;
}

static bool
say(struct peer *p, const char *line, struct buf *out)
{
	buf_clear(out);
	peer_feed(p, line, strlen(line));
	peer_feed(p, "\r\n", *line == '\0' ? 0 : 2);
	return settle(p, out);
}

/* The core's own words. */
static char *own[STEPS];

static void
learn(struct peer_config *c)
{
	struct buf out = BUF_INIT;
	struct peer *p = peer_new(c, 1, "192.0.2.1");
	for (size_t i = 0; i < STEPS; i++) {
		CHECK(say(p, steps[i], &out), "spins at %s", steps[i]);
		own[i] = mem_dup(buf_str(&out));
	}
	CHECK(peer_ended(p), "ends");
	peer_free(p);
	buf_release(&out);
}

static bool
is_good(const char *says)
{
	return says == NULL || *says == '\0' || *says == '2' || *says == '3';
}

/* What all of its actions come to. */
static struct act
sum(const struct act *a, const struct act *b)
{
	struct act s = *a;
	if (b == NULL)
		return s;
	s.says = s.says != NULL ? s.says : b->says;
	s.then = s.then != 0 ? s.then : b->then;
	s.early = s.early != NULL ? s.early : b->early;
	s.ms += b->ms;
	return s;
}

/* The reply at the step, but for text's: its actions come behind it. */
static void
check_reply(
    const char *rule, bool text, size_t step, struct act s, struct buf *out)
{
	struct buf want = BUF_INIT;
	bool ends = s.then != 0 && !text;
	if (s.says != NULL)
		buf_adds(&want, s.says);
	else if (!ends)
		buf_adds(&want, own[step]);
	buf_adds(&want, s.early != NULL ? s.early : "");
	bool offers = strstr(rule, "offer") != NULL;
	bool hides = strstr(rule, "hide") != NULL;
	if (s.says == NULL && !ends && (offers || hides)) {
		CHECK((strstr(buf_str(out), "XFOO") != NULL) == offers, "%s",
		    rule);
		CHECK((strstr(buf_str(out), "SIZE") == NULL) == hides, "%s",
		    rule);
	} else {
		CHECK(strcmp(buf_str(out), buf_str(&want)) == 0,
		    "%s: said '%s', wanted '%s'", rule, buf_str(out),
		    buf_str(&want));
	}
	buf_release(&want);
}

/* Behind the step: as many replies as commands, in step. */
static void
check_sync(const char *rule, size_t step, struct act s, struct peer *p,
    struct buf *out)
{
	bool refused = !is_good(s.says);
	if (step == DATA && !refused)
		CHECK(say(p, steps[TEXT], out) && buf_str(out)[0] == '2',
		    "%s: text: %s", rule, buf_str(out));
	CHECK(say(p, "NOOP", out), "%s: spins", rule);
	const char *want = step == GREETING && refused ? "503 " : "250 ";
	CHECK(strncmp(buf_str(out), want, 4) == 0 &&
		  strchr(buf_str(out), '\n') == buf_str(out) + buf_len(out) - 1,
	    "%s: NOOP: %s", rule, buf_str(out));
}

static size_t
stored(const struct peer *p)
{
	size_t n = 0;
	for (const struct peer_message *m = peer_messages(p); m != NULL;
	     m = m->next)
		n++;
	return n;
}

static void
check_end(const char *rule, const struct act *s, const struct peer *p)
{
	bool bye = s->says != NULL && strncmp(s->says, "421", 3) == 0;
	bool closes = bye || s->then == RULE_CLOSE || s->then == RULE_RESET;
	CHECK(peer_ended(p) == closes, "%s: ended", rule);
	CHECK(peer_is_reset(p) == (s->then == RULE_RESET), "%s: reset", rule);
}

/* The step of the rule, and what is behind it. */
static void
check_session(struct peer_config *c, const char *rule, size_t step, bool text,
    struct act s)
{
	struct buf out = BUF_INIT;
	int64_t before = loop_now_ns();
	struct peer *p = peer_new(c, 1, "192.0.2.1");
	for (size_t i = 0; i <= step; i++) {
		before = i == 0 ? before : loop_now_ns();
		CHECK(say(p, steps[i], &out), "%s: spins", rule);
		if (i < step)
			CHECK(strcmp(buf_str(&out), own[i]) == 0,
			    "%s: %s is answered %s", rule, steps[i],
			    buf_str(&out));
	}
	size_t had = step > TEXT ? 1 : 0;
	check_reply(rule, text, step, s, &out);
	CHECK(text || loop_now_ns() - before >= s.ms * 1000000, "%s: too soon",
	    rule);
	if (step == TEXT || step == CHUNK)
		CHECK(stored(p) == had + (is_good(s.says) &&
					     (s.says != NULL || s.then == 0)),
		    "%s: %zu stored", rule, stored(p));
	if (s.then == RULE_STALL && !peer_ended(p)) {
		CHECK(say(p, "NOOP", &out) && buf_len(&out) == 0, "%s: %s",
		    rule, buf_str(&out));
	} else if (strstr(rule, "drop-after") != NULL) {
		say(p, steps[TEXT], &out);
		CHECK(peer_ended(p) && buf_len(&out) == 0, "%s", rule);
	} else if (step + 1 < STEPS || !is_good(s.says)) {
		check_end(rule, &s, p);
		if (!peer_ended(p))
			check_sync(rule, step, s, p, &out);
	}
	peer_free(p);
	buf_release(&out);
}

static void
check_rule(struct peer_config *c, const char *rule, size_t step, bool text,
    struct act s)
{
	struct rules r;
	struct err e = { 0 };
	rules_init(&r);
	if (rules_add(&r, "--rule", 1, rule, ERR_USAGE, &e) == 0) {
		c->smtpd.rules = &r;
		check_session(c, rule, step, text, s);
		c->smtpd.rules = NULL;
	} else {
		CHECK(e.kind == ERR_USAGE && strlen(e.text) > 20, "%s: %s",
		    rule, e.text);
	}
	rules_free(&r);
}

static void
test_all(struct peer_config *c)
{
	for (size_t w = 0; w < COUNT(whens); w++)
		for (size_t a = 0; a < COUNT(acts); a++)
			for (size_t b = 0; b <= COUNT(acts); b++) {
				const struct act *two =
				    b < COUNT(acts) ? &acts[b] : NULL;
				char *rule = mem_printf("%s nth %d %s %s",
				    whens[w].when, 1, acts[a].text,
				    two == NULL ? "" : two->text);
				if (strstr(rule, "nth 2") != NULL)
					memmove(
					    strstr(rule, "nth 1"), "     ", 5);
				if (a != b)
					check_rule(c, rule, whens[w].step,
					    strcmp(whens[w].when, "text") == 0,
					    sum(&acts[a], two));
				free(rule);
			}
}

int
main(void)
{
	struct world *w = world_new("h.example");
	struct peer_config c = { .smtpd = { .world = w }, .keep = true };
	learn(&c);
	test_all(&c);
	for (size_t i = 0; i < STEPS; i++)
		free(own[i]);
	world_free(w);
	return check_done();
}
