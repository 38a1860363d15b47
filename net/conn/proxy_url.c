/* A proxy as people write it. What looks like a password is never repeated in
 * an error. */
#include "net/conn/proxy.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int
proxy_url_hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* NULL: a '%' without two digits, or an octet that no line may hold. */
static char *
proxy_url_decode(const char *p, size_t len)
{
	char *out = mem_alloc(len + 1);
	size_t n = 0;
	bool bad = false;

	for (size_t i = 0; i < len && !bad; i++) {
		int c = (unsigned char)p[i];

		if (c == '%' && len - i > 2 && proxy_url_hex(p[i + 1]) >= 0 &&
		    proxy_url_hex(p[i + 2]) >= 0) {
			c = proxy_url_hex(p[i + 1]) * 16 +
			    proxy_url_hex(p[i + 2]);
			i += 2;
		} else if (c == '%') {
			bad = true;
		}
		bad = bad || c < ' ' || c == 127;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	if (!bad)
		return out;
	explicit_bzero(out, n);
	free(out);
	return NULL;
}

static int
proxy_url_login(struct proxy_url *u, const char *p, size_t len, struct err *e)
{
	const char *colon = memchr(p, ':', len);
	size_t n = colon == NULL ? len : (size_t)(colon - p);

	u->user = proxy_url_decode(p, n);
	u->password = colon == NULL ? mem_dup("")
				    : proxy_url_decode(p + n + 1, len - n - 1);
	if (u->user != NULL && u->user[0] != '\0' && u->password != NULL)
		return 0;
	return err_set(e, ERR_USAGE,
	    "a user or password is empty, has a '%%' without two "
	    "digits, or a control character");
}

static int
proxy_url_place(struct proxy_url *u, const char *p, size_t len)
{
	const char *end = p + len, *close, *colon;
	size_t n = len;

	if (len > 0 && *p == '[') {
		close = memchr(p, ']', len);
		if (close == NULL)
			return -1;
		u->host = mem_dupn(p + 1, (size_t)(close - p - 1));
		p = close + 1;
	} else {
		colon = memchr(p, ':', len);
		if (colon != NULL)
			n = (size_t)(colon - p);
		u->host = mem_dupn(p, n);
		p += n;
	}
	for (const char *h = u->host; *h != '\0'; h++)
		if (*h <= ' ' || *h > '~' || strchr("/?#\\\"<>", *h) != NULL)
			return -1;
	if (u->host[0] == '\0' || (p < end && *p != ':') || p + 1 == end)
		return -1;
	if (p < end)
		u->port = mem_dupn(p + 1, (size_t)(end - p - 1));
	else
		u->port = mem_dup(u->kind == PROXY_SOCKS5 ? "1080" : "8080");
	unsigned long port = strtoul(u->port, NULL, 10);
	return u->port[strspn(u->port, "0123456789")] == '\0' && port > 0 &&
		       port <= 65535
		   ? 0
		   : -1;
}

int
proxy_url_parse(struct proxy_url *u, const char *text, struct err *e)
{
	static const struct {
		const char *name;
		enum proxy_kind kind;
	} scheme[] = { { "socks5://", PROXY_SOCKS5 },
		{ "socks5h://", PROXY_SOCKS5 }, { "http://", PROXY_HTTP } };
	const char *at;
	size_t skip = 0, len;

	*u = (struct proxy_url){ 0 };
	for (size_t i = 0; i < sizeof scheme / sizeof *scheme; i++) {
		len = strlen(scheme[i].name);
		if (strncasecmp(text, scheme[i].name, len) == 0) {
			u->kind = scheme[i].kind;
			skip = len;
		}
	}
	text += skip;
	len = strlen(text);
	while (len > 0 && text[len - 1] == '/')
		len--;
	at = memrchr(text, '@', len);
	if (skip > 0 && at != NULL) {
		if (proxy_url_login(u, text, (size_t)(at - text), e) != 0) {
			proxy_url_release(u);
			return -1;
		}
		len -= (size_t)(at + 1 - text);
		text = at + 1;
	}
	if (skip > 0 && proxy_url_place(u, text, len) == 0)
		return 0;
	proxy_url_release(u);
	return err_set(e, ERR_USAGE,
	    "expected socks5://[USER:PASSWORD@]HOST[:PORT] or "
	    "http://[USER:PASSWORD@]HOST[:PORT]");
}

void
proxy_url_release(struct proxy_url *u)
{
	if (u->password != NULL)
		explicit_bzero(u->password, strlen(u->password));
	free(u->host);
	free(u->port);
	free(u->user);
	free(u->password);
	*u = (struct proxy_url){ 0 };
}
