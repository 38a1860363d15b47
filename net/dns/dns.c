/* libunbound works in a thread of its own, so that a look-up can be left
 * behind when time is up or the user interrupts; its answers come through a
 * descriptor, and its callbacks run in dns_answers(), in the caller's thread. A
 * look-up that was cancelled never calls back. Questions of one call are under
 * way together. */
#include "net/dns/dns.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unbound.h>
#include <unistd.h>
#include "net/dns/dns_priv.h"
#include "net/lazy.h"

#define DNS_FUNCS(X)                                                           \
	X(ub_ctx_create)                                                       \
	X(ub_ctx_delete)                                                       \
	X(ub_ctx_set_option)                                                   \
	X(ub_ctx_set_fwd)                                                      \
	X(ub_ctx_resolvconf)                                                   \
	X(ub_ctx_add_ta)                                                       \
	X(ub_ctx_add_ta_file)                                                  \
	X(ub_ctx_debugout)                                                     \
	X(ub_ctx_async)                                                        \
	X(ub_ctx_zone_remove)                                                  \
	X(ub_fd)                                                               \
	X(ub_poll)                                                             \
	X(ub_process)                                                          \
	X(ub_resolve_async)                                                    \
	X(ub_cancel)                                                           \
	X(ub_resolve_free)                                                     \
	X(ub_strerror)

static struct {
	DNS_FUNCS(LAZY_POINTER)
} dns_lib;
static const char dns_names[] = DNS_FUNCS(LAZY_NAME);
static const char *const dns_files[] = { "libunbound.so.8",
	"libunbound.8.dylib", NULL };
static struct lazy dns_lazy =
    LAZY_INIT("DNS", "libunbound8", dns_files, dns_names, &dns_lib);

#define ub_ctx_create	   (dns_lib.ub_ctx_create)
#define ub_ctx_delete	   (dns_lib.ub_ctx_delete)
#define ub_ctx_set_option  (dns_lib.ub_ctx_set_option)
#define ub_ctx_set_fwd	   (dns_lib.ub_ctx_set_fwd)
#define ub_ctx_resolvconf  (dns_lib.ub_ctx_resolvconf)
#define ub_ctx_add_ta	   (dns_lib.ub_ctx_add_ta)
#define ub_ctx_add_ta_file (dns_lib.ub_ctx_add_ta_file)
#define ub_ctx_debugout	   (dns_lib.ub_ctx_debugout)
#define ub_ctx_async	   (dns_lib.ub_ctx_async)
#define ub_ctx_zone_remove (dns_lib.ub_ctx_zone_remove)
#define ub_fd		   (dns_lib.ub_fd)
#define ub_poll		   (dns_lib.ub_poll)
#define ub_process	   (dns_lib.ub_process)
#define ub_resolve_async   (dns_lib.ub_resolve_async)
#define ub_cancel	   (dns_lib.ub_cancel)
#define ub_resolve_free	   (dns_lib.ub_resolve_free)
#define ub_strerror	   (dns_lib.ub_strerror)

#define DNS_RESOLV_CONF "/etc/resolv.conf"
#define DNS_END_MS	1000 /* of the library's thread */

struct dns {
	struct ub_ctx *ctx;
	struct loop *loop;
	char *anchor;
	bool asked;
	bool answered; /* its thread has said something, so there is one */
};

/* A context that is being deleted, and a pipe that ends when it is. */
struct dns_end {
	struct ub_ctx *ctx;
	int over;
};

/* Where Debian's dns-root-data and unbound, and others, keep the root's key. */
static const char *const dns_root_files[] = { "/usr/share/dns/root.key",
	"/var/lib/unbound/root.key", "/etc/unbound/root.key",
	"/etc/trusted-key.key", NULL };

/* IANA's, KSK-2017 and KSK-2024 (root-anchors.xml, RFC 9718). */
static const char *const dns_root_keys[] = {
	". IN DS 20326 8 2 "
	"E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
	". IN DS 38696 8 2 "
	"683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
	NULL
};

