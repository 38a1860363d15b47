/* Benchmarks as ratios: each figure compares smtpsh with something else that
 * runs in turn with it, in the same minute, against the same sink in this
 * program. Prints "bench NAME VALUE GOAL"; exits 1 when a goal is missed. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BENCH_BLOCK (256u << 10)
#define BENCH_LINES 4096

extern char **environ;
static int bench_missed;
static const char *bench_smtpsh;

static double
bench_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
bench_die(const char *what)
{
	perror(what);
	exit(2);
}

static void
bench_say(int fd, const char *s)
{
	if (write(fd, s, strlen(s)) < 0)
		_exit(0);
}

/* Reads and discards up to CRLF.CRLF; how many octets behind it were read with
 * it, and *rest where they are: -1: the end. */
static ssize_t
bench_discard(int fd, char *block, const char **rest)
{
	static const char end[] = "\r\n.\r\n";
	size_t kept = 0; /* of the block before */
	for (;;) {
		ssize_t n = read(fd, block + kept, BENCH_BLOCK - kept);
		if (n <= 0)
			return -1;
		size_t len = kept + (size_t)n;
		const char *at = memmem(block, len, end, 5);
		if (at != NULL) {
			*rest = at + 5;
			return block + len - *rest;
		}
		kept = len < 4 ? len : 4;
		memmove(block, block + len - kept, kept);
	}
}

/* One line of a session; false: it is over. "RAW" discards all that follows. */
static bool
bench_line(int fd, char *block, const char *line, bool pipelines)
{
	switch (line[0]) {
	case 'E':
		bench_say(fd,
		    pipelines ? "250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
			      : "250-sink\r\n250 8BITMIME\r\n");
		return true;
	case 'Q':
		bench_say(fd, "221 bye\r\n");
		return false;
	default:
		if (memcmp(line, "RAW\r", 4) == 0) {
			while (read(fd, block, BENCH_BLOCK) > 0)
				;
			bench_say(fd, "250 ok\r\n");
			return false;
		}
		bench_say(fd, "250 ok\r\n");
		return true;
	}
}

/* The text behind a DATA, and what came with its end goes to lines; -1: the
 * connection has gone. */
static ssize_t
bench_text(int fd, char *block, char *lines)
{
	const char *rest;
	bench_say(fd, "354 go\r\n");
	ssize_t n = bench_discard(fd, block, &rest);
	if (n < 0 || n >= BENCH_LINES)
		return -1;
	bench_say(fd, "250 ok\r\n");
	memcpy(lines, rest, (size_t)n);
	return n;
}

/* One session of the sink. Lines that come together are whole, and DATA's is
 * the last of them. */
static void
bench_session(int fd, char *block, bool pipelines)
{
	char lines[BENCH_LINES];
	ssize_t n = 0;
	bench_say(fd, "220 sink\r\n");
	for (;;) {
		if (n == 0)
			n = read(fd, lines, sizeof lines - 1);
		if (n <= 0)
			return;
		lines[n] = '\0';
		n = 0;
		for (char *p = lines; *p != '\0';) {
			char *end = strchr(p, '\n');
			if (*p == 'D') {
				n = bench_text(fd, block, lines);
				break;
			}
			if (!bench_line(fd, block, p, pipelines))
				return;
			p = end == NULL ? p + strlen(p) : end + 1;
		}
	}
}

static pid_t
bench_sink(unsigned *port, bool pipelines)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof a;
	int l = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(l, (struct sockaddr *)&a, len) < 0 || listen(l, 64) < 0 ||
	    getsockname(l, (struct sockaddr *)&a, &len) < 0)
		bench_die("sink");
	*port = ntohs(a.sin_port);
	pid_t pid = fork();
	if (pid != 0) {
		close(l);
		return pid;
	}
	char *block = malloc(BENCH_BLOCK);
	for (;;) {
		int one = 1, fd = accept(l, NULL, NULL);
		if (fd < 0)
			continue;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		bench_session(fd, block, pipelines);
		close(fd);
	}
}

