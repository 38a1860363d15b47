/* torture PROGRAM LIBRARY FOLDER: each call that can fail fails once, in each
 * of the runs below; or a sample of them, TORTURE_SAMPLE=N by TORTURE_SEED=N;
 * or of one group, TORTURE_GROUP=memory, tls or call; or in one run, or one of
 * them, TORTURE_ONLY="RUN" or "RUN GROUP NTH". FOLDER is what tests/torture/run
 * made. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/torture/fail.h"

#define DEADLINE_MS                                                            \
	20000 /* a run takes a tenth of a second; --timeout is 5 s */
#define WORKERS 16
#define NAMES	96
#define TEXT	(1 << 18)

enum { NONE, SMTP, LMTP }; /* who is at %p */

/* What it leaves behind when nothing fails, to be held against. */
#define OUT    1u  /* the conversation on standard output */
#define RECORD 2u  /* the file "record" */
#define JUNIT  4u  /* the file "junit" */
#define TAP    8u  /* standard output is TAP */
#define JSON   16u /* standard output is JSON */
#define TAKEN  32u /* the file "taken", which the peer of --pipe writes */
#define SERVES 64u /* a receiver; args behind "then" are its client's */

struct run {
	const char *name;
	int peer;
	unsigned mails; /* that the receiver stores */
	int status;
	unsigned leaves;
	const char *input; /* standard input */
	const char *args[36];
};

#define MESSAGE                                                                \
	"--from", "a@x.example", "--to", "joe%n@y.example", "--data",          \
	    "%d/mail.eml", "--timeout", "5s"
