/* The messages go one after the other over one connection. With --sessions a
 * process for each of so many does the same with every so-manieth. */
#include "cmd/front/many.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd/front/many_parts.h"

#define MANY_SESSIONS_MAX 256

bool
many_is(const struct opts *o)
{
	return o->eml.n > 0 || o->mbox.n > 0 || o->maildir_from.n > 0;
}

static int
many_list(
    struct many *m, const char *option, const struct opt_list *l, struct err *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (compose_addresses(&m->to, option, l->item[i], e) < 0)
			return -1;
	return 0;
}

static int
many_envelope(struct many *m, struct err *e)
{
	const struct opts *o = m->o;
	struct buf from = BUF_INIT;
	if (deliver_check(o, e) < 0 ||
	    compose_check_header(o->header.item, o->header.n, e) < 0 ||
	    many_list(m, "--to", &o->to, e) < 0 ||
	    many_list(m, "--cc", &o->cc, e) < 0 ||
	    many_list(m, "--bcc", &o->bcc, e) < 0 ||
	    deliver_to_file(o, &m->to, e) < 0)
		return -1;
	if (m->to.n == 0 && !many_by_headers(o))
		return err_set(e, ERR_USAGE,
		    "no recipient: name one as --to ADDRESS, or let each "
		    "message say it by --envelope headers");
	if (o->from != NULL) {
		m->from = compose_address("--from", o->from, e);
		return m->from == NULL ? -1 : 0;
	}
	if (many_by_headers(o))
		return 0;
	if (vars_expand(
		&m->sh->talk.vars, NULL, "${from}", 7, false, &from, e) < 0)
		return -1;
	m->from = buf_detach(&from);
	return 0;
}

static void
many_session(struct many *m)
{
	struct talk *t = &m->sh->talk;
	m->mails = mails_new(m->o);
	for (;; m->number++) {
		struct text x;
		struct err e;
		int r = 0;
		if (atomic_load(&m->counts->stop) || m->sh->loop.raised != 0)
			break;
		r = mails_next(m->mails, &x, &e);
		if (r == 0)
			break;
		bool mine = m->number % m->sessions == m->session;
		if (r < 0 || (!mine && m->resume == NULL))
			text_release(&x);
		if (r < 0 && mine) {
			talk_error(t, &e);
			atomic_fetch_add(&m->counts->failed, 1);
		}
		if (r < 0 || (!mine && m->resume == NULL))
			continue;
		if (!many_one(m, &x))
			break;
		many_progress(m);
	}
	shell_do(m->sh, talk_end);
	t->had_link = false;
	mails_free(m->mails);
	m->mails = NULL;
}

/* The process of a session: what must not be shared is made anew. */
static void
many_process(struct many *m, const sigset_t *before)
{
	struct shell *sh = m->sh;
#ifdef PR_SET_PDEATHSIG
	prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
	loop_release(&sh->loop);
	if (loop_init(&sh->loop) < 0)
		_exit(70);
	sigprocmask(SIG_SETMASK, before, NULL);
	memset(sh->names.dns, 0, sizeof sh->names.dns);
	many_progress_part(m);
	many_session(m);
	struct err e;
	int status = talk_status(&sh->talk);
	if (out_flush(&sh->out, &e) < 0 && status == 0)
		status = err_status(e.kind);
	_exit(status);
}

/* Waits for all of them; signals go to each. */
static void
many_wait(struct many *m, const pid_t *pid, int fd)
{
	struct loop *l = &m->sh->loop;
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		enum loop_result r = loop_wait(l, &p, 1,
		    m->shows ? loop_now_ns() + INT64_C(200000000)
			     : LOOP_FOREVER);
		many_progress(m);
		if (r == LOOP_READY)
			return;
		if (r != LOOP_INTR)
			continue;
		int raised = l->raised;
		for (unsigned i = 0; i < m->sessions; i++)
			if (pid[i] > 0)
				kill(pid[i], raised);
		loop_clear(l);
		loop_raise(l, raised);
		return;
	}
}

static void
many_reap(struct many *m, const pid_t *pid)
{
	struct tally *y = &m->sh->talk.tally;
	for (unsigned i = 0; i < m->sessions; i++) {
		int status = 0;
		while (pid[i] > 0 && waitpid(pid[i], &status, 0) < 0 &&
		       errno == EINTR)
			;
		int code = WIFEXITED(status) ? WEXITSTATUS(status)
					     : err_status(ERR_BUG);
		y->partial |= code == TALK_PARTIAL;
		y->permanent |= code == 69;
		y->transient |= code == 75;
		if (code != 0 && code != TALK_PARTIAL && code != 69 &&
		    code != 75 && y->status == 0)
			y->status = code;
	}
}

