/* Look-ups by libunbound against a name server of this test's own, a child
 * process on loopback that answers what a hostile one would. Skipped where
 * there is no libunbound. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "net/dns/dns.h"

#define L(s)	s, sizeof(s) - 1
#define SOON_MS 20000 /* far more than anything here takes */

enum { A = 1, CNAME = 5, MX = 15, AAAA = 28, TLSA = 52 };
enum { FLAG_AD = 0x20, RCODE_FAIL = 2, RCODE_NX = 3 };
enum { MUTE = 1, WRONG_ID = 2, LONG_RDATA = 4, OTHER_NAME = 8, MANY = 16 };

/* What the server knows; "" for a name and type that has no row is no data. */
static const struct zone_row {
	const char *name;
	int type;
	const char *data;
	size_t len;
	unsigned flags, odd;
} zone[] = {
	{ "plain.example", MX, L("\0\24\2b2\5plain\7example\0"), FLAG_AD, 0 },
	{ "plain.example", MX, L("\0\12\2a1\5plain\7example\0"), FLAG_AD, 0 },
	{ "plain.example", MX, L("\0\24\2b1\5plain\7example\0"), FLAG_AD, 0 },
	{ "plain.example", A, L("\300\0\2\1"), FLAG_AD, 0 },
	{ "plain.example", AAAA, L("\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"),
	    FLAG_AD, 0 },
	{ "_25._tcp.plain.example", TLSA,
	    L("\3\1\1"
	      "0123456789abcdef0123456789abcdef"),
	    FLAG_AD, 0 },
	{ "_25._tcp.plain.example", TLSA, L("\3\1"), FLAG_AD, 0 },
	{ "_25._tcp.plain.example", TLSA, L("\0\0\1x"), FLAG_AD, 0 },
	{ "hostile.example", MX, L("\0\12\4\33[2J\0"), 0, 0 },
	{ "hostile.example", MX, L("\0\13\3a\0b\1x\0"), 0, 0 },
	{ "hostile.example", MX, L("\0\14\0"), 0, 0 },
	{ "null.example", MX, L("\0\0\0"), 0, 0 },
	{ "zero.example", A, L("\0\0\0\0"), 0, 0 },
	{ "many.example", MX, "", 0, 0, MANY },
	{ "many.example", A, "", 0, 0, MANY },
	{ "many.example", AAAA, "", 0, 0, MANY },
	{ "_25._tcp.many.example", TLSA, "", 0, 0, MANY },
	{ "alias.example", CNAME, L("\5plain\7EXAMPLE\0"), 0, 0 },
	{ "loop1.example", CNAME, L("\5loop2\7example\0"), 0, 0 },
	{ "loop2.example", CNAME, L("\5loop1\7example\0"), 0, 0 },
	{ "nx.example", 0, "", 0, RCODE_NX, 0 },
	{ "_25._tcp.nx.example", 0, "", 0, RCODE_NX, 0 },
	{ "fail.example", 0, "", 0, RCODE_FAIL, 0 },
	{ "signed.example", MX, L("\0\12\1m\6signed\7example\0"), FLAG_AD, 0 },
	{ "long.example", MX, L("\0\12\1m\0"), 0, LONG_RDATA },
	{ "other.example", MX, L("\0\12\1m\0"), 0, OTHER_NAME },
	{ "mute.example", 0, "", 0, 0, MUTE },
	{ "id.example", MX, L("\0\12\1m\0"), 0, WRONG_ID },
};

static void
put(struct buf *b, unsigned n, int octets)
{
	while (octets-- > 0)
		buf_addc(b, (char)(n >> 8 * octets & 0xff));
}

/* Takes the name at p apart; its octets. */
static size_t
question_name(const unsigned char *p, size_t len, char *name)
{
	size_t at = 0, n = 0;

	while (at < len && p[at] != 0 && at + p[at] < len && n < 200) {
		for (unsigned i = 1; i <= p[at]; i++)
			name[n++] = (char)p[at + i];
		name[n++] = '.';
		at += p[at] + 1u;
	}
	name[n > 0 ? n - 1 : 0] = '\0';
	return at + 1;
}

static unsigned
add_record(
    struct buf *b, const struct zone_row *r, const char *data, size_t len)
{
	if (r->odd & OTHER_NAME)
		buf_add(b, L("\4evil\7example\0"));
	else
		put(b, 0xc00c, 2);
	put(b, (unsigned)r->type, 2);
	put(b, 1, 2);
	put(b, 300, 4);
	put(b, (unsigned)len + (r->odd & LONG_RDATA ? 9999 : 0), 2);
	buf_add(b, data, len);
	return 1;
}

