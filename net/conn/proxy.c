/* What the kinds of tunnel have in common. Credentials are in memory as long
 * as the tunnel is being made, and wiped. */
#include "net/conn/proxy_priv.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PROXY_HOST_MAX 255 /* RFC 1928 5: one octet of length */

void
proxy_fail(struct proxy *p, enum err_kind kind, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	err_set(&p->err, kind, "%s", buf_str(&b));
	buf_release(&b);
	p->state = PROXY_FAILED;
}

/* Printable ASCII with none of those that mean something around a host. */
static bool
proxy_is_host(const char *host)
{
	size_t len = strlen(host);

	for (size_t i = 0; i < len; i++)
		if (host[i] <= ' ' || host[i] > '~' ||
		    strchr("/@?#[]\\\"<>", host[i]) != NULL)
			return false;
	return len > 0 && len <= PROXY_HOST_MAX;
}

int
proxy_new(struct proxy **out, const struct proxy_url *u, const char *host,
    unsigned port, struct err *e)
{
	struct proxy *p;
	int rc;

	*out = NULL;
	if (!proxy_is_host(host))
		return err_set(e, ERR_USAGE,
		    "'%.300s' is no name that a proxy could look up", host);
	p = mem_zalloc(sizeof *p);
	p->kind = u->kind;
	p->host = mem_dup(host);
	p->port = port & 0xffff;
	if (u->user != NULL) {
		p->user = mem_dup(u->user);
		p->password = mem_dup(u->password != NULL ? u->password : "");
	}
	rc = p->kind == PROXY_SOCKS5 ? proxy_socks_begin(p, e)
				     : proxy_http_begin(p, e);
	if (rc != 0)
		proxy_free(p);
	else
		*out = p;
	return rc;
}

void
proxy_free(struct proxy *p)
{
	if (p == NULL)
		return;
	if (p->password != NULL)
		explicit_bzero(p->password, strlen(p->password));
	free(p->password);
	free(p->user);
	free(p->host);
	buf_wipe(&p->out);
	buf_release(&p->in);
	free(p);
}

const char *
proxy_out(const struct proxy *p, size_t *n)
{
	*n = buf_len(&p->out);
	return buf_data(&p->out);
}

void
proxy_out_done(struct proxy *p, size_t n)
{
	buf_consume(&p->out, n);
}

size_t
proxy_feed(struct proxy *p, const char *data, size_t n)
{
	if (p->state != PROXY_UNDER_WAY)
		return 0;
	return p->kind == PROXY_SOCKS5 ? proxy_socks_feed(p, data, n)
				       : proxy_http_feed(p, data, n);
}

int
proxy_step(struct proxy *p, struct err *e)
{
	if (p->state == PROXY_FAILED) {
		err_set(e, p->err.kind, "%s", p->err.text);
		return err_why(e, WHY_PROXY);
	}
	return p->state == PROXY_STANDS;
}
