/* Connections with something before the session: a proxy, the PROXY header,
 * addresses found elsewhere. A thread plays the other side by a script. */
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/conn/conn.h"

#define L(s)	s, sizeof(s) - 1
#define SOON_MS 10000 /* far more than anything here takes */

static struct loop loop;

/* Reads as many octets as it wants, then says; so for each step. Then closes
 * if it shall, else reads until the end. */
struct step {
	size_t want;
	const char *say;
	size_t len;
};
struct server {
	int fd;
	unsigned port;
	char port_text[8];
	const struct step *step;
	size_t nsteps;
	bool hangs_up;
	struct buf got; /* all that was read */
	pthread_t thread;
};

static void *
server_run(void *arg)
{
	struct server *s = arg;
	int fd = accept(s->fd, NULL, NULL);
	char data[512];
	size_t want = 0;
	ssize_t n = 1;

	for (size_t i = 0; i < s->nsteps && n > 0; i++) {
		want += s->step[i].want;
		while (buf_len(&s->got) < want && n > 0) {
			size_t left = want - buf_len(&s->got);

			n = recv(fd, data,
			    left < sizeof data ? left : sizeof data, 0);
			if (n > 0)
				buf_add(&s->got, data, (size_t)n);
		}
		/* Octet by octet but for the last, which come as one. */
		for (size_t at = 0; n > 0 && at < s->step[i].len; at++) {
			size_t all = s->step[i].len - at;
			size_t put = all > 8 ? 1 : all;

			send(fd, s->step[i].say + at, put, MSG_NOSIGNAL);
			at += put - 1;
		}
	}
	while (!s->hangs_up && n > 0)
		if ((n = recv(fd, data, sizeof data, 0)) > 0)
			buf_add(&s->got, data, (size_t)n);
	close(fd);
	return NULL;
}

static void
server_start(struct server *s, const struct step *step, size_t n)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;
	sigset_t all, old;

	*s = (struct server){ .step = step, .nsteps = n };
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&sin, len) != 0 ||
	    getsockname(s->fd, (struct sockaddr *)&sin, &len) != 0 ||
	    listen(s->fd, 4) != 0) {
		perror("server_start");
		exit(1);
	}
	s->port = ntohs(sin.sin_port);
	snprintf(s->port_text, sizeof s->port_text, "%u", s->port);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(&s->thread, NULL, server_run, s) != 0)
		exit(1);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void
server_end(struct server *s)
{
	/* Wakes accept() if nobody came. */
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
	buf_release(&s->got);
}

static bool interrupt; /* as soon as the proxy is asked */

static void
report_add(void *arg, const char *text)
{
	if (interrupt && strncmp(text, "asking", 6) == 0)
		loop_raise(&loop, SIGINT);
	buf_addf(arg, "%s\n", text);
}

/* Reads a line. */
static bool
reads(struct conn *c, const char *want)
{
	struct buf b = BUF_INIT;
	struct pollfd fd[2];
	struct err e;
	char octet;
	bool same;

	while (buf_len(&b) < strlen(want)) {
		ssize_t n = conn_read(c, &octet, 1, &e);

		if (n > 0)
			buf_addc(&b, octet);
		else if (n != CONN_AGAIN ||
			 loop_wait(&loop, fd, conn_poll(c, false, fd),
			     loop_deadline(SOON_MS)) != LOOP_READY)
			break;
	}
	same = strcmp(buf_str(&b), want) == 0;
	buf_release(&b);
	return same;
}

static int
open_by(struct conn **c, const struct conn_target *t, int64_t ms,
    struct buf *told, struct err *e)
{
	*e = (struct err){ 0 };
	return conn_open(c, t, &loop, loop_deadline(ms), report_add, told, e);
}

static const struct step socks_steps[] = { { 3, L("\5\0") },
	{ 5 + 10 + 2, L("\5\0\0\1\0\0\0\0\0\0"
			"220 hi\r\n") } };
static const struct step http_steps[] = { { 55,
    L("HTTP/1.1 200 OK\r\nVia: a proxy\r\n\r\n"
      "220 hi\r\n") } };

