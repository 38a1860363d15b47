/* Where a password comes from. Never from argv, and never from standard input,
 * which may carry the script; the terminal is opened by its own name. */
#include "cmd/shell/password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "net/core/buf.h"

#define PASSWORD_MAX (1u << 20)

/* The first line of fd, or all of it. */
static int
password_read(int fd, const char *name, struct sasl_secret *out, struct err *e)
{
	char block[4096];
	struct buf b = BUF_INIT;
	int r = 0;
	for (;;) {
		ssize_t n = read(fd, block, sizeof block);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = err_set(e, ERR_NOINPUT,
			    "cannot read the password from %s: %s", name,
			    strerror(errno));
		if (n <= 0)
			break;
		buf_add(&b, block, (size_t)n);
		if (buf_len(&b) > PASSWORD_MAX) {
			r = err_set(e, ERR_NOINPUT,
			    "the password in %s is over 1 MiB", name);
			break;
		}
	}
	explicit_bzero(block, sizeof block);
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

static int
password_open(const char *path, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
	} else if (S_ISREG(st.st_mode) && (st.st_mode & 077) != 0) {
		err_set(e, ERR_NOINPUT,
		    "%s may be read by others (mode %03o): chmod 600 it", path,
		    (unsigned)st.st_mode & 0777);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
password_file(const char *path, struct sasl_secret *out, struct err *e)
{
	int fd = password_open(path, e);
	if (fd < 0)
		return -1;
	int r = password_read(fd, path, out, e);
	close(fd);
	return r;
}

static int
password_fd(const char *text, struct sasl_secret *out, struct err *e)
{
	char *end;
	long fd = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || fd > 65535)
		return err_set(e, ERR_USAGE,
		    "--auth-password-fd %s: expected a descriptor's number",
		    text);
	struct buf name = BUF_INIT;
	buf_addf(&name, "descriptor %ld", fd);
	int r = password_read((int)fd, buf_str(&name), out, e);
	buf_release(&name);
	return r;
}

static int
password_command(const char *command, struct sasl_secret *out, struct err *e)
{
	int p[2];
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_set(
		    e, ERR_NOINPUT, "cannot make a pipe: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);
		dup2(null, STDIN_FILENO);
		dup2(p[1], STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(p[1]);
	int r = pid < 0 ? err_set(e, ERR_NOINPUT, "cannot run '%s': %s",
			      command, strerror(errno))
			: password_read(p[0], command, out, e);
	close(p[0]);
	int status = 0;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && status != 0) {
		sasl_secret_wipe(out);
		return err_set(e, ERR_NOINPUT,
		    "'%s' failed: no password from it", command);
	}
	return r;
}

/* The words of ~/.netrc, one after the other; borrowed from *p. One in quotes
 * may hold blanks, and \" and \\. */
static char *
password_word(char **p)
{
	char *w = *p + strspn(*p, " \t\r\n");
	size_t n = strcspn(w, " \t\r\n");
	if (n == 0)
		return NULL;
	if (*w != '"') {
		*p = w + n + (w[n] != '\0');
		w[n] = '\0';
		return w;
	}
	char *to = w, *from = w + 1;
	for (; *from != '\0' && *from != '"'; from++) {
		from += *from == '\\' && from[1] != '\0';
		*to++ = *from;
	}
	*p = from + (*from != '\0');
	*to = '\0';
	return w;
}

struct password_netrc {
	char *login, *secret; /* NULL: not there */
};

/* The first entry for the host (or the default) whose login is the user's; of
 * anyone, where user is NULL. */
static struct password_netrc
password_netrc_find(char *p, const char *user, const char *host)
{
	struct password_netrc none = { 0 }, found = { 0 };
	bool here = false, login = true;
	char *w;
	while ((w = password_word(&p)) != NULL) {
		bool begins =
		    strcmp(w, "machine") == 0 || strcmp(w, "default") == 0;
		if (begins && here && login && found.secret != NULL)
			return found;
		if (begins) {
			found = none;
			login = true;
			here = strcmp(w, "default") == 0;
			if (!here) {
				w = password_word(&p);
				here = w != NULL && host != NULL &&
				       strcasecmp(w, host) == 0;
			}
		} else if (strcmp(w, "login") == 0) {
			found.login = password_word(&p);
			login =
			    found.login != NULL &&
			    (user == NULL || strcmp(found.login, user) == 0);
		} else if (strcmp(w, "password") == 0) {
			found.secret = password_word(&p);
		}
	}
	return here && login ? found : none;
}

static int
password_netrc(
    const char *user, const char *host, struct sasl_secret *out, struct err *e)
{
	const char *home = getenv("HOME");
	char *path = mem_printf("%s/.netrc", home == NULL ? "" : home);
	struct sasl_secret all = SASL_SECRET_INIT;
	int r = password_file(path, &all, e);
	if (r == 0) {
		char *found = password_netrc_find(all.p, user, host).secret;
		if (found == NULL)
			r = err_set(e, ERR_NOINPUT,
			    "%s has no password for %s at %s", path,
			    user == NULL ? "anyone" : user,
			    host == NULL ? "this server" : host);
		else
			sasl_secret_set(out, found, strlen(found));
	}
	sasl_secret_wipe(&all);
	free(path);
	return r;
}

/* Asks on the terminal. Signals are held while echo is off, so that it never
 * stays off. */
static int
password_ask(
    const char *user, const char *host, struct sasl_secret *out, struct err *e)
{
	struct termios was, quiet;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &was) < 0) {
		if (fd >= 0)
			close(fd);
		return err_set(e, ERR_USAGE,
		    "no terminal to ask for the password: use "
		    "--auth-password-file, -fd or -command, or --netrc");
	}
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	quiet.c_lflag |= ICANON | ECHONL | ISIG;
	quiet.c_iflag |= ICRNL;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	char ask[256];
	int n = snprintf(ask, sizeof ask,
	    "password of %.80s at %.80s: ", user == NULL ? "you" : user,
	    host == NULL ? "the server" : host);
	ssize_t w = write(fd, ask, (size_t)n < sizeof ask ? (size_t)n : 255);
	char line[1024];
	ssize_t got = w < 0 ? -1 : read(fd, line, sizeof line);
	tcsetattr(fd, TCSAFLUSH, &was);
	close(fd);
	while (got > 0 && (line[got - 1] == '\n' || line[got - 1] == '\r'))
		got--;
	if (got > 0)
		sasl_secret_set(out, line, (size_t)got);
	explicit_bzero(line, sizeof line);
	return got > 0 ? 0 : err_set(e, ERR_INTR, "no password was typed");
}

