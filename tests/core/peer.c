/* One served connection in memory: what is stored where, what is said when
 * storage fails, limits, time. */
#include "check.h"
#include "folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/loop.h"
#include "net/peer/peer.h"

#define SECOND INT64_C(1000000000)

static char top[] = "/tmp/peer-test-XXXXXX";

/* Files in a folder below top; the last one's octets into *text. */
static int
files(const char *folder, struct buf *text)
{
	char *path = mem_printf("%s/%s", top, folder);
	DIR *d = opendir(path);
	int n = 0;
	for (struct dirent *de; d != NULL && (de = readdir(d)) != NULL;) {
		if (de->d_name[0] == '.')
			continue;
		n++;
		int fd = openat(dirfd(d), de->d_name, O_RDONLY);
		ssize_t got = 0;
		if (text != NULL) {
			buf_clear(text);
			got = read(fd, buf_space(text, 65536), 65536);
		}
		if (got > 0)
			buf_commit(text, (size_t)got);
		close(fd);
	}
	if (d != NULL)
		closedir(d);
	free(path);
	return n;
}

static void
take(struct peer *p, struct buf *out)
{
	size_t len;
	const char *s = peer_out(p, &len);
	buf_add(out, s, len);
	peer_out_done(p, len);
}

/* The codes of replies, one a line; continuations left out. */
static void
codes(struct buf *out, struct buf *list)
{
	const char *s = buf_str(out);
	buf_clear(list);
	for (const char *lf; (lf = strchr(s, '\n')) != NULL; s = lf + 1)
		if (lf - s > 3 && s[3] != '-')
			buf_addf(list, "%.3s ", s);
}

static struct world *world;

static struct peer_config
config(void)
{
	struct peer_config c = { 0 };
	c.smtpd.world = world;
	return c;
}

static void
talk(const struct peer_config *c, const char *in, size_t cut, struct buf *list)
{
	struct buf out = BUF_INIT;
	struct peer *p = peer_new(c, 7, "192.0.2.1");
	size_t len = strlen(in);
	peer_feed(p, in, cut);
	take(p, &out);
	peer_feed(p, in + cut, len - cut);
	take(p, &out);
	peer_eof(p);
	take(p, &out);
	CHECK(peer_ended(p), "not ended");
	codes(&out, list);
	buf_release(&out);
	peer_free(p);
}

#define MAIL                                                                   \
	"EHLO client.example\r\nMAIL FROM:<a@b.example>\r\n"                   \
	"RCPT TO:<one@x.example>\r\nRCPT TO:<two@x.example>\r\n"               \
	"RCPT TO:<one@x.example>\r\nDATA\r\n"
#define BODY "Subject: hi\r\n\r\n..dot\r\nend\r\n"

static void
test_keep(void)
{
	struct peer_config c = config();
	c.keep = true;
	struct peer *p = peer_new(&c, 1, NULL);
	static const char in[] = MAIL BODY ".\r\n";
	for (size_t i = 0; i < sizeof in - 1; i++)
		peer_feed(p, in + i, 1);
	const struct peer_message *m = peer_messages(p);
	static const char *const box[] = { "one@x.example", "two@x.example" };
	for (size_t i = 0; i < 2; i++) {
		CHECK(m != NULL, "message %zu", i);
		if (m == NULL)
			break;
		CHECK(strcmp(m->mailbox, box[i]) == 0, "%s", m->mailbox);
		CHECK(strcmp(m->sender, "<a@b.example>") == 0, "%s", m->sender);
		CHECK(
		    strcmp(m->text, "Subject: hi\r\n\r\n.dot\r\nend\r\n") == 0,
		    "%s", m->text);
		CHECK(m->len == strlen(m->text), "%zu", m->len);
		m = m->next;
	}
	CHECK(m == NULL, "once a mailbox");
	peer_free(p);
}

