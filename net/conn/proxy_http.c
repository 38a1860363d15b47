/* HTTP CONNECT. The server's octets begin behind the empty line that ends the
 * head of a 2xx; what follows any other status is left to the close. */
#include "net/conn/proxy_priv.h"

#include <string.h>
#include "net/core/base64.h"

#define HTTP_HEAD_MAX	 16384 /* octets of one head */
#define HTTP_INTERIM_MAX 10
#define HTTP_SHOWN_MAX	 200

int
proxy_http_begin(struct proxy *p, struct err *e)
{
	bool six = strchr(p->host, ':') != NULL;
	struct buf login = BUF_INIT;

	if (p->user != NULL && strchr(p->user, ':') != NULL)
		return err_set(e, ERR_USAGE,
		    "a user for an HTTP proxy has no ':' (RFC 7617 2)");
	for (int i = 0; i < 2; i++)
		buf_addf(&p->out, "%s%s%s%s:%u%s",
		    i == 0 ? "CONNECT " : "Host: ", six ? "[" : "", p->host,
		    six ? "]" : "", p->port, i == 0 ? " HTTP/1.1\r\n" : "\r\n");
	if (p->user != NULL) {
		buf_addf(&login, "%s:%s", p->user, p->password);
		buf_adds(&p->out, "Proxy-Authorization: Basic ");
		base64_encode(&p->out, buf_data(&login), buf_len(&login));
		buf_adds(&p->out, "\r\n");
		buf_wipe(&login);
	}
	buf_adds(&p->out, "\r\n");
	return 0;
}

/* The first line, without its end. */
static size_t
http_line(const char *p, size_t n)
{
	const char *nl = memchr(p, '\n', n);
	size_t len = nl == NULL ? n : (size_t)(nl - p);

	if (len > 0 && p[len - 1] == '\r')
		len--;
	return len;
}

static void
http_alien(struct proxy *p)
{
	size_t len = http_line(buf_data(&p->in), buf_len(&p->in));

	proxy_fail(p, ERR_PROTO, "the proxy does not speak HTTP: \"%.*s\"",
	    (int)(len < HTTP_SHOWN_MAX ? len : HTTP_SHOWN_MAX),
	    buf_str(&p->in));
}

/* The status, or -1. */
static int
http_status(const char *p, size_t len)
{
	int n = 0;

	/* "HTTP/1.x 200" */
	if (len < 12 || memcmp(p, "HTTP/1.", 7) != 0 || p[7] < '0' ||
	    p[7] > '9' || p[8] != ' ' || (len > 12 && p[12] != ' '))
		return -1;
	for (size_t i = 9; i < 12; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		n = n * 10 + (p[i] - '0');
	}
	return n >= 100 && n <= 599 ? n : -1;
}

/* A whole head is there. */
static void
http_answer(struct proxy *p)
{
	const char *in = buf_str(&p->in);
	size_t len = http_line(in, buf_len(&p->in));
	int status = http_status(in, len);
	int shown = (int)(len < HTTP_SHOWN_MAX ? len : HTTP_SHOWN_MAX);

	if (status < 0)
		http_alien(p);
	else if (status >= 200 && status < 300)
		p->state = PROXY_STANDS;
	else if (status == 407 && p->user == NULL)
		proxy_fail(p, ERR_AUTH,
		    "the proxy wants a user and password "
		    "(http://USER:PASSWORD@HOST): \"%.*s\"",
		    shown, in);
	else if (status == 407)
		proxy_fail(p, ERR_AUTH,
		    "the proxy refuses user or password: \"%.*s\"", shown, in);
	else if (status >= 200)
		proxy_fail(p, status < 500 ? ERR_REFUSED : ERR_TEMP,
		    "the proxy does not connect to %s port %u: \"%.*s\"",
		    p->host, p->port, shown, in);
}

/* Does the head end with the LF at i? */
static bool
http_is_end(const char *p, size_t i)
{
	if (i > 0 && p[i - 1] == '\r')
		i--;
	return i > 0 && p[i - 1] == '\n';
}

size_t
proxy_http_feed(struct proxy *p, const char *data, size_t n)
{
	static const char begin[] = "HTTP/1.";
	size_t used = 0, len;

	while (p->state == PROXY_UNDER_WAY && used < n) {
		buf_addc(&p->in, data[used++]);
		len = buf_len(&p->in);
		if (len <= sizeof begin - 1 &&
		    buf_data(&p->in)[len - 1] != begin[len - 1])
			http_alien(p);
		else if (buf_data(&p->in)[len - 1] == '\n' &&
			 http_is_end(buf_data(&p->in), len - 1))
			http_answer(p);
		else if (len >= HTTP_HEAD_MAX)
			proxy_fail(p, ERR_PROTO,
			    "the proxy's answer has more than %d octets",
			    HTTP_HEAD_MAX);
		else
			continue;
		/* 1xx: another head follows. */
		if (p->state == PROXY_UNDER_WAY &&
		    ++p->interim > HTTP_INTERIM_MAX)
			proxy_fail(p, ERR_PROTO,
			    "the proxy gives more than %d interim answers",
			    HTTP_INTERIM_MAX);
		buf_clear(&p->in);
	}
	return used;
}
