/* Records of DNS from whoever answers: well-formed, cut short, hostile. Each
 * is tried in memory of just its size. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "net/dns/dns_priv.h"

#define L(s) s, sizeof(s) - 1

/* A copy with nothing behind it that could be read by mistake. */
static unsigned char *
exact(const char *p, size_t len)
{
	unsigned char *copy = mem_alloc(len > 0 ? len : 1);

	memcpy(copy, p, len);
	return copy;
}

static const struct mx_row {
	const char *label, *in;
	size_t len;
	const char *want; /* "10 host", "!" behind: odd; NULL: malformed */
} mx_rows[] = {
	{ "plain", L("\0\12\2mx\7example\0"), "10 mx.example" },
	{ "capitals", L("\0\12\2MX\7Example\0"), "10 mx.example" },
	{ "largest", L("\xff\xff\2mx\0"), "65535 mx" },
	{ "null MX", L("\0\0\0"), "0 ." },
	{ "underscore", L("\0\1\3_mx\1x\0"), "1 _mx.x" },
	{ "escape", L("\0\1\4\33[2J\1x\0"), "1 \\027\\0912j.x!" },
	{ "NUL", L("\0\1\3a\0b\1x\0"), "1 a\\000b.x!" },
	{ "dot in a label", L("\0\1\3a.b\1x\0"), "1 a\\046b.x!" },
	{ "blank", L("\0\1\3a b\0"), "1 a\\032b!" },
	{ "backslash", L("\0\1\1\\\0"), "1 \\092!" },
	{ "above 127", L("\0\1\2\xc3\xa9\0"), "1 \\195\\169!" },
	{ "nothing", "", 0, NULL },
	{ "preference only", L("\0\12"), NULL },
	{ "half of it", L("\0"), NULL },
	{ "no end", L("\0\12\2mx"), NULL },
	{ "label too long for it", L("\0\12\7mx\0"), NULL },
	{ "label of 64",
	    L("\0\12\100aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	      "aaaaaaaaaaaaaaaaaaaaaa\0"),
	    NULL },
	{ "compressed", L("\0\12\300\14"), NULL },
	{ "octets behind", L("\0\12\2mx\0x"), NULL },
};

static void
test_mx(void)
{
	for (size_t i = 0; i < sizeof mx_rows / sizeof *mx_rows; i++) {
		const struct mx_row *r = &mx_rows[i];
		unsigned char *in = exact(r->in, r->len);
		struct rdata_mx mx;
		int rc = rdata_mx(&mx, in, r->len);
		char *got = rc != 0 ? NULL
				    : mem_printf("%u %s%s", mx.preference,
					  mx.host, mx.odd ? "!" : "");

		CHECK((got == NULL) == (r->want == NULL) &&
			  (got == NULL || strcmp(got, r->want) == 0),
		    "%s: %s", r->label, got == NULL ? "malformed" : got);
		free(got);
		free(mx.host);
		free(in);
	}
}

/* Names at the limit of 255 octets in wire form, the last octet included. */
static void
test_name_length(void)
{
	unsigned char wire[300];
	struct buf b = BUF_INIT;
	bool odd;

	for (size_t last = 60; last <= 63; last++) {
		size_t at = 0, got;

		for (int i = 0; i < 4; i++) {
			size_t n = i == 3 ? last : 63;
			wire[at++] = (unsigned char)n;
			memset(wire + at, 'a', n);
			at += n;
		}
		wire[at++] = 0;
		buf_clear(&b);
		got = rdata_name(wire, at, &b, &odd);
		CHECK((got == at) == (at <= 255), "%zu octets: %zu", at, got);
		CHECK(got == 0 || buf_len(&b) == at - 2, "%zu", buf_len(&b));
	}
	buf_release(&b);
}

static const struct tlsa_row {
	const char *label, *in;
	size_t len;
	int want; /* -1 malformed, 0 unusable, 1 usable */
} tlsa_rows[] = {
	{ "3 1 1",
	    L("\3\1\1"
	      "0123456789abcdef0123456789abcdef"),
	    1 },
	{ "2 0 1",
	    L("\2\0\1"
	      "0123456789abcdef0123456789abcdef"),
	    1 },
	{ "3 1 2",
	    L("\3\1\2"
	      "0123456789abcdef0123456789abcdef"
	      "0123456789abcdef0123456789abcdef"),
	    1 },
	{ "a whole certificate", L("\3\0\0x"), 1 },
	{ "usage 0",
	    L("\0\0\1"
	      "0123456789abcdef0123456789abcdef"),
	    0 },
	{ "usage 1",
	    L("\1\1\1"
	      "0123456789abcdef0123456789abcdef"),
	    0 },
	{ "usage 4",
	    L("\4\1\1"
	      "0123456789abcdef0123456789abcdef"),
	    0 },
	{ "selector 2",
	    L("\3\2\1"
	      "0123456789abcdef0123456789abcdef"),
	    0 },
	{ "type 3",
	    L("\3\1\3"
	      "0123456789abcdef0123456789abcdef"),
	    0 },
	{ "short digest",
	    L("\3\1\1"
	      "0123456789abcdef0123456789abcde"),
	    0 },
	{ "long digest",
	    L("\3\1\1"
	      "0123456789abcdef0123456789abcdef!"),
	    0 },
	{ "no data", L("\3\1\1"), -1 },
	{ "two octets", L("\3\1"), -1 },
	{ "none", "", 0, -1 },
};

static void
test_tlsa(void)
{
	for (size_t i = 0; i < sizeof tlsa_rows / sizeof *tlsa_rows; i++) {
		const struct tlsa_row *r = &tlsa_rows[i];
		unsigned char *in = exact(r->in, r->len);
		struct tls_tlsa t;
		int rc = rdata_tlsa(&t, in, r->len);

		CHECK((rc != 0 ? -1 : rdata_tlsa_usable(&t)) == r->want, "%s",
		    r->label);
		CHECK(rc != 0 || t.len == r->len - 3, "%s", r->label);
		free(in);
	}
}

static const struct address_row {
	const char *label;
	int family;
	const char *in;
	size_t len;
	const char *want; /* as in mx_row */
} address_rows[] = {
	{ "v4", AF_INET, L("\300\0\2\1"), "192.0.2.1" },
	{ "loopback", AF_INET, L("\177\0\0\1"), "127.0.0.1" },
	{ "0.0.0.0", AF_INET, L("\0\0\0\0"), "0.0.0.0!" },
	{ "this network", AF_INET, L("\0\1\2\3"), "0.1.2.3!" },
	{ "multicast", AF_INET, L("\340\0\0\1"), "224.0.0.1!" },
	{ "broadcast", AF_INET, L("\377\377\377\377"), "255.255.255.255!" },
	{ "v4 of 3", AF_INET, L("\1\2\3"), NULL },
	{ "v4 of 5", AF_INET, L("\1\2\3\4\5"), NULL },
	{ "v6", AF_INET6, L("\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"),
	    "2001:db8::1" },
	{ "::1", AF_INET6, L("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), "::1" },
	{ "::", AF_INET6, L("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "::!" },
	{ "v6 multicast", AF_INET6, L("\377\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1"),
	    "ff02::1!" },
	{ "mapped 0.0.0.0", AF_INET6, L("\0\0\0\0\0\0\0\0\0\0\377\377\0\0\0\0"),
	    "::ffff:0.0.0.0!" },
	{ "mapped", AF_INET6, L("\0\0\0\0\0\0\0\0\0\0\377\377\300\0\2\1"),
	    "::ffff:192.0.2.1" },
	{ "v6 of 4", AF_INET6, L("\1\2\3\4"), NULL },
	{ "none", AF_INET, "", 0, NULL },
};

static void
test_address(void)
{
	for (size_t i = 0; i < sizeof address_rows / sizeof *address_rows;
	     i++) {
		const struct address_row *r = &address_rows[i];
		unsigned char *in = exact(r->in, r->len);
		struct rdata_address a;
		int rc = rdata_address(&a, r->family, in, r->len);
		char got[64];

		snprintf(got, sizeof got, "%s%s", a.text, a.odd ? "!" : "");
		CHECK((rc != 0) == (r->want == NULL) &&
			  (rc != 0 || strcmp(got, r->want) == 0),
		    "%s: %s", r->label, got);
		free(in);
	}
}

static const struct name_row {
	const char *in;
	bool want;
} name_rows[] = {
	{ "example.org", true },
	{ "example.org.", true },
	{ "localhost", true },
	{ "_25._tcp.mx.example.org", true },
	{ "xn--bcher-kva.example", true },
	{ "127.0.0.1", true },
	{ "", false },
	{ ".", false },
	{ "a..b", false },
	{ ".a", false },
	{ "a..", false },
	{ "a b", false },
	{ "a\\.b", false },
	{ "a@b", false },
	{ "b\303\274cher.example", false },
	{ "a\n", false },
	{ "[::1]", false },
};

static void
test_is_name(void)
{
	char long_name[300];

	for (size_t i = 0; i < sizeof name_rows / sizeof *name_rows; i++)
		CHECK(rdata_is_name(name_rows[i].in) == name_rows[i].want,
		    "'%s'", name_rows[i].in);
	for (size_t len = 60; len < 70; len++) {
		memset(long_name, 'a', len);
		long_name[len] = '\0';
		CHECK(rdata_is_name(long_name) == (len <= 63), "%zu", len);
	}
	for (size_t len = 250; len < 258; len++) {
		memset(long_name, 'a', len);
		for (size_t i = 50; i < len; i += 51)
			long_name[i] = '.';
		long_name[len] = '\0';
		if (long_name[len - 1] == '.')
			continue;
		CHECK(rdata_is_name(long_name) == (len <= 253), "%zu", len);
	}
}

static const struct {
	const char *in, *want; /* NULL: refused */
} forwarder_rows[] = {
	{ "192.0.2.1", "192.0.2.1@53" },
	{ "192.0.2.1:5353", "192.0.2.1@5353" },
	{ "::1", "::1@53" },
	{ "[::1]", "::1@53" },
	{ "[2001:db8::1]:853", "2001:db8::1@853" },
	{ "192.0.2.1:", NULL },
	{ "192.0.2.1:0", NULL },
	{ "192.0.2.1:65536", NULL },
	{ "192.0.2.1:5x", NULL },
	{ "192.0.2.1@53", NULL },
	{ "192.0.2", NULL },
	{ "resolver.example", NULL },
	{ "[::1", NULL },
	{ "[::1]53", NULL },
	{ "[192.0.2.1]", NULL },
	{ "", NULL },
};

static void
test_forwarder(void)
{
	for (size_t i = 0; i < sizeof forwarder_rows / sizeof *forwarder_rows;
	     i++) {
		struct buf b = BUF_INIT;
		int rc = dns_forwarder(forwarder_rows[i].in, &b);

		CHECK((rc != 0) == (forwarder_rows[i].want == NULL) &&
			  (rc != 0 ||
			      strcmp(buf_str(&b), forwarder_rows[i].want) == 0),
		    "'%s': %s", forwarder_rows[i].in, buf_str(&b));
		buf_release(&b);
	}
}

int
main(void)
{
	test_mx();
	test_name_length();
	test_tlsa();
	test_address();
	test_is_name();
	test_forwarder();
	return check_done();
}
