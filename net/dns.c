/* libunbound works in a thread of its own, so that a look-up can be left
 * behind when time is up or the user interrupts; its answers come through a
 * descriptor, and its callbacks run in dns_ask(), in the caller's thread. A
 * look-up that was cancelled never calls back. Questions of one call are under
 * way together. */
#include "dns.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unbound.h>
#include <unistd.h>
#include "dns_priv.h"
#include "lazy.h"

#define DNS_FUNCS(X)                                                           \
	X(ub_ctx_create)                                                       \
	X(ub_ctx_delete)                                                       \
	X(ub_ctx_set_option)                                                   \
	X(ub_ctx_set_fwd)                                                      \
	X(ub_ctx_resolvconf)                                                   \
	X(ub_ctx_add_ta_file)                                                  \
	X(ub_ctx_debugout)                                                     \
	X(ub_ctx_async)                                                        \
	X(ub_ctx_zone_remove)                                                  \
	X(ub_fd)                                                               \
	X(ub_process)                                                          \
	X(ub_resolve_async)                                                    \
	X(ub_cancel)                                                           \
	X(ub_resolve_free)                                                     \
	X(ub_strerror)

static struct {
	DNS_FUNCS(LAZY_POINTER)
} dns_lib;
static const char *const dns_names[] = { DNS_FUNCS(LAZY_NAME) NULL };
static const char *const dns_files[] = { "libunbound.so.8",
	"libunbound.8.dylib", NULL };
static struct lazy dns_lazy =
    LAZY_INIT("DNS", "libunbound8", dns_files, dns_names, &dns_lib);

#define ub_ctx_create	   (dns_lib.ub_ctx_create)
#define ub_ctx_delete	   (dns_lib.ub_ctx_delete)
#define ub_ctx_set_option  (dns_lib.ub_ctx_set_option)
#define ub_ctx_set_fwd	   (dns_lib.ub_ctx_set_fwd)
#define ub_ctx_resolvconf  (dns_lib.ub_ctx_resolvconf)
#define ub_ctx_add_ta_file (dns_lib.ub_ctx_add_ta_file)
#define ub_ctx_debugout	   (dns_lib.ub_ctx_debugout)
#define ub_ctx_async	   (dns_lib.ub_ctx_async)
#define ub_ctx_zone_remove (dns_lib.ub_ctx_zone_remove)
#define ub_fd		   (dns_lib.ub_fd)
#define ub_process	   (dns_lib.ub_process)
#define ub_resolve_async   (dns_lib.ub_resolve_async)
#define ub_cancel	   (dns_lib.ub_cancel)
#define ub_resolve_free	   (dns_lib.ub_resolve_free)
#define ub_strerror	   (dns_lib.ub_strerror)

#define DNS_RESOLV_CONF "/etc/resolv.conf"

enum { DNS_A = 1, DNS_CNAME = 5, DNS_MX = 15, DNS_AAAA = 28, DNS_TLSA = 52 };

struct dns {
	struct ub_ctx *ctx;
	struct loop *loop;
	char *anchor;
};

/* One question. */
struct dns_wait {
	int type;
	bool begun, done;
	int error, id;
	struct ub_result *result;
};

/* Where Debian's dns-root-data and unbound, and others, keep the root's key. */
static const char *const dns_root_keys[] = { "/usr/share/dns/root.key",
	"/var/lib/unbound/root.key", "/etc/unbound/root.key",
	"/etc/trusted-key.key", NULL };

static int
dns_set_anchor(struct dns *d, const char *file, struct err *e)
{
	char why[128];

	if (file != NULL && access(file, R_OK) != 0)
		return err_set(e, ERR_NOINPUT,
		    "cannot read the trust anchors of %s: %s", file,
		    strerror_r(errno, why, sizeof why));
	for (size_t i = 0; file == NULL && dns_root_keys[i] != NULL; i++)
		if (access(dns_root_keys[i], R_OK) == 0)
			file = dns_root_keys[i];
	if (file == NULL)
		return 0;
	d->anchor = mem_dup(file);
	if (ub_ctx_add_ta_file(d->ctx, file) != 0)
		return err_set(e, ERR_NOINPUT,
		    "cannot read the trust anchors of %s", file);
	return 0;
}