static void
test_maildir(void)
{
	struct peer_config c = config();
	struct buf text = BUF_INIT, list = BUF_INIT;
	static const char in[] = MAIL BODY ".\r\nQUIT\r\n";
	int want = 0;
	c.maildir = top;
	for (size_t cut = 0; cut < sizeof in; cut += 7) {
		talk(&c, in, cut, &list);
		want++;
		CHECK(strcmp(buf_str(&list),
			  "220 250 250 250 250 250 354 250 221 ") == 0,
		    "cut at %zu: %s", cut, buf_str(&list));
	}
	CHECK(files("one@x.example/new", &text) == want, "one");
	CHECK(files("two@x.example/new", &text) == want, "two");
	CHECK(files("one@x.example/tmp", NULL) == 0, "tmp");
	static const char head[] =
	    "Return-Path: <a@b.example>\r\n"
	    "Received: from client.example ([192.0.2.1])\r\n"
	    "\tby here.example with ESMTP\r\n\tid ";
	const char *s = buf_str(&text);
	CHECK(strncmp(s, head, sizeof head - 1) == 0, "%s", s);
	const char *tail =
	    strstr(s, " +0000\r\nSubject: hi\r\n\r\n.dot\r\nend\r\n");
	CHECK(tail != NULL && strlen(tail) == 34, "%s", s);
	buf_release(&text);
	buf_release(&list);
}

/* Nothing a client says can begin a header line. */
static void
test_trace(void)
{
	static const struct {
		const char *label, *helo, *sender;
	} row[] = {
		{ "comment", "a)(b", "<a@b>" },
		{ "CR", "a\rX-Evil: 1", "<a@b>" },
		{ "control octets", "a\001\033[2Jb", "<a@b>" },
		{ "high octets", "\xc3\xa9\xff", "<a@b>" },
		{ "literal", "[192.0.2.9]", "<a@b>" },
		{ "quoted sender", "x", "<\"a b\\\"c\"@b>" },
		{ "CR in sender", "x", "<\"a\rX: 1\"@b>" },
		{ "parent folder", "../../..", "<../..@b>" },
	};
	struct peer_config c = config();
	c.maildir = top;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct buf text = BUF_INIT, list = BUF_INIT;
		char *box = mem_printf("trace%zu@x", i);
		char *folder = mem_printf("%s/new", box);
		char *in = mem_printf("HELO %s\r\nHELO ok\r\nHELO %s\r\n"
				      "MAIL FROM:<a@b>\r\nRSET\r\n"
				      "MAIL FROM:%s\r\nMAIL FROM:<c@d>\r\n"
				      "RCPT TO:<%s>\r\nDATA\r\nbody\r\n.\r\n",
		    row[i].helo, row[i].helo, row[i].sender, box);
		talk(&c, in, 0, &list);
		CHECK(files(folder, &text) == 1, "%s: %s", row[i].label,
		    buf_str(&list));
		const char *s = buf_str(&text);
		size_t lines = 0;
		for (; *s != '\0'; s++) {
			bool ctl = (unsigned char)*s < ' ' || *s == 0x7f;
			CHECK(!ctl || *s == '\t' || *s == '\n' ||
				  (*s == '\r' && s[1] == '\n'),
			    "%s: octet %d", row[i].label, *s);
			lines += *s == '\n';
		}
		CHECK(lines == 5, "%s: %s", row[i].label, buf_str(&text));
		buf_release(&text);
		buf_release(&list);
		free(in);
		free(folder);
		free(box);
	}
}

/* A mailbox that cannot be written: SMTP has one reply and keeps nothing,
 * LMTP has one each. */
