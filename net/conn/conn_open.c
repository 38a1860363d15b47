/* Connecting sockets: every address in turn, none of them blocking, each with
 * its share of the time that is left, so that one black hole does not eat what
 * the next address needs (RFC 5321 5.1 asks to try them all). */
#include "net/conn/conn_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "net/core/buf.h"

#define CONN_ADDRESS_NS INT64_C(30000000000)
#define CONN_RETRY_MS	10

void
conn_tell(const struct conn_try *try, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	if (try->report == NULL)
		return;
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	try->report(try->arg, buf_str(&text));
	buf_release(&text);
}

/* A close-on-exec, non-blocking socket, or -1 with errno. */
static int
conn_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* 0 or the errno with which connecting failed; EINTR: the user's interrupt.
 * On a Unix socket EAGAIN says that the server's queue is full. */
static int
conn_connect(int fd, const struct sockaddr *to, socklen_t len, struct loop *l,
    int64_t deadline_ns)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	enum loop_result r;
	socklen_t size = sizeof(int);
	int error;

	for (;;) {
		if (connect(fd, to, len) == 0)
			return 0;
		if (errno != EAGAIN || to->sa_family != AF_UNIX)
			break;
		if (loop_now_ns() >= deadline_ns)
			return ETIMEDOUT;
		if (loop_wait(l, NULL, 0, loop_deadline(CONN_RETRY_MS)) ==
		    LOOP_INTR)
			return EINTR;
	}
	/* EINTR leaves the connection under way, as EINPROGRESS does. */
	if (errno != EINPROGRESS && errno != EINTR)
		return errno;
	r = loop_wait(l, &pfd, 1, deadline_ns);
	if (r != LOOP_READY)
		return r == LOOP_INTR ? EINTR : ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		return errno;
	return error;
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

/* A connected socket, or -1 with *error. */
static int
conn_dial_one(const struct addrinfo *to, const struct addrinfo *local,
    struct loop *l, int64_t deadline_ns, int *error)
{
	int fd = conn_socket(to->ai_family);
	int one = 1;

	if (fd < 0) {
		*error = errno;
		return -1;
	}
	if (local != NULL && bind(fd, local->ai_addr, local->ai_addrlen) != 0) {
		*error = errno;
		close(fd);
		return -1;
	}
	if (to->ai_family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*error = conn_connect(fd, to->ai_addr, to->ai_addrlen, l, deadline_ns);
	if (*error == 0)
		return fd;
	close(fd);
	return -1;
}

/* "192.0.2.1" and, in name, "192.0.2.1 port 25" (the caller's to free). */
static char *
conn_numeric(const struct addrinfo *a, char *address, size_t size)
{
	char port[16];

	if (getnameinfo(a->ai_addr, a->ai_addrlen, address, (socklen_t)size,
		port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		snprintf(address, size, "?");
		snprintf(port, sizeof(port), "?");
	}
	return mem_printf("%s port %s", address, port);
}

int
conn_dial(struct conn **out, const struct addrinfo *list,
    const struct addrinfo *local, const struct conn_try *try, struct err *e)
{
	struct buf failed = BUF_INIT;
	char address[NI_MAXHOST], reason[CONN_REASON_MAX];
	size_t left = 0;
	int fd = -1, error = 0;

	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next)
		left++;
	bool several = left > 1;
	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		char *name = conn_numeric(a, address, sizeof(address));

		conn_tell(try, "trying %s", name);
		fd = conn_dial_one(a, local, try->loop,
		    conn_share(try->deadline_ns, left--), &error);
		if (fd >= 0) {
			*out = conn_new(&conn_socket_ops, fd, name, address);
			break;
		}
		if (error == EINTR) {
			free(name);
			break;
		}
		/* The error says it of the only one. */
		if (several)
			conn_tell(
			    try, "%s: %s", name, conn_reason(error, reason));
		buf_addf(&failed, "%s%s: %s", buf_len(&failed) > 0 ? "; " : "",
		    name, conn_reason(error, reason));
		free(name);
	}
	if (fd < 0 && error == EINTR)
		err_set(e, ERR_INTR, "interrupted");
	else if (fd < 0)
		err_set(e, ERR_TEMP, "cannot connect: %s", buf_str(&failed));
	buf_release(&failed);
	return fd < 0 ? -1 : 0;
}

/* The local address, tried on a socket of its own so that a wrong one is told
 * as such. */