static int
dns_set_resolver(struct dns *d, const char *resolver, struct err *e)
{
	struct buf b = BUF_INIT;
	char why[128];
	int rc = 0;

	if (resolver == NULL) {
		if (access(DNS_RESOLV_CONF, R_OK) != 0)
			rc = err_set(e, ERR_NOINPUT,
			    "cannot read " DNS_RESOLV_CONF
			    ": %s (--resolver names a name server)",
			    strerror_r(errno, why, sizeof why));
		else if (ub_ctx_resolvconf(d->ctx, DNS_RESOLV_CONF) != 0)
			rc = err_set(e, ERR_NOINPUT,
			    "cannot use the name servers of " DNS_RESOLV_CONF);
	} else if (dns_forwarder(resolver, &b) != 0 ||
		   ub_ctx_set_fwd(d->ctx, buf_str(&b)) != 0) {
		rc = err_set(e, ERR_USAGE,
		    "'%s': expected a name server's ADDR, ADDR:PORT or "
		    "[ADDR6]:PORT",
		    resolver);
	}
	buf_release(&b);
	return rc;
}

static int
dns_configure(struct dns *d, const struct dns_config *c, struct err *e)
{
	int rc;

	/* It would write to standard error. */
	ub_ctx_debugout(d->ctx, NULL);
	ub_ctx_async(d->ctx, 1);
	ub_ctx_set_option(d->ctx, "do-not-query-localhost:", "no");
	ub_ctx_set_option(d->ctx, "unblock-lan-zones:", "yes");
	ub_ctx_set_option(d->ctx, "trust-anchor-signaling:", "no");
	if (dns_set_resolver(d, c->resolver, e) != 0 ||
	    dns_set_anchor(d, c->trust_anchor, e) != 0)
		return -1;
	/* Private networks may have names below .test (RFC 6761 6.2). This
	 * call also ends the configuration, so its mistakes show now. */
	rc = ub_ctx_zone_remove(d->ctx, "test.");
	if (rc != 0 && d->anchor != NULL)
		return err_set(
		    e, ERR_DATA, "%s: no trust anchor in it", d->anchor);
	if (rc != 0)
		return err_set(
		    e, ERR_BUG, "cannot begin to resolve: %s", ub_strerror(rc));
	return 0;
}

int
dns_new(struct dns **out, const struct dns_config *c, struct loop *loop,
    struct err *e)
{
	struct dns *d;

	*out = NULL;
	if (lazy_load(&dns_lazy, e) != 0)
		return -1;
	d = mem_zalloc(sizeof *d);
	d->loop = loop;
	d->ctx = ub_ctx_create();
	if (d->ctx == NULL) {
		dns_free(d);
		return err_set(e, ERR_BUG, "cannot begin to resolve");
	}
	if (dns_configure(d, c, e) != 0) {
		dns_free(d);
		return -1;
	}
	*out = d;
	return 0;
}

void
dns_free(struct dns *d)
{
	if (d == NULL)
		return;
	if (d->ctx != NULL)
		ub_ctx_delete(d->ctx);
	free(d->anchor);
	free(d);
}

const char *
dns_trust_anchor(const struct dns *d)
{
	return d->anchor;
}

static void
dns_answered(void *arg, int error, struct ub_result *result)
{
	struct dns_wait *w = arg;

	w->done = true;
	w->error = error;
	w->result = result;
}

/* The library's thread is born in here: signals stay with us. */
static int
dns_begin(struct dns *d, const char *name, struct dns_wait *w, size_t n,
    struct err *e)
{
	sigset_t all, old;
	int rc = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = ub_resolve_async(
		    d->ctx, name, w[i].type, 1, &w[i], dns_answered, &w[i].id);
		w[i].begun = rc == 0;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return 0;
	return err_set(
	    e, ERR_TEMP, "cannot look up %s: %s", name, ub_strerror(rc));
}

static int
dns_wait_all(struct dns *d, const char *name, struct dns_wait *w, size_t n,
    int64_t deadline_ns, struct err *e)
{
	struct pollfd fd = { .fd = ub_fd(d->ctx), .events = POLLIN };

	for (size_t i = 0; i < n; i++) {
		while (!w[i].done) {
			switch (loop_wait(d->loop, &fd, 1, deadline_ns)) {
			case LOOP_READY:
				break;
			case LOOP_TIMEOUT:
				return err_set(e, ERR_TEMP,
				    "cannot look up %s: timed out", name);
			case LOOP_INTR:
				return err_set(e, ERR_INTR, "interrupted");
			}
			if (ub_process(d->ctx) != 0)
				return err_set(e, ERR_TEMP,
				    "cannot look up %s: the resolver has "
				    "failed",
				    name);
		}
		if (w[i].error != 0)
			return err_set(e, ERR_TEMP, "cannot look up %s: %s",
			    name, ub_strerror(w[i].error));
	}
	return 0;
}