static void
test_failure(void)
{
	struct peer_config c = config();
	struct buf list = BUF_INIT;
	char *link = mem_printf("%s/bad@x", top);
	c.maildir = top;
	CHECK(symlink("/tmp", link) == 0, "%s", link);
	free(link);
	talk(&c,
	    "HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<good@x>\r\n"
	    "RCPT TO:<bad@x>\r\nDATA\r\nx\r\n.\r\nNOOP\r\n",
	    0, &list);
	CHECK(strncmp(buf_str(&list), "220 250 250 250 250 354 451 250 ", 32) ==
		  0,
	    "%s", buf_str(&list));
	CHECK(files("good@x/new", NULL) == 0, "SMTP: all or none");
	CHECK(files("good@x/tmp", NULL) == 0, "SMTP: tmp");
	c.smtpd.lmtp = true;
	talk(&c,
	    "LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bad@x>\r\n"
	    "RCPT TO:<good@x>\r\nDATA\r\nx\r\n.\r\nNOOP\r\n",
	    0, &list);
	CHECK(strncmp(buf_str(&list), "220 250 250 250 250 354 451 250 250 ",
		  36) == 0,
	    "%s", buf_str(&list));
	CHECK(files("good@x/new", NULL) == 1, "LMTP: each");
	CHECK(files("good@x/tmp", NULL) == 0, "LMTP: tmp");
	buf_release(&list);
}

/* A message that does not end leaves nothing. */
static void
test_unfinished(void)
{
	static const struct {
		const char *label, *in;
	} row[] = {
		{ "no end", MAIL BODY },
		{ "half an end", MAIL BODY ".\r" },
		{ "end of LF", MAIL BODY ".\n" },
		{ "a chunk too short",
		    "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<one@x.example>\r\n"
		    "BDAT 1000 LAST\r\n0123456789" },
		{ "no last chunk",
		    "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<one@x.example>\r\n"
		    "BDAT 5\r\n01234RSET\r\nQUIT\r\n" },
	};
	struct peer_config c = config();
	struct buf list = BUF_INIT;
	int before = files("one@x.example/new", NULL);
	c.maildir = top;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		talk(&c, row[i].in, 0, &list);
		CHECK(files("one@x.example/new", NULL) == before, "%s",
		    row[i].label);
		CHECK(
		    files("one@x.example/tmp", NULL) == 0, "%s", row[i].label);
	}
	struct peer *p = peer_new(&c, 1, NULL);
	peer_feed(p, MAIL BODY, strlen(MAIL BODY));
	CHECK(files("one@x.example/tmp", NULL) == 1, "under way");
	peer_lost(p);
	CHECK(peer_ended(p), "lost");
	CHECK(files("one@x.example/tmp", NULL) == 0, "lost");
	peer_free(p);
	buf_release(&list);
}

/* A client that sends and never reads. */
static void
test_bounded(void)
{
	struct peer_config c = config();
	struct peer *p = peer_new(&c, 1, NULL);
	struct buf out = BUF_INIT;
	size_t len, fed = 0, got = 0;
	peer_feed(p, "HELO x\r\n", 8);
	while (peer_wants(p) && fed < 1000000) {
		peer_feed(p, "NOOP\r\nNOOP\r\n", 12);
		fed += 2;
	}
	peer_out(p, &len);
	CHECK(fed < 1000000 && len < 262144 + 65536, "%zu fed, %zu to say", fed,
	    len);
	CHECK(!peer_ended(p), "ended");
	peer_feed(p, "NOOP\r\nQUIT\r\n", 12);
	for (int i = 0; i < 100000 && !peer_ended(p); i++) {
		peer_out(p, &len);
		peer_out_done(p, len < 5000 ? len : 5000);
		got += len < 5000 ? len : 5000;
		if (i > 0 && len < 200000)
			CHECK(peer_wants(p) || peer_ended(p), "%zu", len);
	}
	CHECK(peer_ended(p), "not ended");
	take(p, &out);
	const char *tail = "221 ";
	CHECK(strstr(buf_str(&out), tail) != NULL, "%s", buf_str(&out));
	buf_release(&out);
	peer_free(p);
}