static int
dns_add_file(struct dns *d, const char *file, struct err *e)
{
	if (access(file, R_OK) != 0)
		return err_set(e, ERR_NOINPUT,
		    "cannot read the trust anchors of %s: %s", file,
		    strerror(errno));
	free(d->anchor);
	d->anchor = mem_dup(file);
	if (ub_ctx_add_ta_file(d->ctx, file) != 0)
		return err_set(e, ERR_NOINPUT,
		    "cannot read the trust anchors of %s", file);
	return 0;
}

static int
dns_add_root(struct dns *d, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; dns_root_files[i] != NULL; i++)
		if (access(dns_root_files[i], R_OK) == 0)
			return dns_add_file(d, dns_root_files[i], e);
	d->anchor = mem_dup("the root's keys");
	for (size_t i = 0; dns_root_keys[i] != NULL && rc == 0; i++)
		rc = ub_ctx_add_ta(d->ctx, dns_root_keys[i]);
	if (rc != 0)
		return err_set(e, ERR_BUG, "cannot trust the root's keys: %s",
		    ub_strerror(rc));
	return 0;
}

static int
dns_set_anchor(struct dns *d, const struct dns_config *c, struct err *e)
{
	const char *file = c->trust_anchor;

	if (file == NULL)
		return c->trust == DNS_TRUST_NONE ? 0 : dns_add_root(d, e);
	if (file[0] == '+' && dns_add_root(d, e) != 0)
		return -1;
	return dns_add_file(d, file + (file[0] == '+'), e);
}

