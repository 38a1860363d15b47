/* One thread's rounds: wait, give each connection that is ready one turn, then
 * those whose time has come, then let others in. In a turn a connection may
 * read one block and write one, so none starves another. Who is not to be read
 * (its peer has enough to do) is not watched for reading, and TCP makes its
 * client wait. A connection stays with its thread: nothing of a session is
 * shared. */
#include "net/serve/serve_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "net/core/buf.h"

#define CREW_LOG_MS    100
#define CREW_LOOK_MS   50 /* for a signal, where another thread has it */
#define CREW_QUIET_MS  250
#define CREW_FIGURE_NS 1000000000
#define CREW_BLIND_MS  20

void
serve_log(struct crew *w)
{
	struct serve *s = w->s;
	if (s->c->log_flush == NULL || !atomic_load(&s->told))
		return;
	pthread_mutex_lock(&s->lock);
	int full = s->c->log_flush(s->c->log_arg);
	atomic_store(&s->told, full >= 0);
	pthread_mutex_unlock(&s->lock);
	if (full < 0 && w->log_watched)
		watch_drop(&w->watch, w->log.fd, WATCH_OUT);
	bool was = w->log_watched;
	w->log.fd = full;
	w->log_watched = full >= 0 && (was || watch_add(&w->watch, full,
						  &w->log, WATCH_OUT) == 0);
}

/* A peer tells; another thread's may as well. */
static void
crew_tell(
    void *arg, unsigned long session, char dir, const char *text, size_t len)
{
	struct serve *s = arg;
	pthread_mutex_lock(&s->lock);
	s->c->peer.log(s->c->peer.log_arg, session, dir, text, len);
	atomic_store(&s->told, true);
	pthread_mutex_unlock(&s->lock);
}

static void
crew_taken(void *arg, const struct peer_taken *t)
{
	struct serve *s = arg;
	pthread_mutex_lock(&s->lock);
	s->c->peer.taken(s->c->peer.taken_arg, t);
	atomic_store(&s->told, true);
	pthread_mutex_unlock(&s->lock);
}

/* A peer's ear: a login failed. */
static unsigned
crew_auth_failed(void *arg, unsigned long session)
{
	struct crew *w = arg;
	size_t i = 0;
	while (i < w->nconn && w->conn[i]->session != session)
		i++;
	if (i == w->nconn)
		return 0;
	pthread_mutex_lock(&w->s->lock);
	unsigned n =
	    clients_failed(&w->s->clients, &w->conn[i]->client, loop_now_ns());
	pthread_mutex_unlock(&w->s->lock);
	return n;
}

int
crew_init(struct crew *w, struct serve *s, struct err *e)
{
	w->s = s;
	w->nudge[0] = w->nudge[1] = -1;
	w->block_len = s->c->peer.smtpd.discard ? SERVE_BIG_BLOCK : SERVE_BLOCK;
	w->block = mem_alloc(w->block_len);
	w->log = (struct serve_mark){ SERVE_LOG, -1 };
	w->peer = s->c->peer;
	w->peer.tally = &w->tally;
	w->peer.auth_failed = crew_auth_failed;
	w->peer.auth_failed_arg = w;
	if (s->c->peer.log != NULL) {
		w->peer.log = crew_tell;
		w->peer.log_arg = s;
	}
	if (s->c->peer.taken != NULL) {
		w->peer.taken = crew_taken;
		w->peer.taken_arg = s;
	}
	if (watch_init(&w->watch, e) < 0)
		return -1;
	if (pipe2(w->nudge, O_CLOEXEC | O_NONBLOCK) != 0)
		return err_set(e, ERR_TEMP, "no descriptor is left");
	w->nudged = (struct serve_mark){ SERVE_NUDGE, w->nudge[0] };
	w->wake = (struct serve_mark){ SERVE_WAKE, s->loop->wake[0] };
	if (watch_add(&w->watch, w->nudge[0], &w->nudged, WATCH_IN) < 0 ||
	    (w == s->crew &&
		watch_add(&w->watch, s->loop->wake[0], &w->wake, WATCH_IN) < 0))
		return err_set(e, ERR_TEMP, "cannot wait for a signal");
	return 0;
}

