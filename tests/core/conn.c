/* loop and conn against sockets of this process: loopback, ports from the
 * kernel. A port that is bound and not listened on refuses. */
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/conn/conn_priv.h"

#define SOON_MS 10000 /* far more than anything here takes */

static struct loop loop;

/* A TCP socket on 127.0.0.HOST; *port 0: the kernel's choice. Listening if
 * backlog >= 0. -1: the port is taken there. */
static int
tcp_try(unsigned host, int backlog, unsigned *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000000 + host),
		.sin_port = htons((uint16_t)*port) };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) != 0 ||
	    (backlog >= 0 && listen(fd, backlog) != 0)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*port = ntohs(sin.sin_port);
	return fd;
}

static int
tcp_bound(int backlog, unsigned *port)
{
	int fd;

	*port = 0;
	fd = tcp_try(1, backlog, port);
	if (fd < 0) {
		perror("tcp_bound");
		exit(1);
	}
	return fd;
}

/* The same port on n hosts, 127.0.0.1 and so on, each with its backlog. */
static void
tcp_hosts(int *fd, const int *backlog, size_t n, unsigned *port)
{
	for (int tries = 0; tries < 100; tries++) {
		size_t i = 0;

		*port = 0;
		while (i < n && (fd[i] = tcp_try(
				     (unsigned)i + 1, backlog[i], port)) >= 0)
			i++;
		if (i == n)
			return;
		while (i > 0)
			close(fd[--i]);
	}
	printf("no port is free on all hosts\n");
	exit(1);
}

static const char *const hosts[] = { "127.0.0.1", "127.0.0.2", "127.0.0.3" };

static void
report_add(void *arg, const char *text)
{
	buf_addf(arg, "%s\n", text);
}

static int
open_tcp(struct conn **c, const char *host, unsigned port, int64_t ms,
    const char *local, int family, struct err *e)
{
	char text[16];
	struct conn_target t = { .kind = CONN_TCP,
		.host = host,
		.port = text,
		.bind = local,
		.family = family };

	snprintf(text, sizeof(text), "%u", port);
	memset(e, 0, sizeof(*e));
	return conn_open(c, &t, &loop, loop_deadline(ms), NULL, NULL, e);
}