static int
dns_set_resolver(struct dns *d, const char *resolver, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = 0;

	if (resolver == NULL) {
		if (access(DNS_RESOLV_CONF, R_OK) != 0)
			rc = err_set(e, ERR_NOINPUT,
			    "cannot read " DNS_RESOLV_CONF
			    ": %s (--resolver names a name server)",
			    strerror(errno));
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

/* An option that libunbound does not take is our mistake, or no memory. */
static int
dns_set_options(struct dns *d, struct err *e)
{
	static const char *const option[][2] = {
		{ "do-not-query-localhost:", "no" },
		{ "unblock-lan-zones:", "yes" },
		{ "trust-anchor-signaling:", "no" },
	};
	/* It would write to standard error. */
	int rc = ub_ctx_debugout(d->ctx, NULL);

	if (rc == 0)
		rc = ub_ctx_async(d->ctx, 1);
	for (size_t i = 0; i < sizeof option / sizeof *option && rc == 0; i++)
		rc = ub_ctx_set_option(d->ctx, option[i][0], option[i][1]);
	if (rc != 0)
		return err_set(
		    e, ERR_BUG, "cannot begin to resolve: %s", ub_strerror(rc));
	return 0;
}

static int
dns_configure(struct dns *d, const struct dns_config *c, struct err *e)
{
	int rc;

	if (dns_set_options(d, e) != 0 ||
	    dns_set_resolver(d, c->resolver, e) != 0 ||
	    dns_set_anchor(d, c, e) != 0)
		return -1;
	/* Private networks may have names below .test (RFC 6761 6.2). This
	 * call also ends the configuration, so its mistakes show now. */
	rc = ub_ctx_zone_remove(d->ctx, "test.");
	if (rc == UB_NOMEM || (rc != 0 && c->trust_anchor == NULL))
		return err_set(
		    e, ERR_BUG, "cannot begin to resolve: %s", ub_strerror(rc));
	if (rc != 0)
		return err_set(
		    e, ERR_DATA, "%s: no trust anchor in it", d->anchor);
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
		/* One that ran out of memory may not survive its end. */
		if (e->kind == ERR_BUG)
			d->ctx = NULL;
		dns_free(d);
		return -1;
	}
	*out = d;
	return 0;
}

static void *
dns_end_run(void *arg)
{
	struct dns_end *end = arg;
	ub_ctx_delete(end->ctx);
	close(end->over);
	free(end);
	return NULL;
}

/* The library waits for its thread without end, also when it could not tell
 * it to end, so that is left to a thread of ours. What does not end in time
 * is left to the end of the process. */
static void
dns_end(struct ub_ctx *ctx)
{
	pthread_t thread;
	sigset_t all, old;
	int fd[2];
	if (pipe2(fd, O_CLOEXEC) != 0)
		return;
	struct dns_end *end = mem_alloc(sizeof *end);
	*end = (struct dns_end){ ctx, fd[1] };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(&thread, NULL, dns_end_run, end) == 0) {
		struct pollfd p = { .fd = fd[0], .events = POLLIN };
		pthread_detach(thread);
		poll(&p, 1, DNS_END_MS);
	} else {
		free(end);
		close(fd[1]);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(fd[0]);
}

void
dns_free(struct dns *d)
{
	if (d == NULL)
		return;
	/* A thread that could not be started is not known to the library, which
	 * would wait for it. */
	if (d->ctx != NULL && (d->answered || !d->asked))
		dns_end(d->ctx);
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
	struct dns_question *q = arg;

	q->done = true;
	q->error = error;
	q->result = result;
	if (result == NULL)
		return;
	q->rcode = result->rcode;
	q->havedata = result->havedata != 0;
	q->nxdomain = result->nxdomain != 0;
	q->secure = result->secure != 0;
	q->bogus = result->bogus != 0;
	q->data = result->data;
	q->len = result->len;
	q->canonname = result->canonname;
	q->why_bogus = result->why_bogus;
}

/* The library's thread is born in here: signals stay with us. */
static int
dns_begin(struct dns *d, const char *name, struct dns_question *q, size_t n,
    struct err *e)
{
	sigset_t all, old;
	int rc = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = ub_resolve_async(
		    d->ctx, name, q[i].type, 1, &q[i], dns_answered, &q[i].id);
		q[i].begun = rc == 0;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	d->asked = true;
	if (rc == 0)
		return 0;
	return err_set(e, rc == UB_NOMEM ? ERR_BUG : ERR_TEMP,
	    "cannot look up %s: %s", name, ub_strerror(rc));
}

size_t
dns_fds(const struct dns *d, struct pollfd *fd)
{
	*fd = (struct pollfd){ .fd = ub_fd(d->ctx), .events = POLLIN };
	return 1;
}

int
dns_wait(struct dns *d, const char *name, int64_t deadline_ns, struct err *e)
{
	struct pollfd fd;

	dns_fds(d, &fd);
	switch (loop_wait(d->loop, &fd, 1, deadline_ns)) {
	case LOOP_READY:
		return 0;
	case LOOP_TIMEOUT:
		return err_set(
		    e, ERR_TEMP, "cannot look up %s: timed out", name);
	case LOOP_INTR:
		break;
	}
	return err_set(e, ERR_INTR, "interrupted");
}

/* ub_poll() tells whether ub_process() would sleep. */
int
dns_answers(struct dns *d, const char *name, struct dns_question *q, size_t n,
    struct err *e)
{
	int done = 1;

	if (ub_poll(d->ctx) != 0 && ub_process(d->ctx) != 0)
		return err_set(e, ERR_TEMP,
		    "cannot look up %s: the resolver has failed", name);
	for (size_t i = 0; i < n; i++) {
		d->answered |= q[i].done;
		if (!q[i].done)
			done = 0;
		else if (q[i].error != 0 || q[i].result == NULL)
			return err_set(e,
			    q[i].error == UB_NOMEM ? ERR_BUG : ERR_TEMP,
			    "cannot look up %s: %s", name,
			    ub_strerror(q[i].error));
	}
	return done;
}

void
dns_done(struct dns *d, struct dns_question *q, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (q[i].begun && !q[i].done)
			ub_cancel(d->ctx, q[i].id);
		if (q[i].result != NULL)
			ub_resolve_free(q[i].result);
	}
}

int
dns_ask(struct dns *d, const char *name, struct dns_question *q, size_t n,
    struct err *e)
{
	if (!rdata_is_name(name))
		return err_set(
		    e, ERR_USAGE, "'%s' is no name to look up", name);
	return dns_begin(d, name, q, n, e);
}
