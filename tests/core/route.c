/* Routes and DANE's conditions, against a table that stands in for dns.c: it
 * answers here, so the linker never looks for the real one. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include "net/dns/dns_priv.h"
#include "net/dns/route.h"

/* What is known of a name and type. data: MX "10 a,20 b"; addresses "A" or
 * "AAAA" with commas between; TLSA "311" or "001", digests made up. */
struct fact {
	const char *name, *type;
	enum dns_status status;
	bool secure;
	const char *data, *alias;
};

#define SECURE	 true
#define INSECURE false

static const struct fact facts[] = {
	{ "one.example", "MX", DNS_FOUND, SECURE, "10 mail.one.example", NULL },
	{ "mail.one.example", "A", DNS_FOUND, SECURE, "192.0.2.1", NULL },
	{ "mail.one.example", "AAAA", DNS_NODATA, SECURE, "", NULL },
	{ "_25._tcp.mail.one.example", "TLSA", DNS_FOUND, SECURE, "311", NULL },
	{ "_24._tcp.mail.one.example", "TLSA", DNS_FOUND, SECURE, "001,002",
	    NULL },
	{ "_23._tcp.mail.one.example", "TLSA", DNS_FOUND, SECURE, "001,311",
	    NULL },
	{ "_22._tcp.mail.one.example", "TLSA", DNS_SERVFAIL, INSECURE, "",
	    NULL },
	{ "_21._tcp.mail.one.example", "TLSA", DNS_BOGUS, INSECURE, "", NULL },
	{ "_20._tcp.mail.one.example", "TLSA", DNS_NXDOMAIN, SECURE, "", NULL },
	{ "_19._tcp.mail.one.example", "TLSA", DNS_FOUND, INSECURE, "311",
	    NULL },
	{ "_18._tcp.mail.one.example", "TLSA", DNS_FOUND, SECURE, "", NULL },

	{ "insecure.example", "MX", DNS_FOUND, INSECURE, "10 mail.one.example",
	    NULL },
	{ "alias.example", "MX", DNS_FOUND, SECURE, "10 mail.one.example",
	    "one.example" },
	{ "order.example", "MX", DNS_FOUND, SECURE,
	    "5 z,10 a,10 b,10 c,10 d,20 y", NULL },
	{ "null.example", "MX", DNS_FOUND, SECURE, "0 .", NULL },
	{ "nullplus.example", "MX", DNS_FOUND, SECURE,
	    "0 .,10 mail.one.example", NULL },
	{ "number.example", "MX", DNS_FOUND, SECURE, "10 127.0.0.1", NULL },
	{ "127.0.0.1", "A", DNS_NXDOMAIN, SECURE, "", NULL },
	{ "127.0.0.1", "AAAA", DNS_NXDOMAIN, SECURE, "", NULL },
	{ "odd.example", "MX", DNS_FOUND, SECURE, "10 \\027x", NULL },
	{ "none.example", "MX", DNS_NODATA, SECURE, "", NULL },
	{ "none.example", "A", DNS_FOUND, SECURE, "192.0.2.2", NULL },
	{ "none.example", "AAAA", DNS_FOUND, SECURE, "2001:db8::2", NULL },
	{ "_25._tcp.none.example", "TLSA", DNS_FOUND, SECURE, "311", NULL },
	{ "gone.example", "MX", DNS_NXDOMAIN, SECURE, "", NULL },
	{ "fail.example", "MX", DNS_SERVFAIL, INSECURE, "", NULL },
	{ "bogus.example", "MX", DNS_BOGUS, INSECURE, "", NULL },
	{ "empty.example", "MX", DNS_FOUND, SECURE, "", NULL },

	{ "dead", "A", DNS_NXDOMAIN, SECURE, "", NULL },
	{ "dead", "AAAA", DNS_NXDOMAIN, SECURE, "", NULL },
	{ "zero", "A", DNS_FOUND, SECURE, "0.0.0.0", NULL },
	{ "zero", "AAAA", DNS_NODATA, SECURE, "", NULL },
	{ "half", "A", DNS_FOUND, SECURE, "192.0.2.3", NULL },
	{ "half", "AAAA", DNS_SERVFAIL, INSECURE, "", NULL },
	{ "bogus", "A", DNS_BOGUS, INSECURE, "", NULL },
	{ "bogus", "AAAA", DNS_BOGUS, INSECURE, "", NULL },
	{ "plain", "A", DNS_FOUND, INSECURE, "192.0.2.4", NULL },
	{ "plain", "AAAA", DNS_NODATA, INSECURE, "", NULL },

	{ "al", "A", DNS_FOUND, SECURE, "192.0.2.5", "end" },
	{ "al", "AAAA", DNS_NODATA, SECURE, "", "end" },
	{ "_25._tcp.end", "TLSA", DNS_FOUND, SECURE, "311", NULL },
	{ "_25._tcp.al", "TLSA", DNS_FOUND, SECURE, "201", NULL },
	{ "_24._tcp.end", "TLSA", DNS_NXDOMAIN, SECURE, "", NULL },
	{ "_24._tcp.al", "TLSA", DNS_FOUND, SECURE, "311", NULL },
	{ "_23._tcp.end", "TLSA", DNS_SERVFAIL, INSECURE, "", NULL },
	{ "_23._tcp.al", "TLSA", DNS_FOUND, SECURE, "311", NULL },

	{ "half-al", "A", DNS_FOUND, INSECURE, "192.0.2.6", "end" },
	{ "half-al", "AAAA", DNS_NODATA, INSECURE, "", "end" },
	{ "half-al", "CNAME", DNS_FOUND, SECURE, "", NULL },
	{ "_25._tcp.half-al", "TLSA", DNS_FOUND, SECURE, "311", NULL },
	{ "odd-al", "A", DNS_FOUND, SECURE, "192.0.2.6", "\\027x" },
	{ "odd-al", "AAAA", DNS_NODATA, SECURE, "", "\\027x" },
	{ "_25._tcp.odd-al", "TLSA", DNS_FOUND, SECURE, "311", NULL },
	{ "no-al", "A", DNS_FOUND, INSECURE, "192.0.2.7", "end" },
	{ "no-al", "AAAA", DNS_NODATA, INSECURE, "", "end" },
	{ "no-al", "CNAME", DNS_FOUND, INSECURE, "", NULL },
	{ "bad-al", "A", DNS_FOUND, INSECURE, "192.0.2.8", "end" },
	{ "bad-al", "AAAA", DNS_NODATA, INSECURE, "", "end" },
	{ "bad-al", "CNAME", DNS_SERVFAIL, INSECURE, "", NULL },
};