/* Reads until the end, an error or want octets. */
static ssize_t
read_all(struct conn *c, struct buf *b, size_t want, struct err *e)
{
	struct pollfd fd[2];
	int64_t deadline = loop_deadline(SOON_MS);
	char data[512];
	ssize_t n = 1;

	while (buf_len(b) < want) {
		size_t nfds = conn_poll(c, false, fd);
		if (!conn_ready(c) &&
		    loop_wait(&loop, fd, nfds, deadline) != LOOP_READY)
			return CONN_AGAIN;
		n = conn_read(c, data, sizeof(data), e);
		if (n == CONN_AGAIN)
			continue;
		if (n <= 0)
			return n;
		buf_add(b, data, (size_t)n);
	}
	return n;
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
test_loop(void)
{
	struct sigaction sa = { .sa_handler = on_alarm }, old;
	struct itimerval every = { { 0, 5000 }, { 0, 5000 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct pollfd fd = { .events = POLLIN };
	int64_t start, deadline;
	int p[2];

	CHECK(loop_deadline(INT64_MAX) == LOOP_FOREVER, "no overflow");
	CHECK(loop_deadline(-5) <= loop_now_ns(), "negative is now");
	sigaction(SIGALRM, &sa, &old);
	setitimer(ITIMER_REAL, &every, NULL);
	start = loop_now_ns();
	deadline = start + 40 * INT64_C(1000000);
	CHECK(loop_wait(&loop, NULL, 0, deadline) == LOOP_TIMEOUT, "alarms");
	CHECK(loop_now_ns() >= deadline, "EINTR must not end the wait");
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old, NULL);

	loop_raise(&loop, SIGINT);
	CHECK(loop_wait(&loop, NULL, 0, LOOP_FOREVER) == LOOP_INTR, "raised");
	CHECK(loop_wait(&loop, NULL, 0, LOOP_FOREVER) == LOOP_INTR, "stays");
	CHECK(loop.raised == SIGINT, "which signal");
	loop_clear(&loop);
	CHECK(loop_wait(&loop, NULL, 0, loop_now_ns()) == LOOP_TIMEOUT,
	    "cleared");
	if (pipe(p) != 0)
		exit(1);
	CHECK(write(p[1], "x", 1) == 1, "pipe");
	fd.fd = p[0];
	CHECK(loop_wait(&loop, &fd, 1, LOOP_FOREVER) == LOOP_READY &&
		  fd.revents == POLLIN,
	    "ready");
	close(p[0]);
	close(p[1]);
}

static void
test_ports(void)
{
	static const struct {
		const char *label, *in;
		unsigned want; /* 0: ERR_USAGE */
	} rows[] = {
		{ "a number", "2525", 2525 },
		{ "the last", "65535", 65535 },
		{ "one too many", "65536", 0 },
		{ "wraps at 32 bits", "4294967321", 0 },
		{ "wraps at 64 bits", "18446744073709551641", 0 },
		{ "zero", "0", 0 },
		{ "negative", "-25", 0 },
		{ "sign", "+25", 0 },
		{ "blank", " 25", 0 },
		{ "tail", "25x", 0 },
		{ "empty", "", 0 },
		{ "service", "smtp", 25 },
		{ "service in capitals", "SUBMISSION", 587 },
		{ "lmtp", "lmtp", 24 },
		{ "implicit TLS", "submissions", 465 },
		{ "no service", "no-such-service", 0 },
		{ "none", NULL, 25 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };
		unsigned port = 0;
		int rc = conn_port(rows[i].in, &port, &e);
		if (rows[i].want == 0)
			CHECK(rc == -1 && e.kind == ERR_USAGE, "%s: %u",
			    rows[i].label, port);
		else
			CHECK(rc == 0 && port == rows[i].want, "%s: %u",
			    rows[i].label, port);
	}
}

/* The first n hosts at that port. */
static int
open_hosts(struct conn **c, size_t n, unsigned port, int64_t ms,
    struct buf *log, struct err *e)
{
	char text[16];
	struct conn_target t = { .kind = CONN_TCP,
		.host = "mx.invalid",
		.port = text,
		.address = hosts,
		.naddress = n };

	snprintf(text, sizeof(text), "%u", port);
	memset(e, 0, sizeof(*e));
	return conn_open(c, &t, &loop, loop_deadline(ms),
	    log != NULL ? report_add : NULL, log, e);
}

static void
test_dial(void)
{
	static const int backlog[] = { -1, 5, -1 };
	struct buf log = BUF_INIT, want = BUF_INIT;
	struct err e;
	struct conn *c = NULL;
	unsigned port;
	int fd[3], one = 0, rc;
	socklen_t len = sizeof(one);

	tcp_hosts(fd, backlog, 3, &port);
	rc = open_hosts(&c, 2, port, SOON_MS, &log, &e);
	CHECK(rc == 0, "the second address is tried: %s", e.text);
	buf_addf(&want,
	    "trying 127.0.0.1 port %u\n127.0.0.1 port %u: Connection "
	    "refused\ntrying 127.0.0.2 port %u\n",
	    port, port, port);
	CHECK(strcmp(buf_str(&log), buf_str(&want)) == 0, "%s", buf_str(&log));
	buf_clear(&want);
	buf_addf(&want, "127.0.0.2 port %u", port);
	if (rc == 0) {
		CHECK(strcmp(conn_name(c), buf_str(&want)) == 0, "%s",
		    conn_name(c));
		CHECK(strcmp(conn_address(c), "127.0.0.2") == 0, "address");
		CHECK(conn_peer(c) == NULL, "no receiver here");
		getsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, &len);
		CHECK(one != 0, "TCP_NODELAY");
		CHECK(fcntl(c->fd, F_GETFD) & FD_CLOEXEC, "close-on-exec");
		CHECK(fcntl(c->fd, F_GETFL) & O_NONBLOCK,
		    "it blocks when somebody sleeps, not before");
		conn_free(c);
	}
	close(fd[1]);
	rc = open_hosts(&c, 3, port, SOON_MS, NULL, &e);
	buf_clear(&want);
	buf_addf(&want,
	    "cannot connect: 127.0.0.1 port %u: Connection refused; "
	    "127.0.0.2 port %u: Connection refused; "
	    "127.0.0.3 port %u: Connection refused",
	    port, port, port);
	CHECK(rc == -1 && e.kind == ERR_TEMP &&
		  strcmp(e.text, buf_str(&want)) == 0,
	    "each with its reason: %s", e.text);
	close(fd[0]);
	close(fd[2]);
	buf_release(&log);
	buf_release(&want);
}

/* A listener that answers no SYN any more: its queue is full. Returns how many
 * sockets fill it. */
static size_t
fill_queue(unsigned port, int *fd, size_t max)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port) };

	for (size_t i = 0; i < max; i++) {
		struct pollfd p = { .events = POLLOUT };
		fd[i] = p.fd = socket(
		    AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(fd[i], (struct sockaddr *)&sin, sizeof(sin));
		if (poll(&p, 1, 200) == 0)
			return i + 1;
	}
	return max;
}

