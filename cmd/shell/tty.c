/* Signals are taken over while echo is off: each is noted, the terminal put
 * back, and then it does what it would have done. A handler has no argument,
 * hence the statics. */
#include "cmd/shell/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int tty_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP,
	SIGALRM };
#define TTY_NSIGNALS (sizeof tty_signals / sizeof *tty_signals)

static struct loop *tty_loop;
static volatile sig_atomic_t tty_came;

static void
tty_handler(int sig)
{
	tty_came = sig;
	loop_raise(tty_loop, sig);
}

static void
tty_catch(struct loop *l, struct sigaction old[TTY_NSIGNALS])
{
	struct sigaction sa = { .sa_handler = tty_handler };
	sigfillset(&sa.sa_mask);
	tty_loop = l;
	tty_came = 0;
	for (size_t i = 0; i < TTY_NSIGNALS; i++)
		if (sigaction(tty_signals[i], NULL, &old[i]) == 0 &&
		    old[i].sa_handler != SIG_IGN)
			sigaction(tty_signals[i], &sa, NULL);
}

/* The one that came, 0 if none; it now does what it does elsewhere. */
static int
tty_release(struct sigaction old[TTY_NSIGNALS])
{
	for (size_t i = 0; i < TTY_NSIGNALS; i++)
		sigaction(tty_signals[i], &old[i], NULL);
	int sig = tty_came;
	if (sig != 0) {
		loop_clear(tty_loop);
		raise(sig);
	}
	return sig;
}

/* The line's octets, 0 at the end, -1. */
static ssize_t
tty_line(struct loop *l, int fd, const char *question, char *line, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n = write(fd, question, strlen(question));
	while (n >= 0) {
		if (loop_wait(l, &p, 1, LOOP_FOREVER) != LOOP_READY)
			return -1;
		n = read(fd, line, size);
		if (n >= 0 || errno != EINTR)
			break;
		n = 0;
	}
	return n;
}

static int
tty_once(struct loop *l, int fd, const char *question, bool shown,
    struct sasl_secret *out, struct err *e)
{
	struct sigaction old[TTY_NSIGNALS];
	struct termios was, now;
	char line[1024];
	if (tcgetattr(fd, &was) < 0)
		return err_set(
		    e, ERR_USAGE, "this is no terminal: %s", strerror(errno));
	now = was;
	now.c_lflag |= ICANON | ISIG;
	if (!shown) {
		now.c_lflag &= ~(tcflag_t)ECHO;
		now.c_lflag |= ECHONL;
	}
	now.c_iflag |= ICRNL;
	tty_catch(l, old);
	ssize_t n = -1;
	if (tcsetattr(fd, TCSAFLUSH, &now) == 0)
		n = tty_line(l, fd, question, line, sizeof line);
	tcsetattr(fd, TCSAFLUSH, &was);
	int sig = tty_release(old);
	if (sig == SIGTSTP)
		return 1;
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		n--;
	if (n > 0 && sig == 0)
		sasl_secret_set(out, line, (size_t)n);
	explicit_bzero(line, sizeof line);
	if (n > 0 && sig == 0)
		return 0;
	return err_set(e, ERR_INTR,
	    n < 0 || sig != 0 ? "interrupted" : "nothing was typed");
}

int
tty_ask(struct loop *l, const char *question, bool shown,
    struct sasl_secret *out, struct err *e)
{
	struct loop own;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, ERR_USAGE,
		    "no terminal to ask for the password: use "
		    "--auth-password-file, -fd or -command, or --netrc");
	int r = 1;
	if (l == NULL && loop_init(l = &own) < 0)
		r = err_set(e, ERR_BUG, "no pipe: %s", strerror(errno));
	while (r == 1)
		r = tty_once(l, fd, question, shown, out, e);
	if (l == &own)
		loop_release(&own);
	close(fd);
	return r;
}