static int
bench_connect(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	char block[512];
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
		bench_die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (read(fd, block, sizeof block) <= 0)
		bench_die("greeting");
	return fd;
}

/* Runs a program with its input from a file; seconds, and its peak KiB. */
static double
bench_run(char *const argv[], const char *input, long *kib)
{
	posix_spawn_file_actions_t fa;
	struct rusage ru;
	int status;
	pid_t pid;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	double t = bench_now();
	if (posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ) != 0)
		return -1;
	if (wait4(pid, &status, 0, &ru) < 0)
		bench_die("wait");
	t = bench_now() - t;
	posix_spawn_file_actions_destroy(&fa);
	if (kib != NULL)
		*kib = ru.ru_maxrss;
	if (status != 0) {
		fprintf(stderr, "%s: status %d\n", argv[0], status);
		return -1;
	}
	return t;
}

static int
bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double
bench_median(double *t, size_t n)
{
	qsort(t, n, sizeof *t, bench_compare);
	return t[n / 2];
}

static void
bench_tell(const char *name, double value, double goal, bool at_most)
{
	bool ok = at_most ? value <= goal : value >= goal;
	printf("bench %s %.3f %s%.3f%s\n", name, value,
	    at_most ? "<=" : ">=", goal, ok ? "" : " MISSED");
	fflush(stdout);
	bench_missed |= !ok;
}

/* The smallest client there can be, as a process: mail from standard input. */
static int
bench_client(unsigned port)
{
	static const char *const line[] = { "EHLO x\r\n", "MAIL FROM:<a@b>\r\n",
		"RCPT TO:<c@d>\r\n", "DATA\r\n" };
	char block[8192], out[sizeof block * 2];
	int fd = bench_connect(port);
	for (size_t i = 0; i < 4; i++) {
		bench_say(fd, line[i]);
		if (read(fd, block, sizeof block) <= 0)
			return 1;
	}
	ssize_t n = read(0, block, sizeof block);
	size_t len = 0;
	for (ssize_t i = 0; i < n; i++) {
		if (block[i] == '\n')
			out[len++] = '\r';
		out[len++] = block[i];
	}
	memcpy(out + len, ".\r\n", 4);
	bench_say(fd, out);
	if (read(fd, block, sizeof block) <= 0)
		return 1;
	bench_say(fd, "QUIT\r\n");
	return read(fd, block, sizeof block) <= 0;
}

/* A mail of 1 KB by smtpsh, curl, swaks and that client in turn, whole
 * processes. */
static void
bench_mail(unsigned port, const char *folder, char *self)
{
	char url[64], server[64], file[256], digits[16];
	double own[41], bare[41], curl[41], swaks[5];
	size_t n = 0, k = 0;
	snprintf(url, sizeof url, "smtp://127.0.0.1:%u", port);
	snprintf(server, sizeof server, "127.0.0.1:%u", port);
	snprintf(file, sizeof file, "%s/1k", folder);
	snprintf(digits, sizeof digits, "%u", port);
	FILE *f = fopen(file, "w");
	fputs("From: <a@example.org>\nSubject: bench\n\n", f);
	for (int i = 0; i < 15; i++)
		fprintf(f, "%064d\n", i);
	fclose(f);
	char *const a[] = { (char *)(uintptr_t)bench_smtpsh, "--from", "a@b",
		"--to", "c@d", server, NULL };
	char *const b[] = { "curl", "-s", url, "--mail-from", "a@b",
		"--mail-rcpt", "c@d", "-T", "-", NULL };
	char *const c[] = { "swaks", "--server", server, "--from", "a@b",
		"--to", "c@d", "--data", "-", NULL };
	char *const d[] = { self, "--client", digits, NULL };
	for (n = 0; n < 41; n++) {
		bare[n] = bench_run(d, file, NULL);
		own[n] = bench_run(a, file, NULL);
		curl[n] = bench_run(b, file, NULL);
		if (n % 8 == 0 && k < 5)
			swaks[k++] = bench_run(c, file, NULL);
		if (own[n] < 0 || bare[n] < 0)
			exit(2);
	}
	double mine = bench_median(own, n);
	bench_tell("mail-1k-bare", mine / bench_median(bare, n), 1.6, true);
	if (curl[0] > 0)
		bench_tell(
		    "mail-1k-curl", mine / bench_median(curl, n), 0.22, true);
	if (swaks[0] > 0)
		bench_tell("mail-1k-swaks", mine / bench_median(swaks, k),
		    1 / 25.0, true);
}

