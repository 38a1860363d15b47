/* Between the parts of dns. For net/dns*.c and their test only. */
#ifndef NET_DNS_PRIV_H
#define NET_DNS_PRIV_H

#include "net/dns/dns.h"

/* Appends "ADDR@PORT", as libunbound has it, for "ADDR", "ADDR:PORT" or
 * "[ADDR6]:PORT". -1: it is none of these. */
int dns_forwarder(const char *text, struct buf *b);

/* A question and, once it is done, its answer, which lasts until dns_done().
 * Records of a bogus one are nobody's to see. */
struct dns_question {
	int type;
	bool begun, done;
	int error, id;
	void *result;
	int rcode;
	bool havedata, nxdomain, secure, bogus;
	char **data; /* records; NULL ends */
	int *len;
	const char *canonname, *why_bogus; /* or NULL */
};

/* Asks for n types of a name. -1: as dns_mx_start(). q must not move until
 * dns_done(), which is due in any case. */
CHECKED int dns_ask(struct dns *d, const char *name, struct dns_question *q,
    size_t n, struct err *e);
/* Takes what has come. 1: all n are answered; 0, -1: as dns_step(). */
CHECKED int dns_answers(struct dns *d, const char *name, struct dns_question *q,
    size_t n, struct err *e);
void dns_done(struct dns *d, struct dns_question *q, size_t n);
/* Sleeps until something has come. -1: ERR_TEMP at the deadline, ERR_INTR. */
CHECKED int dns_wait(
    struct dns *d, const char *name, int64_t deadline_ns, struct err *e);

#endif
