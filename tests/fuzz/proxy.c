/* covers: net/conn/proxy.c net/conn/proxy_socks.c net/conn/proxy_http.c
 * net/conn/proxy_header.c
 * What a proxy answers, cut anywhere: the same comes of it, and no octet of
 * the server's is taken. */
#include <arpa/inet.h>
#include "fuzz.h"
#include "net/conn/proxy.h"

struct asking {
	struct proxy *p;
	struct buf told; /* what it said, how it ended, what it left */
	int state;
};

static void
asking_step(struct asking *a)
{
	struct err e = { 0 };
	size_t n;
	const char *out = proxy_out(a->p, &n);
	buf_add(&a->told, out, n);
	proxy_out_done(a->p, n);
	a->state = proxy_step(a->p, &e);
	RULE(a->state >= 0 || e.kind != ERR_NONE);
	if (a->state < 0)
		buf_adds(&a->told, e.text);
}

static void
asking_take(void *arg, const char *p, size_t len)
{
	struct asking *a = arg;
	while (len > 0 && a->state == 0) {
		size_t n = proxy_feed(a->p, p, len);
		RULE(n <= len);
		asking_step(a);
		RULE(n > 0 || a->state != 0);
		p += n;
		len -= n;
	}
	if (a->state > 0)
		buf_add(&a->told, p, len);
}

static void
ask(struct buf *told, unsigned how, const uint8_t *p, size_t len, size_t step)
{
	static const char *const urls[] = { "socks5://proxy",
		"socks5://joe:pw@proxy:99", "http://proxy",
		"http://joe:p%20w@[::1]:99" };
	static const char *const hosts[] = { "mail.example", "192.0.2.1",
		"2001:db8::1" };
	struct asking a = { .told = BUF_INIT };
	struct proxy_url u = { 0 };
	struct err e;
	RULE(proxy_url_parse(&u, urls[how % 4], &e) == 0);
	RULE(proxy_new(&a.p, &u, hosts[how / 4 % 3], 25, &e) == 0);
	asking_step(&a);
	fuzz_pieces(p, len, step, asking_take, &a);
	proxy_free(a.p);
	proxy_url_release(&u);
	*told = a.told;
}

static void
header(const uint8_t *p, size_t len)
{
	struct sockaddr_storage a[2];
	struct buf b = BUF_INIT;
	memset(a, 0, sizeof a);
	memcpy(a, p, len < sizeof a ? len : sizeof a);
	for (int i = 0; i < 2; i++)
		a[i].ss_family =
		    (sa_family_t)(len > 0 && p[0] & 1 ? AF_INET6 : AF_INET);
	if (len > 2 && p[1] == 0)
		a[1].ss_family = AF_UNIX;
	for (int v = 1; v <= 2; v++) {
		buf_clear(&b);
		proxy_header(
		    &b, v, (struct sockaddr *)&a[0], (struct sockaddr *)&a[1]);
		RULE(buf_len(&b) >= 8 && buf_len(&b) <= 107);
	}
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, cut;
	if (size < 2)
		return 0;
	ask(&whole, data[0], data + 2, size - 2, 0);
	ask(&cut, data[0], data + 2, size - 2, data[1] % 16u + 1);
	fuzz_same(&whole, &cut);
	buf_release(&whole);
	buf_release(&cut);
	header(data + 2, size - 2);
	return 0;
}