/* What the server says right behind the proxy is the session's. */
static void
test_tunnel(enum proxy_kind kind)
{
	struct server s;
	struct proxy_url u = { .kind = kind };
	char host[] = "127.0.0.1";
	struct conn_target t = { .host = "mx.invalid",
		.port = "25",
		.proxy = &u,
		.proxy_protocol = 1 };
	struct buf told = BUF_INIT;
	struct conn *c;
	struct err e;
	char *name;

	if (kind == PROXY_SOCKS5)
		server_start(&s, socks_steps, 2);
	else
		server_start(&s, http_steps, 1);
	u.host = host;
	u.port = s.port_text;
	CHECK(open_by(&c, &t, SOON_MS, &told, &e) == 0, "%s", e.text);
	if (c != NULL) {
		name = mem_printf(
		    "mx.invalid port 25 through 127.0.0.1 port %u", s.port);
		CHECK(strcmp(conn_name(c), name) == 0, "%s", conn_name(c));
		CHECK(conn_address(c)[0] == '\0', "%s", conn_address(c));
		free(name);
		CHECK(reads(c, "220 hi\r\n"), "kind %d", (int)kind);
		CHECK(conn_write(c, "QUIT\r\n", 6, &e) == 6, "%s", e.text);
	}
	CHECK(strstr(buf_str(&told),
		  "asking the proxy for mx.invalid port 25") != NULL,
	    "%s", buf_str(&told));
	conn_free(c);
	pthread_join(s.thread, NULL);
	/* Behind the tunnel the addresses are unknown. */
	CHECK(strstr(buf_str(&s.got) + (kind == PROXY_SOCKS5 ? 20 : 0),
		  "PROXY UNKNOWN\r\nQUIT\r\n") != NULL,
	    "kind %d", (int)kind);
	close(s.fd);
	buf_release(&s.got);
	buf_release(&told);
}