static void
test_time(void)
{
	struct peer_config c = config();
	struct buf out = BUF_INIT, list = BUF_INIT;
	c.maildir = top;
	struct peer *p = peer_new(&c, 1, NULL);
	int before = files("one@x.example/new", NULL);
	int64_t now = loop_now_ns();
	int64_t at = peer_deadline(p);
	CHECK(at > now + 299 * SECOND && at <= now + 301 * SECOND, "5 min");
	peer_feed(p, MAIL BODY, strlen(MAIL BODY));
	at = peer_deadline(p);
	CHECK(at > now + 179 * SECOND && at <= now + 181 * SECOND, "3 min");
	peer_tick(p, at - 1);
	CHECK(!peer_ended(p), "too early");
	peer_tick(p, at);
	CHECK(peer_ended(p), "too late");
	CHECK(peer_deadline(p) == LOOP_FOREVER, "nothing more to wait for");
	take(p, &out);
	codes(&out, &list);
	CHECK(
	    strstr(buf_str(&list), " 354 421 ") != NULL, "%s", buf_str(&list));
	CHECK(files("one@x.example/tmp", NULL) == 0, "dropped");
	CHECK(files("one@x.example/new", NULL) == before, "dropped");
	peer_free(p);
	buf_release(&out);
	buf_release(&list);
}

static void
test_auth(void)
{
	static const struct {
		const char *label, *in, *want;
	} row[] = {
		{ "PLAIN", "AUTH PLAIN AHVzZXIAc2VjcmV0", "235 " },
		{ "PLAIN later", "AUTH PLAIN\r\nAHVzZXIAc2VjcmV0", "334 235 " },
		{ "PLAIN, own authzid",
		    "AUTH PLAIN dXNlcgB1c2VyAHNlY3JldA==", "235 " },
		{ "PLAIN, other authzid",
		    "AUTH PLAIN cm9vdAB1c2VyAHNlY3JldA==", "535 " },
		{ "PLAIN, wrong password", "AUTH PLAIN AHVzZXIAc2VjcmV1",
		    "535 " },
		{ "PLAIN, part of it", "AUTH PLAIN AHVzZXIAc2VjcmU=", "535 " },
		{ "PLAIN, wrong user", "AUTH PLAIN AHVzZXMAc2VjcmV0", "535 " },
		{ "PLAIN without NUL", "AUTH PLAIN dXNlcg==", "535 " },
		{ "PLAIN with one NUL", "AUTH PLAIN AHVzZXI=", "535 " },
		{ "PLAIN, an empty line", "AUTH PLAIN\r\n\r\n*",
		    "334 535 500 " },
		{ "LOGIN", "AUTH LOGIN\r\ndXNlcg==\r\nc2VjcmV0",
		    "334 334 235 " },
		{ "LOGIN, user at once", "AUTH LOGIN dXNlcg==\r\nc2VjcmV0",
		    "334 235 " },
		{ "LOGIN, wrong user", "AUTH LOGIN\r\ndXNlcw==\r\nc2VjcmV0",
		    "334 334 535 " },
		{ "LOGIN, wrong password", "AUTH LOGIN\r\ndXNlcg==\r\nc2VjcmV1",
		    "334 334 535 " },
		{ "LOGIN, given up", "AUTH LOGIN\r\n*", "334 501 " },
		{ "no such mechanism", "AUTH NEVER-HEARD", "504 " },
		{ "mechanism not offered", "AUTH XYZ", "504 " },
	};
	struct peer_config c = config();
	struct buf list = BUF_INIT;
	struct sasl_secret password = SASL_SECRET_INIT;
	sasl_secret_set(&password, "secret", 6);
	c.smtpd.auth_mechs = "PLAIN LOGIN CRAM-MD5 NEVER-HEARD";
	c.smtpd.auth_insecure = true;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		char *in = mem_printf("EHLO x\r\n%s\r\n", row[i].in);
		c.auth_user = "user";
		c.auth_password = &password;
		talk(&c, in, 15, &list);
		CHECK(strcmp(buf_str(&list) + 8, row[i].want) == 0, "%s: %s",
		    row[i].label, buf_str(&list));
		c.auth_user = NULL;
		c.auth_password = NULL;
		talk(&c, in, 0, &list);
		CHECK(strstr(buf_str(&list), "235") == NULL, "%s: nobody",
		    row[i].label);
		free(in);
	}
	sasl_secret_wipe(&password);
	buf_release(&list);
}

