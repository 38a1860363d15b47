/* The crew's life: listens, starts the threads, sees to their end. A signal
 * begins it: rounds go on for a moment, and nobody else is let in. */
#include "net/serve/serve_priv.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "net/core/buf.h"

#define SERVE_SESSIONS	  12000
#define SERVE_FEW	  1000 /* sessions that a limit should leave */
#define SERVE_GRACE_NS	  1000000000
#define SERVE_FAREWELL_NS 800000000
/* Besides sockets: standard ones, a log, what a crew and libraries hold. */
#define SERVE_OTHERS 64

bool
serve_raised(const struct serve *s)
{
	return __atomic_load_n(&s->loop->raised, __ATOMIC_ACQUIRE) != 0;
}

bool
serve_done(const struct serve *s)
{
	return s->c->count > 0 && s->sessions >= s->c->count;
}

void
serve_end(struct serve *s)
{
	int64_t now = loop_now_ns();
	s->signal = s->loop->raised;
	loop_clear(s->loop);
	door_shut(&s->crew[0]);
	s->text_ns =
	    now + (s->c->grace_ns > 0 ? s->c->grace_ns : SERVE_GRACE_NS);
	s->last_ns = s->text_ns + SERVE_FAREWELL_NS;
	atomic_store(&s->ending, true);
	for (size_t i = 1; i < s->ncrew; i++)
		serve_nudge(&s->crew[i]);
}

void
serve_figures(struct serve *s, int64_t now, bool last)
{
	struct serve_figures f = { .ns = now - s->began_ns,
		.sessions = s->sessions,
		.refused = s->refused,
		.open = atomic_load(&s->open) };
	for (size_t i = 0; i < s->ncrew; i++) {
		f.messages += peer_tally_get(&s->crew[i].tally.messages);
		f.octets += peer_tally_get(&s->crew[i].tally.octets);
	}
	pthread_mutex_lock(&s->lock);
	s->c->figures(s->c->figures_arg, &f, last);
	atomic_store(&s->told, true);
	pthread_mutex_unlock(&s->lock);
}

/* A session needs its socket and, while a message is stored, two descriptors
 * a mailbox. How many sessions there is room for. */
static size_t
serve_raise_limit(struct serve *s, size_t sessions)
{
	struct rlimit r;
	size_t each = s->c->peer.maildir == NULL ? 1 : 3;
	rlim_t want = sessions * each + SERVE_OTHERS;
	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= want)
		return sessions;
	rlim_t had = r.rlim_cur;
	r.rlim_cur = want < r.rlim_max ? want : r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) != 0)
		r.rlim_cur = had;
	if (r.rlim_cur >= want)
		return sessions;
	return r.rlim_cur <= SERVE_OTHERS
		   ? 1
		   : (size_t)(r.rlim_cur - SERVE_OTHERS) / each;
}

static void
serve_seats(struct serve *s)
{
	const struct serve_config *c = s->c;
	size_t want = c->sessions_max > 0 ? c->sessions_max : SERVE_SESSIONS;
	s->max = serve_raise_limit(s, want);
	s->client_max = c->client_max;
	if (s->max >= SERVE_FEW || s->max >= want || c->warn == NULL)
		return;
	char *text = mem_printf("the limit on open files (ulimit -n) leaves "
				"room for %zu sessions at once; more wait",
	    s->max);
	c->warn(c->warn_arg, text);
	free(text);
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
	atomic_store(&s->told, true);
	serve_log(&s->crew[0]);
	return 0;
}

static int
serve_listen(struct serve *s, struct err *e)
{
	const struct serve_config *c = s->c;
	int r = c->path != NULL
		    ? listener_unix(&s->listener, c->path, e)
		    : listener_tcp(&s->listener, c->address, c->port, e);
	return r == 0 && c->bound != NULL ? c->bound(c->bound_arg, e) : r;
}

static void *
serve_thread(void *arg)
{
	crew_run(arg);
	return NULL;
}

/* The threads take no signals: the first one waits for them. Behind bound(),
 * so that its walls hold for all. */
static int
serve_start(struct serve *s, struct err *e)
{
	sigset_t all, before;
	int r = 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (size_t i = 1; i < s->ncrew && r == 0; i++) {
		struct crew *w = &s->crew[i];
		r = pthread_create(&w->thread, NULL, serve_thread, w);
		s->started += r == 0;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r == 0 ? 0
		      : err_set(e, ERR_TEMP, "cannot start a thread: %s",
			    strerror(r));
}

static void
serve_loop(struct serve *s)
{
	crew_run(&s->crew[0]);
	int sig = s->signal;
	if (!atomic_load(&s->ending))
		serve_end(s);
	for (size_t i = 1; i <= s->started; i++)
		pthread_join(s->crew[i].thread, NULL);
	s->started = 0;
	if (sig != 0)
		loop_raise(s->loop, sig);
}

static int
serve_init(struct serve *s, const struct serve_config *c, struct loop *l,
    struct err *e)
{
	s->c = c;
	s->loop = l;
	s->ncrew = c->threads > 0 ? c->threads : 1;
	s->crew = mem_zalloc(s->ncrew * sizeof *s->crew);
	s->began_ns = s->told_ns = loop_now_ns();
	pthread_mutex_init(&s->lock, NULL);
	serve_seats(s);
	int r = 0;
	for (size_t i = 0; i < s->ncrew; i++)
		if (crew_init(&s->crew[i], s, e) < 0)
			r = -1;
	return r;
}

static void
serve_release(struct serve *s)
{
	if (s->started > 0)
		serve_end(s);
	for (size_t i = 1; i <= s->started; i++)
		pthread_join(s->crew[i].thread, NULL);
	listener_release(&s->listener);
	for (size_t i = s->ncrew; i-- > 0;)
		crew_release(&s->crew[i]);
	clients_release(&s->clients);
	pthread_mutex_destroy(&s->lock);
	free(s->crew);
	free(s);
}

int
serve_run(const struct serve_config *c, struct loop *l,
    unsigned long *complaints, struct err *e)
{
	struct serve *s = mem_zalloc(sizeof *s);
	int r = serve_init(s, c, l, e);
	if (r == 0)
		r = serve_listen(s, e);
	if (r == 0)
		r = serve_tell(s, e);
	if (r == 0)
		r = serve_start(s, e);
	if (r == 0) {
		serve_loop(s);
		for (size_t i = 0; i < s->ncrew; i++)
			crew_close(&s->crew[i]);
		if (c->figures != NULL)
			serve_figures(s, loop_now_ns(), true);
	}
	if (complaints != NULL)
		*complaints = atomic_load(&s->complaints);
	serve_log(&s->crew[0]);
	serve_release(s);
	return r;
}