static void
test_no_tunnel(void)
{
	static const struct {
		const char *label;
		struct step step;
		bool hangs_up, interrupt;
		int64_t ms;
		enum err_kind kind;
		const char *text;
	} rows[] = {
		{ "silent", { 3, L("\5") }, false, false, 50, ERR_TEMP,
		    "the proxy does not answer in time" },
		{ "closes", { 3, L("\5") }, true, false, SOON_MS, ERR_LOST,
		    "the proxy has closed the connection" },
		{ "closes at once", { 0, "", 0 }, true, false, SOON_MS,
		    ERR_LOST, "the proxy has closed the connection" },
		{ "refuses", { 3, L("\5\377") }, false, false, SOON_MS,
		    ERR_AUTH, "wants a user and password" },
		{ "speaks SMTP", { 0, L("220 mx ESMTP\r\n") }, false, false,
		    SOON_MS, ERR_PROTO, "octet 50 where 5" },
		{ "interrupted", { 3, L("\5") }, false, true, SOON_MS, ERR_INTR,
		    "interrupted" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct server s;
		char host[] = "127.0.0.1";
		struct proxy_url u = { .kind = PROXY_SOCKS5, .host = host };
		struct conn_target t = { .host = "mx.invalid", .proxy = &u };
		struct buf told = BUF_INIT;
		struct conn *c = (struct conn *)&loop;
		struct err e;

		server_start(&s, &rows[i].step, 1);
		s.hangs_up = rows[i].hangs_up;
		u.port = s.port_text;
		interrupt = rows[i].interrupt;
		CHECK(open_by(&c, &t, rows[i].ms, &told, &e) == -1 &&
			  c == NULL && e.kind == rows[i].kind &&
			  strstr(e.text, rows[i].text) != NULL,
		    "%s: %d %s", rows[i].label, (int)e.kind, e.text);
		interrupt = false;
		loop_clear(&loop);
		buf_release(&told);
		server_end(&s);
	}
}

static void
test_header(int version)
{
	struct server s;
	struct conn_target t = { .host = "127.0.0.1",
		.proxy_protocol = version };
	struct sockaddr_in own;
	struct buf told = BUF_INIT, want = BUF_INIT;
	struct conn *c;
	struct err e;

	server_start(&s, NULL, 0);
	t.port = s.port_text;
	CHECK(open_by(&c, &t, SOON_MS, &told, &e) == 0, "%s", e.text);
	if (c != NULL) {
		struct pollfd fd[2];
		socklen_t len = sizeof own;
		struct sockaddr_in far = { .sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
			.sin_port = htons((uint16_t)s.port) };

		conn_poll(c, false, fd);
		getsockname(fd[0].fd, (struct sockaddr *)&own, &len);
		proxy_header(&want, version, (struct sockaddr *)&own,
		    (struct sockaddr *)&far);
		CHECK(conn_write(c, "QUIT\r\n", 6, &e) == 6, "%s", e.text);
		buf_adds(&want, "QUIT\r\n");
	}
	conn_free(c);
	pthread_join(s.thread, NULL);
	CHECK(
	    buf_len(&s.got) == buf_len(&want) &&
		memcmp(buf_data(&s.got), buf_data(&want), buf_len(&want)) == 0,
	    "version %d: %s", version, buf_str(&s.got));
	close(s.fd);
	buf_release(&s.got);
	buf_release(&want);
	buf_release(&told);
}

/* The first one refuses: nothing listens there. */
static void
test_addresses(void)
{
	static const char *const two[] = { "127.0.0.99", "127.0.0.1" };
	static const char *const none[] = { "::1", "not an address" };
	struct server s;
	struct conn_target t = {
		.host = "mx.invalid", .address = two, .naddress = 2
	};
	struct buf told = BUF_INIT;
	struct conn *c;
	struct err e;

	server_start(&s, NULL, 0);
	t.port = s.port_text;
	CHECK(open_by(&c, &t, SOON_MS, &told, &e) == 0, "%s", e.text);
	CHECK(c != NULL && strcmp(conn_address(c), "127.0.0.1") == 0, "%s",
	    buf_str(&told));
	CHECK(strncmp(buf_str(&told), "trying 127.0.0.99 port ", 23) == 0 &&
		  strstr(buf_str(&told), "refused\ntrying 127.0.0.1 port ") !=
		      NULL,
	    "%s", buf_str(&told));
	conn_free(c);
	server_end(&s);
	t.address = none;
	t.family = AF_INET;
	CHECK(open_by(&c, &t, SOON_MS, &told, &e) == -1 &&
		  e.kind == ERR_NOHOST &&
		  strcmp(e.text, "no IPv4 address for mx.invalid") == 0,
	    "%s", e.text);
	buf_release(&told);
}

/* A Unix socket has no addresses to tell. */
static void
test_unix(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/conn_proxy.XXXXXX", got[64] = "";
	struct conn_target t = {
		.kind = CONN_UNIX, .path = sun.sun_path, .proxy_protocol = 1
	};
	struct buf told = BUF_INIT;
	struct conn *c;
	struct err e;
	int fd, near;

	if (mkdtemp(dir) == NULL)
		exit(1);
	snprintf(sun.sun_path, sizeof sun.sun_path, "%s/s", dir);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(fd, (struct sockaddr *)&sun, sizeof sun) != 0 ||
	    listen(fd, 1) != 0)
		exit(1);
	CHECK(open_by(&c, &t, SOON_MS, &told, &e) == 0, "%s", e.text);
	near = accept(fd, NULL, NULL);
	CHECK(recv(near, got, sizeof got - 1, 0) == 15 &&
		  strcmp(got, "PROXY UNKNOWN\r\n") == 0,
	    "%s", got);
	conn_free(c);
	close(near);
	close(fd);
	unlink(sun.sun_path);
	rmdir(dir);
	buf_release(&told);
}

int
main(void)
{
	if (loop_init(&loop) != 0)
		return 1;
	test_tunnel(PROXY_SOCKS5);
	test_tunnel(PROXY_HTTP);
	test_no_tunnel();
	test_header(1);
	test_header(2);
	test_addresses();
	test_unix();
	loop_release(&loop);
	return check_done();
}
