/* A list that is searched from its beginning: it has an entry for each client
 * that is connected, and for at most CLIENTS_GUESSERS more. */
#include "net/serve/clients.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include "net/core/buf.h"

#define CLIENTS_GUESSERS  1024
#define CLIENTS_FORGET_NS (15 * 60 * (int64_t)1000000000)

void
clients_release(struct clients *c)
{
	free(c->list);
	*c = (struct clients){ 0 };
}

struct client_key
clients_key(const struct sockaddr_storage *a)
{
	struct client_key key = { { 0 } };
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	if (a->ss_family == AF_INET) {
		memcpy(&in, a, sizeof in);
		key.octet[0] = 4;
		memcpy(key.octet + 12, &in.sin_addr, 4);
	} else if (a->ss_family == AF_INET6) {
		memcpy(&in6, a, sizeof in6);
		key.octet[15] = 6;
		memcpy(key.octet, &in6.sin6_addr, 8);
	}
	return key;
}

static bool
clients_is_nobody(const struct client_key *key)
{
	static const struct client_key nobody;
	return memcmp(key, &nobody, sizeof nobody) == 0;
}

/* 127.0.0.0/8, and the network of ::1. */
bool
clients_is_local(const struct client_key *key)
{
	static const struct client_key one = { { [15] = 6 } };
	return clients_is_nobody(key) || memcmp(key, &one, sizeof one) == 0 ||
	       (key->octet[0] == 4 && key->octet[12] == 127);
}

static struct client *
clients_find(const struct clients *c, const struct client_key *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (memcmp(&c->list[i].key, key, sizeof *key) == 0)
			return &c->list[i];
	return NULL;
}

/* Forgets who is not connected and has not guessed lately; at most so many
 * who have are remembered. */
static void
clients_sweep(struct clients *c, int64_t now_ns)
{
	size_t left = 0, guessers = 0;
	for (size_t i = c->n; i-- > 0;) {
		const struct client *k = &c->list[i];
		bool guesser = k->failed > 0 &&
			       now_ns - k->failed_ns < CLIENTS_FORGET_NS &&
			       guessers < CLIENTS_GUESSERS;
		guessers += k->sessions == 0 && guesser;
		if (k->sessions == 0 && !guesser)
			c->list[i].failed = 0;
	}
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].sessions > 0 || c->list[i].failed > 0)
			c->list[left++] = c->list[i];
	c->n = left;
}

static struct client *
clients_make(struct clients *c, const struct client_key *key, int64_t now_ns)
{
	struct client *k = clients_find(c, key);
	if (k != NULL)
		return k;
	if (c->n == c->cap)
		clients_sweep(c, now_ns);
	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 16 : c->cap * 2;
		c->list = mem_grow(c->list, c->cap, sizeof *c->list);
	}
	c->list[c->n] = (struct client){ .key = *key };
	return &c->list[c->n++];
}

size_t
clients_sessions(const struct clients *c, const struct client_key *key)
{
	const struct client *k = clients_find(c, key);
	return k == NULL ? 0 : k->sessions;
}

void
clients_enter(struct clients *c, const struct client_key *key, int64_t now_ns)
{
	if (!clients_is_nobody(key))
		clients_make(c, key, now_ns)->sessions++;
}

void
clients_leave(struct clients *c, const struct client_key *key)
{
	struct client *k = clients_find(c, key);
	if (k != NULL && k->sessions > 0)
		k->sessions--;
}

unsigned
clients_failed(struct clients *c, const struct client_key *key, int64_t now_ns)
{
	if (clients_is_nobody(key))
		return 0;
	struct client *k = clients_make(c, key, now_ns);
	if (now_ns - k->failed_ns >= CLIENTS_FORGET_NS)
		k->failed = 0;
	k->failed_ns = now_ns;
	return ++k->failed;
}
