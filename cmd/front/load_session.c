/* One session: takes messages, has a connection for them, keeps it or not. */
#include "cmd/front/load_parts.h"

#include <stdlib.h>
#include <string.h>

#define LOAD_BACKOFF_MS	   50 /* doubled with each failure to connect */
#define LOAD_BACKOFF_TIMES 5

static char *
load_dup(const char *s)
{
	return s == NULL ? NULL : mem_dup(s);
}

void
load_session_init(struct load *l, struct load_session *s, unsigned number)
{
	const struct talk *from = &l->sh->talk;
	struct talk *t = &s->t;
	struct err ignored;
	s->load = l;
	s->number = number;
	talk_init(t, &l->env, l->sh);
	l->builtin = t->vars.builtin;
	t->vars.builtin = load_builtin;
	t->set = from->set;
	t->where = from->where;
	t->where.host = load_dup(from->where.host);
	t->where.port = load_dup(from->where.port);
	t->where.path = load_dup(from->where.path);
	t->where.command = load_dup(from->where.command);
	t->where.bind = load_dup(from->where.bind);
	t->has_where = from->has_where;
	t->proxy = from->proxy;
	t->proxy_protocol = from->proxy_protocol;
	t->sandbox = from->sandbox;
	t->secure = from->secure;
	t->auth = from->auth;
	t->must_verify = from->must_verify;
	t->trusting = from->trusting;
	t->mx = from->mx;
	t->reading = from->reading;
	for (size_t i = 0; i < from->vars.n; i++)
		vars_copy(&t->vars, &from->vars.var[i]);
	/* Who we are is asked once. */
	int r = vars_get(&t->vars, "helo") != NULL
		    ? 0
		    : vars_set(&t->vars, "helo", buf_str(&l->helo),
			  buf_len(&l->helo), &ignored);
	(void)r;
	s->wake_ns = LOOP_FOREVER;
	s->at = FIGURE_CONNECT;
}

void
load_session_release(struct load_session *s)
{
	talk_release(&s->t);
	free(s->bad_text);
	for (size_t i = 0; i < 2; i++) {
		buf_release(&s->mail[i].one.mail.said);
		buf_release(&s->mail[i].path);
		free(s->mail[i].fate);
		free(s->mail[i].to);
	}
}

/* Descriptors. */

static void
load_watch(struct load_session *s, bool reads)
{
	struct load *l = s->load;
	struct pollfd fd[8];
	size_t n = talk_fds(&s->t, fd);
	bool opening = s->t.wait == TALK_OPEN && s->state == LOAD_BUSY;
	for (size_t i = 0; i < n; i++)
		if (reads || (fd[i].events & POLLOUT))
			swarm_set(l->swarm, fd[i].fd, fd[i].events, s,
			    s->fresh || opening);
		else
			swarm_drop(l->swarm, fd[i].fd, s);
	s->fresh = false;
}

/* Whether the next message may go by the same connection. */
static bool
load_keeps(const struct load_session *s)
{
	const struct load_plan *p = &s->load->plan;
	const struct talk *t = &s->t;
	return t->link != NULL && link_is_open(t->link) && !t->closing &&
	       !t->broken && !t->stopped && !t->said_quit && !t->unmet &&
	       talk_state(t) != SMTP_TEXT && talk_state(t) != SMTP_CHUNKS &&
	       (p->keep == 0 || s->kept < p->keep) &&
	       (s->file == NULL || !s->file->whole) &&
	       smtp_owed(link_smtp(t->link)) == 0;
}

static void
load_idle(struct load_session *s)
{
	struct load *l = s->load;
	s->state = LOAD_IDLE;
	s->next = NULL;
	*l->idle_end = s;
	l->idle_end = &s->next;
}

struct load_session *
load_idle_take(struct load *l)
{
	struct load_session *s = l->idle;
	if (s == NULL)
		return NULL;
	l->idle = s->next;
	if (l->idle == NULL)
		l->idle_end = &l->idle;
	return s;
}

static void
load_pause(struct load_session *s, int64_t ns)
{
	s->state = LOAD_PAUSING;
	load_timer(s->load, s, loop_now_ns() + ns);
}

static void
load_over(struct load_session *s)
{
	if (s->state != LOAD_OVER)
		s->load->over++;
	s->state = LOAD_OVER;
	load_timer(s->load, s, LOOP_FOREVER);
}

/* Free: the next message, or none. True: it has begun one. */
static bool
load_free(struct load_session *s)
{
	struct load *l = s->load;
	int64_t now = loop_now_ns(), due;
	/* Those that wait longer come first. */
	if (l->idle == NULL && load_clock_next(l, now, &due)) {
		if (l->plan.rate > 0) {
			hdr_add(l->figures.lag, now - due);
			l->figures.late += now - due > 1000000;
		}
		load_take(s, due);
		load_begin(s);
		return true;
	}
	if (load_clock_due(l) != LOOP_FOREVER && now < l->stop_ns) {
		load_idle(s);
		return false;
	}
	if (s->t.link == NULL) {
		load_over(s);
		return false;
	}
	s->state = LOAD_LEAVING;
	talk_end(&s->t);
	return true;
}