static void
test_black_hole(void)
{
	static const int backlog[] = { 0, 5 };
	struct err e;
	struct conn *c;
	unsigned port;
	int fd[2], filler[8], rc;

	tcp_hosts(fd, backlog, 2, &port);
	size_t n = fill_queue(port, filler, 8);
	int64_t start = loop_now_ns();
	rc = open_tcp(&c, hosts[0], port, 150, NULL, AF_UNSPEC, &e);
	CHECK(rc == -1 && e.kind == ERR_TEMP &&
		  strstr(e.text, "timed out") != NULL,
	    "deadline: %d %s", rc, e.text);
	CHECK(loop_now_ns() - start >= 150 * INT64_C(1000000), "not early");
	CHECK(loop_now_ns() - start < 5000 * INT64_C(1000000), "not late");

	/* Half of the time is the second's. */
	start = loop_now_ns();
	rc = open_hosts(&c, 2, port, 1000, NULL, &e);
	CHECK(loop_now_ns() - start < 900 * INT64_C(1000000), "its share");
	CHECK(rc == 0, "a black hole leaves time for the next: %s", e.text);
	if (rc == 0)
		conn_free(c);

	loop_raise(&loop, SIGINT);
	rc = open_tcp(&c, hosts[0], port, SOON_MS, NULL, AF_UNSPEC, &e);
	CHECK(rc == -1 && e.kind == ERR_INTR, "connecting: %s", e.text);
	rc = open_tcp(&c, "localhost", port, SOON_MS, NULL, AF_UNSPEC, &e);
	CHECK(rc == -1 && e.kind == ERR_INTR, "looking up: %s", e.text);
	loop_clear(&loop);
	for (size_t i = 0; i < n; i++)
		close(filler[i]);
	close(fd[0]);
	close(fd[1]);
}

/* Steps all dials of one loop until each has come to something. */
static void
step_all(struct conn_dial **d, size_t n, struct conn **c, struct err *e)
{
	struct pollfd fd[8 * CONN_DIAL_FDS];
	int64_t end = loop_deadline(SOON_MS);
	size_t left = n;

	while (left > 0 && loop_now_ns() < end) {
		int64_t until = end;
		size_t nfds = 0;

		left = 0;
		for (size_t i = 0; i < n; i++) {
			if (d[i] == NULL)
				continue;
			int r = conn_step(d[i], &c[i], &e[i]);
			if (r != 0) {
				conn_dial_free(d[i]);
				d[i] = NULL;
				continue;
			}
			left++;
			nfds += conn_dial_fds(d[i], fd + nfds);
			if (conn_dial_deadline(d[i]) < until)
				until = conn_dial_deadline(d[i]);
		}
		if (left > 0)
			loop_wait(&loop, fd, nfds, until);
	}
	CHECK(left == 0, "%zu never end", left);
}

/* One that waits for its time to pass keeps none of the others. The target's
 * strings are gone by the time of the first step. */
