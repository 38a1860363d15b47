/* getaddrinfo(3) cannot be interrupted and knows no deadline, so a name is
 * looked up in a detached thread which says by a pipe that it is done. What
 * the two share has two owners; the last one frees it, so the caller may walk
 * away while the thread is still waiting for a name server. */
#include "net/conn/conn_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include "net/core/buf.h"

struct conn_query {
	int owners;
	int done[2]; /* the thread writes one octet */
	char *host;
	char service[8];
	struct addrinfo hints;
	int result; /* of getaddrinfo() */
	int error;  /* errno with EAI_SYSTEM */
	struct addrinfo *list;
};

/* What needs no services file. */
static const struct {
	const char *name;
	unsigned port;
} conn_services[] = {
	{ "smtp", 25 },
	{ "lmtp", 24 },
	{ "smtps", 465 },
	{ "submissions", 465 },
	{ "submission", 587 },
};

static int
conn_port_number(const char *text, unsigned *port, struct err *e)
{
	unsigned n = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (n <= 65535)
			n = n * 10 + (unsigned)(*p - '0');
	}
	if (n < 1 || n > 65535)
		return err_set(
		    e, ERR_USAGE, "port %s is not from 1 to 65535", text);
	*port = n;
	return 0;
}

int
conn_port(const char *text, unsigned *port, struct err *e)
{
	struct addrinfo hints = { .ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *list;

	if (text == NULL)
		text = "smtp";
	if (*text != '\0' && text[strspn(text, "0123456789")] == '\0')
		return conn_port_number(text, port, e);
	for (size_t i = 0; i < sizeof(conn_services) / sizeof(conn_services[0]);
	     i++) {
		if (strcasecmp(text, conn_services[i].name) == 0) {
			*port = conn_services[i].port;
			return 0;
		}
	}
	/* "+25" and " 25" are numbers to getaddrinfo(): not to us. */
	if (*text == '\0' || strpbrk(text, "+- ") == text ||
	    getaddrinfo(NULL, text, &hints, &list) != 0)
		return err_set(
		    e, ERR_USAGE, "no such port or service: %s", text);
	*port = ntohs(((struct sockaddr_in *)(void *)list->ai_addr)->sin_port);
	freeaddrinfo(list);
	return 0;
}

void
conn_query_leave(struct conn_query *q)
{
	if (q == NULL ||
	    __atomic_sub_fetch(&q->owners, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	if (q->list != NULL)
		freeaddrinfo(q->list);
	close(q->done[0]);
	close(q->done[1]);
	free(q->host);
	free(q);
}

static void *
conn_query_run(void *arg)
{
	struct conn_query *q = arg;
	ssize_t n;

	q->result = getaddrinfo(q->host, q->service, &q->hints, &q->list);
	q->error = errno;
	if (q->result != 0)
		q->list = NULL;
	do
		n = write(q->done[1], "", 1);
	while (n < 0 && errno == EINTR);
	conn_query_leave(q);
	return NULL;
}

/* All signals stay with the thread that waits. */
static int
conn_query_start(struct conn_query *q)
{
	pthread_attr_t attr;
	pthread_t id;
	sigset_t all, old;
	int error;

	q->owners = 2;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&id, &attr, conn_query_run, q);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (error != 0)
		q->owners = 1;
	return error;
}

static int
conn_lookup_failed(const char *host, int result, int error, struct err *e)
{

	switch (result) {
	case EAI_AGAIN:
	case EAI_MEMORY:
		err_set(e, ERR_TEMP, "cannot look up %s: %s", host,
		    gai_strerror(result));
		return err_why(e, WHY_NAME_UNKNOWN);
	case EAI_SYSTEM:
		return err_set(e, ERR_TEMP, "cannot look up %s: %s", host,
		    strerror(error));
	}
	err_set(
	    e, ERR_NOHOST, "no such host: %s (%s)", host, gai_strerror(result));
	return err_why(e, WHY_NO_NAME);
}

int
conn_query_new(struct conn_query **out, const char *host, int family,
    unsigned port, struct err *e)
{
	struct conn_query *q = mem_zalloc(sizeof *q);

	*out = NULL;
	if (pipe2(q->done, O_CLOEXEC | O_NONBLOCK) != 0) {
		int error = errno;
		free(q);
		return err_set(e, ERR_TEMP, "cannot look up %s: %s", host,
		    strerror(error));
	}
	q->host = mem_dup(host);
	snprintf(q->service, sizeof q->service, "%u", port & 0xffff);
	q->hints = (struct addrinfo){ .ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV };
	int error = conn_query_start(q);
	if (error != 0) {
		conn_query_leave(q);
		return err_set(e, ERR_TEMP, "cannot look up %s: %s", host,
		    strerror(error));
	}
	*out = q;
	return 0;
}

int
conn_query_fd(const struct conn_query *q)
{
	return q->done[0];
}

const char *
conn_query_host(const struct conn_query *q)
{
	return q->host;
}

int
conn_query_take(struct conn_query *q, struct addrinfo **list, struct err *e)
{
	char octet;
	ssize_t n;

	do
		n = read(q->done[0], &octet, 1);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n != 1)
		return err_set(e, ERR_BUG, "the look-up's pipe is broken");
	if (q->result != 0)
		return conn_lookup_failed(q->host, q->result, q->error, e);
	*list = q->list;
	q->list = NULL;
	return 1;
}

/* RFC 6761 6.4: such a name is known not to exist, with or without a name
 * server. */
static bool
conn_is_invalid(const char *host)
{
	static const char tail[] = ".invalid";
	size_t n = strlen(host), want = sizeof(tail) - 1;

	if (n > 0 && host[n - 1] == '.')
		n--;
	return n >= want && strncasecmp(host + n - want, tail, want) == 0;
}

int
conn_literal(struct addrinfo **list, const char *host, int family,
    unsigned port, struct err *e)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	char service[8];

	*list = NULL;
	snprintf(service, sizeof service, "%u", port & 0xffff);
	if (getaddrinfo(host, service, &hints, list) == 0) {
		if (family == AF_UNSPEC || (*list)->ai_family == family)
			return 1;
		freeaddrinfo(*list);
		*list = NULL;
		return err_set(e, ERR_NOHOST,
		    "no such host: %s (not an %s "
		    "address)",
		    host, family == AF_INET ? "IPv4" : "IPv6");
	}
	if (conn_is_invalid(host))
		return conn_lookup_failed(host, EAI_NONAME, 0, e);
	return 0;
}
