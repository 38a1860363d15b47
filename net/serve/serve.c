/* One thread, one poll(2) over all connections. In each round a connection
 * may read one block and write one, so none starves another. Who is not to
 * be read (its peer has enough to do) is not polled for reading, and TCP
 * makes its client wait. A signal begins the end: rounds go on for a moment,
 * and nobody else is let in. */
#include "net/serve/serve_priv.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "net/core/buf.h"

#define SERVE_SESSIONS 2000
#define SERVE_PAUSE_MS 200
#define SERVE_BLIND_MS 20
#define SERVE_ACCEPTS  64
#define SERVE_TEXT_MS  1000
#define SERVE_GRACE_MS 1800
#define SERVE_QUIET_MS 250
/* Of the poll list, before the connections. */
#define SERVE_OTHERS (LISTENER_MAX + 2)

void
serve_log(struct serve *s)
{
	if (s->c->log_flush != NULL)
		s->log_full = s->c->log_flush(s->c->log_arg);
}

static bool
serve_done(const struct serve *s)
{
	return s->c->count > 0 && s->sessions >= s->c->count;
}

static bool
serve_accepts(const struct serve *s, int64_t now)
{
	return !s->ending && !serve_done(s) && s->nconn < s->max &&
	       now >= s->pause_ns;
}

/* A peer's ear: a login failed. */
static unsigned
serve_auth_failed(void *arg, unsigned long session)
{
	struct serve *s = arg;
	for (size_t i = 0; i < s->nconn; i++)
		if (s->conn[i].session == session)
			return clients_failed(
			    &s->clients, &s->conn[i].client, loop_now_ns());
	return 0;
}

static void
serve_add(struct serve *s, int fd, const char *from,
    const struct client_key *client, int64_t now)
{
	static const int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (s->nconn == s->cap) {
		s->cap = s->cap == 0 ? 16 : s->cap * 2;
		s->conn = mem_grow(s->conn, s->cap, sizeof *s->conn);
		s->fd = mem_grow(s->fd, s->cap + SERVE_OTHERS, sizeof *s->fd);
	}
	s->sessions++;
	clients_enter(&s->clients, client, now);
	s->conn[s->nconn++] = (struct serve_conn){ .fd = fd,
		.session = s->sessions,
		.client = *client,
		.peer = peer_new(&s->peer, s->sessions, from) };
}

/* A client with too many sessions is told so at once, with no peer made for
 * it. Not where TLS is to come first: it could not be read there. */
