/* A byte stream to a server: TCP, a Unix socket, a child process, or a
 * receiver in this process; TLS on top when it was started. Non-blocking. */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "net/core/err.h"
#include "net/loop.h"
#include "net/peer/peer.h"
#include "net/conn/proxy.h"

enum conn_kind { CONN_TCP, CONN_UNIX, CONN_PIPE, CONN_INPROC };

/* Where to. All of it is borrowed during the call that is given it. */
struct conn_target {
	enum conn_kind kind;
	const char *host;    /* TCP: name, or literal without brackets */
	const char *port;    /* TCP: service name or number; NULL: 25 */
	const char *path;    /* UNIX */
	const char *command; /* PIPE: for /bin/sh -c */
	struct peer *peer;   /* INPROC: taken over by the connection */
	int family;	     /* AF_UNSPEC, AF_INET, AF_INET6 */
	const char *bind;    /* local address, or NULL */
	/* TCP: numeric addresses to try instead of looking host up. */
	const char *const *address;
	size_t naddress;
	/* TCP: through it, and host is looked up there; or NULL. */
	const struct proxy_url *proxy;
	/* TCP, UNIX: 1 or 2: the PROXY protocol's header goes first. The
	 * addresses in it are this connection's own; behind a proxy, and on a
	 * Unix socket, it says that they are unknown. */
	int proxy_protocol;
};

struct conn;

/* Each step of connecting, for whoever shows it: "trying 192.0.2.1 port 25",
 * "192.0.2.1 port 25: Connection refused". May be NULL. */
typedef void conn_report(void *arg, const char *text);

/* A connection under way, in steps that never wait. */
struct conn_dial;

/* Begins; the target's strings are not needed any more when it returns, report
 * and its arg are until conn_dial_free(). A child process is started here, and
 * a receiver in this process is the dial's from now on. -1: ERR_USAGE (bad
 * port, bad bind, a socket's path too long, a name that a proxy could not be
 * told), ERR_NOHOST (an address of the wrong family; names below .invalid are
 * not looked up, RFC 6761), ERR_TEMP. */
CHECKED int conn_start(struct conn_dial **out, const struct conn_target *t,
    int64_t deadline_ns, conn_report *report, void *arg, struct err *e);
/* Goes on. 1: the connection stands and *out is yours; 0: call again when a
 * descriptor is ready or conn_dial_deadline() has come (sooner does no harm);
 * -1: ERR_NOHOST (no such name), ERR_TEMP (every address failed, or time is
 * up: the text lists each with its reason), ERR_USAGE; from a proxy those of
 * proxy_step(), ERR_LOST when it closes. After 1 and -1 only conn_dial_free()
 * is left. Every address of the host is tried in turn until one connects; one
 * gets at most 30 s and its fair share of what is left. TCP streams have
 * TCP_NODELAY; descriptors are close-on-exec. A child process leads its own
 * process group and inherits standard error only. */
CHECKED int conn_step(struct conn_dial *d, struct conn **out, struct err *e);
/* Fills the descriptors to poll, returns how many: at most CONN_DIAL_FDS. */
#define CONN_DIAL_FDS 4
size_t conn_dial_fds(const struct conn_dial *d, struct pollfd *fd);
/* When to step again at the latest; 0: now. */
int64_t conn_dial_deadline(const struct conn_dial *d);
/* Gives up at any time: a look-up that goes on is left to its thread. NULL is
 * well. */
void conn_dial_free(struct conn_dial *d);

/* The same in one call that waits. -1 as both, and ERR_INTR. */
CHECKED int conn_open(struct conn **out, const struct conn_target *t,
    struct loop *l, int64_t deadline_ns, conn_report *report, void *arg,
    struct err *e);
/* Closes, and waits for a child process for at most 1 s, then kills it. */
void conn_free(struct conn *c);

/* Octets read or written; 0 from read: the end; CONN_AGAIN: later; CONN_ERR:
 * ERR_LOST with the reason. */
#define CONN_AGAIN (-1)
#define CONN_ERR   (-2)
ssize_t conn_read(struct conn *c, char *p, size_t n, struct err *e);
ssize_t conn_write(struct conn *c, const char *p, size_t n, struct err *e);
/* As conn_read(), but a socket without a layer on top sleeps until something
 * comes or CONN_SLEEP_MS have passed: one system call, where poll(2) and
 * recv(2) are two. A signal ends the sleep (CONN_AGAIN); one that comes just
 * before it is seen behind it. */
#define CONN_SLEEP_MS 100
ssize_t conn_read_sleep(struct conn *c, char *p, size_t n, struct err *e);
/* Fills up to 2 descriptors to poll, wanting to write or not; returns how
 * many. 0 for an in-process receiver, which is always ready. */
size_t conn_poll(const struct conn *c, bool want_write, struct pollfd *fd);
/* The in-process receiver has octets for us, or has closed. */
bool conn_ready(const struct conn *c);
/* "192.0.2.1 port 25", "/run/lmtp", "exim4 -bs", "the sandbox". */
const char *conn_name(const struct conn *c);
/* Octets that a socket has taken and the peer has not acknowledged; 0 where
 * the system does not say. */
size_t conn_unsent(const struct conn *c);
/* The far address as a numeric string, "" where there is none. */
const char *conn_address(const struct conn *c);
/* From now on the system notes when octets come, where it can (TCP on Linux):
 * who waits for many reads late, and knows all the same. */
void conn_note(struct conn *c);
/* When the newest octets that were read had come, by loop_now_ns(); 0: nobody
 * noted it. */
int64_t conn_noted(const struct conn *c);
/* Octets waiting in the socket, below TLS, that nobody has read (MSG_PEEK): 0,
 * or how many, counted up to 4,096. */
size_t conn_peek(struct conn *c);
struct tls;

/* Puts TLS on top; t is the connection's from now on. Then conn_tls_step()
 * until it says 1 (TLS stands) or -1 (as tls_handshake(), or ERR_LOST); 0: wait
 * for the connection as conn_poll() says. */
void conn_tls_start(struct conn *c, struct tls *t);
CHECKED int conn_tls_step(struct conn *c, struct err *e);
/* The engine, or NULL. */
struct tls *conn_tls(struct conn *c);
/* Sends what a layer keeps back. 0: nothing is left; CONN_AGAIN, CONN_ERR. */
ssize_t conn_flush(struct conn *c, struct err *e);
/* Gives back what large buffers of a layer that are empty now took. */
void conn_trim(struct conn *c);
/* The in-process receiver, or NULL. */
struct peer *conn_peer(struct conn *c);

#endif