/* 300 of them, MX by falling preference. */
static unsigned
add_many(struct buf *b, const struct zone_row *r)
{
	struct buf d = BUF_INIT;

	for (unsigned i = 0; i < 300; i++) {
		buf_clear(&d);
		if (r->type == MX) {
			put(&d, 1000 - i, 2);
			buf_addc(&d, 4);
			buf_addf(&d, "m%03u", i);
			buf_addc(&d, '\0');
		} else if (r->type == TLSA) {
			buf_add(&d, L("\3\1\0"));
			put(&d, i, 4);
		} else if (r->type == A) {
			put(&d, 0x0a000000 + i, 4);
		} else {
			put(&d, 0x20010db8, 4);
			put(&d, 0, 4);
			put(&d, 0, 4);
			put(&d, i, 4);
		}
		add_record(b, r, buf_data(&d), buf_len(&d));
	}
	buf_release(&d);
	return 300;
}

/* Appends the answer; false: there is none. */
static bool
answer(struct buf *b, const unsigned char *q, size_t len)
{
	char name[256];
	size_t end = 12 + question_name(q + 12, len - 12, name) + 4;
	unsigned flags = 0, n = 0, id = (unsigned)q[0] << 8 | q[1];
	struct buf records = BUF_INIT;
	int type;

	if (end > len)
		return false;
	type = q[end - 4] << 8 | q[end - 3];
	for (size_t i = 0; i < sizeof zone / sizeof *zone; i++) {
		const struct zone_row *r = &zone[i];

		if (strcasecmp(r->name, name) != 0 ||
		    (r->type != 0 && r->type != type && r->type != CNAME))
			continue;
		if (r->odd & MUTE) {
			buf_release(&records);
			return false;
		}
		flags |= r->flags;
		id ^= r->odd & WRONG_ID ? 1 : 0;
		if (r->odd & MANY)
			n += add_many(&records, r);
		else if (r->type != 0)
			n += add_record(&records, r, r->data, r->len);
	}
	put(b, id, 2);
	put(b, 0x8180 | flags, 2);
	put(b, 1, 2);
	put(b, n, 2);
	put(b, 0, 4);
	buf_add(b, q + 12, end - 12);
	buf_add(b, buf_data(&records), buf_len(&records));
	buf_release(&records);
	return true;
}

static void
serve(int fd)
{
	static unsigned char q[65536];
	struct sockaddr_in from;
	socklen_t flen;
	struct buf b = BUF_INIT;
	ssize_t n;

	for (;;) {
		flen = sizeof from;
		n = recvfrom(
		    fd, q, sizeof q, 0, (struct sockaddr *)&from, &flen);
		buf_clear(&b);
		if (n > 16 && answer(&b, q, (size_t)n))
			sendto(fd, buf_data(&b), buf_len(&b), 0,
			    (struct sockaddr *)&from, flen);
	}
}

/* Its port. */
static unsigned
server_start(pid_t *pid)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;
	pid_t parent = getpid();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) != 0) {
		perror("server_start");
		exit(1);
	}
	*pid = fork();
	if (*pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			serve(fd);
		_exit(0);
	}
	close(fd);
	return ntohs(sin.sin_port);
}

static struct loop loop;
static char resolver[32];

/* With a trust anchor of its own, lest the system's key be used. */
static char *anchor;

static struct dns *
begin(void)
{
	const struct dns_config c = { resolver, anchor, DNS_TRUST_NONE };
	struct dns *d;
	struct err e;

	if (dns_new(&d, &c, &loop, &e) != 0) {
		printf("%s\n", e.text);
		exit(1);
	}
	return d;
}

/* "found insecure: 10 a1.plain.example, ..." */
static void
mx_text(struct dns *d, const char *name, struct buf *b)
{
	struct dns_mx *m = mem_alloc(sizeof *m);
	struct err e = { 0 };

	if (dns_mx(d, name, loop_deadline(SOON_MS), m, &e) != 0)
		buf_addf(b, "error %s", e.text);
	else
		dns_head_text(d, &m->head, b);
	for (size_t i = 0; i < m->n && i < 5; i++)
		buf_addf(b, "%s %u %s%s", i > 0 ? "," : ":",
		    m->mx[i].preference, m->mx[i].host,
		    m->mx[i].odd ? "!" : "");
	if (m->n > 5 || m->head.dropped > 0)
		buf_addf(b, " (%zu, -%zu)", m->n, m->head.dropped);
	if (m->head.alias != NULL)
		buf_addf(b, " at %s", m->head.alias);
	dns_mx_release(m);
	free(m);
}

