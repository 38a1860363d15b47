/* Between the parts of conn: what a connection is made of. For net/conn*.c and
 * their test only. */
#ifndef NET_CONN_PRIV_H
#define NET_CONN_PRIV_H

#include <netdb.h>
#include "net/conn/conn.h"

/* How octets move. The transport (raw) is one of these, and so is a layer on
 * top of it, which calls c->raw for its own octets. read, write: as
 * conn_read() and conn_write(). */
struct conn_ops {
	ssize_t (*read)(struct conn *c, char *p, size_t n, struct err *e);
	ssize_t (*write)(
	    struct conn *c, const char *p, size_t n, struct err *e);
	size_t (*poll)(
	    const struct conn *c, bool want_write, struct pollfd *fd);
	bool (*ready)(const struct conn *c);
	size_t (*peek)(struct conn *c);
	void (*close)(struct conn *c);
};

struct conn {
	const struct conn_ops *raw; /* the transport */
	const struct conn_ops *top; /* what callers talk to: raw, or a layer */
	int fd;
	bool sleeps;	   /* the socket blocks, for CONN_SLEEP_MS at most */
	pid_t pid;	   /* PIPE */
	struct peer *peer; /* INPROC */
	struct tls *tls;   /* the layer on top, or NULL */
	char *name;
	char *address;
};

/* Everything about one attempt to connect. */
struct conn_try {
	const struct conn_target *target;
	struct loop *loop;
	int64_t deadline_ns;
	conn_report *report; /* or NULL */
	void *arg;
};

/* Takes the descriptor (-1 if there is none) and the name; address may be
 * NULL. */
struct conn *conn_new(
    const struct conn_ops *raw, int fd, char *name, const char *address);
/* A transport of one socket. Its parts, for transports that add to it. */
extern const struct conn_ops conn_socket_ops;
ssize_t conn_socket_read(struct conn *c, char *p, size_t n, struct err *e);
ssize_t conn_socket_write(
    struct conn *c, const char *p, size_t n, struct err *e);
size_t conn_socket_poll(
    const struct conn *c, bool want_write, struct pollfd *fd);
bool conn_socket_ready(const struct conn *c);
size_t conn_socket_peek(struct conn *c);
void conn_socket_close(struct conn *c);
/* Lets conn_read_sleep() sleep. */
void conn_socket_sleeps(struct conn *c);

/* strerror(3) for any thread: in buf, or constant. */
#define CONN_REASON_MAX 128
const char *conn_reason(int error, char *buf);

/* A number from 1 to 65535 or a service name. 0, or -1 (ERR_USAGE). */
int conn_port(const char *text, unsigned *port, struct err *e);
/* Addresses of the host, with the port in them, for freeaddrinfo(3). A
 * literal asks nobody. 0, or -1 as conn_open(). */
int conn_lookup(struct addrinfo **list, const struct conn_try *try, int family,
    unsigned port, struct err *e);
/* Tries each in turn. local: to bind to, or NULL. */
int conn_dial(struct conn **out, const struct addrinfo *list,
    const struct addrinfo *local, const struct conn_try *try, struct err *e);

/* Reports a step. */
void conn_tell(const struct conn_try *try, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* What goes first on a socket that stands: the way through a proxy to port,
 * the PROXY protocol's header. c's name then says both. 0, or -1. */
int conn_introduce(
    struct conn *c, const struct conn_try *try, unsigned port, struct err *e);

int conn_open_tcp(struct conn **out, const struct conn_try *try, struct err *e);
int conn_open_unix(
    struct conn **out, const struct conn_try *try, struct err *e);
int conn_open_pipe(
    struct conn **out, const struct conn_try *try, struct err *e);
int conn_open_inproc(
    struct conn **out, const struct conn_try *try, struct err *e);

#endif