static void
remember(
    void *arg, unsigned long session, char dir, const char *text, size_t len)
{
	struct buf *b = arg;
	buf_addf(b, "%lu %c ", session, dir);
	buf_add(b, text, len);
	buf_addc(b, '\n');
}

/* Who guesses waits: from the fourth failure on, longer each time. */
static void
test_guesses(void)
{
	struct peer_config c = config();
	struct buf out = BUF_INIT, list = BUF_INIT;
	struct sasl_secret password = SASL_SECRET_INIT;
	static const char guess[] = "AUTH PLAIN AHVzZXIAd3Jvbmc=\r\n";
	sasl_secret_set(&password, "secret", 6);
	c.smtpd.auth_insecure = true;
	c.auth_user = "user";
	c.auth_password = &password;
	c.auth_allowed = "PLAIN";
	struct peer *p = peer_new(&c, 1, NULL);
	peer_feed(p, "EHLO x\r\n", 8);
	take(p, &out);
	CHECK(strstr(buf_str(&out), "250-AUTH PLAIN\r\n") != NULL, "%s",
	    buf_str(&out));
	for (int64_t i = 1; i <= 6; i++) {
		buf_clear(&out);
		int64_t began = loop_now_ns();
		peer_feed(p, guess, sizeof guess - 1);
		take(p, &out);
		CHECK((buf_len(&out) > 0) == (i <= 3), "guess %d: %s", (int)i,
		    buf_str(&out));
		if (i <= 3)
			continue;
		int64_t wait = SECOND << (i - 4), at = peer_deadline(p);
		CHECK(at >= began + wait && at <= loop_now_ns() + wait,
		    "guess %d", (int)i);
		CHECK(!peer_wants(p), "it listens");
		peer_tick(p, at - 1);
		take(p, &out);
		CHECK(buf_len(&out) == 0, "too early: %s", buf_str(&out));
		peer_tick(p, at);
		take(p, &out);
		codes(&out, &list);
		CHECK(strcmp(buf_str(&list), i < 6 ? "535 " : "421 ") == 0,
		    "guess %d: %s", (int)i, buf_str(&out));
	}
	CHECK(peer_ended(p), "guessing goes on");
	peer_free(p);
	sasl_secret_wipe(&password);
	buf_release(&out);
	buf_release(&list);
}

/* A session has an end, however busy it is; and so has the server. */
static void
test_ends(void)
{
	static const struct {
		const char *in, *want;
		bool text;
	} row[] = {
		{ "", "220 421 ", false },
		{ "EHLO x\r\nNOOP\r\n", "220 250 250 421 ", false },
		{ "HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx",
		    "220 250 250 250 354 421 ", true },
		{ "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 9\r\nx",
		    "220 250 250 250 421 ", true },
		{ "QUIT\r\n", "220 221 ", false },
	};
	struct peer_config c = config();
	struct buf out = BUF_INIT, list = BUF_INIT;
	c.session_ns = 100 * SECOND;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		for (int shut = 0; shut < 2; shut++) {
			struct peer *p = peer_new(&c, 1, NULL);
			int64_t at = peer_deadline(p);
			buf_clear(&out);
			peer_feed(p, row[i].in, strlen(row[i].in));
			CHECK(peer_ended(p) || peer_deadline(p) == at,
			    "row %zu: octets put it off", i);
			CHECK(peer_is_busy(p) == row[i].text, "row %zu", i);
			peer_tick(p, at - 1);
			if (shut)
				peer_shut(p);
			else
				peer_tick(p, at);
			CHECK(peer_ended(p), "row %zu goes on", i);
			take(p, &out);
			codes(&out, &list);
			CHECK(strcmp(buf_str(&list), row[i].want) == 0,
			    "row %zu: %s", i, buf_str(&out));
			peer_free(p);
		}
	buf_release(&out);
	buf_release(&list);
}

