/* A connection under way: the name's look-up, its addresses (conn_race.c), then
 * what goes first (conn_proxy.c). Each stage is a step that never waits;
 * conn_step() goes on from stage to stage until one of them must wait. */
#include "net/conn/conn_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

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

int
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

const struct sockaddr *
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
	conn_race_begin(d);
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
				strerror(error));
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
	conn_race_begin(d);
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
	conn_race_begin(d);
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
	conn_race_begin(d);
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
	for (size_t i = 0; i < CONN_DIAL_FDS; i++)
		d->try[i].fd = -1;
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
	conn_race_leave(d);
	conn_free(d->conn);
	proxy_free(d->proxy);
	buf_release(&d->failed);
	buf_release(&d->failed6);
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
		[CONN_CONNECT] = conn_race_step,
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
		return conn_race_fds(d, fd);
	case CONN_TUNNEL:
		fd[0].fd = d->conn->fd;
		proxy_out(d->proxy, &out);
		fd[0].events = out > 0 ? POLLIN | POLLOUT : POLLIN;
		break;
	case CONN_HEADER:
		fd[0].fd = d->conn->fd;
		fd[0].events = POLLOUT;
		break;
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
		return conn_race_deadline(d);
	case CONN_STANDS:
		break;
	}
	return 0;
}