static void
test_steps(void)
{
	static const int backlog[] = { 0, 5, -1 };
	static const struct {
		const char *label, *host;
		enum err_kind kind; /* ERR_NONE: stands */
		const char *text;
	} rows[] = {
		{ "a black hole", "127.0.0.1", ERR_TEMP, "timed out" },
		{ "an address", "127.0.0.2", ERR_NONE, "" },
		{ "refuses", "127.0.0.3", ERR_TEMP, "Connection refused" },
		{ "a name, which is the hole first", "localhost", ERR_TEMP,
		    "timed out" },
		{ "another address", "127.0.0.2", ERR_NONE, "" },
	};
	enum { N = sizeof(rows) / sizeof(rows[0]) };
	struct conn_dial *d[N];
	struct conn *c[N] = { NULL };
	struct err e[N];
	unsigned port;
	int fd[3], filler[8];

	memset(e, 0, sizeof(e));
	tcp_hosts(fd, backlog, 3, &port);
	size_t n = fill_queue(port, filler, 8);
	for (size_t i = 0; i < N; i++) {
		char *host = mem_dup(rows[i].host);
		char *text = mem_printf("%u", port);
		struct conn_target t = { .kind = CONN_TCP,
			.host = host,
			.port = text,
			.family = AF_INET };
		int64_t start = loop_now_ns();

		CHECK(conn_start(&d[i], &t, loop_deadline(150), NULL, NULL,
			  &e[i]) == 0,
		    "%s: %s", rows[i].label, e[i].text);
		CHECK(loop_now_ns() - start < 100 * INT64_C(1000000),
		    "%s: it waited", rows[i].label);
		memset(host, 'x', strlen(host));
		memset(text, 'x', strlen(text));
		free(host);
		free(text);
	}
	step_all(d, N, c, e);
	for (size_t i = 0; i < N; i++) {
		CHECK((c[i] != NULL) == (rows[i].kind == ERR_NONE) &&
			  (c[i] != NULL ||
			      (e[i].kind == rows[i].kind &&
				  strstr(e[i].text, rows[i].text) != NULL)),
		    "%s: %s", rows[i].label, e[i].text);
		conn_free(c[i]);
	}
	/* Given up under way, in each stage. */
	struct conn_target t = { .host = "localhost", .port = "25" };
	CHECK(conn_start(&d[0], &t, LOOP_FOREVER, NULL, NULL, &e[0]) == 0 &&
		  conn_dial_deadline(d[0]) == LOOP_FOREVER,
	    "looking up");
	conn_dial_free(d[0]);
	char text[16];
	snprintf(text, sizeof(text), "%u", port);
	t.host = hosts[0];
	t.port = text;
	CHECK(conn_start(&d[0], &t, LOOP_FOREVER, NULL, NULL, &e[0]) == 0 &&
		  conn_step(d[0], &c[0], &e[0]) == 0 &&
		  conn_step(d[0], &c[0], &e[0]) == 0,
	    "connecting");
	conn_dial_free(d[0]);
	for (size_t i = 0; i < n; i++)
		close(filler[i]);
	for (size_t i = 0; i < 3; i++)
		close(fd[i]);
}

/* A Unix socket whose queue is full is asked again until it has room, or time
 * is up. */
static void
test_unix_full(void)
{
	char dir[] = "/tmp/smtpsh-conn.XXXXXX", *path;
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct conn_target t = { .kind = CONN_UNIX };
	struct pollfd p[CONN_DIAL_FDS];
	struct conn_dial *d;
	struct conn *c[4] = { NULL };
	struct err e = { 0 };
	size_t n = 0;

	if (mkdtemp(dir) == NULL)
		exit(1);
	path = mem_printf("%s/lmtp", dir);
	t.path = path;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memcpy(sun.sun_path, path, strlen(path));
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0 ||
	    listen(fd, 0) != 0)
		exit(1);
	while (n < 3 && conn_open(&c[n], &t, &loop, loop_deadline(50), NULL,
			    NULL, &e) == 0)
		n++;
	CHECK(n > 0 && n < 3 && e.kind == ERR_TEMP &&
		  strstr(e.text, "timed out") != NULL,
	    "full after %zu: %s", n, e.text);
	CHECK(conn_start(&d, &t, loop_deadline(SOON_MS), NULL, NULL, &e) == 0,
	    "%s", e.text);
	CHECK(conn_step(d, &c[3], &e) == 0, "no room");
	CHECK(conn_dial_fds(d, p) == 0 &&
		  conn_dial_deadline(d) <= loop_deadline(20),
	    "asked again soon");
	int on = accept(fd, NULL, NULL);
	int64_t end = loop_deadline(SOON_MS);
	int r;
	while ((r = conn_step(d, &c[3], &e)) == 0 && loop_now_ns() < end)
		loop_wait(&loop, NULL, 0, conn_dial_deadline(d));
	CHECK(r == 1, "room: %s", e.text);
	conn_dial_free(d);
	for (size_t i = 0; i < 4; i++)
		conn_free(c[i]);
	close(on);
	close(fd);
	unlink(path);
	rmdir(dir);
	free(path);
}

