/* Tunnels and the PROXY header: every answer cut at every octet, and with the
 * server's first octets right behind it, none of which may be taken. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include "net/conn/proxy.h"

#define L(s) s, sizeof(s) - 1

#define LONG_USER                                                              \
	"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu" \
	"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu" \
	"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu" \
	"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"

static const struct {
	const char *in;
	const char *want; /* "kind host port user password"; NULL: refused */
} url_rows[] = {
	{ "socks5://proxy.example", "0 proxy.example 1080 - -" },
	{ "socks5h://proxy.example:9050", "0 proxy.example 9050 - -" },
	{ "SOCKS5://proxy.example/", "0 proxy.example 1080 - -" },
	{ "http://proxy.example", "1 proxy.example 8080 - -" },
	{ "http://[::1]:3128", "1 ::1 3128 - -" },
	{ "http://[::1]", "1 ::1 8080 - -" },
	{ "socks5://me:secret@p:1", "0 p 1 me secret" },
	{ "socks5://me@p:1", "0 p 1 me " },
	{ "socks5://me:@p:1", "0 p 1 me " },
	{ "http://m%40e:a%3ab%25@p", "1 p 8080 m@e a:b%" },
	{ "http://me:a@b@p", "1 p 8080 me a@b" },
	{ "http://me:a:b@p", "1 p 8080 me a:b" },
	{ "proxy.example:1080", NULL },
	{ "https://proxy.example", NULL },
	{ "socks4://proxy.example", NULL },
	{ "socks5://", NULL },
	{ "socks5://:1080", NULL },
	{ "socks5://p:", NULL },
	{ "socks5://p:x", NULL },
	{ "socks5://p q", NULL },
	{ "socks5://p\r\n", NULL },
	{ "socks5://[::1", NULL },
	{ "socks5://[::1]9", NULL },
	{ "socks5://::1:9", NULL },
	{ "socks5://p/path", NULL },
	{ "socks5://@p", NULL },
	{ "socks5://:secret@p", NULL },
	{ "socks5://me:secret%@p", NULL },
	{ "socks5://me:secret%0@p", NULL },
	{ "socks5://me:secret%zz@p", NULL },
	{ "socks5://me:secret%00@p", NULL },
	{ "http://me:secret%0d%0a@p", NULL },
	{ "http://p:65536", NULL },
	{ "http://p:0", NULL },
	{ "socks5://p:99999999999999999999", NULL },
	{ "", NULL },
};

static void
test_url(void)
{
	for (size_t i = 0; i < sizeof url_rows / sizeof *url_rows; i++) {
		struct proxy_url u;
		struct err e = { 0 };
		int rc = proxy_url_parse(&u, url_rows[i].in, &e);
		char *got =
		    rc != 0 ? NULL
			    : mem_printf("%d %s %s %s %s", (int)u.kind, u.host,
				  u.port, u.user == NULL ? "-" : u.user,
				  u.password == NULL ? "-" : u.password);

		CHECK((rc != 0) == (url_rows[i].want == NULL) &&
			  (rc != 0 || strcmp(got, url_rows[i].want) == 0),
		    "'%s': %s", url_rows[i].in, rc != 0 ? e.text : got);
		CHECK(rc == 0 || (e.kind == ERR_USAGE &&
				     strstr(e.text, "secret") == NULL),
		    "'%s': %s", url_rows[i].in, e.text);
		free(got);
		proxy_url_release(&u);
		proxy_url_release(&u);
	}
}

