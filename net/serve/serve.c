/* One thread, one poll(2) over all connections. In each round a connection
 * may read one block and write one, so none starves another. Who is not to
 * be read (its peer has enough to do) is not polled for reading, and TCP
 * makes its client wait. At the end our side is shut down and what still
 * comes is read and dropped for a moment: closing over unread octets would
 * reset the connection, and the client might never see the last reply. */
#include "net/serve/serve.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/serve/listener.h"

#define SERVE_SESSIONS	1000
#define SERVE_BLOCK	65536
#define SERVE_LINGER_MS 2000
#define SERVE_PAUSE_MS	200
#define SERVE_ACCEPTS	64

struct serve_conn {
	int fd;
	bool gone;	  /* to be released */
	bool eof;	  /* the client has ended its side */
	bool shut;	  /* we have ended ours */
	int64_t until_ns; /* patience for the end; 0: not ending */
	struct peer *peer;
};

struct serve {
	const struct serve_config *c;
	struct loop *loop;
	struct listener listener;
	struct serve_conn *conn;
	struct pollfd *fd; /* wake, listeners, connections */
	size_t nconn, cap, max;
	unsigned long sessions, complaints;
	int64_t pause_ns; /* no accept(2) before; out of descriptors */
	char block[SERVE_BLOCK];
};

static bool
serve_done(const struct serve *s)
{
	return s->c->count > 0 && s->sessions >= s->c->count;
}

static bool
serve_accepts(const struct serve *s, int64_t now)
{
	return !serve_done(s) && s->nconn < s->max && now >= s->pause_ns;
}

static void
serve_add(struct serve *s, int fd, const char *from)
{
	static const int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (s->nconn == s->cap) {
		s->cap = s->cap == 0 ? 16 : s->cap * 2;
		s->conn = mem_grow(s->conn, s->cap, sizeof *s->conn);
		s->fd =
		    mem_grow(s->fd, s->cap + LISTENER_MAX + 1, sizeof *s->fd);
	}
	s->sessions++;
	s->conn[s->nconn++] = (struct serve_conn){ .fd = fd,
		.peer = peer_new(&s->c->peer, s->sessions, from) };
}

/* Who called: a numeric address; "" for a Unix socket. */
static void
serve_caller(
    const struct sockaddr_storage *a, socklen_t len, char *from, socklen_t size)
{
	*from = '\0';
	if (a->ss_family == AF_INET || a->ss_family == AF_INET6)
		getnameinfo((const struct sockaddr *)a, len, from, size, NULL,
		    0, NI_NUMERICHOST);
}