/* 10,000 NOOPs, each after the reply to the one before. */
static double
bench_bare_noops(unsigned port, int count)
{
	char reply[512];
	int fd = bench_connect(port);
	double t = bench_now();
	for (int i = 0; i < count; i++)
		if (send(fd, "NOOP\r\n", 6, 0) != 6 ||
		    recv(fd, reply, sizeof reply, 0) <= 0)
			bench_die("NOOP");
	t = bench_now() - t;
	close(fd);
	return t;
}

static void
bench_noops(unsigned port, const char *folder)
{
	char server[64], file[256], empty[256];
	double own[31], bare[31];
	size_t n;
	int count = 10000;
	snprintf(server, sizeof server, "127.0.0.1:%u", port);
	snprintf(file, sizeof file, "%s/noops", folder);
	snprintf(empty, sizeof empty, "%s/none", folder);
	FILE *f = fopen(file, "w");
	for (int i = 0; i < count; i++)
		fputs("NOOP\n", f);
	fclose(f);
	fclose(fopen(empty, "w"));
	char *const a[] = { (char *)(uintptr_t)bench_smtpsh, "-q", server,
		NULL };
	for (n = 0; n < 31; n++) {
		/* What the process costs besides is another figure's. */
		double start = bench_run(a, empty, NULL);
		own[n] = bench_run(a, file, NULL) - start;
		bare[n] = bench_bare_noops(port, count);
	}
	bench_tell("noop-rate", bench_median(bare, n) / bench_median(own, n),
	    0.85, false);
}

static double
bench_bare_copy(unsigned port, const char *file)
{
	static char block[BENCH_BLOCK];
	int in = open(file, O_RDONLY), fd = bench_connect(port);
	ssize_t n;
	bench_say(fd, "RAW\r\n");
	double t = bench_now();
	while ((n = read(in, block, sizeof block)) > 0)
		for (ssize_t done = 0; done < n;) {
			ssize_t w = write(fd, block + done, (size_t)(n - done));
			if (w < 0)
				bench_die("write");
			done += w;
		}
	shutdown(fd, SHUT_WR);
	while (read(fd, block, sizeof block) > 0)
		;
	t = bench_now() - t;
	close(fd);
	close(in);
	return t;
}

static void
bench_fill(const char *file, const char *line, size_t mib)
{
	static char block[1 << 20];
	FILE *f = fopen(file, "w");
	size_t len = strlen(line), n = sizeof block / len * len;
	for (size_t i = 0; i < n; i++)
		block[i] = line[i % len];
	for (size_t done = 0; done < mib << 20; done += n)
		fwrite(block, 1, n, f);
	fclose(f);
}

