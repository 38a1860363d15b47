/* Who is let in. One thread accepts for all: it knows how many there are and
 * whom each serves, so limits are exact and the load is even. The others find
 * their guests in an inbox. */
#include "net/serve/serve_priv.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "net/core/buf.h"

#define DOOR_PAUSE_MS	200
#define DOOR_FULL_MS	10 /* until another thread may have room */
#define DOOR_ACCEPTS	64
#define DOOR_CLIENT_MAX 1000

static bool
door_open(const struct crew *w, int64_t now)
{
	const struct serve *s = w->s;
	return !atomic_load(&s->ending) && !serve_done(s) &&
	       atomic_load(&s->open) < s->max && now >= w->pause_ns;
}

void
door_mind(struct crew *w, int64_t now)
{
	struct serve *s = w->s;
	bool open = door_open(w, now);
	if (!open && s->ncrew > 1 && atomic_load(&s->open) >= s->max &&
	    now >= w->pause_ns)
		w->pause_ns = now + DOOR_FULL_MS * 1000000;
	if (open == w->listening)
		return;
	w->listening = open;
	for (size_t i = 0; i < s->listener.n; i++) {
		struct serve_mark *m = &w->listener[i];
		*m = (struct serve_mark){ SERVE_LISTENER, s->listener.fd[i] };
		if (!open)
			watch_drop(&w->watch, m->fd, WATCH_IN);
		else if (watch_add(&w->watch, m->fd, m, WATCH_IN) < 0) {
			w->pause_ns = now + DOOR_PAUSE_MS * 1000000;
			w->listening = i > 0;
		}
	}
}

void
door_shut(struct crew *w)
{
	struct serve *s = w->s;
	for (size_t i = 0; i < s->listener.n && w->listening; i++)
		watch_drop(&w->watch, s->listener.fd[i], WATCH_IN);
	w->listening = false;
	listener_release(&s->listener);
}

/* A client with too many sessions is told so at once, with no peer made for
 * it. Not where TLS is to come first: it could not be read there. */
static void
door_refuse(struct crew *w, int fd, const char *from)
{
	const struct peer_config *c = &w->peer;
	char *line = mem_printf("421 %s Too many sessions from %s\r\n",
	    c->smtpd.world == NULL ? "localhost" : world_host(c->smtpd.world),
	    from);
	if (!c->tls_on_connect &&
	    send(fd, line, strlen(line), MSG_NOSIGNAL) > 0) {
		shutdown(fd, SHUT_WR);
		/* What is unread would reset the connection. */
		recv(fd, w->block, w->block_len, 0);
	}
	if (c->log != NULL)
		c->log(c->log_arg, 0, '#', line + 4, strlen(line) - 6);
	w->s->refused++;
	free(line);
	close(fd);
}

/* Who called: a numeric address; "" for a Unix socket. */
static void
door_caller(
    const struct sockaddr_storage *a, socklen_t len, char *from, socklen_t size)
{
	*from = '\0';
	if (a->ss_family == AF_INET || a->ss_family == AF_INET6)
		getnameinfo((const struct sockaddr *)a, len, from, size, NULL,
		    0, NI_NUMERICHOST);
}

static void
door_post(struct crew *w, const struct serve_guest *g)
{
	struct serve *s = w->s;
	pthread_mutex_lock(&s->lock);
	w->inbox = mem_grow(w->inbox, w->ninbox + 1, sizeof(*w->inbox));
	w->inbox[w->ninbox++] = *g;
	if (g->from != NULL)
		w->inbox[w->ninbox - 1].from = mem_dup(g->from);
	pthread_mutex_unlock(&s->lock);
	serve_nudge(w);
}

void
door_fetch(struct crew *w)
{
	struct serve *s = w->s;
	pthread_mutex_lock(&s->lock);
	struct serve_guest *list = w->inbox;
	size_t n = w->ninbox;
	w->inbox = NULL;
	w->ninbox = 0;
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < n; i++) {
		serve_conn_add(w, &list[i]);
		free(list[i].from);
	}
	free(list);
}

/* How many seats one client may have: a few are kept for others, many where
 * it is not on this machine. */
static size_t
door_share(const struct serve *s, const struct client_key *client)
{
	size_t most = s->max - s->max / 8;
	if (s->client_max > 0)
		return s->client_max;
	if (clients_is_local(client) || most < DOOR_CLIENT_MAX)
		return most;
	return DOOR_CLIENT_MAX;
}

/* May that client come in? It is counted if so. */
static bool
door_enter(struct serve *s, const struct client_key *client, int64_t now)
{
	pthread_mutex_lock(&s->lock);
	bool room =
	    clients_sessions(&s->clients, client) < door_share(s, client);
	if (room)
		clients_enter(&s->clients, client, now);
	pthread_mutex_unlock(&s->lock);
	return room;
}

static void
door_let_in(struct crew *w, int fd, const struct sockaddr_storage *a,
    socklen_t len, int64_t now)
{
	struct serve *s = w->s;
	char from[128];
	struct serve_guest g = { .fd = fd, .client = clients_key(a) };
	door_caller(a, len, from, sizeof from);
	if (!door_enter(s, &g.client, now)) {
		door_refuse(w, fd, from);
		return;
	}
	g.session = atomic_fetch_add(&s->sessions, 1) + 1;
	g.from = *from == '\0' ? NULL : from;
	atomic_fetch_add(&s->open, 1);
	struct crew *to = &s->crew[(g.session - 1) % s->ncrew];
	if (to == w)
		serve_conn_add(w, &g);
	else
		door_post(to, &g);
}

void
door_accept(struct crew *w, int listener, int64_t now)
{
	for (int i = 0; i < DOOR_ACCEPTS && door_open(w, now); i++) {
		struct sockaddr_storage a = { 0 };
		socklen_t len = sizeof a;
		int fd = accept4(listener, (struct sockaddr *)&a, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			door_let_in(w, fd, &a, len, now);
		} else if (errno == EMFILE || errno == ENFILE ||
			   errno == ENOBUFS || errno == ENOMEM) {
			w->pause_ns = now + DOOR_PAUSE_MS * 1000000;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}
