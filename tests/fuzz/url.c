/* covers: cmd/lang/where.c net/conn/proxy_url.c cmd/shell/netrc.c
 * Places as people write them, and ~/.netrc. */
#include "fuzz.h"
#include "cmd/lang/where.h"
#include "cmd/shell/netrc.h"
#include "net/conn/proxy.h"

static void
where(const char *text)
{
	struct where w = { 0 };
	struct err e = { 0 };
	if (where_parse(&w, text, &e) == 0)
		RULE(w.kind == WHERE_UNIX ? w.path != NULL : w.host != NULL);
	else
		RULE(e.kind == ERR_USAGE);
	where_release(&w);
}

static void
proxy(const char *text)
{
	struct proxy_url u = { 0 };
	struct err e = { 0 };
	if (proxy_url_parse(&u, text, &e) == 0)
		RULE(*u.host != '\0' && strtoul(u.port, NULL, 10) <= 65535);
	else
		RULE(e.kind == ERR_USAGE);
	proxy_url_release(&u);
}

static void
netrc(const char *text, size_t len, const char *user)
{
	char *copy = fuzz_string(text, len);
	struct netrc n = netrc_find(copy, user, "h");
	RULE(n.login == NULL ||
	     (n.login >= copy && n.login + strlen(n.login) <= copy + len));
	RULE(n.password == NULL ||
	     (n.password >= copy &&
		 n.password + strlen(n.password) <= copy + len));
	RULE(user == NULL || n.login == NULL || strcmp(n.login, user) == 0);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);
	struct buf b = BUF_INIT;
	where(s);
	proxy(s);
	buf_addf(&b, "socks5://%s", s);
	proxy(buf_str(&b));
	netrc(s, strlen(s), NULL);
	netrc(s, strlen(s), "joe");
	buf_release(&b);
	free(s);
	return 0;
}
