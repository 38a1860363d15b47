/* covers: net/dns/rdata.c net/dns/dns_answer.c net/dns/dns_text.c
 * Answers with any records: of the library stands here what it would say. */
#include <sys/socket.h>
#include "fuzz.h"
#include "net/dns/dns_priv.h"
#include "net/dns/rdata.h"

/* The input that is left. */
static const uint8_t *left;
static size_t nleft;

static unsigned
next(void)
{
	if (nleft == 0)
		return 0;
	nleft--;
	return *left++;
}

static char *
next_octets(int *len)
{
	size_t n = next();
	if (n > nleft)
		n = nleft;
	char *p = fuzz_copy(left, n);
	left += n;
	nleft -= n;
	*len = (int)n;
	return p;
}

int
dns_ask(struct dns *d, const char *name, struct dns_question *q, size_t n,
    struct err *e)
{
	(void)d, (void)q, (void)n;
	if (rdata_is_name(name))
		return 0;
	return err_set(e, ERR_USAGE, "'%s' is no name to look up", name);
}

int
dns_answers(struct dns *d, const char *name, struct dns_question *q, size_t n,
    struct err *e)
{
	static const char *const names[] = { NULL, "a.example.", "A.Example",
		"other.example", "" };
	(void)d, (void)name;
	unsigned how = next();
	if (how == 255)
		return err_set(e, ERR_TEMP, "failed");
	for (size_t i = 0; i < n; i++) {
		unsigned bits = next();
		q[i].rcode = (int)(bits & 3);
		q[i].havedata = bits & 4;
		q[i].nxdomain = bits & 8;
		q[i].secure = bits & 16;
		q[i].bogus = (bits & 32) != 0;
		q[i].canonname = names[how % 5];
		q[i].why_bogus = bits & 64 ? "why" : NULL;
		size_t records = next() % 80;
		q[i].data = calloc(records + 1, sizeof *q[i].data);
		q[i].len = calloc(records + 1, sizeof *q[i].len);
		for (size_t k = 0; k < records; k++)
			q[i].data[k] = next_octets(&q[i].len[k]);
	}
	return 1;
}

void
dns_done(struct dns *d, struct dns_question *q, size_t n)
{
	(void)d;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; q[i].data != NULL && q[i].data[k]; k++)
			free(q[i].data[k]);
		free(q[i].data);
		free(q[i].len);
		q[i].data = NULL;
		q[i].len = NULL;
	}
}

const char *
dns_trust_anchor(const struct dns *d)
{
	(void)d;
	return next() & 1 ? "an anchor" : NULL;
}

int
dns_wait(struct dns *d, const char *name, int64_t deadline_ns, struct err *e)
{
	(void)d, (void)name, (void)deadline_ns;
	return err_set(e, ERR_TEMP, "timed out");
}

static void
answers(unsigned which, struct buf *b)
{
	static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	struct dns_mx *mx = mem_alloc(sizeof *mx);
	struct dns_addresses *a = mem_alloc(sizeof *a);
	struct dns_tlsa *t = mem_alloc(sizeof *t);
	struct dns_head h;
	struct err e;
	int r = 0;
	switch (which % 4) {
	case 0:
		r = dns_mx(NULL, "a.example", 0, mx, &e);
		for (size_t i = 1; i < mx->n; i++)
			RULE(mx->mx[i - 1].preference <= mx->mx[i].preference);
		dns_head_text(NULL, &mx->head, b);
		dns_mx_release(mx);
		break;
	case 1:
		r = dns_addresses(
		    NULL, "a.example", families[which / 4 % 3], 0, a, &e);
		dns_head_text(NULL, &a->a, b);
		dns_head_text(NULL, &a->aaaa, b);
		dns_addresses_release(a);
		break;
	case 2:
		r = dns_tlsa(NULL, 25, "a.example", 0, t, &e);
		for (size_t i = 0; i < t->n; i++)
			rdata_tlsa_usable(&t->tlsa[i]);
		dns_head_text(NULL, &t->head, b);
		dns_tlsa_release(t);
		break;
	case 3:
		r = dns_cname(NULL, "a.example", 0, &h, &e);
		dns_head_text(NULL, &h, b);
		dns_head_release(&h);
		break;
	}
	RULE(r == 0 || e.kind == ERR_TEMP);
	free(mx);
	free(a);
	free(t);
}

static void
records(const unsigned char *p, size_t len)
{
	struct buf b = BUF_INIT;
	struct rdata_mx mx;
	struct tls_tlsa tlsa;
	struct rdata_address a;
	bool odd;
	RULE(rdata_name(p, len, &b, &odd) <= len);
	if (rdata_mx(&mx, p, len) == 0)
		free(mx.host);
	if (rdata_tlsa(&tlsa, p, len) == 0)
		rdata_tlsa_usable(&tlsa);
	rdata_address(&a, len == 4 ? AF_INET : AF_INET6, p, len);
	char *s = fuzz_string(p, len);
	rdata_is_name(s);
	buf_clear(&b);
	dns_forwarder(s, &b);
	free(s);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = BUF_INIT;
	if (size == 0)
		return 0;
	unsigned char *copy = (unsigned char *)fuzz_copy(data + 1, size - 1);
	records(copy, size - 1);
	left = copy;
	nleft = size - 1;
	answers(data[0], &b);
	free(copy);
	buf_release(&b);
	return 0;
}
