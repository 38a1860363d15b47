/* The pager has the terminal as its own; what it does not want to read any
 * more is not written. */
#include "cmd/shell/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd/say/out.h"

#define PAGER_DEFAULT "more"
#define PAGER_FAILED  126 /* and 127: the shell could not run it */

static bool
pager_fits(int fd, const char *p, size_t len)
{
	struct winsize ws = { 0 };
	size_t lines = 0;
	if (ioctl(fd, TIOCGWINSZ, &ws) < 0 || ws.ws_row == 0)
		return true;
	for (size_t i = 0; i < len; i++)
		lines += p[i] == '\n';
	/* The prompt has the last row. */
	return lines < ws.ws_row;
}

static void
pager_exec(const char *command, int in)
{
	dup2(in, STDIN_FILENO);
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(PAGER_FAILED + 1);
}

bool
pager_show(int fd, const char *p, size_t len)
{
	const char *command = getenv("PAGER");
	int in[2], status = 0;
	if (command == NULL)
		command = PAGER_DEFAULT;
	if (*command == '\0' || pager_fits(fd, p, len) ||
	    pipe2(in, O_CLOEXEC) < 0)
		return false;
	pid_t pid = fork();
	if (pid == 0)
		pager_exec(command, in[0]);
	close(in[0]);
	if (pid > 0)
		(void)out_all(in[1], p, len);
	close(in[1]);
	if (pid < 0)
		return false;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return !WIFEXITED(status) || WEXITSTATUS(status) < PAGER_FAILED;
}