static void
bench_message(unsigned port, const char *folder, const char *shape,
    const char *line, const char *wire, double goal, size_t mib)
{
	char server[64], file[256], other[256], name[64];
	double own[3], bare[3];
	size_t n;
	long kib = 0, most = 0;
	snprintf(server, sizeof server, "127.0.0.1:%u", port);
	snprintf(file, sizeof file, "%s/message", folder);
	snprintf(other, sizeof other, "%s/wire", folder);
	bench_fill(file, line, mib);
	/* Lines of one period are twice as long on the wire: the bare copy
	 * has to move as much. */
	if (wire != NULL)
		bench_fill(other, wire, mib * strlen(wire) / strlen(line));
	const char *bare_file = wire != NULL ? other : file;
	char *const a[] = { (char *)(uintptr_t)bench_smtpsh, "-q", "--from",
		"a@b", "--to", "c@d", server, NULL };
	bench_bare_copy(port, bare_file); /* the file is in memory now */
	for (n = 0; n < 3; n++) {
		bare[n] = bench_bare_copy(port, bare_file);
		own[n] = bench_run(a, file, &kib);
		if (own[n] < 0)
			exit(2);
		most = kib > most ? kib : most;
	}
	unlink(file);
	unlink(other);
	snprintf(name, sizeof name, "message-%s", shape);
	bench_tell(
	    name, bench_median(bare, n) / bench_median(own, n), goal, false);
	snprintf(name, sizeof name, "memory-MiB-%s", shape);
	bench_tell(name, (double)most / 1024, 8, true);
}

#define BENCH_MAILS 1000

/* As many messages of 10 KB as a folder has. */
static void
bench_mails_make(const char *folder)
{
	char path[300];
	mkdir(folder, 0700);
	for (int i = 1; i <= BENCH_MAILS; i++) {
		snprintf(path, sizeof path, "%s/%d", folder, i);
		FILE *f = fopen(path, "w");
		fprintf(f, "Subject: %d\n\n", i);
		for (int k = 0; k < 10000 / 70; k++)
			fputs("The quick brown fox jumps over the lazy dog, "
			      "as it does in every test.\n",
			    f);
		fclose(f);
	}
}

static void
bench_mails_remove(const char *folder)
{
	char path[300];
	for (int i = 1; i <= BENCH_MAILS; i++) {
		snprintf(path, sizeof path, "%s/%d", folder, i);
		unlink(path);
	}
	rmdir(folder);
}

static double
bench_median_run(char *const argv[], size_t runs, long *kib)
{
	double t[5];
	long most = 0, k = 0;
	for (size_t n = 0; n < runs; n++) {
		t[n] = bench_run(argv, "/dev/null", &k);
		if (t[n] < 0)
			return -1;
		most = k > most ? k : most;
	}
	*kib = most;
	return bench_median(t, runs);
}

/* A folder over one connection, beside curl with one process for all and swaks
 * with one for each. */
static void
bench_folder(unsigned port, const char *top)
{
	char server[64], url[64], folder[256], list[300], data[300];
	long kib = 0, other;
	snprintf(server, sizeof server, "127.0.0.1:%u", port);
	snprintf(url, sizeof url, "smtp://127.0.0.1:%u", port);
	snprintf(folder, sizeof folder, "%s/mails", top);
	snprintf(list, sizeof list, "%s/[1-%d]", folder, BENCH_MAILS);
	snprintf(data, sizeof data, "@%s/1", folder);
	bench_mails_make(folder);
	char *const own[] = { (char *)(uintptr_t)bench_smtpsh, "-q", "--from",
		"a@b", "--to", "c@d", "--eml", folder, server, NULL };
	char *const curl[] = { "curl", "-s", "-T", list, "--mail-from", "a@b",
		"--mail-rcpt", "c@d", url, NULL };
	char *const swaks[] = { "swaks", "--silent", "3", "--from", "a@b",
		"--to", "c@d", "--server", server, "--data", data, NULL };
	double mine = bench_median_run(own, 5, &kib);
	if (mine < 0)
		exit(2);
	bench_tell("mails-per-second", BENCH_MAILS / mine, 1000, false);
	bench_tell("memory-MiB-mails", (double)kib / 1024, 12, true);
	double theirs = bench_median_run(curl, 3, &other);
	if (theirs > 0)
		bench_tell("mails-curl", theirs / mine, 5, false);
	theirs = bench_median_run(swaks, 5, &other);
	if (theirs > 0)
		bench_tell(
		    "mails-swaks", theirs * BENCH_MAILS / mine, 100, false);
	bench_mails_remove(folder);
}

