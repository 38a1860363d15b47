/* A server that is a child process and talks on its standard input and output,
 * as "exim4 -bs" does. Both are one socket, so it is read and written like any
 * other. The child leads its own process group: an interrupt typed at the
 * terminal is for us, and what it started can be ended with it. */
#include "net/conn/conn_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "net/core/buf.h"

#define CONN_LEAVE_MS 1000 /* to end by itself once its input has ended */
#define CONN_TERM_MS  200  /* to heed SIGTERM */

static void conn_pipe_close(struct conn *c);

static const struct conn_ops conn_pipe_ops = {
	.read = conn_socket_read,
	.write = conn_socket_write,
	.poll = conn_socket_poll,
	.ready = conn_socket_ready,
	.peek = conn_socket_peek,
	.close = conn_pipe_close,
};

/* Descriptors above standard error that others forgot to mark. */
static void
conn_pipe_close_rest(void)
{
	long max;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, 3U, ~0U, 0U) == 0)
		return;
#endif
	max = sysconf(_SC_OPEN_MAX);
	for (int fd = 3; fd < (max > 0 && max < 65536 ? max : 65536); fd++)
		close(fd);
}

/* Between fork and exec: nothing here may take a lock or memory. */
static void __attribute__((noreturn))
conn_pipe_child(int fd, const char *command)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	setpgid(0, 0);
	if (fd < 2)
		fd = fcntl(fd, F_DUPFD, 3);
	if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0)
		_exit(126);
	conn_pipe_close_rest();
	sigemptyset(&dfl.sa_mask);
	sigaction(SIGPIPE, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

int
conn_open_pipe(struct conn **out, const char *command, struct err *e)
{
	int pair[2], error;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_set(e, ERR_TEMP, "cannot start %s: %s", command,
		    strerror(errno));
	pid = fork();
	if (pid == 0)
		conn_pipe_child(pair[1], command);
	error = errno;
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return err_set(e, ERR_TEMP, "cannot start %s: %s", command,
		    strerror(error));
	}
	/* The child does it too: whoever comes first. */
	setpgid(pid, pid);
	/* The child's end must block, or plain programs fail on it: the flag
	 * belongs to each end alone. */
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	*out = conn_new(&conn_pipe_ops, pair[0], mem_dup(command), NULL);
	(*out)->pid = pid;
	return 0;
}

/* Whether the child is gone within ms. */
static bool
conn_pipe_gone(pid_t pid, int64_t ms)
{
	int64_t deadline = loop_deadline(ms);
	struct timespec nap = { 0, 500000 };
	pid_t got;

	for (;;) {
		got = waitpid(pid, NULL, WNOHANG);
		if (got == pid || (got < 0 && errno != EINTR))
			return true;
		if (loop_now_ns() >= deadline)
			return false;
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < 20000000)
			nap.tv_nsec *= 2;
	}
}

static void
conn_pipe_close(struct conn *c)
{
	pid_t pid = c->pid;

	conn_socket_close(c);
	c->pid = -1;
	if (pid <= 0 || conn_pipe_gone(pid, CONN_LEAVE_MS))
		return;
	kill(-pid, SIGTERM);
	if (conn_pipe_gone(pid, CONN_TERM_MS))
		return;
	kill(-pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
