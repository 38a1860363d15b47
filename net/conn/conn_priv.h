/* Between the parts of conn: what a connection is made of. For net/conn*.c and
 * their test only. */
#ifndef NET_CONN_PRIV_H
#define NET_CONN_PRIV_H

#include <netdb.h>
#include <sys/socket.h>
#include "net/conn/conn.h"
#include "net/core/buf.h"

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

/* Whether the socket blocks, for CONN_SLEEP_MS at most. */
enum conn_sleep {
	CONN_SLEEP_NEVER,
	CONN_SLEEP_ABLE, /* nobody has asked for it yet */
	CONN_SLEEP_SET
};

struct conn {
	const struct conn_ops *raw; /* the transport */
	const struct conn_ops *top; /* what callers talk to: raw, or a layer */
	int fd;
	enum conn_sleep sleep;
	bool notes;	   /* conn_note() */
	int64_t noted_ns;  /* conn_noted() */
	pid_t pid;	   /* PIPE */
	struct peer *peer; /* INPROC */
	struct tls *tls;   /* the layer on top, or NULL */
	char *name;
	char *address;
};

/* An address to connect to, or to bind to. len 0: none. */
struct conn_spot {
	struct sockaddr_storage sa;
	socklen_t len;
};

enum conn_stage {
	CONN_LOOK,    /* the name is being looked up */
	CONN_CONNECT, /* addresses are tried */
	CONN_TUNNEL,  /* the proxy is asked */
	CONN_HEADER,  /* the PROXY header goes out */
	CONN_STANDS
};

/* An address that is being tried. */
struct conn_try {
	int fd; /* -1: this place is free */
	int family;
	char *name, *address;
	size_t spot;
	int64_t began_ns, until_ns;
	int64_t retry_ns; /* 0: connect() is under way */
};

struct conn_dial {
	enum conn_stage stage;
	int64_t deadline_ns; /* for all of it */
	conn_report *report; /* or NULL */
	void *arg;

	char *host;    /* TCP: the server's, for texts */
	unsigned port; /* and its port */
	struct conn_query *query;

	struct conn_spot *spot;
	size_t nspots, at;
	bool several;
	struct conn_spot local;
	struct buf failed; /* "NAME: REASON; ..." of those tried */
	enum err_why why;  /* of them: the worst */
	char *path;	   /* UNIX: the name of the only one */

	struct conn_try try[CONN_DIAL_FDS];
	int64_t next_ns;    /* when another is begun beside them */
	struct buf failed6; /* the first of IPv6 that failed, and why */

	struct conn *conn; /* connected */
	struct proxy *proxy;
	bool proxied;
	int version; /* of the PROXY header, or 0 */
	struct buf header;
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

/* A number from 1 to 65535 or a service name. 0, or -1 (ERR_USAGE). */
CHECKED int conn_port(const char *text, unsigned *port, struct err *e);

/* A name being looked up by a thread. 0, or -1 (ERR_TEMP). */
struct conn_query;
CHECKED int conn_query_new(struct conn_query **out, const char *host,
    int family, unsigned port, struct err *e);
/* Readable when the answer is there. */
int conn_query_fd(const struct conn_query *q);
/* 1: *list is yours, for freeaddrinfo(3); 0: not yet; -1 as conn_step(). */
CHECKED int conn_query_take(
    struct conn_query *q, struct addrinfo **list, struct err *e);
const char *conn_query_host(const struct conn_query *q);
/* The thread need not have ended. NULL is well. */
void conn_query_leave(struct conn_query *q);
/* What can be said without asking anybody: 1: the host is a literal, *list as
 * above; 0: ask; -1: ERR_NOHOST. */
CHECKED int conn_literal(struct addrinfo **list, const char *host, int family,
    unsigned port, struct err *e);

/* conn_race.c: the step that tries addresses until one stands. */
CHECKED int conn_race_step(struct conn_dial *d, struct err *e);
size_t conn_race_fds(const struct conn_dial *d, struct pollfd *fd);
int64_t conn_race_deadline(const struct conn_dial *d);
/* All spots are there: families take turns. */
void conn_race_begin(struct conn_dial *d);
void conn_race_leave(struct conn_dial *d);
const struct sockaddr *conn_spot_addr(const struct conn_spot *s);
/* A close-on-exec, non-blocking socket, or -1 with errno. */
int conn_socket(int family);

/* Reports a step. */
void conn_tell(const struct conn_dial *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* d->conn is connected: what goes first, if anything does. */
void conn_intro_begin(struct conn_dial *d);
/* The steps of conn_proxy.c: 1: on to the next stage, 0: wait, -1. */
CHECKED int conn_tunnel_step(struct conn_dial *d, struct err *e);
CHECKED int conn_header_step(struct conn_dial *d, struct err *e);

CHECKED int conn_open_pipe(
    struct conn **out, const char *command, struct err *e);
struct conn *conn_open_inproc(struct peer *peer);

#endif
