/* link against servers that this program plays itself. Most need no thread:
 * what either side writes waits in the kernel for the other. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/link/link.h"

#define SOON_MS 20000 /* far more than anything here takes */
#define MS_NS	INT64_C(1000000)

static struct loop loop;

/* A session and the server's end of it. */
struct pair {
	struct link *link;
	int listener, server;
	struct err err;
};

static void
pair_open(struct pair *p, const struct link_times *times)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	char port[16];
	struct conn_target t = {
		.kind = CONN_TCP, .host = "127.0.0.1", .port = port
	};

	memset(p, 0, sizeof(*p));
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(p->listener, (struct sockaddr *)&sin, sizeof(sin)) != 0 ||
	    listen(p->listener, 1) != 0 ||
	    getsockname(p->listener, (struct sockaddr *)&sin, &len) != 0)
		exit(1);
	snprintf(port, sizeof(port), "%u", (unsigned)ntohs(sin.sin_port));
	if (link_open(&p->link, &t, times, &loop, NULL, NULL, &p->err) != 0) {
		printf("%s\n", p->err.text);
		exit(1);
	}
	p->server = accept(p->listener, NULL, NULL);
}

static void
pair_hangup(struct pair *p)
{
	if (p->server >= 0)
		close(p->server);
	p->server = -1;
}

static void
pair_close(struct pair *p)
{
	link_free(p->link);
	pair_hangup(p);
	close(p->listener);
}

static void
say(struct pair *p, const char *text)
{
	size_t len = strlen(text);

	if (send(p->server, text, len, MSG_NOSIGNAL) != (ssize_t)len)
		CHECK(0, "the server could not say %s", text);
}

/* The server takes that much. */
static void
hear(struct pair *p, const char *want)
{
	char got[512] = "";
	ssize_t n = recv(p->server, got, strlen(want), MSG_WAITALL);

	CHECK(n == (ssize_t)strlen(want) && strcmp(got, want) == 0,
	    "the server got %zd octets, %s, not %s", n, got, want);
}

/* The next event is a reply of that code. */
static void
reply_is(struct pair *p, enum smtp_event_kind kind, int code, const char *label)
{
	struct link_event ev;
	int rc = link_next(p->link, loop_deadline(SOON_MS), &ev, &p->err);

	CHECK(rc == 1 && ev.ev.kind == kind, "%s: rc %d, event %d", label, rc,
	    rc == 1 ? (int)ev.ev.kind : -1);
	if (rc == 1 && ev.ev.kind == kind && ev.ev.reply != NULL)
		CHECK(ev.ev.reply->code == code, "%s: %d", label,
		    ev.ev.reply->code);
}

static void
command(struct pair *p, const char *line)
{
	CHECK(
	    smtp_command(link_smtp(p->link), line, strlen(line), &p->err) == 0,
	    "%s", line);
}

static void
flush_is(struct pair *p, int want, const char *label)
{
	int rc = link_flush(p->link, &p->err);

	CHECK(rc == want, "%s: %d %s", label, rc, rc < 0 ? p->err.text : "");
}

/* Up to where mail text may be sent. */
static void
to_text(struct pair *p)
{
	static const char *const lines[] = { "HELO a", "MAIL FROM:<a@b>",
		"RCPT TO:<c@d>" };

	say(p, "220 hi\r\n");
	reply_is(p, SMTP_EV_REPLY, 220, "greeting");
	for (size_t i = 0; i < 3; i++) {
		command(p, lines[i]);
		flush_is(p, 0, lines[i]);
		hear(p, lines[i]);
		hear(p, "\r\n");
		say(p, "250 ok\r\n");
		reply_is(p, SMTP_EV_REPLY, 250, lines[i]);
	}
	command(p, "DATA");
	flush_is(p, 0, "DATA");
	hear(p, "DATA\r\n");
	say(p, "354 go\r\n");
	reply_is(p, SMTP_EV_REPLY, 354, "DATA");
}

static void
queue_text(struct pair *p, size_t lines)
{
	static const char line[] =
	    "sixty-four octets of mail text, its line end among them, 64.\r\n";

	for (size_t i = 0; i < lines; i++)
		smtp_text(link_smtp(p->link), line, sizeof(line) - 1, &p->err);
}