#define HOST "localhost:%p"
static const struct run runs[] = {
	{ "pipe", SMTP, 1, 0, OUT, "pipe.smtp",
	    { HOST, "--timeout", "5s", "-D", "who=joe%n" } },
	{ "words", SMTP, 0, 0, OUT | RECORD, NULL,
	    { HOST, "--timeout", "5s", "--record", "record", "-c",
		"EHLO x.example", "-c", "VRFY joe", "-c", "\\show" } },
	{ "file", SMTP, 1, 0, OUT | RECORD | JUNIT, NULL,
	    { HOST, "--timeout", "5s", "--record", "record", "--junit", "junit",
		"-D", "who=joe%n", "-f", "%d/file.smtp" } },
	{ "files", NONE, 0, 1, TAP | JUNIT, NULL,
	    { "--sandbox", "--format", "tap", "--junit", "junit",
		"--keep-going", "-f", "%d/alpha-beta.smtp", "-f",
		"%d/misses.smtp" } },
	{ "refused", NONE, 0, 69, JSON, NULL,
	    { "--sandbox", "--format", "json", "-c", "HELO x", "-c",
		"MAIL FROM:<a@x.example>", "-c", "RCPT TO:<Green>" } },
	{ "sandbox", NONE, 0, 0, OUT | RECORD, "mail.eml",
	    { "--sandbox", "--record", "record", "--from", "a@x.example",
		"--to", "Jones@Beta.ARPA" } },
	{ "mock", NONE, 0, 0, JSON | RECORD, NULL,
	    { "--mock", "%d/alpha-beta.smtp", "--format", "json", "--record",
		"record", "-f", "%d/alpha-beta.smtp" } },
	{ "message", SMTP, 1, 0, OUT | RECORD | JUNIT, NULL,
	    { HOST, MESSAGE, "--record", "record", "--junit", "junit" } },
	{ "chunks", SMTP, 1, 0, OUT, NULL, { HOST, MESSAGE, "--chunk", "64" } },
	{ "two", SMTP, 2, 0, JSON, "mail.eml",
	    { HOST, "--timeout", "5s", "--from", "a@x.example", "--to",
		"joe%n@y.example,ann%n@y.example", "--format", "json" } },
	{ "lmtp", LMTP, 2, 0, OUT | RECORD, "mail.eml",
	    { HOST, "--timeout", "5s", "--lmtp", "--from", "a@x.example",
		"--to", "joe%n@y.example,ann%n@y.example", "--record",
		"record" } },
	{ "tls", SMTP, 1, 0, OUT | RECORD, NULL,
	    { HOST, MESSAGE, "--tls", "--tls-ca", "%d/good.crt", "--record",
		"record" } },
	{ "tls-file", SMTP, 1, 0, OUT, NULL,
	    { HOST, "--timeout", "5s", "--tls", "--tls-ca", "%d/good.crt", "-D",
		"who=joe%n", "-f", "%d/file.smtp" } },
	{ "tls-stranger", SMTP, 0, 77, 0, NULL,
	    { HOST, MESSAGE, "--tls", "--tls-ca", "%d/other.crt" } },
	{ "tls-misnamed", SMTP, 0, 77, 0, NULL,
	    { HOST, MESSAGE, "--tls", "--tls-ca", "%d/good.crt",
		"--tls-verify-host", "other.example" } },
	{ "auth", SMTP, 1, 0, OUT, NULL,
	    { HOST, MESSAGE, "--tls", "--tls-ca", "%d/good.crt", "--auth",
		"--auth-user", "joe", "--auth-password-file", "%d/password" } },
	{ "auth-plain", SMTP, 0, 0, OUT, NULL,
	    { HOST, "--timeout", "5s", "--tls", "--tls-ca", "%d/good.crt",
		"--auth", "PLAIN", "--auth-user", "joe",
		"--auth-password-command", "cat '%d/password'", "-c",
		"NOOP" } },
	{ "auth-wrong", SMTP, 0, 77, 0, NULL,
	    { HOST, MESSAGE, "--tls", "--tls-ca", "%d/good.crt", "--auth",
		"SCRAM-SHA-256", "--auth-user", "joe", "--auth-password-file",
		"%d/wrong" } },
	{ "program", NONE, 0, 0, OUT | TAKEN, NULL,
	    { "--pipe", "exec sh '%d/taker.sh'", MESSAGE } },
	{ "mx", SMTP, 1, 0, OUT, NULL,
	    { "--mx", "y.example", "--port", "%p", "--resolver", "127.0.0.1:%r",
		MESSAGE } },
	{ "dane", SMTP, 0, 75, 0, NULL,
	    { "--mx", "y.example", "--port", "%p", "--resolver", "127.0.0.1:%r",
		"--dane", "--trust-anchor", "%d/anchor", MESSAGE } },
	{ "explain", NONE, 0, 0, OUT, NULL, { "--explain", "550", "5.1.1" } },
	{ "serve", NONE, 1, 0, SERVES, NULL,
	    { "--serve", "127.0.0.1:0", "--maildir", "box", "then", HOST,
		MESSAGE } },
	{ "serve-chunks", NONE, 1, 0, SERVES, NULL,
	    { "--serve", "127.0.0.1:0", "--maildir", "box", "then", HOST,
		MESSAGE, "--chunk", "64" } },
	{ "serve-lmtp", NONE, 2, 0, SERVES, NULL,
	    { "--serve", "127.0.0.1:0", "--lmtp", "--maildir", "box", "then",
		HOST, "--lmtp", MESSAGE, "--to", "ann%n@y.example" } },
	{ "serve-tls", NONE, 1, 0, SERVES, NULL,
	    { "--serve", "127.0.0.1:0", "--maildir", "box", "--cert",
		"%d/good.pem", "--key", "%d/good.pem", "--user", "joe",
		"--password-file", "%d/password", "then", HOST, MESSAGE,
		"--tls", "--tls-ca", "%d/good.crt", "--auth", "--auth-user",
		"joe", "--auth-password-file", "%d/password" } },
	{ "serve-mock", NONE, 0, 0, SERVES, NULL,
	    { "--serve", "127.0.0.1:0", "--mock", "%d/alpha-beta.smtp", "then",
		HOST, "--timeout", "5s", "-f", "%d/alpha-beta.smtp" } },
};
#define RUNS (sizeof runs / sizeof *runs)

/* Shared by all workers, each writing its own. */
struct tally {
	unsigned long passed, failed, missing, theirs, counted[FAIL_GROUPS];
	unsigned long status[256];
	struct {
		char name[24];
		unsigned long n;
	} call[NAMES];
};

/* A text and its last line. */
struct left {
	char *out, *record, *junit, *taken, *err;
	bool recorded; /* the record goes on to the end of the session */
};

struct worker {
	int at, of;
	char dir[256], page_path[300];
	struct fail_page *page;
	struct tally *tally;
	unsigned port[3], resolver;
	bool traced;
	unsigned serial; /* of the run: its mails are for joe%n and ann%n */
	pid_t peer[3], dns;
	const struct run *run; /* what is running */
	struct left whole;     /* what it leaves when nothing fails */
};

static const char *const groups[] = { "memory", "tls", "call" };
static const char *program, *library, *folder;
static char *message; /* as a Maildir has it */