/* Behind a message, or a group of them. */
static bool
load_further(struct load_session *s)
{
	struct load *l = s->load;
	struct talk *t = &s->t;
	bool keeps = load_keeps(s);
	/* Nobody could be reached. */
	if (!l->found) {
		l->fatal = t->told;
		l->stopping = true;
	}
	if (l->plan.think_ns > 0 && keeps && !l->stopping) {
		load_pause(s, l->plan.think_ns);
		return false;
	}
	if (keeps)
		return load_free(s);
	s->state = LOAD_LEAVING;
	talk_drop(t);
	talk_end(t);
	return true;
}

/* What was to be done is done. True: there is more. */
static bool
load_done(struct load_session *s)
{
	struct load *l = s->load;
	struct talk *t = &s->t;
	if (s->state == LOAD_LEAVING) {
		s->kept = 0;
		t->had_link = t->expects = false;
		if (l->hasty) {
			load_over(s);
			return false;
		}
		if (s->misses > 0 && !l->stopping) {
			unsigned n = s->misses < LOAD_BACKOFF_TIMES
					 ? s->misses
					 : LOAD_BACKOFF_TIMES;
			load_pause(
			    s, ((int64_t)LOAD_BACKOFF_MS << n) * 1000000);
			return false;
		}
		return load_free(s);
	}
	if (s->greeting) {
		s->greeting = false;
		if (talk_status(t) == 0 && t->link != NULL && !t->stopped) {
			load_group_go(s);
			return true;
		}
	}
	talk_source_end(t);
	if (s->grouped) {
		load_group_end(s);
		return load_further(s);
	}
	if (s->file == NULL)
		mail_tally(t, &s->mail[0].one.mail, PARTIAL_WORST);
	bool well = talk_status(t) == 0 && !s->counted && !t->stopped;
	load_account(s, well);
	return load_further(s);
}

static void
load_drive(struct load_session *s)
{
	struct talk *t = &s->t;
	for (;;) {
		enum talk_wait w = talk_go(t);
		if (w != TALK_DONE) {
			load_watch(s, w != TALK_TIME);
			load_timer(s->load, s, t->deadline_ns);
			return;
		}
		bool more = load_done(s);
		if (more && t->sandbox == NULL)
			continue;
		load_watch(s, true);
		/* A receiver in this process answers at once: the others, and
		 * a signal, have their turn. */
		if (more)
			load_timer(s->load, s, loop_now_ns());
		if (s->state == LOAD_IDLE || s->state == LOAD_OVER)
			load_timer(s->load, s, LOOP_FOREVER);
		return;
	}
}

/* What comes while nothing is asked: a server that closes. */
static void
load_hear(struct load_session *s)
{
	struct talk *t = &s->t;
	if (t->link == NULL)
		return;
	link_pump(t->link);
	talk_idle(t);
	if (t->link != NULL && !t->closing)
		return;
	if (t->link != NULL)
		talk_close(t);
	s->kept = 0;
}

void
load_session_give(struct load_session *s, int64_t due_ns)
{
	load_take(s, due_ns);
	load_begin(s);
	load_drive(s);
}

void
load_session_go(struct load_session *s)
{
	struct talk *t = &s->t;
	switch (s->state) {
	case LOAD_BUSY:
	case LOAD_LEAVING:
		if (t->link != NULL)
			link_pump(t->link);
		t->woken = true;
		load_drive(s);
		break;
	case LOAD_IDLE:
		load_hear(s);
		break;
	case LOAD_PAUSING:
		if (loop_now_ns() < s->wake_ns)
			load_hear(s);
		else if (load_free(s))
			load_drive(s);
		break;
	case LOAD_OFF:
	case LOAD_OVER:
		break;
	}
}

void
load_session_start(struct load_session *s)
{
	struct load *l = s->load;
	if (s->number > 1 && l->host.naddress > 0) {
		s->t.mx =
		    (struct mx){ .fixed = &l->host, .asked = s->t.mx.asked };
		s->t.secure = l->session[0].t.secure;
	}
	if (load_free(s))
		load_drive(s);
}

void
load_session_stop(struct load_session *s, bool now)
{
	struct talk *t = &s->t;
	if (s->state == LOAD_OVER)
		return;
	if (now || t->link == NULL || s->state == LOAD_OFF) {
		if (s->state == LOAD_BUSY && !now)
			return;
		talk_drop(t);
		t->broken = true;
		talk_close(t);
		if (s->grouped || s->greeting)
			load_group_end(s);
		else if (s->state == LOAD_BUSY)
			load_account(s, false);
		load_over(s);
	} else if (s->state == LOAD_IDLE || s->state == LOAD_PAUSING) {
		s->state = LOAD_LEAVING;
		talk_end(t);
		load_drive(s);
	}
}