/* One tunnel: what the proxy answers to each of what it is sent. */
static const struct tunnel_row {
	const char *label, *url, *host;
	const char *sent;
	size_t sent_len; /* all that it must be sent, in order */
	const char *said;
	size_t said_len;    /* all that it says */
	enum err_kind kind; /* ERR_NONE: the tunnel stands */
	const char *text;   /* in the error */
} tunnel_rows[] = {
	{ "socks, a name", "socks5://p", "mx.example",
	    L("\5\1\0"
	      "\5\1\0\3\12mx.example\0\31"),
	    L("\5\0"
	      "\5\0\0\1\0\0\0\0\0\0"),
	    ERR_NONE, "" },
	{ "socks, IPv4", "socks5://p", "192.0.2.1",
	    L("\5\1\0"
	      "\5\1\0\1\300\0\2\1\0\31"),
	    L("\5\0"
	      "\5\0\0\1\300\0\2\1\0\31"),
	    ERR_NONE, "" },
	{ "socks, IPv6", "socks5://p", "::1",
	    L("\5\1\0"
	      "\5\1\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\31"),
	    L("\5\0"
	      "\5\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\31"),
	    ERR_NONE, "" },
	{ "socks, bound to a name", "socks5://p", "a",
	    L("\5\1\0"
	      "\5\1\0\3\1a\0\31"),
	    L("\5\0"
	      "\5\0\0\3\4name\0\31"),
	    ERR_NONE, "" },
	{ "socks, bound to an empty name", "socks5://p", "a",
	    L("\5\1\0"
	      "\5\1\0\3\1a\0\31"),
	    L("\5\0"
	      "\5\0\0\3\0\0\31"),
	    ERR_NONE, "" },
	{ "socks, password", "socks5://me:pw@p", "a",
	    L("\5\2\0\2"
	      "\1\2me\2pw"
	      "\5\1\0\3\1a\0\31"),
	    L("\5\2"
	      "\1\0"
	      "\5\0\0\1\0\0\0\0\0\0"),
	    ERR_NONE, "" },
	{ "socks, password not wanted", "socks5://me:pw@p", "a",
	    L("\5\2\0\2"
	      "\5\1\0\3\1a\0\31"),
	    L("\5\0"
	      "\5\0\0\1\0\0\0\0\0\0"),
	    ERR_NONE, "" },
	{ "socks, wrong password", "socks5://me:pw@p", "a",
	    L("\5\2\0\2"
	      "\1\2me\2pw"),
	    L("\5\2"
	      "\1\1"),
	    ERR_AUTH, "refuses user or password" },
	{ "socks, password wanted", "socks5://p", "a", L("\5\1\0"), L("\5\377"),
	    ERR_AUTH, "wants a user and password" },
	{ "socks, no way to log in", "socks5://me:pw@p", "a", L("\5\2\0\2"),
	    L("\5\377"), ERR_AUTH, "none of our ways" },
	{ "socks, way not offered", "socks5://p", "a", L("\5\1\0"), L("\5\2"),
	    ERR_PROTO, "the way 2" },
	{ "socks, GSSAPI", "socks5://me:pw@p", "a", L("\5\2\0\2"), L("\5\1"),
	    ERR_PROTO, "the way 1" },
	{ "socks, version 4", "socks5://p", "a", L("\5\1\0"), L("\4\0"),
	    ERR_PROTO, "octet 4 where 5" },
	{ "socks, an HTTP server", "socks5://p", "a", L("\5\1\0"), L("HT"),
	    ERR_PROTO, "octet 72 where 5" },
	{ "socks, login version", "socks5://me:pw@p", "a",
	    L("\5\2\0\2"
	      "\1\2me\2pw"),
	    L("\5\2"
	      "\5\0"),
	    ERR_PROTO, "octet 5 where 1" },
	{ "socks, reply version", "socks5://p", "a",
	    L("\5\1\0"
	      "\5\1\0\3\1a\0\31"),
	    L("\5\0"
	      "\0\0\0\1\0\0\0\0\0\0"),
	    ERR_PROTO, "octet 0 where 5" },
	{ "socks, type of address", "socks5://p", "a",
	    L("\5\1\0"
	      "\5\1\0\3\1a\0\31"),
	    L("\5\0"
	      "\5\0\0\2\0"),
	    ERR_PROTO, "unknown type 2" },
	{ "socks, general failure", "socks5://p", "mx.example",
	    L("\5\1\0"
	      "\5\1\0\3\12mx.example\0\31"),
	    L("\5\0"
	      "\5\1\0\1\0\0\0\0\0\0"),
	    ERR_TEMP, "mx.example port 25: general failure" },
	{ "socks, rules", "socks5://p", "a",
	    L("\5\1\0"
	      "\5\1\0\3\1a\0\31"),
	    L("\5\0"
	      "\5\2\0\1\0\0\0\0\0\0"),
	    ERR_REFUSED, "its rules" },
	{ "socks, unreachable", "socks5://p", "a",
	    L("\5\1\0"
	      "\5\1\0\3\1a\0\31"),
	    L("\5\0"
	      "\5\4\0\1\0\0\0\0\0\0"),
	    ERR_TEMP, "host unreachable" },
	{ "socks, unknown reason", "socks5://p", "a",
	    L("\5\1\0"
	      "\5\1\0\3\1a\0\31"),
	    L("\5\0"
	      "\5\377\0\1\0\0\0\0\0\0"),
	    ERR_TEMP, "(255)" },
	{ "socks, failure without address", "socks5://p", "a",
	    L("\5\1\0"
	      "\5\1\0\3\1a\0\31"),
	    L("\5\0"
	      "\5\5\0\0\0"),
	    ERR_TEMP, "connection refused" },

	{ "http", "http://p", "mx.example",
	    L("CONNECT mx.example:25 HTTP/1.1\r\nHost: mx.example:25\r\n\r\n"),
	    L("HTTP/1.1 200 Connection established\r\n\r\n"), ERR_NONE, "" },
	{ "http, IPv6", "http://p", "::1",
	    L("CONNECT [::1]:25 HTTP/1.1\r\nHost: [::1]:25\r\n\r\n"),
	    L("HTTP/1.0 200 OK\r\nVia: x\r\nContent-Length: 9\r\n\r\n"),
	    ERR_NONE, "" },
	{ "http, password", "http://Aladdin:open%20sesame@p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\nProxy-Authorization: "
	      "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"),
	    L("HTTP/1.1 204\r\n\r\n"), ERR_NONE, "" },
	{ "http, bare LF", "http://p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"),
	    L("HTTP/1.1 200 OK\nX: y\n\n"), ERR_NONE, "" },
	{ "http, interim", "http://p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"),
	    L("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), ERR_NONE,
	    "" },
	{ "http, password wanted", "http://p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"),
	    L("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), ERR_AUTH,
	    "wants a user and password" },
	{ "http, wrong password", "http://m:p@p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\nProxy-Authorization: "
	      "Basic bTpw\r\n\r\n"),
	    L("HTTP/1.1 407 No\r\n\r\n"), ERR_AUTH,
	    "refuses user or password" },
	{ "http, forbidden", "http://p", "mx.example",
	    L("CONNECT mx.example:25 HTTP/1.1\r\nHost: mx.example:25\r\n\r\n"),
	    L("HTTP/1.1 403 Port \33[2J\r\n\r\n"), ERR_REFUSED,
	    "mx.example port 25: \"HTTP/1.1 403 Port" },
	{ "http, bad gateway", "http://p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"),
	    L("HTTP/1.1 502 Bad Gateway\r\n\r\n"), ERR_TEMP, "502" },
	{ "http, redirect", "http://p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"),
	    L("HTTP/1.1 302 Found\r\nLocation: x\r\n\r\n"), ERR_REFUSED,
	    "302" },
	{ "http, a mail server", "http://p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"), L("2"), ERR_PROTO,
	    "does not speak HTTP: \"2\"" },
	{ "http, version 2", "http://p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"), L("HTTP/2"),
	    ERR_PROTO, "HTTP/2" },
	{ "http, no status", "http://p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"),
	    L("HTTP/1.1 OK\r\n\r\n"), ERR_PROTO, "does not speak HTTP" },
	{ "http, long status", "http://p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"),
	    L("HTTP/1.1 2000 OK\r\n\r\n"), ERR_PROTO, "does not speak HTTP" },
	{ "http, status 600", "http://p", "a",
	    L("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"),
	    L("HTTP/1.1 600 x\r\n\r\n"), ERR_PROTO, "does not speak HTTP" },
};

