/* The client core's sending half: what is refused, what goes out, when it was
 * written, what it is owed. */
#include "check.h"
#include "greeted.h"
#include "net/core/buf.h"

#include <string.h>

static void
test_refused_lines(void)
{
	static const struct {
		const char *line;
		size_t len;
		const char *want;
	} row[] = {
		{ "MAIL\rX", 6, "octet 5 of the command line is CR" },
		{ "MAIL\nX\r", 7, "octet 5 of the command line is LF" },
		{ "NOOP\0", 5, "octet 5 of the command line is NUL" },
		{ "\r\n", 2, "octet 1 of the command line is CR" },
	};
	struct smtp *s = greeted("250 x\r\n");
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct err e = { 0 };
		size_t len;
		CHECK(smtp_command(s, row[i].line, row[i].len, &e) == -1 &&
			  e.kind == ERR_DATA &&
			  strcmp(e.text, row[i].want) == 0,
		    "%s", e.text);
		smtp_out(s, &len);
		CHECK(len == 0 && smtp_owed(s) == 0, "nothing is queued");
	}
	CHECK(smtp_command(s, "", 0, NULL) == 0 && smtp_owed(s) == 1,
	    "an empty line is sent");
	smtp_free(s);
}

static void
test_text(void)
{
	struct smtp *s = greeted("250 x\r\n");
	struct err e;
	size_t len;
	const char *p;
	CHECK(smtp_text(s, "a\r", 2, &e) == 0, "CR kept back");
	CHECK(smtp_text_end(s, &e) == -1 && e.kind == ERR_DATA, "bare CR");
	CHECK(smtp_owed(s) == 0, "no end, nothing owed");
	CHECK(smtp_text(s, "\n.", 2, &e) == 0, "goes on");
	CHECK(smtp_text_end(s, &e) == 0, "ends");
	p = smtp_out(s, &len);
	CHECK(len == 10 && memcmp(p, "a\r\n..\r\n.\r\n", 10) == 0, "%.*s",
	    (int)len, p);
	CHECK(smtp_body(s)->line == 2 && smtp_body(s)->dots == 1 &&
		  smtp_body(s)->taken == 4,
	    "counts");
	smtp_out_done(s, len, 1);
	CHECK(smtp_text_end(s, &e) == 0, "an empty text");
	p = smtp_out(s, &len);
	CHECK(len == 3 && memcmp(p, ".\r\n", 3) == 0, "%.*s", (int)len, p);
	CHECK(smtp_body(s)->line == 0, "counts begin anew");
	smtp_free(s);
}

/* at_ns: when the last octet was written, not the first. */
static void
test_stamps(void)
{
	struct smtp *s = greeted("250 x\r\n");
	struct smtp_event ev;
	smtp_command(s, "NOOP", 4, NULL);
	smtp_command(s, "RSET", 4, NULL);
	smtp_out_done(s, 5, 10);
	CHECK(smtp_oldest(s)->at_ns == 0, "one octet is missing");
	smtp_out_done(s, 3, 20);
	CHECK(smtp_oldest(s)->at_ns == 20, "stamped");
	CHECK(smtp_oldest(s)->verb->id == VERB_NOOP, "oldest");
	smtp_feed(s, "250 a\r\n250 b", 12);
	smtp_next(s, &ev);
	CHECK(ev.sent->at_ns == 20 && !ev.early, "first");
	CHECK(strcmp(ev.sent->line, "NOOP") == 0 && ev.sent->seq == 3, "%s",
	    ev.sent->line);
	smtp_out_done(s, 4, 30);
	smtp_feed(s, "\r\n", 2);
	smtp_next(s, &ev);
	CHECK(ev.kind == SMTP_EV_UNSOLICITED && ev.early,
	    "its first octet had come before");
	smtp_feed(s, "251 c\r\n", 7);
	smtp_next(s, &ev);
	CHECK(ev.kind == SMTP_EV_REPLY && ev.sent->at_ns == 30 && !ev.early &&
		  ev.reply->code == 251,
	    "the real one");
	smtp_free(s);
}

/* Octets as they are may be many lines, or none: which replies may answer them
 * when so many of them have gone. */
