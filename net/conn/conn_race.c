/* The addresses of a host, side by side (RFC 8305): families take turns, and
 * where one has not answered in 250 ms the next is begun beside it, so that a
 * dead family or host costs no more than that. All are tried (RFC 5321 5.1),
 * each with its share of the time that is left. The first that stands is the
 * connection; the others are let go. */
#include "net/conn/conn_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONN_ADDRESS_NS INT64_C(30000000000)
#define CONN_BESIDE_MS	250 /* RFC 8305 5 */
#define CONN_RETRY_MS	10

static bool
race_is_v6(const struct conn_spot *s)
{
	return s->sa.ss_family == AF_INET6;
}

void
conn_race_begin(struct conn_dial *d)
{
	struct conn_spot *mixed =
	    mem_grow(NULL, d->nspots == 0 ? 1 : d->nspots, sizeof *mixed);
	bool six = d->nspots > 0 && race_is_v6(&d->spot[0]);
	size_t at[2] = { 0, 0 }; /* of those of the first's family, others */
	for (size_t n = 0; n < d->nspots;) {
		size_t side = n % 2;
		for (size_t k = 0; k < 2; k++, side = !side) {
			bool want = side == 0 ? six : !six;
			while (at[side] < d->nspots &&
			       race_is_v6(&d->spot[at[side]]) != want)
				at[side]++;
			if (at[side] < d->nspots)
				break;
		}
		mixed[n++] = d->spot[at[side]++];
	}
	free(d->spot);
	d->spot = mixed;
	d->stage = CONN_CONNECT;
}

