/* link in steps: one loop over many sessions, none of which may wait. The
 * other side is a receiver in this process, one that serves from a thread, or
 * a socket that this program plays itself. */
#include "check.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/link/link.h"
#include "net/serve/serve.h"
#include "served.h"

#define SOON_MS 20000 /* far more than anything here takes */
#define MS_NS	INT64_C(1000000)

static struct loop loop;
static struct world *world;
static struct tls_ctx *server_ctx, *client_ctx;

/* A session and, where this program plays it, the server's end. */
struct pair {
	struct link *link;
	int listener, server;
	struct err err;
};

static int
listen_on(char port[16])
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&sin, sizeof sin) != 0 ||
	    listen(fd, 1) != 0 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) != 0)
		exit(1);
	snprintf(port, 16, "%u", (unsigned)ntohs(sin.sin_port));
	return fd;
}

/* Steps until it stands or fails. */
static int
opened(struct link *k, struct err *e)
{
	int64_t end = loop_deadline(SOON_MS);
	int r;

	while ((r = link_step_open(k, e)) == 0 && loop_now_ns() < end)
		link_await(k, &loop, false, end);
	return r;
}

static void
pair_open(struct pair *p, const struct link_times *times)
{
	char port[16];
	struct conn_target t = { .host = "127.0.0.1", .port = port };

	memset(p, 0, sizeof *p);
	p->listener = listen_on(port);
	if (link_start(&p->link, &t, times, NULL, NULL, &p->err) != 0 ||
	    opened(p->link, &p->err) != 1) {
		printf("%s\n", p->err.text);
		exit(1);
	}
	p->server = accept(p->listener, NULL, NULL);
}

static void
pair_close(struct pair *p)
{
	link_free(p->link);
	if (p->server >= 0)
		close(p->server);
	close(p->listener);
}

static void
say(struct pair *p, const char *text)
{
	size_t len = strlen(text);

	CHECK(send(p->server, text, len, MSG_NOSIGNAL) == (ssize_t)len, "%s",
	    text);
}

static void
command(struct link *k, const char *line)
{
	CHECK(smtp_command(link_smtp(k), line, strlen(line), NULL) == 0, "%s",
	    line);
}

/* Waits for the next event as one front with one talk does. */
static bool
next(struct link *k, struct link_event *ev)
{
	int64_t end = loop_deadline(SOON_MS);

	while (!link_get(k, ev))
		if (loop_now_ns() >= end || link_overdue(k) ||
		    link_await(k, &loop, false, end) == LOOP_INTR)
			return false;
	return true;
}

static void
reply_is(struct link *k, enum smtp_event_kind kind, int code, const char *label)
{
	struct link_event ev = { 0 };
	bool got = next(k, &ev);

	CHECK(got && ev.ev.kind == kind &&
		  (code == 0 || ev.ev.reply->code == code),
	    "%s: event %d, %d", label, got ? (int)ev.ev.kind : -1,
	    got && ev.ev.reply != NULL ? ev.ev.reply->code : 0);
}

static void
test_open(const struct link_times *times)
{
	char port[16];
	struct link_times t = *times;
	struct conn_target to = { .host = "127.0.0.1", .port = port };
	struct pollfd fd[LINK_FDS];
	struct link_event ev;
	struct link *k;
	struct err e = { 0 };
	int fd1 = listen_on(port);

	close(fd1);
	CHECK(link_start(&k, &to, times, NULL, NULL, &e) == 0, "%s", e.text);
	CHECK(link_conn(k) == NULL && !link_is_open(k), "not yet");
	CHECK(link_get(k, &ev) == 0 && !link_said(k), "nothing yet");
	CHECK(opened(k, &e) == -1 && e.kind == ERR_TEMP &&
		  strstr(e.text, "refused") != NULL,
	    "%s", e.text);
	link_free(k);

	to.host = "nosuch.invalid";
	CHECK(link_start(&k, &to, times, NULL, NULL, &e) == -1 &&
		  e.kind == ERR_NOHOST && k == NULL,
	    "%s", e.text);

	/* Given up while a thread looks it up. */
	to.host = "localhost";
	t.connect = 7000;
	CHECK(link_start(&k, &to, &t, NULL, NULL, &e) == 0, "%s", e.text);
	CHECK(link_wants(k, false, fd) == 1, "the look-up's end");
	CHECK(link_deadline(k) <= loop_deadline(7000), "times.connect");
	link_free(k);
}