void
crew_close(struct crew *w)
{
	while (w->nconn > 0)
		serve_conn_release(w, w->conn[0]);
}

void
crew_release(struct crew *w)
{
	crew_close(w);
	for (size_t i = 0; i < w->ninbox; i++) {
		close(w->inbox[i].fd);
		free(w->inbox[i].from);
	}
	for (int i = 0; i < 2; i++)
		if (w->nudge[i] >= 0)
			close(w->nudge[i]);
	watch_release(&w->watch);
	alarms_release(&w->alarms);
	free(w->block);
	free(w->inbox);
	free(w->conn);
	free(w->gone);
}

void
serve_nudge(struct crew *w)
{
	/* A full pipe has woken it already. */
	ssize_t n = write(w->nudge[1], "", 1);
	(void)n;
}

static void
crew_nudged(struct crew *w)
{
	char drop[64];
	while (read(w->nudge[0], drop, sizeof drop) > 0)
		;
	door_fetch(w);
}

/* Releases who has gone. */
static void
crew_sweep(struct crew *w)
{
	if (w->ngone > 0)
		w->pause_ns = 0;
	while (w->ngone > 0)
		serve_conn_release(w, w->gone[--w->ngone]);
}

static struct serve_conn *
crew_of_alarm(struct alarm *a)
{
	return (
	    struct serve_conn *)(void *)((char *)a -
					 offsetof(struct serve_conn, alarm));
}

/* When to look again at the latest. */
static int64_t
crew_until(struct crew *w, int64_t now, int64_t latest)
{
	const struct serve *s = w->s;
	const struct alarm *a = alarms_first(&w->alarms);
	int64_t until = a == NULL ? LOOP_FOREVER : a->at_ns;
	bool first = w == s->crew;
	if (first && now < w->pause_ns && w->pause_ns < until)
		until = w->pause_ns;
	if (first && s->c->figures != NULL &&
	    s->told_ns + CREW_FIGURE_NS < until)
		until = s->told_ns + CREW_FIGURE_NS;
	if (w->log.fd >= 0 && !w->log_watched &&
	    now + CREW_LOG_MS * 1000000 < until)
		until = now + CREW_LOG_MS * 1000000;
	return latest < until ? latest : until;
}

/* Those whose time has come. */
static void
crew_ring(struct crew *w, int64_t now)
{
	struct alarm *a;
	while ((a = alarms_first(&w->alarms)) != NULL && a->at_ns <= now) {
		struct serve_conn *k = crew_of_alarm(a);
		alarms_drop(&w->alarms, a);
		serve_conn_turn(w, k, 0, now);
		/* A time that has passed again waits for the next round. */
		if (k->alarm.place != 0 && k->alarm.at_ns <= now)
			break;
	}
}

static void
crew_turn_all(struct crew *w, unsigned got)
{
	int64_t now = loop_now_ns();
	for (size_t i = 0, n = w->nconn; i < n; i++)
		serve_conn_turn(w, w->conn[i], got, now);
}

/* No wait can be had (no memory): a moment later everything is tried, since
 * nothing here can block. */
static void
crew_blind(struct crew *w)
{
	const struct timespec moment = { 0, CREW_BLIND_MS * 1000000 };
	nanosleep(&moment, NULL);
	crew_nudged(w);
	crew_turn_all(w, WATCH_IN | WATCH_OUT);
	for (size_t i = 0; w->listening && i < w->s->listener.n; i++)
		door_accept(w, w->s->listener.fd[i], loop_now_ns());
}

