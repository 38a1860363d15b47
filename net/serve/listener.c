/* One port for IPv4 and IPv6: with port 0 the first address gets a number
 * from the kernel and the others try the same; when it is taken there, all
 * begin again. A Unix socket whose server died leaves its file behind: only
 * a connect(2) that is refused shows that nobody is there. */
#include "net/serve/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "net/core/buf.h"

#define LISTENER_TRIES	 20
#define LISTENER_BACKLOG 511
#define LISTENER_SOCKET	 (SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC)

static void
listener_close(struct listener *l)
{
	while (l->n > 0)
		close(l->fd[--l->n]);
}

void
listener_release(struct listener *l)
{
	struct stat st;
	listener_close(l);
	if (l->path != NULL && lstat(l->path, &st) == 0 &&
	    st.st_dev == l->dev && st.st_ino == l->ino)
		unlink(l->path);
	free(l->path);
	l->path = NULL;
}

/* An address with a port put into it. */
union listener_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
	struct sockaddr_storage any;
};

static in_port_t
listener_port(int fd)
{
	union listener_addr a = { 0 };
	socklen_t len = sizeof a;
	if (getsockname(fd, &a.sa, &len) != 0)
		return 0;
	return a.sa.sa_family == AF_INET6 ? a.in6.sin6_port : a.in.sin_port;
}

/* A listening socket, or -1 with errno. */
static int
listener_bind(const struct addrinfo *ai, in_port_t port)
{
	static const int on = 1;
	union listener_addr a;
	memset(&a, 0, sizeof a);
	memcpy(&a, ai->ai_addr, ai->ai_addrlen);
	if (port != 0 && ai->ai_family == AF_INET6)
		a.in6.sin6_port = port;
	else if (port != 0)
		a.in.sin_port = port;
	int fd = socket(ai->ai_family, LISTENER_SOCKET, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	/* For those who are let in: it is theirs from here. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (ai->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, &a.sa, ai->ai_addrlen) == 0 &&
	    listen(fd, LISTENER_BACKLOG) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* The machine has no such kind of address. */
static bool
listener_absent(int error)
{
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

/* Binds the addresses of one kind; those that the machine does not have are
 * passed over. */
static int
listener_some(
    struct listener *l, const struct addrinfo *list, bool v6, in_port_t *port)
{
	for (const struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
		if ((ai->ai_family == AF_INET6) != v6 || l->n == LISTENER_MAX)
			continue;
		int fd = listener_bind(ai, *port);
		if (fd < 0 && listener_absent(errno))
			continue;
		if (fd < 0)
			return -1;
		l->fd[l->n++] = fd;
		*port = listener_port(fd);
	}
	return 0;
}

/* Binds all of list to one port, IPv4 first. -1 with errno. */
static int
listener_all(struct listener *l, const struct addrinfo *list)
{
	in_port_t port = 0;
	errno = EADDRNOTAVAIL;
	if (listener_some(l, list, false, &port) == 0 &&
	    listener_some(l, list, true, &port) == 0 && l->n > 0)
		return 0;
	int saved = errno;
	listener_close(l);
	errno = saved;
	return -1;
}

/* glibc's getaddrinfo(3) takes 65536 for 0. */
static bool
listener_port_ok(const char *port)
{
	size_t n = strspn(port, "0123456789");
	if (port[n] != '\0')
		return true;
	return n > 0 && n <= 5 && strtoul(port, NULL, 10) <= 65535;
}

/* *list: what to bind; freeaddrinfo() it. Without a name and AI_PASSIVE
 * getaddrinfo(3) gives the loopback addresses. */
static int
listener_resolve(const char *address, const char *port, struct addrinfo **list,
    struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	int rc = EAI_SERVICE;
	if (address != NULL)
		hints.ai_flags = AI_PASSIVE;
	if (listener_port_ok(port))
		rc = getaddrinfo(address, port, &hints, list);
	if (rc == 0)
		return 0;
	return err_set(e, ERR_USAGE, "cannot listen on %s port %s: %s",
	    address == NULL ? "127.0.0.1" : address, port, gai_strerror(rc));
}

int
listener_tcp(
    struct listener *l, const char *address, const char *port, struct err *e)
{
	struct addrinfo *list;
	memset(l, 0, sizeof *l);
	if (listener_resolve(address, port, &list, e) != 0)
		return -1;
	bool any = strspn(port, "0") == strlen(port);
	int rc = -1;
	for (int i = 0; rc != 0 && i < LISTENER_TRIES; i++) {
		rc = listener_all(l, list);
		if (rc != 0 && (!any || errno != EADDRINUSE))
			break;
	}
	if (rc != 0)
		err_set(e,
		    errno == EACCES || errno == EADDRNOTAVAIL ? ERR_USAGE
							      : ERR_TEMP,
		    "cannot listen on %s port %s: %s",
		    address == NULL ? "127.0.0.1" : address, port,
		    strerror(errno));
	freeaddrinfo(list);
	return rc;
}

/* A socket file that nobody listens on. */
static bool
listener_stale(const struct sockaddr_un *un)
{
	struct stat st;
	if (lstat(un->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	int fd = socket(AF_UNIX, LISTENER_SOCKET, 0);
	if (fd < 0)
		return false;
	int rc = connect(fd, (const struct sockaddr *)un, sizeof *un);
	bool refused = rc != 0 && errno == ECONNREFUSED;
	close(fd);
	return refused;
}

int
listener_unix(struct listener *l, const char *path, struct err *e)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct stat st;
	memset(l, 0, sizeof *l);
	if (strlen(path) >= sizeof un.sun_path || *path == '\0')
		return err_set(e, ERR_USAGE,
		    "a socket's path has 1 to %zu octets: %s",
		    sizeof un.sun_path - 1, path);
	memcpy(un.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, LISTENER_SOCKET, 0);
	if (fd < 0)
		return err_set(
		    e, ERR_TEMP, "cannot make a socket: %s", strerror(errno));
	const struct sockaddr *sa = (const struct sockaddr *)&un;
	int rc = bind(fd, sa, sizeof un);
	if (rc != 0 && errno == EADDRINUSE) {
		if (listener_stale(&un) && unlink(path) == 0)
			rc = bind(fd, sa, sizeof un);
		else
			errno = EADDRINUSE;
	}
	if (rc != 0 || listen(fd, LISTENER_BACKLOG) != 0 ||
	    lstat(path, &st) != 0) {
		err_set(e, errno == EADDRINUSE ? ERR_TEMP : ERR_USAGE,
		    "cannot listen on %s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	l->fd[l->n++] = fd;
	l->path = mem_dup(path);
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	return 0;
}

int
listener_name(const struct listener *l, size_t i, char address[256],
    char port[16], struct err *e)
{
	union listener_addr a;
	socklen_t len = sizeof a;
	address[0] = port[0] = '\0';
	if (l->path != NULL) {
		snprintf(address, 256, "%s", l->path);
		return 0;
	}
	if (getsockname(l->fd[i], &a.sa, &len) != 0)
		return err_set(
		    e, ERR_TEMP, "cannot tell the port: %s", strerror(errno));
	int r = getnameinfo(&a.sa, len, address, 256, port, 16,
	    NI_NUMERICHOST | NI_NUMERICSERV);
	return r == 0 ? 0
		      : err_set(e, ERR_TEMP, "cannot tell the port: %s",
			    gai_strerror(r));
}
