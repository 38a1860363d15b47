/* The one writer to standard output and standard error. Output gathers in a
 * buffer, so that what belongs together goes out in one write(2); a line that
 * is being edited is taken away before and put back after. A failed write is
 * kept: it is told once, by whoever flushes, and nothing is written after. */
#include "cmd/say/note.h"
#include "cmd/say/out.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define OUT_GATHER 65536
/* A pipe that poll(2) calls writable takes so much (POSIX's PIPE_BUF is less,
 * Linux's is this). */
#define OUT_LITTLE    4096
#define OUT_LAST_MS   200
#define OUT_NARROW    20 /* columns below which errors are not broken */
#define OUT_HANG      2	 /* blanks before their later lines */
#define OUT_HANG_MORE 14

void
out_init(struct out *o)
{
	*o = (struct out){ .fd = STDOUT_FILENO };
	o->terminal = isatty(STDOUT_FILENO) == 1;
	struct stat st;
	o->waits = fstat(STDOUT_FILENO, &st) != 0 || S_ISFIFO(st.st_mode) ||
		   S_ISSOCK(st.st_mode) || o->terminal;
	o->tells_terminal = isatty(STDERR_FILENO) == 1;
	buf_init(&o->pending);
}

int
out_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);
		if (n >= 0) {
			p += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			/* Whoever shares the open file made it so. */
			struct pollfd wait = { fd, POLLOUT, 0 };
			poll(&wait, 1, -1);
		} else if (errno != EINTR) {
			return errno;
		}
	}
	return 0;
}

/* Is there room for a little? A write of so much then does not wait, to a
 * pipe and to a terminal alike. */
static bool
out_has_room(int fd, int ms)
{
	struct pollfd p = { fd, POLLOUT, 0 };
	return poll(&p, 1, ms) > 0;
}

/* Writes what can be written without waiting. */
static void
out_send_some(struct out *o)
{
	while (
	    buf_len(&o->pending) > 0 && !o->errored && out_has_room(o->fd, 0)) {
		size_t len = buf_len(&o->pending);
		ssize_t n = write(o->fd, buf_data(&o->pending),
		    len < OUT_LITTLE ? len : OUT_LITTLE);
		if (n >= 0)
			buf_consume(&o->pending, (size_t)n);
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR) {
			o->errored = true;
			o->errno_ = errno;
		}
	}
	if (o->errored)
		buf_clear(&o->pending);
}

size_t
out_waiting(const struct out *o)
{
	return buf_len(&o->pending);
}

static long long
out_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
out_linger(struct out *o, int ms)
{
	long long end = out_now_ms() + ms, left;
	while (buf_len(&o->pending) > 0 && !o->errored &&
	       (left = end - out_now_ms()) > 0)
		if (out_has_room(o->fd, (int)left))
			out_send_some(o);
}

/* Everything, to a reader who may be slow: in little writes that do not wait,
 * so that a signal is seen in between. 0, or the errno. */
static int
out_patiently(struct out *o, int fd, const char *p, size_t len)
{
	struct pollfd w[2] = { { fd, POLLOUT, 0 }, { o->wake_fd, POLLIN, 0 } };
	while (len > 0) {
		bool raised = *o->raised != 0;
		/* The wake-up stays readable. */
		int n = poll(w, raised ? 1 : 2, raised ? OUT_LAST_MS : -1);
		if (n == 0)
			return EINTR;
		if (n < 0 && errno != EINTR)
			return errno;
		if (n <= 0 || w[0].revents == 0)
			continue;
		ssize_t done =
		    write(fd, p, len < OUT_LITTLE ? len : OUT_LITTLE);
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			return errno;
		p += done > 0 ? done : 0;
		len -= done > 0 ? (size_t)done : 0;
	}
	return 0;
}

static int
out_to(struct out *o, int fd, const char *p, size_t len)
{
	bool waits = o->waits || fd == STDERR_FILENO;
	return o->raised != NULL && waits ? out_patiently(o, fd, p, len)
					  : out_all(fd, p, len);
}

void
out_push(struct out *o)
{
	if (buf_len(&o->pending) == 0)
		return;
	if (o->nowait) {
		out_send_some(o);
		return;
	}
	if (!o->errored) {
		if (o->before != NULL)
			o->before(o->arg);
		o->errno_ = out_to(
		    o, o->fd, buf_data(&o->pending), buf_len(&o->pending));
		o->errored = o->errno_ != 0;
		if (o->after != NULL)
			o->after(o->arg);
	}
	buf_clear(&o->pending);
}

void
out_write(struct out *o, const char *p, size_t len)
{
	buf_add(&o->pending, p, len);
	if (buf_len(&o->pending) >= OUT_GATHER)
		out_push(o);
}

int
out_flush(struct out *o, struct err *e)
{
	out_push(o);
	if (!o->errored || o->known)
		return 0;
	return err_set(e, ERR_OUTPUT, "cannot write to standard output: %s",
	    strerror(o->errno_));
}

/* Broken at words to the width of the terminal, if it is one. */
static void
out_wrap(
    const struct out *o, struct buf *line, const struct buf *text, size_t hang)
{
	struct winsize ws = { 0 };
	size_t width = 0;
	if (o->tells_terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == 0 &&
	    ws.ws_col >= OUT_NARROW)
		width = ws.ws_col;
	note_wrap(line, buf_data(text), buf_len(text), width, hang);
}

static void
out_tell(struct out *o, const struct redact *redact, const char *before,
    size_t hang, const struct buf *all)
{
	struct buf text = BUF_INIT;
	struct buf safe = BUF_INIT;
	struct buf line = BUF_INIT;
	redact_error(redact, &text, buf_data(all), buf_len(all));
	buf_adds(&safe, before);
	escape_add(&safe, buf_data(&text), buf_len(&text), true);
	out_wrap(o, &line, &safe, hang);
	out_push(o);
	if (o->before != NULL)
		o->before(o->arg);
	/* There is nobody left to tell when this fails. */
	if (!o->nowait || out_has_room(STDERR_FILENO, 0))
		(void)out_to(o, STDERR_FILENO, buf_data(&line), buf_len(&line));
	if (o->after != NULL)
		o->after(o->arg);
	buf_release(&text);
	buf_release(&safe);
	buf_release(&line);
}

void
out_error(struct out *o, const char *fmt, ...)
{
	struct buf all = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&all, fmt, ap);
	va_end(ap);
	out_tell(o, o->redact, "smtpsh: ", OUT_HANG, &all);
	buf_wipe(&all);
}

void
out_verdict(struct out *o, const char *fmt, ...)
{
	struct buf all = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&all, fmt, ap);
	va_end(ap);
	out_tell(o, NULL, "smtpsh: ", OUT_HANG, &all);
	buf_release(&all);
}

void
out_verdict_more(struct out *o, const char *fmt, ...)
{
	struct buf all = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&all, fmt, ap);
	va_end(ap);
	out_tell(o, NULL, "        ", OUT_HANG_MORE, &all);
	buf_wipe(&all);
}

void
out_errors(struct out *o, const char *p, size_t len)
{
	out_push(o);
	(void)out_all(STDERR_FILENO, p, len);
}

void
out_bar(const char *p, size_t len)
{
	(void)out_all(STDERR_FILENO, p, len);
}

int
out_release(struct out *o, struct err *e)
{
	int rc = out_flush(o, e);
	buf_release(&o->pending);
	return rc;
}
