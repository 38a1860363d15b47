/* The header of the PROXY protocol, versions 1 and 2, as HAProxy's document
 * proxy-protocol.txt has it. */
#include "net/conn/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PROXY_LOCAL 0x20 /* version 2 and the command */
#define PROXY_PROXY 0x21
#define PROXY_TCP4  0x11
#define PROXY_TCP6  0x21

/* A socket's address without its family. */
struct proxy_end {
	unsigned char octet[16];
	size_t len; /* 4 or 16 */
	unsigned port;
};

static bool
proxy_end_get(struct proxy_end *out, const struct sockaddr *sa)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (sa != NULL && sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof v4);
		memcpy(out->octet, &v4.sin_addr, out->len = 4);
		out->port = ntohs(v4.sin_port);
		return true;
	}
	if (sa != NULL && sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof v6);
		memcpy(out->octet, &v6.sin6_addr, out->len = 16);
		out->port = ntohs(v6.sin6_port);
		return true;
	}
	return false;
}

static void
proxy_header1(
    struct buf *b, const struct proxy_end *src, const struct proxy_end *dst)
{
	int family = src->len == 4 ? AF_INET : AF_INET6;
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];

	inet_ntop(family, src->octet, from, sizeof from);
	inet_ntop(family, dst->octet, to, sizeof to);
	buf_addf(b, "PROXY TCP%c %s %s %u %u\r\n",
	    family == AF_INET ? '4' : '6', from, to, src->port, dst->port);
}

static void
proxy_header2(
    struct buf *b, const struct proxy_end *src, const struct proxy_end *dst)
{
	static const char sign[] = "\r\n\r\n\0\r\nQUIT\n";
	size_t len = src == NULL ? 0 : 2 * src->len + 4;
	const unsigned char head[] = { src == NULL ? PROXY_LOCAL : PROXY_PROXY,
		src == NULL	? 0
		: src->len == 4 ? PROXY_TCP4
				: PROXY_TCP6,
		(unsigned char)(len >> 8), (unsigned char)(len & 0xff) };

	buf_add(b, sign, sizeof sign - 1);
	buf_add(b, head, sizeof head);
	if (src == NULL)
		return;
	buf_add(b, src->octet, src->len);
	buf_add(b, dst->octet, dst->len);
	for (int i = 0; i < 2; i++) {
		unsigned port = i == 0 ? src->port : dst->port;

		buf_addc(b, (char)(port >> 8));
		buf_addc(b, (char)(port & 0xff));
	}
}

void
proxy_header(struct buf *b, int version, const struct sockaddr *src,
    const struct sockaddr *dst)
{
	struct proxy_end from, to;
	bool known = proxy_end_get(&from, src) && proxy_end_get(&to, dst) &&
		     from.len == to.len;

	if (version == 2)
		proxy_header2(b, known ? &from : NULL, known ? &to : NULL);
	else if (known)
		proxy_header1(b, &from, &to);
	else
		buf_adds(b, "PROXY UNKNOWN\r\n");
}