static void
test_log(void)
{
	struct peer_config c = config();
	struct buf log = BUF_INIT, list = BUF_INIT;
	c.log = remember;
	c.log_arg = &log;
	talk(&c, "HELO x\r\nMAIL FROM:<a@b>\r\nQUIT\r\n", 3, &list);
	CHECK(strstr(buf_str(&log), "7 # connection from ") == buf_str(&log),
	    "%s", buf_str(&log));
	CHECK(strstr(buf_str(&log), "\n7 S 220 here.example ") != NULL, "%s",
	    buf_str(&log));
	CHECK(strstr(buf_str(&log), "\n7 C HELO x\n7 S 250 ") != NULL, "%s",
	    buf_str(&log));
	CHECK(strstr(buf_str(&log), "\n7 C QUIT\n7 S 221 ") != NULL, "%s",
	    buf_str(&log));
	buf_release(&log);
	buf_release(&list);
}

static void
test_mock(void)
{
	static char greeting[] = "220 x\r\n", noop[] = "NOOP",
		    ok[] = "250 late\r\n", rset[] = "RSET";
	struct mock_step step[] = {
		{ .kind = MOCK_SAY, .text = greeting, .line = 1 },
		{ .kind = MOCK_LINE, .text = noop, .line = 2 },
		{ .kind = MOCK_PAUSE, .n = 90000, .line = 3 },
		{ .kind = MOCK_SAY, .text = ok, .line = 4 },
		{ .kind = MOCK_LINE, .text = rset, .line = 5 },
	};
	struct mock_play play = { "play", step, 5, false };
	struct peer_config c = config();
	struct buf log = BUF_INIT, out = BUF_INIT;
	c.play = &play;
	c.log = remember;
	c.log_arg = &log;
	struct peer *p = peer_new(&c, 3, NULL);
	peer_feed(p, "NOOP\r\n", 6);
	take(p, &out);
	CHECK(strcmp(buf_str(&out), "220 x\r\n") == 0, "%s", buf_str(&out));
	int64_t at = peer_deadline(p);
	CHECK(at > loop_now_ns() + 80 * SECOND, "the pause");
	peer_tick(p, at - 1);
	peer_feed(p, "VRFY x\r\n", 8);
	take(p, &out);
	CHECK(buf_len(&out) == 7, "%s", buf_str(&out));
	peer_tick(p, at);
	take(p, &out);
	CHECK(strcmp(buf_str(&out),
		  "220 x\r\n250 late\r\n503 play:5 expects: RSET\r\n") == 0,
	    "%s", buf_str(&out));
	CHECK(peer_complaints(p) == 1, "%lu", peer_complaints(p));
	peer_lost(p);
	CHECK(peer_complaints(p) == 2, "%lu", peer_complaints(p));
	CHECK(strcmp(buf_str(&log),
		  "3 S 220 x\n3 C NOOP\n3 S 250 late\n3 C VRFY x\n"
		  "3 S 503 play:5 expects: RSET\n"
		  "3 # play:5: expected 'RSET', the client sent 'VRFY x'\n"
		  "3 # play:5: expected 'RSET', the client closed\n") == 0,
	    "%s", buf_str(&log));
	peer_free(p);
	/* Lost in the pause: what the client still owed is found all the
	 * same. */
	p = peer_new(&c, 4, NULL);
	peer_feed(p, "NOOP\r\n", 6);
	peer_lost(p);
	CHECK(peer_complaints(p) == 1 && peer_ended(p), "%lu",
	    peer_complaints(p));
	peer_free(p);
	buf_release(&log);
	buf_release(&out);
}

int
main(void)
{
	if (mkdtemp(top) == NULL)
		return 99;
	world = world_new("here.example");
	test_keep();
	test_maildir();
	test_trace();
	test_failure();
	test_unfinished();
	test_bounded();
	test_time();
	test_auth();
	test_guesses();
	test_ends();
	test_log();
	test_mock();
	world_free(world);
	folder_remove(top);
	return check_done();
}
