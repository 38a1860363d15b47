/* Between the kinds of tunnel. For net/proxy*.c only. */
#ifndef NET_PROXY_PRIV_H
#define NET_PROXY_PRIV_H

#include <stdbool.h>
#include "net/conn/proxy.h"

enum proxy_state { PROXY_UNDER_WAY, PROXY_STANDS, PROXY_FAILED };

enum socks_stage { SOCKS_METHOD, SOCKS_LOGIN, SOCKS_REPLY };

struct proxy {
	enum proxy_kind kind;
	enum proxy_state state;
	struct err err; /* FAILED */
	char *host;
	unsigned port;
	char *user, *password; /* NULL if there are none */
	struct buf out;
	struct buf in;		/* of the answer under way */
	enum socks_stage stage; /* SOCKS5: which answer that is */
	unsigned interim;	/* HTTP: answers that were only that */
};

/* Sets the error and FAILED. */
void proxy_fail(struct proxy *p, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Each kind: checks what it was given and queues the first octets; takes
 * octets as proxy_feed() does, called while UNDER_WAY. */
CHECKED int proxy_socks_begin(struct proxy *p, struct err *e);
size_t proxy_socks_feed(struct proxy *p, const char *data, size_t n);
CHECKED int proxy_http_begin(struct proxy *p, struct err *e);
size_t proxy_http_feed(struct proxy *p, const char *data, size_t n);

#endif