/* The wait is the read: what came is in the core when it ends. */
static void
test_lock_step(const struct link_times *times)
{
	struct link_event ev;
	struct pollfd fd[LINK_FDS];
	struct pair p;

	pair_open(&p, times);
	CHECK(link_is_open(p.link), "open");
	CHECK(link_wants(p.link, false, fd) == 1 && fd[0].events == POLLIN,
	    "to read");
	CHECK(link_wants(p.link, true, fd) == 1 &&
		  fd[0].events == (POLLIN | POLLOUT),
	    "and to write");
	CHECK(link_get(p.link, &ev) == 0, "nothing yet");
	say(&p, "220 hi\r\n");
	CHECK(link_await(p.link, &loop, false, loop_deadline(SOON_MS)) ==
		  LOOP_READY,
	    "something");
	CHECK(smtp_pending(link_smtp(p.link)) == 8, "the wait has read it");
	CHECK(link_deadline(p.link) == 0, "get it at once");
	CHECK(link_await(p.link, &loop, false, LOOP_FOREVER) == LOOP_READY,
	    "no sleep over what is there");
	reply_is(p.link, SMTP_EV_REPLY, 220, "greeting");
	CHECK(link_deadline(p.link) == LOOP_FOREVER, "nothing is awaited");
	command(p.link, "NOOP");
	CHECK(link_deadline(p.link) == LOOP_FOREVER, "it is not written");
	CHECK(link_write(p.link, &p.err) == 0, "written");
	CHECK(link_deadline(p.link) <= loop_deadline(SOON_MS), "now it is");
	/* Unlike link_poll(), at once after a read that found nothing. */
	CHECK(link_get(p.link, &ev) == 0, "nothing");
	say(&p, "250 a\r\n");
	int64_t end = loop_deadline(SOON_MS);
	int r;
	while ((r = link_get(p.link, &ev)) == 0 && loop_now_ns() < end)
		;
	CHECK(r == 1 && ev.took_ns > 0, "it reads");
	loop_raise(&loop, SIGINT);
	CHECK(link_await(p.link, &loop, false, LOOP_FOREVER) == LOOP_INTR,
	    "interrupt");
	loop_clear(&loop);
	CHECK(
	    link_await(p.link, &loop, false, loop_deadline(5)) == LOOP_TIMEOUT,
	    "the caller's own deadline");
	close(p.server);
	p.server = -1;
	reply_is(p.link, SMTP_EV_EOF, 0, "the end");
	CHECK(link_get(p.link, &ev) == 0, "told once");
	CHECK(!link_is_open(p.link) && link_wants(p.link, true, fd) == 0 &&
		  link_deadline(p.link) == LOOP_FOREVER,
	    "closed");
	pair_close(&p);
}

