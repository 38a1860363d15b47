/* Who is connected from where, and who has guessed at passwords lately. A
 * client is an IPv4 address or an IPv6 network of 64 bits, which is what one
 * customer has. */
#ifndef NET_CLIENTS_H
#define NET_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Zero for somebody without an address (a Unix socket): never counted. */
struct client_key {
	unsigned char octet[16];
};

struct client {
	struct client_key key;
	size_t sessions;
	unsigned failed;   /* AUTH */
	int64_t failed_ns; /* the last of them */
};

/* Zeroes are an empty one. */
struct clients {
	struct client *list;
	size_t n, cap;
};

void clients_release(struct clients *c);
struct client_key clients_key(const struct sockaddr_storage *a);
/* On this machine; somebody without an address is. */
bool clients_is_local(const struct client_key *key);
size_t clients_sessions(const struct clients *c, const struct client_key *key);
void clients_enter(
    struct clients *c, const struct client_key *key, int64_t now_ns);
void clients_leave(struct clients *c, const struct client_key *key);
/* A login failed; how many have within the last 15 minutes of trying. */
unsigned clients_failed(
    struct clients *c, const struct client_key *key, int64_t now_ns);

#endif
