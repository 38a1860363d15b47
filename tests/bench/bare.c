/* The least that a client of many sessions can do: epoll, one buffer, no look
 * at a reply but for its last line. "bare PORT SESSIONS MESSAGES OCTETS" mails
 * so many messages over so many kept sessions, line by line, and prints
 * seconds, and microseconds of CPU a message. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum bare_step { GREETING, HELLO, MAILED, RCPTED, GO_AHEAD, TAKEN, LEFT };

struct bare {
	int fd;
	enum bare_step step;
	char in[4096];
	size_t have;
};

static long bare_left;
static char *bare_text;
static size_t bare_len;

static void
bare_say(const struct bare *b, const char *p, size_t len)
{
	if (send(b->fd, p, len, MSG_NOSIGNAL) != (ssize_t)len) {
		perror("send");
		exit(2);
	}
}

/* A whole reply has come. */
static int
bare_next(struct bare *b)
{
	static const char *const lines[] = { [GREETING] = "EHLO bare\r\n",
		[MAILED] = "RCPT TO:<load@localhost>\r\n",
		[RCPTED] = "DATA\r\n" };
	switch (b->step) {
	case GREETING:
	case MAILED:
	case RCPTED:
		bare_say(b, lines[b->step], strlen(lines[b->step]));
		b->step++;
		return 0;
	case GO_AHEAD:
		bare_say(b, bare_text, bare_len);
		b->step = TAKEN;
		return 0;
	case HELLO:
	case TAKEN:
		if (bare_left-- > 0) {
			bare_say(b, "MAIL FROM:<root@localhost>\r\n", 28);
			b->step = MAILED;
		} else {
			bare_say(b, "QUIT\r\n", 6);
			b->step = LEFT;
		}
		return 0;
	case LEFT:
		break;
	}
	close(b->fd);
	return 1;
}

static int
bare_read(struct bare *b)
{
	ssize_t n = recv(b->fd, b->in + b->have, sizeof b->in - b->have, 0);
	if (n <= 0) {
		close(b->fd);
		return 1;
	}
	b->have += (size_t)n;
	/* The last line has no hyphen behind its code. */
	if (b->in[b->have - 1] != '\n')
		return 0;
	const char *last = memrchr(b->in, '\n', b->have - 1);
	last = last == NULL ? b->in : last + 1;
	if (last[3] == '-')
		return 0;
	b->have = 0;
	return bare_next(b);
}

static void
bare_open(struct bare *b, int e, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((unsigned short)port) };
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = b };
	int one = 1;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	b->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(b->fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    epoll_ctl(e, EPOLL_CTL_ADD, b->fd, &ev) < 0) {
		perror("connect");
		exit(2);
	}
	setsockopt(b->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

int
main(int argc, char **argv)
{
	if (argc != 5)
		return 64;
	int port = atoi(argv[1]), n = atoi(argv[2]), open = n;
	long messages = bare_left = atol(argv[3]);
	size_t size = (size_t)atol(argv[4]);
	struct epoll_event ready[512];
	struct bare *all = calloc((size_t)n, sizeof *all);
	bare_text = malloc(size + 3);
	if (all == NULL || bare_text == NULL)
		return 70;
	for (size_t i = 0; i < size; i++)
		bare_text[i] = i % 80 == 78 ? '\r' : i % 80 == 79 ? '\n' : 'x';
	memcpy(bare_text + size - 2, "\r\n.\r\n", 5);
	bare_len = size + 3;
	int e = epoll_create1(0);
	struct timespec t0, t1;
	clock_gettime(CLOCK_MONOTONIC, &t0);
	for (int i = 0; i < n; i++)
		bare_open(&all[i], e, port);
	while (open > 0) {
		int got = epoll_wait(e, ready, 512, -1);
		for (int i = 0; i < got; i++)
			open -= bare_read(ready[i].data.ptr);
	}
	clock_gettime(CLOCK_MONOTONIC, &t1);
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	double cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
		     (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
	printf("%.4f %.3f\n",
	    (double)(t1.tv_sec - t0.tv_sec) +
		(double)(t1.tv_nsec - t0.tv_nsec) / 1e9,
	    cpu / (double)messages);
	return 0;
}
