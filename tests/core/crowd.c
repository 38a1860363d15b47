/* A crowd that only sits there, in one thread and in three: everybody is
 * greeted, who has work is served all the while, memory stays small, a flood
 * of one keeps no other waiting, and at the end a transaction that is under
 * way may end. */
#include "check.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/serve/alarms.h"
#include "net/serve/serve.h"

#define CROWD 3000
#define MAILS 20

struct server {
	struct serve_config c;
	struct loop loop;
	pthread_t thread;
	int ready[2];
	in_port_t port;
	struct serve_figures last;
	unsigned told; /* last figures */
	int rc;
	struct err err;
};

static void
ready(void *arg, const char *address, const char *port)
{
	struct server *s = arg;
	(void)address;
	s->port = (in_port_t)atoi(port);
	if (write(s->ready[1], "r", 1) != 1)
		abort();
}

static void
figures(void *arg, const struct serve_figures *f, bool last)
{
	struct server *s = arg;
	s->last = *f;
	s->told += last;
}

static void *
server_main(void *arg)
{
	struct server *s = arg;
	s->rc = serve_run(&s->c, &s->loop, NULL, &s->err);
	return NULL;
}

static void
server_start(struct server *s, const struct world *world, size_t threads)
{
	char c;
	memset(s, 0, sizeof *s);
	s->c = (struct serve_config){ .address = "127.0.0.1",
		.port = "0",
		.threads = threads,
		.grace_ns = INT64_C(60000000000),
		.peer = { .smtpd = { .world = world,
			      .unlogged = true,
			      .discard = true } },
		.ready = ready,
		.ready_arg = s,
		.figures = figures,
		.figures_arg = s };
	if (loop_init(&s->loop) != 0 || pipe(s->ready) != 0 ||
	    pthread_create(&s->thread, NULL, server_main, s) != 0 ||
	    read(s->ready[0], &c, 1) != 1)
		abort();
}

static void
server_stop(struct server *s)
{
	loop_raise(&s->loop, SIGTERM);
	pthread_join(s->thread, NULL);
	loop_release(&s->loop);
	close(s->ready[0]);
	close(s->ready[1]);
	CHECK(s->rc == 0, "%s", s->err.text);
	CHECK(s->told == 1, "told %u times", s->told);
}

static int
dial(const struct server *s)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(s->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&in, sizeof in) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Sends it, and reads up to the end of a line that begins with code. */
static bool
ask(int fd, const char *line, const char *code)
{
	struct buf b = BUF_INIT;
	bool found = false;
	size_t len = strlen(line);
	if (len > 0 && send(fd, line, len, MSG_NOSIGNAL) != (ssize_t)len)
		return false;
	while (!found) {
		const char *p = buf_str(&b), *at = strstr(p, code);
		while (at != NULL && at != p && at[-1] != '\n')
			at = strstr(at + 1, code);
		found = at != NULL && strchr(at, '\n') != NULL;
		if (found)
			break;
		ssize_t n = recv(fd, buf_space(&b, 4096), 4096, 0);
		if (n <= 0)
			break;
		buf_commit(&b, (size_t)n);
	}
	if (!found)
		printf("no %s: %s\n", code, buf_str(&b));
	buf_release(&b);
	return found;
}

static bool
mail(int fd)
{
	return ask(fd, "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n",
		   "354 ") &&
	       ask(fd, "Subject: x\r\n\r\n..x\r\n.\r\n", "250 ");
}

static void
test_crowd(const struct world *world, size_t threads)
{
	static int fd[CROWD];
	struct server s;
	server_start(&s, world, threads);
	for (size_t i = 0; i < CROWD; i++)
		CHECK((fd[i] = dial(&s)) >= 0, "%zu: %s", i, strerror(errno));
	for (size_t i = 0; i < CROWD; i++)
		CHECK(ask(fd[i], "", "220 "), "%zu is not greeted", i);
	int busy = dial(&s);
	CHECK(ask(busy, "EHLO x\r\n", "250 "), "the busy one");
	for (size_t i = 0; i < MAILS; i++)
		CHECK(mail(busy), "mail %zu", i);
	server_stop(&s);
	CHECK(s.last.sessions == CROWD + 1 && s.last.messages == MAILS &&
		  s.last.octets == MAILS * 18 && s.last.refused == 0,
	    "%lu %llu %llu", s.last.sessions,
	    (unsigned long long)s.last.messages,
	    (unsigned long long)s.last.octets);
	for (size_t i = 0; i < CROWD; i++) {
		CHECK(ask(fd[i], "", "421 "), "%zu is not told", i);
		close(fd[i]);
	}
	close(busy);
}

