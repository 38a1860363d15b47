/* Memory of a conversation at rest behind EHLO, in clear text and under TLS:
 * many of them in this process, over sockets to a receiver in another, and
 * what the heap has grown by. Prints "bench NAME VALUE GOAL", in KiB; exits 1
 * when a goal is missed. */
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd/talk/talk.h"
#include "net/serve/serve.h"

#define TALKS_N 500

static char talks_port[32];

static void
talks_die(const char *what, const struct err *e)
{
	fprintf(stderr, "talks: %s: %s\n", what, e->text);
	exit(2);
}

/* The receiver. */

static void
talks_ready(void *arg, const char *address, const char *port)
{
	const int *fd = arg;
	if (strchr(address, ':') == NULL)
		dprintf(*fd, "%s", port);
	close(*fd);
}

static pid_t
talks_receiver(void)
{
	int fd[2];
	if (pipe(fd) < 0)
		exit(2);
	pid_t pid = fork();
	if (pid != 0) {
		close(fd[1]);
		ssize_t n = read(fd[0], talks_port, sizeof talks_port - 1);
		close(fd[0]);
		if (pid < 0 || n <= 0)
			exit(2);
		return pid;
	}
	const struct tls_config tls = { .role = TLS_SERVER,
		.self_signed = true,
		.self_name = "localhost" };
	struct serve_config c = { .address = "127.0.0.1",
		.port = "0",
		.client_max = TALKS_N + 2,
		.ready = talks_ready,
		.ready_arg = &fd[1] };
	struct loop l;
	struct err e = { 0 };
	close(fd[0]);
	c.peer.smtpd.world = world_new("localhost");
	c.peer.smtpd.starttls = true;
	if (loop_init(&l) < 0 || tls_ctx_new(&c.peer.tls, &tls, &e) < 0 ||
	    serve_run(&c, &l, NULL, &e) < 0)
		fprintf(stderr, "talks: %s\n", e.text);
	_exit(2);
}

/* The conversations. */

static void
talks_put(struct talk *t, struct event *ev)
{
	(void)t;
	(void)ev;
}

static void
talks_error(struct talk *t, const struct err *e)
{
	(void)t;
	talks_die("a conversation", e);
}

static struct tls_ctx *
talks_tls(struct talk *t, struct err *e)
{
	(void)e;
	return t->house;
}

static uint64_t
talks_text_max(const struct talk *t)
{
	(void)t;
	return 0;
}

static const struct talk_env talks_env = { .put = talks_put,
	.error = talks_error,
	.tls = talks_tls,
	.text_max = talks_text_max };

static void
talks_go(struct talk *t)
{
	while (talk_go(t) != TALK_INPUT) {
		struct pollfd fd[8];
		nfds_t n = (nfds_t)talk_fds(t, fd);
		poll(fd, n, t->deadline_ns == 0 ? 0 : 1000);
		t->readable = t->woken = true;
	}
}

static struct talk *
talks_begin(struct tls_ctx *ctx)
{
	struct talk *t = mem_zalloc(sizeof *t);
	char line[] = "EHLO localhost";
	struct err e = { 0 };
	const struct stmt st = { .kind = STMT_SEND,
		.text = line,
		.len = sizeof line - 1,
		.verb = verb_get(VERB_EHLO) };
	struct buf where = BUF_INIT;
	talk_init(t, &talks_env, ctx);
	buf_addf(&where, "127.0.0.1:%s", talks_port);
	if (where_parse(&t->where, buf_str(&where), &e) < 0)
		talks_die("where", &e);
	buf_release(&where);
	t->has_where = true;
	if (ctx != NULL) {
		t->secure.level = TLS_MUST;
		t->secure.unverified = true;
	}
	talk_stream(t, "bench");
	talk_feed(t, &st);
	talks_go(t);
	return t;
}

static size_t
talks_heap(void)
{
	struct mallinfo2 m = mallinfo2();
	return m.uordblks + m.hblkhd;
}

static int
talks_measure(const char *name, struct tls_ctx *ctx, double goal)
{
	static struct talk *t[TALKS_N];
	/* What the first one loads stays. */
	struct talk *first = talks_begin(ctx);
	size_t before = talks_heap();
	for (size_t i = 0; i < TALKS_N; i++)
		t[i] = talks_begin(ctx);
	double kib = (double)(talks_heap() - before) / TALKS_N / 1024;
	printf("bench %s %.1f <=%.1f%s\n", name, kib, goal,
	    kib <= goal ? "" : " MISSED");
	fflush(stdout);
	for (size_t i = 0; i < TALKS_N; i++) {
		talk_release(t[i]);
		free(t[i]);
	}
	talk_release(first);
	free(first);
	return kib > goal;
}

int
main(void)
{
	const struct tls_config c = { .role = TLS_CLIENT };
	struct rlimit files;
	struct tls_ctx *ctx;
	struct err e = { 0 };
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	pid_t receiver = talks_receiver();
	int missed = talks_measure("talk-KiB", NULL, 10);
	if (tls_ctx_new(&ctx, &c, &e) < 0)
		talks_die("TLS", &e);
	missed |= talks_measure("talk-KiB-tls", ctx, 50);
	tls_ctx_free(ctx);
	kill(receiver, SIGKILL);
	waitpid(receiver, NULL, 0);
	return missed;
}
