/* A process a file: it has the settings, variables and secrets that this one
 * has, and its own of everything that a conversation changes. What it writes
 * comes by pipes and waits for the file's turn: output and errors as they are,
 * and what became of it (relay.h), which the sinks here sum up. For people each
 * file is a line; what failed is shown whole. */
#include "cmd/front/jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd/front/source.h"
#include "cmd/sink/relay.h"

enum { JOB_OUT, JOB_ERRORS, JOB_RESULT, JOB_PIPES };

struct job {
	const char *path;
	pid_t pid;
	bool running, ended;
	int status;	   /* as waitpid(2) gives it */
	int fd[JOB_PIPES]; /* of a running one */
	struct buf got[JOB_PIPES];
};

struct jobs {
	struct shell *sh;
	bool json;
	struct job *job;
	size_t n, begun, told, running, most;
	int raised; /* a signal that ends the run */
};

/* The process of a file. */

static int
job_show_file(struct shell *sh, bool json, const char *path, int result)
{
	struct sink *show = NULL;
	struct err e;
	if (json && (show = json_new(&sh->out, &sh->redact, &e)) == NULL) {
		talk_error(&sh->talk, &e);
		return err_status(e.kind);
	}
	if (!json && sh->screen != NULL)
		show = human_new(&sh->out, &sh->look, &sh->redact);
	/* The others are written by the process that has them. */
	sh->sinks = NULL;
	sh->screen = json ? NULL : show;
	shell_add_sink(
	    sh, relay_new(result, show, json, sh->reports, &sh->redact));
	sh->talk.tally = (struct tally){ 0 };
	source_file(sh, path);
	int status = shell_status(sh);
	if (shell_release(sh, &e) < 0 && status == 0)
		status = err_status(e.kind);
	return status;
}

/* What must not be shared: the pipe by which signals wake it, a resolver's
 * sockets. */
static void
job_process(
    struct jobs *j, const struct job *k, const int *fd, const sigset_t *before)
{
	struct shell *sh = j->sh;
	for (size_t i = 0; i < j->begun; i++)
		for (size_t p = 0; p < JOB_PIPES && j->job[i].running; p++)
			close(j->job[i].fd[p]);
#ifdef PR_SET_PDEATHSIG
	prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
	loop_release(&sh->loop);
	if (loop_init(&sh->loop) < 0 || dup2(fd[JOB_ERRORS], STDERR_FILENO) < 0)
		_exit(70);
	sigprocmask(SIG_SETMASK, before, NULL);
	memset(sh->names.dns, 0, sizeof sh->names.dns);
	sh->out.fd = fd[JOB_OUT];
	_exit(job_show_file(sh, j->json, k->path, fd[JOB_RESULT]));
}

/* Beginning and ending. */

static void
job_close(int *fd)
{
	for (size_t p = 0; p < JOB_PIPES; p++)
		if (fd[p] >= 0)
			close(fd[p]);
}

static int
job_pipes(int *read, int *write)
{
	for (size_t p = 0; p < JOB_PIPES; p++) {
		int fd[2];
		if (pipe2(fd, O_CLOEXEC) < 0)
			return -1;
		read[p] = fd[0];
		write[p] = fd[1];
		if (fcntl(fd[0], F_SETFL, O_NONBLOCK) < 0)
			return -1;
	}
	return 0;
}

/* -1: errno. */
static int
job_begin(struct jobs *j, struct job *k)
{
	int read[JOB_PIPES] = { -1, -1, -1 }, write[JOB_PIPES] = { -1, -1, -1 };
	sigset_t all, before;
	k->pid = -1;
	if (job_pipes(read, write) == 0) {
		/* A signal between fork() and its own loop would be lost. */
		sigfillset(&all);
		sigprocmask(SIG_BLOCK, &all, &before);
		k->pid = fork();
		if (k->pid == 0) {
			job_close(read);
			job_process(j, k, write, &before);
		}
		sigprocmask(SIG_SETMASK, &before, NULL);
	}
	int failed = errno;
	job_close(write);
	errno = failed;
	if (k->pid < 0) {
		job_close(read);
		errno = failed;
		return -1;
	}
	memcpy(k->fd, read, sizeof read);
	k->running = true;
	j->running++;
	return 0;
}

/* Takes what is there; false: that pipe has ended. */
static bool
job_read(struct job *k, size_t p)
{
	for (;;) {
		ssize_t n = read(k->fd[p], buf_space(&k->got[p], 65536), 65536);
		if (n > 0)
			buf_commit(&k->got[p], (size_t)n);
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			return false;
		else if (errno == EAGAIN)
			return true;
	}
}

/* Its last pipe has ended, so has it. Something that it began may live on and
 * hold the other two. */
static void
job_end(struct jobs *j, struct job *k)
{
	while (waitpid(k->pid, &k->status, 0) < 0 && errno == EINTR)
		;
	job_read(k, JOB_OUT);
	job_read(k, JOB_ERRORS);
	job_close(k->fd);
	k->running = false;
	k->ended = true;
	j->running--;
}