static void
crew_found(struct crew *w, const struct watch_found *f, int64_t now)
{
	struct serve_mark *m = f->arg;
	switch (m->kind) {
	case SERVE_WAKE:
		/* An octet that was left over from before. */
		if (!serve_raised(w->s))
			loop_clear(w->s->loop);
		break;
	case SERVE_NUDGE:
		crew_nudged(w);
		break;
	case SERVE_LOG:
		serve_log(w);
		break;
	case SERVE_LISTENER:
		break;
	case SERVE_CLIENT:
		serve_conn_turn(
		    w, (struct serve_conn *)(void *)m, f->what, now);
	}
}

/* Behind the turns: who left has made room. */
static void
crew_let_in(struct crew *w, const struct watch_found *found, int n, int64_t now)
{
	for (int i = 0; i < n; i++) {
		const struct serve_mark *m = found[i].arg;
		if (m->kind == SERVE_LISTENER)
			door_accept(w, m->fd, now);
	}
}

static void
crew_figures(struct crew *w, int64_t now)
{
	struct serve *s = w->s;
	if (w != s->crew || s->c->figures == NULL ||
	    now - s->told_ns < CREW_FIGURE_NS)
		return;
	s->told_ns = now;
	serve_figures(s, now, false);
}

static void
crew_round(struct crew *w, int64_t latest)
{
	struct watch_found found[WATCH_MAX];
	int64_t now = loop_now_ns();
	if (w == w->s->crew)
		door_mind(w, now);
	int n = watch_wait(&w->watch, found, crew_until(w, now, latest));
	if (n < 0 && errno != EINTR)
		crew_blind(w);
	now = loop_now_ns();
	/* Marks of clients live until the sweep. */
	bool clients = false, listeners = false;
	for (int i = 0; i < n; i++) {
		const struct serve_mark *m = found[i].arg;
		clients |= m->kind == SERVE_CLIENT;
		listeners |= m->kind == SERVE_LISTENER;
		crew_found(w, &found[i], now);
	}
	crew_ring(w, now);
	if (w->log.fd >= 0 && !w->log_watched)
		serve_log(w);
	if (listeners)
		crew_let_in(w, found, n, now);
	crew_sweep(w);
	if (clients || listeners)
		serve_log(w);
	crew_figures(w, now);
}

/* All that is to be said has been sent. */
static bool
crew_is_quiet(const struct crew *w)
{
	for (size_t i = 0; i < w->nconn; i++)
		if (!w->conn[i]->shut)
			return false;
	return true;
}

/* Lets those go who are connected. */
static void
crew_end(struct crew *w)
{
	struct serve *s = w->s;
	int64_t last = s->last_ns;
	bool quiet = false, late = false;
	door_fetch(w);
	crew_turn_all(w, 0);
	crew_sweep(w);
	while (w->nconn > 0 && !serve_raised(s) && loop_now_ns() < last) {
		int64_t latest = last;
		if (!quiet && crew_is_quiet(w)) {
			int64_t soon = loop_deadline(CREW_QUIET_MS);
			last = soon < last ? soon : last;
			quiet = true;
		}
		if (!late && s->text_ns < latest)
			latest = s->text_ns;
		if (s->ncrew > 1 && loop_deadline(CREW_LOOK_MS) < latest)
			latest = loop_deadline(CREW_LOOK_MS);
		crew_round(w, latest < last ? latest : last);
		if (!late && loop_now_ns() >= s->text_ns) {
			late = true;
			crew_turn_all(w, 0);
			crew_sweep(w);
		}
	}
}

/* The last session is over, and no other will begin. */
static bool
crew_is_done(const struct crew *w)
{
	const struct serve *s = w->s;
	if (!serve_done(s))
		return false;
	return w == s->crew ? atomic_load(&s->open) == 0 : false;
}

void
crew_run(struct crew *w)
{
	struct serve *s = w->s;
	while (!atomic_load(&s->ending) && !crew_is_done(w)) {
		if (w == s->crew && serve_raised(s))
			serve_end(s);
		else
			crew_round(w, LOOP_FOREVER);
	}
	if (atomic_load(&s->ending))
		crew_end(w);
}