static bool anchored = true;
static struct buf asked; /* "TLSA _25._tcp.x;" */

/* An unexpected question ends the test: it would find the network's answer. */
static const struct fact *
ask(const char *name, const char *type, struct dns_head *h)
{
	buf_addf(&asked, "%s %s;", type, name);
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
		const struct fact *f = &facts[i];

		if (strcmp(f->name, name) != 0 || strcmp(f->type, type) != 0)
			continue;
		*h = (struct dns_head){ .status = f->status,
			.secure = f->secure && anchored };
		h->alias = f->alias == NULL ? NULL : mem_dup(f->alias);
		h->odd = f->alias != NULL && f->alias[0] == '\\';
		return f;
	}
	printf("nobody knows %s %s\n", type, name);
	exit(1);
}

/* The next of a list with commas. */
static bool
next_word(const char **list, char *word, size_t size)
{
	size_t n = strcspn(*list, ",");

	snprintf(word, size, "%.*s", (int)n, *list);
	*list += n + ((*list)[n] == ',');
	return word[0] != '\0';
}

const char *
dns_trust_anchor(const struct dns *d)
{
	(void)d;
	return anchored ? "anchor" : NULL;
}

/* Each question is answered at the second step. */
struct dns_look {
	int steps;
};

static int looks;	 /* under way */
static bool mute;	 /* nobody answers */
static bool interrupted; /* while waiting */

