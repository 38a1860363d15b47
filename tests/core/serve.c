/* The server on real sockets: many deliveries at once, kills, limits, both
 * families, a Unix socket, a mock. The server runs in a thread; the client
 * here is one poll(2) loop, so nothing waits for a clock. */
#include "check.h"
#include "folder.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/serve/serve.h"

/* In memory where that can be had: 600 calls of fsync(2) take seconds on a
 * disk. */
static char shm[] = "/dev/shm/serve-test-XXXXXX";
static char tmp[] = "/tmp/serve-test-XXXXXX";
static const char *top;
static struct world *world;
static size_t threads = 1; /* of every server */

/* A server in a thread. */
struct server {
	struct serve_config c;
	struct loop loop;
	pthread_t thread;
	int ready[2];	  /* an octet for each address */
	struct buf names; /* "ADDRESS PORT\n" each; whole when ready[] ends */
	unsigned port;
	int rc;
	unsigned long complaints;
	struct err err;
};

static void
server_ready(void *arg, const char *address, const char *port)
{
	struct server *s = arg;
	buf_addf(&s->names, "%s %s\n", address, port);
	if (s->port == 0) /* the same for all; the test reads it by now */
		s->port = (unsigned)atoi(port);
	if (write(s->ready[1], "r", 1) != 1)
		abort();
}

static void *
server_main(void *arg)
{
	struct server *s = arg;
	s->rc = serve_run(&s->c, &s->loop, &s->complaints, &s->err);
	close(s->ready[1]);
	return NULL;
}

static void
server_init(struct server *s)
{
	memset(s, 0, sizeof *s);
	s->c.port = "0";
	s->c.threads = threads;
	s->c.peer.smtpd.world = world;
	s->c.ready = server_ready;
	s->c.ready_arg = s;
	if (loop_init(&s->loop) != 0 || pipe(s->ready) != 0)
		abort();
}

/* Waits until it listens on n addresses; false if it ended instead. */
static bool
server_start(struct server *s, int n)
{
	char c;
	pthread_create(&s->thread, NULL, server_main, s);
	while (n-- > 0)
		if (read(s->ready[0], &c, 1) != 1)
			return false;
	return true;
}

/* raise: end it; else it ends by itself. */
static int
server_stop(struct server *s, bool raise)
{
	if (raise)
		loop_raise(&s->loop, SIGTERM);
	pthread_join(s->thread, NULL);
	loop_release(&s->loop);
	close(s->ready[0]);
	buf_release(&s->names);
	return s->rc;
}