static void
dns_done(struct dns *d, struct dns_wait *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (w[i].begun && !w[i].done)
			ub_cancel(d->ctx, w[i].id);
		if (w[i].result != NULL)
			ub_resolve_free(w[i].result);
	}
}

/* Asks for n types of a name. The caller ends with dns_done(). */
static int
dns_ask(struct dns *d, const char *name, struct dns_wait *w, size_t n,
    int64_t deadline_ns, struct err *e)
{
	if (!rdata_is_name(name))
		return err_set(
		    e, ERR_USAGE, "'%s' is no name to look up", name);
	if (dns_begin(d, name, w, n, e) != 0)
		return -1;
	return dns_wait_all(d, name, w, n, deadline_ns, e);
}

/* The name of the question and the canonical one, each with a dot or not, in
 * any case. */
static void
dns_alias(struct dns_head *h, const char *name, const struct ub_result *r)
{
	size_t len = strlen(name), n;

	if (r->canonname == NULL)
		return;
	n = strlen(r->canonname);
	if (n > 0 && r->canonname[n - 1] == '.')
		n--;
	if (len > 0 && name[len - 1] == '.')
		len--;
	if (n == len && strncasecmp(name, r->canonname, n) == 0)
		return;
	h->alias = mem_dupn(r->canonname, n);
	for (char *p = h->alias; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 'a' - 'A');
	h->odd = !rdata_is_name(h->alias);
}

static void
dns_fill(struct dns_head *h, const char *name, const struct ub_result *r)
{
	h->secure = r->secure != 0 && !r->bogus;
	if (r->bogus)
		h->status = DNS_BOGUS;
	else if (r->havedata)
		h->status = DNS_FOUND;
	else if (r->nxdomain)
		h->status = DNS_NXDOMAIN;
	else if (r->rcode == 0)
		h->status = DNS_NODATA;
	else
		h->status = DNS_SERVFAIL;
	if (h->status == DNS_SERVFAIL || h->status == DNS_BOGUS)
		h->secure = false;
	if (r->bogus && r->why_bogus != NULL)
		h->why = mem_dup(r->why_bogus);
	if (!r->bogus)
		dns_alias(h, name, r);
}

/* Record i, or NULL past the last. Bogus records are never looked at. */
static const unsigned char *
dns_record(
    const struct dns_head *h, const struct ub_result *r, size_t i, size_t *len)
{
	if (h->status != DNS_FOUND || r->data[i] == NULL || r->len[i] < 0)
		return NULL;
	*len = (size_t)r->len[i];
	return (const unsigned char *)r->data[i];
}

static int
dns_mx_compare(const void *a, const void *b)
{
	const struct rdata_mx *x = a, *y = b;

	return x->preference < y->preference ? -1
					     : x->preference > y->preference;
}

/* Keeps the most preferred of them. */
static void
dns_mx_fill(struct dns_mx *m, const struct ub_result *r)
{
	struct rdata_mx *all = NULL;
	const unsigned char *p;
	size_t n = 0, len;

	for (size_t i = 0; (p = dns_record(&m->head, r, i, &len)) != NULL;
	     i++) {
		all = mem_grow(all, n + 1, sizeof *all);
		if (rdata_mx(&all[n], p, len) == 0)
			n++;
		else
			m->head.dropped++;
	}
	/* Of one preference they stay as they came: insertion is stable. */
	for (size_t i = 1; i < n; i++) {
		struct rdata_mx x = all[i];
		size_t j = i;

		for (; j > 0 && dns_mx_compare(&x, &all[j - 1]) < 0; j--)
			all[j] = all[j - 1];
		all[j] = x;
	}
	for (size_t i = 0; i < n; i++) {
		if (m->n < DNS_MX_MAX) {
			m->mx[m->n++] = all[i];
		} else {
			free(all[i].host);
			m->head.dropped++;
		}
	}
	free(all);
}