static struct dns_look *
look_new(void)
{
	looks++;
	return mem_zalloc(sizeof(struct dns_look));
}

void
dns_look_free(struct dns_look *look)
{
	looks -= look != NULL;
	free(look);
}

int
dns_step(struct dns_look *look, struct err *e)
{
	(void)e;
	return !mute && look->steps++ > 0;
}

size_t
dns_fds(const struct dns *d, struct pollfd *fd)
{
	(void)d;
	*fd = (struct pollfd){ .fd = 77, .events = POLLIN };
	return 1;
}

int
dns_wait(struct dns *d, const char *name, int64_t deadline_ns, struct err *e)
{
	(void)d;
	(void)name;
	(void)deadline_ns;
	return interrupted ? err_set(e, ERR_INTR, "interrupted") : 0;
}

int
dns_mx_start(struct dns_look **look, struct dns *d, const char *domain,
    struct dns_mx *out, struct err *e)
{
	const char *list;
	char word[64];

	(void)d;
	(void)e;
	*look = look_new();
	*out = (struct dns_mx){ 0 };
	list = ask(domain, "MX", &out->head)->data;
	while (next_word(&list, word, sizeof word)) {
		char *host = strchr(word, ' ') + 1;

		out->mx[out->n++] =
		    (struct rdata_mx){ .preference = (unsigned)atoi(word),
			    .host = mem_dup(host),
			    .odd = host[0] == '\\' };
	}
	return 0;
}

int
dns_addresses_start(struct dns_look **look, struct dns *d, const char *host,
    int family, struct dns_addresses *out, struct err *e)
{
	const char *list;
	char word[64];

	(void)d;
	(void)family;
	(void)e;
	*look = look_new();
	*out = (struct dns_addresses){ 0 };
	for (int i = 0; i < 2; i++) {
		list = ask(
		    host, i == 0 ? "AAAA" : "A", i == 0 ? &out->aaaa : &out->a)
			   ->data;
		while (next_word(&list, word, sizeof word)) {
			struct rdata_address *a = &out->address[out->n++];

			a->family = i == 0 ? AF_INET6 : AF_INET;
			snprintf(a->text, sizeof a->text, "%.45s", word);
			a->odd = strcmp(word, "0.0.0.0") == 0;
		}
	}
	return 0;
}

int
dns_tlsa_start(struct dns_look **look, struct dns *d, unsigned port,
    const char *host, struct dns_tlsa *out, struct err *e)
{
	const char *list;
	char word[64];

	(void)d;
	(void)e;
	*look = look_new();
	*out = (struct dns_tlsa){ .data = mem_zalloc(64) };
	out->name = mem_printf("_%u._tcp.%s", port, host);
	list = ask(out->name, "TLSA", &out->head)->data;
	while (next_word(&list, word, sizeof word))
		out->tlsa[out->n++] =
		    (struct tls_tlsa){ .usage = (uint8_t)(word[0] - '0'),
			    .selector = (uint8_t)(word[1] - '0'),
			    .mtype = (uint8_t)(word[2] - '0'),
			    .data = out->data,
			    .len = word[2] == '2' ? 64 : 32 };
	return 0;
}

int
dns_cname_start(struct dns_look **look, struct dns *d, const char *host,
    struct dns_head *out, struct err *e)
{
	(void)d;
	(void)e;
	*look = look_new();
	ask(host, "CNAME", out);
	return 0;
}