static int
dial(int family, unsigned port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons((in_port_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons((in_port_t)port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = family == AF_INET
		     ? connect(fd, (struct sockaddr *)&in, sizeof in)
		     : connect(fd, (struct sockaddr *)&in6, sizeof in6);
	if (rc == 0)
		return fd;
	close(fd);
	return -1;
}

static void
send_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

/* Reads until `end` has come (NULL: until the server closes); what came is
 * kept in b. */
static bool
expect(int fd, struct buf *b, const char *end)
{
	while (end == NULL || strstr(buf_str(b), end) == NULL) {
		ssize_t n = recv(fd, buf_space(b, 4096), 4096, 0);
		if (n <= 0)
			return end == NULL && n == 0;
		buf_commit(b, (size_t)n);
	}
	return true;
}

/* Files in a folder below top. Their octets go through look(), if any. */
static int
files(const char *folder, void (*look)(const char *text, size_t len, void *arg),
    void *arg)
{
	char *path = mem_printf("%s/%s", top, folder);
	DIR *d = opendir(path);
	int n = 0;
	for (struct dirent *de; d != NULL && (de = readdir(d)) != NULL;) {
		struct buf b = BUF_INIT;
		ssize_t got = 1;
		if (de->d_name[0] == '.')
			continue;
		n++;
		int fd = openat(dirfd(d), de->d_name, O_RDONLY);
		while (look != NULL && got > 0) {
			got = read(fd, buf_space(&b, 65536), 65536);
			buf_commit(&b, got > 0 ? (size_t)got : 0);
		}
		if (look != NULL)
			look(buf_data(&b), buf_len(&b), arg);
		buf_release(&b);
		close(fd);
	}
	if (d != NULL)
		closedir(d);
	free(path);
	return n;
}

#define CLIENTS 300
#define TEXT	20000

/* One of many clients: sends line by line, as replies come. */
struct client {
	int fd;
	size_t step;
	struct buf out, in;
	bool done;
};

/* Text of client i: a number, then octets that depend on it. */
static void
client_text(struct buf *b, size_t i)
{
	buf_addf(b, "X-Client: %zu\r\n\r\n", i);
	for (size_t k = 0; k < TEXT; k += 50)
		buf_addf(b, "%048zu\r\n", i * 31 + k);
}

/* What to say after reply number step. */
static bool
client_say(struct client *c, size_t i)
{
	switch (c->step++) {
	case 0:
		buf_addf(&c->out, "EHLO client%zu\r\n", i);
		return true;
	case 1:
		buf_addf(&c->out, "MAIL FROM:<c%zu@x>\r\n", i);
		return true;
	case 2:
		buf_adds(&c->out, "RCPT TO:<all@x>\r\n");
		return true;
	case 3:
		buf_adds(&c->out, "DATA\r\n");
		return true;
	case 4:
		client_text(&c->out, i);
		buf_adds(&c->out, ".\r\n");
		return true;
	case 5:
		buf_adds(&c->out, "QUIT\r\n");
		return true;
	default:
		return false;
	}
}

/* Whole replies in c->in are answered. */
static void
client_replies(struct client *c, size_t i)
{
	const char *lf;
	while ((lf = strchr(buf_str(&c->in), '\n')) != NULL) {
		const char *p = buf_data(&c->in);
		bool last = lf - p > 3 && p[3] == ' ';
		if (last)
			CHECK(p[0] == '2' || p[0] == '3', "client %zu: %.*s", i,
			    (int)(lf - p), p);
		buf_consume(&c->in, (size_t)(lf - p) + 1);
		if (last)
			client_say(c, i);
	}
}

static void
client_turn(struct client *c, size_t i, short got)
{
	if ((got & POLLOUT) != 0) {
		/* Small pieces, so that all are under way at once. */
		size_t n = buf_len(&c->out) < 3000 ? buf_len(&c->out) : 3000;
		ssize_t sent = send(
		    c->fd, buf_data(&c->out), n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent > 0)
			buf_consume(&c->out, (size_t)sent);
	}
	if ((got & (POLLIN | POLLHUP | POLLERR)) == 0)
		return;
	ssize_t n = recv(c->fd, buf_space(&c->in, 4096), 4096, MSG_DONTWAIT);
	if (n > 0) {
		buf_commit(&c->in, (size_t)n);
		client_replies(c, i);
	} else if (n == 0 || errno != EAGAIN) {
		CHECK(c->step == 7, "client %zu ended at %zu", i, c->step);
		c->done = true;
		close(c->fd);
	}
}

static void
seen(const char *text, size_t len, void *arg)
{
	struct buf want = BUF_INIT;
	bool *have = arg;
	static const char mark[] = "\r\nX-Client: ";
	const char *p = memmem(text, len, mark, sizeof mark - 1);
	CHECK(p != NULL, "no mark in %zu octets", len);
	if (p == NULL)
		return;
	size_t i = (size_t)atoi(p + sizeof mark - 1);
	CHECK(i < CLIENTS && !have[i], "client %zu twice", i);
	if (i >= CLIENTS)
		return;
	have[i] = true;
	client_text(&want, i);
	p += 2;
	CHECK((size_t)(text + len - p) == buf_len(&want) &&
		  memcmp(p, buf_data(&want), buf_len(&want)) == 0,
	    "client %zu is not whole", i);
	buf_release(&want);
}

static void
test_many(void)
{
	static struct client client[CLIENTS];
	static struct pollfd fd[CLIENTS];
	bool have[CLIENTS] = { false };
	struct server s;
	size_t left = CLIENTS;
	char *folder = mem_printf("%s/%zu", top, threads);
	char *new = mem_printf("%zu/all@x/new", threads);
	char *under_way = mem_printf("%zu/all@x/tmp", threads);

	server_init(&s);
	memset(client, 0, sizeof client);
	mkdir(folder, 0700);
	s.c.peer.maildir = folder;
	s.c.count = CLIENTS;
	CHECK(server_start(&s, 1), "%s", s.err.text);
	for (size_t i = 0; i < CLIENTS; i++) {
		client[i].fd = dial(AF_INET, s.port);
		CHECK(client[i].fd >= 0, "client %zu: %s", i, strerror(errno));
	}
	while (left > 0) {
		left = 0;
		for (size_t i = 0; i < CLIENTS; i++) {
			struct client *c = &client[i];
			fd[i].fd = c->done ? -1 : c->fd;
			fd[i].events =
			    buf_len(&c->out) > 0 ? POLLIN | POLLOUT : POLLIN;
			left += !c->done;
		}
		if (left > 0)
			poll(fd, CLIENTS, -1);
		for (size_t i = 0; i < CLIENTS; i++)
			if (left > 0 && fd[i].fd >= 0)
				client_turn(&client[i], i, fd[i].revents);
	}
	CHECK(server_stop(&s, false) == 0, "%s", s.err.text);
	CHECK(files(new, seen, have) == CLIENTS, "lost some");
	CHECK(files(under_way, NULL, NULL) == 0, "left some in tmp");
	free(folder);
	free(new);
	free(under_way);
	for (size_t i = 0; i < CLIENTS; i++) {
		buf_release(&client[i].in);
		buf_release(&client[i].out);
	}
}

static void
test_families(void)
{
	struct server s;
	struct buf b = BUF_INIT;
	server_init(&s);
	int probe = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 a = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	bool six =
	    probe >= 0 && bind(probe, (struct sockaddr *)&a, sizeof a) == 0;
	close(probe);
	CHECK(server_start(&s, six ? 2 : 1), "%s", s.err.text);
	char *names = six ? mem_printf("127.0.0.1 %u\n::1 %u\n", s.port, s.port)
			  : mem_printf("127.0.0.1 %u\n", s.port);
	CHECK(strcmp(buf_str(&s.names), names) == 0, "%s", buf_str(&s.names));
	for (int i = 0; i < (six ? 2 : 1); i++) {
		int fd = dial(i == 0 ? AF_INET : AF_INET6, s.port);
		buf_clear(&b);
		CHECK(fd >= 0 && expect(fd, &b, "220 here.example"), "%s",
		    buf_str(&b));
		close(fd);
	}
	struct server other;
	char port[16];
	snprintf(port, sizeof port, "%u", s.port);
	server_init(&other);
	other.c.port = port;
	CHECK(!server_start(&other, 1), "two on one port");
	CHECK(server_stop(&other, false) == -1 && other.err.kind == ERR_TEMP,
	    "%d %s", (int)other.err.kind, other.err.text);
	CHECK(server_stop(&s, true) == 0, "%s", s.err.text);
	buf_release(&b);
	free(names);
}

static void
test_usage(void)
{
	char *plain = mem_printf("%s/plain", top);
	close(open(plain, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
	const struct {
		const char *label, *address, *port, *path;
		enum err_kind kind;
	} row[] = {
		{ "port too big", NULL, "65536", NULL, ERR_USAGE },
		{ "port far too big", NULL, "99999999999999", NULL, ERR_USAGE },
		{ "no port", NULL, "", NULL, ERR_USAGE },
		{ "port of words", NULL, "no-such-service", NULL, ERR_USAGE },
		{ "not our address", "192.0.2.1", "0", NULL, ERR_USAGE },
		{ "path too long", NULL, "0",
		    "/tmp/"
		    "0123456789012345678901234567890123456789012345678901234567"
		    "8901234567890123456789012345678901234567890123456789",
		    ERR_USAGE },
		{ "no such folder", NULL, "0", "/nonexistent/x/y", ERR_USAGE },
		{ "a file that is no socket", NULL, "0", plain, ERR_TEMP },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct server s;
		server_init(&s);
		s.c.address = row[i].address;
		s.c.port = row[i].port;
		s.c.path = row[i].path;
		CHECK(!server_start(&s, 1), "%s", row[i].label);
		int rc = server_stop(&s, true);
		CHECK(rc == -1 && s.err.kind == row[i].kind, "%s: %d %s",
		    row[i].label, (int)s.err.kind, s.err.text);
	}
	CHECK(unlink(plain) == 0, "the file is gone");
	free(plain);
}

static int
dial_unix(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	memcpy(un.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&un, sizeof un) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
test_unix(void)
{
	struct server s, other;
	struct buf b = BUF_INIT;
	char *path = mem_printf("%s/socket", top);
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	/* What a server that died leaves. */
	memcpy(un.sun_path, path, strlen(path) + 1);
	int stale = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(bind(stale, (struct sockaddr *)&un, sizeof un) == 0, "%s", path);
	close(stale);
	server_init(&s);
	s.c.path = path;
	s.c.peer.smtpd.lmtp = true;
	CHECK(server_start(&s, 1), "%s", s.err.text);
	server_init(&other);
	other.c.path = path;
	CHECK(!server_start(&other, 1), "two on one socket");
	CHECK(server_stop(&other, false) == -1 && other.err.kind == ERR_TEMP,
	    "%s", other.err.text);
	int fd = dial_unix(path);
	CHECK(fd >= 0 && expect(fd, &b, "220 here.example LMTP"), "%s",
	    buf_str(&b));
	send_all(fd, "QUIT\r\n", 6);
	CHECK(expect(fd, &b, NULL), "%s", buf_str(&b));
	CHECK(strstr(buf_str(&b), "\r\n221 ") != NULL, "%s", buf_str(&b));
	close(fd);
	CHECK(server_stop(&s, true) == 0, "%s", s.err.text);
	CHECK(access(path, F_OK) != 0, "the socket's file is left");
	buf_release(&b);
	free(path);
}

/* More clients than sessions: the rest waits, none is turned away. */
static void
test_sessions(void)
{
	struct server s;
	int fd[6];
	char c;
	server_init(&s);
	s.c.sessions_max = 3;
	s.c.client_max = 3;
	s.c.count = 6;
	CHECK(server_start(&s, 1), "%s", s.err.text);
	for (size_t i = 0; i < 6; i++)
		fd[i] = dial(AF_INET, s.port);
	for (size_t i = 0; i < 3; i++) {
		struct buf b = BUF_INIT;
		CHECK(expect(fd[i], &b, "220 "), "client %zu", i);
		buf_release(&b);
	}
	for (size_t i = 3; i < 6; i++)
		CHECK(recv(fd[i], &c, 1, MSG_DONTWAIT) == -1, "client %zu", i);
	for (size_t i = 0; i < 6; i++) {
		struct buf b = BUF_INIT;
		send_all(fd[i], "QUIT\r\n", 6);
		CHECK(expect(fd[i], &b, "221 "), "client %zu", i);
		close(fd[i]);
		buf_release(&b);
	}
	CHECK(server_stop(&s, false) == 0, "%s", s.err.text);
}

/* No descriptor left for accept(2): clients wait until one is free. */
static void
test_descriptors(void)
{
	struct server s;
	struct rlimit was, now;
	struct buf b = BUF_INIT;
	int fd[4];
	server_init(&s);
	s.c.count = 4;
	CHECK(server_start(&s, 1), "%s", s.err.text);
	int spare = socket(AF_INET, SOCK_STREAM, 0);
	for (size_t i = 0; i < 4; i++)
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
	getrlimit(RLIMIT_NOFILE, &was);
	now = was;
	now.rlim_cur = (rlim_t)fd[3] + 1;
	setrlimit(RLIMIT_NOFILE, &now);
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons((in_port_t)s.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	for (size_t i = 0; i < 4; i++)
		CHECK(connect(fd[i], (struct sockaddr *)&in, sizeof in) == 0,
		    "client %zu", i);
	/* One number is free now, and again when a session is over. */
	close(spare);
	for (size_t i = 0; i < 4; i++) {
		buf_clear(&b);
		send_all(fd[i], "QUIT\r\n", 6);
		CHECK(
		    expect(fd[i], &b, NULL), "client %zu: %s", i, buf_str(&b));
		close(fd[i]);
	}
	setrlimit(RLIMIT_NOFILE, &was);
	CHECK(server_stop(&s, false) == 0, "%s", s.err.text);
	buf_release(&b);
}

/* A last reply arrives though the client has sent on behind QUIT. */
static void
test_last_reply(void)
{
	struct server s;
	struct buf b = BUF_INIT, in = BUF_INIT;
	server_init(&s);
	s.c.count = 1;
	CHECK(server_start(&s, 1), "%s", s.err.text);
	int fd = dial(AF_INET, s.port);
	buf_adds(&in, "QUIT\r\n");
	for (int i = 0; i < 50000; i++)
		buf_adds(&in, "NOOP\r\n");
	send_all(fd, buf_data(&in), buf_len(&in));
	CHECK(expect(fd, &b, NULL), "%s", buf_str(&b));
	CHECK(strstr(buf_str(&b), "\r\n221 ") != NULL &&
		  strstr(buf_str(&b), "\r\n250 ") == NULL,
	    "%s", buf_str(&b));
	close(fd);
	CHECK(server_stop(&s, false) == 0, "%s", s.err.text);
	buf_release(&b);
	buf_release(&in);
}

/* A client that sends and never reads keeps nobody else from being served,
 * and one that resets the connection harms nobody. */
static void
test_rude(void)
{
	struct server s;
	struct buf b = BUF_INIT;
	struct linger hard = { 1, 0 };
	server_init(&s);
	s.c.peer.maildir = top;
	CHECK(server_start(&s, 1), "%s", s.err.text);
	int deaf = dial(AF_INET, s.port);
	char junk[6000];
	for (size_t i = 0; i < sizeof junk; i += 6)
		memcpy(junk + i, "NOOP\r\n", 6);
	static const int small = 4096;
	setsockopt(deaf, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	fcntl(deaf, F_SETFL, O_NONBLOCK);
	/* Until the server takes no more: bounded by its output. */
	size_t sent = 0;
	struct pollfd p = { .fd = deaf, .events = POLLOUT };
	while (sent < 500000000 && poll(&p, 1, 300) == 1) {
		ssize_t n = send(deaf, junk, sizeof junk, MSG_NOSIGNAL);
		sent += n > 0 ? (size_t)n : 0;
	}
	CHECK(sent < 500000000, "it takes without end");
	int cut = dial(AF_INET, s.port);
	CHECK(expect(cut, &b, "220 "), "%s", buf_str(&b));
	static const char half[] =
	    "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<rude@x>\r\n"
	    "DATA\r\nhalf a message\r\n";
	send_all(cut, half, sizeof half - 1);
	CHECK(expect(cut, &b, "354 "), "%s", buf_str(&b));
	setsockopt(cut, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	close(cut);
	int fd = dial(AF_INET, s.port);
	buf_clear(&b);
	send_all(fd, "NOOP\r\nQUIT\r\n", 12);
	CHECK(expect(fd, &b, NULL), "%s", buf_str(&b));
	CHECK(strstr(buf_str(&b), "\r\n250 ") != NULL, "%s", buf_str(&b));
	close(fd);
	CHECK(server_stop(&s, true) == 0, "%s", s.err.text);
	CHECK(files("rude@x/tmp", NULL, NULL) == 0, "left in tmp");
	CHECK(files("rude@x/new", NULL, NULL) == 0, "half a message");
	close(deaf);
	buf_release(&b);
}

/* From another address of this machine. */
static int
dial_from(const char *from, unsigned port)
{
	struct sockaddr_in me = { .sin_family = AF_INET };
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons((in_port_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, from, &me.sin_addr);
	if (bind(fd, (struct sockaddr *)&me, sizeof me) != 0 ||
	    connect(fd, (struct sockaddr *)&in, sizeof in) != 0)
		abort();
	return fd;
}

/* Full for one client, not for another, and not for ever. */
static void
test_client_max(void)
{
	struct server s;
	int fd[2];
	server_init(&s);
	s.c.client_max = 2;
	CHECK(server_start(&s, 1), "%s", s.err.text);
	for (int i = 0; i < 2; i++) {
		struct buf b = BUF_INIT;
		fd[i] = dial(AF_INET, s.port);
		CHECK(expect(fd[i], &b, "220 "), "client %d", i);
		buf_release(&b);
	}
	struct buf b = BUF_INIT;
	int third = dial(AF_INET, s.port);
	CHECK(expect(third, &b, NULL), "%s", buf_str(&b));
	CHECK(strcmp(buf_str(&b),
		  "421 here.example Too many sessions from 127.0.0.1\r\n") == 0,
	    "%s", buf_str(&b));
	close(third);
	buf_clear(&b);
	int other = dial_from("127.0.0.2", s.port);
	CHECK(expect(other, &b, "220 "), "%s", buf_str(&b));
	close(other);
	buf_clear(&b);
	send_all(fd[0], "QUIT\r\n", 6);
	CHECK(expect(fd[0], &b, NULL), "%s", buf_str(&b));
	close(fd[0]);
	/* The server sees the close some time after this. */
	do {
		buf_clear(&b);
		third = dial(AF_INET, s.port);
		CHECK(expect(third, &b, "\r\n"), "%s", buf_str(&b));
		close(third);
	} while (strncmp(buf_str(&b), "421 ", 4) == 0);
	CHECK(strncmp(buf_str(&b), "220 ", 4) == 0, "%s", buf_str(&b));
	close(fd[1]);
	CHECK(server_stop(&s, true) == 0, "%s", s.err.text);
	buf_release(&b);
}

/* A signal: 421 for who is connected, but mail text under way may end. */
static void
test_grace(void)
{
	struct server s;
	struct buf b = BUF_INIT;
	server_init(&s);
	s.c.peer.maildir = top;
	CHECK(server_start(&s, 1), "%s", s.err.text);
	int idle = dial(AF_INET, s.port), busy = dial(AF_INET, s.port);
	static const char half[] =
	    "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<grace@x>\r\n"
	    "DATA\r\nhalf\r\n";
	CHECK(expect(idle, &b, "220 "), "%s", buf_str(&b));
	buf_clear(&b);
	send_all(busy, half, sizeof half - 1);
	CHECK(expect(busy, &b, "354 "), "%s", buf_str(&b));
	loop_raise(&s.loop, SIGTERM);
	buf_clear(&b);
	CHECK(expect(idle, &b, NULL), "%s", buf_str(&b));
	CHECK(strncmp(buf_str(&b), "421 here.example ", 17) == 0, "%s",
	    buf_str(&b));
	buf_clear(&b);
	send_all(busy, "whole\r\n.\r\n", 10);
	CHECK(expect(busy, &b, NULL), "%s", buf_str(&b));
	CHECK(strncmp(buf_str(&b), "250 2.0.0 stored as ", 20) == 0 &&
		  strstr(buf_str(&b), "\r\n421 4.3.2 ") != NULL,
	    "%s", buf_str(&b));
	close(idle);
	close(busy);
	CHECK(server_stop(&s, false) == 0, "%s", s.err.text);
	CHECK(files("grace@x/new", NULL, NULL) == (threads > 1 ? 2 : 1),
	    "the mail");
	buf_release(&b);
}

/* Who neither ends its text nor goes away is left behind. */
static void
test_grace_ends(void)
{
	struct server s;
	struct buf b = BUF_INIT;
	server_init(&s);
	CHECK(server_start(&s, 1), "%s", s.err.text);
	int fd = dial(AF_INET, s.port);
	static const char half[] = "EHLO x\r\nMAIL FROM:<a@b>\r\n"
				   "RCPT TO:<c@x>\r\nDATA\r\nhalf\r\n";
	send_all(fd, half, sizeof half - 1);
	CHECK(expect(fd, &b, "354 "), "%s", buf_str(&b));
	int64_t began = loop_now_ns();
	CHECK(server_stop(&s, true) == 0, "%s", s.err.text);
	CHECK(loop_now_ns() - began < INT64_C(2500000000), "too long a grace");
	buf_clear(&b);
	CHECK(expect(fd, &b, "421 "), "%s", buf_str(&b));
	close(fd);
	buf_release(&b);
}

/* A limit on descriptors that is lowered below those that are open: sessions
 * go on. */
static void
test_limit_lowered(void)
{
	struct server s;
	struct rlimit was, now;
	struct buf b = BUF_INIT;
	server_init(&s);
	CHECK(server_start(&s, 1), "%s", s.err.text);
	int fd = dial(AF_INET, s.port);
	CHECK(expect(fd, &b, "220 "), "%s", buf_str(&b));
	getrlimit(RLIMIT_NOFILE, &was);
	now = was;
	now.rlim_cur = 2;
	setrlimit(RLIMIT_NOFILE, &now);
	for (int i = 0; i < 3; i++) {
		buf_clear(&b);
		send_all(fd, "NOOP\r\n", 6);
		CHECK(expect(fd, &b, "250 "), "%s", buf_str(&b));
	}
	setrlimit(RLIMIT_NOFILE, &was);
	buf_clear(&b);
	send_all(fd, "QUIT\r\n", 6);
	CHECK(expect(fd, &b, NULL), "%s", buf_str(&b));
	close(fd);
	CHECK(server_stop(&s, true) == 0, "%s", s.err.text);
	buf_release(&b);
}

/* The client half-closes after its last command, as a pipe into nc does. */
static void
test_half_close(void)
{
	struct server s;
	struct buf b = BUF_INIT;
	server_init(&s);
	s.c.count = 1;
	CHECK(server_start(&s, 1), "%s", s.err.text);
	int fd = dial(AF_INET, s.port);
	send_all(fd, "HELO x\r\nNOOP\r\n", 14);
	shutdown(fd, SHUT_WR);
	CHECK(expect(fd, &b, NULL), "%s", buf_str(&b));
	const char *last = strstr(buf_str(&b), "\r\n250 ");
	CHECK(last != NULL && strstr(last + 1, "\r\n250 ") != NULL, "%s",
	    buf_str(&b));
	close(fd);
	CHECK(server_stop(&s, false) == 0, "%s", s.err.text);
	buf_release(&b);
}

/* kill -9 while messages come: what was answered 250 is whole in new, and
 * nothing else is there. */
static void
test_killed(void)
{
	int p[2];
	CHECK(pipe(p) == 0, "pipe");
	pid_t pid = fork();
	if (pid == 0) {
		alarm(900);
		struct server s;
		server_init(&s);
		s.c.peer.maildir = top;
		if (!server_start(&s, 1))
			_exit(1);
		if (write(p[1], &s.port, sizeof s.port) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	unsigned port = 0;
	CHECK(read(p[0], &port, sizeof port) == sizeof port, "port");
	close(p[0]);
	close(p[1]);
	struct buf b = BUF_INIT;
	static const char envelope[] =
	    "MAIL FROM:<a@b>\r\nRCPT TO:<killed@x>\r\nDATA\r\n";
	int fd = dial(AF_INET, port);
	send_all(fd, "EHLO x\r\n", 8);
	for (int i = 0; i < 3; i++) {
		buf_clear(&b);
		send_all(fd, envelope, sizeof envelope - 1);
		send_all(fd, "whole\r\n.\r\n", 10);
		CHECK(expect(fd, &b, "stored as"), "%s", buf_str(&b));
	}
	buf_clear(&b);
	send_all(fd, envelope, sizeof envelope - 1);
	send_all(fd, "half\r\n", 6);
	CHECK(expect(fd, &b, "354 "), "%s", buf_str(&b));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
	CHECK(files("killed@x/new", NULL, NULL) == 3, "%d",
	    files("killed@x/new", NULL, NULL));
	buf_release(&b);
}

static void
test_mock(void)
{
	static char greeting[] = "220 mock\r\n", noop[] = "NOOP",
		    ok[] = "250 fine\r\n";
	struct mock_step step[] = {
		{ .kind = MOCK_SAY, .text = greeting, .line = 1 },
		{ .kind = MOCK_LINE, .text = noop, .line = 2 },
		{ .kind = MOCK_PAUSE, .n = 20, .line = 3 },
		{ .kind = MOCK_SAY, .text = ok, .line = 4 },
	};
	struct mock_play play = { "play", step, 4, false };
	struct server s;
	struct buf b = BUF_INIT;
	server_init(&s);
	s.c.peer.play = &play;
	s.c.count = 3;
	CHECK(server_start(&s, 1), "%s", s.err.text);
	int fd = dial(AF_INET, s.port);
	send_all(fd, "VRFY x\r\nNOOP\r\nQUIT\r\n", 20);
	CHECK(expect(fd, &b, NULL), "%s", buf_str(&b));
	CHECK(strcmp(buf_str(&b),
		  "220 mock\r\n503 play:2 expects: NOOP\r\n250 fine\r\n") == 0,
	    "%s", buf_str(&b));
	close(fd);
	fd = dial(AF_INET, s.port);
	buf_clear(&b);
	CHECK(expect(fd, &b, "220 mock"), "%s", buf_str(&b));
	close(fd);
	fd = dial(AF_INET, s.port);
	buf_clear(&b);
	send_all(fd, "noop\r\n", 6);
	CHECK(expect(fd, &b, NULL), "%s", buf_str(&b));
	close(fd);
	CHECK(server_stop(&s, false) == 0, "%s", s.err.text);
	CHECK(s.complaints == 2, "%lu complaints", s.complaints);
	buf_release(&b);
}

int
main(void)
{
	top = mkdtemp(shm);
	if (top == NULL)
		top = mkdtemp(tmp);
	if (top == NULL)
		return 99;
	/* A server that stands still must not be waited for for ever. */
	alarm(900);
	world = world_new("here.example");
	test_killed();
	test_usage();
	for (threads = 1; threads <= 3; threads += 2) {
		test_many();
		test_families();
		test_unix();
		test_sessions();
		test_descriptors();
		test_last_reply();
		test_rude();
		test_client_max();
		test_grace();
		test_grace_ends();
		test_limit_lowered();
		test_half_close();
		test_mock();
	}
	world_free(world);
	folder_remove(top);
	return check_done();
}
