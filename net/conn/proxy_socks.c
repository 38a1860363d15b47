/* SOCKS5. Every answer says or implies its length, so never an octet more is
 * taken than the answer has. */
#include "net/conn/proxy_priv.h"

#include <arpa/inet.h>
#include <string.h>

#define SOCKS_VERSION  5
#define SOCKS_NONE     0    /* methods: no authentication, */
#define SOCKS_PASSWORD 2    /* user and password, */
#define SOCKS_NOTHING  0xff /* none of those offered */
#define SOCKS_TEXT_MAX 255

static void
socks_add(struct proxy *p, unsigned octet)
{
	buf_addc(&p->out, (char)octet);
}

int
proxy_socks_begin(struct proxy *p, struct err *e)
{
	if (p->user != NULL &&
	    (p->user[0] == '\0' || strlen(p->user) > SOCKS_TEXT_MAX ||
		strlen(p->password) > SOCKS_TEXT_MAX))
		return err_set(e, ERR_USAGE,
		    "a SOCKS proxy takes a user of 1 to %d octets and a "
		    "password of at most as many",
		    SOCKS_TEXT_MAX);
	socks_add(p, SOCKS_VERSION);
	socks_add(p, p->user != NULL ? 2 : 1);
	socks_add(p, SOCKS_NONE);
	if (p->user != NULL)
		socks_add(p, SOCKS_PASSWORD);
	return 0;
}

static void
socks_ask(struct proxy *p)
{
	unsigned char addr[16];
	size_t len = strlen(p->host);

	socks_add(p, SOCKS_VERSION);
	socks_add(p, 1); /* CONNECT */
	socks_add(p, 0);
	if (inet_pton(AF_INET, p->host, addr) == 1) {
		socks_add(p, 1);
		buf_add(&p->out, addr, 4);
	} else if (inet_pton(AF_INET6, p->host, addr) == 1) {
		socks_add(p, 4);
		buf_add(&p->out, addr, 16);
	} else {
		socks_add(p, 3);
		socks_add(p, (unsigned)len);
		buf_add(&p->out, p->host, len);
	}
	socks_add(p, p->port >> 8);
	socks_add(p, p->port & 0xff);
	p->stage = SOCKS_REPLY;
}

static void
socks_login(struct proxy *p)
{
	socks_add(p, 1); /* the version of RFC 1929 */
	socks_add(p, (unsigned)strlen(p->user));
	buf_adds(&p->out, p->user);
	socks_add(p, (unsigned)strlen(p->password));
	buf_adds(&p->out, p->password);
	p->stage = SOCKS_LOGIN;
}

static bool
socks_is_version(struct proxy *p, unsigned got, unsigned want)
{
	if (got == want)
		return true;
	proxy_fail(p, ERR_PROTO,
	    "the proxy does not speak SOCKS5: octet %u where %u is expected",
	    got, want);
	return false;
}

static void
socks_method(struct proxy *p, unsigned method)
{
	if (method == SOCKS_NONE)
		socks_ask(p);
	else if (method == SOCKS_PASSWORD && p->user != NULL)
		socks_login(p);
	else if (method == SOCKS_NOTHING && p->user == NULL)
		proxy_fail(p, ERR_AUTH,
		    "the proxy wants a user and password "
		    "(socks5://USER:PASSWORD@HOST)");
	else if (method == SOCKS_NOTHING)
		proxy_fail(
		    p, ERR_AUTH, "the proxy takes none of our ways to log in");
	else
		proxy_fail(p, ERR_PROTO,
		    "the proxy chose the way %u to log in, which was not "
		    "offered",
		    method);
}

static void
socks_refused(struct proxy *p, unsigned code)
{
	static const struct {
		enum err_kind kind;
		const char *text;
	} reply[] = { { ERR_BUG, "" }, { ERR_TEMP, "general failure" },
		{ ERR_REFUSED, "not allowed by its rules" },
		{ ERR_TEMP, "network unreachable" },
		{ ERR_TEMP, "host unreachable" },
		{ ERR_TEMP, "connection refused" }, { ERR_TEMP, "TTL expired" },
		{ ERR_REFUSED, "it cannot connect" },
		{ ERR_REFUSED, "it does not know such addresses" } };
	bool known = code < sizeof reply / sizeof *reply;

	proxy_fail(p, known ? reply[code].kind : ERR_TEMP,
	    "the proxy cannot connect to %s port %u: %s (%u)", p->host, p->port,
	    known ? reply[code].text : "unknown reason", code);
}

/* How many octets the answer under way has, as far as can be said by now. */
static size_t
socks_length(const struct proxy *p)
{
	const unsigned char *in = (const unsigned char *)buf_data(&p->in);

	if (p->stage != SOCKS_REPLY)
		return 2;
	if (buf_len(&p->in) < 5)
		return 5;
	switch (in[3]) {
	case 1:
		return 4 + 4 + 2;
	case 4:
		return 4 + 16 + 2;
	case 3:
		return 4 + 1 + (size_t)in[4] + 2;
	}
	return 5;
}

/* A whole answer, or as much as a bad one gave away. */
static void
socks_answer(struct proxy *p, const unsigned char *in)
{
	switch (p->stage) {
	case SOCKS_METHOD:
		if (socks_is_version(p, in[0], SOCKS_VERSION))
			socks_method(p, in[1]);
		break;
	case SOCKS_LOGIN:
		if (!socks_is_version(p, in[0], 1))
			break;
		if (in[1] != 0)
			proxy_fail(
			    p, ERR_AUTH, "the proxy refuses user or password");
		else
			socks_ask(p);
		break;
	case SOCKS_REPLY:
		if (!socks_is_version(p, in[0], SOCKS_VERSION))
			break;
		if (in[1] != 0)
			socks_refused(p, in[1]);
		else if (in[3] != 1 && in[3] != 3 && in[3] != 4)
			proxy_fail(p, ERR_PROTO,
			    "the proxy answers with an address of unknown "
			    "type %u",
			    in[3]);
		else
			p->state = PROXY_STANDS;
		break;
	}
	buf_clear(&p->in);
}

size_t
proxy_socks_feed(struct proxy *p, const char *data, size_t n)
{
	size_t used = 0, take;

	while (p->state == PROXY_UNDER_WAY && used < n) {
		take = socks_length(p) - buf_len(&p->in);
		if (take > n - used)
			take = n - used;
		buf_add(&p->in, data + used, take);
		used += take;
		if (buf_len(&p->in) == socks_length(p))
			socks_answer(
			    p, (const unsigned char *)buf_data(&p->in));
	}
	return used;
}