static const struct {
	const char *domain;
	const char *want; /* "10 host, 20 host"; "!text": refused */
	enum err_kind kind;
	const char *names; /* for DANE-TA */
} plan_rows[] = {
	{ "one.example", "10 mail.one.example", ERR_NONE, "one.example" },
	{ "one.example.", "10 mail.one.example", ERR_NONE, "one.example" },
	{ "insecure.example", "10 mail.one.example", ERR_NONE, "" },
	{ "alias.example", "10 mail.one.example", ERR_NONE,
	    "alias.example one.example" },
	{ "order.example", "5 z, 10 a, 10 b, 10 c, 10 d, 20 y", ERR_NONE,
	    "order.example" },
	{ "nullplus.example", "0 .!, 10 mail.one.example", ERR_NONE,
	    "nullplus.example" },
	{ "odd.example", "10 \\027x!", ERR_NONE, "odd.example" },
	{ "none.example", "0 none.example", ERR_NONE, "" },
	{ "null.example", "!null.example takes no mail (null MX", ERR_REFUSED,
	    "" },
	{ "gone.example", "!no such domain: gone.example", ERR_NOHOST, "" },
	{ "fail.example", "!MX of fail.example: server failure", ERR_TEMP, "" },
	{ "bogus.example", "!MX of bogus.example: bogus", ERR_TEMP, "" },
	{ "empty.example", "!MX of empty.example: no record", ERR_TEMP, "" },
};

static void
plan_text(const struct route *r, struct buf *b)
{
	for (size_t i = 0; i < r->n; i++)
		buf_addf(b, "%s%u %s%s", i > 0 ? ", " : "",
		    r->host[i].preference, r->host[i].name,
		    r->host[i].odd ? "!" : "");
}

static void
test_plans(void)
{
	for (size_t i = 0; i < sizeof plan_rows / sizeof *plan_rows; i++) {
		struct buf b = BUF_INIT, names = BUF_INIT;
		const char *name[2], *want = plan_rows[i].want;
		struct err e = { 0 };
		struct route *r;
		int rc;

		rc = route_new(
		    &r, NULL, plan_rows[i].domain, 0, LOOP_FOREVER, &e);
		if (rc == 0) {
			plan_text(r, &b);
			for (size_t k = 0; k < route_names(r, name); k++)
				buf_addf(
				    &names, "%s%s", k > 0 ? " " : "", name[k]);
		}
		CHECK(rc == (want[0] == '!' ? -1 : 0) &&
			  e.kind == plan_rows[i].kind,
		    "%s: %s", plan_rows[i].domain, e.text);
		CHECK(rc == 0 ? strcmp(buf_str(&b), want) == 0
			      : strstr(e.text, want + 1) != NULL,
		    "%s: %s%s", plan_rows[i].domain, buf_str(&b), e.text);
		CHECK(strcmp(buf_str(&names), plan_rows[i].names) == 0,
		    "%s: %s", plan_rows[i].domain, buf_str(&names));
		route_free(r);
		buf_release(&b);
		buf_release(&names);
	}
}

/* Every order of one preference comes up, no other host moves, and one seed
 * gives one order. */
static void
test_shuffle(void)
{
	unsigned seen[256] = { 0 }, orders = 0;
	struct route *r, *again;
	struct err e;
	bool same = true, fixed = true;

	for (uint64_t seed = 1; seed <= 500; seed++) {
		unsigned order = 0;

		route_new(&r, NULL, "order.example", seed, LOOP_FOREVER, &e);
		route_new(
		    &again, NULL, "order.example", seed, LOOP_FOREVER, &e);
		fixed = fixed && strcmp(r->host[0].name, "z") == 0 &&
			strcmp(r->host[5].name, "y") == 0;
		for (size_t i = 0; i < 6; i++)
			same = same && strcmp(r->host[i].name,
					   again->host[i].name) == 0;
		for (size_t i = 1; i < 5; i++)
			order =
			    order << 2 | (unsigned)(r->host[i].name[0] - 'a');
		orders += seen[order]++ == 0;
		route_free(r);
		route_free(again);
	}
	CHECK(orders == 24, "%u orders of 4", orders);
	CHECK(fixed, "other preferences stay");
	CHECK(same, "one seed, one order");
	CHECK(route_seed() != 0, "a seed");
}

