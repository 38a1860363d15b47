/* As system(3) does it: who waits is not meant by what is typed. */
#include "cmd/shell/editor.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "net/core/buf.h"

static const int editor_signals[] = { SIGINT, SIGQUIT, SIGTSTP };
#define EDITOR_NSIGNALS (sizeof editor_signals / sizeof *editor_signals)

static const char *
editor_name(void)
{
	const char *name = getenv("VISUAL");
	if (name == NULL || *name == '\0')
		name = getenv("EDITOR");
	return name == NULL || *name == '\0' ? "vi" : name;
}

static void
editor_exec(const char *command, const char *path)
{
	for (size_t i = 0; i < EDITOR_NSIGNALS; i++)
		signal(editor_signals[i], SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
	_exit(127);
}

int
editor_run(const char *path, struct err *e)
{
	struct sigaction old[EDITOR_NSIGNALS];
	const char *name = editor_name();
	char *command = mem_printf("%s \"$1\"", name);
	int status = -1;
	for (size_t i = 0; i < EDITOR_NSIGNALS; i++) {
		/* Both stop together, and go on so. */
		const struct sigaction sa = {
			.sa_handler =
			    editor_signals[i] == SIGTSTP ? SIG_DFL : SIG_IGN
		};
		sigaction(editor_signals[i], &sa, &old[i]);
	}
	pid_t pid = fork();
	int failed = errno;
	if (pid == 0)
		editor_exec(command, path);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < EDITOR_NSIGNALS; i++)
		sigaction(editor_signals[i], &old[i], NULL);
	free(command);
	if (pid < 0)
		return err_set(e, ERR_NOINPUT, "cannot run '%s': %s", name,
		    strerror(failed));
	if (status != 0)
		return err_set(e, ERR_NOINPUT,
		    "the editor '%s' failed; $VISUAL or $EDITOR names another",
		    name);
	return 0;
}