static void
test_names(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	struct err e;
	struct conn *c;
	unsigned port;
	int good = tcp_bound(5, &port), rc, fd;

	rc = open_tcp(&c, "localhost", port, SOON_MS, NULL, AF_INET, &e);
	CHECK(rc == 0, "a name: %s", e.text);
	if (rc == 0)
		conn_free(c);
	rc = open_tcp(&c, "nosuch.invalid", port, SOON_MS, NULL, AF_UNSPEC, &e);
	CHECK(rc == -1 && e.kind == ERR_NOHOST &&
		  strncmp(e.text, "no such host: nosuch.invalid (", 30) == 0,
	    "%s", e.text);
	rc = open_tcp(&c, "127.0.0.1", port, SOON_MS, NULL, AF_INET6, &e);
	CHECK(rc == -1 && e.kind == ERR_NOHOST, "family: %s", e.text);
	rc = open_tcp(&c, "127.0.0.1", port, SOON_MS, "x.y", AF_UNSPEC, &e);
	CHECK(rc == -1 && e.kind == ERR_USAGE, "bad bind: %s", e.text);
	rc = open_tcp(&c, "127.0.0.1", port, SOON_MS, "::1", AF_INET, &e);
	CHECK(rc == -1 && e.kind == ERR_USAGE, "bind's family: %s", e.text);
	rc = open_tcp(
	    &c, "127.0.0.1", port, SOON_MS, "192.0.2.1", AF_UNSPEC, &e);
	CHECK(rc == -1 && e.kind == ERR_USAGE, "not ours: %s", e.text);
	close(good);

	good = tcp_bound(5, &port);
	rc = open_tcp(
	    &c, "127.0.0.1", port, SOON_MS, "127.0.0.2", AF_UNSPEC, &e);
	CHECK(rc == 0, "bind: %s", e.text);
	if (rc == 0) {
		fd = accept(good, (struct sockaddr *)&sin, &len);
		CHECK(sin.sin_addr.s_addr == htonl(INADDR_LOOPBACK + 1),
		    "the server sees it");
		close(fd);
		conn_free(c);
	}
	close(good);
}