static const struct look_row {
	const char *label, *host;
	unsigned port;
	bool dane, anchored, mx_secure;
	enum err_kind kind;
	const char *text; /* of the error, or why */
	enum route_dane is;
	const char *base;
	size_t naddress;
	const char *asked; /* must have been; '!' first: must not */
} look_rows[] = {
	{ "usable", "mail.one.example", 25, true, true, true, ERR_NONE,
	    "secure TLSA records", ROUTE_DANE_USABLE, "mail.one.example", 1,
	    "TLSA _25._tcp.mail.one.example" },
	{ "not wanted", "mail.one.example", 25, false, true, true, ERR_NONE, "",
	    ROUTE_DANE_NONE, NULL, 1, "!TLSA" },
	{ "no anchor", "mail.one.example", 25, true, false, true, ERR_AUTH,
	    "there is no trust anchor", ROUTE_DANE_NONE, NULL, 0, "!A" },
	{ "no anchor, nothing to prove", "mail.one.example", 25, false, false,
	    true, ERR_NONE, "", ROUTE_DANE_NONE, NULL, 1, "!TLSA" },
	{ "MX insecure", "mail.one.example", 25, true, true, false, ERR_NONE,
	    "MX records are insecure", ROUTE_DANE_NONE, NULL, 1, "!TLSA" },
	{ "unusable", "mail.one.example", 24, true, true, true, ERR_NONE,
	    "no TLSA record can be used", ROUTE_DANE_UNUSABLE,
	    "mail.one.example", 1, "" },
	{ "one of two", "mail.one.example", 23, true, true, true, ERR_NONE,
	    "secure TLSA", ROUTE_DANE_USABLE, "mail.one.example", 1, "" },
	{ "malformed", "mail.one.example", 18, true, true, true, ERR_NONE,
	    "no TLSA record can be used", ROUTE_DANE_UNUSABLE,
	    "mail.one.example", 1, "" },
	{ "TLSA fails", "mail.one.example", 22, true, true, true, ERR_TEMP,
	    "TLSA of _22._tcp.mail.one.example: server failure",
	    ROUTE_DANE_NONE, NULL, 1, "" },
	{ "TLSA bogus", "mail.one.example", 21, true, true, true, ERR_TEMP,
	    "TLSA of _21._tcp.mail.one.example: bogus", ROUTE_DANE_NONE, NULL,
	    1, "" },
	{ "no TLSA", "mail.one.example", 20, true, true, true, ERR_NONE,
	    "no secure TLSA", ROUTE_DANE_NONE, NULL, 1, "" },
	{ "TLSA insecure", "mail.one.example", 19, true, true, true, ERR_NONE,
	    "no secure TLSA", ROUTE_DANE_NONE, NULL, 1, "" },
	{ "its own host", "none.example", 25, true, true, true, ERR_NONE,
	    "secure TLSA", ROUTE_DANE_USABLE, "none.example", 2, "" },
	{ "dead", "dead", 25, true, true, true, ERR_NOHOST,
	    "no address for dead", ROUTE_DANE_NONE, NULL, 0, "!TLSA" },
	{ "0.0.0.0", "zero", 25, false, true, true, ERR_NOHOST,
	    "zero: no host can have the address 0.0.0.0", ROUTE_DANE_NONE, NULL,
	    0, "" },
	{ "half an answer", "half", 25, false, true, true, ERR_NONE, "",
	    ROUTE_DANE_NONE, NULL, 1, "" },
	{ "half an answer, DANE", "half", 25, true, true, true, ERR_TEMP,
	    "address of half: server failure", ROUTE_DANE_NONE, NULL, 1,
	    "!TLSA" },
	{ "bogus", "bogus", 25, false, true, true, ERR_TEMP,
	    "address of bogus: bogus", ROUTE_DANE_NONE, NULL, 0, "" },
	{ "addresses insecure", "plain", 25, true, true, true, ERR_NONE,
	    "addresses are insecure", ROUTE_DANE_NONE, NULL, 1, "!TLSA" },
	{ "alias, its end", "al", 25, true, true, true, ERR_NONE, "secure TLSA",
	    ROUTE_DANE_USABLE, "end", 1, "!TLSA _25._tcp.al" },
	{ "alias, itself", "al", 24, true, true, true, ERR_NONE, "secure TLSA",
	    ROUTE_DANE_USABLE, "al", 1, "TLSA _24._tcp.end;TLSA _24._tcp.al" },
	{ "alias, its end fails", "al", 23, true, true, true, ERR_TEMP,
	    "TLSA of _23._tcp.end: server failure", ROUTE_DANE_NONE, NULL, 1,
	    "!TLSA _23._tcp.al" },
	{ "alias into insecure", "half-al", 25, true, true, true, ERR_NONE,
	    "secure TLSA", ROUTE_DANE_USABLE, "half-al", 1,
	    "CNAME half-al;TLSA _25._tcp.half-al" },
	{ "alias odd", "odd-al", 25, true, true, true, ERR_NONE, "secure TLSA",
	    ROUTE_DANE_USABLE, "odd-al", 1, "TLSA _25._tcp.odd-al" },
	{ "alias insecure", "no-al", 25, true, true, true, ERR_NONE,
	    "addresses are insecure", ROUTE_DANE_NONE, NULL, 1, "!TLSA" },
	{ "alias fails", "bad-al", 25, true, true, true, ERR_TEMP,
	    "CNAME of bad-al: server failure", ROUTE_DANE_NONE, NULL, 1,
	    "!TLSA" },
	{ "null MX beside others", ".", 25, true, true, true, ERR_PROTO,
	    "null MX beside others", ROUTE_DANE_NONE, NULL, 0, "!A" },
	{ "odd", "\\027x", 25, true, true, true, ERR_PROTO,
	    "'\\027x' is no host's name", ROUTE_DANE_NONE, NULL, 0, "!A" },
	{ "an address", "192.0.2.9", 25, false, true, true, ERR_NONE, "",
	    ROUTE_DANE_NONE, NULL, 1, "!A" },
	{ "an address, DANE", "192.0.2.9", 25, true, true, true, ERR_USAGE,
	    "192.0.2.9: an address has no TLSA records", ROUTE_DANE_NONE, NULL,
	    0, "!A" },
	{ "an address, IPv6, DANE", "::1", 25, true, true, true, ERR_USAGE,
	    "an address has no TLSA records", ROUTE_DANE_NONE, NULL, 0, "!A" },
	{ "a dot behind", "mail.one.example.", 25, true, true, true, ERR_NONE,
	    "secure TLSA", ROUTE_DANE_USABLE, "mail.one.example", 1, "" },
};

