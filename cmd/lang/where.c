/* Places to connect to, as people write them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/lang/where.h"
#include "net/core/buf.h"

void
where_release(struct where *w)
{
	free(w->host);
	free(w->port);
	free(w->path);
	free(w->command);
	free(w->bind);
	*w = (struct where){ 0 };
}

struct where_parts {
	const char *host, *port;
	size_t host_len, port_len;
};

/* "host", "host:port", "[v6]", "[v6]:port"; a bare IPv6 literal has two
 * colons or more. */
static int
where_split(const char *p, size_t len, struct where_parts *out)
{
	const char *end = p + len;
	const char *rest;
	*out = (struct where_parts){ .host = p };
	if (len > 0 && *p == '[') {
		const char *close = memchr(p, ']', len);
		if (close == NULL)
			return -1;
		out->host = p + 1;
		out->host_len = (size_t)(close - p - 1);
		rest = close + 1;
	} else {
		const char *colon = memchr(p, ':', len);
		if (colon != NULL &&
		    memchr(colon + 1, ':', (size_t)(end - colon - 1)) != NULL)
			colon = NULL;
		out->host_len = colon == NULL ? len : (size_t)(colon - p);
		rest = p + out->host_len;
	}
	if (out->host_len == 0)
		return -1;
	if (rest == end)
		return 0;
	if (*rest != ':' || rest + 1 == end)
		return -1;
	out->port = rest + 1;
	out->port_len = (size_t)(end - rest - 1);
	return 0;
}

static void
where_put(char **slot, const char *p, size_t len)
{
	free(*slot);
	*slot = p == NULL ? NULL : mem_dupn(p, len);
}

/* Octets of "smtp://" and its kind at the start; 0 if there is none. */
static size_t
where_scheme(struct where *w, const char *text)
{
	static const struct {
		const char *name;
		bool lmtp, tls;
	} scheme[] = { { "smtp://", false, false }, { "smtps://", false, true },
		{ "lmtp://", true, false }, { "submission://", false, false },
		{ "submissions://", false, true } };
	for (size_t i = 0; i < sizeof scheme / sizeof *scheme; i++) {
		size_t n = strlen(scheme[i].name);
		if (strncasecmp(text, scheme[i].name, n) != 0)
			continue;
		w->lmtp = scheme[i].lmtp;
		w->tls_on_connect = scheme[i].tls;
		const char *port =
		    strncasecmp(text, "submissions", 11) == 0 || scheme[i].tls
			? "465"
		    : strncasecmp(text, "submission", 10) == 0 ? "587"
							       : NULL;
		where_put(&w->port, port, port == NULL ? 0 : strlen(port));
		return n;
	}
	return 0;
}

/* "smtp://joe:secret@host", told without the secret. */
static int
where_userinfo(const char *text, struct err *e)
{
	const char *at = strrchr(text, '@'), *user = strstr(text, "://");
	user = user == NULL || user > at ? text : user + 3;
	const char *colon = memchr(user, ':', (size_t)(at - user));
	const char *end = colon == NULL ? at : colon + 1;
	return err_set(e, ERR_USAGE,
	    "'%.*s%s%s': a user or password does not belong in a server's "
	    "address (--auth-user NAME, --auth-password-file FILE)",
	    (int)(end - text), text, colon == NULL ? "" : "***", at);
}

int
where_parse(struct where *w, const char *text, struct err *e)
{
	struct where_parts parts;
	const char *p = text;
	bool lmtp = w->lmtp;
	if (text[0] == '/') {
		where_put(&w->path, text, strlen(text));
		w->kind = WHERE_UNIX;
		return 0;
	}
	if (strchr(text, '@') != NULL)
		return where_userinfo(text, e);
	w->kind = WHERE_TCP;
	size_t skip = where_scheme(w, text);
	if (skip == 0)
		w->lmtp = lmtp;
	p += skip;
	size_t len = strlen(p);
	if (skip == 0 && strstr(text, "://") != NULL)
		return err_set(e, ERR_USAGE,
		    "'%s': expected smtp://, smtps://, lmtp://, submission:// "
		    "or submissions://",
		    text);
	if (skip > 0 && len > 0 && *p == '/') {
		where_put(&w->path, p, len);
		w->kind = WHERE_UNIX;
		return 0;
	}
	while (skip > 0 && len > 0 && p[len - 1] == '/')
		len--;
	if (where_split(p, len, &parts) < 0)
		return err_set(e, ERR_USAGE,
		    "'%s': expected HOST, HOST:PORT, [IPV6]:PORT, a URL or "
		    "/a/socket",
		    text);
	/* "./y.sock", "unix:/run/y.sock". */
	if (skip == 0 && strchr(p, '/') != NULL)
		return err_set(e, ERR_USAGE,
		    "'%s': '/' does not belong in a host's name; the path of "
		    "a socket goes behind --socket, or begins with '/'",
		    text);
	for (size_t i = 0; i < parts.host_len; i++)
		if ((unsigned char)parts.host[i] <= ' ' ||
		    strchr("/@?#\\\"<>", parts.host[i]) != NULL)
			return err_set(e, ERR_USAGE,
			    "'%s': '%c' does not belong in a host's name", text,
			    parts.host[i]);
	if (parts.port == NULL && skip == 0 &&
	    strspn(parts.host, "0123456789") == parts.host_len)
		return err_set(e, ERR_USAGE,
		    "'%s' is a number, not a host: localhost:%s?", text, text);
	where_put(&w->host, parts.host, parts.host_len);
	if (parts.port != NULL)
		where_put(&w->port, parts.port, parts.port_len);
	return 0;
}