static void
test_times(void)
{
	static const struct {
		const char *label;
		enum verb_id id;
		int64_t want;
	} rows[] = {
		{ "greeting", VERB_GREETING, 300000 },
		{ "HELO", VERB_HELO, 300000 },
		{ "MAIL", VERB_MAIL, 300000 },
		{ "RCPT", VERB_RCPT, 300000 },
		{ "DATA", VERB_DATA, 120000 },
		{ "end of text", VERB_TEXT_END, 600000 },
		{ "last chunk", VERB_BDAT, 600000 },
		{ "QUIT", VERB_QUIT, 5000 },
		{ "another", VERB_UNKNOWN, 300000 },
	};
	struct link_times t;

	link_times_init(&t);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(link_times_of(&t, rows[i].id) == rows[i].want, "%s",
		    rows[i].label);
	CHECK(t.block == 180000, "block");
	link_times_all(&t, 7000);
	CHECK(t.data == 7000 && t.connect == 7000 && t.quit == 5000, "all");
	link_times_all(&t, 70);
	CHECK(t.quit == 70, "shorter than QUIT's");
}

static void
test_lock_step(const struct link_times *times)
{
	struct link_event ev;
	struct pollfd fd[2];
	struct pair p;
	int64_t start;

	pair_open(&p, times);
	CHECK(link_is_open(p.link), "open");
	CHECK(strcmp(link_lost(p.link), "") == 0, "it stands");
	CHECK(link_fds(p.link, fd) == 1, "one descriptor");
	CHECK(link_poll(p.link, &ev) == 0, "nothing yet");
	say(&p, "220 hi\r\n");
	CHECK(link_next(p.link, LOOP_FOREVER, &ev, &p.err) == 1 &&
		  ev.ev.kind == SMTP_EV_REPLY,
	    "greeting");
	CHECK(ev.took_ns > 0 && ev.took_ns < SOON_MS * MS_NS,
	    "since it stood: %lld", (long long)ev.took_ns);
	command(&p, "NOOP");
	start = loop_now_ns();
	flush_is(&p, 0, "NOOP");
	hear(&p, "NOOP\r\n");
	say(&p, "250-a\r\n250 b\r\n");
	CHECK(link_next(p.link, LOOP_FOREVER, &ev, &p.err) == 1 &&
		  ev.ev.kind == SMTP_EV_REPLY && ev.ev.reply->nlines == 2,
	    "NOOP");
	CHECK(ev.took_ns > 0 && ev.took_ns <= loop_now_ns() - start,
	    "since it was written: %lld", (long long)ev.took_ns);
	say(&p, "421 bye\r\n");
	start = loop_now_ns();
	while (link_poll(p.link, &ev) == 0 &&
	       loop_now_ns() - start < SOON_MS * MS_NS)
		;
	CHECK(ev.ev.kind == SMTP_EV_UNSOLICITED && ev.ev.reply->code == 421,
	    "unasked");
	CHECK(ev.took_ns == -1, "no command, no time");
	pair_hangup(&p);
	reply_is(&p, SMTP_EV_EOF, 0, "the end");
	CHECK(strcmp(link_lost(p.link), "closed by the server") == 0, "%s",
	    link_lost(p.link));
	CHECK(!link_is_open(p.link), "closed");
	CHECK(link_fds(p.link, fd) == 0, "nothing to watch");
	reply_is(&p, SMTP_EV_EOF, 0, "it stays the end");
	command(&p, "QUIT");
	flush_is(&p, -1, "nobody is there");
	CHECK(p.err.kind == ERR_LOST, "%s", p.err.text);
	pair_close(&p);
}

/* When a reply came is not when it was asked for. */
static void
test_took(const struct link_times *times)
{
	static char filler[70000];
	struct timespec nap = { 0, 60 * MS_NS };
	struct link_event ev;
	struct pair p;

	pair_open(&p, times);
	say(&p, "220 hi\r\n");
	reply_is(&p, SMTP_EV_REPLY, 220, "greeting");
	command(&p, "NOOP");
	command(&p, "RSET");
	flush_is(&p, 0, "group");
	hear(&p, "NOOP\r\nRSET\r\n");
	say(&p, "250 a\r\n250 b\r\n");
	reply_is(&p, SMTP_EV_REPLY, 250, "first");
	nanosleep(&nap, NULL);
	CHECK(link_next(p.link, LOOP_FOREVER, &ev, &p.err) == 1 &&
		  ev.took_ns > 0 && ev.took_ns < 60 * MS_NS,
	    "the second had come by then: %lld", (long long)ev.took_ns);

	/* Read while something else was written, as more was later. */
	command(&p, "NOOP");
	flush_is(&p, 0, "NOOP");
	memset(filler, 'x', sizeof(filler));
	for (int i = 0; i < 2; i++) {
		say(&p, "250 c\r\n");
		smtp_raw(link_smtp(p.link), filler, sizeof(filler), false);
		CHECK(link_flush_some(p.link, &p.err) == 0, "filler");
		nanosleep(&nap, NULL);
	}
	CHECK(link_next(p.link, LOOP_FOREVER, &ev, &p.err) == 1 &&
		  ev.took_ns > 0 && ev.took_ns < 60 * MS_NS,
	    "the first reading counts: %lld", (long long)ev.took_ns);
	pair_close(&p);
}

