/* The loop: arrivals, timers, what is ready; beginning and ending. */
#include "cmd/front/load_parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include "cmd/talk/past.h"

#define LOAD_SPARE_FDS 32
#define LOAD_TICK_NS   INT64_C(1000000000)
/* What messages under way still get once the end is wanted. */
#define LOAD_GRACE_NS INT64_C(10000000000)

/* As many descriptors as sessions; a limit that is too low is raised. */
static int
load_descriptors(const struct load *l, struct err *e)
{
	const struct where *w = &l->sh->talk.where;
	uint64_t each = w->kind == WHERE_PIPE ? 2 : 1;
	uint64_t want = l->plan.sessions * each + LOAD_SPARE_FDS;
	struct rlimit files;
	if (l->sh->talk.sandbox != NULL ||
	    getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= want)
		return 0;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_max < want)
		return err_set(e, ERR_USAGE,
		    "%llu sessions need %llu descriptors, and the limit is "
		    "%llu (ulimit -Hn): raise it, or fewer --sessions",
		    (unsigned long long)l->plan.sessions,
		    (unsigned long long)want,
		    (unsigned long long)files.rlim_max);
	return 0;
}

/* --start-at: all machines by their own clocks. False: interrupted. */
static bool
load_await_start(struct load *l)
{
	int64_t at = l->plan.start_at;
	while (at > 0) {
		struct timespec now;
		clock_gettime(CLOCK_REALTIME, &now);
		int64_t left = (at - now.tv_sec) * 1000000000 - now.tv_nsec;
		if (left <= 0)
			break;
		if (loop_wait(&l->sh->loop, NULL, 0, loop_now_ns() + left) ==
		    LOOP_INTR)
			return false;
	}
	return true;
}