static void
test_octets(void)
{
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	struct linger rst = { 1, 0 };
	struct conn *c;
	unsigned port;
	char data[8];
	int good = tcp_bound(5, &port), fd;
	ssize_t n;

	if (open_tcp(&c, "127.0.0.1", port, SOON_MS, NULL, 0, &e) != 0) {
		CHECK(0, "%s", e.text);
		close(good);
		return;
	}
	fd = accept(good, NULL, NULL);
	CHECK(conn_read(c, data, sizeof(data), &e) == CONN_AGAIN, "nothing");
	CHECK(conn_peek(c) == 0, "nothing to peek at");
	CHECK(send(fd, "220 hi\r\n", 8, 0) == 8, "send");
	CHECK(read_all(c, &b, 1, &e) > 0, "first");
	CHECK(send(fd, "xyz", 3, 0) == 3, "send");
	while (conn_peek(c) < 3 && buf_len(&b) == 8)
		;
	CHECK(conn_peek(c) == 3, "peek takes nothing");
	CHECK(read_all(c, &b, 11, &e) > 0, "second");
	CHECK(strcmp(buf_str(&b), "220 hi\r\nxyz") == 0, "%s", buf_str(&b));
	/* A reset: no signal, a reason. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &rst, sizeof(rst));
	close(fd);
	n = read_all(c, &b, SIZE_MAX, &e);
	CHECK(n == CONN_ERR && e.kind == ERR_LOST &&
		  strcmp(e.text, "Connection reset by peer") == 0,
	    "%zd %s", n, e.text);
	CHECK(
	    conn_write(c, "QUIT\r\n", 6, &e) == CONN_ERR && e.kind == ERR_LOST,
	    "no SIGPIPE");
	conn_free(c);
	close(good);
	buf_release(&b);
}

static void
test_unix(void)
{
	char dir[] = "/tmp/smtpsh-conn.XXXXXX", *path, *longer;
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct conn_target t = { .kind = CONN_UNIX };
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	struct conn *c;
	int fd, on, rc;

	if (mkdtemp(dir) == NULL)
		exit(1);
	path = mem_printf("%s/lmtp", dir);
	longer = mem_printf("%s/%0200d", dir, 0);
	t.path = path;
	rc = conn_open(&c, &t, &loop, loop_deadline(SOON_MS), NULL, NULL, &e);
	CHECK(rc == -1 && e.kind == ERR_TEMP && strstr(e.text, path) != NULL,
	    "missing: %s", e.text);
	t.path = longer;
	rc = conn_open(&c, &t, &loop, loop_deadline(SOON_MS), NULL, NULL, &e);
	CHECK(rc == -1 && e.kind == ERR_USAGE, "too long: %s", e.text);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memcpy(sun.sun_path, path, strlen(path));
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0 ||
	    listen(fd, 1) != 0)
		exit(1);
	t.path = path;
	rc = conn_open(&c, &t, &loop, loop_deadline(SOON_MS), NULL, NULL, &e);
	CHECK(rc == 0, "connects: %s", e.text);
	if (rc == 0) {
		on = accept(fd, NULL, NULL);
		CHECK(strcmp(conn_name(c), path) == 0, "%s", conn_name(c));
		CHECK(strcmp(conn_address(c), "") == 0, "no address");
		CHECK(send(on, "220 hi\r\n", 8, 0) == 8, "send");
		close(on);
		CHECK(read_all(c, &b, SIZE_MAX, &e) == 0, "the end");
		CHECK(strcmp(buf_str(&b), "220 hi\r\n") == 0, "read");
		CHECK(conn_write(c, "x", 1, &e) == CONN_ERR &&
			  strcmp(e.text, "closed by the server") == 0,
		    "no SIGPIPE: %s", e.text);
		conn_free(c);
	}
	close(fd);
	unlink(path);
	rmdir(dir);
	free(path);
	free(longer);
	buf_release(&b);
}

static void
test_pipe_row(
    const char *label, const char *command, const char *in, const char *want)
{
	struct conn_target t = { .kind = CONN_PIPE, .command = command };
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	struct conn *c;
	pid_t pid;

	if (conn_open(&c, &t, &loop, loop_deadline(SOON_MS), NULL, NULL, &e) !=
	    0) {
		CHECK(0, "%s: %s", label, e.text);
		return;
	}
	pid = c->pid;
	CHECK(strcmp(conn_name(c), command) == 0, "%s: name", label);
	if (*in != '\0')
		CHECK(conn_write(c, in, strlen(in), &e) == (ssize_t)strlen(in),
		    "%s: write: %s", label, e.text);
	read_all(c, &b, *in != '\0' ? strlen(want) : SIZE_MAX, &e);
	CHECK(strcmp(buf_str(&b), want) == 0, "%s: %s", label, buf_str(&b));
	conn_free(c);
	CHECK(waitpid(pid, NULL, WNOHANG) == -1 && errno == ECHILD,
	    "%s: no zombie", label);
	buf_release(&b);
}

/* A child that heeds neither the end of its input nor SIGTERM, and has one of
 * its own. When the whole group is gone nobody holds the other end. */
static void
test_pipe_stubborn(void)
{
	struct conn_target t = { .kind = CONN_PIPE,
		.command =
		    "trap '' TERM; echo up; while :; do sleep 30; done" };
	struct pollfd fd = { .events = POLLIN };
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	int64_t start;
	struct conn *c;
	char octet;

	if (conn_open(&c, &t, &loop, loop_deadline(SOON_MS), NULL, NULL, &e) !=
	    0) {
		CHECK(0, "%s", e.text);
		return;
	}
	CHECK(getpgid(c->pid) == c->pid, "a group of its own");
	CHECK(read_all(c, &b, 3, &e) > 0, "it is up");
	fd.fd = dup(c->fd);
	start = loop_now_ns();
	conn_free(c);
	CHECK(loop_now_ns() - start < 5000 * INT64_C(1000000), "killed");
	CHECK(loop_wait(&loop, &fd, 1, loop_deadline(SOON_MS)) == LOOP_READY &&
		  read(fd.fd, &octet, 1) == 0,
	    "its own child too");
	close(fd.fd);
	buf_release(&b);
}

static void
test_pipe(void)
{
	static const struct {
		const char *label, *command, *in, *want;
	} rows[] = {
		{ "both ways", "cat", "NOOP\r\n", "NOOP\r\n" },
		{ "its end", "echo 220 hi", "", "220 hi\n" },
		{ "SIGPIPE is as usual", "kill -PIPE $$; echo alive", "", "" },
		{ "no signal is blocked", "kill -TERM $$; echo alive", "", "" },
		{ "no other descriptor",
		    "if (: >&9) 2>/dev/null; then echo open; else echo no; fi",
		    "", "no\n" },
		{ "no such command", "exec 2>&-; exec /nonexistent", "", "" },
	};
	struct sigaction ign = { .sa_handler = SIG_IGN }, old;
	sigset_t term, mask;

	sigaction(SIGPIPE, &ign, &old);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &mask);
	dup2(2, 9);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_pipe_row(
		    rows[i].label, rows[i].command, rows[i].in, rows[i].want);
	close(9);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGPIPE, &old, NULL);
}