static int
many_fork(struct many *m, struct err *e)
{
	pid_t pid[MANY_SESSIONS_MAX] = { 0 };
	int fd[2], r = 0;
	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_set(e, ERR_BUG, "cannot make a pipe");
	out_push(&m->sh->out);
	for (unsigned i = 0; r == 0 && i < m->sessions; i++) {
		sigset_t all, before;
		sigfillset(&all);
		sigprocmask(SIG_BLOCK, &all, &before);
		pid[i] = fork();
		if (pid[i] == 0) {
			close(fd[0]);
			m->session = i;
			many_process(m, &before);
		}
		sigprocmask(SIG_SETMASK, &before, NULL);
		if (pid[i] < 0)
			r = err_set(e, ERR_BUG, "cannot begin a process: %s",
			    strerror(errno));
	}
	/* The rest of the messages would be nobody's. */
	if (r < 0)
		atomic_store(&m->counts->stop, true);
	close(fd[1]);
	many_wait(m, pid, fd[0]);
	many_reap(m, pid);
	close(fd[0]);
	return r;
}

/* Taken for some and not for others is a status of its own; an error goes
 * before. */
static void
many_tally(struct many *m)
{
	struct tally *y = &m->sh->talk.tally;
	const struct many_counts *c = m->counts;
	bool failed = atomic_load(&c->later) + atomic_load(&c->refused) +
			  atomic_load(&c->open) >
		      0;
	if (failed && atomic_load(&c->accepted) > 0 && y->status == 0 &&
	    (y->permanent || y->transient))
		y->partial = true;
	if (atomic_load(&c->unknown) > 0 && y->status == 0 && !y->partial)
		y->status = err_status(ERR_LOST);
}

/* A Maildir is empty between two mails; who names a folder or an mbox means
 * what is in it. */
static int
many_none(const struct many *m, struct err *e)
{
	const struct opts *o = m->o;
	const struct many_counts *c = m->counts;
	bool any = atomic_load(&c->messages) + atomic_load(&c->failed) +
		       atomic_load(&c->skipped) >
		   0;
	if (any || o->maildir_from.n > 0 || m->sh->loop.raised != 0)
		return 0;
	const char *name = o->eml.n > 0 ? o->eml.item[0] : o->mbox.item[0];
	bool more = o->eml.n + o->mbox.n > 1;
	return err_set(e, ERR_NOINPUT, "there is no message in %s%s", name,
	    more ? " and the others" : "");
}

static int
many_go(struct many *m, struct err *e)
{
	const struct opts *o = m->o;
	m->sessions =
	    o->sessions == NULL ? 1 : (unsigned)strtoul(o->sessions, NULL, 10);
	if (m->sessions > MANY_SESSIONS_MAX)
		return err_set(e, ERR_USAGE, "--sessions %s: at most %d",
		    o->sessions, MANY_SESSIONS_MAX);
	if (many_envelope(m, e) < 0)
		return -1;
	if (o->resume != NULL &&
	    (m->resume = resume_open(o->resume, e)) == NULL)
		return -1;
	if (m->sh->out.tells_terminal && !o->quiet) {
		many_progress_begin(m);
		struct mails *all = mails_new(o);
		m->total = mails_count(all);
		mails_free(all);
	}
	m->began_ns = m->shown_ns = loop_now_ns();
	if (m->sessions == 1)
		many_session(m);
	else if (many_fork(m, e) < 0)
		return -1;
	return many_none(m, e);
}

void
many_run(struct shell *sh, const struct opts *o)
{
	struct many m = { .sh = sh, .o = o };
	struct err e = { 0 };
	m.counts = mmap(NULL, sizeof *m.counts, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m.counts == MAP_FAILED) {
		err_set(&e, ERR_BUG, "no memory");
		talk_error(&sh->talk, &e);
		return;
	}
	sh->look.brief = true;
	if (sh->screen != NULL)
		human_set(sh->screen, &sh->look);
	talk_source_begin(&sh->talk, NULL);
	if (sh->talk.past != NULL)
		sh->talk.past->kept = o->resume != NULL;
	if (many_go(&m, &e) < 0)
		talk_error(&sh->talk, &e);
	if (m.began_ns != 0)
		many_tell_end(&m);
	many_tally(&m);
	talk_source_end(&sh->talk);
	if (m.resume != NULL && resume_close(m.resume, &e) < 0)
		talk_error(&sh->talk, &e);
	free(m.from);
	compose_release(&m.to);
	munmap(m.counts, sizeof *m.counts);
}