static double
load_wall(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
load_begin_run(struct load *l)
{
	struct figures *f = &l->figures;
	struct load_plan *p = &l->plan;
	l->began_ns = loop_now_ns();
	l->stop_ns =
	    p->duration_ns > 0 ? l->began_ns + p->duration_ns : LOOP_FOREVER;
	l->next_ns = l->began_ns;
	if (p->rate > 0)
		l->next_ns += (int64_t)(1e9 / p->rate * (double)p->shard /
					(double)p->shards);
	l->random = (uint64_t)l->began_ns * 2654435761u + (uint64_t)getpid();
	l->random |= 1;
	f->began = load_wall();
	f->now_ns = 0;
	f->sessions = p->sessions;
	f->rate = p->rate;
}

/* Sessions begin evenly over the ramp; the first finds the place. */
static int64_t
load_start_sessions(struct load *l, int64_t now)
{
	const struct load_plan *p = &l->plan;
	while (l->begun < p->sessions && !l->stopping) {
		int64_t at = l->began_ns +
			     (int64_t)((double)p->ramp_ns * (double)l->begun /
				       (double)p->sessions);
		if (l->begun > 0 && !l->found)
			return LOOP_FOREVER;
		if (at > now)
			return at;
		load_session_start(&l->session[l->begun++]);
	}
	return LOOP_FOREVER;
}

static void
load_stop(struct load *l, bool now)
{
	l->stopping = true;
	l->idle = NULL;
	l->idle_end = &l->idle;
	for (size_t i = 0; i < l->plan.sessions; i++)
		load_session_stop(&l->session[i], now);
}

/* The first signal ends it politely, the second at once. */
static void
load_signal(struct load *l)
{
	char octets[16];
	ssize_t n = read(l->sh->loop.wake[0], octets, sizeof octets);
	for (ssize_t i = 0; i < n; i++) {
		l->figures.interrupted = true;
		if (l->stopping)
			l->hasty = true;
		l->hasty_ns = loop_now_ns() + LOAD_GRACE_NS;
		load_stop(l, l->hasty);
	}
}

static int64_t
load_due(struct load *l, int64_t now)
{
	int64_t due = LOOP_FOREVER;
	while (l->idle != NULL && load_clock_next(l, now, &due)) {
		if (l->plan.rate > 0)
			hdr_add(l->figures.lag, now - due);
		load_session_give(load_idle_take(l), due);
	}
	if (l->idle == NULL)
		return LOOP_FOREVER;
	/* Nothing will come any more. */
	if (due == LOOP_FOREVER || now >= l->stop_ns) {
		load_stop(l, false);
		return LOOP_FOREVER;
	}
	return due;
}

static int64_t
load_earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
load_turn(struct load *l)
{
	struct load_session *s;
	int64_t now = loop_now_ns();
	int64_t until = l->figures.now_ns + l->began_ns + LOAD_TICK_NS;
	if (now >= until) {
		load_page_tick(l, now, false);
		until = l->figures.now_ns + l->began_ns + LOAD_TICK_NS;
	}
	until = load_earlier(until, load_start_sessions(l, now));
	while ((s = load_timer_take(l, now)) != NULL)
		load_session_go(s);
	until = load_earlier(until, load_due(l, now));
	if (l->nheap > 0)
		until = load_earlier(until, l->heap[0]->when_ns);
	if (l->stopping && l->hasty_ns != 0 && now >= l->hasty_ns)
		l->hasty = true;
	if (l->stopping)
		load_stop(l, l->hasty);
	if (l->over == l->plan.sessions)
		return;
	load_pace_nap(l, now, until);
	size_t n = swarm_wait(l->swarm, until);
	load_pace_found(l, now, n);
	for (size_t i = 0; i < n; i++) {
		short events;
		void *who = swarm_ready(l->swarm, i, &events);
		if (who == l)
			load_signal(l);
		else if (who != NULL)
			load_session_go(who);
	}
}

static int
load_prepare(struct load *l, const struct opts *o, struct err *e)
{
	struct load_plan *p = &l->plan;
	const struct where *w = &l->sh->talk.where;
	if (load_plan_init(p, l->sh, o, e) < 0 || load_descriptors(l, e) < 0)
		return -1;
	if (!l->sh->talk.has_where && l->sh->talk.sandbox == NULL)
		return err_set(e, ERR_USAGE,
		    "--load: no host: name one, or --socket, --pipe, "
		    "--sandbox");
	if (w->kind == WHERE_TCP && w->host != NULL &&
	    (w->host[strspn(w->host, "0123456789.")] == '\0' ||
		strchr(w->host, ':') != NULL) &&
	    load_care(l, w->host, e) < 0)
		return -1;
	if (swarm_new(&l->swarm, e) < 0)
		return -1;
	swarm_set(l->swarm, l->sh->loop.wake[0], POLLIN, l, true);
	load_env_init(l);
	l->idle_end = &l->idle;
	l->heap = mem_alloc((p->sessions + 1) * sizeof *l->heap);
	l->session = mem_zalloc((p->sessions + 1) * sizeof *l->session);
	if (vars_expand(
		&l->sh->talk.vars, NULL, "${helo}", 7, false, &l->helo, e) < 0)
		return -1;
	for (size_t i = 0; i < p->sessions; i++)
		load_session_init(l, &l->session[i], (unsigned)i + 1);
	return load_page_new(l, o, e);
}

/* CPU since then, which is what this said the first time; and memory. */
static void
load_usage(struct load *l, int64_t since_ns)
{
	struct figures *f = &l->figures;
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	f->cpu_ns =
	    ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
	    ((int64_t)u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000 -
	    since_ns;
#ifdef __APPLE__
	f->memory = u.ru_maxrss;
#else
	f->memory = (int64_t)u.ru_maxrss * 1024;
#endif
}

static void
load_release(struct load *l)
{
	load_page_free(l);
	for (size_t i = 0; l->session != NULL && i < l->plan.sessions; i++)
		load_session_release(&l->session[i]);
	free(l->session);
	free(l->heap);
	swarm_free(l->swarm);
	figures_release(&l->figures);
	load_plan_release(&l->plan);
	if (l->host.naddress > 0) {
		l->host.naddress = 0;
		route_host_release(&l->host);
	}
	free(l->address);
	buf_release(&l->helo);
	free(l->user);
	sasl_secret_wipe(&l->secret);
}

/* The conditions of --fail-if: 1 where one holds. */
static int
load_judge(struct load *l, const struct opts *o, bool tell, struct err *e)
{
	int status = 0;
	for (size_t i = 0; i < o->fail_if.n; i++) {
		struct buf why = BUF_INIT;
		int r = figures_holds(&l->figures, o->fail_if.item[i], &why, e);
		if (r > 0 && tell)
			out_error(&l->sh->out, "--fail-if %s", buf_str(&why));
		buf_release(&why);
		if (r < 0)
			return -1;
		status |= r;
	}
	return status;
}

static int
load_status(struct load *l, const struct opts *o)
{
	struct err e = { 0 };
	const struct figures *f = &l->figures;
	if (l->fatal.kind != ERR_NONE) {
		shell_error(l->sh, &l->fatal);
		return err_status(l->fatal.kind);
	}
	if (load_page_end(l, o, &e) < 0) {
		shell_error(l->sh, &e);
		return err_status(e.kind);
	}
	if (load_judge(l, o, true, &e) > 0 || f->missed > 0)
		return 1;
	/* Who says how many errors are too many bears the rest. */
	for (size_t i = 0; i < o->fail_if.n; i++) {
		const char *c = o->fail_if.item[i];
		c += strspn(c, " ");
		if (strncmp(c, "errors", 6) == 0 && strchr(c, '>') != NULL)
			return 0;
	}
	return l->status;
}

static void
load_go(struct load *l)
{
#ifdef PR_SET_TIMERSLACK
	prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
#endif
	/* What was dialled, for who is told why nobody was reached. */
	past_open(&l->sh->talk);
	load_begin_run(l);
	/* Starting is no part of what a message costs. */
	load_usage(l, 0);
	int64_t before = l->figures.cpu_ns;
	while (l->over < l->plan.sessions)
		load_turn(l);
	int64_t end = loop_now_ns();
	l->figures.elapsed_ns = end - l->began_ns;
	l->figures.unbegun = load_clock_unbegun(l);
	load_usage(l, before);
	load_page_tick(l, end, true);
}

int
load_run(struct shell *sh, const struct opts *o)
{
	struct load *l = mem_zalloc(sizeof *l);
	struct err e = { 0 };
	int status;
	l->sh = sh;
	figures_init(&l->figures);
	int r = load_prepare(l, o, &e);
	/* A slip in a condition is found before, not after an hour. */
	if (r == 0 && load_judge(l, o, false, &e) < 0)
		r = -1;
	if (r == 0 && !load_await_start(l))
		r = err_set(&e, ERR_INTR, "interrupted");
	if (r < 0) {
		shell_error(sh, &e);
		status = err_status(e.kind);
	} else {
		load_go(l);
		status = load_status(l, o);
	}
	sh->talk.tally.status = status;
	load_release(l);
	free(l);
	return status;
}