static void
test_silence(const struct link_times *times)
{
	struct link_times t = *times;
	struct link_event ev;
	struct pair p;
	int64_t start;
	int rc;

	t.greeting = 60;
	pair_open(&p, &t);
	start = loop_now_ns();
	rc = link_next(p.link, LOOP_FOREVER, &ev, &p.err);
	CHECK(rc == 0, "no greeting: %d", rc);
	CHECK(loop_now_ns() - start >= 60 * MS_NS, "not early");
	rc = link_next(p.link, LOOP_FOREVER, &ev, &p.err);
	CHECK(rc == 0, "who goes on waiting gets a new time: %d", rc);
	CHECK(loop_now_ns() - start >= 120 * MS_NS, "all of it");
	say(&p, "220 hi\r\n");
	reply_is(&p, SMTP_EV_REPLY, 220, "it came late");
	rc = link_next(p.link, loop_deadline(5), &ev, &p.err);
	CHECK(rc == 0, "nothing is owed: %d", rc);

	loop_raise(&loop, SIGINT);
	rc = link_next(p.link, LOOP_FOREVER, &ev, &p.err);
	CHECK(rc == -1 && p.err.kind == ERR_INTR, "interrupt: %d", rc);
	loop_clear(&loop);
	pair_close(&p);
}

/* One time for one reply, in however many calls it is waited for. */
static void
test_two_waits(const struct link_times *times)
{
	struct link_times t = *times;
	struct link_event ev;
	struct pair p;
	int64_t start;
	int rc;

	t.greeting = 500;
	pair_open(&p, &t);
	start = loop_now_ns();
	rc = link_next(p.link, loop_deadline(400), &ev, &p.err);
	CHECK(rc == 0, "the caller's own deadline: %d", rc);
	CHECK(loop_now_ns() - start < 490 * MS_NS, "is earlier");
	rc = link_next(p.link, LOOP_FOREVER, &ev, &p.err);
	CHECK(rc == 0, "the rest: %d", rc);
	CHECK(loop_now_ns() - start >= 500 * MS_NS, "not early");
	CHECK(loop_now_ns() - start < 850 * MS_NS, "not anew");
	pair_close(&p);
}

struct dripper {
	int fd;
	pthread_t id;
};

static void *
drip(void *arg)
{
	struct dripper *d = arg;
	struct timespec nap = { 0, 10 * MS_NS };
	const char *text = "220-";

	while (send(d->fd, *text != '\0' ? text++ : "x", 1, MSG_NOSIGNAL) == 1)
		nanosleep(&nap, NULL);
	return NULL;
}

/* Octets that come all the time earn no more time. */
static void
test_drip(const struct link_times *times)
{
	struct link_times t = *times;
	struct link_event ev;
	struct dripper d;
	struct pair p;
	int64_t start;
	int rc;

	t.greeting = 150;
	pair_open(&p, &t);
	d.fd = p.server;
	if (pthread_create(&d.id, NULL, drip, &d) != 0)
		exit(1);
	start = loop_now_ns();
	rc = link_next(p.link, LOOP_FOREVER, &ev, &p.err);
	CHECK(rc == 0, "%d", rc);
	CHECK(loop_now_ns() - start >= 150 * MS_NS, "not early");
	CHECK(loop_now_ns() - start < 5000 * MS_NS, "not late");
	shutdown(p.server, SHUT_RDWR);
	pthread_join(d.id, NULL);
	pair_close(&p);
}