static const struct {
	const char *name, *want; /* how it begins */
} mx_rows[] = {
	{ "plain.example", "insecure"
			   ": 10 a1.plain.example, 20 b" },
	{ "PLAIN.example.", "insecure"
			    ": 10 a1.plain.example, 20 b" },
	{ "hostile.example", "insecure"
			     ": 10 \\027\\0912j!, 11 a\\000b.x!, 12 ." },
	{ "null.example", "insecure"
			  ": 0 ." },
	{ "many.example", "insecure"
			  ": 701 m299, 702 m298, 703 m297, 704 m296, "
			  "705 m295 (100, -200)" },
	{ "nothing.example", "none, insecure" },
	{ "nx.example", "no such name, insecure" },
	{ "fail.example", "server failure" },
	{ "loop1.example", "server failure" },
	{ "long.example", "server failure" },
	{ "x.invalid", "no such name, insecure" },
	{ "", "error '' is no name to look up" },
	{ "a..b", "error 'a..b' is no name to look up" },
	{ "a\\.b", "error 'a\\.b' is no name" },
	{ "b\303\274cher.example", "error 'b\303\274cher.example' is no name" },
};

static void
test_mx(struct dns *d)
{
	for (size_t i = 0; i < sizeof mx_rows / sizeof *mx_rows; i++) {
		struct buf b = BUF_INIT;

		mx_text(d, mx_rows[i].name, &b);
		CHECK(strncmp(buf_str(&b), mx_rows[i].want,
			  strlen(mx_rows[i].want)) == 0,
		    "%s: %s", mx_rows[i].name, buf_str(&b));
		buf_release(&b);
	}
}

static void
test_alias(struct dns *d)
{
	struct buf b = BUF_INIT;
	struct dns_head h;
	struct err e;

	mx_text(d, "alias.example", &b);
	CHECK(strstr(buf_str(&b), " at plain.example") != NULL, "%s",
	    buf_str(&b));
	CHECK(dns_cname(d, "alias.example", loop_deadline(SOON_MS), &h, &e) ==
		      0 &&
		  h.status == DNS_FOUND && !h.secure,
	    "its own");
	dns_head_release(&h);
	CHECK(dns_cname(d, "plain.example", loop_deadline(SOON_MS), &h, &e) ==
		      0 &&
		  h.status == DNS_NODATA,
	    "none");
	dns_head_release(&h);
	buf_release(&b);
}

static const struct {
	const char *name;
	int family;
	size_t n;
	const char *first, *last;
	enum dns_status a, aaaa;
} address_rows[] = {
	{ "plain.example", AF_UNSPEC, 2, "2001:db8::1", "192.0.2.1", DNS_FOUND,
	    DNS_FOUND },
	{ "plain.example", AF_INET, 1, "192.0.2.1", "192.0.2.1", DNS_FOUND,
	    DNS_NODATA },
	{ "plain.example", AF_INET6, 1, "2001:db8::1", "2001:db8::1",
	    DNS_NODATA, DNS_FOUND },
	{ "many.example", AF_UNSPEC, 64, "2001:db8::", "10.0.", DNS_FOUND,
	    DNS_FOUND },
	{ "many.example", AF_INET, 64, "10.0.", "10.0.", DNS_FOUND,
	    DNS_NODATA },
	{ "zero.example", AF_UNSPEC, 1, "0.0.0.0", "0.0.0.0", DNS_FOUND,
	    DNS_NODATA },
	{ "nx.example", AF_UNSPEC, 0, "", "", DNS_NXDOMAIN, DNS_NXDOMAIN },
	{ "fail.example", AF_UNSPEC, 0, "", "", DNS_SERVFAIL, DNS_SERVFAIL },
};