static void
test_raw_parts(void)
{
	static const struct {
		const char *label, *octets;
		size_t written;
		int code;
		bool answers, early;
	} row[] = {
		{ "nothing has gone", "NOOP\r\nx", 0, 250, false, true },
		{ "refused before anything has gone", "NOOP\r\nx", 0, 500,
		    false, true },
		{ "a line that has not ended", "NOOP\r\nx", 5, 250, false,
		    true },
		{ "it is refused", "NOOP\r\nx", 5, 500, true, true },
		{ "its first line has gone", "NOOP\r\nx", 6, 250, true, true },
		{ "no line in it", "NOOP", 3, 250, false, true },
		{ "no line in it, refused", "NOOP", 3, 421, true, true },
		{ "all has gone", "NOOP", 4, 250, true, false },
	};
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct smtp *s = greeted("250 x\r\n");
		struct smtp_event ev;
		char reply[8];
		smtp_raw(s, row[i].octets, strlen(row[i].octets), true);
		smtp_out_done(s, row[i].written, 1);
		snprintf(reply, sizeof reply, "%d x\r\n", row[i].code);
		smtp_feed(s, reply, strlen(reply));
		smtp_next(s, &ev);
		CHECK(ev.kind == (row[i].answers ? SMTP_EV_REPLY
						 : SMTP_EV_UNSOLICITED) &&
			  ev.early == row[i].early &&
			  smtp_owed(s) == (row[i].answers ? 0 : 1),
		    "%s: kind %d, early %d", row[i].label, (int)ev.kind,
		    (int)ev.early);
		smtp_free(s);
	}
}

static void
test_chunk_left(void)
{
	static const struct {
		const char *line;
		uint64_t left;
	} row[] = {
		{ "BDAT 10", 10 },
		{ "bdat 10 LAST", 10 },
		{ "BDAT 10 LAS", 0 },
		{ "BDAT 10x", 0 },
		{ "BDAT", 0 },
		{ "BDAT -1", 0 },
		{ "BDAT 18446744073709551614", UINT64_MAX - 1 },
		{ "BDAT 18446744073709551616", 0 },
		{ "BDAT 99999999999999999999", 0 },
	};
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct smtp *s = greeted("250 x\r\n");
		smtp_command(s, row[i].line, strlen(row[i].line), NULL);
		CHECK(smtp_chunk_left(s) == row[i].left, "%s: %llu",
		    row[i].line, (unsigned long long)smtp_chunk_left(s));
		if (row[i].left == 10) {
			smtp_chunk(s, "1234", 4);
			CHECK(smtp_chunk_left(s) == 6, "6");
			smtp_chunk(s, "12345678", 8);
			CHECK(smtp_chunk_left(s) == 0, "never wraps");
		}
		smtp_free(s);
	}
}

/* What comes in clear behind STARTTLS's 220 is counted, not hoarded. */
static void
test_tls_flood(void)
{
	struct smtp *s = greeted("250 x\r\n");
	struct smtp_event ev;
	static char flood[60000];
	ask(s, "STARTTLS");
	smtp_feed(s, "220 go\r\n", 8);
	smtp_next(s, &ev);
	for (int i = 0; i < 100; i++)
		smtp_feed(s, flood, sizeof flood);
	CHECK(smtp_pending(s) > 0 && smtp_pending(s) < 200000, "%zu",
	    smtp_pending(s));
	smtp_next(s, &ev);
	CHECK(ev.kind == SMTP_EV_NONE, "nothing more before TLS");
	smtp_tls_started(s);
	CHECK(smtp_pending(s) == 0, "forgotten");
	smtp_free(s);
}

/* Many in one group cost linear time. */
static void
test_long_group(void)
{
	struct smtp *s = greeted("250 x\r\n");
	struct smtp_event ev;
	size_t len, n = 0;
	for (int i = 0; i < 100000; i++)
		smtp_command(s, "RCPT TO:<a@b>", 13, NULL);
	CHECK(smtp_owed(s) == 100000, "%zu", smtp_owed(s));
	for (smtp_out(s, &len); len > 0; smtp_out(s, &len))
		smtp_out_done(s, 100, 1);
	for (int i = 0; i < 100000; i++)
		smtp_feed(s, "250 a\r\n", 7);
	do {
		smtp_next(s, &ev);
		n += ev.kind == SMTP_EV_REPLY;
	} while (ev.kind != SMTP_EV_NONE);
	CHECK(n == 100000 && smtp_accepted(s) == n, "%zu", n);
	smtp_free(s);
}

int
main(void)
{
	test_refused_lines();
	test_text();
	test_stamps();
	test_raw_parts();
	test_chunk_left();
	test_tls_flood();
	test_long_group();
	return check_done();
}