static void
test_cut(const struct link_times *times)
{
	struct linger rst = { 1, 0 };
	struct link_event ev;
	struct pair p;
	int rc;

	pair_open(&p, times);
	say(&p, "220-half a gree");
	pair_hangup(&p);
	rc = link_next(p.link, LOOP_FOREVER, &ev, &p.err);
	CHECK(rc == 1 && ev.ev.kind == SMTP_EV_EOF, "inside a reply: %d", rc);
	if (rc == 1 && ev.ev.kind == SMTP_EV_EOF)
		CHECK(ev.ev.text_len == 15 &&
			  memcmp(ev.ev.text, "220-half a gree", 15) == 0,
		    "%.*s", (int)ev.ev.text_len, ev.ev.text);
	pair_close(&p);

	pair_open(&p, times);
	setsockopt(p.server, SOL_SOCKET, SO_LINGER, &rst, sizeof(rst));
	pair_hangup(&p);
	reply_is(&p, SMTP_EV_EOF, 0, "reset");
	CHECK(strcmp(link_lost(p.link), "Connection reset by peer") == 0, "%s",
	    link_lost(p.link));
	pair_close(&p);
}

/* The server says 554 in the middle of mail text, and closes on octets that
 * it has not read, which resets the connection. */
static void
test_refused_text(const struct link_times *times)
{
	struct pair p;

	pair_open(&p, times);
	to_text(&p);
	queue_text(&p, 1000);
	flush_is(&p, 0, "a part of the text");
	say(&p, "554 5.7.1 no more\r\n");
	pair_hangup(&p);
	queue_text(&p, 1000);
	flush_is(&p, -1, "reset");
	CHECK(p.err.kind == ERR_LOST, "%s", p.err.text);
	reply_is(&p, SMTP_EV_UNSOLICITED, 554, "what was said before");
	reply_is(&p, SMTP_EV_EOF, 0, "then the end");
	CHECK(strcmp(link_lost(p.link), "") != 0, "with a reason");
	pair_close(&p);
}

static void
test_early_reply(const struct link_times *times)
{
	struct link_times t = *times;
	struct pair p;
	int rc = 0;

	pair_open(&p, times);
	to_text(&p);
	say(&p, "552 too big\r\n");
	queue_text(&p, 400000);
	flush_is(&p, 1, "the socket is full, the reply is here");
	reply_is(&p, SMTP_EV_UNSOLICITED, 552, "early");
	pair_close(&p);

	/* The socket takes it all; still it is seen. */
	pair_open(&p, times);
	to_text(&p);
	say(&p, "552 too big\r\n");
	for (size_t i = 0; i < 100 && rc == 0; i++) {
		queue_text(&p, 200);
		rc = link_flush_some(p.link, &p.err);
	}
	CHECK(rc == 1, "seen while streaming: %d", rc);
	reply_is(&p, SMTP_EV_UNSOLICITED, 552, "while streaming");
	pair_close(&p);

	t.block = 100;
	pair_open(&p, &t);
	to_text(&p);
	queue_text(&p, 400000);
	flush_is(&p, -1, "the server stops reading");
	CHECK(p.err.kind == ERR_TEMP, "%d %s", p.err.kind, p.err.text);
	loop_raise(&loop, SIGINT);
	flush_is(&p, -1, "interrupt");
	CHECK(p.err.kind == ERR_INTR, "%d %s", p.err.kind, p.err.text);
	loop_clear(&loop);
	pair_close(&p);
}

/* Answers each line, and reads nothing while it writes. */
static void *
answer(void *arg)
{
	struct pair *p = arg;
	char in[65536];
	struct buf out = BUF_INIT;
	ssize_t n;

	while ((n = recv(p->server, in, sizeof(in), 0)) > 0) {
		buf_clear(&out);
		for (ssize_t i = 0; i < n; i++) {
			if (in[i] == '\n')
				buf_adds(&out,
				    "250 a reply that is much longer than the "
				    "command, so that it fills the "
				    "sockets\r\n");
		}
		if (send(p->server, buf_data(&out), buf_len(&out),
			MSG_NOSIGNAL) < 0)
			break;
	}
	buf_release(&out);
	return NULL;
}

/* A group whose replies fill every buffer on the way: without reading while
 * it writes this stalls. */
