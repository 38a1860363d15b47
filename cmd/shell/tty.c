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

/* How a question is asked. */
enum tty_how {
	TTY_SHOWN = 1 << 0, /* what is typed */
	TTY_EMPTY = 1 << 1  /* nothing is an answer, too */
};

static int
tty_once(struct loop *l, int fd, const char *question, unsigned how,
    struct sasl_secret *out, struct err *e)
{
	struct sigaction old[TTY_NSIGNALS];
	struct termios was, now;
	char line[4096];
	if (tcgetattr(fd, &was) < 0)
		return err_set(
		    e, ERR_USAGE, "this is no terminal: %s", strerror(errno));
	now = was;
	now.c_lflag |= ICANON | ISIG;
	if (!(how & TTY_SHOWN)) {
		now.c_lflag &= ~(tcflag_t)ECHO;
		now.c_lflag |= ECHONL;
	}
	now.c_iflag |= ICRNL;
	tty_catch(l, old);
	ssize_t n = -1;
	/* What was typed ahead is no password, but may be an answer. */
	if (tcsetattr(fd, how & TTY_EMPTY ? TCSADRAIN : TCSAFLUSH, &now) == 0)
		n = tty_line(l, fd, question, line, sizeof line);
	tcsetattr(fd, how & TTY_EMPTY ? TCSADRAIN : TCSAFLUSH, &was);
	int sig = tty_release(old);
	if (sig == SIGTSTP)
		return 1;
	bool ended = n == 0;
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		n--;
	bool there =
	    sig == 0 && (n > 0 || (how & TTY_EMPTY && n == 0 && !ended));
	if (there)
		sasl_secret_set(out, line, (size_t)n);
	explicit_bzero(line, sizeof line);
	if (there)
		return 0;
	return err_set(e, ERR_INTR,
	    n < 0 || sig != 0 ? "interrupted" : "nothing was typed");
}

static int
tty_run(struct loop *l, const char *question, unsigned how,
    struct sasl_secret *out, struct err *e)
{
	struct loop own;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return err_set(
		    e, ERR_USAGE, "no terminal to ask: %s", strerror(errno));
	int r = 1;
	if (l == NULL && loop_init(l = &own) < 0)
		r = err_set(e, ERR_BUG, "no pipe: %s", strerror(errno));
	while (r == 1)
		r = tty_once(l, fd, question, how, out, e);
	if (l == &own)
		loop_release(&own);
	close(fd);
	return r;
}

int
tty_ask(struct loop *l, const char *question, bool shown,
    struct sasl_secret *out, struct err *e)
{
	int r = tty_run(l, question, shown ? TTY_SHOWN : 0, out, e);
	if (r < 0 && e != NULL && e->kind == ERR_USAGE)
		err_set(e, ERR_USAGE,
		    "no terminal to ask for the password: use "
		    "--auth-password-file, -fd or -command, or --netrc");
	return r;
}

int
tty_answer(
    struct loop *l, const char *question, struct buf *answer, struct err *e)
{
	struct sasl_secret line = SASL_SECRET_INIT;
	int r = tty_run(l, question, TTY_SHOWN | TTY_EMPTY, &line, e);
	buf_clear(answer);
	if (r == 0)
		buf_adds(answer, line.p);
	sasl_secret_wipe(&line);
	return r;
}