static void
test_addresses(struct dns *d)
{
	struct dns_addresses *a = mem_alloc(sizeof *a);

	for (size_t i = 0; i < sizeof address_rows / sizeof *address_rows;
	     i++) {
		const char *name = address_rows[i].name;
		struct err e = { 0 };
		int rc = dns_addresses(d, name, address_rows[i].family,
		    loop_deadline(SOON_MS), a, &e);

		CHECK(rc == 0 && a->n == address_rows[i].n, "%s: %zu %s", name,
		    a->n, e.text);
		CHECK(a->a.status == address_rows[i].a &&
			  a->aaaa.status == address_rows[i].aaaa,
		    "%s: %d %d", name, (int)a->a.status, (int)a->aaaa.status);
		CHECK(!a->a.secure && !a->aaaa.secure, "%s", name);
		if (a->n > 0 && a->n == address_rows[i].n) {
			CHECK(strncmp(a->address[0].text, address_rows[i].first,
				  strlen(address_rows[i].first)) == 0,
			    "%s: %s", name, a->address[0].text);
			CHECK(strncmp(a->address[a->n - 1].text,
				  address_rows[i].last,
				  strlen(address_rows[i].last)) == 0,
			    "%s: %s", name, a->address[a->n - 1].text);
		}
		dns_addresses_release(a);
	}
	free(a);
}

static void
test_tlsa(struct dns *d)
{
	struct dns_tlsa *t = mem_alloc(sizeof *t);
	struct err e;
	char host[260];
	unsigned usable = 0;

	CHECK(dns_tlsa(d, 25, "plain.example", loop_deadline(SOON_MS), t, &e) ==
		      0 &&
		  strcmp(t->name, "_25._tcp.plain.example") == 0 && t->n == 2 &&
		  t->head.dropped == 1 && !t->head.secure,
	    "%zu", t->n);
	for (size_t i = 0; i < t->n; i++)
		usable += rdata_tlsa_usable(&t->tlsa[i]);
	CHECK(usable == 1, "%u", usable);
	dns_tlsa_release(t);
	CHECK(dns_tlsa(d, 25, "many.example", loop_deadline(SOON_MS), t, &e) ==
		      0 &&
		  t->n == 100 && t->head.dropped == 200,
	    "%zu %zu", t->n, t->head.dropped);
	dns_tlsa_release(t);
	CHECK(
	    dns_tlsa(d, 25, "nx.example", loop_deadline(SOON_MS), t, &e) == 0 &&
		t->head.status == DNS_NXDOMAIN && t->n == 0,
	    "none");
	dns_tlsa_release(t);
	/* A host's name that leaves no room for what goes before it. */
	memset(host, 'a', 250);
	for (size_t i = 49; i < 250; i += 50)
		host[i] = '.';
	host[249] = '\0';
	CHECK(dns_tlsa(d, 25, host, loop_deadline(SOON_MS), t, &e) == 0 &&
		  t->head.status == DNS_NXDOMAIN,
	    "long");
	dns_tlsa_release(t);
	CHECK(dns_tlsa(d, 25, "", loop_deadline(SOON_MS), t, &e) == -1 &&
		  e.kind == ERR_USAGE,
	    "empty");
	dns_tlsa_release(t);
	free(t);
}

/* One question, for what else it says. */
static int
ask(struct dns *d, const char *name, int64_t deadline_ns, struct err *e)
{
	struct dns_mx *m = mem_alloc(sizeof *m);
	int rc = dns_mx(d, name, deadline_ns, m, e);

	dns_mx_release(m);
	free(m);
	return rc;
}

/* Nobody can hold up the caller, and a resolver works on after that. */
static void
test_waiting(void)
{
	static const char *const names[] = { "mute.example", "id.example" };
	struct dns *d = begin();
	struct err e;
	int64_t start;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		start = loop_now_ns();
		CHECK(ask(d, names[i], loop_deadline(100), &e) == -1 &&
			  e.kind == ERR_TEMP &&
			  strstr(e.text, "timed out") != NULL,
		    "%s: %s", names[i], e.text);
		CHECK(loop_now_ns() - start < INT64_C(5000000000), "%s",
		    names[i]);
	}
	loop_raise(&loop, SIGINT);
	CHECK(ask(d, "mute.example", loop_deadline(SOON_MS), &e) == -1 &&
		  e.kind == ERR_INTR,
	    "%s", e.text);
	loop_clear(&loop);
	CHECK(ask(d, "null.example", loop_deadline(SOON_MS), &e) == 0, "%s",
	    e.text);
	/* A look-up is still under way. */
	ask(d, "mute.example", loop_now_ns(), &e);
	start = loop_now_ns();
	dns_free(d);
	CHECK(loop_now_ns() - start < INT64_C(5000000000), "freed at once");
}