static void
test_both_ways(const struct link_times *times)
{
	const size_t total = 200000;
	struct link_event ev;
	struct pair p;
	struct pollfd fd[2];
	pthread_t id;
	size_t got = 0;
	int rc, small = 131072;

	pair_open(&p, times);
	link_fds(p.link, fd);
	setsockopt(fd[0].fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	setsockopt(fd[0].fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	setsockopt(p.server, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	setsockopt(p.server, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	say(&p, "220 hi\r\n");
	reply_is(&p, SMTP_EV_REPLY, 220, "greeting");
	if (pthread_create(&id, NULL, answer, &p) != 0)
		exit(1);
	for (size_t i = 0; i < total; i++)
		smtp_command(link_smtp(p.link), "NOOP", 4, &p.err);
	while ((rc = link_flush(p.link, &p.err)) == 1) {
		CHECK(smtp_pending(link_smtp(p.link)) < 2 * 1024 * 1024,
		    "bounded");
		while (smtp_pending(link_smtp(p.link)) > 65536 &&
		       link_poll(p.link, &ev) == 1)
			got++;
	}
	CHECK(rc == 0, "all written: %d %s", rc, rc < 0 ? p.err.text : "");
	CHECK(smtp_pending(link_smtp(p.link)) < 2 * 1024 * 1024, "bounded");
	while (got < total &&
	       link_next(p.link, loop_deadline(SOON_MS), &ev, &p.err) == 1 &&
	       ev.ev.kind == SMTP_EV_REPLY)
		got++;
	CHECK(got == total, "%zu replies", got);
	shutdown(p.server, SHUT_RDWR);
	pthread_join(id, NULL);
	pair_close(&p);
}

static void
test_child(const struct link_times *times)
{
	struct conn_target t = { .kind = CONN_PIPE,
		.command = "printf '220 hi\\r\\n'; read line; "
			   "printf '250 %s\\r\\n' \"$line\"" };
	struct pair p = { .server = -1, .listener = -1 };

	if (link_open(&p.link, &t, times, &loop, NULL, NULL, &p.err) != 0) {
		CHECK(0, "%s", p.err.text);
		return;
	}
	reply_is(&p, SMTP_EV_REPLY, 220, "greeting");
	command(&p, "NOOP");
	flush_is(&p, 0, "NOOP");
	reply_is(&p, SMTP_EV_REPLY, 250, "NOOP");
	reply_is(&p, SMTP_EV_EOF, 0, "it ends");
	link_free(p.link);
}

static void
test_inproc(const struct link_times *times)
{
	char hi[] = "220 hi\r\n", noop[] = "NOOP", ok[] = "250 ok\r\n";
	struct mock_step steps[] = {
		{ MOCK_PAUSE, NULL, 30, 1 },
		{ MOCK_SAY, hi, 0, 2 },
		{ MOCK_LINE, noop, 0, 3 },
		{ MOCK_PAUSE, NULL, 60, 4 },
		{ MOCK_SAY, ok, 0, 5 },
		{ MOCK_PAUSE, NULL, 20, 6 },
		{ MOCK_CLOSE, NULL, 0, 7 },
	};
	struct mock_play play = { "test", steps, 7, false };
	struct peer_config pc = { .play = &play };
	struct conn_target t = { .kind = CONN_INPROC };
	struct pair p = { .server = -1, .listener = -1 };
	struct link_event ev;
	int rc;

	t.peer = peer_new(&pc, 1, NULL);
	CHECK(link_open(&p.link, &t, times, &loop, NULL, NULL, &p.err) == 0,
	    "opens");
	CHECK(link_poll(p.link, &ev) == 0, "a pause");
	reply_is(&p, SMTP_EV_REPLY, 220, "greeting");
	command(&p, "NOOP");
	flush_is(&p, 0, "NOOP");
	rc = link_next(p.link, loop_deadline(5), &ev, &p.err);
	CHECK(rc == 0, "the deadline comes before the pause's end: %d", rc);
	rc = link_next(p.link, LOOP_FOREVER, &ev, &p.err);
	CHECK(rc == 1 && ev.ev.kind == SMTP_EV_REPLY, "NOOP: %d", rc);
	CHECK(
	    ev.took_ns >= 60 * MS_NS, "it paused: %lld", (long long)ev.took_ns);
	reply_is(&p, SMTP_EV_EOF, 0, "it closes");
	link_free(p.link);
}

int
main(void)
{
	struct link_times times;

	if (loop_init(&loop) != 0)
		return 1;
	link_times_all(&times, SOON_MS);
	test_times();
	test_lock_step(&times);
	test_took(&times);
	test_silence(&times);
	test_two_waits(&times);
	test_drip(&times);
	test_cut(&times);
	test_refused_text(&times);
	test_early_reply(&times);
	test_both_ways(&times);
	test_child(&times);
	test_inproc(&times);
	loop_release(&loop);
	return check_done();
}
