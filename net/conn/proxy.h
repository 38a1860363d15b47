/* Ways around: a tunnel by SOCKS5 (RFC 1928, RFC 1929) or HTTP CONNECT (RFC
 * 9110 9.3.6), which look the server's name up themselves; and the PROXY
 * protocol's header, which tells a server who the client is. Octets in, octets
 * out. */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include <stddef.h>
#include <sys/socket.h>
#include "net/core/buf.h"
#include "net/core/err.h"

enum proxy_kind { PROXY_SOCKS5, PROXY_HTTP };

struct proxy_url {
	enum proxy_kind kind;
	char *host; /* name, or literal without brackets */
	char *port; /* 1080 for SOCKS5, 8080 for HTTP unless told */
	char *user; /* decoded; NULL if there is none */
	char *password;
};

/* "socks5://[USER[:PASSWORD]@]HOST[:PORT]", socks5h:// (the same: names are
 * the proxy's to look up), http://. User and password may have %HH. -1:
 * ERR_USAGE; the text does not repeat a password. */
CHECKED int proxy_url_parse(
    struct proxy_url *u, const char *text, struct err *e);
/* Wipes the password. */
void proxy_url_release(struct proxy_url *u);

struct proxy;

/* The server is host (name or literal without brackets) and port (1 to
 * 65535). -1, ERR_USAGE: a name that the proxy could not be told, user or
 * password too long. */
CHECKED int proxy_new(struct proxy **out, const struct proxy_url *u,
    const char *host, unsigned port, struct err *e);
void proxy_free(struct proxy *p);

/* Octets for the proxy; borrowed until the next call. */
const char *proxy_out(const struct proxy *p, size_t *n);
void proxy_out_done(struct proxy *p, size_t n);
/* Octets from the proxy. Returns how many it took: never one of the server's,
 * which follow the proxy's last answer. Takes nothing when proxy_step() would
 * not give 0. */
size_t proxy_feed(struct proxy *p, const char *data, size_t n);
/* 1: the tunnel stands, what comes now is the server's. 0: more octets are
 * needed. -1, now and ever after: ERR_AUTH (the proxy wants a user and
 * password, or others), ERR_REFUSED (it will not connect there), ERR_TEMP (it
 * cannot now), ERR_PROTO (it speaks something else, or too much). */
CHECKED int proxy_step(struct proxy *p, struct err *e);

/* The PROXY protocol's header of that version (1 or 2) for a TCP connection
 * from src to dst, appended. An unknown one (src or dst NULL, or no IPv4 and
 * IPv6 of the same family) says so: "PROXY UNKNOWN", LOCAL. */
void proxy_header(struct buf *b, int version, const struct sockaddr *src,
    const struct sockaddr *dst);

#endif