int
password_get(const struct auth *a, const char *user, const char *host,
    struct sasl_secret *out, struct err *e)
{
	if (a->fd != NULL)
		return password_fd(a->fd, out, e);
	if (a->file != NULL)
		return password_file(a->file, out, e);
	if (a->command != NULL)
		return password_command(a->command, out, e);
	if (a->netrc)
		return password_netrc(user, host, out, e);
	return password_ask(user, host, out, e);
}

static char *
password_ask_user(const char *host)
{
	char ask[128], line[256];
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	int n = snprintf(ask, sizeof ask,
	    "user at %.80s: ", host == NULL ? "the server" : host);
	ssize_t got = write(fd, ask, (size_t)n) < 0
			  ? -1
			  : read(fd, line, sizeof line - 1);
	close(fd);
	while (got > 0 && (line[got - 1] == '\n' || line[got - 1] == '\r'))
		got--;
	return got > 0 ? mem_dupn(line, (size_t)got) : NULL;
}

static int
password_netrc_user(const char *host, char **user, struct err *e)
{
	const char *home = getenv("HOME");
	char *path = mem_printf("%s/.netrc", home == NULL ? "" : home);
	struct sasl_secret all = SASL_SECRET_INIT;
	int r = password_file(path, &all, e);
	char *login =
	    r < 0 ? NULL : password_netrc_find(all.p, NULL, host).login;
	*user = login == NULL ? NULL : mem_dup(login);
	sasl_secret_wipe(&all);
	free(path);
	return r;
}

int
password_user(const struct auth *a, const char *host, bool ask, char **user,
    struct err *e)
{
	*user = NULL;
	if (a->netrc && password_netrc_user(host, user, e) < 0)
		return -1;
	if (*user == NULL && ask)
		*user = password_ask_user(host);
	return 0;
}