/* A large attachment, beside base64(1). */
static void
bench_attachment(unsigned port, const char *top)
{
	char server[64], file[256];
	long kib = 0, other;
	snprintf(server, sizeof server, "127.0.0.1:%u", port);
	snprintf(file, sizeof file, "%s/attachment", top);
	bench_fill(file, "The quick brown fox jumps over it. ", 100);
	char *const own[] = { (char *)(uintptr_t)bench_smtpsh, "-q", "--from",
		"a@b", "--to", "c@d", "--subject", "x", "--body", "y",
		"--attach", file, server, NULL };
	char *const base64[] = { "base64", file, NULL };
	double bare = bench_median_run(base64, 3, &other);
	double mine = bench_median_run(own, 3, &kib);
	unlink(file);
	if (mine < 0)
		exit(2);
	if (bare > 0)
		bench_tell("attachment", bare / mine, 0.5, false);
	bench_tell("memory-MiB-attachment", (double)kib / 1024, 16, true);
}

int
main(int argc, char **argv)
{
	char folder[] = "/tmp/smtpsh-bench-XXXXXX";
	const char *only = argc > 2 ? argv[2] : "all";
	const char *mb = getenv("BENCH_MB");
	size_t mib = mb == NULL ? 1024 : (size_t)atoi(mb);
	unsigned port;
	if (argc == 3 && strcmp(argv[1], "--client") == 0)
		return bench_client((unsigned)atoi(argv[2]));
	if (argc < 2 || mkdtemp(folder) == NULL) {
		fputs("usage: bench SMTPSH "
		      "[mail|noop|folder|attachment|message]\n",
		    stderr);
		return 2;
	}
	bench_smtpsh = argv[1];
	signal(SIGPIPE, SIG_IGN);
	pid_t sink = bench_sink(&port, false);
	bool all = strcmp(only, "all") == 0;
	if (all || strcmp(only, "mail") == 0)
		bench_mail(port, folder, argv[0]);
	if (all || strcmp(only, "noop") == 0)
		bench_noops(port, folder);
	if (all || strcmp(only, "folder") == 0) {
		/* As servers are, but for the very old. */
		unsigned other;
		pid_t pipelines = bench_sink(&other, true);
		bench_folder(other, folder);
		kill(pipelines, SIGTERM);
		waitpid(pipelines, NULL, 0);
	}
	if (all || strcmp(only, "attachment") == 0)
		bench_attachment(port, folder);
	if (all || strcmp(only, "message") == 0) {
		static const struct {
			const char *name, *line, *wire;
			double goal;
		} shape[] = {
			{ "lf",
			    "The quick brown fox jumps over the lazy dog, "
			    "as it does in every test.\n",
			    NULL, 0.7 },
			{ "crlf",
			    "The quick brown fox jumps over the lazy "
			    "dog, as it does in a test.\r\n",
			    NULL, 0.7 },
			{ "dots",
			    ".The quick brown fox jumps over the lazy "
			    "dog, as it does in tests.\n",
			    NULL, 0.65 },
			{ "one-line", "The quick brown fox jumps over it. ",
			    NULL, 0.7 },
			{ "lone-dots", ".\n", "..\r\n", 0.6 },
		};
		for (size_t i = 0; i < sizeof shape / sizeof *shape; i++)
			bench_message(port, folder, shape[i].name,
			    shape[i].line, shape[i].wire, shape[i].goal, mib);
	}
	kill(sink, SIGTERM);
	waitpid(sink, NULL, 0);
	char command[256];
	snprintf(command, sizeof command, "%s/1k", folder);
	unlink(command);
	snprintf(command, sizeof command, "%s/noops", folder);
	unlink(command);
	snprintf(command, sizeof command, "%s/none", folder);
	unlink(command);
	rmdir(folder);
	return bench_missed;
}