static struct proxy *
tunnel(const struct tunnel_row *r)
{
	struct proxy_url u;
	struct proxy *p;
	struct err e;

	if (proxy_url_parse(&u, r->url, &e) != 0 ||
	    proxy_new(&p, &u, r->host, 25, &e) != 0) {
		printf("%s: %s\n", r->label, e.text);
		exit(1);
	}
	proxy_url_release(&u);
	return p;
}

static void
take_out(struct proxy *p, struct buf *b)
{
	size_t n;
	const char *out = proxy_out(p, &n);

	buf_add(b, out, n);
	proxy_out_done(p, n);
}

/* Says the answer, and "220 hi" behind it, in pieces of so many octets. */
static void
check_tunnel(const struct tunnel_row *r, size_t first, size_t rest)
{
	struct proxy *p = tunnel(r);
	struct buf sent = BUF_INIT, said = BUF_INIT;
	struct err e = { 0 };
	size_t at = 0, piece = first, used;
	int rc;

	buf_add(&said, r->said, r->said_len);
	buf_adds(&said, "220 hi\r\n");
	take_out(p, &sent);
	while ((rc = proxy_step(p, &e)) == 0 && at < buf_len(&said)) {
		size_t n = buf_len(&said) - at;

		n = n < piece ? n : piece;
		/* In memory of just that size. */
		char *copy = mem_alloc(n);
		memcpy(copy, buf_data(&said) + at, n);
		used = proxy_feed(p, copy, n);
		free(copy);
		at += used;
		take_out(p, &sent);
		if (used < n)
			break;
		piece = rest;
	}
	rc = proxy_step(p, &e);
	CHECK(rc == (r->kind == ERR_NONE ? 1 : -1), "%s: %d %s", r->label, rc,
	    e.text);
	CHECK(e.kind == r->kind && strstr(e.text, r->text) != NULL, "%s: %s",
	    r->label, e.text);
	CHECK(at == r->said_len, "%s: took %zu of %zu", r->label, at,
	    r->said_len);
	CHECK(buf_len(&sent) == r->sent_len &&
		  memcmp(buf_data(&sent), r->sent, r->sent_len) == 0,
	    "%s: sent %zu", r->label, buf_len(&sent));
	CHECK(proxy_feed(p, "x", 1) == 0 && proxy_step(p, &e) == rc,
	    "%s: nothing changes behind the end", r->label);
	proxy_free(p);
	buf_release(&sent);
	buf_release(&said);
}