int
dns_mx(struct dns *d, const char *domain, int64_t deadline_ns,
    struct dns_mx *out, struct err *e)
{
	struct dns_wait w = { .type = DNS_MX };
	int rc;

	*out = (struct dns_mx){ 0 };
	rc = dns_ask(d, domain, &w, 1, deadline_ns, e);
	if (rc == 0) {
		dns_fill(&out->head, domain, w.result);
		dns_mx_fill(out, w.result);
	}
	dns_done(d, &w, 1);
	return rc;
}

static void
dns_addresses_fill(struct dns_addresses *out, struct dns_head *h, int family,
    const struct ub_result *r, size_t max)
{
	const unsigned char *p;
	size_t len;

	for (size_t i = 0; (p = dns_record(h, r, i, &len)) != NULL; i++) {
		if (out->n < max &&
		    rdata_address(&out->address[out->n], family, p, len) == 0)
			out->n++;
		else
			h->dropped++;
	}
}

int
dns_addresses(struct dns *d, const char *host, int family, int64_t deadline_ns,
    struct dns_addresses *out, struct err *e)
{
	struct dns_wait w[2] = { { 0 } };
	size_t n = 0;
	int rc;

	*out = (struct dns_addresses){ .a.status = DNS_NODATA,
		.aaaa.status = DNS_NODATA };
	if (family != AF_INET)
		w[n++].type = DNS_AAAA;
	if (family != AF_INET6)
		w[n++].type = DNS_A;
	rc = dns_ask(d, host, w, n, deadline_ns, e);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		bool six = w[i].type == DNS_AAAA;
		struct dns_head *h = six ? &out->aaaa : &out->a;

		dns_fill(h, host, w[i].result);
		/* Many of one family leave room for the other. */
		dns_addresses_fill(out, h, six ? AF_INET6 : AF_INET,
		    w[i].result,
		    six && n > 1 ? DNS_ADDRESS_MAX / 2 : DNS_ADDRESS_MAX);
	}
	/* A family that was not asked for says nothing against the other. */
	if (rc == 0 && family == AF_INET)
		out->aaaa.secure = out->a.secure;
	if (rc == 0 && family == AF_INET6)
		out->a.secure = out->aaaa.secure;
	dns_done(d, w, n);
	return rc;
}

static void
dns_tlsa_fill(struct dns_tlsa *out, const struct ub_result *r)
{
	const unsigned char *p;
	size_t len, total = 0, at = 0;

	for (size_t i = 0;
	     i < DNS_TLSA_MAX && dns_record(&out->head, r, i, &len) != NULL;
	     i++)
		total += len;
	out->data = mem_alloc(total + 1);
	for (size_t i = 0; (p = dns_record(&out->head, r, i, &len)); i++) {
		if (i >= DNS_TLSA_MAX) {
			out->head.dropped++;
			continue;
		}
		memcpy(out->data + at, p, len);
		if (rdata_tlsa(&out->tlsa[out->n], out->data + at, len) == 0)
			out->n++;
		else
			out->head.dropped++;
		at += len;
	}
}

int
dns_tlsa(struct dns *d, unsigned port, const char *host, int64_t deadline_ns,
    struct dns_tlsa *out, struct err *e)
{
	struct dns_wait w = { .type = DNS_TLSA };
	int rc;

	*out = (struct dns_tlsa){ 0 };
	if (!rdata_is_name(host))
		return err_set(
		    e, ERR_USAGE, "'%.300s' is no name to look up", host);
	out->name = mem_printf("_%u._tcp.%s", port, host);
	if (!rdata_is_name(out->name)) {
		/* There can be no such name. */
		out->head.status = DNS_NXDOMAIN;
		return 0;
	}
	rc = dns_ask(d, out->name, &w, 1, deadline_ns, e);
	if (rc == 0) {
		dns_fill(&out->head, out->name, w.result);
		dns_tlsa_fill(out, w.result);
	}
	dns_done(d, &w, 1);
	return rc;
}

int
dns_cname(struct dns *d, const char *host, int64_t deadline_ns,
    struct dns_head *out, struct err *e)
{
	struct dns_wait w = { .type = DNS_CNAME };
	int rc;

	*out = (struct dns_head){ 0 };
	rc = dns_ask(d, host, &w, 1, deadline_ns, e);
	if (rc == 0)
		dns_fill(out, host, w.result);
	dns_done(d, &w, 1);
	return rc;
}
