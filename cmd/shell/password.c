/* Where a password comes from. Never from argv, and never from standard input,
 * which may carry the script; the terminal is opened by its own name. Whatever
 * it comes from may be silent for ever: all of it is waited for by the loop,
 * which a signal ends. */
#include "cmd/shell/password.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "cmd/shell/netrc.h"
#include "cmd/shell/owner.h"
#include "cmd/shell/tty.h"
#include "net/core/buf.h"

#define PASSWORD_MAX	   (1u << 20)
#define PASSWORD_LINGER_MS 60000 /* of a command that has said all */

/* Waits for octets of fd. -1: ERR_INTR. */
static int
password_wait(struct loop *l, int fd, struct err *e)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	if (l == NULL ? poll(&p, 1, -1) >= 0 || errno != EINTR
		      : loop_wait(l, &p, 1, LOOP_FOREVER) == LOOP_READY)
		return 0;
	return err_set(e, ERR_INTR, "interrupted");
}

/* All of fd: 0, or -1. */
static int
password_gather(
    struct loop *l, int fd, const char *name, struct buf *b, struct err *e)
{
	char block[4096];
	ssize_t n = 1;
	int r = 0;
	while (r == 0 && n != 0) {
		r = password_wait(l, fd, e);
		n = r < 0 ? 0 : read(fd, block, sizeof block);
		if (n > 0)
			buf_add(b, block, (size_t)n);
		else if (n < 0 && errno != EINTR && errno != EAGAIN)
			r = err_set(e, ERR_NOINPUT,
			    "cannot read the password from %s: %s", name,
			    strerror(errno));
		if (buf_len(b) > PASSWORD_MAX)
			r = err_set(e, ERR_NOINPUT,
			    "the password in %s is over 1 MiB", name);
	}
	explicit_bzero(block, sizeof block);
	return r;
}

/* All of fd, without the end of its last line. */
static int
password_read(struct loop *l, int fd, const char *name, struct sasl_secret *out,
    struct err *e)
{
	struct buf b = BUF_INIT;
	/* So that no copy is left where it grew from. */
	buf_space(&b, PASSWORD_MAX + 4096);
	int r = password_gather(l, fd, name, &b, e);
	/* One line end is the editor's, not the password's. */
	size_t len = buf_len(&b);
	const char *p = buf_data(&b);
	if (len > 0 && p[len - 1] == '\n')
		len--;
	if (len > 0 && p[len - 1] == '\r')
		len--;
	if (r == 0 && len == 0)
		r = err_set(e, ERR_NOINPUT, "no password in %s", name);
	if (r == 0)
		sasl_secret_set(out, p, len);
	buf_wipe(&b);
	return r;
}

/* A FIFO that nobody writes to yet is waited for like one that is silent. */
static int
password_file(
    struct loop *l, const char *path, struct sasl_secret *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
	int r = file_is_private(fd, path, true, e);
	if (r == 0)
		r = password_read(l, fd, path, out, e);
	close(fd);
	return r;
}

static int
password_fd(
    struct loop *l, const char *text, struct sasl_secret *out, struct err *e)
{
	char *end;
	long fd = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || fd > 65535)
		return err_set(e, ERR_USAGE,
		    "--auth-password-fd %s: expected a descriptor's number",
		    text);
	struct buf name = BUF_INIT;
	buf_addf(&name, "descriptor %ld", fd);
	int r = password_read(l, (int)fd, buf_str(&name), out, e);
	buf_release(&name);
	return r;
}

/* Its exit status, or -1. One that goes on for long after it has said all, or
 * when the wait is over (ended), is told to end. */
static int
password_reap(struct loop *l, pid_t pid, bool ended, struct err *e)
{
	int64_t kill_at = loop_deadline(ended ? 200 : PASSWORD_LINGER_MS);
	int status, r = 0;
	if (ended)
		kill(pid, SIGTERM);
	for (;;) {
		pid_t got = waitpid(pid, &status, l == NULL ? 0 : WNOHANG);
		if (got == pid)
			return r < 0 ? -1 : status;
		if (got < 0 && errno != EINTR)
			return err_set(e, ERR_BUG, "cannot wait for it: %s",
			    strerror(errno));
		if (l == NULL)
			continue;
		if (loop_now_ns() >= kill_at)
			kill(pid, SIGKILL);
		if (loop_wait(l, NULL, 0, loop_deadline(10)) == LOOP_INTR) {
			/* Without the loop's help, which is raised. */
			struct timespec tick = { .tv_nsec = 10000000 };
			nanosleep(&tick, NULL);
			if (!ended) {
				kill(pid, SIGTERM);
				kill_at = loop_deadline(200);
				r = err_set(e, ERR_INTR, "interrupted");
			}
			ended = true;
		}
	}
}