static void
test_tunnels(void)
{
	for (size_t i = 0; i < sizeof tunnel_rows / sizeof *tunnel_rows; i++) {
		const struct tunnel_row *r = &tunnel_rows[i];

		check_tunnel(r, 1, 1);
		for (size_t cut = 1; cut <= r->said_len + 8; cut++)
			check_tunnel(r, cut, 1000);
	}
}

/* Answers that never end. */
static void
test_endless(void)
{
	static const struct {
		const char *label, *url, *begin, *again;
	} rows[] = {
		{ "header lines", "http://p", "HTTP/1.1 200 OK\r\n",
		    "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" },
		{ "one line", "http://p", "HTTP/1.1 200 ", "OK OK OK OK OK" },
		{ "interim answers", "http://p", "",
		    "HTTP/1.1 102 Processing\r\n\r\n" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tunnel_row r = { .url = rows[i].url, .host = "a" };
		struct proxy *p = tunnel(&r);
		struct err e = { 0 };
		size_t used = 0, n = 1;

		proxy_feed(p, rows[i].begin, strlen(rows[i].begin));
		while (n > 0 && used < 100000) {
			n = proxy_feed(p, rows[i].again, strlen(rows[i].again));
			used += n;
		}
		CHECK(proxy_step(p, &e) == -1 && e.kind == ERR_PROTO &&
			  strstr(e.text, "more than") != NULL && used <= 16384,
		    "%s: %zu, %s", rows[i].label, used, e.text);
		proxy_free(p);
	}
}

static void
test_refused(void)
{
	static const struct {
		const char *url, *host;
	} rows[] = {
		{ "http://p", "a b" },
		{ "http://p", "a\r\nX: y" },
		{ "http://p", "" },
		{ "http://p", "a/b" },
		{ "http://p", "[::1]" },
		{ "socks5://p", "b\303\274cher.example" },
		{ "socks5://p", LONG_USER },
		{ "http://a%3ab:c@p", "a" },
		{ "socks5://" LONG_USER ":c@p", "a" },
		{ "socks5://c:" LONG_USER "@p", "a" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct proxy_url u;
		struct proxy *p = NULL;
		struct err e = { 0 };

		CHECK(proxy_url_parse(&u, rows[i].url, &e) == 0, "%s",
		    rows[i].url);
		CHECK(proxy_new(&p, &u, rows[i].host, 25, &e) == -1 &&
			  e.kind == ERR_USAGE && p == NULL,
		    "%zu: %s", i, e.text);
		proxy_url_release(&u);
	}
}

static void
test_header(void)
{
	struct sockaddr_in a4 = { .sin_family = AF_INET,
		.sin_port = htons(40000) },
			   b4 = { .sin_family = AF_INET,
				   .sin_port = htons(25) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(1) },
			    b6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(65535) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const struct sockaddr *s4 = (void *)&a4, *d4 = (void *)&b4,
			      *s6 = (void *)&a6, *d6 = (void *)&b6,
			      *su = (void *)&un;

	inet_pton(AF_INET, "192.0.2.1", &a4.sin_addr);
	inet_pton(AF_INET, "198.51.100.2", &b4.sin_addr);
	inet_pton(AF_INET6, "2001:db8::1", &a6.sin6_addr);
	inet_pton(AF_INET6, "::2", &b6.sin6_addr);
	const struct {
		const char *label;
		int version;
		const struct sockaddr *src, *dst;
		const char *want;
		size_t len;
	} rows[] = {
		{ "v1, IPv4", 1, s4, d4,
		    L("PROXY TCP4 192.0.2.1 198.51.100.2 40000 25\r\n") },
		{ "v1, IPv6", 1, s6, d6,
		    L("PROXY TCP6 2001:db8::1 ::2 1 65535\r\n") },
		{ "v1, unknown", 1, NULL, NULL, L("PROXY UNKNOWN\r\n") },
		{ "v1, mixed", 1, s4, d6, L("PROXY UNKNOWN\r\n") },
		{ "v1, a path", 1, su, su, L("PROXY UNKNOWN\r\n") },
		{ "v2, IPv4", 2, s4, d4,
		    L("\r\n\r\n\0\r\nQUIT\n\41\21\0\14\300\0\2\1\306\63\144\2"
		      "\234\100\0\31") },
		{ "v2, IPv6", 2, s6, d6,
		    L("\r\n\r\n\0\r\nQUIT\n\41\41\0\44"
		      "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"
		      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\1\377\377") },
		{ "v2, unknown", 2, NULL, d4,
		    L("\r\n\r\n\0\r\nQUIT\n\40\0\0\0") },
		{ "v2, a path", 2, su, su, L("\r\n\r\n\0\r\nQUIT\n\40\0\0\0") },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = BUF_INIT;

		proxy_header(&b, rows[i].version, rows[i].src, rows[i].dst);
		CHECK(buf_len(&b) == rows[i].len &&
			  memcmp(buf_data(&b), rows[i].want, rows[i].len) == 0,
		    "%s: %s", rows[i].label, buf_str(&b));
		buf_release(&b);
	}
}

int
main(void)
{
	test_url();
	test_tunnels();
	test_endless();
	test_refused();
	test_header();
	return check_done();
}