static void
test_overdue(const struct link_times *times)
{
	struct link_times t = *times;
	struct link_event ev;
	struct pair p;

	t.greeting = 60;
	t.other = 200;
	pair_open(&p, &t);
	int64_t start = loop_now_ns();
	CHECK(!link_overdue(p.link), "it begins");
	/* What drips in earns no time. */
	while (!link_overdue(p.link) && loop_now_ns() - start < 2000 * MS_NS) {
		say(&p, "2");
		link_await(p.link, &loop, false, loop_deadline(10));
		CHECK(link_get(p.link, &ev) == 0 || ev.ev.reply == NULL, "2");
	}
	int64_t took = loop_now_ns() - start;
	CHECK(took >= 60 * MS_NS && took < 1900 * MS_NS, "%lld ns",
	    (long long)took);
	link_renew(p.link);
	CHECK(!link_overdue(p.link), "once more");
	CHECK(link_await(p.link, &loop, false, LOOP_FOREVER) == LOOP_READY,
	    "sleeps no longer than that");
	pair_close(&p);

	/* Each of a group has its own. */
	pair_open(&p, &t);
	say(&p, "220 hi\r\n");
	reply_is(p.link, SMTP_EV_REPLY, 220, "greeting");
	command(p.link, "NOOP");
	command(p.link, "NOOP");
	CHECK(link_write(p.link, &p.err) == 0, "group");
	int64_t first = link_deadline(p.link);
	struct timespec nap = { 0, 20 * MS_NS };
	nanosleep(&nap, NULL);
	CHECK(link_deadline(p.link) == first, "it stays");
	say(&p, "250 a\r\n");
	reply_is(p.link, SMTP_EV_REPLY, 250, "first");
	CHECK(link_deadline(p.link) >= first + 20 * MS_NS, "the second's");
	pair_close(&p);
}

static void
queue_text(struct link *k, size_t lines)
{
	static const char line[] =
	    "sixty-four octets of mail text, its line end among them, 64.\r\n";

	for (size_t i = 0; i < lines; i++)
		smtp_text(link_smtp(k), line, sizeof line - 1, NULL);
}

/* Nobody reads at the other side. */
static void
test_blocked(const struct link_times *times)
{
	struct link_times t = *times;
	struct pair p;
	int r;

	t.block = 100;
	pair_open(&p, &t);
	say(&p, "220 hi\r\n");
	reply_is(p.link, SMTP_EV_REPLY, 220, "greeting");
	queue_text(p.link, 400000);
	int64_t start = loop_now_ns();
	CHECK(link_write(p.link, &p.err) == 1, "full");
	CHECK(link_deadline(p.link) <= loop_deadline(100), "times.block");
	while ((r = link_write(p.link, &p.err)) == 1)
		link_await(p.link, &loop, true, LOOP_FOREVER);
	CHECK(r == -1 && p.err.kind == ERR_TEMP &&
		  strstr(p.err.text, "took too little") != NULL,
	    "%d %s", r, p.err.text);
	CHECK(loop_now_ns() - start >= 100 * MS_NS, "not early");
	CHECK(!link_said(p.link), "it says nothing");
	say(&p, "552 too");
	int64_t end = loop_deadline(SOON_MS);
	while (smtp_pending(link_smtp(p.link)) == 0 && loop_now_ns() < end)
		CHECK(!link_said(p.link), "half a line");
	say(&p, " big\r\n");
	while (!link_said(p.link) && loop_now_ns() < end)
		;
	CHECK(link_said(p.link), "a line");
	reply_is(p.link, SMTP_EV_UNSOLICITED, 552, "in the middle of text");
	CHECK(!link_said(p.link), "taken");
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

	while ((n = recv(p->server, in, sizeof in, 0)) > 0) {
		buf_clear(&out);
		for (ssize_t i = 0; i < n; i++)
			if (in[i] == '\n')
				buf_adds(&out,
				    "250 a reply that is much longer than the "
				    "command, so that it fills the "
				    "sockets\r\n");
		if (send(p->server, buf_data(&out), buf_len(&out),
			MSG_NOSIGNAL) < 0)
			break;
	}
	buf_release(&out);
	return NULL;
}

/* 200,000 at once: whoever takes what there is before he waits to write is
 * never stuck, and never holds more than one reading. */
