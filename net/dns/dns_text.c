/* What is pure about name servers and their answers: the words. */
#include "net/dns/dns_priv.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define DNS_PORT "53"

static bool
dns_is_port(const char *p)
{
	unsigned n = 0;
	size_t len = strlen(p);

	if (len == 0 || len > 5 || p[strspn(p, "0123456789")] != '\0')
		return false;
	for (; *p != '\0'; p++)
		n = n * 10 + (unsigned)(*p - '0');
	return n >= 1 && n <= 65535;
}

int
dns_forwarder(const char *text, struct buf *b)
{
	unsigned char octets[16];
	const char *port = DNS_PORT, *colon = strchr(text, ':'), *close;
	int family = AF_INET, rc = -1;
	char *addr;

	if (text[0] == '[') {
		family = AF_INET6;
		close = strchr(text, ']');
		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return -1;
		addr = mem_dupn(text + 1, (size_t)(close - text - 1));
		if (close[1] == ':')
			port = close + 2;
	} else if (colon != NULL && strchr(colon + 1, ':') != NULL) {
		family = AF_INET6;
		addr = mem_dup(text);
	} else if (colon != NULL) {
		addr = mem_dupn(text, (size_t)(colon - text));
		port = colon + 1;
	} else {
		addr = mem_dup(text);
	}
	if (inet_pton(family, addr, octets) == 1 && dns_is_port(port)) {
		buf_addf(b, "%s@%s", addr, port);
		rc = 0;
	}
	free(addr);
	return rc;
}

void
dns_head_text(const struct dns *d, const struct dns_head *h, struct buf *b)
{
	static const char *const word[] = { [DNS_FOUND] = "",
		[DNS_NODATA] = "none, ",
		[DNS_NXDOMAIN] = "no such name, " };

	if (h->status == DNS_SERVFAIL) {
		buf_adds(b, "server failure");
	} else if (h->status == DNS_BOGUS) {
		buf_adds(b, "bogus");
		if (h->why != NULL)
			buf_addf(b, ": %s", h->why);
	} else {
		buf_addf(b, "%s%s", word[h->status],
		    h->secure ? "secure" : "insecure");
		if (dns_trust_anchor(d) == NULL)
			buf_adds(b, " (no trust anchor)");
	}
}

void
dns_head_release(struct dns_head *h)
{
	free(h->alias);
	free(h->why);
	*h = (struct dns_head){ 0 };
}

void
dns_mx_release(struct dns_mx *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->mx[i].host);
	m->n = 0;
	dns_head_release(&m->head);
}

void
dns_addresses_release(struct dns_addresses *a)
{
	dns_head_release(&a->a);
	dns_head_release(&a->aaaa);
	a->n = 0;
}

void
dns_tlsa_release(struct dns_tlsa *t)
{
	free(t->name);
	free(t->data);
	t->name = NULL;
	t->data = NULL;
	t->n = 0;
	dns_head_release(&t->head);
}