/* The share of one address when left of them, this included, remain. */
static int64_t
race_share(int64_t deadline_ns, size_t left)
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
race_name(const struct conn_dial *d, struct conn_try *y)
{
	const struct conn_spot *s = &d->spot[y->spot];
	char address[NI_MAXHOST], port[16];

	if (y->family == AF_UNIX) {
		y->name = mem_dup(d->path);
		return;
	}
	if (getnameinfo(conn_spot_addr(s), s->len, address, sizeof address,
		port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		snprintf(address, sizeof address, "?");
		snprintf(port, sizeof port, "?");
	}
	y->address = mem_dup(address);
	y->name = mem_printf("%s port %s", address, port);
}

static void
race_drop(struct conn_try *y)
{
	if (y->fd >= 0)
		close(y->fd);
	free(y->name);
	free(y->address);
	*y = (struct conn_try){ .fd = -1 };
}

void
conn_race_leave(struct conn_dial *d)
{
	for (size_t i = 0; i < CONN_DIAL_FDS; i++)
		race_drop(&d->try[i]);
}

/* What of several failures is told: that nobody answers says least, so it is
 * told only of all. */
static void
race_blame(struct conn_dial *d, int error)
{
	enum err_why why = error == ECONNREFUSED ? WHY_REFUSED
			   : error == ETIMEDOUT	 ? WHY_SILENT
						 : WHY_UNREACHABLE;
	if (d->why == WHY_NONE || why == WHY_REFUSED ||
	    d->why == WHY_UNREACHABLE)
		d->why = why;
}

/* This address failed. */
static void
race_failed(struct conn_dial *d, struct conn_try *y, int error)
{

	const char *why = strerror(error);
	/* The error says it of the only one. */
	if (d->several)
		conn_tell(d, "%s: %s", y->name, why);
	buf_addf(&d->failed, "%s%s: %s", buf_len(&d->failed) > 0 ? "; " : "",
	    y->name, why);
	if (y->family == AF_INET6 && buf_len(&d->failed6) == 0)
		buf_addf(&d->failed6, "%s: %s", y->name, why);
	race_blame(d, error);
	race_drop(y);
	/* The next need not wait for its turn. */
	d->next_ns = 0;
}

static void
race_try(struct conn_dial *d, struct conn_try *y)
{
	const struct conn_spot *s = &d->spot[d->at];
	int one = 1;

	y->spot = d->at++;
	y->family = s->sa.ss_family;
	race_name(d, y);
	conn_tell(d, "trying %s", y->name);
	y->fd = conn_socket(y->family);
	y->began_ns = loop_now_ns();
	d->next_ns = loop_deadline(CONN_BESIDE_MS);
	if (y->fd < 0 ||
	    (d->local.len > 0 &&
		bind(y->fd, conn_spot_addr(&d->local), d->local.len) != 0)) {
		race_failed(d, y, errno);
		return;
	}
	if (y->family != AF_UNIX)
		setsockopt(y->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	y->until_ns = race_share(d->deadline_ns, d->nspots - y->spot);
	/* In the past: connect() now. */
	y->retry_ns = 1;
}

/* What came of a connect() under way: 0, or an errno; EINPROGRESS. */
static int
race_result(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct sockaddr_storage far;
	socklen_t far_len = sizeof far;
	int error;
	socklen_t size = sizeof error;

	/* One call where it stands, as mostly on this machine at once. */
	if (getpeername(fd, (struct sockaddr *)&far, &far_len) == 0)
		return 0;
	if (poll(&p, 1, 0) != 1)
		return EINPROGRESS;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		return errno;
	return error;
}

/* 0 or the errno with which connecting failed; EINPROGRESS: wait. On a Unix
 * socket EAGAIN says that the server's queue is full. */
static int
race_connect(const struct conn_dial *d, struct conn_try *y)
{
	const struct conn_spot *s = &d->spot[y->spot];
	int error = EINPROGRESS;

	if (y->retry_ns != 0) {
		if (connect(y->fd, conn_spot_addr(s), s->len) == 0)
			return 0;
		if (errno == EAGAIN && y->family == AF_UNIX)
			y->retry_ns = loop_deadline(CONN_RETRY_MS);
		/* EINTR leaves the connection under way, too. */
		else if (errno != EINPROGRESS && errno != EINTR)
			return errno;
		else
			y->retry_ns = 0;
	}
	if (y->retry_ns == 0)
		error = race_result(y->fd);
	if (error == EINPROGRESS && loop_now_ns() >= y->until_ns)
		error = ETIMEDOUT;
	return error;
}

/* A family that did not answer while the other did is told: elsewhere it costs
 * people half a minute a mail. */
static void
race_tell_dead(const struct conn_dial *d, const struct conn_try *won)
{
	if (won->family != AF_INET || !d->several)
		return;
	for (size_t i = 0; i < CONN_DIAL_FDS; i++) {
		const struct conn_try *y = &d->try[i];
		if (y->fd < 0 || y->family != AF_INET6)
			continue;
		double s = (double)(loop_now_ns() - y->began_ns) / 1e9;
		conn_tell(d,
		    "IPv6 (%s): no answer in %.2f s, and IPv4 was there: if "
		    "that is so each time, IPv6 does not work from here; -4 "
		    "leaves it out, and the host's owner mends its listener, "
		    "firewall or AAAA record",
		    y->name, s);
		return;
	}
	if (buf_len(&d->failed6) > 0)
		conn_tell(d,
		    "IPv6 does not work (%.*s), IPv4 does: -4 leaves IPv6 "
		    "out, and the host's owner mends its listener, firewall or "
		    "AAAA record",
		    (int)buf_len(&d->failed6), buf_data(&d->failed6));
}

static void
race_won(struct conn_dial *d, struct conn_try *y)
{
	race_tell_dead(d, y);
	d->conn = conn_new(&conn_socket_ops, y->fd, y->name, y->address);
	d->conn->sleep = CONN_SLEEP_ABLE;
	y->fd = -1;
	y->name = NULL;
	conn_race_leave(d);
	conn_intro_begin(d);
}

/* Nothing took the connection. */
static int
race_lost(struct conn_dial *d, struct err *e)
{
	err_set(e, ERR_TEMP, "cannot connect: %s", buf_str(&d->failed));
	return err_why(e, d->proxied ? WHY_PROXY : d->why);
}

/* A place for one more; NULL: it is not its time. */
static struct conn_try *
race_place(struct conn_dial *d, size_t under_way)
{
	if (d->at == d->nspots)
		return NULL;
	if (under_way > 0 && loop_now_ns() < d->next_ns)
		return NULL;
	for (size_t i = 0; i < CONN_DIAL_FDS; i++)
		if (d->try[i].fd < 0)
			return &d->try[i];
	return NULL;
}

int
conn_race_step(struct conn_dial *d, struct err *e)
{
	for (;;) {
		size_t under_way = 0;
		for (size_t i = 0; i < CONN_DIAL_FDS; i++) {
			struct conn_try *y = &d->try[i];
			if (y->fd < 0)
				continue;
			int error = race_connect(d, y);
			if (error == 0) {
				race_won(d, y);
				return 1;
			}
			if (error != EINPROGRESS)
				race_failed(d, y, error);
			else
				under_way++;
		}
		struct conn_try *y = race_place(d, under_way);
		if (y != NULL)
			race_try(d, y);
		else if (under_way == 0 && d->at == d->nspots)
			return race_lost(d, e);
		else
			return 0;
	}
}

size_t
conn_race_fds(const struct conn_dial *d, struct pollfd *fd)
{
	size_t n = 0;
	for (size_t i = 0; i < CONN_DIAL_FDS; i++)
		if (d->try[i].fd >= 0 && d->try[i].retry_ns == 0)
			fd[n++] = (struct pollfd){ .fd = d->try[i].fd,
				.events = POLLOUT };
	return n;
}

int64_t
conn_race_deadline(const struct conn_dial *d)
{
	int64_t at = LOOP_FOREVER;
	size_t n = 0;
	for (size_t i = 0; i < CONN_DIAL_FDS; i++) {
		const struct conn_try *y = &d->try[i];
		if (y->fd < 0)
			continue;
		n++;
		if (y->until_ns < at)
			at = y->until_ns;
		if (y->retry_ns != 0 && y->retry_ns < at)
			at = y->retry_ns;
	}
	if (n == 0)
		return 0;
	if (d->at < d->nspots && n < CONN_DIAL_FDS && d->next_ns < at)
		at = d->next_ns;
	return at;
}