/* Waits until something came from one of them. */
static void
jobs_wait(struct jobs *j)
{
	struct pollfd *fd = mem_alloc(j->running * JOB_PIPES * sizeof *fd);
	size_t n = 0;
	for (size_t i = j->told; i < j->begun; i++)
		for (size_t p = 0; p < JOB_PIPES && j->job[i].running; p++)
			fd[n++] = (struct pollfd){ .fd = j->job[i].fd[p],
				.events = POLLIN };
	enum loop_result r = loop_wait(&j->sh->loop, fd, n, LOOP_FOREVER);
	if (r == LOOP_INTR) {
		j->raised = j->sh->loop.raised;
		loop_clear(&j->sh->loop);
	}
	n = 0;
	for (size_t i = j->told; i < j->begun; i++) {
		struct job *k = &j->job[i];
		if (!k->running)
			continue;
		if (r == LOOP_INTR)
			kill(k->pid, j->raised);
		bool more = true;
		for (size_t p = 0; p < JOB_PIPES; p++)
			if (r == LOOP_READY && fd[n + p].revents != 0 &&
			    !job_read(k, p) && p == JOB_RESULT)
				more = false;
		n += JOB_PIPES;
		if (!more)
			job_end(j, k);
	}
	free(fd);
}

/* Telling. */

static void
jobs_put(struct jobs *j, struct event *ev)
{
	struct shell *sh = j->sh;
	ev->at_ns = loop_now_ns() - sh->began_ns;
	for (struct sink *s = sh->sinks; s != NULL; s = s->next)
		if (s != sh->stream &&
		    (s != sh->screen || ev->kind == EV_FILE_END))
			s->put(s, ev);
}

static void
jobs_count(struct jobs *j, const struct event *end, int status)
{
	struct tally *y = &j->sh->talk.tally;
	y->met += end->met;
	y->missed += end->missed;
	y->unjudged += end->unjudged;
	y->status = y->status != 0 ? y->status : status;
	y->files++;
	y->files_failed += status != 0;
	y->files_skipped += end->skipped;
}

/* It ended without a word about its file. */
static void
job_tell_lost(struct jobs *j, const struct job *k, struct event *end)
{
	struct shell *sh = j->sh;
	struct buf b = BUF_INIT;
	buf_addf(&b, "its process was ended by signal %d", WTERMSIG(k->status));
	out_error(&sh->out, "%s: %s", k->path, buf_str(&b));
	struct event ev = { .kind = EV_FILE, .file = k->path };
	jobs_put(j, &ev);
	*end = (struct event){ .kind = EV_FILE_END,
		.file = k->path,
		.took_ns = -1,
		.status = err_status(ERR_BUG),
		.text = buf_str(&b),
		.len = buf_len(&b) };
	jobs_put(j, end);
	end->text = NULL;
	buf_release(&b);
}

static void
job_tell(struct jobs *j, struct job *k)
{
	struct out *out = &j->sh->out;
	const struct buf *said = &k->got[JOB_OUT];
	const struct buf *errors = &k->got[JOB_ERRORS];
	struct event end = { .kind = EV_FILE }, ev;
	bool lost = WIFSIGNALED(k->status);
	int status = lost ? err_status(ERR_BUG) : WEXITSTATUS(k->status);
	if (j->json || status != 0)
		out_write(out, buf_data(said), buf_len(said));
	out_errors(out, buf_data(errors), buf_len(errors));
	const char *p = buf_data(&k->got[JOB_RESULT]);
	size_t len = buf_len(&k->got[JOB_RESULT]), n;
	for (; (n = relay_take(p, len, &ev)) > 0; p += n, len -= n) {
		jobs_put(j, &ev);
		if (ev.kind == EV_FILE_END)
			end = ev;
	}
	if (lost)
		job_tell_lost(j, k, &end);
	jobs_count(j, &end, status);
	for (size_t i = 0; i < JOB_PIPES; i++)
		buf_release(&k->got[i]);
}

/* Begins as many as may be; what the system has no room for waits for the end
 * of another. -1: and there is none. */
static int
jobs_begin(struct jobs *j, struct err *e)
{
	while (j->running < j->most && j->begun < j->n && j->raised == 0) {
		if (job_begin(j, &j->job[j->begun]) == 0)
			j->begun++;
		else if (j->running > 0)
			break;
		else
			return err_set(e, ERR_BUG,
			    "%s: cannot begin a process: %s",
			    j->job[j->begun].path, strerror(errno));
	}
	return 0;
}

void
jobs_run(
    struct shell *sh, const struct opts *o, const struct opt_run *run, size_t n)
{
	struct jobs j = { .sh = sh,
		.json = sh->stream != NULL,
		.job = mem_zalloc(n * sizeof(struct job)),
		.n = n,
		.most = strtoul(o->jobs, NULL, 10) };
	struct err e = { 0 };
	struct tally *y = &sh->talk.tally;
	int r = 0;
	y->status = talk_status(&sh->talk);
	for (size_t i = 0; i < n; i++)
		j.job[i].path = run[i].text;
	out_push(&sh->out);
	while (r == 0 && (r = jobs_begin(&j, &e)) == 0 && j.running > 0) {
		jobs_wait(&j);
		while (j.told < j.begun && j.job[j.told].ended)
			job_tell(&j, &j.job[j.told++]);
	}
	if (j.raised != 0) {
		loop_raise(&sh->loop, j.raised);
		r = err_set(&e, ERR_INTR, "interrupted");
	}
	if (r < 0)
		shell_error(sh, &e);
	free(j.job);
}