static int
conn_local(struct addrinfo **out, const char *text, int family, struct err *e)
{
	struct addrinfo hints = { .ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_PASSIVE };
	char reason[CONN_REASON_MAX];
	int fd, error = 0;

	if (getaddrinfo(text, NULL, &hints, out) != 0) {
		*out = NULL;
		return err_set(e, ERR_USAGE, "not an %s address to bind to: %s",
		    family == AF_INET	 ? "IPv4"
		    : family == AF_INET6 ? "IPv6"
					 : "IP",
		    text);
	}
	fd = conn_socket((*out)->ai_family);
	if (fd < 0 || bind(fd, (*out)->ai_addr, (*out)->ai_addrlen) != 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	if (error == 0)
		return 0;
	freeaddrinfo(*out);
	*out = NULL;
	return err_set(e, ERR_USAGE, "cannot bind to %s: %s", text,
	    conn_reason(error, reason));
}

/* Looks the host up and dials what it finds. */
static int
conn_dial_host(struct conn **out, const struct conn_try *try,
    const struct addrinfo *local, int family, unsigned port, struct err *e)
{
	struct addrinfo *list = NULL;
	int rc;

	rc = conn_lookup(&list, try, family, port, e);
	if (rc == 0)
		rc = conn_dial(out, list, local, try, e);
	if (list != NULL)
		freeaddrinfo(list);
	return rc;
}

/* Dials the addresses that the target has. A list of one's own making is not
 * for freeaddrinfo(3), so nodes are copied. */
static int
conn_dial_given(struct conn **out, const struct conn_try *try,
    const struct addrinfo *local, int family, unsigned port, struct err *e)
{
	const struct conn_target *t = try->target;
	struct addrinfo hints = { .ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *node = mem_alloc(t->naddress * sizeof(*node));
	struct addrinfo **got = mem_alloc(t->naddress * sizeof(*got));
	char service[8];
	size_t n = 0;
	int rc;

	snprintf(service, sizeof(service), "%u", port & 0xffff);
	for (size_t i = 0; i < t->naddress; i++) {
		if (getaddrinfo(t->address[i], service, &hints, &got[n]) != 0)
			continue;
		node[n] = *got[n];
		node[n].ai_next = NULL;
		if (n > 0)
			node[n - 1].ai_next = &node[n];
		n++;
	}
	if (n > 0)
		rc = conn_dial(out, node, local, try, e);
	else
		rc = err_set(e, ERR_NOHOST, "no %saddress for %s",
		    family == AF_INET	 ? "IPv4 "
		    : family == AF_INET6 ? "IPv6 "
					 : "",
		    t->host);
	for (size_t i = 0; i < n; i++)
		freeaddrinfo(got[i]);
	free(got);
	free(node);
	return rc;
}

static int
conn_dial_proxy(struct conn **out, const struct conn_try *try,
    const struct addrinfo *local, int family, struct err *e)
{
	const struct proxy_url *u = try->target->proxy;
	struct conn_target to = { .host = u->host };
	struct conn_try via = *try;
	unsigned port;

	if (conn_port(u->port, &port, e) != 0)
		return -1;
	via.target = &to;
	return conn_dial_host(out, &via, local, family, port, e);
}

int
conn_open_tcp(struct conn **out, const struct conn_try *try, struct err *e)
{
	const struct conn_target *t = try->target;
	struct addrinfo *local = NULL;
	int family = t->family;
	unsigned port;
	int rc;

	if (conn_port(t->port, &port, e) != 0)
		return -1;
	if (t->bind != NULL) {
		if (conn_local(&local, t->bind, family, e) != 0)
			return -1;
		family = local->ai_family;
	}
	if (t->proxy != NULL)
		rc = conn_dial_proxy(out, try, local, family, e);
	else if (t->naddress > 0)
		rc = conn_dial_given(out, try, local, family, port, e);
	else
		rc = conn_dial_host(out, try, local, family, port, e);
	if (local != NULL)
		freeaddrinfo(local);
	if (rc == 0 && conn_introduce(*out, try, port, e) != 0) {
		conn_free(*out);
		*out = NULL;
		return -1;
	}
	if (rc == 0)
		conn_socket_sleeps(*out);
	return rc;
}

int
conn_open_unix(struct conn **out, const struct conn_try *try, struct err *e)
{
	const char *path = try->target->path;
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct addrinfo to = { .ai_family = AF_UNIX,
		.ai_addr = (struct sockaddr *)(void *)&sun,
		.ai_addrlen = sizeof(sun) };
	char reason[CONN_REASON_MAX];
	size_t len = strlen(path);
	int fd, error;

	if (len == 0 || len >= sizeof(sun.sun_path))
		return err_set(e, ERR_USAGE,
		    "a socket's path has 1 to %zu octets: %s",
		    sizeof(sun.sun_path) - 1, path);
	memcpy(sun.sun_path, path, len);
	conn_tell(try, "trying %s", path);
	fd = conn_dial_one(
	    &to, NULL, try->loop, conn_share(try->deadline_ns, 1), &error);
	if (fd >= 0) {
		*out = conn_new(&conn_socket_ops, fd, mem_dup(path), NULL);
		if (conn_introduce(*out, try, 0, e) == 0) {
			conn_socket_sleeps(*out);
			return 0;
		}
		conn_free(*out);
		*out = NULL;
		return -1;
	}
	if (error == EINTR)
		return err_set(e, ERR_INTR, "interrupted");
	return err_set(e, ERR_TEMP, "cannot connect: %s: %s", path,
	    conn_reason(error, reason));
}