static void
die(const char *what)
{
	fprintf(stderr, "torture: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static char *
text(const char *fmt, ...)
{
	char *p;
	va_list ap;
	va_start(ap, fmt);
	if (vasprintf(&p, fmt, ap) < 0)
		die("vasprintf");
	va_end(ap);
	return p;
}

/* All of a file; "" if there is none. */
static char *
slurp(const char *path)
{
	char *p = calloc(1, TEXT);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got = 0;
	if (p == NULL)
		die("calloc");
	while (fd >= 0 && n < TEXT - 1 &&
	       (got = read(fd, p + n, TEXT - 1 - n)) > 0)
		n += (size_t)got;
	if (fd >= 0)
		close(fd);
	return p;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	(void)st, (void)kind;
	return f->level == 0 ? 0 : remove(path);
}

static void
folder_empty(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The argument with what %d, %n, %p and %r stand for. */
static char *
argument(const struct worker *w, const char *arg, unsigned port)
{
	char *b = calloc(1, 1024), *end = b;
	for (const char *p = arg; *p != '\0'; p++) {
		if (p[0] == '%' && p[1] == 'd')
			end = stpcpy(end, folder);
		else if (p[0] == '%' && p[1] == 'p')
			end += sprintf(end, "%u", port);
		else if (p[0] == '%' && p[1] == 'n')
			end += sprintf(end, "%u", w->serial);
		else if (p[0] == '%' && p[1] == 'r')
			end += sprintf(end, "%u", w->resolver);
		else {
			*end++ = *p;
			continue;
		}
		p++;
	}
	return b;
}

/* What one process is given. */
struct start {
	const char *const *args; /* up to NULL or "then" */
	unsigned port;
	const char *input, *out, *err;
	int out_fd;
	bool fails;
};

static pid_t
start(const struct worker *w, const struct start *s)
{
	char *argv[40] = { text("%s", program) };
	for (int i = 0; s->args[i] != NULL && strcmp(s->args[i], "then") != 0;
	     i++)
		argv[i + 1] = argument(w, s->args[i], s->port);
	char *env[] = { text("HOME=%s", w->dir), text("PATH=/usr/bin:/bin"),
		text("LC_ALL=C.UTF-8"), text("LD_PRELOAD=%s", library),
		text(FAIL_PAGE "=%s", w->page_path), NULL };
	char *input = s->input == NULL ? NULL : text("%s/%s", folder, s->input);
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		sigset_t none;
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int flags = O_WRONLY | O_CREAT | O_TRUNC;
		if (chdir(w->dir) != 0)
			die(w->dir);
		dup2(open(input == NULL ? "/dev/null" : input, O_RDONLY), 0);
		dup2(s->out_fd > 0 ? s->out_fd : open(s->out, flags, 0600), 1);
		dup2(open(s->err, flags, 0600), 2);
		syscall(SYS_close_range, 3, ~0U, 0);
		if (!s->fails)
			env[3] = NULL;
		execve(program, argv, env);
		die(program);
	}
	for (int i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	for (int i = 0; env[i] != NULL; i++)
		free(env[i]);
	free(input);
	return pid;
}

/* Its wait status; -1: it had to be killed, of too long a run. */
static int
await(pid_t pid)
{
	int status = -1, fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { fd, POLLIN, 0 };
	if (fd < 0)
		die("pidfd_open");
	bool ended = poll(&p, 1, DEADLINE_MS) == 1;
	if (!ended)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	close(fd);
	return ended ? status : -1;
}

/* The port that a receiver tells of in its first line; 0: it tells none. */
static unsigned
port_told(int fd, int ms)
{
	char line[256] = "";
	size_t n = 0;
	struct pollfd p = { fd, POLLIN, 0 };
	while (n < sizeof line - 1 && strchr(line, '\n') == NULL &&
	       poll(&p, 1, ms) == 1) {
		ssize_t got = read(fd, line + n, sizeof line - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
		line[n] = '\0';
	}
	const char *at = strstr(line, " port ");
	return at == NULL ? 0 : (unsigned)strtoul(at + 6, NULL, 10);
}

static pid_t
receiver(const struct worker *w, const char *const *args, unsigned *port)
{
	int fd[2];
	if (pipe2(fd, O_CLOEXEC) != 0)
		die("pipe");
	pid_t pid =
	    start(w, &(struct start){
			 .args = args, .out_fd = fd[1], .err = "/dev/null" });
	close(fd[1]);
	*port = port_told(fd[0], DEADLINE_MS);
	if (*port == 0)
		die("a receiver tells no port");
	/* The log would fill the pipe. */
	if (fork() == 0) {
		char sink[4096];
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (read(fd[0], sink, sizeof sink) > 0)
			;
		_exit(0);
	}
	close(fd[0]);
	return pid;
}

static unsigned
number(const unsigned char *p)
{
	return p[0] * 256u + p[1];
}

/* Of whatever name: one host, which is at 127.0.0.1. */
static size_t
dns_answer(unsigned char *p, size_t n)
{
	static const unsigned char mx[] = "\xc0\x0c\0\x0f\0\1\0\0\0\x3c\0\x09"
					  "\0\x0a\4mail\xc0\x0c";
	static const unsigned char address[] = "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4"
					       "\x7f\0\0\1";
	size_t end = 12;
	while (end < n && p[end] != 0)
		end += p[end] + 1u;
	if (end + 5 > n)
		return 0;
	unsigned type = number(p + end + 1);
	end += 5;
	memcpy(p + 2, "\x81\x80\0\1\0\0\0\0\0\0", 10);
	if (type == 15) {
		memcpy(p + end, mx, sizeof mx - 1);
		end += sizeof mx - 1;
	} else if (type == 1) {
		memcpy(p + end, address, sizeof address - 1);
		end += sizeof address - 1;
	}
	p[7] = type == 15 || type == 1;
	return end;
}

static pid_t
dns(unsigned *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		die("the name server's socket");
	*port = ntohs(a.sin_port);
	pid_t pid = fork();
	if (pid != 0) {
		close(fd);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		unsigned char p[1024];
		len = sizeof a;
		ssize_t n = recvfrom(
		    fd, p, sizeof p - 64, 0, (struct sockaddr *)&a, &len);
		size_t m = n < 17 ? 0 : dns_answer(p, (size_t)n);
		if (m > 0)
			sendto(fd, p, m, 0, (struct sockaddr *)&a, len);
	}
}

/* Mails below that box that are whole, and of the others one that is not. */
static unsigned
mails(const struct worker *w, const char *box, bool *broken)
{
	glob_t g;
	char *pattern = text("%s/%s/*%u*/new/*", w->dir, box, w->serial);
	unsigned n = 0;
	*broken = false;
	if (glob(pattern, 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++) {
			char *p = slurp(g.gl_pathv[i]);
			size_t len = strlen(p), want = strlen(message);
			bool whole =
			    len > want && strcmp(p + len - want, message) == 0;
			n += whole;
			*broken |= !whole;
			free(p);
			unlink(g.gl_pathv[i]);
		}
		globfree(&g);
	}
	free(pattern);
	return n;
}

static bool
has(const char *line, const char *end, const char *what)
{
	return memmem(line, (size_t)(end - line), what, strlen(what)) != NULL;
}

/* Is that line the same from run to run? How a session ends behind its last
 * mail is nobody's loss. */
static bool
is_steady(const char *line, const char *end, unsigned leaves)
{
	if (leaves & TAP)
		return true;
	if (leaves & JSON)
		return !has(line, end, "\"remark\"") &&
		       !has(line, end, "QUIT\"") &&
		       !has(line, end, "\"closed\"") &&
		       !has(line, end, "\"open\"");
	if (strncmp(line, "S: QUIT", 7) == 0 || strncmp(line, "R: 221", 6) == 0)
		return false;
	return strncmp(line, "S:", 2) == 0 || strncmp(line, "R:", 2) == 0;
}

/* Such lines without what a clock or chance has made. */
static char *
steady(char *p, unsigned leaves)
{
	char *to = p, *line = p;
	for (char *end; *line != '\0'; line = end) {
		end = strchrnul(line, '\n');
		end += *end == '\n';
		if (!is_steady(line, end, leaves))
			continue;
		char was = '\n';
		/* A SCRAM challenge; the time that a test took. */
		char *stop = strncmp(line, "R: 334", 6) == 0 ? line + 6
			     : leaves & TAP
				 ? memmem(line, (size_t)(end - line), " # ", 3)
				 : NULL;
		for (char *c = line; c < (stop != NULL ? stop : end);) {
			size_t n = strspn(c, "0123456789");
			if (n > 3 || (n > 0 && strchr(".MPQ", was) != NULL) ||
			    (n > 0 && c[n] != '\0' &&
				strchr(".:T", c[n]) != NULL)) {
				*to++ = '0';
			} else {
				n = n > 0 ? n : 1;
				memmove(to, c, n);
				to += n;
			}
			was = c[n > 0 ? n - 1 : 0];
			c += n > 0 ? n : 1;
		}
		if (stop != NULL)
			*to++ = '\n';
	}
	*to = '\0';
	return p;
}

static char *
steady_file(const struct worker *w, const char *name, unsigned leaves)
{
	char *path = text("%s/%s", w->dir, name);
	char *p = steady(slurp(path), leaves);
	free(path);
	return p;
}

static struct left
left_take(const struct worker *w)
{
	struct left l;
	char *path = text("%s/err", w->dir);
	l.err = slurp(path);
	free(path);
	path = text("%s/record", w->dir);
	char *raw = slurp(path);
	const char *end = strstr(raw, "\nR: 221");
	l.recorded = end != NULL && strchr(end + 1, '\n')[1] == '\0';
	free(raw);
	free(path);
	l.out = steady_file(w, "out", w->run->leaves);
	l.record = steady_file(w, "record", RECORD);
	l.junit = steady_file(w, "junit", TAP);
	l.taken = steady_file(w, "taken", TAP);
	return l;
}

static void
left_free(struct left *l)
{
	free(l->out);
	free(l->record);
	free(l->junit);
	free(l->taken);
	free(l->err);
}

/* Does it end as the whole one does? */
static bool
ends_whole(const char *p, const char *whole)
{
	size_t len = strlen(p), want = strlen(whole);
	const char *last = whole + want;
	while (last > whole && (last == whole + want || last[-1] != '\n'))
		last--;
	size_t n = (size_t)(whole + want - last);
	return n > 0 && len >= n && strcmp(p + len - n, last) == 0;
}

/* What is wrong with what a run that ended so has left; NULL: nothing. */
static const char *
judge_left(const struct worker *w, const struct left *l, int status)
{
	const struct left *whole = &w->whole;
	unsigned leaves = w->run->leaves;
	if (whole->out == NULL)
		return NULL;
	if (status == w->run->status) {
		/* A refusal may hide it, but it is told. */
		if (status != 0 && strstr(l->err, "cannot write") != NULL)
			return NULL;
		if (leaves & (OUT | TAP | JSON) &&
		    strcmp(l->out, whole->out) != 0)
			return "standard output is not whole";
		if (leaves & RECORD && strcmp(l->record, whole->record) != 0)
			return "the record is not whole";
		if (leaves & JUNIT && strcmp(l->junit, whole->junit) != 0)
			return "the report is not whole";
		if (leaves & TAKEN && strcmp(l->taken, whole->taken) != 0)
			return "the mail was not taken";
		return NULL;
	}
	/* A session may be cut short, and its record tell it all. */
	if (leaves & RECORD && l->recorded &&
	    strncmp(l->record, whole->record, strlen(l->record)) != 0)
		return "the record is partial and looks whole";
	if (leaves & JUNIT && ends_whole(l->junit, whole->junit) &&
	    strcmp(l->junit, whole->junit) != 0 &&
	    strstr(l->junit, "<failure") == NULL &&
	    strstr(l->junit, "<error") == NULL)
		return "the report is partial and looks whole";
	if (leaves & TAP && strstr(l->out, "\n1..") != NULL &&
	    strcmp(l->out, whole->out) != 0 &&
	    strstr(l->out, "not ok ") == NULL)
		return "TAP is partial and looks whole";
	if (leaves & JSON && strstr(l->out, "\"event\":\"end\"") != NULL &&
	    strstr(l->out, "\"status\":0") != NULL &&
	    strcmp(l->out, whole->out) != 0)
		return "JSON is partial and looks whole";
	return NULL;
}

static bool
known_status(int status)
{
	return status == 0 || status == 1 || (status >= 64 && status <= 78);
}

static bool
failed_to_write(const struct worker *w)
{
	return strstr(w->page->name, "write") != NULL;
}

/* One run against a peer of ours. */
static const char *
run_client(struct worker *w, int *status)
{
	const struct run *r = w->run;
	int st = await(start(w, &(struct start){ .args = r->args,
				    .port = w->port[r->peer],
				    .input = r->input,
				    .out = "out",
				    .err = "err",
				    .fails = true }));
	bool broken;
	unsigned stored =
	    mails(w, r->peer == LMTP ? "../lmtp" : "../smtp", &broken);
	*status = st == -1	    ? 255
		  : WIFSIGNALED(st) ? 128 + WTERMSIG(st)
				    : WEXITSTATUS(st);
	if (st == -1)
		return "hangs";
	if (WIFSIGNALED(st))
		return strsignal(WTERMSIG(st));
	if (!known_status(*status))
		return "a status that the manual does not have";
	if (*status == 0 && r->status != 0)
		return "exit 0";
	if (broken)
		return "a mail that is not whole was stored";
	if (*status == 0 && stored < r->mails)
		return "exit 0 for a mail not taken";
	if (r->mails == 0 && stored > 0)
		return "a mail went where it must not";
	struct left l = left_take(w);
	const char *wrong = judge_left(w, &l, *status);
	if (wrong == NULL && *status != 0 && *status != r->status &&
	    *l.err == '\0' && !failed_to_write(w) &&
	    !atomic_load(&w->page->theirs))
		wrong = "says nothing";
	left_free(&l);
	return wrong;
}

/* The client of a receiver: all of it, or no 250. */
static const char *
visit(struct worker *w, unsigned port, int *status)
{
	const char *const *args = w->run->args;
	while (strcmp(*args, "then") != 0)
		args++;
	int st = await(start(w, &(struct start){ .args = args + 1,
				    .port = port,
				    .out = "client.out",
				    .err = "client.err" }));
	bool broken;
	unsigned stored = mails(w, "box", &broken);
	*status = st == -1 || WIFSIGNALED(st) ? 255 : WEXITSTATUS(st);
	if (*status == 255)
		return "its client hangs";
	if (broken)
		return "it stored a mail that is not whole";
	if (*status == 0 && stored < w->run->mails)
		return "250 for a mail not stored";
	return NULL;
}

static const char *
run_receiver(struct worker *w, int *status)
{
	int fd[2], first = -1, second = -1;
	if (pipe2(fd, O_CLOEXEC) != 0)
		die("pipe");
	pid_t pid = start(w, &(struct start){ .args = w->run->args,
				 .out_fd = fd[1],
				 .err = "err",
				 .fails = true });
	close(fd[1]);
	unsigned port = port_told(fd[0], 5000);
	const char *wrong = NULL, *again = NULL;
	if (port > 0) {
		wrong = visit(w, port, &first);
		again = visit(w, port, &second);
		kill(pid, SIGTERM);
	} else if (failed_to_write(w)) {
		kill(pid, SIGTERM);
	}
	int st = await(pid);
	close(fd[0]);
	*status = st == -1	    ? 255
		  : WIFSIGNALED(st) ? 128 + WTERMSIG(st)
				    : WEXITSTATUS(st);
	if (wrong != NULL || again != NULL)
		return wrong != NULL ? wrong : again;
	if (st == -1)
		return "hangs";
	if (port == 0 && failed_to_write(w))
		return NULL;
	if (WIFSIGNALED(st))
		return strsignal(WTERMSIG(st));
	if (!known_status(*status))
		return "a status that the manual does not have";
	if (port == 0)
		return *status == 0 ? "it served nobody, exit 0" : NULL;
	/* OpenSSL takes an algorithm that it had no memory for as one that is
	 * not there, and handshakes fail from then on: told, nothing lost. */
	if (*status == 0 && first != 0 && second != 0 &&
	    w->page->group != FAIL_NOTHING && w->page->group != FAIL_TLS)
		return "one failed call, and two clients were refused";
	/* A mock says by its status whether its conversation went so. */
	bool mock = strcmp(w->run->name, "serve-mock") == 0 && *status == 1;
	if (*status != 0 && w->page->group != FAIL_MEMORY && !mock &&
	    !failed_to_write(w))
		return "one failed call ended it";
	if (w->page->group == FAIL_NOTHING && (first != 0 || second != 0))
		return "a client was refused";
	return NULL;
}

static const char *
run_one(struct worker *w, int group, unsigned long nth, int *status)
{
	folder_empty(w->dir);
	memset(w->page, 0, sizeof *w->page);
	w->serial++;
	w->page->group = group;
	w->page->nth = nth;
	w->page->traced = w->traced;
	return w->run->leaves & SERVES ? run_receiver(w, status)
				       : run_client(w, status);
}

static void
tell_said(const struct worker *w)
{
	for (const char *const *f =
		 (const char *const[]){ "err", "client.err", NULL };
	     *f != NULL; f++) {
		char *path = text("%s/%s", w->dir, *f), *p = slurp(path);
		if (*p != '\0')
			printf("        %s: %.2000s", *f, p);
		free(path);
		free(p);
	}
}

static void
fail_once(struct worker *w, int group, unsigned long nth)
{
	struct tally *t = w->tally;
	int status;
	const char *wrong = run_one(w, group, nth, &status);
	if (!atomic_load(&w->page->fired)) {
		t->missing++;
	} else {
		size_t i = 0;
		while (i < NAMES - 1 && *t->call[i].name != '\0' &&
		       strcmp(t->call[i].name, w->page->name) != 0)
			i++;
		memcpy(t->call[i].name, w->page->name, sizeof w->page->name);
		t->call[i].n++;
		t->status[status]++;
		t->theirs += (unsigned)atomic_load(&w->page->theirs);
	}
	if (wrong == NULL) {
		t->passed++;
		return;
	}
	t->failed++;
	printf("FAILED  TORTURE_ONLY=\"%s %s %lu\" (%s): %s, status %d\n",
	    w->run->name, groups[group], nth, w->page->name, wrong, status);
	tell_said(w);
	fflush(stdout);
}

/* Nothing fails: how many calls there are, and what is left. */
static bool
begin(struct worker *w, unsigned long count[FAIL_GROUPS])
{
	int status;
	memset(&w->whole, 0, sizeof w->whole);
	/* Once for what it leaves, once held against that. */
	run_one(w, FAIL_NOTHING, 0, &status);
	w->whole = left_take(w);
	const char *wrong = run_one(w, FAIL_NOTHING, 0, &status);
	for (int g = 0; g < FAIL_GROUPS; g++) {
		count[g] = atomic_load(&w->page->count[g]);
		w->tally->counted[g] += count[g];
	}
	if (wrong == NULL && status != w->run->status)
		wrong = "untroubled it ends otherwise";
	if (wrong == NULL)
		return true;
	printf("FAILED  %s: %s, status %d\n", w->run->name, wrong, status);
	tell_said(w);
	fflush(stdout);
	w->tally->failed++;
	return false;
}

static bool
chosen(const struct run *r)
{
	const char *only = getenv("TORTURE_ONLY");
	size_t n = strlen(r->name);
	return only == NULL || (strncmp(only, r->name, n) == 0 &&
				   (only[n] == ' ' || only[n] == '\0'));
}

/* TORTURE_ONLY's second and third word. */
static bool
chosen_call(int *group, unsigned long *nth)
{
	const char *p = getenv("TORTURE_ONLY");
	p = p == NULL ? NULL : strchr(p, ' ');
	if (p == NULL)
		return false;
	*group = p[1] == 'm' ? FAIL_MEMORY : p[1] == 't' ? FAIL_TLS : FAIL_CALL;
	p = strchr(p + 1, ' ');
	*nth = p == NULL ? 1 : strtoul(p + 1, NULL, 10);
	return true;
}

static bool
chosen_group(int g)
{
	const char *only = getenv("TORTURE_GROUP");
	return only == NULL || strcmp(only, groups[g]) == 0;
}

static void
work_all(struct worker *w)
{
	for (size_t i = 0; i < RUNS; i++) {
		unsigned long count[FAIL_GROUPS], nth;
		int group;
		w->run = &runs[i];
		if (!chosen(w->run) || !begin(w, count))
			continue;
		if (chosen_call(&group, &nth)) {
			w->traced = true;
			if (w->at == 0)
				fail_once(w, group, nth);
			continue;
		}
		for (int g = 0; g < FAIL_GROUPS; g++)
			for (nth = chosen_group(g) ? 1 : count[g] + 1;
			     nth <= count[g]; nth++)
				if ((int)(nth % (unsigned)w->of) == w->at)
					fail_once(w, g, nth);
		left_free(&w->whole);
	}
}

/* Each group is a third of the sample, and in it each call as likely. */
static void
work_sample(struct worker *w, unsigned long sample, uint64_t seed)
{
	static unsigned long count[RUNS][FAIL_GROUPS];
	static struct left whole[RUNS];
	for (size_t i = 0; i < RUNS; i++) {
		w->run = &runs[i];
		if (!chosen(w->run) || !begin(w, count[i]))
			memset(count[i], 0, sizeof count[i]);
		whole[i] = w->whole;
	}
	for (unsigned long k = (unsigned)w->at; k < sample;
	     k += (unsigned)w->of) {
		int g = (int)(k % FAIL_GROUPS);
		unsigned long sum = 0;
		for (size_t i = 0; i < RUNS; i++)
			sum += count[i][g];
		/* splitmix64 */
		uint64_t x = seed + (k + 1) * 0x9e3779b97f4a7c15u;
		x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
		x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
		unsigned long nth = sum == 0 ? 0 : (x ^ (x >> 31)) % sum;
		size_t i = 0;
		while (i < RUNS && nth >= count[i][g])
			nth -= count[i++][g];
		if (i == RUNS)
			continue;
		w->run = &runs[i];
		w->whole = whole[i];
		fail_once(w, g, nth + 1);
	}
}

static void
work(struct worker *w, unsigned long sample, uint64_t seed)
{
	static const char *const smtp[] = { "--serve", "127.0.0.1:0",
		"--maildir", "../smtp", "--cert", "%d/good.pem", "--key",
		"%d/good.pem", "--user", "joe", "--password-file",
		"%d/password", NULL };
	static const char *const lmtp[] = { "--serve", "127.0.0.1:0", "--lmtp",
		"--maildir", "../lmtp", NULL };
	w->serial = 100000;
	char *base = text("%s/w%d", folder, w->at);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(w->dir, sizeof w->dir, "%s/run", base);
	snprintf(w->page_path, sizeof w->page_path, "%s/page", base);
	char *lmtp_box = text("%s/lmtp", base),
	     *smtp_box = text("%s/smtp", base);
	if (mkdir(base, 0700) != 0 || mkdir(w->dir, 0700) != 0 ||
	    mkdir(lmtp_box, 0700) != 0 || mkdir(smtp_box, 0700) != 0)
		die(base);
	int fd = open(w->page_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof *w->page) != 0)
		die(w->page_path);
	w->page = mmap(
	    NULL, sizeof *w->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (w->page == MAP_FAILED)
		die("mmap");
	w->peer[SMTP] = receiver(w, smtp, &w->port[SMTP]);
	w->peer[LMTP] = receiver(w, lmtp, &w->port[LMTP]);
	w->dns = dns(&w->resolver);
	if (sample > 0)
		work_sample(w, sample, seed);
	else
		work_all(w);
	kill(w->peer[SMTP], SIGKILL);
	kill(w->peer[LMTP], SIGKILL);
	kill(w->dns, SIGKILL);
	_exit(0);
}

static void
tell_calls(struct tally *all, const struct tally *t, int workers)
{
	for (int k = 0; k < workers; k++) {
		all->passed += t[k].passed;
		all->failed += t[k].failed;
		all->missing += t[k].missing;
		all->theirs += t[k].theirs;
		for (int s = 0; s < 256; s++)
			all->status[s] += t[k].status[s];
		for (int i = 0; i < NAMES && *t[k].call[i].name != '\0'; i++) {
			int j = 0;
			while (
			    *all->call[j].name != '\0' &&
			    strcmp(all->call[j].name, t[k].call[i].name) != 0)
				j++;
			all->call[j] = (__typeof__(all->call[j])){
				.n = all->call[j].n + t[k].call[i].n
			};
			memcpy(all->call[j].name, t[k].call[i].name, 24);
		}
	}
	printf("calls in all runs: memory %lu, OpenSSL's memory %lu, others "
	       "%lu\nfailed:",
	    t->counted[0], t->counted[1], t->counted[2]);
	for (int i = 0; i < NAMES && *all->call[i].name != '\0'; i++)
		printf(" %s %lu", all->call[i].name, all->call[i].n);
	printf("\noutcomes:");
	for (int s = 0; s < 256; s++)
		if (all->status[s] > 0)
			printf(" status %d: %lu%s", s, all->status[s],
			    s < 255 ? "," : "");
	printf(" never reached: %lu, died in libunbound: %lu\n", all->missing,
	    all->theirs);
}

int
main(int argc, char **argv)
{
	const char *sample = getenv("TORTURE_SAMPLE"),
		   *seed = getenv("TORTURE_SEED");
	long workers = sysconf(_SC_NPROCESSORS_ONLN);
	if (argc != 4) {
		fprintf(stderr, "usage: torture PROGRAM LIBRARY FOLDER\n");
		return 64;
	}
	program = argv[1];
	library = argv[2];
	folder = argv[3];
	char *path = text("%s/mail.stored", folder);
	message = slurp(path);
	workers = workers < 1 ? 1 : workers > WORKERS ? WORKERS : workers;
	if (getenv("TORTURE_ONLY") != NULL &&
	    strchr(getenv("TORTURE_ONLY"), ' ') != NULL)
		workers = 1;
	uint64_t from = seed == NULL ? (uint64_t)time(NULL) / 86400
				     : strtoull(seed, NULL, 10);
	struct tally *t = mmap(NULL, sizeof *t * WORKERS,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t == MAP_FAILED)
		die("mmap");
	if (sample != NULL)
		printf("TORTURE_SAMPLE=%s TORTURE_SEED=%llu\n", sample,
		    (unsigned long long)from);
	fflush(stdout);
	pid_t pid[WORKERS];
	for (int k = 0; k < workers; k++) {
		pid[k] = fork();
		if (pid[k] == 0) {
			struct worker w = {
				.at = k, .of = (int)workers, .tally = &t[k]
			};
			work(&w, sample == NULL ? 0 : strtoul(sample, NULL, 10),
			    from);
		}
	}
	struct tally all = { 0 };
	for (int k = 0; k < workers; k++) {
		int status;
		waitpid(pid[k], &status, 0);
		if (status != 0)
			printf(
			    "FAILED  worker %d: wait status %d\n", k, status);
		t[k].failed += status != 0;
	}
	tell_calls(&all, t, (int)workers);
	printf("%lu passed, %lu failed\n", all.passed, all.failed);
	return all.failed > 0 || all.passed == 0;
}