static void
serve_refuse(struct serve *s, int fd, const char *from)
{
	char *line = mem_printf("421 %s Too many sessions from %s\r\n",
	    s->c->peer.smtpd.world == NULL ? "localhost"
					   : world_host(s->c->peer.smtpd.world),
	    from);
	if (!s->c->peer.tls_on_connect &&
	    send(fd, line, strlen(line), MSG_NOSIGNAL) > 0) {
		shutdown(fd, SHUT_WR);
		/* What is unread would reset the connection. */
		recv(fd, s->block, sizeof s->block, 0);
	}
	if (s->c->peer.log != NULL)
		s->c->peer.log(
		    s->c->peer.log_arg, 0, '#', line + 4, strlen(line) - 6);
	free(line);
	close(fd);
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
serve_let_in(struct serve *s, int fd, const struct sockaddr_storage *a,
    socklen_t len, int64_t now)
{
	char from[128];
	struct client_key client = clients_key(a);
	serve_caller(a, len, from, sizeof from);
	if (clients_sessions(&s->clients, &client) >= s->client_max)
		serve_refuse(s, fd, from);
	else
		serve_add(s, fd, *from == '\0' ? NULL : from, &client, now);
}

static void
serve_accept(struct serve *s, int listener, int64_t now)
{
	for (int i = 0; i < SERVE_ACCEPTS && serve_accepts(s, now); i++) {
		struct sockaddr_storage a = { 0 };
		socklen_t len = sizeof a;
		int fd = accept4(listener, (struct sockaddr *)&a, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			serve_let_in(s, fd, &a, len, now);
		} else if (errno == EMFILE || errno == ENFILE ||
			   errno == ENOBUFS || errno == ENOMEM) {
			s->pause_ns = now + SERVE_PAUSE_MS * 1000000;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

/* Fills the poll list; how many, and when to look again at the latest. */
static size_t
serve_list(struct serve *s, int64_t now, int64_t *until)
{
	size_t n = 0;
	bool accepts = serve_accepts(s, now);
	*until = !accepts && now < s->pause_ns ? s->pause_ns : LOOP_FOREVER;
	if (s->ending && s->text_ns < *until && s->text_ns > now)
		*until = s->text_ns;
	s->fd[n++] =
	    (struct pollfd){ .fd = s->loop->wake[0], .events = POLLIN };
	s->fd[n++] = (struct pollfd){ .fd = s->log_full, .events = POLLOUT };
	for (size_t i = 0; i < s->listener.n; i++)
		s->fd[n++] =
		    (struct pollfd){ .fd = accepts ? s->listener.fd[i] : -1,
			    .events = POLLIN };
	for (size_t i = 0; i < s->nconn; i++) {
		const struct serve_conn *k = &s->conn[i];
		int64_t at = serve_conn_deadline(k);
		if (at < *until)
			*until = at;
		s->fd[n++] = (struct pollfd){ .fd = k->fd,
			.events = serve_conn_events(k) };
	}
	return n;
}

static void
serve_release_conn(struct serve *s, struct serve_conn *k)
{
	s->complaints += peer_complaints(k->peer);
	clients_leave(&s->clients, &k->client);
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

/* poll(2) cannot be had (no memory; a limit that was lowered): a moment later
 * everything is tried, since nothing here can block. */
static void
serve_blind(struct serve *s, size_t n)
{
	const struct timespec moment = { 0, SERVE_BLIND_MS * 1000000 };
	nanosleep(&moment, NULL);
	for (size_t i = 1; i < n; i++)
		s->fd[i].revents = s->fd[i].fd < 0 ? 0 : s->fd[i].events;
}

static void
serve_round(struct serve *s, int64_t latest)
{
	int64_t until, now = loop_now_ns();
	size_t n = serve_list(s, now, &until);
	if (latest < until)
		until = latest;
	if (poll(s->fd, n, serve_poll_ms(until, now)) < 0) {
		if (errno == EINTR)
			return;
		serve_blind(s, n);
	}
	now = loop_now_ns();
	if (s->log_full >= 0 && s->fd[1].revents != 0)
		serve_log(s);
	size_t first = s->listener.n + 2, served = s->nconn;
	for (size_t i = 0; i < served; i++)
		serve_conn_turn(s, &s->conn[i], s->fd[first + i].revents, now);
	serve_sweep(s);
	for (size_t i = 0; i < s->listener.n; i++)
		if ((s->fd[2 + i].revents & POLLIN) != 0)
			serve_accept(s, s->listener.fd[i], now);
	serve_log(s);
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

/* -1: nobody would know where to connect. */
static int
serve_tell(struct serve *s, struct err *e)
{
	char address[256], port[16];
	for (size_t i = 0; s->c->ready != NULL && i < s->listener.n; i++) {
		if (listener_name(&s->listener, i, address, port, e) < 0)
			return -1;
		s->c->ready(s->c->ready_arg, address, port);
	}
	serve_log(s);
	return 0;
}

static bool
serve_raised(const struct serve *s)
{
	return __atomic_load_n(&s->loop->raised, __ATOMIC_ACQUIRE) != 0;
}

/* All that is to be said has been sent. */
static bool
serve_is_quiet(const struct serve *s)
{
	for (size_t i = 0; i < s->nconn; i++)
		if (!s->conn[i].shut)
			return false;
	return true;
}

/* Lets those go who are connected. */
static void
serve_end(struct serve *s)
{
	int64_t last = loop_deadline(SERVE_GRACE_MS);
	listener_release(&s->listener);
	s->ending = true;
	s->text_ns = loop_deadline(SERVE_TEXT_MS);
	for (size_t i = 0; i < s->nconn; i++)
		serve_conn_turn(s, &s->conn[i], 0, loop_now_ns());
	serve_sweep(s);
	for (bool quiet = false;
	     s->nconn > 0 && !serve_raised(s) && loop_now_ns() < last;) {
		if (!quiet && serve_is_quiet(s)) {
			int64_t soon = loop_deadline(SERVE_QUIET_MS);
			last = soon < last ? soon : last;
			quiet = true;
		}
		serve_round(s, last);
	}
}

static void
serve_loop(struct serve *s)
{
	while (!serve_raised(s) && !(serve_done(s) && s->nconn == 0))
		serve_round(s, LOOP_FOREVER);
	if (!serve_raised(s))
		return;
	int sig = s->loop->raised;
	loop_clear(s->loop);
	serve_end(s);
	loop_raise(s->loop, sig);
}

static int
serve_listen(struct serve *s, struct err *e)
{
	const struct serve_config *c = s->c;
	return c->path != NULL
		   ? listener_unix(&s->listener, c->path, e)
		   : listener_tcp(&s->listener, c->address, c->port, e);
}

static void
serve_init(struct serve *s, const struct serve_config *c, struct loop *l)
{
	s->c = c;
	s->loop = l;
	s->log_full = -1;
	s->max = c->sessions_max > 0 ? c->sessions_max : SERVE_SESSIONS;
	s->client_max = c->client_max > 0 ? c->client_max : (s->max + 1) / 2;
	s->fd = mem_grow(NULL, SERVE_OTHERS, sizeof *s->fd);
	s->peer = c->peer;
	s->peer.auth_failed = serve_auth_failed;
	s->peer.auth_failed_arg = s;
	serve_raise_limit(s->max);
}

int
serve_run(const struct serve_config *c, struct loop *l,
    unsigned long *complaints, struct err *e)
{
	struct serve *s = mem_zalloc(sizeof *s);
	serve_init(s, c, l);
	int rc = serve_listen(s, e);
	if (rc == 0 && c->bound != NULL)
		rc = c->bound(c->bound_arg, e);
	if (rc == 0)
		rc = serve_tell(s, e);
	if (rc == 0)
		serve_loop(s);
	for (size_t i = 0; i < s->nconn; i++)
		serve_release_conn(s, &s->conn[i]);
	serve_log(s);
	listener_release(&s->listener);
	clients_release(&s->clients);
	if (complaints != NULL)
		*complaints = s->complaints;
	free(s->conn);
	free(s->fd);
	free(s);
	return rc;
}
