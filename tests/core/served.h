/* A receiver in a thread of its own. */
#ifndef TESTS_SERVED_H
#define TESTS_SERVED_H

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "net/loop.h"
#include "net/serve/serve.h"

struct server {
	struct serve_config c;
	struct loop loop;
	pthread_t id;
	int ready[2];
	char port[16];
	struct err err;
};

static inline void
server_ready(void *arg, const char *address, const char *port)
{
	struct server *s = arg;
	(void)address;
	snprintf(s->port, sizeof s->port, "%s", port);
	if (write(s->ready[1], "r", 1) != 1)
		abort();
}

static inline void *
server_main(void *arg)
{
	struct server *s = arg;
	serve_run(&s->c, &s->loop, NULL, &s->err);
	return NULL;
}

static inline void
server_start(struct server *v, const struct peer_config *peer)
{
	char octet;
	*v = (struct server){ .c = { .address = "127.0.0.1",
				  .port = "0",
				  .peer = *peer,
				  .ready = server_ready,
				  .ready_arg = v } };
	if (loop_init(&v->loop) != 0 || pipe(v->ready) != 0 ||
	    pthread_create(&v->id, NULL, server_main, v) != 0 ||
	    read(v->ready[0], &octet, 1) != 1)
		exit(1);
}

static inline void
server_stop(struct server *v)
{
	loop_raise(&v->loop, SIGTERM);
	pthread_join(v->id, NULL);
	loop_release(&v->loop);
	close(v->ready[0]);
	close(v->ready[1]);
}

#endif
