/* A connection under way: the name's look-up, every address in turn, each with
 * its share of the time that is left, so that one black hole does not eat what
 * the next address needs (RFC 5321 5.1 asks to try them all), then what goes
 * first (conn_proxy.c). Each stage is a step that never waits; conn_step()
 * goes on from stage to stage until one of them must wait. */
#include "net/conn/conn_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define CONN_ADDRESS_NS INT64_C(30000000000)
#define CONN_RETRY_MS	10

void
conn_tell(const struct conn_dial *d, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	if (d->report == NULL)
		return;
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	d->report(d->arg, buf_str(&text));
	buf_release(&text);
}

/* A close-on-exec, non-blocking socket, or -1 with errno. */
static int
conn_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static void
conn_spot_set(struct conn_spot *s, const struct sockaddr *sa, socklen_t len)
{
	memcpy(&s->sa, sa, len);
	s->len = len;
}

static const struct sockaddr *
conn_spot_addr(const struct conn_spot *s)
{
	return (const struct sockaddr *)(const void *)&s->sa;
}

/* Adds the list's addresses to those to try, and frees it. */
static void
conn_spots_add(struct conn_dial *d, struct addrinfo *list)
{
	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		d->spot = mem_grow(d->spot, d->nspots + 1, sizeof *d->spot);
		conn_spot_set(&d->spot[d->nspots++], a->ai_addr, a->ai_addrlen);
	}
	freeaddrinfo(list);
	d->several = d->nspots > 1;
}

/* The share of one address when left of them, this included, remain. */
static int64_t
conn_share(int64_t deadline_ns, size_t left)
{
	int64_t now = loop_now_ns();
	int64_t share = CONN_ADDRESS_NS;

	if (deadline_ns <= now)
		return deadline_ns;
	if ((deadline_ns - now) / (int64_t)left < share)
		share = (deadline_ns - now) / (int64_t)left;
	return now + share;
}

