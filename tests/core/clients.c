/* Who counts as one client, and what is remembered of it. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include "net/serve/clients.h"

#define MINUTE (60 * INT64_C(1000000000))

static struct client_key
key(const char *address)
{
	struct sockaddr_storage a = { 0 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	if (inet_pton(AF_INET, address, &in.sin_addr) == 1)
		memcpy(&a, &in, sizeof in);
	else if (inet_pton(AF_INET6, address, &in6.sin6_addr) == 1)
		memcpy(&a, &in6, sizeof in6);
	return clients_key(&a);
}

static void
test_same(void)
{
	static const struct {
		const char *one, *other;
		bool same;
	} row[] = {
		{ "127.0.0.1", "127.0.0.1", true },
		{ "127.0.0.1", "127.0.0.2", false },
		{ "2001:db8::1", "2001:db8::2:3:4:5", true },
		{ "2001:db8::1", "2001:db8:0:1::1", false },
		{ "::1", "0.0.0.0", false },
		{ "::1", "0.0.0.6", false },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct clients c = { 0 };
		struct client_key a = key(row[i].one), b = key(row[i].other);
		clients_enter(&c, &a, 0);
		CHECK(clients_sessions(&c, &b) == row[i].same, "%s %s",
		    row[i].one, row[i].other);
		clients_release(&c);
	}
}

static void
test_counts(void)
{
	struct clients c = { 0 };
	struct client_key a = key("192.0.2.1"), none = key("unix");
	clients_enter(&c, &a, 0);
	clients_enter(&c, &a, 0);
	clients_leave(&c, &a);
	CHECK(clients_sessions(&c, &a) == 1, "two in, one out");
	clients_leave(&c, &a);
	clients_leave(&c, &a);
	CHECK(clients_sessions(&c, &a) == 0, "more out than in");
	clients_enter(&c, &none, 0);
	CHECK(clients_sessions(&c, &none) == 0 &&
		  clients_failed(&c, &none, 0) == 0,
	    "nobody is counted");
	clients_release(&c);
}

/* Guesses outlive sessions, but not for ever, and not without end. */
static void
test_failed(void)
{
	struct clients c = { 0 };
	struct client_key a = key("192.0.2.1");
	CHECK(clients_failed(&c, &a, MINUTE) == 1, "first");
	for (unsigned i = 0; i < 100000; i++) {
		struct client_key k = a;
		memcpy(k.octet + 4, &i, sizeof i);
		clients_enter(&c, &k, 2 * MINUTE);
		clients_leave(&c, &k);
	}
	CHECK(clients_failed(&c, &a, 15 * MINUTE) == 2, "second");
	CHECK(clients_failed(&c, &a, 30 * MINUTE) == 1, "long after");
	for (unsigned i = 0; i < 20000; i++) {
		struct client_key k = a;
		memcpy(k.octet + 4, &i, sizeof i);
		clients_failed(&c, &k, 31 * MINUTE);
	}
	CHECK(c.n <= 4096, "%zu are remembered", c.n);
	clients_release(&c);
}

int
main(void)
{
	test_same();
	test_counts();
	test_failed();
	return check_done();
}