static void
serve_accept(struct serve *s, int listener, int64_t now)
{
	for (int i = 0; i < SERVE_ACCEPTS && serve_accepts(s, now); i++) {
		struct sockaddr_storage a;
		socklen_t len = sizeof a;
		char from[128];
		int fd = accept4(listener, (struct sockaddr *)&a, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			serve_caller(&a, len, from, sizeof from);
			serve_add(s, fd, *from == '\0' ? NULL : from);
		} else if (errno == EMFILE || errno == ENFILE ||
			   errno == ENOBUFS || errno == ENOMEM) {
			s->pause_ns = now + SERVE_PAUSE_MS * 1000000;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

/* The connection is of no more use. */
static void
serve_drop(struct serve_conn *k)
{
	if (!peer_ended(k->peer))
		peer_lost(k->peer);
	k->gone = true;
}

static void
serve_read(struct serve *s, struct serve_conn *k)
{
	ssize_t n = recv(k->fd, s->block, sizeof s->block, 0);
	if (n > 0 && k->until_ns == 0)
		peer_feed(k->peer, s->block, (size_t)n);
	if (n > 0)
		return;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0 || k->shut) {
		serve_drop(k);
		return;
	}
	k->eof = true;
	peer_eof(k->peer);
}

static void
serve_write(struct serve_conn *k)
{
	size_t len;
	const char *p = peer_out(k->peer, &len);
	if (len == 0)
		return;
	if (len > SERVE_BLOCK)
		len = SERVE_BLOCK;
	ssize_t n = send(k->fd, p, len, MSG_NOSIGNAL);
	if (n >= 0) {
		peer_out_done(k->peer, (size_t)n);
		if (k->until_ns != 0)
			k->until_ns = loop_deadline(SERVE_LINGER_MS);
	} else if (errno != EAGAIN && errno != EINTR) {
		serve_drop(k);
	}
}

/* The peer has ended: flush, shut down, wait for the client to go. */
static void
serve_finish(struct serve_conn *k, int64_t now)
{
	size_t len;
	if (k->gone || !peer_ended(k->peer))
		return;
	if (k->until_ns == 0)
		k->until_ns = loop_deadline(SERVE_LINGER_MS);
	peer_out(k->peer, &len);
	if (len == 0 && !k->shut) {
		k->shut = true;
		shutdown(k->fd, SHUT_WR);
	}
	if ((k->shut && k->eof) || now >= k->until_ns)
		k->gone = true;
}

static void
serve_turn(struct serve *s, struct serve_conn *k, short got, int64_t now)
{
	/* Hung up, and all that it sent was read: nobody is there. */
	if ((got & (POLLERR | POLLNVAL)) != 0 ||
	    ((got & POLLHUP) != 0 && (got & POLLIN) == 0)) {
		serve_drop(k);
		return;
	}
	if ((got & POLLIN) != 0)
		serve_read(s, k);
	if (!k->gone && k->until_ns == 0)
		peer_tick(k->peer, now);
	if (!k->gone)
		serve_write(k);
	serve_finish(k, now);
}

static short
serve_events(const struct serve_conn *k)
{
	size_t len;
	short want = 0;
	peer_out(k->peer, &len);
	if (len > 0)
		want |= POLLOUT;
	if (!k->eof && (k->until_ns != 0 || peer_wants(k->peer)))
		want |= POLLIN;
	return want;
}

/* Fills the poll list; how many, and when to look again at the latest. */
static size_t
serve_list(struct serve *s, int64_t now, int64_t *until)
{
	size_t n = 0;
	bool accepts = serve_accepts(s, now);
	*until = !accepts && now < s->pause_ns ? s->pause_ns : LOOP_FOREVER;
	s->fd[n++] =
	    (struct pollfd){ .fd = s->loop->wake[0], .events = POLLIN };
	for (size_t i = 0; i < s->listener.n; i++)
		s->fd[n++] =
		    (struct pollfd){ .fd = accepts ? s->listener.fd[i] : -1,
			    .events = POLLIN };
	for (size_t i = 0; i < s->nconn; i++) {
		const struct serve_conn *k = &s->conn[i];
		int64_t at =
		    k->until_ns != 0 ? k->until_ns : peer_deadline(k->peer);
		if (at < *until)
			*until = at;
		s->fd[n++] =
		    (struct pollfd){ .fd = k->fd, .events = serve_events(k) };
	}
	return n;
}

static void
serve_release_conn(struct serve *s, struct serve_conn *k)
{
	s->complaints += peer_complaints(k->peer);
	peer_free(k->peer);
	close(k->fd);
}

/* Drops those that have gone. */
static void
serve_sweep(struct serve *s)
{
	size_t left = 0;
	for (size_t i = 0; i < s->nconn; i++) {
		if (s->conn[i].gone)
			serve_release_conn(s, &s->conn[i]);
		else
			s->conn[left++] = s->conn[i];
	}
	if (left < s->nconn)
		s->pause_ns = 0;
	s->nconn = left;
}

static int
serve_poll_ms(int64_t until, int64_t now)
{
	if (until == LOOP_FOREVER)
		return -1;
	int64_t ms = until <= now ? 0 : (until - now + 999999) / 1000000;
	return ms > 60000 ? 60000 : (int)ms;
}

static int
serve_round(struct serve *s, struct err *e)
{
	int64_t until, now = loop_now_ns();
	size_t n = serve_list(s, now, &until);
	int rc = poll(s->fd, n, serve_poll_ms(until, now));
	if (rc < 0 && errno == EINTR)
		return 0;
	if (rc < 0)
		return err_set(e, ERR_TEMP, "cannot poll %zu descriptors: %s",
		    n, strerror(errno));
	now = loop_now_ns();
	size_t first = s->listener.n + 1, served = s->nconn;
	for (size_t i = 0; i < served; i++)
		serve_turn(s, &s->conn[i], s->fd[first + i].revents, now);
	serve_sweep(s);
	for (size_t i = 0; i < s->listener.n; i++)
		if ((s->fd[1 + i].revents & POLLIN) != 0)
			serve_accept(s, s->listener.fd[i], now);
	return 0;
}

/* A session needs its socket and, while a message is under way, two
 * descriptors a mailbox. */
static void
serve_raise_limit(size_t sessions)
{
	struct rlimit r;
	rlim_t want = sessions * 4 + 64;
	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= want)
		return;
	r.rlim_cur = want < r.rlim_max ? want : r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

static void
serve_tell(const struct serve *s)
{
	char address[256], port[16];
	for (size_t i = 0; s->c->ready != NULL && i < s->listener.n; i++) {
		listener_name(&s->listener, i, address, port);
		s->c->ready(s->c->ready_arg, address, port);
	}
}

static int
serve_loop(struct serve *s, struct err *e)
{
	while (__atomic_load_n(&s->loop->raised, __ATOMIC_ACQUIRE) == 0 &&
	       !(serve_done(s) && s->nconn == 0))
		if (serve_round(s, e) != 0)
			return -1;
	return 0;
}

int
serve_run(const struct serve_config *c, struct loop *l,
    unsigned long *complaints, struct err *e)
{
	struct serve *s = mem_zalloc(sizeof *s);
	s->c = c;
	s->loop = l;
	s->max = c->session_max > 0 ? c->session_max : SERVE_SESSIONS;
	s->fd = mem_grow(NULL, LISTENER_MAX + 1, sizeof *s->fd);
	serve_raise_limit(s->max);
	int rc = c->path != NULL
		     ? listener_unix(&s->listener, c->path, e)
		     : listener_tcp(&s->listener, c->address, c->port, e);
	if (rc == 0) {
		serve_tell(s);
		rc = serve_loop(s, e);
	}
	for (size_t i = 0; i < s->nconn; i++)
		serve_release_conn(s, &s->conn[i]);
	listener_release(&s->listener);
	if (complaints != NULL)
		*complaints = s->complaints;
	free(s->conn);
	free(s->fd);
	free(s);
	return rc;
}