static void
password_run(const char *command, int out)
{
	int null = open("/dev/null", O_RDONLY);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static int
password_command(
    struct loop *l, const char *command, struct sasl_secret *out, struct err *e)
{
	int p[2];
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_set(
		    e, ERR_NOINPUT, "cannot make a pipe: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0)
		password_run(command, p[1]);
	close(p[1]);
	int r = pid < 0 ? err_set(e, ERR_NOINPUT, "cannot run '%s': %s",
			      command, strerror(errno))
			: password_read(l, p[0], command, out, e);
	close(p[0]);
	if (pid < 0)
		return -1;
	/* That it failed is the reason, where it is why there is nothing. */
	bool over = r < 0 && e != NULL && e->kind == ERR_INTR;
	int status = password_reap(l, pid, over, over ? NULL : e);
	if (status > 0)
		err_set(over ? NULL : e, ERR_NOINPUT,
		    "'%s' failed: no password from it", command);
	if (status != 0)
		sasl_secret_wipe(out);
	return r < 0 || status != 0 ? -1 : 0;
}

/* Reads ~/.netrc; what is found is borrowed from all. */
static int
password_netrc(const struct auth *a, const char *user, const char *host,
    struct sasl_secret *all, struct netrc *found, struct err *e)
{
	const char *home = getenv("HOME");
	char *path = mem_printf("%s/.netrc", home == NULL ? "" : home);
	int r = password_file(a->loop, path, all, e);
	*found = (struct netrc){ 0 };
	if (r == 0)
		*found = netrc_find(all->p, user, host);
	free(path);
	return r;
}

static int
password_from_netrc(const struct auth *a, const char *user, const char *host,
    struct sasl_secret *out, struct err *e)
{
	struct sasl_secret all = SASL_SECRET_INIT;
	struct netrc found;
	int r = password_netrc(a, user, host, &all, &found, e);
	if (r == 0 && found.password == NULL)
		r = err_set(e, ERR_NOINPUT,
		    "~/.netrc has no password for %s at %s",
		    user == NULL ? "anyone" : user,
		    host == NULL ? "this server" : host);
	else if (r == 0)
		sasl_secret_set(out, found.password, strlen(found.password));
	sasl_secret_wipe(&all);
	return r;
}

int
password_get(const struct auth *a, const char *user, const char *host,
    struct sasl_secret *out, struct err *e)
{
	if (a->fd != NULL)
		return password_fd(a->loop, a->fd, out, e);
	if (a->file != NULL)
		return password_file(a->loop, a->file, out, e);
	if (a->command != NULL)
		return password_command(a->loop, a->command, out, e);
	if (a->netrc)
		return password_from_netrc(a, user, host, out, e);
	char *ask = mem_printf("password of %.80s at %.80s: ",
	    user == NULL ? "you" : user, host == NULL ? "the server" : host);
	int r = tty_ask(a->loop, ask, false, out, e);
	free(ask);
	return r;
}

static char *
password_ask_user(struct loop *l, const char *host)
{
	struct sasl_secret line = SASL_SECRET_INIT;
	char *ask =
	    mem_printf("user at %.80s: ", host == NULL ? "the server" : host);
	char *user =
	    tty_ask(l, ask, true, &line, NULL) < 0 ? NULL : mem_dup(line.p);
	sasl_secret_wipe(&line);
	free(ask);
	return user;
}

int
password_user(const struct auth *a, const char *host, bool ask, char **user,
    struct err *e)
{
	struct sasl_secret all = SASL_SECRET_INIT;
	struct netrc found = { 0 };
	*user = NULL;
	if (a->netrc && password_netrc(a, NULL, host, &all, &found, e) < 0)
		return -1;
	if (found.login != NULL)
		*user = mem_dup(found.login);
	else if (ask)
		*user = password_ask_user(a->loop, host);
	sasl_secret_wipe(&all);
	return 0;
}