static void
test_inproc(void)
{
	char hi[] = "220 hi\r\n", quit[] = "QUIT", bye[] = "221 bye\r\n";
	struct mock_step steps[] = {
		{ MOCK_SAY, hi, 0, 1 },
		{ MOCK_LINE, quit, 0, 2 },
		{ MOCK_SAY, bye, 0, 3 },
		{ MOCK_CLOSE, NULL, 0, 4 },
	};
	struct mock_play play = { "test", steps, 4, false };
	struct peer_config pc = { .play = &play };
	struct conn_target t = { .kind = CONN_INPROC };
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	struct conn *c;
	struct pollfd fd[2];
	char data[64];

	t.peer = peer_new(&pc, 1, NULL);
	CHECK(conn_open(&c, &t, &loop, LOOP_FOREVER, NULL, NULL, &e) == 0,
	    "opens");
	CHECK(conn_peer(c) == t.peer, "the receiver");
	CHECK(conn_poll(c, true, fd) == 0, "nothing to poll");
	CHECK(conn_ready(c), "the greeting");
	CHECK(conn_peek(c) == 8, "peek");
	CHECK(conn_read(c, data, 4, &e) == 4, "a part");
	CHECK(read_all(c, &b, 4, &e) > 0, "the rest");
	CHECK(strcmp(buf_str(&b), "hi\r\n") == 0, "%s", buf_str(&b));
	CHECK(!conn_ready(c), "it waits");
	CHECK(conn_read(c, data, sizeof(data), &e) == CONN_AGAIN, "again");
	CHECK(conn_write(c, "QUIT\r\n", 6, &e) == 6, "write");
	CHECK(conn_write(c, "NOOP\r\n", 6, &e) == CONN_ERR, "it has closed");
	buf_clear(&b);
	CHECK(read_all(c, &b, SIZE_MAX, &e) == 0, "the end");
	CHECK(strcmp(buf_str(&b), "221 bye\r\n") == 0, "%s", buf_str(&b));
	conn_free(c);
	buf_release(&b);
}

int
main(void)
{
	if (loop_init(&loop) != 0)
		return 1;
	test_loop();
	test_ports();
	test_dial();
	test_black_hole();
	test_steps();
	test_names();
	test_octets();
	test_unix();
	test_unix_full();
	test_pipe();
	test_pipe_stubborn();
	test_inproc();
	loop_release(&loop);
	return check_done();
}