struct flood {
	int fd;
	volatile bool stop;
};

/* Commands without end, and the replies read. */
static void *
flood_main(void *arg)
{
	struct flood *f = arg;
	char in[4096];
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < 10000; i++)
		buf_adds(&b, "NOOP\r\n");
	while (!__atomic_load_n(&f->stop, __ATOMIC_ACQUIRE)) {
		if (send(f->fd, buf_data(&b), buf_len(&b),
			MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
		    errno != EAGAIN)
			break;
		while (recv(f->fd, in, sizeof in, MSG_DONTWAIT) > 0)
			;
	}
	buf_release(&b);
	return NULL;
}

static void
test_flood(const struct world *world)
{
	struct server s;
	pthread_t thread;
	server_start(&s, world, 1);
	struct flood f = { .fd = dial(&s) };
	int other = dial(&s);
	CHECK(ask(other, "EHLO x\r\n", "250 "), "before");
	pthread_create(&thread, NULL, flood_main, &f);
	int64_t began = loop_now_ns();
	for (size_t i = 0; i < MAILS; i++)
		CHECK(mail(other), "mail %zu", i);
	int64_t took = loop_now_ns() - began;
	CHECK(took < INT64_C(20000000000), "%d mails in %lld ms", MAILS,
	    (long long)took / 1000000);
	__atomic_store_n(&f.stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	close(f.fd);
	close(other);
	server_stop(&s);
}

/* A transaction that has begun may end, then 421 comes; the next does not
 * begin. */
static void
test_grace(const struct world *world, size_t threads)
{
	struct server s;
	server_start(&s, world, threads);
	int busy = dial(&s), idle = dial(&s);
	CHECK(ask(idle, "", "220 "), "idle");
	CHECK(ask(busy, "EHLO x\r\nMAIL FROM:<a@x>\r\n", "250 2.1.0"), "MAIL");
	loop_raise(&s.loop, SIGTERM);
	CHECK(ask(idle, "", "421 "), "idle");
	CHECK(dial(&s) < 0, "somebody came in");
	CHECK(ask(busy, "RCPT TO:<b@x>\r\nDATA\r\n", "354 "), "DATA");
	CHECK(ask(busy, "x\r\n.\r\n", "421 "), "the text");
	close(busy);
	close(idle);
	pthread_join(s.thread, NULL);
	CHECK(s.rc == 0 && s.last.messages == 1, "%s", s.err.text);
	loop_release(&s.loop);
	close(s.ready[0]);
	close(s.ready[1]);
}

/* A heap of times gives them in their order, whatever was moved or dropped. */
static void
test_alarms(void)
{
	static struct alarm a[500];
	struct alarms h = { 0 };
	unsigned seed = 1;
	for (size_t i = 0; i < 2000; i++) {
		struct alarm *one = &a[(seed = seed * 1103515245 + 12345) %
				       (sizeof a / sizeof *a)];
		if (i % 5 == 0)
			alarms_drop(&h, one);
		else
			alarms_set(&h, one, (int64_t)(seed >> 8));
	}
	size_t in = 0, n = 0;
	for (size_t i = 0; i < sizeof a / sizeof *a; i++)
		in += a[i].place != 0;
	int64_t last = INT64_MIN;
	struct alarm *one;
	for (; (one = alarms_first(&h)) != NULL; n++) {
		CHECK(one->at_ns >= last, "number %zu", n);
		last = one->at_ns;
		alarms_drop(&h, one);
	}
	CHECK(n == in && n > 100, "%zu of %zu", n, in);
	alarms_release(&h);
}

int
main(void)
{
	struct rlimit r;
	alarm(600);
	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max < 20000 ? r.rlim_max : 20000;
	setrlimit(RLIMIT_NOFILE, &r);
	struct world *world = world_new("here.example");
	test_alarms();
	for (size_t threads = 1; threads <= 3; threads += 2) {
		if (r.rlim_cur > 2 * CROWD + 100)
			test_crowd(world, threads);
		test_grace(world, threads);
	}
	test_flood(world);
	world_free(world);
	return check_done();
}