/* "192.0.2.1" and, in name, "192.0.2.1 port 25". */
static void
conn_numeric(struct conn_dial *d, const struct conn_spot *s)
{
	char address[NI_MAXHOST], port[16];

	if (getnameinfo(conn_spot_addr(s), s->len, address, sizeof address,
		port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		snprintf(address, sizeof address, "?");
		snprintf(port, sizeof port, "?");
	}
	d->address = mem_dup(address);
	d->name = mem_printf("%s port %s", address, port);
}

static void
conn_spot_leave(struct conn_dial *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	free(d->name);
	free(d->address);
	d->name = d->address = NULL;
}

/* What of several failures is told: that nobody answers says least, so it is
 * told only of all. */
static void
conn_blame(struct conn_dial *d, int error)
{
	enum err_why why = error == ECONNREFUSED ? WHY_REFUSED
			   : error == ETIMEDOUT	 ? WHY_SILENT
						 : WHY_UNREACHABLE;
	if (d->why == WHY_NONE || why == WHY_REFUSED ||
	    d->why == WHY_UNREACHABLE)
		d->why = why;
}

/* This address failed: on to the next. */
static int
conn_spot_failed(struct conn_dial *d, int error)
{
	char reason[CONN_REASON_MAX];

	/* The error says it of the only one. */
	if (d->several)
		conn_tell(d, "%s: %s", d->name, conn_reason(error, reason));
	buf_addf(&d->failed, "%s%s: %s", buf_len(&d->failed) > 0 ? "; " : "",
	    d->name, conn_reason(error, reason));
	conn_blame(d, error);
	conn_spot_leave(d);
	d->at++;
	d->stage = CONN_NEXT;
	return 1;
}

static int
conn_look_step(struct conn_dial *d, struct err *e)
{
	struct addrinfo *list;
	int r = conn_query_take(d->query, &list, e);

	if (r == 0 && loop_now_ns() >= d->deadline_ns) {
		err_set(e, ERR_TEMP, "cannot look up %s: timed out",
		    conn_query_host(d->query));
		return err_why(e, WHY_NAME_UNKNOWN);
	}
	if (r <= 0)
		return r;
	conn_query_leave(d->query);
	d->query = NULL;
	conn_spots_add(d, list);
	d->stage = CONN_NEXT;
	return 1;
}

/* Nothing took the connection. */
static int
conn_all_failed(struct conn_dial *d, struct err *e)
{
	err_set(e, ERR_TEMP, "cannot connect: %s", buf_str(&d->failed));
	return err_why(e, d->proxied ? WHY_PROXY : d->why);
}

static int
conn_next_step(struct conn_dial *d, struct err *e)
{
	if (d->at == d->nspots)
		return conn_all_failed(d, e);
	const struct conn_spot *s = &d->spot[d->at];
	int family = s->sa.ss_family, one = 1;

	if (family == AF_UNIX)
		d->name = mem_dup(d->path);
	else
		conn_numeric(d, s);
	conn_tell(d, "trying %s", d->name);
	d->fd = conn_socket(family);
	if (d->fd < 0 ||
	    (d->local.len > 0 &&
		bind(d->fd, conn_spot_addr(&d->local), d->local.len) != 0))
		return conn_spot_failed(d, errno);
	if (family != AF_UNIX)
		setsockopt(d->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	d->until_ns = conn_share(d->deadline_ns, d->nspots - d->at);
	/* In the past: connect() now. */
	d->retry_ns = 1;
	d->stage = CONN_CONNECT;
	return 1;
}

/* What came of a connect() under way: 0, or an errno; EINPROGRESS. */
static int
conn_connect_result(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int error;
	socklen_t size = sizeof error;

	if (poll(&p, 1, 0) != 1)
		return EINPROGRESS;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		return errno;
	return error;
}

/* 0 or the errno with which connecting failed; EINPROGRESS: wait. On a Unix
 * socket EAGAIN says that the server's queue is full. */
static int
conn_connect(struct conn_dial *d)
{
	const struct conn_spot *s = &d->spot[d->at];

	if (d->retry_ns != 0) {
		if (connect(d->fd, conn_spot_addr(s), s->len) == 0)
			return 0;
		if (errno == EAGAIN && s->sa.ss_family == AF_UNIX) {
			d->retry_ns = loop_deadline(CONN_RETRY_MS);
			return EINPROGRESS;
		}
		/* EINTR leaves the connection under way, too. */
		if (errno != EINPROGRESS && errno != EINTR)
			return errno;
		d->retry_ns = 0;
	}
	return conn_connect_result(d->fd);
}

static int
conn_connect_step(struct conn_dial *d, struct err *e)
{
	int error = conn_connect(d);

	(void)e;
	if (error == EINPROGRESS) {
		if (loop_now_ns() < d->until_ns)
			return 0;
		error = ETIMEDOUT;
	}
	if (error != 0)
		return conn_spot_failed(d, error);
	d->conn = conn_new(&conn_socket_ops, d->fd, d->name, d->address);
	d->conn->sleep = CONN_SLEEP_ABLE;
	d->fd = -1;
	d->name = NULL;
	conn_spot_leave(d);
	conn_intro_begin(d);
	return 1;
}

/* The local address, tried on a socket of its own so that a wrong one is told
 * as such. */
static int
conn_local(struct conn_spot *out, const char *text, int family, struct err *e)
{
	struct addrinfo hints = { .ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_PASSIVE };
	struct addrinfo *list;
	char reason[CONN_REASON_MAX];
	int error = 0;

	if (getaddrinfo(text, NULL, &hints, &list) != 0)
		return err_set(e, ERR_USAGE, "not an %s address to bind to: %s",
		    family == AF_INET	 ? "IPv4"
		    : family == AF_INET6 ? "IPv6"
					 : "IP",
		    text);
	conn_spot_set(out, list->ai_addr, list->ai_addrlen);
	freeaddrinfo(list);
	int fd = conn_socket(out->sa.ss_family);
	if (fd < 0 || bind(fd, conn_spot_addr(out), out->len) != 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	return error == 0 ? 0
			  : err_set(e, ERR_USAGE, "cannot bind to %s: %s", text,
				conn_reason(error, reason));
}

/* The addresses that the target has. */
static int
conn_given(
    struct conn_dial *d, const struct conn_target *t, int family, struct err *e)
{
	struct addrinfo hints = { .ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *list;
	char service[8];

	snprintf(service, sizeof service, "%u", d->port & 0xffff);
	for (size_t i = 0; i < t->naddress; i++)
		if (getaddrinfo(t->address[i], service, &hints, &list) == 0)
			conn_spots_add(d, list);
	d->stage = CONN_NEXT;
	if (d->nspots > 0)
		return 0;
	err_set(e, ERR_NOHOST, "no %saddress for %s",
	    family == AF_INET	 ? "IPv4 "
	    : family == AF_INET6 ? "IPv6 "
				 : "",
	    t->host);
	return err_why(e, WHY_NO_ADDRESS);
}

static int
conn_look(struct conn_dial *d, const char *host, int family, unsigned port,
    struct err *e)
{
	struct addrinfo *list;
	int r = conn_literal(&list, host, family, port, e);

	if (r == 0)
		return conn_query_new(&d->query, host, family, port, e);
	if (r < 0)
		return -1;
	conn_spots_add(d, list);
	d->stage = CONN_NEXT;
	return 0;
}

static int
conn_start_tcp(struct conn_dial *d, const struct conn_target *t, struct err *e)
{
	const struct proxy_url *u = t->proxy;
	int family = t->family;
	unsigned port;

	if (conn_port(t->port, &d->port, e) != 0)
		return -1;
	if (t->bind != NULL) {
		if (conn_local(&d->local, t->bind, family, e) != 0)
			return -1;
		family = d->local.sa.ss_family;
	}
	d->host = mem_dup(t->host);
	if (u == NULL)
		return t->naddress > 0
			   ? conn_given(d, t, family, e)
			   : conn_look(d, t->host, family, d->port, e);
	d->proxied = true;
	if (proxy_new(&d->proxy, u, t->host, d->port, e) != 0 ||
	    conn_port(u->port, &port, e) != 0)
		return -1;
	return conn_look(d, u->host, family, port, e);
}

static int
conn_start_unix(struct conn_dial *d, const char *path, struct err *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof sun.sun_path)
		return err_set(e, ERR_USAGE,
		    "a socket's path has 1 to %zu octets: %s",
		    sizeof sun.sun_path - 1, path);
	memcpy(sun.sun_path, path, len);
	d->path = mem_dup(path);
	d->spot = mem_alloc(sizeof *d->spot);
	d->nspots = 1;
	conn_spot_set(
	    d->spot, (struct sockaddr *)(void *)&sun, (socklen_t)sizeof sun);
	d->stage = CONN_NEXT;
	return 0;
}

static int
conn_start_kind(struct conn_dial *d, const struct conn_target *t, struct err *e)
{
	switch (t->kind) {
	case CONN_TCP:
		return conn_start_tcp(d, t, e);
	case CONN_UNIX:
		return conn_start_unix(d, t->path, e);
	case CONN_PIPE:
		d->stage = CONN_STANDS;
		return conn_open_pipe(&d->conn, t->command, e);
	case CONN_INPROC:
		d->stage = CONN_STANDS;
		d->conn = conn_open_inproc(t->peer);
		return 0;
	}
	return err_set(e, ERR_BUG, "no such kind of connection");
}

int
conn_start(struct conn_dial **out, const struct conn_target *t,
    int64_t deadline_ns, conn_report *report, void *arg, struct err *e)
{
	struct conn_dial *d = mem_zalloc(sizeof *d);

	*out = NULL;
	d->deadline_ns = deadline_ns;
	d->report = report;
	d->arg = arg;
	d->fd = -1;
	d->version = t->proxy_protocol;
	if (conn_start_kind(d, t, e) != 0) {
		conn_dial_free(d);
		return -1;
	}
	*out = d;
	return 0;
}

void
conn_dial_free(struct conn_dial *d)
{
	if (d == NULL)
		return;
	conn_query_leave(d->query);
	conn_spot_leave(d);
	conn_free(d->conn);
	proxy_free(d->proxy);
	buf_release(&d->failed);
	buf_release(&d->header);
	free(d->spot);
	free(d->host);
	free(d->path);
	free(d);
}

int
conn_step(struct conn_dial *d, struct conn **out, struct err *e)
{
	static int (*const step[])(struct conn_dial *, struct err *) = {
		[CONN_LOOK] = conn_look_step,
		[CONN_NEXT] = conn_next_step,
		[CONN_CONNECT] = conn_connect_step,
		[CONN_TUNNEL] = conn_tunnel_step,
		[CONN_HEADER] = conn_header_step,
	};

	*out = NULL;
	while (d->stage != CONN_STANDS) {
		int r = step[d->stage](d, e);
		if (r <= 0)
			return r;
	}
	*out = d->conn;
	d->conn = NULL;
	return 1;
}

size_t
conn_dial_fds(const struct conn_dial *d, struct pollfd *fd)
{
	size_t out = 0;

	fd[0] = (struct pollfd){ .fd = -1, .events = POLLIN };
	switch (d->stage) {
	case CONN_LOOK:
		fd[0].fd = conn_query_fd(d->query);
		break;
	case CONN_CONNECT:
		if (d->retry_ns == 0)
			fd[0].fd = d->fd;
		fd[0].events = POLLOUT;
		break;
	case CONN_TUNNEL:
		fd[0].fd = d->conn->fd;
		proxy_out(d->proxy, &out);
		fd[0].events = out > 0 ? POLLIN | POLLOUT : POLLIN;
		break;
	case CONN_HEADER:
		fd[0].fd = d->conn->fd;
		fd[0].events = POLLOUT;
		break;
	case CONN_NEXT:
	case CONN_STANDS:
		break;
	}
	return fd[0].fd >= 0 ? 1 : 0;
}

int64_t
conn_dial_deadline(const struct conn_dial *d)
{
	switch (d->stage) {
	case CONN_LOOK:
	case CONN_TUNNEL:
	case CONN_HEADER:
		return d->deadline_ns;
	case CONN_CONNECT:
		return d->retry_ns != 0 && d->retry_ns < d->until_ns
			   ? d->retry_ns
			   : d->until_ns;
	case CONN_NEXT:
	case CONN_STANDS:
		break;
	}
	return 0;
}