static void
test_both_ways(const struct link_times *times)
{
	const size_t total = 200000;
	struct link_event ev;
	struct pair p;
	struct pollfd fd[LINK_FDS];
	pthread_t id;
	size_t got = 0, most = 0;
	int r = 1, small = 131072;

	pair_open(&p, times);
	link_wants(p.link, false, fd);
	setsockopt(fd[0].fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	setsockopt(fd[0].fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	setsockopt(p.server, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	setsockopt(p.server, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	say(&p, "220 hi\r\n");
	reply_is(p.link, SMTP_EV_REPLY, 220, "greeting");
	if (pthread_create(&id, NULL, answer, &p) != 0)
		exit(1);
	for (size_t i = 0; i < total; i++)
		smtp_command(link_smtp(p.link), "NOOP", 4, NULL);
	int64_t end = loop_deadline(SOON_MS);
	while (got < total && r >= 0 && loop_now_ns() < end) {
		r = link_write(p.link, &p.err);
		while (link_get(p.link, &ev)) {
			got += ev.ev.kind == SMTP_EV_REPLY && !ev.ev.early;
			if (smtp_pending(link_smtp(p.link)) > most)
				most = smtp_pending(link_smtp(p.link));
		}
		if (got < total)
			link_await(p.link, &loop, r == 1, end);
	}
	CHECK(got == total, "%zu replies, %d %s", got, r, p.err.text);
	CHECK(most <= 131072, "%zu octets held", most);
	shutdown(p.server, SHUT_RDWR);
	pthread_join(id, NULL);
	pair_close(&p);
}

/* Two replies in one segment: the second says nothing about what is sent when
 * the first was taken. */
static void
test_early(const struct link_times *times)
{
	struct pair p;

	pair_open(&p, times);
	say(&p, "220 hi\r\n");
	reply_is(p.link, SMTP_EV_REPLY, 220, "greeting");
	command(p.link, "DATA");
	CHECK(link_write(p.link, &p.err) == 0, "DATA");
	say(&p, "354 go\r\n250 queued\r\n");
	reply_is(p.link, SMTP_EV_REPLY, 354, "DATA");
	queue_text(p.link, 1);
	smtp_text_end(link_smtp(p.link), NULL);
	CHECK(link_write(p.link, &p.err) == 0, "text");
	reply_is(p.link, SMTP_EV_UNSOLICITED, 250, "it came before the text");
	say(&p, "554 no\r\n");
	reply_is(p.link, SMTP_EV_REPLY, 554, "the real one");
	pair_close(&p);
}

/* What was said before it closed comes before the end. */
static void
test_broken(const struct link_times *times)
{
	struct pair p;
	int r = 0;

	pair_open(&p, times);
	say(&p, "220 hi\r\n421 no more\r\n");
	queue_text(p.link, 100);
	CHECK(link_write(p.link, &p.err) == 0, "%s", p.err.text);
	/* Octets that nobody has read: a reset. */
	close(p.server);
	p.server = -1;
	for (int i = 0; i < 100000 && r == 0; i++) {
		queue_text(p.link, 1);
		r = link_write(p.link, &p.err);
	}
	CHECK(r == -1 && p.err.kind == ERR_LOST, "%d %s", r, p.err.text);
	reply_is(p.link, SMTP_EV_REPLY, 220, "what was said before");
	reply_is(p.link, SMTP_EV_UNSOLICITED, 421, "all of it");
	reply_is(p.link, SMTP_EV_EOF, 0, "then the end");
	CHECK(strcmp(link_lost(p.link), "") != 0, "with a reason");
	pair_close(&p);
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
		{ MOCK_CLOSE, NULL, 0, 6 },
	};
	struct mock_play play = { "test", steps, 6, false };
	struct peer_config pc = { .play = &play };
	struct conn_target t = { .kind = CONN_INPROC };
	struct pollfd fd[LINK_FDS];
	struct link_event ev;
	struct link *k;
	struct err e;

	t.peer = peer_new(&pc, 1, NULL);
	CHECK(link_start(&k, &t, times, NULL, NULL, &e) == 0 &&
		  link_step_open(k, &e) == 1,
	    "stands at once");
	CHECK(link_get(k, &ev) == 0, "a pause");
	CHECK(link_wants(k, true, fd) == 0, "no descriptor");
	CHECK(link_deadline(k) <= loop_deadline(30), "the pause's end");
	reply_is(k, SMTP_EV_REPLY, 220, "greeting");
	command(k, "NOOP");
	CHECK(link_write(k, &e) == 0, "NOOP");
	CHECK(next(k, &ev) && ev.took_ns >= 60 * MS_NS, "it paused");
	reply_is(k, SMTP_EV_EOF, 0, "it closes");
	link_free(k);
}

/* One of many sessions: what it does next. */
enum stage {
	OPEN,
	GREETING,
	HELLO,
	STARTTLS,
	TLS,
	AGAIN,
	MAIL,
	RCPT,
	DATA,
	TEXT,
	QUIT,
	DONE,
	BAD
};

struct session {
	struct link *k;
	enum stage stage, last;
	size_t lines; /* of text */
	bool tls, blocked;
	struct err e;
};

static void
session_begin(struct session *s, const struct conn_target *t, bool tls,
    const struct link_times *times)
{
	*s = (struct session){ .tls = tls, .last = DONE, .lines = 4000 };
	if (link_start(&s->k, t, times, NULL, NULL, &s->e) != 0)
		s->stage = BAD;
}

/* The reply that closed a stage opens the next. */
static void
session_reply(struct session *s, int code)
{
	static const struct {
		int code;
		const char *line;
	} row[] = {
		[GREETING] = { 220, "EHLO a.b" },
		[HELLO] = { 250, "MAIL FROM:<s@a.b>" },
		[AGAIN] = { 250, "MAIL FROM:<s@a.b>" },
		[MAIL] = { 250, "RCPT TO:<r@c.d>" },
		[RCPT] = { 250, "DATA" },
		[DATA] = { 354, NULL },
		[TEXT] = { 250, "QUIT" },
		[QUIT] = { 221, NULL },
	};
	struct tls_target t = { .level = TLS_MAY, .verify_name = "localhost" };

	if (s->stage == STARTTLS && code == 220) {
		s->stage = link_tls_begin(s->k, client_ctx, &t, &s->e) == 0
			       ? TLS
			       : BAD;
		return;
	}
	if (s->stage == STARTTLS || code != row[s->stage].code) {
		err_set(
		    &s->e, ERR_PROTO, "%d in stage %d", code, (int)s->stage);
		s->stage = BAD;
		return;
	}
	if (s->stage == HELLO && s->tls) {
		command(s->k, "STARTTLS");
		s->stage = STARTTLS;
		return;
	}
	if (row[s->stage].line != NULL)
		command(s->k, s->stage == TEXT && s->last == QUIT
				  ? "NOOP"
				  : row[s->stage].line);
	if (s->stage == DATA) {
		queue_text(s->k, s->lines);
		smtp_text_end(link_smtp(s->k), NULL);
	}
	s->stage = s->stage == GREETING			    ? HELLO
		   : s->stage == HELLO || s->stage == AGAIN ? MAIL
		   : s->stage == QUIT			    ? DONE
				      : (enum stage)(s->stage + 1);
}

/* All it can do without waiting. */
static void
session_go(struct session *s)
{
	struct link_event ev;

	if (s->stage == OPEN) {
		int r = link_step_open(s->k, &s->e);
		s->stage = r > 0 ? GREETING : r < 0 ? BAD : OPEN;
	}
	if (s->stage == TLS) {
		int r = link_tls_step(s->k, &s->e);
		if (r > 0)
			command(s->k, "EHLO a.b");
		s->stage = r > 0 ? AGAIN : r < 0 ? BAD : TLS;
	}
	while (s->stage != OPEN && s->stage != TLS && s->stage < s->last) {
		int r = link_write(s->k, &s->e);
		s->blocked = r == 1;
		if (r < 0)
			s->stage = BAD;
		if (r < 0 || !link_get(s->k, &ev))
			break;
		if (ev.ev.kind != SMTP_EV_REPLY || ev.ev.early) {
			err_set(&s->e, ERR_PROTO, "event %d, early %d",
			    (int)ev.ev.kind, (int)ev.ev.early);
			s->stage = BAD;
			break;
		}
		session_reply(s, ev.ev.reply->code);
	}
	if (s->stage != BAD && s->stage != DONE && s->stage != OPEN &&
	    link_overdue(s->k))
		s->stage = BAD;
}

static void
session_all(struct session *s, size_t n, const char *label)
{
	struct pollfd *fd = mem_alloc(n * LINK_FDS * sizeof *fd);
	int64_t end = loop_deadline(SOON_MS);
	size_t left = n, done = 0;

	while (left > 0 && loop_now_ns() < end) {
		int64_t until = end;
		size_t nfds = 0;

		left = 0;
		for (size_t i = 0; i < n; i++) {
			if (s[i].stage < s[i].last)
				session_go(&s[i]);
			if (s[i].stage >= s[i].last)
				continue;
			left++;
			nfds += link_wants(s[i].k, s[i].blocked, fd + nfds);
			if (link_deadline(s[i].k) < until)
				until = link_deadline(s[i].k);
		}
		int64_t ns = until - loop_now_ns();
		if (left > 0)
			poll(fd, (nfds_t)nfds,
			    ns <= 0 ? 0 : (int)(ns / MS_NS) + 1);
	}
	for (size_t i = 0; i < n; i++) {
		done += s[i].stage == s[i].last;
		if (s[i].stage != s[i].last)
			CHECK(0, "%s: %zu stage %d %s", label, i,
			    (int)s[i].stage, s[i].e.text);
	}
	CHECK(done == n, "%s: %zu of %zu", label, done, n);
	free(fd);
}

static void
session_free(struct session *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		link_free(s[i].k);
}

static struct peer_config
receiver(void)
{
	return (struct peer_config){
		.smtpd = { .world = world, .starttls = true }, .tls = server_ctx
	};
}

static void
test_many_inproc(const struct link_times *times)
{
	enum { N = 200 };
	static struct session s[N];
	struct peer_config pc = receiver();

	for (size_t i = 0; i < N; i++) {
		struct conn_target t = { .kind = CONN_INPROC,
			.peer = peer_new(&pc, i, NULL) };
		session_begin(&s[i], &t, i % 8 == 0, times);
	}
	session_all(s, N, "in process");
	session_free(s, N);
}

static void
test_many_sockets(const struct link_times *times)
{
	enum { N = 200 };
	static struct session s[N];
	struct server v;

	struct peer_config pc = receiver();
	server_start(&v, &pc);
	struct conn_target t = { .host = "127.0.0.1", .port = v.port };
	for (size_t i = 0; i < N; i++)
		session_begin(&s[i], &t, i % 4 == 0, times);
	session_all(s, N, "sockets");
	session_free(s, N);
	server_stop(&v);
}

/* Octets of this process's heap, all threads'. 0 where it cannot be told, as
 * under a sanitizer. */
static size_t
heap(void)
{
#ifdef __GLIBC__
	return mallinfo2().uordblks;
#else
	return 0;
#endif
}

static void
child_ready(void *arg, const char *address, const char *port)
{
	const int *fd = arg;

	(void)address;
	if (write(*fd, port, strlen(port) + 1) < 0)
		_exit(1);
}

/* A server whose heap is not ours. */
static pid_t
server_fork(char port[16])
{
	int fd[2];

	if (pipe(fd) != 0)
		exit(1);
	pid_t pid = fork();
	if (pid == 0) {
		struct serve_config c = { .address = "127.0.0.1",
			.port = "0",
			.peer = receiver(),
			.ready = child_ready,
			.ready_arg = &fd[1],
			.count = 100 };
		struct err e;
		close(fd[0]);
		serve_run(&c, &loop, NULL, &e);
		_exit(0);
	}
	close(fd[1]);
	if (pid < 0 || read(fd[0], port, 16) < 2)
		exit(1);
	close(fd[0]);
	return pid;
}

/* What a session holds on to between two mails, a large one behind it. */
static void
test_memory(const struct link_times *times)
{
	enum { N = 50 };
	static struct session s[N];
	char port[16] = "";
	pid_t pid = server_fork(port);
	struct conn_target t = { .host = "127.0.0.1", .port = port };

	for (int tls = 0; tls < 2; tls++) {
		size_t before = heap(), most = tls ? 36 : 5;
		for (size_t i = 0; i < N; i++) {
			session_begin(&s[i], &t, tls, times);
			s[i].last = QUIT;
			s[i].lines = 600;
		}
		session_all(s, N, "memory");
		/* As a front does before it waits. */
		for (size_t i = 0; i < N; i++) {
			struct link_event ev;
			CHECK(link_write(s[i].k, &s[i].e) == 0 &&
				  next(s[i].k, &ev) && !link_get(s[i].k, &ev),
			    "NOOP");
		}
		size_t each = (heap() - before) / N;
		CHECK(each <= most * 1024, "%zu octets a session, TLS %d", each,
		    tls);
		session_free(s, N);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* A server that never shakes hands. */
static void
test_tls_silence(const struct link_times *times)
{
	struct tls_target to = { .level = TLS_MAY, .verify_name = "localhost" };
	struct link_times t = *times;
	struct pair p;
	int r;

	t.helo = 60;
	pair_open(&p, &t);
	CHECK(link_tls_begin(p.link, client_ctx, &to, &p.err) == 0, "%s",
	    p.err.text);
	CHECK(link_deadline(p.link) == 0, "the first step is due");
	int64_t start = loop_now_ns();
	while ((r = link_tls_step(p.link, &p.err)) == 0) {
		struct link_event ev;
		CHECK(link_deadline(p.link) > 0 &&
			  link_deadline(p.link) <= loop_deadline(60),
		    "times.helo");
		CHECK(link_get(p.link, &ev) == 0, "no session yet");
		link_await(p.link, &loop, false, LOOP_FOREVER);
	}
	CHECK(r == -1 && p.err.kind == ERR_TEMP, "%d %s", r, p.err.text);
	CHECK(loop_now_ns() - start >= 60 * MS_NS, "not early");
	pair_close(&p);

	/* Octets in clear behind the 220. */
	pair_open(&p, times);
	say(&p, "220 hi\r\n");
	reply_is(p.link, SMTP_EV_REPLY, 220, "greeting");
	command(p.link, "STARTTLS");
	CHECK(link_write(p.link, &p.err) == 0, "STARTTLS");
	say(&p, "220 go\r\n250 evil\r\n");
	reply_is(p.link, SMTP_EV_REPLY, 220, "go");
	CHECK(link_deadline(p.link) == LOOP_FOREVER, "nothing to get");
	CHECK(link_tls_begin(p.link, client_ctx, &to, &p.err) == -1 &&
		  p.err.kind == ERR_PROTO &&
		  strstr(p.err.text, "10 octets") != NULL,
	    "%s", p.err.text);
	pair_close(&p);
}

int
main(void)
{
	const struct tls_config server = { .role = TLS_SERVER,
		.self_signed = true,
		.self_name = "localhost" };
	const struct tls_config client = { .role = TLS_CLIENT };
	struct link_times times;
	struct err e;

	if (loop_init(&loop) != 0 ||
	    tls_ctx_new(&server_ctx, &server, &e) < 0 ||
	    tls_ctx_new(&client_ctx, &client, &e) < 0)
		return 1;
	world = world_new("here.example");
	link_times_all(&times, SOON_MS);
	test_open(&times);
	test_lock_step(&times);
	test_overdue(&times);
	test_blocked(&times);
	test_both_ways(&times);
	test_early(&times);
	test_broken(&times);
	test_inproc(&times);
	test_many_inproc(&times);
	test_many_sockets(&times);
	test_memory(&times);
	test_tls_silence(&times);
	tls_ctx_free(client_ctx);
	tls_ctx_free(server_ctx);
	world_free(world);
	loop_release(&loop);
	return check_done();
}