/* The AD bit of the server says "secure" to everything. */
static void
test_signed(struct dns *d)
{
	struct buf b = BUF_INIT;

	mx_text(d, "signed.example", &b);
	CHECK(strncmp(buf_str(&b), "bogus", 5) == 0, "%s", buf_str(&b));
	CHECK(strcmp(dns_trust_anchor(d), anchor) == 0, "%s",
	    dns_trust_anchor(d));
	buf_release(&b);
}

/* Whoever asks for proof has the root's keys, be they the system's or ours;
 * whoever wants an address only does not need them, and those of a file stand
 * instead of them or, behind a '+', beside them. A name server that knows no
 * DNSSEC proves nothing. */
static void
test_trust(void)
{
	char *beside = mem_printf("+%s", anchor);
	const struct {
		enum dns_trust trust;
		const char *file, *want;
		bool known;
	} rows[] = {
		{ DNS_TRUST_NONE, NULL, "insecure (no trust anchor)", false },
		{ DNS_TRUST_NONE, anchor, "insecure", true },
		{ DNS_TRUST_ROOT, anchor, "insecure", true },
		{ DNS_TRUST_ROOT, NULL, "bogus", true },
		{ DNS_TRUST_NONE, beside, "bogus", true },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct dns_config c = { resolver, rows[i].file,
			rows[i].trust };
		struct buf b = BUF_INIT;
		struct dns *d;
		struct err e = { 0 };

		CHECK(dns_new(&d, &c, &loop, &e) == 0, "%zu: %s", i, e.text);
		CHECK((dns_trust_anchor(d) != NULL) == rows[i].known, "%zu", i);
		mx_text(d, "null.example", &b);
		CHECK(strncmp(
			  buf_str(&b), rows[i].want, strlen(rows[i].want)) == 0,
		    "%zu: %s", i, buf_str(&b));
		buf_release(&b);
		dns_free(d);
	}
	free(beside);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		exit(1);
}

static void
test_new(const char *dir)
{
	char *empty = mem_printf("%s/empty", dir);
	const struct {
		struct dns_config c;
		enum err_kind kind;
		const char *text;
	} rows[] = {
		{ { "resolver.example", NULL, DNS_TRUST_NONE }, ERR_USAGE,
		    "'resolver.example': expected a name server's ADDR" },
		{ { "127.0.0.1:0", NULL, DNS_TRUST_NONE }, ERR_USAGE,
		    "expected" },
		{ { resolver, "/nonexistent/key", DNS_TRUST_ROOT }, ERR_NOINPUT,
		    "/nonexistent/key: No such file" },
		{ { resolver, empty, DNS_TRUST_ROOT }, ERR_DATA,
		    "no trust anchor in it" },
	};

	write_file(empty, "not a key\n");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dns *d = (struct dns *)&loop;
		struct err e = { 0 };

		CHECK(dns_new(&d, &rows[i].c, &loop, &e) == -1 && d == NULL &&
			  e.kind == rows[i].kind &&
			  strstr(e.text, rows[i].text) != NULL,
		    "%zu: %s", i, e.text);
		dns_free(d);
	}
	unlink(empty);
	free(empty);
}

int
main(void)
{
	char dir[] = "/tmp/dns.XXXXXX";
	struct dns *d = NULL;
	struct err e = { 0 };
	pid_t pid;

	if (loop_init(&loop) != 0 || mkdtemp(dir) == NULL)
		return 1;
	snprintf(resolver, sizeof resolver, "127.0.0.1:%u", server_start(&pid));
	anchor = mem_printf("%s/anchor", dir);
	write_file(anchor,
	    "signed.example. IN DS 1 13 2 4aba248e78e8efb655c6ac05f72430709980f"
	    "6980dc6da9980ce5cc575d98c8e\n");
	if (dns_new(&d,
		&(struct dns_config){ resolver, anchor, DNS_TRUST_NONE }, &loop,
		&e) != 0 &&
	    strstr(e.text, "library") != NULL) {
		printf("skipped: %s\n", e.text);
	} else {
		dns_free(d);
		test_new(dir);
		d = begin();
		test_mx(d);
		test_alias(d);
		test_addresses(d);
		test_tlsa(d);
		test_signed(d);
		test_trust();
		dns_free(d);
		test_waiting();
	}
	unlink(anchor);
	free(anchor);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	rmdir(dir);
	loop_release(&loop);
	return check_done();
}
