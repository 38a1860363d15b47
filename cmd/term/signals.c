/* Handlers have no argument, hence the statics. SIGTSTP is taken over only
 * while a line is edited: a wait leaves the terminal as it was found, and the
 * kernel may stop it. What was ignored from the start (nohup, a shell without
 * job control) stays ignored. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "cmd/term/signals.h"

static const int signals_all[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT,
	SIGTSTP };
#define SIGNALS_N (sizeof(signals_all) / sizeof(signals_all[0]))

static struct sigaction signals_old[SIGNALS_N];
static volatile sig_atomic_t signals_came[SIGNALS_N];
static volatile sig_atomic_t signals_last;
static struct loop *signals_loop;
static int signals_pipe[2] = { -1, -1 };

static void
signals_handler(int sig)
{
	int saved = errno;
	ssize_t n;
	size_t i;

	for (i = 0; i < SIGNALS_N; i++)
		if (signals_all[i] == sig)
			signals_came[i] = 1;
	if (sig == SIGTERM || sig == SIGHUP)
		signals_last = sig;
	if (sig == SIGINT || sig == SIGTERM || sig == SIGHUP)
		loop_raise(signals_loop, sig);
	n = write(signals_pipe[1], "", 1);
	(void)n;
	errno = saved;
}

static void
signals_take_over(size_t i)
{
	struct sigaction sa;

	if (signals_old[i].sa_handler == SIG_IGN && signals_all[i] != SIGINT)
		return;
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = signals_handler;
	sigemptyset(&sa.sa_mask);
	sigaction(signals_all[i], &sa, NULL);
}

int
signals_begin(struct loop *l)
{
	size_t i;

	if (pipe2(signals_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	signals_loop = l;
	signals_last = 0;
	for (i = 0; i < SIGNALS_N; i++) {
		signals_came[i] = 0;
		sigaction(signals_all[i], NULL, &signals_old[i]);
		if (signals_all[i] != SIGTSTP)
			signals_take_over(i);
	}
	return 0;
}

void
signals_end(void)
{
	size_t i;

	for (i = 0; i < SIGNALS_N; i++)
		sigaction(signals_all[i], &signals_old[i], NULL);
	close(signals_pipe[0]);
	close(signals_pipe[1]);
	signals_pipe[0] = signals_pipe[1] = -1;
}

void
signals_editing(bool on)
{
	if (on)
		signals_take_over(SIGNALS_N - 1);
	else
		sigaction(SIGTSTP, &signals_old[SIGNALS_N - 1], NULL);
}

int
signals_fd(void)
{
	return signals_pipe[0];
}

unsigned
signals_take(void)
{
	static const unsigned asked[SIGNALS_N] = { SIGNALS_INT, SIGNALS_END,
		SIGNALS_END, SIGNALS_RESIZED, SIGNALS_CONT, SIGNALS_STOP };
	unsigned all = 0;
	char drop[64];
	size_t i;

	while (read(signals_pipe[0], drop, sizeof(drop)) > 0)
		;
	loop_clear(signals_loop);
	for (i = 0; i < SIGNALS_N; i++) {
		if (signals_came[i])
			all |= asked[i];
		signals_came[i] = 0;
	}
	return all;
}

int
signals_ended(void)
{
	return signals_last;
}

void
signals_stop(void)
{
	signals_editing(false);
	raise(SIGTSTP);
	signals_editing(true);
}