static void
test_look(const struct look_row *r)
{
	struct route_host *h = mem_alloc(sizeof *h);
	struct err e = { 0 };
	bool must = r->asked[0] != '!';
	int rc;

	anchored = r->anchored;
	route_host_init(h, r->host);
	h->secure = r->mx_secure;
	/* A second look starts anew. */
	for (int i = 0; i < 2; i++) {
		buf_clear(&asked);
		rc = route_look(
		    NULL, h, r->port, AF_UNSPEC, r->dane, LOOP_FOREVER, &e);
		CHECK(rc == (r->kind == ERR_NONE ? 0 : -1) && e.kind == r->kind,
		    "%s: %d %s", r->label, rc, e.text);
		CHECK(strstr(rc != 0	      ? e.text
			     : h->why != NULL ? h->why
					      : "",
			  r->text) != NULL,
		    "%s: %s %s", r->label, e.text, h->why);
		CHECK(rc != 0 || h->dane == r->is, "%s: %d", r->label,
		    (int)h->dane);
		CHECK(rc != 0 ||
			  (r->base == NULL ? h->base == NULL
					   : h->base != NULL &&
						 strcmp(h->base, r->base) == 0),
		    "%s: %s", r->label, h->base);
		CHECK(h->naddress == (rc == 0 ? r->naddress : 0), "%s: %zu",
		    r->label, h->naddress);
		CHECK(
		    (strstr(buf_str(&asked), r->asked + !must) != NULL) == must,
		    "%s: asked %s", r->label, buf_str(&asked));
	}
	route_host_release(h);
	free(h);
	anchored = true;
}

/* What looks like an address is a name when MX has it. */
static void
test_number(void)
{
	struct err e = { 0 };
	struct route *r;

	CHECK(route_new(&r, NULL, "number.example", 0, LOOP_FOREVER, &e) == 0,
	    "%s", e.text);
	CHECK(route_look(NULL, &r->host[0], 25, AF_UNSPEC, true, LOOP_FOREVER,
		  &e) == -1 &&
		  e.kind == ERR_NOHOST,
	    "%s", e.text);
	route_free(r);
}

/* Nothing sleeps: a step says what to wait for, until the time that was given,
 * and may be left behind. */
static void
test_steps(void)
{
	struct route_host *h = mem_zalloc(sizeof *h);
	struct route_step *s;
	struct route *r;
	struct pollfd fd;
	struct err e = { 0 };
	int64_t when = 0;
	int n = 0;

	CHECK(route_start(&s, NULL, "one.example", 0, LOOP_FOREVER - 1, &e) ==
		      0 &&
		  route_step(s, &e) == 0 && route_take(s) == NULL,
	    "begun");
	CHECK(route_fds(s, &fd, &when) == 1 && fd.fd == 77 &&
		  when == LOOP_FOREVER - 1,
	    "%d", fd.fd);
	CHECK(route_step(s, &e) == 1 && route_step(s, &e) == 1 &&
		  route_fds(s, &fd, NULL) == 0,
	    "done");
	r = route_take(s);
	CHECK(r != NULL && route_take(s) == NULL, "taken once");
	route_step_free(s);
	CHECK(route_look_start(&s, NULL, &r->host[0], 25, AF_UNSPEC, true,
		  LOOP_FOREVER, &e) == 0,
	    "%s", e.text);
	while (route_step(s, &e) == 0)
		n++;
	CHECK(n == 2 && r->host[0].dane == ROUTE_DANE_USABLE &&
		  r->host[0].naddress == 1 && route_take(s) == NULL,
	    "%d steps", n);
	route_step_free(s);
	route_free(r);

	mute = true;
	route_host_init(h, "half");
	CHECK(route_look_start(&s, NULL, h, 25, AF_UNSPEC, false, 0, &e) == 0 &&
		  route_step(s, &e) == -1 && e.kind == ERR_TEMP &&
		  strcmp(e.text, "cannot look up half: timed out") == 0,
	    "%s", e.text);
	CHECK(h->naddress == 0 && route_step(s, &e) == -1, "and stays so");
	route_step_free(s);
	interrupted = true;
	CHECK(
	    route_look(NULL, h, 25, AF_UNSPEC, false, LOOP_FOREVER, &e) == -1 &&
		e.kind == ERR_INTR,
	    "%s", e.text);
	CHECK(route_start(&s, NULL, "one.example", 0, LOOP_FOREVER, &e) == 0,
	    "left behind");
	route_step_free(s);
	interrupted = mute = false;
	route_host_release(h);
	free(h);
	CHECK(looks == 0, "%d are left", looks);
}

/* Records never lower what was asked for. */
static void
test_level(void)
{
	static const enum tls_level want[][5] = {
		[ROUTE_DANE_NONE] = { TLS_MAY, TLS_MAY, TLS_MUST, TLS_VERIFY,
		    TLS_DANE },
		[ROUTE_DANE_UNUSABLE] = { TLS_MUST, TLS_MUST, TLS_MUST,
		    TLS_VERIFY, TLS_DANE },
		[ROUTE_DANE_USABLE] = { TLS_DANE, TLS_DANE, TLS_DANE, TLS_DANE,
		    TLS_DANE },
	};

	for (int dane = ROUTE_DANE_NONE; dane <= ROUTE_DANE_USABLE; dane++)
		for (int level = TLS_NONE; level <= TLS_DANE; level++) {
			const struct route_host h = {
				.dane = (enum route_dane)dane
			};
			CHECK(route_level(&h, (enum tls_level)level) ==
				  want[dane][level],
			    "%d, %d", dane, level);
		}
}

int
main(void)
{
	test_plans();
	test_number();
	test_steps();
	test_level();
	test_shuffle();
	for (size_t i = 0; i < sizeof look_rows / sizeof *look_rows; i++)
		test_look(&look_rows[i]);
	buf_release(&asked);
	return check_done();
}
